"""Packets wait a moment for each other: a few of them cost no more than one (no result depends on it)."""

from dataclasses import dataclass
from typing import TypeAlias

from lumbarwatch.model.samples import ClockReading, ImuBatch, Placement

HOLD_NS = 10_000_000
"""Longest wait, in arrival time: packets of two sensors, 20 ms each, meet, and 50 updates a second go out."""


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
        self._oldest_ns: int | None = None
        self._newest_ns = -(2**62)

    def put(self, item: ImuBatch | ClockReading) -> None:
        """Keep an item."""
        first_ns, last_ns = _arrival_ns(item)
        self._waiting[item.placement].append(item)
        self._oldest_ns = first_ns if self._oldest_ns is None else min(self._oldest_ns, first_ns)
        self._newest_ns = max(self._newest_ns, last_ns)

    def put_cut(self, placement: Placement) -> None:
        """Note a cut; it makes nothing due."""
        self._waiting[placement].append(LinkCut(placement))

    @property
    def due(self) -> bool:
        """Something has waited long enough."""
        return self._oldest_ns is not None and self._newest_ns - self._oldest_ns >= HOLD_NS

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
        self._oldest_ns = None
        return taken


def _arrival_ns(item: ImuBatch | ClockReading) -> tuple[int, int]:
    if isinstance(item, ClockReading):
        return item.t_arrival_ns, item.t_arrival_ns
    return int(item.t_arrival_ns[0]), int(item.t_arrival_ns[-1])
