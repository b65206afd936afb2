"""An analysis made by hand: two sets, five reps, every kind of verdict."""

import numpy as np

from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.events import SlipSuspected
from lumbarwatch.model.motion import PHASES, PoseBatch, Rep, RepQuality, SetSummary
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration, CalibrationReason, CalibrationSource, OwnRange
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict

SECOND = 1_000_000_000


def warning(identity, level, value, limit, t_s, sigma=2.0):
    return WarningVerdict(identity, level, value, limit, sigma, round(t_s * SECOND))


def rep(set_number, rep_number, start_s, **changes):
    times = [round((start_s + offset) * SECOND) for offset in (0.0, 1.0, 1.5, 3.25)]
    values = {
        "set_number": set_number,
        "rep_number": rep_number,
        **dict(zip(("t_start_ns", "t_lockout_ns", "t_lower_ns", "t_end_ns"), times, strict=True)),
        "rom_deg": 48.5,
        "rom_m": 0.31,
        "rom_fraction": 0.98,
        "phi_top_deg": 97.5,
        "tilt_lockout_deg": 7.25,
        "lambda_lockout_deg": -6.0,
        "lambda_peak_deg": 1.5,
        "lambda_eccentric_max_deg": 0.5,
        "roll_lockout_deg": 0.25,
        "rate_peak_dps": 92.0,
        "rate_mean_dps": 41.0,
        "tilt_sigma_deg": 3.2,
        "lambda_sigma_deg": 3.2,
        "partial": False,
        "lowered": True,
        "quality": RepQuality(0.01, 0.06),
        "graded": True,
    }
    return Rep(**(values | changes))


def poses(seconds=40.0, start_s=100.0):
    n = round(seconds * 50)
    t_s = start_s + np.arange(n) / 50
    pitch = 67.5 + 22.5 * np.sin(2 * np.pi * t_s / 4.0)
    extension = -6.0 + 8.0 * np.sin(2 * np.pi * t_s / 9.0)
    unknown = t_s < start_s + 3.0
    angle = np.where(unknown, np.nan, extension)
    return PoseBatch(
        t_ns=np.rint(t_s * SECOND).astype(np.int64),
        pelvis_pitch_deg=np.where(unknown, np.nan, pitch),
        lumbar_pitch_deg=np.where(unknown, np.nan, pitch + extension),
        posterior_pelvic_tilt_deg=np.where(unknown, np.nan, pitch - 90),
        lumbar_extension_deg=angle,
        pelvis_sigma_deg=np.full(n, 2.0),
        lumbar_extension_sigma_deg=np.where(t_s > start_s + 30, 5.0, 3.2),
        pelvis_roll_deg=np.zeros(n),
        lumbar_roll_deg=np.zeros(n),
        phase_code=np.arange(n) % len(PHASES),
        valid=~unknown,
    )


def analysis(**changes):
    red = warning(WarningId.W2, Level.RED, 12.0, 7.5, 112.0)
    amber = warning(WarningId.W4, Level.AMBER, 0.9, 1.0, 123.0, 0.05)
    drift = warning(WarningId.W6, Level.AMBER, 5.0, 4.0, 130.0)
    not_graded = (NotGraded(WarningId.W5, NotGradedReason.BASELINE_REPS),)
    values = {
        "pipeline_version": "7",
        "duration_s": 40.0,
        "calibration": Calibration(
            CalibrationSource.META,
            True,
            (CalibrationReason.NO_REFERENCE,),
            own_range=OwnRange(30.0, 10.0, 1.0),
        ),
        "poses": poses(),
        "reps": (
            rep(1, 1, 104.0, not_graded=not_graded),
            rep(1, 2, 108.0, warnings=(red,), borderline=(WarningId.W1,)),
            rep(2, 1, 120.0, warnings=(amber,)),
            rep(2, 2, 124.0, partial=True, rom_fraction=None, lambda_lockout_deg=None),
            rep(2, 3, 128.0, graded=False, lowered=False, tilt_lockout_deg=None),
        ),
        "sets": (
            SetSummary(1, 104 * SECOND, 112 * SECOND, 2, 0),
            SetSummary(2, 120 * SECOND, 132 * SECOND, 3, 1, warnings=(drift,)),
        ),
        "sensors": {Placement.PELVIS: SensorQuality(samples=990, lost=10, rate_hz=99.5)},
        "slips": (SlipSuspected(115 * SECOND, Placement.LUMBAR, 11.0),),
        "warnings": (warning(WarningId.W7, Level.AMBER, 1.4, 1.3, 140.0, 0.0),),
    }
    return Analysis(**(values | changes))
