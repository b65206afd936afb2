"""The calibration stretch, kept until it closes and then smoothed forwards and backwards (definitions 3)."""

from collections import deque

import numpy as np
from vqf import offlineVQF

from lumbarwatch.core.alignment import Stretch
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import NS_PER_S

KEEP_NS = 300 * NS_PER_S
"""Longest calibration stretch that is kept (convention: five guided minutes are ample)."""


class StretchBuffer:
    """Timed samples of one sensor since the session's start, bounded."""

    def __init__(self) -> None:
        self._batches: deque[TimedBatch] = deque()

    def add(self, timed: TimedBatch) -> None:
        """Keep samples."""
        if len(timed):
            self._batches.append(timed)
            while int(timed.t_ns[-1]) - int(self._batches[0].t_ns[-1]) > KEEP_NS:
                self._batches.popleft()

    def between(self, start_ns: int, end_ns: int) -> Stretch | None:
        """Samples of [start, end), smoothed; None where there are none."""
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
            return Stretch(t_ns, gyr, None, _up(quat))
        acc = np.concatenate([b.acc_mps2 for b in parts if b.acc_mps2 is not None])[inside]
        return Stretch(t_ns, gyr, acc, _smoothed_up(t_ns, gyr, acc))


def _smoothed_up(t_ns: np.ndarray[tuple[int], np.dtype[np.int64]], gyr: Floats, acc: Floats) -> Floats:
    """World up (n, 3) in the sensor's frame by offline VQF on an even grid of the stretch's own period."""
    period_ns = float(np.median(np.diff(t_ns)))
    even = np.arange(0.0, float(t_ns[-1] - t_ns[0]) + 0.5 * period_ns, period_ns)
    t = (t_ns - t_ns[0]).astype(np.float64)
    on_grid = [np.stack([np.interp(even, t, column) for column in values.T], axis=1) for values in (gyr, acc)]
    found = offlineVQF(
        np.ascontiguousarray(on_grid[0]), np.ascontiguousarray(on_grid[1]), None, period_ns / NS_PER_S
    )
    up = _up(found["quat6D"])
    return np.stack([np.interp(t, even, column) for column in up.T], axis=1)


def _up(quat_wxyz: Floats) -> Floats:
    """World up in the sensor's frame: third row of the rotation sensor to earth."""
    w, x, y, z = quat_wxyz.T
    return np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)), axis=1)
