"""Axes without a calibration: enough to draw and, where the lift shows itself, to count; never to grade.

A hip thrust raises the hips while the pelvis turns face up, and one rests at its bottom. Squats, bows and
deadlifts rest at their top. The lift is looked for part by part: walking in and lying down turn and move the
hips in their own way. Where neither is clear the calmest moment is taken for standing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import butter, sosfiltfilt

from lumbarwatch.core.alignment import Stretch, principal_axis
from lumbarwatch.core.facing import facing_forward
from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Mounting

BOTTOM_DEG = 45.0
"""Pelvis pitch at the bottom of a hip thrust (definitions 1)."""


@dataclass(frozen=True, slots=True)
class GuessParams:
    """Conventions; the rise per radian is that of the chain of definitions 7 (0.3 m over 45 deg), roughly."""

    calm_s: float = 2.0
    still_dps: float = 6.0
    moving_dps: float = 15.0
    band_hz: tuple[float, float] = (0.12, 3.0)
    least_correlation: float = 0.85
    least_explained: float = 0.9
    rise_m_per_rad: tuple[float, float] = (0.2, 0.65)
    least_still_s: float = 1.0
    low_third: float = 1.0 / 3.0
    part_s: float = 12.0  # a part holds a rep or two, however slow
    hop_s: float = 1.0
    least_swing_deg: float = 4.0  # root mean square within the band: something is lifted


@dataclass(frozen=True, slots=True, eq=False)
class _Swing:
    """One sensor's turning about its main axis."""

    up: Floats  # (n, 3)
    axis: Floats  # (3,)
    explained: float
    angle: Floats  # (n,) rad, about the axis, from an arbitrary zero
    bias: Floats


def guess_mountings(
    stretches: Mapping[Placement, Stretch], params: GuessParams | None = None
) -> tuple[dict[Placement, Mounting], bool]:
    """Mountings from movement alone (empty where a sensor hardly moved), and whether hip thrusts show."""
    p = params or GuessParams()
    swings = {place: _swing(stretch, p) for place, stretch in stretches.items()}
    if min(swing.explained for swing in swings.values()) == 0.0:
        return {}, False
    whole, whole_swings = stretches, swings
    stretches = _lifted(stretches, swings[Placement.PELVIS], p)
    swings = {place: _swing(stretch, p) for place, stretch in stretches.items()}
    pelvis, stretch = swings[Placement.PELVIS], stretches[Placement.PELVIS]
    clear = min(swing.explained for swing in swings.values()) >= p.least_explained
    thrust = _thrust_sign_and_bottom(pelvis, stretch, p) if clear else None
    if thrust is None:
        standing = {place: _standing(swing, whole[place], p) for place, swing in whole_swings.items()}
        return facing_forward(standing, whole), False
    sign, bottom = thrust
    mountings: dict[Placement, Mounting] = {}
    for place, swing in swings.items():
        same = place is Placement.PELVIS or _together(pelvis, stretch, swing, stretches[place])
        at = int(np.searchsorted(stretches[place].t_ns, int(stretch.t_ns[bottom])))
        mountings[place] = _mounting(
            swing, swing.up[min(at, len(swing.up) - 1)], sign if same else -sign, BOTTOM_DEG
        )
    return mountings, True


def _standing(swing: _Swing, stretch: Stretch, p: GuessParams) -> Mounting:
    """The first calm moment taken for standing, the main horizontal axis of movement for left and right."""
    inside = np.zeros(len(stretch.t_ns), np.bool_)
    inside[_first_calm(stretch.gyr_radps - swing.bias, _points(stretch, p.calm_s), p)] = True
    cranial = stretch.vertical(inside)
    rate = stretch.gyr_radps - swing.bias
    flat = rate - np.outer(np.einsum("ij,j->i", rate, cranial), cranial)
    axis, explained = principal_axis(flat, np.radians(p.moving_dps))
    return _mounting(replace(swing, axis=axis, explained=explained), cranial, 1.0, 0.0)


def _swing(stretch: Stretch, p: GuessParams) -> _Swing:
    calm = _calmest(stretch.gyr_radps, _points(stretch, p.calm_s))
    bias = stretch.gyr_radps[calm].mean(axis=0)
    up = stretch.up(bias)
    axis, explained = principal_axis(stretch.gyr_radps - bias, np.radians(p.moving_dps))
    across = np.linalg.svd(axis[None, :])[2][1:]  # two directions across the axis
    across[1] = np.cross(axis, across[0])
    angle = -np.unwrap(np.arctan2(np.einsum("ij,j->i", up, across[1]), np.einsum("ij,j->i", up, across[0])))
    return _Swing(up, axis, explained, angle, bias)


def _lifted(
    stretches: Mapping[Placement, Stretch], pelvis: _Swing, p: GuessParams
) -> Mapping[Placement, Stretch]:
    """The longest run of parts in which the hips rise as the pelvis turns; all there is where none does."""
    stretch = stretches[Placement.PELVIS]
    moved = _moved(pelvis, stretch, p)
    if moved is None:
        return stretches
    size, hop = _points(stretch, p.part_s), _points(stretch, p.hop_s)
    starts = np.arange(0, max(len(stretch.t_ns) - size, 0) + 1, hop)
    together, turned, risen = (
        _summed(product, starts, size) for product in (moved[0] * moved[1], moved[0] ** 2, moved[1] ** 2)
    )
    lively = turned > size * np.radians(p.least_swing_deg) ** 2
    linked = np.abs(together) >= p.least_correlation * np.sqrt(turned * risen)
    rise = np.abs(together) / np.maximum(turned, 1e-12)
    like_a_thrust = (rise >= p.rise_m_per_rad[0]) & (rise <= p.rise_m_per_rad[1])
    run = _longest_run(lively & linked & like_a_thrust)
    if run is None:
        return stretches
    start_ns, end_ns = (
        int(stretch.t_ns[i]) for i in (starts[run[0]], min(starts[run[1] - 1] + size, len(stretch.t_ns)) - 1)
    )
    return {place: _between(each, start_ns, end_ns) for place, each in stretches.items()}


def _moved(swing: _Swing, stretch: Stretch, p: GuessParams) -> tuple[Floats, Floats] | None:
    """Angle (rad) and height (m) of a sensor within the band of lifts, through the same filters."""
    if stretch.acc_mps2 is None:
        return None
    vertical = np.einsum("ij,ij->i", stretch.acc_mps2, swing.up) - STANDARD_GRAVITY_MPS2
    step_s = float(np.median(np.diff(stretch.t_ns))) / NS_PER_S
    height = _band(np.cumsum(_band(np.cumsum(vertical) * step_s, step_s, p)) * step_s, step_s, p)
    return _band(_band(_band(swing.angle, step_s, p), step_s, p), step_s, p), height


def _thrust_sign_and_bottom(swing: _Swing, stretch: Stretch, p: GuessParams) -> tuple[float, int] | None:
    """The axis' sign with which turning face up is positive, and a sample at rest at the bottom."""
    moved = _moved(swing, stretch, p)
    if moved is None:
        return None
    angle, height = moved
    power = float(angle @ angle)
    covariance = float(angle @ height)
    if power == 0.0 or abs(covariance) < p.least_correlation * np.sqrt(power * float(height @ height)):
        return None
    rise, sign = abs(covariance) / power, float(np.sign(covariance))
    if not p.rise_m_per_rad[0] <= rise <= p.rise_m_per_rad[1]:
        return None
    rest = _longest_rest(stretch.gyr_radps - swing.bias, _points(stretch, p.least_still_s), p)
    if rest is None:
        return None
    rate = stretch.gyr_radps - swing.bias
    moving = np.einsum("ij,ij->i", rate, rate) > np.radians(p.moving_dps) ** 2
    low = np.quantile(sign * swing.angle[moving], p.low_third)  # of where the lift passes
    level = float(np.median(sign * swing.angle[rest[0] : rest[1]]))
    return (sign, (rest[0] + rest[1]) // 2) if level < low else None


def _band(values: Floats, step_s: float, p: GuessParams) -> Floats:
    """Zero-phase band-pass: lifts, without drift and noise. Nothing causal is computed from it."""
    sos = butter(
        2, (p.band_hz[0] * 2 * step_s, min(p.band_hz[1] * 2 * step_s, 0.9)), "bandpass", output="sos"
    )
    return np.asarray(sosfiltfilt(sos, values - values.mean()), np.float64)


def _together(one: _Swing, at: Stretch, other: _Swing, at_other: Stretch) -> bool:
    """Whether two sensors turn the same way about their axes."""
    moved = np.interp(at.t_ns, at_other.t_ns, other.angle)
    return float(np.diff(one.angle) @ np.diff(moved)) > 0


def _mounting(swing: _Swing, up: Floats, sign: float, pitch_deg: float) -> Mounting:
    """The mounting with which a posture, given by world up (3,) in the sensor's frame, has a pitch."""
    right = sign * swing.axis
    flat = up - (up @ right) * right
    flat = flat / np.linalg.norm(flat)
    turn = np.radians(pitch_deg)
    cranial = np.cos(turn) * flat + np.sin(turn) * np.cross(right, flat)
    rotation = np.stack((np.cross(cranial, right), cranial, right))
    return Mounting(np.real(rotation), swing.bias, swing.explained, 0.0, 0.0, 0.0)


def _points(stretch: Stretch, seconds: float) -> int:
    period_ns = max(float(np.median(np.diff(stretch.t_ns))), 1.0)
    return max(1, min(round(seconds * NS_PER_S / period_ns), len(stretch.t_ns) - 1))


def _calmest(gyr_radps: Floats, points: int) -> slice:
    """The window in which the sensor turned least."""
    rate = gyr_radps - np.median(gyr_radps, axis=0)
    power = np.concatenate(([0.0], np.cumsum(np.einsum("ij,ij->i", rate, rate))))
    i = int(np.argmin(power[points:] - power[:-points]))
    return slice(i, i + points)


def _first_calm(rate_radps: Floats, points: int, p: GuessParams) -> slice:
    """The first window that is calm throughout, else the calmest."""
    still = np.einsum("ij,ij->i", rate_radps, rate_radps) < np.radians(p.still_dps) ** 2
    count = np.concatenate(([0], np.cumsum(still)))
    calm = np.flatnonzero(count[points:] - count[:-points] == points)
    return slice(int(calm[0]), int(calm[0]) + points) if len(calm) else _calmest(rate_radps, points)


def _longest_rest(rate_radps: Floats, least: int, p: GuessParams) -> tuple[int, int] | None:
    run = _longest_run(np.einsum("ij,ij->i", rate_radps, rate_radps) < np.radians(p.still_dps) ** 2)
    return run if run is not None and run[1] - run[0] >= least else None


def _longest_run(holds: Booleans) -> tuple[int, int] | None:
    """Start and stop of the longest stretch in which a condition holds."""
    edges = np.flatnonzero(np.diff(holds, prepend=False, append=False))
    if not len(edges):
        return None
    k = int(np.argmax(edges[1::2] - edges[::2]))
    return int(edges[2 * k]), int(edges[2 * k + 1])


def _summed(values: Floats, starts: Integers, size: int) -> Floats:
    """Sums over windows of ``size`` from each start."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    return total[np.minimum(starts + size, len(values))] - total[starts]


def _between(stretch: Stretch, start_ns: int, end_ns: int) -> Stretch:
    inside = stretch.inside((start_ns, end_ns + 1))
    acc, quat = stretch.acc_mps2, stretch.quat_wxyz
    return Stretch(
        stretch.t_ns[inside],
        stretch.gyr_radps[inside],
        None if acc is None else acc[inside],
        None if quat is None else quat[inside],
    )
