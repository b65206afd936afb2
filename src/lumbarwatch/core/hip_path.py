"""Turning points and crossings of the hip height in a cycle (definitions 4: 5 and 95 % of the rise)."""

import numpy as np

from lumbarwatch.core.windows import highest_over, lowest_over
from lumbarwatch.model.checks import Floats


def top_between_bottoms(height: Floats, near: int) -> int:
    """The highest point on the cycle, which lies between the two bottoms around ``near``."""
    left = int(np.argmin(height[: near + 1]))
    right = near + int(np.argmin(height[near:]))
    return left + int(np.argmax(height[left : right + 1]))


def bottom_before(rising: Floats, prominence: float) -> float:
    """The bottom directly before the last value: back from it, until the height rises again by a fraction."""
    back = rising[_low_rest(rising) :][::-1]
    lowest = np.minimum.accumulate(back)
    deep = lowest < back.min() + 0.25 * (back[0] - back.min())  # a sticking point lies higher
    turned = deep & (back > lowest + prominence * (back[0] - lowest))
    k = int(np.argmax(turned))
    return float(lowest[k] if turned[k] else lowest[-1])


def _low_rest(rising: Floats, points: int = 100, steady: float = 0.03, low: float = 1.0 / 3.0) -> int:
    """Where the last rest of a second in the lower third of a rise has begun; 0 where there is none.

    What lies before such a rest, a sit-up or a shift of the hips, is no part of the rise (convention).
    """
    if len(rising) < points:
        return 0
    lowest = rising.min()
    whole = rising[-1] - lowest
    highest = highest_over(rising, points)
    level = highest <= lowest + low * whole
    if not level.any():
        return 0
    rests = level & (highest - lowest_over(rising, points) <= steady * whole)
    begun = np.flatnonzero(rests & ~np.concatenate(([False], rests[:-1])))
    start = int(begun[-1]) + points // 2 if len(begun) else 0  # it was come to until then
    lower_before = start > 0 and rising[:start].min() < rising[start:].min() - steady * whole
    return start if lower_before else 0


def _crossing(values: Floats, i: int, level: float) -> float:
    """Where between i and i + 1 a level is met."""
    step = values[i + 1] - values[i]
    return i + (float((level - values[i]) / step) if step else 0.0)


def last_at_most(values: Floats, level: float) -> float:
    """Fractional index at which the values leave a level upwards for good."""
    i = int(np.flatnonzero(values <= level)[-1])
    return _crossing(values, i, level) if i + 1 < len(values) else float(i)


def last_at_least(values: Floats, level: float) -> float:
    """Fractional index at which the values leave a level downwards for good."""
    return last_at_most(-values, -level)


def first_at_least(values: Floats, level: float, after: int) -> float:
    """Fractional index at which the values first reach a level from below, else the last."""
    found = np.flatnonzero(values[after:] >= level)
    if len(found) == 0:
        return float(len(values) - 1)
    i = after + int(found[0])
    return _crossing(values, i - 1, level) if i > 0 else 0.0


def first_at_most(values: Floats, level: float, after: int) -> float:
    """Fractional index at which the values first reach a level from above, else the last."""
    return first_at_least(-values, -level, after)
