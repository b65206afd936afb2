"""What a pipeline said over a whole recording, gathered."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lumbarwatch.exchange.plain.recording import RowCounts
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.events import (
    CalibrationClosed,
    Event,
    RepFinished,
    SessionFinished,
    SetFinished,
    SlipSuspected,
)
from lumbarwatch.model.motion import PoseBatch, Rep, SetSummary
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration, CalibrationReason


@dataclass(slots=True)
class Findings:
    """Events of one pass, sorted by kind. A later verdict on the same rep or set replaces the earlier."""

    poses: list[PoseBatch] = field(default_factory=list[PoseBatch])
    reps: dict[tuple[int, int], Rep] = field(default_factory=dict[tuple[int, int], Rep])
    sets: dict[int, SetSummary] = field(default_factory=dict[int, SetSummary])
    calibrations: list[CalibrationClosed] = field(default_factory=list[CalibrationClosed])
    slips: list[SlipSuspected] = field(default_factory=list[SlipSuspected])
    end: SessionFinished | None = None

    def take(self, events: list[Event]) -> None:
        """Add events in the order in which the pipeline gave them."""
        for event in events:
            match event:
                case PoseBatch():
                    self.poses.append(event)
                case RepFinished(rep=rep):
                    self.reps[rep.set_number, rep.rep_number] = rep
                case SetFinished(summary=summary):
                    self.sets[summary.set_number] = summary
                case CalibrationClosed():
                    self.calibrations.append(event)
                case SlipSuspected():
                    self.slips.append(event)
                case SessionFinished():
                    self.end = event
                case _:
                    pass

    def calibration(self, preset: Calibration | None) -> Calibration:
        """Return the last valid calibration, or the last refusal."""
        closed = [event.calibration for event in self.calibrations]
        valid = [calibration for calibration in closed if calibration.valid]
        if valid:
            return valid[-1]
        if preset is not None:
            return preset
        return closed[-1] if closed else Calibration.none(CalibrationReason.NO_STANDING)


def as_analysis(
    findings: Findings,
    *,
    pipeline_version: str,
    duration_s: float,
    quality: Mapping[Placement, SensorQuality],
    counts: Mapping[Placement, RowCounts],
    preset: Calibration | None = None,
    notices: tuple[str, ...] = (),
) -> Analysis:
    """Put the findings of a recording together."""
    end = findings.end or SessionFinished(t_ns=0)
    return Analysis(
        pipeline_version=pipeline_version,
        duration_s=duration_s,
        calibration=findings.calibration(preset),
        poses=joined(findings.poses),
        reps=tuple(findings.reps[key] for key in sorted(findings.reps)),
        sets=tuple(findings.sets[key] for key in sorted(findings.sets)),
        sensors={place: _with_counts(one, counts.get(place)) for place, one in quality.items()},
        slips=tuple(findings.slips),
        warnings=end.warnings,
        not_graded=end.not_graded,
        notices=notices,
    )


def joined(batches: list[PoseBatch]) -> PoseBatch:
    """One batch of all poses."""
    columns: dict[str, Any] = {}
    for name in PoseBatch.__slots__:
        parts = [getattr(batch, name) for batch in batches]
        columns[name] = np.concatenate(parts) if parts else _nothing(name)
    return PoseBatch(**columns)


def _nothing(name: str) -> Any:
    kinds = {"t_ns": np.int64, "phase_code": np.int64, "valid": np.bool_}
    return np.empty(0, dtype=kinds.get(name, np.float64))


def _with_counts(quality: SensorQuality, counts: RowCounts | None) -> SensorQuality:
    """Add what the reader of the file left out before the pipeline saw it."""
    if counts is None:
        return quality
    return replace(quality, doubled=quality.doubled + counts.doubled, late=quality.late + counts.late)
