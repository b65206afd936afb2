"""The line under the delays of a clock whose rate is hardly known: samples counted at a nominal period."""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from lumbarwatch.core.line import Line

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class EnvelopeParams:
    """Tuning (convention)."""

    slope_limit: float = 0.2  # of the rate found in the first second
    memory: int = 60  # floors


class Envelope:
    """The line below all floors with the least mean distance to them.

    The solution of that linear program is the edge of the lower convex hull over the floors' mean time (Moon,
    Skelly, Towsley 1999, doi:10.1109/INFCOM.1999.749287).
    """

    def __init__(self, params: EnvelopeParams) -> None:
        self._limit = params.slope_limit
        self._floors: deque[tuple[float, float]] = deque(maxlen=params.memory)
        self.comb_ns = 0.0
        self.expected_skew = 0.0

    def add(self, time_ns: float, floor_ns: float) -> None:
        """Take in the fastest packet of another stretch."""
        self._floors.append((time_ns, floor_ns))

    def add_long(self, time_ns: float, floor_ns: float) -> None:
        """Nothing more to learn from it."""

    def expect_spread(self, spread_ns: float) -> None:
        """Nor from that."""

    def line(self, now_ns: float) -> Line:
        """The line at ``now_ns``; its sigma is the floors' mean distance from it."""
        floors = list(self._floors)
        hull = lower_hull(floors)
        middle = sum(x for x, _ in floors) / len(floors)
        slope = 0.0
        for (x0, y0), (x1, y1) in pairwise(hull):
            slope = (y1 - y0) / (x1 - x0)
            if middle <= x1:
                break
        slope = min(max(slope, -self._limit), self._limit)
        x, y = min(hull, key=lambda point: point[1] - slope * point[0])
        off = sum(b - y - slope * (a - x) for a, b in floors) / len(floors)
        return Line(now_ns, y + slope * (now_ns - x), slope, off)


def lower_hull(points: Points) -> Points:
    """Lower convex hull of points sorted by x (Andrew's monotone chain)."""
    hull: Points = []
    for x, y in points:
        while len(hull) > 1:
            (x0, y0), (x1, y1) = hull[-2], hull[-1]
            if (x1 - x0) * (y - y0) > (x - x0) * (y1 - y0):
                break
            hull.pop()
        hull.append((x, y))
    return hull
