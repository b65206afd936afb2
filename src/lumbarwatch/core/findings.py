"""What a pipeline said over a whole session, gathered: live and from a recording alike."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

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
from lumbarwatch.model.session import Calibration, CalibrationReason

BATCHES_TOGETHER = 250
"""Batches of poses are joined at this number: live ones, of a few points each, would fill the memory."""


@dataclass(slots=True)
class Findings:
    """Events of one pass, sorted by kind. A later verdict on the same rep or set replaces the earlier."""

    poses: list[PoseBatch] = field(default_factory=list[PoseBatch])
    reps: dict[tuple[int, int], Rep] = field(default_factory=dict[tuple[int, int], Rep])
    sets: dict[int, SetSummary] = field(default_factory=dict[int, SetSummary])
    calibrations: list[CalibrationClosed] = field(default_factory=list[CalibrationClosed])
    slips: list[SlipSuspected] = field(default_factory=list[SlipSuspected])
    end: SessionFinished | None = None
    _joined: int = 0  # batches at the front that are large already

    def take(self, events: list[Event]) -> None:
        """Add events in the order in which the pipeline gave them."""
        for event in events:
            match event:
                case PoseBatch():
                    self._take_poses(event)
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

    def calibration(self, preset: Calibration | None = None) -> Calibration:
        """Return the last valid calibration, or the last refusal."""
        closed = [event.calibration for event in self.calibrations]
        valid = [calibration for calibration in closed if calibration.valid]
        if valid:
            return valid[-1]
        if preset is not None:
            return preset
        return closed[-1] if closed else Calibration.none(CalibrationReason.NO_STANDING)

    def analysis(
        self, pipeline_version: str, duration_s: float, preset: Calibration | None = None
    ) -> Analysis:
        """Put all together; what only a file's reader knows stays empty."""
        end = self.end or SessionFinished(t_ns=0)
        return Analysis(
            pipeline_version=pipeline_version,
            duration_s=duration_s,
            calibration=self.calibration(preset),
            poses=joined(self.poses),
            reps=tuple(self.reps[key] for key in sorted(self.reps)),
            sets=tuple(self.sets[key] for key in sorted(self.sets)),
            slips=tuple(self.slips),
            warnings=end.warnings,
            not_graded=end.not_graded,
        )

    def _take_poses(self, batch: PoseBatch) -> None:
        self.poses.append(batch)
        if len(self.poses) - self._joined >= BATCHES_TOGETHER:
            self.poses[self._joined :] = [joined(self.poses[self._joined :])]
            self._joined += 1


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
