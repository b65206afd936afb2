"""Packets wait a moment for those of the other sensor, since a pose needs both (no result depends on it)."""

from dataclasses import dataclass
from typing import TypeAlias

from lumbarwatch.model.samples import ClockReading, ImuBatch, Placement

HOLD_NS = 10_000_000
"""Longest wait, in arrival time: half of a packet of two samples at 100 Hz."""

GAIN_NS = 12_000_000
"""So much further must what both have sent reach to be worked through at once: some 50 rounds a second, also
where each sample comes in a packet of its own."""

_NEVER_NS = -(2**62)


@dataclass(frozen=True, slots=True)
class LinkCut:
    """Between two samples the link was cut."""

    placement: Placement


Waiting: TypeAlias = ImuBatch | ClockReading | LinkCut


class Inbox:
    """What arrived and was not worked through yet, in order for each sensor."""

    def __init__(self) -> None:
        self._waiting: dict[Placement, list[ImuBatch | ClockReading | LinkCut]] = {
            place: [] for place in Placement
        }
        self._newest_ns = dict.fromkeys(Placement, _NEVER_NS)  # arrival from each sensor
        self._oldest_ns: int | None = None  # arrival among what waits
        self._worked_ns = _NEVER_NS  # up to where both sensors had sent when work was last done

    def put(self, item: ImuBatch | ClockReading) -> None:
        """Keep an item."""
        first_ns, last_ns = _arrival_ns(item)
        self._waiting[item.placement].append(item)
        self._oldest_ns = first_ns if self._oldest_ns is None else min(self._oldest_ns, first_ns)
        self._newest_ns[item.placement] = max(self._newest_ns[item.placement], last_ns)

    def put_cut(self, placement: Placement) -> None:
        """Note a cut; it makes nothing due."""
        self._waiting[placement].append(LinkCut(placement))

    @property
    def due(self) -> bool:
        """A pose needs both sensors: they have come further together, or something has waited long enough."""
        if self._oldest_ns is None:
            return False
        gained = min(self._newest_ns.values()) - self._worked_ns >= GAIN_NS
        return gained or max(self._newest_ns.values()) - self._oldest_ns >= HOLD_NS

    def take(self) -> list[Waiting]:
        """All that waits; batches that continue each other are one."""
        taken: list[Waiting] = []
        for items in self._waiting.values():
            run: list[ImuBatch] = []
            for item in items:
                if run and not (isinstance(item, ImuBatch) and run[-1].continued_by(item)):
                    taken.append(ImuBatch.joined(run))
                    run = []
                if isinstance(item, ImuBatch):
                    run.append(item)
                else:
                    taken.append(item)
            if run:
                taken.append(ImuBatch.joined(run))
            items.clear()
        self._oldest_ns, self._worked_ns = None, min(self._newest_ns.values())
        return taken


def _arrival_ns(item: ImuBatch | ClockReading) -> tuple[int, int]:
    if isinstance(item, ClockReading):
        return item.t_arrival_ns, item.t_arrival_ns
    return int(item.t_arrival_ns[0]), int(item.t_arrival_ns[-1])
