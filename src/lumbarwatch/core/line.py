"""What the finders of a clock's line have in common."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """``y + slope (x - x0)``; ``sigma`` of y, in its unit."""

    x: float
    y: float
    slope: float
    sigma: float

    def at(self, x: float) -> float:
        """Value at x."""
        return self.y + self.slope * (x - self.x)


class LineFinder(Protocol):
    """Finds the line under packets' delays from floors (time and delay of the fastest); in ns."""

    comb_ns: float  # known to be left open even by a long stretch
    expected_skew: float  # slope before anything is known

    def add(self, time_ns: float, floor_ns: float) -> None:
        """The fastest packet of another stretch, short or long: the line is not above it."""
        ...

    def add_long(self, time_ns: float, floor_ns: float) -> None:
        """The fastest packet of a stretch so long that the line cannot be far below."""
        ...

    def expect_spread(self, spread_ns: float) -> None:
        """Delays are seen to spread so much (median above the least)."""
        ...

    def line(self, now_ns: float) -> Line:
        """The line as it stands, at ``now_ns``."""
        ...
