"""The analysis as files: JSON ``lumbarwatch.analysis/1`` and the series as Parquet (design 9)."""

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from lumbarwatch.exchange import arrow
from lumbarwatch.exchange.arrow import pa
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.motion import PHASES, Rep, SetSummary
from lumbarwatch.model.quality import Gap, SensorQuality
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Calibration, CalibrationSource, SupineZero
from lumbarwatch.model.verdicts import WarningVerdict

SCHEMA = "lumbarwatch.analysis/1"

SERIES_ANGLES = (
    "pelvis_pitch_deg",
    "lumbar_pitch_deg",
    "posterior_pelvic_tilt_deg",
    "lumbar_extension_deg",
    "lumbar_extension_sigma_deg",
    "pelvis_roll_deg",
)


def write_json(path: Path, analysis: Analysis) -> None:
    """Write the analysis; ``path`` is best one of :func:`lumbarwatch.exchange.files.replacing`."""
    text = json.dumps(as_document(analysis), indent=1, allow_nan=False, ensure_ascii=False)
    path.write_text(text + "\n", encoding="utf-8")


def write_series(path: Path, analysis: Analysis) -> None:
    """Write the angles over time; unknown angles are null."""
    poses = analysis.poses
    table: dict[str, Any] = {"t_s": pa.array(poses.t_ns / NS_PER_S)}
    for name in SERIES_ANGLES:
        table[name] = pa.array(getattr(poses, name), from_pandas=True)
    codes = pa.array(poses.phase_code.astype(np.int8))
    phases = pa.DictionaryArray.from_arrays(codes, [phase.value for phase in PHASES])
    table |= {"phase": phases.cast(pa.string()), "valid": pa.array(poses.valid)}
    arrow.parquet.write_table(pa.table(table), path, compression="zstd")


def as_document(analysis: Analysis) -> dict[str, Any]:
    """The analysis as plain JSON values, key for key as design 9; unknown numbers are None."""
    sensors: dict[str, Any] = {
        place.value: _sensor(analysis.sensors.get(place, SensorQuality())) for place in Placement
    }
    sensors["swapped"] = _swapped(analysis.calibration)
    sensors["slips"] = [
        {"t_s": _seconds(slip.t_ns), "sensor": slip.placement.value, "deg": _number(slip.slip_deg)}
        for slip in analysis.slips
    ]
    hindsight = {"refined": True} if analysis.refined else {}
    return {
        "schema": SCHEMA,
        "pipeline_version": analysis.pipeline_version,
        **hindsight,
        "duration_s": analysis.duration_s,
        "calibration": _calibration(analysis.calibration),
        "sensors": sensors,
        "sets": [_set(one) for one in analysis.sets],
        "reps": [_rep(rep) for rep in analysis.reps],
        "warnings": [_warning(warning) for warning in analysis.warnings],
    }


def _calibration(calibration: Calibration) -> dict[str, Any]:
    own = calibration.own_range
    source = calibration.source if calibration.valid else CalibrationSource.NONE
    return {
        "source": source.value,
        "valid": calibration.valid,
        "reasons": [reason.value for reason in calibration.reasons],
        "lam_max_deg": _number(own.lam_max_deg if own else None),
        "tau_max_deg": _number(own.tau_max_deg if own else None),
        "habit": _number(own.habit if own else None),
        **_supine(calibration.supine),
    }


def _supine(zero: SupineZero | None) -> dict[str, Any]:
    """What a supine zero took from both pitches; nothing where the standing zero is in use."""
    if zero is None:
        return {}
    return {"supine_shift_deg": {place.value: _number(by) for place, by in zero.shift_deg.items()}}


def _swapped(calibration: Calibration) -> bool | str:
    """Whether the sensors were swapped; without bows nobody knows."""
    if not calibration.valid or calibration.swapped is None:
        return "undecided"
    return calibration.swapped


def _sensor(quality: SensorQuality) -> dict[str, Any]:
    values = asdict(quality) | {"lost_fraction": quality.lost_fraction}
    found = {name: _number(value) if isinstance(value, float) else value for name, value in values.items()}
    return found | {"gaps": [_gap(gap) for gap in quality.gaps]}


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "t_end_s": _seconds(gap.t_ns),
        "seconds": gap.seconds,
        "lost": gap.lost,
        "estimated": gap.estimated,
    }


def _set(one: SetSummary) -> dict[str, Any]:
    return {
        "set": one.set_number,
        "t_start_s": _seconds(one.t_start_ns),
        "t_end_s": _seconds(one.t_end_ns),
        "reps": one.reps,
        "partial": one.partial,
        "warnings": [_warning(warning) for warning in one.warnings],
    }


def _rep(rep: Rep) -> dict[str, Any]:
    return {
        "set": rep.set_number,
        "rep": rep.rep_number,
        "t_start_s": _seconds(rep.t_start_ns),
        "t_lockout_s": _seconds(rep.t_lockout_ns),
        "t_lower_s": _seconds(rep.t_lower_ns),
        "t_end_s": _seconds(rep.t_end_ns),
        "concentric_s": rep.concentric_s,
        "hold_s": rep.hold_s,
        "eccentric_s": rep.eccentric_s if rep.lowered else None,
        "rom_deg": _number(rep.rom_deg),
        "rom_m": _number(rep.rom_m),
        "rom_fraction": _number(rep.rom_fraction),
        "phi_top_deg": _number(rep.phi_top_deg),
        "tilt_lockout_deg": _number(rep.tilt_lockout_deg),
        "lambda_lockout_deg": _number(rep.lambda_lockout_deg),
        "lambda_peak_deg": _number(rep.lambda_peak_deg),
        "lambda_eccentric_max_deg": _number(rep.lambda_eccentric_max_deg),
        "roll_lockout_deg": _number(rep.roll_lockout_deg),
        "rate_peak_dps": _number(rep.rate_peak_dps),
        "rate_mean_dps": _number(rep.rate_mean_dps),
        "tilt_sigma_deg": _number(rep.tilt_sigma_deg),
        "lambda_sigma_deg": _number(rep.lambda_sigma_deg),
        "partial": rep.partial,
        "quality": {
            "lost_fraction": _number(rep.quality.lost_fraction),
            "longest_gap_s": _number(rep.quality.longest_gap_s),
        },
        "graded": rep.graded,
        "not_graded": [{"id": one.id.value, "reason": one.reason.value} for one in rep.not_graded],
        "borderline": [warning.value for warning in rep.borderline],
        "warnings": [_warning(warning) for warning in rep.warnings],
    }


def _warning(warning: WarningVerdict) -> dict[str, Any]:
    return {
        "id": warning.id.value,
        "name": warning.id.label,
        "level": warning.level.value,
        "value": _number(warning.value),
        "limit": _number(warning.limit),
        "sigma": _number(warning.sigma),
        "t_s": _seconds(warning.t_ns),
    }


def _seconds(t_ns: int) -> float:
    return int(t_ns) / NS_PER_S


def _number(value: float | Floats | None) -> float | None:
    """A finite number as a plain float; unknown is None."""
    if value is None or not math.isfinite(value):
        return None
    return float(value)
