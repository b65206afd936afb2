"""Warnings and verdicts (definitions 5): their identities, levels and reasons."""

from dataclasses import dataclass
from enum import StrEnum


class WarningId(StrEnum):
    """Identity of a warning; stable across versions."""

    W1 = "W1"
    W1B = "W1b"
    W1C = "W1c"
    W2 = "W2"
    W2B = "W2b"
    W3 = "W3"
    W3B = "W3b"
    W4 = "W4"
    W4B = "W4b"
    W5 = "W5"
    W6 = "W6"
    W7 = "W7"

    @property
    def label(self) -> str:
        """The warning's name in code, e.g. ``insufficient_posterior_tilt``."""
        return _NAMES[self]


_NAMES = {
    WarningId.W1: "insufficient_posterior_tilt",
    WarningId.W1B: "arched_lockout",
    WarningId.W1C: "tuck_target",
    WarningId.W2: "lumbar_hyperextension",
    WarningId.W2B: "excessive_tuck",
    WarningId.W3: "partial_rep",
    WarningId.W3B: "over_bridging",
    WarningId.W4: "dropped_eccentric",
    WarningId.W4B: "tilt_lost_on_descent",
    WarningId.W5: "pelvis_rotation",
    WarningId.W6: "fatigue_drift",
    WarningId.W7: "session_dose_high",
}


class Level(StrEnum):
    """How far a limit is exceeded."""

    AMBER = "amber"  # plain limit: shown, silent
    RED = "red"  # error-gated: voiced


class NotGradedReason(StrEnum):
    """Why a quantity was not judged."""

    NO_CALIBRATION = "no_calibration"
    CALIBRATION_STALE = "calibration_stale"
    GAP = "gap"
    LUMBAR_LOST = "lumbar_lost"
    PELVIS_LOST = "pelvis_lost"
    SLIP_SUSPECTED = "slip_suspected"
    SIDE_LYING = "side_lying"
    RANGE_TOO_SMALL = "range_too_small"
    NO_RANGE = "no_range"  # arch and tuck were not measured
    NO_REFERENCE = "no_reference"
    BASELINE_REPS = "baseline_reps"  # the first three reps are the baseline of W5
    TOO_FEW_REPS = "too_few_reps"
    PARTIAL = "partial"
    NOT_LOWERED = "not_lowered"
    SATURATED = "saturated"
    NO_LOAD = "no_load"
    NO_HISTORY = "no_history"
    SWAP_UNDECIDED = "swap_undecided"


@dataclass(frozen=True, slots=True)
class WarningVerdict:
    """A limit exceeded: value, limit and sigma in the warning's own unit, and when."""

    id: WarningId
    level: Level
    value: float
    limit: float
    sigma: float
    t_ns: int


@dataclass(frozen=True, slots=True)
class NotGraded:
    """A warning that was not judged, and why."""

    id: WarningId
    reason: NotGradedReason
