"""Extremes over sliding windows, by doubling: a window of 100 costs seven comparisons of whole arrays."""

import numpy as np

from lumbarwatch.model.checks import Floats


def lowest_over(values: Floats, points: int) -> Floats:
    """Minimum (n - points + 1,) of each window of so many points of values (n,); NaN where one is NaN.

    Element i belongs to the window that begins at i. Empty where there are fewer values than points.
    """
    return _over(np.minimum, values, points)


def highest_over(values: Floats, points: int) -> Floats:
    """Maximum of each window, as :func:`lowest_over`."""
    return _over(np.maximum, values, points)


def _over(extreme: np.ufunc, values: Floats, points: int) -> Floats:
    if len(values) < points:
        return values[:0]
    covered = 1
    while covered < points:
        step = min(covered, points - covered)
        values = extreme(values[:-step], values[step:])
        covered += step
    return values
