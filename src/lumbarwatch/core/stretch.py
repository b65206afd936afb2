"""World up in a sensor's frame over a closed stretch, forwards and backwards (definitions 3)."""

import numpy as np
from vqf import offlineVQF

from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import NS_PER_S


def smoothed_up(t_ns: Integers, gyr: Floats, acc: Floats) -> Floats:
    """World up (n, 3) in the sensor's frame by offline VQF on an even grid of the stretch's own period."""
    period_ns = float(np.median(np.diff(t_ns)))
    even = np.arange(0.0, float(t_ns[-1] - t_ns[0]) + 0.5 * period_ns, period_ns)
    t = (t_ns - t_ns[0]).astype(np.float64)
    found = offlineVQF(_resampled(even, t, gyr), _resampled(even, t, acc), None, period_ns / NS_PER_S)
    return _resampled(t, even, up_of(np.asarray(found["quat6D"])))


def _resampled(at: Floats, t: Floats, values: Floats) -> Floats:
    """Vectors (n, 3) known at t, linearly interpolated to other times (m, 3)."""
    resampled = np.empty((len(at), values.shape[1]))
    for column in range(values.shape[1]):
        resampled[:, column] = np.interp(at, t, values[:, column])
    return resampled


def up_of(quat_wxyz: Floats) -> Floats:
    """World up in the sensor's frame: third row of the rotation sensor to earth."""
    w, x, y, z = quat_wxyz.T
    return np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)), axis=1)
