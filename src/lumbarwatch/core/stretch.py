"""World up in a sensor's frame over a closed stretch, forwards and backwards (definitions 3)."""

import numpy as np
from vqf import offlineVQF

from lumbarwatch.core.rotations import up_in_sensor
from lumbarwatch.core.strapdown import interval_rates
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import NS_PER_S


def smoothed_up(t_ns: Integers, gyr: Floats, acc: Floats) -> Floats:
    """World up (n, 3) in the sensor's frame by offline VQF on an even grid of the stretch's own period."""
    period_ns = float(np.median(np.diff(t_ns)))
    even = np.arange(0.0, float(t_ns[-1] - t_ns[0]) + 0.5 * period_ns, period_ns)
    t = (t_ns - t_ns[0]).astype(np.float64)
    even_gyr = _resampled(even, t, gyr)
    rates = interval_rates(even_gyr, even_gyr[[0, 0]], np.full(len(even), period_ns / NS_PER_S))
    found = offlineVQF(rates, _resampled(even, t, acc), None, period_ns / NS_PER_S)
    return _resampled(t, even, up_in_sensor(np.asarray(found["quat6D"])))


def _resampled(at: Floats, t: Floats, values: Floats) -> Floats:
    """Vectors (n, 3) known at t, linearly interpolated to other times (m, 3)."""
    resampled = np.empty((len(at), values.shape[1]))
    for column in range(values.shape[1]):
        resampled[:, column] = np.interp(at, t, values[:, column])
    return resampled
