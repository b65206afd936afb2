"""What lay in a gap of lost samples, and how far wrong that guess may be."""

from math import sqrt

import numpy as np

from lumbarwatch.model.checks import Floats

BRIDGE_ERROR_SHARE = 0.58
"""Error of a rotation bridged in a straight line, as a share of (rms departure of the rate from a straight
line over such a span) x (the gap's length). Measured on 8 BROAD trials (doi:10.3390/data6070072) for gaps of
30, 100 and 200 ms: 0.46 to 0.78, median 0.60, whatever the movement."""

EDGE_ERROR_SHARE = 0.2
"""The same as a share of the change across the gap (0.1 to 0.6 on BROAD): all there is after quiet."""


def straight(before: Floats, after: Floats, n: int) -> Floats:
    """The n samples (n, k) between two neighbours (k,) on a straight line."""
    share = np.arange(1, n + 1)[:, None] / (n + 1)
    return before + share * (after - before)


def departure(values: Floats, span: int) -> float:
    """RMS distance of ``values`` (n, 3) from the straight line between neighbours a span apart."""
    half = min(max(1, span // 2), (len(values) - 2) // 2)
    if half < 1:
        return 0.0
    off = values[half:-half] - 0.5 * (values[2 * half :] + values[: -2 * half])
    return sqrt(float(np.einsum("ij,ij->", off, off)) / len(off))


def bridge_error(recent: Floats, before: Floats, after: Floats, lost: int, period_s: float) -> float:
    """One sigma (norm) of the integral of a quantity over a gap bridged in a straight line.

    Parameters
    ----------
    recent : (n, 3)
        The quantity before the gap: what it did there it may have done in the gap.
    before, after : (3,)
        Its values at the gap's ends: a change shows that something happened.
    lost
        Samples missing.
    period_s
        Sample period, s.
    """
    change = after - before
    edge = EDGE_ERROR_SHARE * sqrt(float(change[0] ** 2 + change[1] ** 2 + change[2] ** 2))
    bend = BRIDGE_ERROR_SHARE * departure(recent, lost + 1)
    return sqrt(bend * bend + edge * edge) * (lost + 1) * period_s
