"""What lay in a gap of lost samples, and how far wrong that guess may be."""

from math import sqrt

import numpy as np

from lumbarwatch.model.checks import Floats

Columns = tuple[Floats, ...]

BRIDGE_ERROR_SHARE = 0.58
"""Error of a rotation bridged in a straight line, as a share of (rms departure of the rate from a straight
line over such a span) x (the gap's length). Measured on 8 BROAD trials (doi:10.3390/data6070072) for gaps of
30, 100 and 200 ms: 0.46 to 0.78, median 0.60, whatever the movement."""

EDGE_ERROR_SHARE = 0.2
"""The same as a share of the change across the gap (0.1 to 0.6 on BROAD): all there is after quiet."""


class Recent:
    """The newest samples of a stream, as columns (n, k) in step with each other.

    Two lengths of memory are allocated once; samples are moved to the front when the back is reached.
    """

    def __init__(self, samples: int, widths: tuple[int, ...]) -> None:
        self.samples = samples
        self._columns = tuple(np.empty((2 * samples, width)) for width in widths)
        self._end = 0

    def push(self, *columns: Floats) -> None:
        """Append samples (n, k) of each column; the oldest are forgotten."""
        n = min(len(columns[0]), self.samples)
        if self._end + n > 2 * self.samples:
            kept = self.samples
            for column in self._columns:
                column[:kept] = column[self._end - kept : self._end].copy()
            self._end = kept
        for own, new in zip(self._columns, columns, strict=True):
            own[self._end : self._end + n] = new[-n:]
        self._end += n

    def last(self, samples: int) -> Columns:
        """Views of the last so many samples, fewer where fewer have come; valid until the next push."""
        start = max(0, self._end - min(samples, self.samples))
        return tuple(column[start : self._end] for column in self._columns)

    def resized(self, samples: int) -> "Recent":
        """The same with another length of memory."""
        other = Recent(samples, tuple(column.shape[1] for column in self._columns))
        if self._end:
            other.push(*self.last(self.samples))
        return other

    def clear(self) -> None:
        """Forget all samples."""
        self._end = 0


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
