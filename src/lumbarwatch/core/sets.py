"""Which cycles are reps of a set, and which are set-up, rolling the bar or getting up (definitions 4).

A set needs a cycle that finishes high, or two alike. Short cycles count where they start and end at the set's
own bottom, whole ones wherever they start and end; those before the first full rep wait for it.
"""

from dataclasses import dataclass, field

from lumbarwatch.core.metrics import Measured


@dataclass(frozen=True, slots=True)
class SetParams:
    """Fractions of the athlete's range (conventions, see module)."""

    full_fraction: float = 0.5  # of rom_ref
    high_deg: float = 80.0
    like_fraction: float = 0.45  # a short rep's rise against the set's
    bottom_fraction: float = 0.25  # of the rise: the same bottom
    alike: float = 0.3  # two cycles' rises differ by less


@dataclass(slots=True)
class SetState:
    """Cycles of the set that is open."""

    confirmed: list[Measured] = field(default_factory=list[Measured])
    waiting: list[Measured] = field(default_factory=list[Measured])


class SetBook:
    """Decides cycle by cycle; ``take`` returns those that have become reps, in order."""

    def __init__(self, params: SetParams | None = None) -> None:
        self._params = params or SetParams()
        self.state = SetState()

    def take(self, cycle: Measured, rom_ref_deg: float) -> list[Measured]:
        """A cycle has closed."""
        state = self.state
        if cycle.side_lying:  # rolling over is no lift
            return []
        full = self._is_full(cycle, rom_ref_deg)
        if cycle.left and not (full and state.confirmed):
            return []
        if state.confirmed:
            recent = state.confirmed[-5:]
            rise = sorted(rep.rom_deg for rep in recent)[len(recent) // 2]
            if full or self._fits(cycle, rise, recent[-1].bottom_after_deg) or self._whole(cycle, rise):
                state.confirmed.append(cycle)
                return [cycle]
            return []
        if full:
            kept = [early for early in state.waiting if self._fits(early, cycle.rom_deg, cycle.bottom_deg)]
            return self._confirm([*kept, cycle])
        if state.waiting and self._alike(state.waiting[-1], cycle):
            return self._confirm([state.waiting[-1], cycle])
        state.waiting.append(cycle)
        return []

    def close(self) -> list[Measured]:
        """The set is over: return its reps and start anew."""
        reps, self.state = self.state.confirmed, SetState()
        return reps

    def _confirm(self, cycles: list[Measured]) -> list[Measured]:
        self.state.confirmed, self.state.waiting = list(cycles), []
        return cycles

    def _is_full(self, cycle: Measured, rom_ref_deg: float) -> bool:
        p = self._params
        return cycle.rom_deg >= p.full_fraction * rom_ref_deg and cycle.phi_top_deg >= p.high_deg

    def _fits(self, cycle: Measured, rise_deg: float, bottom_deg: float) -> bool:
        """Long enough, and from and to the set's bottom."""
        p = self._params
        off = max(abs(cycle.bottom_deg - bottom_deg), abs(cycle.bottom_after_deg - bottom_deg))
        return cycle.rom_deg >= p.like_fraction * rise_deg and (
            off <= p.bottom_fraction * rise_deg or not cycle.lowered
        )

    def _whole(self, cycle: Measured, rise_deg: float) -> bool:
        """As large as the set's reps, from and to a bottom of its own (feet moved, a strap slipped)."""
        p = self._params
        returned = abs(cycle.bottom_after_deg - cycle.bottom_deg) <= p.bottom_fraction * rise_deg
        return cycle.rom_deg >= (1.0 - p.alike) * rise_deg and returned and cycle.lowered

    def _alike(self, one: Measured, two: Measured) -> bool:
        p = self._params
        larger = max(one.rom_deg, two.rom_deg)
        return (
            abs(one.rom_deg - two.rom_deg) <= p.alike * larger
            and abs(one.bottom_deg - two.bottom_deg) <= p.bottom_fraction * larger
            and abs(two.bottom_after_deg - two.bottom_deg) <= p.bottom_fraction * larger
        )
