"""A sensor's clock on the host's time base, from the arrival times of its packets.

Packets are late by a varying delay and never early: the fastest of them tell the clock's offset, and a fit
through the *mean* delay would depend on each link's connection interval and pull two sensors apart.
"""

from dataclasses import dataclass, field

import numpy as np

from lumbarwatch.core.comb import CombParams, delays
from lumbarwatch.core.line import Line, LineFinder
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import NS_PER_S


@dataclass(frozen=True, slots=True)
class ClockFitParams:
    """Tuning (convention, checked in tests/accuracy/timebase.py)."""

    start_ns: int = NS_PER_S  # the first second: short bins, the offset may jump
    start_bin_ns: int = NS_PER_S // 10
    early_ns: int = 30 * NS_PER_S
    early_bin_ns: int = NS_PER_S
    bin_ns: int = 5 * NS_PER_S
    late_ns: int = 300 * NS_PER_S
    late_bin_ns: int = 15 * NS_PER_S
    stretch_ns: int = 5 * NS_PER_S  # floors so far apart in time are sure
    slew_limit: float = 5e-3  # at most 5 ms per s of correction: time neither jumps nor goes back ...
    early_slew_limit: float = 2e-2  # ... and 20 before early_ns, when there is more to correct
    beacon_comb_ns: float = 6e6  # a few beacons a second, each at its own phase, leave this much open
    certain_stretches: int = 24  # 2 min
    start_sigma_ns: float = 10e6  # while nothing is known: a third of a connection interval
    comb: CombParams = field(default_factory=CombParams)


class ClockFit:
    """Maps one run of a clock (no restart inside) to host time; both in ns from fixed origins.

    ``open_bin`` and ``map`` are called in turn, in order of the samples. What comes out for a sample depends
    on it and those before it only, however they are cut: the line changes at borders of the clock.
    """

    def __init__(self, params: ClockFitParams, finder: LineFinder, line: Line | None = None) -> None:
        self._params = params
        self._finder = finder
        self._begun_ns: float | None = None
        self.border_ns = 0.0  # clock at which the open bin ends
        self.floor = (0.0, np.inf)  # clock and delay of the fastest packet in the open bin
        self._stretch = (0.0, np.inf)  # the same in the open stretch
        self._stretch_begun_ns = 0.0
        self._stretches = 0
        self._kept: list[tuple[Floats, Floats]] | None = []  # arrivals and delays, where a comb is looked for
        self._beacons = False
        self._known = line is not None
        self._steady = False
        self.line = line or Line(0.0, 0.0, 0.0, params.start_sigma_ns)  # followed, with its slew
        self.bins = 0  # closed so far
        self.skew = finder.expected_skew
        self.sigma_ns = params.start_sigma_ns

    @property
    def certain(self) -> bool:
        """Whether the skew has been watched for minutes."""
        return self._stretches >= self._params.certain_stretches

    @property
    def steady(self) -> bool:
        """Whether the samples of the open bin follow those before without a jump."""
        return self._steady

    @property
    def age_ns(self) -> float:
        """Clock time from the first sample to the end of the open bin."""
        return 0.0 if self._begun_ns is None else self.border_ns - self._begun_ns

    def open_bin(self, clock_ns: Floats) -> int:
        """How many of the samples (n >= 1, increasing) lie in the open bin; one that is over is closed."""
        now = float(clock_ns[0])
        if self._begun_ns is None:
            self._begun_ns = self._stretch_begun_ns = now
            self.border_ns = now + self._params.start_bin_ns
        elif now >= self.border_ns:
            self._close_bin(now, self._begun_ns)
        if clock_ns[-1] < self.border_ns:
            return len(clock_ns)
        return int(np.searchsorted(clock_ns, self.border_ns, side="left"))

    def map(self, clock_ns: Floats, arrival_ns: Floats) -> Floats:
        """Host time (n,) of samples of the open bin, which came at ``arrival_ns`` (n,)."""
        delay = arrival_ns - clock_ns
        before = self.floor[1]
        fastest = int(delay.argmin())
        if delay[fastest] < before:
            self.floor = (float(clock_ns[fastest]), float(delay[fastest]))
        if self._kept is not None:
            self._kept.append((arrival_ns, delay))
        if not self._known:  # nothing better is known than the fastest packet so far
            return clock_ns + np.minimum(np.minimum.accumulate(delay), before)
        return clock_ns + (self.line.y + self.line.slope * (clock_ns - self.line.x))

    def beacon(self, clock_ns: float, arrival_ns: float) -> None:
        """Use a clock reading that came without samples, at its own phase against the connection."""
        self._beacons = True
        if self._begun_ns is not None and arrival_ns - clock_ns < self.floor[1]:
            self.floor = (clock_ns, arrival_ns - clock_ns)

    def amend_floor(self, later_ns: float) -> None:
        """The clock was wrong in the open bin: its samples were so much later."""
        self.floor = (self.floor[0] + later_ns, self.floor[1] - later_ns)

    def _close_bin(self, now_ns: float, begun_ns: float) -> None:
        """Refit at a bin's end and steer towards the new line."""
        params = self._params
        self.bins += 1
        self._finder.add(*self.floor)
        self._stretch = min(self._stretch, self.floor, key=_delay)
        if now_ns - self._stretch_begun_ns >= params.stretch_ns:
            self._close_stretch(now_ns)
        age = now_ns - begun_ns
        starting = age < params.start_ns
        self._steer(now_ns, self._width(age), may_jump=starting)
        self.floor = (now_ns, np.inf)

    def _width(self, age_ns: float) -> int:
        """Of the bin to open."""
        params = self._params
        if age_ns < params.early_ns:
            return params.start_bin_ns if age_ns < params.start_ns else params.early_bin_ns
        return params.bin_ns if age_ns < params.late_ns else params.late_bin_ns

    def _close_stretch(self, now_ns: float) -> None:
        self._finder.add_long(*self._stretch)
        self._stretches += 1
        if self._kept is not None:
            arrival, delay = (np.concatenate(column) for column in zip(*self._kept, strict=True))
            found = delays(arrival, delay, self._params.comb)
            self._finder.comb_ns = self._params.beacon_comb_ns if self._beacons else found.comb_ns
            self._finder.expect_spread(found.spread_ns)
        # links change slowly: look at the 1st, 2nd, 4th, 8th ... stretch and then every 64th
        following = self._stretches + 1
        due = following % 64 == 0 or following & (following - 1) == 0
        self._kept = [] if due else None
        self._stretch = (now_ns, np.inf)
        self._stretch_begun_ns = now_ns

    def _steer(self, now_ns: float, width_ns: int, *, may_jump: bool) -> None:
        found = self._finder.line(now_ns)
        self.skew, self.sigma_ns = found.slope, found.sigma
        current = found.y if may_jump else self.line.at(now_ns)
        early = width_ns < self._params.bin_ns
        limit = self._params.early_slew_limit if early else self._params.slew_limit
        pull = min(max((found.y - current) / width_ns, -limit), limit)
        self._known, self._steady = True, not may_jump
        self.line = Line(now_ns, current, found.slope + pull, found.sigma)
        self.border_ns = now_ns + width_ns


def _delay(floor: tuple[float, float]) -> float:
    return floor[1]
