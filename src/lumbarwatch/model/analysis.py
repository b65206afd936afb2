"""All that was found in one recording."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lumbarwatch.model.events import SlipSuspected
from lumbarwatch.model.motion import PoseBatch, Rep, SetSummary
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration
from lumbarwatch.model.verdicts import NotGraded, WarningVerdict


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """Result of a whole recording, from the same events that a live session gives."""

    pipeline_version: str
    duration_s: float
    calibration: Calibration  # the last valid one; without one, the last refusal
    poses: PoseBatch  # the whole recording
    reps: tuple[Rep, ...] = ()
    sets: tuple[SetSummary, ...] = ()
    sensors: Mapping[Placement, SensorQuality] = field(default_factory=lambda: MappingProxyType({}))
    slips: tuple[SlipSuspected, ...] = ()
    warnings: tuple[WarningVerdict, ...] = ()  # of the whole session (W7)
    not_graded: tuple[NotGraded, ...] = ()  # of the whole session
    notices: tuple[str, ...] = ()  # what the reader of the file put right or left out, a sentence each
    refined: bool = False  # with hindsight (not causal)
