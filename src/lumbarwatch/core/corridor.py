"""Where a clock's line must lie, given the fastest packets of successive stretches of time.

A packet is never early, so the line is below every delay. Nor is it far below: a packet waits for the next
connection event, and where packet period and connection interval are in a simple ratio (20 and 30 ms) the
shortest wait stays anywhere between 0 and their common measure (10 ms) until the clocks' drift has swept it.
So each stretch confines the line to a corridor as wide as that measure, and all of them together, over the
minutes of a sweep, to far less. The estimate is the mean over all lines that fit, its spread the sigma.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from lumbarwatch.core.line import Line
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import NS_PER_S


@dataclass(frozen=True, slots=True)
class CorridorParams:
    """Tuning (convention, chosen in tests/accuracy/timebase.py)."""

    skew_limit: float = 150e-6
    skew_step: float = 2.5e-6
    skew_sigma: float = 50e-6  # crystals: 50 ppm at most in a sensor, 20 in a host
    known_skew_sigma: float = 10e-6  # of a device met before a restart
    tolerance_ns: float = 0.05e6  # of a long stretch's floor, grows where it proves larger; at least ...
    spread_share: float = 0.2  # ... this share of the delays' spread ...
    most_tolerance_ns: float = 1.0e6  # ... up to this
    least_width_ns: float = 0.05e6  # of the corridor
    generation_ns: float = 150 * NS_PER_S  # stretches are forgotten by generations ...
    generations: int = 4  # ... of which so many are kept: 8 to 10 min, over which skews are steady
    give_up_ns: float = 5e6  # lines missing the corridor by so much: the oldest generation is wrong


class Corridor:
    """Collects floors (time, delay of the fastest packet) and answers with the line; all in ns."""

    def __init__(self, params: CorridorParams, expected_skew: float = 0.0, certain: bool = False) -> None:
        self._params = params
        steps = round(params.skew_limit / params.skew_step)
        self._skews = np.arange(-steps, steps + 1) * params.skew_step
        self.expected_skew = expected_skew
        sigma = params.known_skew_sigma if certain else params.skew_sigma
        self._prior = np.exp(-0.5 * ((self._skews - expected_skew) / sigma) ** 2)
        self._begun_ns = 0.0
        # per generation: least and greatest offset at time 0, for each skew, that the floors allow
        self._lows: deque[Floats] = deque(maxlen=params.generations)
        self._highs: deque[Floats] = deque(maxlen=params.generations)
        self._learnt_ns = params.tolerance_ns
        self.comb_ns = 0.0  # common measure of packet period and connection interval, 0 where there is none

    def add(self, time_ns: float, floor_ns: float) -> None:
        """Take in the fastest packet of another stretch, short or long: the line is not above it."""
        offset = np.asarray(floor_ns - self._skews * time_ns, dtype=np.float64)
        if not self._lows or time_ns - self._begun_ns > self._params.generation_ns:
            self._begun_ns = time_ns
            self._lows.append(offset)
            self._highs.append(np.full(offset.shape, -np.inf))
        else:
            np.minimum(self._lows[-1], offset, out=self._lows[-1])

    def add_long(self, time_ns: float, floor_ns: float) -> None:
        """The fastest packet of a stretch so long that the line cannot be far below."""
        np.maximum(self._highs[-1], floor_ns - self._skews * time_ns, out=self._highs[-1])

    def expect_spread(self, spread_ns: float) -> None:
        """The more delays spread, the more the fastest packets of two long stretches may differ."""
        params = self._params
        expected = min(params.spread_share * spread_ns, params.most_tolerance_ns)
        self._learnt_ns = max(self._learnt_ns, expected)

    def line(self, now_ns: float) -> Line:
        """The mean of all lines that fit, each weighed by the prior of its skew."""
        low, width = self._corridor()
        widest = float(width.max())
        while widest < -self._params.give_up_ns and len(self._lows) > 1:
            self._lows.popleft()
            self._highs.popleft()
            low, width = self._corridor()
            widest = float(width.max())
        missing = self._params.least_width_ns - widest
        if missing > 0.0:  # stretches differ by more than was thought: so much wider is the corridor
            self._learnt_ns += missing
            width += missing
        width = np.minimum(np.maximum(width, 0.0), self.comb_ns + self._learnt_ns)
        weight = width * self._prior
        weight /= float(weight.sum())
        middle = (low - 0.5 * width) + self._skews * now_ns
        mean = float((weight * middle).sum())
        variance = float((weight * ((middle - mean) ** 2 + width**2 / 12.0)).sum())
        return Line(now_ns, mean, float((weight * self._skews).sum()), variance**0.5)

    def _corridor(self) -> tuple[Floats, Floats]:
        """Its upper edge at each skew, and how wide it is there; negative where no line fits."""
        low = _over(np.minimum, self._lows)
        return low, low - _over(np.maximum, self._highs) + (self.comb_ns + self._learnt_ns)


def _over(reduction: np.ufunc, generations: deque[Floats]) -> Floats:
    result = generations[0]
    for generation in list(generations)[1:]:
        result = reduction(result, generation)
    return result
