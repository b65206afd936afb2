"""How each sensor sits on its segment, from standing still and slow bows (definitions 3).

Any mounting rotation is allowed, heading never enters. Each refusal has its reason.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lumbarwatch.core.geometry import pitch_deg
from lumbarwatch.core.rotations import up_in_sensor
from lumbarwatch.core.stretch import smoothed_up
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import CalibrationReason, Mounting


@dataclass(frozen=True, slots=True)
class AlignmentParams:
    """Limits of definitions 3; ``least_still_s`` and ``moving_dps`` are conventions."""

    still_sd_deg: float = 0.7
    axis_explained: float = 0.90
    axis_elevation_deg: float = 8.0
    elevations_differ_deg: float = 15.0
    least_range_deg: float = 20.0
    swap_ratio: float = 1.2
    least_still_s: float = 1.5
    least_coverage: float = 0.8  # share of a window that must hold samples
    moving_dps: float = 5.0


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """A closed stretch of one sensor's samples; all in the sensor's frame."""

    t_ns: Integers  # (n,)
    gyr_radps: Floats  # (n, 3) as measured
    acc_mps2: Floats | None  # (n, 3)
    quat_wxyz: Floats | None = None  # (n, 4) where there is no specific force

    def up(self, bias_radps: Floats) -> Floats:
        """World up (n, 3), smoothed forwards and backwards with a known gyro bias (definitions 3)."""
        if self.acc_mps2 is None:
            assert self.quat_wxyz is not None
            return up_in_sensor(self.quat_wxyz)
        return smoothed_up(self.t_ns, self.gyr_radps - bias_radps, self.acc_mps2)

    def mean_norm_mps2(self, inside: Booleans) -> float | None:
        """Norm of the averaged specific force (m/s^2)."""
        return None if self.acc_mps2 is None else float(np.linalg.norm(self.acc_mps2[inside].mean(axis=0)))

    def vertical(self, inside: Booleans) -> Floats:
        """Mean world up (3,), unit: the averaged specific force, which no settling filter has touched."""
        values = up_in_sensor(self.quat_wxyz) if self.quat_wxyz is not None else self.acc_mps2
        assert values is not None
        mean: Floats = values[inside].mean(axis=0)
        return mean / float(np.linalg.norm(mean))

    def inside(self, window: tuple[int, int]) -> Booleans:
        """Samples within a half-open window of host times."""
        return (self.t_ns >= window[0]) & (self.t_ns < window[1])


@dataclass(frozen=True, slots=True)
class Aligned:
    """Mountings of both sensors with the verdict."""

    mountings: Mapping[Placement, Mounting]
    reasons: tuple[CalibrationReason, ...]  # refusals; empty: usable
    swapped: bool | None  # None: undecided
    zero_sigma_deg: float
    stand_norms_mps2: tuple[float, ...] = ()


def align(
    stretches: Mapping[Placement, Stretch],
    stand: tuple[int, int],
    hinge: tuple[int, int],
    params: AlignmentParams,
) -> Aligned:
    """Find both mountings; sensors worn the wrong way round are found by the bows and exchanged."""
    mountings: dict[Placement, Mounting] = {}
    reasons: list[CalibrationReason] = []
    for place in Placement:
        mounting, refused = mount(stretches[place], stand, hinge, params)
        reasons += [reason for reason in refused if reason not in reasons]
        if mounting is not None:
            mountings[place] = mounting
    if len(mountings) < len(Placement):
        return Aligned(mountings, tuple(reasons), swapped=None, zero_sigma_deg=float("inf"))
    pelvis, lumbar = mountings[Placement.PELVIS], mountings[Placement.LUMBAR]
    if abs(pelvis.axis_elevation_deg - lumbar.axis_elevation_deg) > params.elevations_differ_deg:
        reasons.append(CalibrationReason.ELEVATIONS_DIFFER)
    swapped = _swapped(pelvis.bow_range_deg, lumbar.bow_range_deg, params.swap_ratio)
    sway = float(np.hypot(pelvis.still_sd_deg, lumbar.still_sd_deg))
    norms = [stretch.mean_norm_mps2(stretch.inside(stand)) for stretch in stretches.values()]
    known = tuple(norm for norm in norms if norm is not None)
    return Aligned(mountings, tuple(reasons), swapped, zero_sigma_deg=sway, stand_norms_mps2=known)


def mount(
    stretch: Stretch, stand: tuple[int, int], hinge: tuple[int, int], params: AlignmentParams
) -> tuple[Mounting | None, list[CalibrationReason]]:
    """Mounting of one sensor: Y from gravity while standing, Z from the bows, X = Y x Z."""
    still, bows = stretch.inside(stand), stretch.inside(hinge)
    missing = uncovered(stretch, still, stand, params) or uncovered(stretch, bows, hinge, params)
    if missing is not None:
        return None, [missing]
    cranial = stretch.vertical(still)
    bias = stretch.gyr_radps[still].mean(axis=0)
    up = stretch.up(bias)
    still_sd_deg = sway_deg(up[still])
    axis, explained = principal_axis(stretch.gyr_radps[bows] - bias, np.radians(params.moving_dps))
    elevation_deg = float(np.degrees(np.arcsin(np.clip(axis @ cranial, -1.0, 1.0))))
    rotation = _frame(cranial, axis)
    pitch = pitch_deg(np.einsum("ij,nj->ni", rotation, up[bows]))
    forward, backward = -float(np.percentile(pitch, 5)), float(np.percentile(pitch, 95))
    if backward > forward:  # bowing must make phi negative
        rotation = np.stack((-rotation[0], rotation[1], -rotation[2]))
        elevation_deg = -elevation_deg
        forward = backward
    mounting = Mounting(
        segment_from_sensor=rotation,
        gyr_bias_radps=bias,
        axis_explained=explained,
        axis_elevation_deg=elevation_deg,
        bow_range_deg=max(forward, 0.0),
        still_sd_deg=still_sd_deg,
    )
    return mounting, _refusals(mounting, params)


def principal_axis(rate_radps: Floats, moving_radps: float) -> tuple[Floats, float]:
    """First principal axis (3,) of rates (n, 3) while moving, and the share of the movement about it."""
    moving = np.einsum("ij,ij->i", rate_radps, rate_radps) > moving_radps**2
    if not moving.any():
        return np.array([1.0, 0.0, 0.0]), 0.0
    moved = rate_radps[moving]
    shares, axes = np.linalg.eigh(np.einsum("ni,nj->ij", moved, moved))
    return np.real(axes[:, 2]), float(shares[2] / shares.sum())


def _frame(cranial: Floats, axis: Floats) -> Floats:
    """Rotation (3, 3) sensor to segment from Y and a raw Z axis."""
    right = axis - (axis @ cranial) * cranial
    norm = float(np.linalg.norm(right))
    if norm < 1e-6:  # an axis along gravity says nothing: any horizontal one will do, it is refused anyway
        right = np.cross(cranial, np.eye(3)[int(np.argmin(np.abs(cranial)))])
        norm = float(np.linalg.norm(right))
    right = right / norm
    return np.real(np.stack((np.cross(cranial, right), cranial, right)))


def sway_deg(up: Floats) -> float:
    """Standard deviation of the vertical's direction about its mean."""
    mean = up.mean(axis=0)
    off: Floats = np.clip(np.einsum("ij,j->i", up, mean / np.linalg.norm(mean)), -1.0, 1.0)
    return float(np.degrees(np.sqrt(np.mean(np.arccos(off) ** 2))))


def uncovered(
    stretch: Stretch, inside: Booleans, window: tuple[int, int], params: AlignmentParams
) -> CalibrationReason | None:
    """Why a window can't be judged: no samples, or too many missing."""
    if inside.sum() < 10:
        return CalibrationReason.SENSOR_MISSING
    t = stretch.t_ns[inside]
    gaps = np.diff(t, prepend=window[0], append=window[1])
    missing = gaps[gaps > NS_PER_S // 4].sum()
    return CalibrationReason.GAP if missing > (1 - params.least_coverage) * (window[1] - window[0]) else None


def _refusals(mounting: Mounting, params: AlignmentParams) -> list[CalibrationReason]:
    checks = (
        (mounting.still_sd_deg > params.still_sd_deg, CalibrationReason.NOT_STILL),
        (mounting.axis_explained < params.axis_explained, CalibrationReason.AXIS_UNCLEAR),
        (abs(mounting.axis_elevation_deg) > params.axis_elevation_deg, CalibrationReason.AXIS_NOT_HORIZONTAL),
        (mounting.bow_range_deg < params.least_range_deg, CalibrationReason.MOVED_TOO_LITTLE),
    )
    return [reason for failed, reason in checks if failed]


def _swapped(pelvis_range_deg: float, lumbar_range_deg: float, ratio: float) -> bool | None:
    """In bows with a rounding back L1 tips further than the pelvis."""
    if pelvis_range_deg <= 0 or lumbar_range_deg <= 0:
        return None
    if lumbar_range_deg >= ratio * pelvis_range_deg:
        return False
    return True if pelvis_range_deg >= ratio * lumbar_range_deg else None
