"""The straight line that lies closest under a set of points."""

from dataclasses import dataclass

Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through ``(x, y)``; ``sigma`` in units of y."""

    x: float
    y: float
    slope: float
    sigma: float = 0.0

    def at(self, x: float) -> float:
        """Value at x."""
        return self.y + self.slope * (x - self.x)


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


def supporting_line(points: Points, slope: float, slope_limit: float) -> Line:
    """Line below all points (sorted by x, at least one) with the smallest mean distance to them.

    The solution of this linear program is the hull's edge over the points' mean x; where that edge is steeper
    than ``slope_limit``, the line of the limit's slope. ``slope`` is used where a single point leaves it open.
    """
    hull = lower_hull(points)
    middle = sum(x for x, _ in points) / len(points)
    if len(hull) > 1:
        for (x0, y0), (x1, y1) in zip(hull, hull[1:], strict=False):
            if middle <= x1:
                slope = (y1 - y0) / (x1 - x0)
                break
    slope = min(max(slope, -slope_limit), slope_limit)
    x, y = min(hull, key=lambda point: point[1] - slope * point[0])
    line = Line(x, y, slope)
    above = sorted(y - line.at(x) for x, y in points)
    return Line(x, y, slope, sigma=above[len(above) // 2])
