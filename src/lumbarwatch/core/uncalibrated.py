"""Axes without a calibration: enough to draw and, where the lift shows itself, to count; never to grade.

A hip thrust raises the hips while the pelvis turns face up, and one rests at its bottom. Squats, bows and
deadlifts rest at their top. Where neither is clear the calmest moment is taken for standing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from scipy.signal import butter, sosfiltfilt

from lumbarwatch.core.alignment import Stretch, principal_axis
from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats
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
    pelvis, stretch = swings[Placement.PELVIS], stretches[Placement.PELVIS]
    clear = min(swing.explained for swing in swings.values()) >= p.least_explained
    thrust = _thrust_sign_and_bottom(pelvis, stretch, p) if clear else None
    if thrust is None:
        return {place: _standing(swing, stretches[place], p) for place, swing in swings.items()}, False
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


def _thrust_sign_and_bottom(swing: _Swing, stretch: Stretch, p: GuessParams) -> tuple[float, int] | None:
    """The axis' sign with which turning face up is positive, and a sample at rest at the bottom."""
    if stretch.acc_mps2 is None:
        return None
    vertical = np.einsum("ij,ij->i", stretch.acc_mps2, swing.up) - STANDARD_GRAVITY_MPS2
    step_s = float(np.median(np.diff(stretch.t_ns))) / NS_PER_S
    height = _band(np.cumsum(_band(np.cumsum(vertical) * step_s, step_s, p)) * step_s, step_s, p)
    angle = _band(
        _band(_band(swing.angle, step_s, p), step_s, p), step_s, p
    )  # the same filters as the height
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
    lowest, highest = np.percentile(sign * swing.angle, (2, 98))
    level = float(np.median(sign * swing.angle[rest[0] : rest[1]]))
    return (sign, (rest[0] + rest[1]) // 2) if level < lowest + p.low_third * (highest - lowest) else None


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
    still = np.einsum("ij,ij->i", rate_radps, rate_radps) < np.radians(p.still_dps) ** 2
    edges = np.flatnonzero(np.diff(still, prepend=False, append=False))
    if not len(edges):
        return None
    k = int(np.argmax(edges[1::2] - edges[::2]))
    start, stop = int(edges[2 * k]), int(edges[2 * k + 1])
    return (start, stop) if stop - start >= least else None
