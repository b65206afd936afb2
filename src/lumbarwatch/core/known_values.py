"""Figures of what is known of a channel: NaN is passed over, None where nothing is known."""

import numpy as np

from lumbarwatch.model.checks import Booleans, Floats


def median_known(values: Floats) -> float | None:
    """Median."""
    ordered = np.sort(values)  # NaN last
    n = len(ordered) - int(np.count_nonzero(np.isnan(ordered)))
    return float(0.5 * (ordered[(n - 1) // 2] + ordered[n // 2])) if n else None


def mean_known(values: Floats) -> float | None:
    """Mean."""
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def highest_known(values: Floats) -> float | None:
    """Maximum."""
    most = float(np.fmax.reduce(values, initial=-np.inf))
    return most if np.isfinite(most) else None


def lowest_known(values: Floats) -> float | None:
    """Minimum."""
    least = float(np.fmin.reduce(values, initial=np.inf))
    return least if np.isfinite(least) else None


def longest_run(holds: Booleans) -> int:
    """Points of the longest stretch in which a condition holds."""
    if not holds.any():
        return 0
    edges = np.flatnonzero(np.diff(holds, prepend=False, append=False))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0


def bridged(values: Floats) -> Floats | None:
    """Gaps bridged by straight lines, so that levels can be crossed; None where nothing is known."""
    known = np.isfinite(values)
    if known.all():
        return values
    if not known.any():
        return None
    index = np.arange(len(values))
    return np.interp(index, index[known], values[known])
