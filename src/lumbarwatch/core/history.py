"""The last minutes of angles on the grid, for the metrics of a rep that has just ended."""

import numpy as np

from lumbarwatch.model.checks import Floats

CHANNELS = (
    "pelvis_pitch_deg",
    "lumbar_pitch_deg",
    "pelvis_roll_deg",
    "lumbar_roll_deg",
    "lumbar_extension_deg",
    "pelvis_rate_dps",
    "pelvis_acc_norm_mps2",
    "lumbar_acc_norm_mps2",
    "pelvis_sigma_deg",
    "lumbar_sigma_deg",
    "lost",  # share of samples missing here, 0..1, the worse sensor
    "unsettled",
    "pelvis_present",
    "lumbar_present",
)
INDEX = {name: row for row, name in enumerate(CHANNELS)}


class History:
    """A growing window of channels by absolute grid index; what is forgotten is gone."""

    def __init__(self, capacity: int = 4096) -> None:
        self._data = np.empty((len(CHANNELS), capacity))
        self._first = 0
        self._size = 0

    @property
    def first(self) -> int:
        """Grid index of the oldest point kept."""
        return self._first

    @property
    def end(self) -> int:
        """Grid index after the newest point."""
        return self._first + self._size

    def append(self, first: int, block: Floats) -> None:
        """Append a block (channels, n) whose first column is grid index ``first``."""
        n = block.shape[1]
        if self._size == 0:
            self._first = first
        if self._size + n > self._data.shape[1]:
            grown = np.empty((len(CHANNELS), max(2 * self._data.shape[1], self._size + n)))
            grown[:, : self._size] = self._data[:, : self._size]
            self._data = grown
        self._data[:, self._size : self._size + n] = block
        self._size += n

    def forget_before(self, index: int) -> None:
        """Drop points before a grid index; cheap, and the memory stays bounded."""
        drop = min(index - self._first, self._size)
        if drop <= 0 or drop < self._size // 2:
            return
        keep = self._size - drop
        self._data[:, :keep] = self._data[:, drop : self._size].copy()
        self._first += drop
        self._size = keep

    def channel(self, name: str, start: int, stop: int) -> Floats:
        """One channel from grid index start to stop (exclusive), clipped to what is kept."""
        a = max(start - self._first, 0)
        return self._data[INDEX[name], a : max(stop - self._first, a)]

    def drop_from(self, index: int) -> None:
        """Take back points from a grid index on: they will be appended anew."""
        self._size = max(0, index - self._first)
