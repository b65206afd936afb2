"""The few functions of scipy used here, with types (scipy ships none)."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import scipy.interpolate  # pyright: ignore[reportMissingTypeStubs]
import scipy.signal  # pyright: ignore[reportMissingTypeStubs]
import scipy.spatial.transform  # pyright: ignore[reportMissingTypeStubs]

from lumbarwatch.model.checks import Floats

_rotation = cast("Any", scipy.spatial.transform.Rotation)
_interpolate = cast("Any", scipy.interpolate)
_signal = cast("Any", scipy.signal)


def rotation_about(axis: str, degrees: float) -> Floats:
    """Matrix (3, 3) of a turn about ``x``, ``y`` or ``z``."""
    return np.asarray(_rotation.from_euler(axis, degrees, degrees=True).as_matrix(), dtype=np.float64)


def rotation_of(vector_deg: Floats) -> Floats:
    """Matrix (3, 3) of a rotation vector."""
    return np.asarray(_rotation.from_rotvec(vector_deg, degrees=True).as_matrix(), dtype=np.float64)


def any_rotation(rng: np.random.Generator) -> Floats:
    """A matrix (3, 3) drawn uniformly from all rotations."""
    return np.asarray(_rotation.random(rng=rng).as_matrix(), dtype=np.float64)


def quaternions_wxyz(matrices: Floats) -> Floats:
    """Unit quaternions (n, 4), scalar first, of matrices (n, 3, 3)."""
    return np.asarray(_rotation.from_matrix(matrices).as_quat(scalar_first=True), dtype=np.float64)


def smooth_through(t_s: Floats, values: Floats) -> Callable[[Floats, int], Floats]:
    """Quintic spline through (n, k) values; the result gives the ``nu``-th derivative at given times."""
    spline = _interpolate.make_interp_spline(t_s, values, k=5)
    return lambda at_s, nu: np.asarray(spline(at_s, nu), dtype=np.float64)


def low_pass(values: Floats, keep: float) -> Floats:
    """First-order low-pass along the first axis, from zero; ``keep``: share kept from sample to sample."""
    return np.asarray(_signal.lfilter([1.0 - keep], [1.0, -keep], values, axis=0), dtype=np.float64)
