"""Six-pose calibration of an accelerometer: offset and scale of each axis from lying still in many poses.

At rest the corrected reading has the norm of gravity in every pose, so offset and scale follow from norms
alone; neither the poses nor a level table need to be known (multi-position method: Tedaldi, Pretto &
Menegatti 2014, doi:10.1109/ICRA.2014.6907297). Axes that are not at right angles are not fitted: with the
sensor on its six sides they change the norm in second order only, and six unknowns need only six poses.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lumbarwatch.core.stillness import StillParams, StillWindow, lying_s, still_windows
from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, SensorInfo
from lumbarwatch.model.sensor_calibration import (
    LARGEST_OFFSET_MPS2,
    LARGEST_SCALE_ERROR,
    AccelerometerCalibration,
    AccelerometerReason,
    Axes,
)

G = STANDARD_GRAVITY_MPS2
UNKNOWNS = 6


@dataclass(frozen=True, slots=True)
class SixPoseParams:
    """Tuning; conventions."""

    still: StillParams = field(default_factory=StillParams)
    least_poses: int = 6  # definitions 3
    distinct_deg: float = 20.0  # poses nearer than this are one
    largest_dilution: float = 3.0  # error of an offset, or of a scale times g, per error of a pose
    least_noise_mps2: float = 0.01  # 1 mg a pose: warming up, rounding, axes not quite at right angles
    largest_residual_mps2: float = 0.05  # 5 mg, about 0.3 deg


@dataclass(frozen=True, slots=True)
class AccelerometerFit:
    """What a recording says of an accelerometer. Without reasons there is a calibration, else none.

    ``poses`` counts the distinct ones among ``windows``; ``before_mps2`` and ``after_mps2`` are how far the
    windows' norms lie from g (root mean square) as read and as corrected, None where nothing was still.
    """

    calibration: AccelerometerCalibration | None
    reasons: tuple[AccelerometerReason, ...]
    windows: tuple[StillWindow, ...] = ()
    poses: int = 0
    before_mps2: float | None = None
    after_mps2: float | None = None


@dataclass(frozen=True, slots=True)
class PosesSoFar:
    """What a stream still running says: for whoever turns the sensor over.

    ``lying_s``: how long it has lain still by now (0: it moves); ``counts``: that is long enough, its pose is
    among ``poses``; ``again``: and that pose had been lain in before.
    """

    poses: int
    lying_s: float
    counts: bool
    again: bool


def poses_so_far(
    t_ns: Integers, gyr_radps: Floats, acc_mps2: Floats, params: SixPoseParams | None = None
) -> PosesSoFar:
    """Return the poses found in a stream by now, by the rules of :func:`fit_accelerometer`."""
    p = params or SixPoseParams()
    windows = still_windows(t_ns, gyr_radps, acc_mps2, p.still)
    lying = lying_s(t_ns, gyr_radps, acc_mps2, p.still)
    counts = bool(windows) and lying > 0.0 and windows[-1].end_ns >= int(t_ns[-1]) - round(lying * NS_PER_S)
    before = _distinct(windows[:-1] if counts else windows, p.distinct_deg)
    poses = _distinct(windows, p.distinct_deg)
    return PosesSoFar(poses, lying, counts, counts and poses == before)


def _distinct(windows: Sequence[StillWindow], distinct_deg: float) -> int:
    return count_poses(np.array([one.mean_mps2 for one in windows]), distinct_deg) if windows else 0


def fit_accelerometer(
    t_ns: Integers, gyr_radps: Floats, acc_mps2: Floats | None, params: SixPoseParams | None = None
) -> AccelerometerFit:
    """Find the poses in a stream by itself and fit offset and scale to them.

    1. Stretches in which the sensor lay still (:mod:`stillness`); at least six.
    2. Those less than 20 deg apart are one pose; at least six distinct ones.
    3. Least squares of ``|(a - offset) * scale| = g`` over the stretches by Gauss-Newton; refused where the
       geometry leaves an axis open, the result is beyond any part, or it explains the norms badly.

    Parameters
    ----------
    t_ns : (n,) int, ns
        Host time (arrival will do) of each sample.
    gyr_radps, acc_mps2 : (n, 3) float
        Rate and specific force in the sensor's frame, as read; None: the sensor sends orientations only.
    """
    p = params or SixPoseParams()
    if acc_mps2 is None:
        return AccelerometerFit(None, (AccelerometerReason.NO_RAW_DATA,))
    windows = still_windows(t_ns, gyr_radps, acc_mps2, p.still)
    if not windows:
        return AccelerometerFit(None, (AccelerometerReason.NOT_STILL,))
    read = np.array([window.mean_mps2 for window in windows])
    poses = count_poses(read, p.distinct_deg)
    seen = AccelerometerFit(None, (), windows, poses, before_mps2=_rms(_norms(read) - G))
    if len(windows) < p.least_poses:
        return replace(seen, reasons=(AccelerometerReason.TOO_FEW_POSES,))
    if poses < p.least_poses:
        return replace(seen, reasons=(AccelerometerReason.POSES_TOO_ALIKE,))
    return _fitted(seen, read, p)


def count_poses(read_mps2: Floats, distinct_deg: float) -> int:
    """How many of the directions (n, 3) are distinct; each is compared with every pose's first."""
    directions = read_mps2 / _norms(read_mps2)[:, None]
    found: list[Floats] = []
    for direction in directions:
        near = [float(direction @ other) > np.cos(np.radians(distinct_deg)) for other in found]
        if not any(near):
            found.append(direction)
    return len(found)


def corrected(batch: ImuBatch, calibration: AccelerometerCalibration | None) -> ImuBatch:
    """Return a batch with its specific force corrected; unchanged without a calibration or raw data."""
    if calibration is None or batch.acc_mps2 is None:
        return batch
    return replace(batch, acc_mps2=calibration.apply(batch.acc_mps2))


def corrected_info(info: SensorInfo) -> SensorInfo:
    """Return what is known of a sensor once its readings are corrected: the ends of its range move too."""
    if info.accelerometer is None or info.acc_range_mps2 is None:
        return info
    return replace(info, acc_range_mps2=info.accelerometer.reach_mps2(info.acc_range_mps2))


def _fitted(seen: AccelerometerFit, read: Floats, p: SixPoseParams) -> AccelerometerFit:
    solved = _gauss_newton(read)
    if solved is None or _dilution(solved.jacobian) > p.largest_dilution:
        return replace(seen, reasons=(AccelerometerReason.POSES_TOO_ALIKE,))
    offset, scale = solved.offset, solved.scale
    if np.abs(offset).max() > LARGEST_OFFSET_MPS2 or np.abs(scale - 1.0).max() > LARGEST_SCALE_ERROR:
        return replace(seen, reasons=(AccelerometerReason.IMPLAUSIBLE,))
    residual = _residual(solved.residuals)
    seen = replace(seen, after_mps2=_rms(solved.residuals))
    if residual is not None and residual > p.largest_residual_mps2:
        return replace(seen, reasons=(AccelerometerReason.RESIDUAL_TOO_LARGE,))
    sigma = max(residual or 0.0, p.least_noise_mps2) * _unit_sigmas(solved.jacobian)
    calibration = AccelerometerCalibration(
        offset_mps2=_axes(offset),
        scale=_axes(scale),
        offset_sigma_mps2=_axes(sigma[:3]),
        scale_sigma=_axes(sigma[3:] / G),
        residual_mps2=residual,
        poses=seen.poses,
    )
    return replace(seen, calibration=calibration)


def _residual(residuals: Floats) -> float | None:
    """Spread of the norms about g; None where six norms were fitted by six unknowns and can't disagree."""
    spare = len(residuals) - UNKNOWNS
    return float(np.sqrt(np.einsum("i,i->", residuals, residuals) / spare)) if spare else None


@dataclass(frozen=True, slots=True, eq=False)
class _Solved:
    """The least squares at its solution; ``jacobian`` (n, 6) by offset and by scale times g."""

    offset: Floats
    scale: Floats
    residuals: Floats
    jacobian: Floats


def _gauss_newton(read: Floats, steps: int = 12) -> _Solved | None:
    """Least squares of |(read - offset) * scale| = g; None where the poses do not decide it.

    Offset and scale errors are small, so that the problem is all but linear: three steps do.
    """
    offset, scale = np.zeros(3), np.ones(3)
    for _ in range(steps):
        residuals, jacobian = _linearised(read, offset, scale)
        step, _, rank, _ = np.linalg.lstsq(jacobian, -residuals, rcond=1e-6)
        if rank < UNKNOWNS or np.abs(step).max() > G:
            return None
        offset, scale = offset + step[:3], scale + step[3:] / G
        if np.abs(step).max() < 1e-12:
            break
    return _Solved(offset, scale, *_linearised(read, offset, scale))


def _linearised(read: Floats, offset: Floats, scale: Floats) -> tuple[Floats, Floats]:
    force = (read - offset) * scale
    norms = _norms(force)
    direction = force / norms[:, None]
    return norms - G, np.concatenate([-direction * scale, direction * (read - offset) / G], axis=1)


def _unit_sigmas(jacobian: Floats) -> Floats:
    """One sigma (6,) of offsets and of scales times g where every norm has one sigma of 1."""
    return np.sqrt(np.diag(np.linalg.inv(jacobian.T @ jacobian)))


def _dilution(jacobian: Floats) -> float:
    return float(_unit_sigmas(jacobian).max())


def _norms(vectors: Floats) -> Floats:
    return np.sqrt(np.einsum("ij,ij->i", vectors, vectors))


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _axes(values: Floats) -> Axes:
    x, y, z = (float(value) for value in values)
    return x, y, z


def poses_missing(windows: Sequence[StillWindow], distinct_deg: float = 45.0) -> tuple[str, ...]:
    """Name the sides ("+x" ... "-z": the axis that points up) on which the sensor has not lain."""
    sides = np.concatenate([np.eye(3), -np.eye(3)])
    names = ("+x", "+y", "+z", "-x", "-y", "-z")
    if not windows:
        return names
    read = np.array([window.mean_mps2 for window in windows])
    directions = read / _norms(read)[:, None]
    lain = (np.einsum("ij,kj->ik", sides, directions) > np.cos(np.radians(distinct_deg))).any(axis=1)
    return tuple(name for name, there in zip(names, lain.tolist(), strict=True) if not there)
