"""The optional zero lying face up, knees bent, the spine neutral as the athlete feels it (definitions 3).

From then on that posture reads 90 deg in both segments, so that tilt and lambda are zero in it. Each mounting
is turned about its own Z; the axes stay those of the bows. The standing zero is kept beside it, and all that
was measured against it is shifted by the same amounts.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import hypot

import numpy as np

from lumbarwatch.core.alignment import AlignmentParams, Stretch, sway_deg, uncovered
from lumbarwatch.core.geometry import about_right, hip_height_m, pitch_deg, roll_deg
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import (
    Calibration,
    CalibrationReason,
    Mounting,
    OwnRange,
    ReferenceThrusts,
    SupineZero,
)

LYING_DEG = 90.0
"""Pitch of both segments in the supine zero (definitions 1: 0 tilt is the neutral pelvis, horizontal)."""

FARTHEST_DEG = 30.0
"""A posture further from lying face up, by pitch or roll, is another one (convention)."""

Found = tuple[SupineZero | None, tuple[CalibrationReason, ...]]


def supine_zero(
    stretches: Mapping[Placement, Stretch],
    standing: Mapping[Placement, Mounting],
    window: tuple[int, int],
    params: AlignmentParams,
) -> Found:
    """Find the zero of a supine stillness, or why it is none.

    Parameters
    ----------
    stretches
        Samples of both sensors by the segment on which they are worn.
    standing
        Mountings with the standing zero.
    window
        Host times (ns), half-open.
    """
    shifts: dict[Placement, float] = {}
    spreads: dict[Placement, float] = {}
    reasons: list[CalibrationReason] = []
    for place, stretch in stretches.items():
        inside = stretch.inside(window)
        missing = uncovered(stretch, inside, window, params)
        if missing is not None:
            return None, (missing,)
        sway = sway_deg(stretch.up(stretch.gyr_radps[inside].mean(axis=0))[inside])
        vertical = standing[place].segment_from_sensor @ stretch.vertical(inside)
        pitch, roll = float(pitch_deg(vertical)), float(roll_deg(vertical))
        if max(abs(pitch - LYING_DEG), abs(roll)) > FARTHEST_DEG:
            reasons.append(CalibrationReason.NOT_SUPINE)
        elif sway > params.still_sd_deg:
            reasons.append(CalibrationReason.NOT_STILL_LYING)
        shifts[place] = pitch - LYING_DEG
        spreads[place] = hypot(sway, standing[place].still_sd_deg)
    if reasons:
        return None, tuple(dict.fromkeys(reasons))
    return SupineZero(shifts, max(spreads.values())), ()


def standing_mountings(calibration: Calibration) -> Mapping[Placement, Mounting]:
    """Return the mountings with the standing zero, whatever zero is in use."""
    zero = calibration.supine
    if zero is None:
        return calibration.mountings
    return {place: _turned(one, -zero.shift_deg[place]) for place, one in calibration.mountings.items()}


def on_standing(calibration: Calibration) -> Calibration:
    """Return the calibration with its standing zero in use."""
    zero = calibration.supine
    if zero is None:
        return calibration
    back = SupineZero({place: -by for place, by in zero.shift_deg.items()}, zero.spread_deg)
    return replace(_moved(calibration, back), supine=None)


def on_supine(calibration: Calibration, zero: SupineZero) -> Calibration:
    """Return the calibration with a supine zero in use, in place of the standing one or of an earlier one."""
    return replace(_moved(on_standing(calibration), zero), supine=zero)


def tilt_shift_deg(zero: SupineZero | None) -> float:
    """Return what a zero takes from the pelvic tilt (deg)."""
    return 0.0 if zero is None else zero.shift_deg[Placement.PELVIS]


def lambda_shift_deg(zero: SupineZero | None) -> float:
    """Return what a zero takes from lambda (deg)."""
    if zero is None:
        return 0.0
    return zero.shift_deg[Placement.LUMBAR] - zero.shift_deg[Placement.PELVIS]


def _moved(calibration: Calibration, by: SupineZero) -> Calibration:
    pelvis, lam = by.shift_deg[Placement.PELVIS], lambda_shift_deg(by)
    own, reference = calibration.own_range, calibration.reference
    return replace(
        calibration,
        mountings={place: _turned(one, by.shift_deg[place]) for place, one in calibration.mountings.items()},
        own_range=own and _range_less(own, lam),
        reference=reference and _reference_less(reference, pelvis, lam),
    )


def _turned(mounting: Mounting, shift_deg: float) -> Mounting:
    """Turn a mounting about its own Z so that a pitch of ``shift_deg`` reads 0."""
    rotation = about_right(shift_deg) @ mounting.segment_from_sensor
    return replace(mounting, segment_from_sensor=rotation)


def _range_less(own: OwnRange, lam_deg: float) -> OwnRange:
    """Both ends of the own range move with the zero; where the athlete stands within it does not."""
    return replace(
        own,
        lam_max_deg=own.lam_max_deg - lam_deg,
        tau_max_deg=own.tau_max_deg + lam_deg,
        standing_deg=own.standing_deg - lam_deg,
    )


def _reference_less(reference: ReferenceThrusts, pelvis_deg: float, lam_deg: float) -> ReferenceThrusts:
    """Angles less the shifts; the rise of the hip in proportion to what the turned angles give."""
    moved = replace(
        reference,
        phi_bottom_deg=reference.phi_bottom_deg - pelvis_deg,
        phi_top_deg=reference.phi_top_deg - pelvis_deg,
        tilt_lock_deg=reference.tilt_lock_deg - pelvis_deg,
        lam_lock_deg=reference.lam_lock_deg - lam_deg,
    )
    return replace(moved, rom_m=reference.rom_m * _rise(moved) / _rise(reference))


def _rise(reference: ReferenceThrusts) -> float:
    """Rise of the hip for a stature of one, lambda as at the top."""
    pelvis = np.array([reference.phi_bottom_deg, reference.phi_top_deg])
    heights = hip_height_m(pelvis, pelvis + reference.lam_lock_deg, 1.0)
    return float(heights[1] - heights[0])
