"""The newest samples of a stream: the movement looked back on when something is lost."""

import numpy as np

from lumbarwatch.model.checks import Floats

Columns = tuple[Floats, ...]


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
