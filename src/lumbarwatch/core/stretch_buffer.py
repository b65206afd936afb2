"""The calibration stretch, kept until it closes."""

from collections import deque

import numpy as np

from lumbarwatch.core.alignment import Stretch
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.model.samples import NS_PER_S

KEEP_NS = 300 * NS_PER_S
"""Longest calibration stretch that is kept (convention: five guided minutes are ample)."""


class StretchBuffer:
    """Timed samples of one sensor over the last minutes."""

    def __init__(self) -> None:
        self._batches: deque[TimedBatch] = deque()
        self._oldest_ns = 0  # end of the oldest batch

    def add(self, timed: TimedBatch) -> None:
        """Keep samples."""
        if len(timed):
            self._batches.append(timed)
            if len(self._batches) == 1:
                self._oldest_ns = int(timed.t_ns[-1])

    def forget(self, now_ns: int) -> None:
        """Drop what is too old at a time on the grid (never by what has been pushed ahead of it)."""
        while self._batches and now_ns - self._oldest_ns > KEEP_NS:
            self._batches.popleft()
            if self._batches:
                self._oldest_ns = int(self._batches[0].t_ns[-1])

    def between(self, start_ns: int, end_ns: int) -> Stretch | None:
        """Samples of [start, end); None where there are too few."""
        parts = [b for b in self._batches if int(b.t_ns[-1]) >= start_ns and int(b.t_ns[0]) < end_ns]
        if not parts:
            return None
        t_ns = np.concatenate([b.t_ns for b in parts])
        inside = (t_ns >= start_ns) & (t_ns < end_ns)
        if inside.sum() < 10:
            return None
        gyr = np.concatenate([b.gyr_radps for b in parts])[inside]
        t_ns = t_ns[inside]
        if any(b.acc_mps2 is None for b in parts):
            quat = np.concatenate([b.quat_wxyz for b in parts if b.quat_wxyz is not None])[inside]
            return Stretch(t_ns, gyr, None, quat)
        acc = np.concatenate([b.acc_mps2 for b in parts if b.acc_mps2 is not None])[inside]
        return Stretch(t_ns, gyr, acc)
