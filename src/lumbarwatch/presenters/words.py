"""What is shown and said, in words; one place for all of it. Never a diagnosis, a risk or a promise."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from lumbarwatch.core.cues import CUES
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.motion import PHASES as PHASE_ORDER
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.session import CalibrationReason, CalibrationStep
from lumbarwatch.model.verdicts import NotGradedReason, WarningId

PERMANENT_LINE = (
    "A training aid, not a medical device. Angles are estimates; it can't detect injury. "
    "Stop if something hurts."
)

Words = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class WarningWords:
    """A warning in a few words, and the unit of its value."""

    title: str
    unit: str


WARNINGS: Mapping[WarningId, WarningWords] = MappingProxyType(
    {
        WarningId.W1: WarningWords("Too little tuck at the top", "°"),
        WarningId.W1B: WarningWords("Arched at the top", "°"),
        WarningId.W1C: WarningWords("Below the tuck target", "°"),
        WarningId.W2: WarningWords("Back near its end range", "°"),
        WarningId.W2B: WarningWords("Tucked to the end", "°"),
        WarningId.W3: WarningWords("Short rep", ""),
        WarningId.W3B: WarningWords("Too high", "°"),
        WarningId.W4: WarningWords("Dropped", ""),
        WarningId.W4B: WarningWords("Tuck lost on the way down", "°"),
        WarningId.W5: WarningWords("One hip higher", "°"),
        WarningId.W6: WarningWords("Form drifted", "°"),
        WarningId.W7: WarningWords("High load this week", ""),
    }
)

PHASES: Mapping[Phase, str] = MappingProxyType(
    {
        Phase.IDLE: "",
        Phase.ARMED: "ready",
        Phase.CONCENTRIC: "up",
        Phase.LOCKOUT: "top",
        Phase.ECCENTRIC: "down",
        Phase.BOTTOM: "bottom",
    }
)

STEPS: Mapping[CalibrationStep, str] = MappingProxyType(
    {
        CalibrationStep.STAND: "Standing still",
        CalibrationStep.HINGE: "Three slow bows",
        CalibrationStep.ARCH: "Arch",
        CalibrationStep.TUCK: "Tuck",
        CalibrationStep.SUPINE: "Neutral, lying",
        CalibrationStep.REFERENCE_THRUSTS: "Two unloaded thrusts",
    }
)

CALIBRATION: Mapping[CalibrationReason, str] = MappingProxyType(
    {
        CalibrationReason.NO_STANDING: "No quiet standing was found: stand still for five seconds.",
        CalibrationReason.NOT_STILL: "You moved: stand still for five seconds.",
        CalibrationReason.NO_BOWS: "No bows were found: bow three times slowly.",
        CalibrationReason.AXIS_UNCLEAR: "The bows were not straight: bow slowly, straight ahead.",
        CalibrationReason.AXIS_NOT_HORIZONTAL: "The bows leaned sideways: bow straight ahead, feet level.",
        CalibrationReason.ELEVATIONS_DIFFER: "The sensors tell different bows: check that both sit tight.",
        CalibrationReason.MOVED_TOO_LITTLE: "The bows were too small: bow further and let the back round.",
        CalibrationReason.SENSOR_MISSING: "One sensor was missing.",
        CalibrationReason.GAP: "Samples were missing in between: repeat the step.",
        CalibrationReason.SWAPPED: "The sensors are worn the other way round; this was put right.",
        CalibrationReason.SWAP_UNDECIDED: "Which sensor is worn where could not be told from the bows.",
        CalibrationReason.NO_RANGE: "Arch and tuck were not measured: absolute limits apply.",
        CalibrationReason.RANGE_TOO_SMALL: "The arch was too small to grade by: absolute limits apply.",
        CalibrationReason.RANGE_UNSTEADY: "Arch and tuck were not held: repeat them, two seconds each.",
        CalibrationReason.REFERENCE_NOT_TUCKED: "The unloaded thrusts were not tucked: no reference.",
        CalibrationReason.REFERENCE_ARCHED: "The unloaded thrusts were arched at the top: no reference.",
        CalibrationReason.REFERENCE_TOO_SHORT: "The unloaded thrusts were too short: no reference.",
        CalibrationReason.NO_REFERENCE: "No unloaded thrusts were measured: absolute limits apply.",
        CalibrationReason.STALE: "The calibration is out of date: stand still to renew it.",
        CalibrationReason.NOT_STILL_LYING: "You moved: lie still for five seconds.",
        CalibrationReason.NOT_SUPINE: "You were not lying face up and level: lie flat, knees bent.",
    }
)

NOT_GRADED: Mapping[NotGradedReason, str] = MappingProxyType(
    {
        NotGradedReason.NO_CALIBRATION: "no calibration",
        NotGradedReason.CALIBRATION_STALE: "calibration out of date",
        NotGradedReason.GAP: "samples missing",
        NotGradedReason.LUMBAR_LOST: "lumbar sensor lost",
        NotGradedReason.PELVIS_LOST: "pelvis sensor lost",
        NotGradedReason.SLIP_SUSPECTED: "a sensor may have slipped",
        NotGradedReason.SIDE_LYING: "lying on the side",
        NotGradedReason.RANGE_TOO_SMALL: "own range too small",
        NotGradedReason.NO_RANGE: "own range not measured",
        NotGradedReason.NO_REFERENCE: "no reference yet",
        NotGradedReason.BASELINE_REPS: "baseline rep",
        NotGradedReason.TOO_FEW_REPS: "too few reps",
        NotGradedReason.PARTIAL: "partial rep",
        NotGradedReason.NOT_LOWERED: "not lowered",
        NotGradedReason.SATURATED: "sensor at the end of its range",
        NotGradedReason.NO_LOAD: "no load known",
        NotGradedReason.NO_HISTORY: "too little history",
        NotGradedReason.SWAP_UNDECIDED: "sensor places unsure",
    }
)

LINKS: Mapping[LinkState, str] = MappingProxyType(
    {
        LinkState.SEARCHING: "searching",
        LinkState.CONNECTING: "connecting",
        LinkState.STREAMING: "streaming",
        LinkState.SILENT: "silent",
        LinkState.LOST: "lost, reconnecting",
        LinkState.ENDED: "off",
    }
)

NOTICES: Words = MappingProxyType(
    {
        "slip_suspected": "The {place} sensor may have slipped: angles are unsure until you stand still.",
        "rezeroed": "The {place} sensor has a new zero.",
        "sensor_lost": "The {place} sensor is lost.",
        "sensor_back": "The {place} sensor is back.",
        "sensor_restarted": "The {place} sensor restarted.",
    }
)

SESSION_STATES: Words = MappingProxyType(
    {
        "none": "no session",
        "running": "",
        "saving": "saving the session",
        "saved": "session saved",
        "failed": "session recorded, not in the history yet",
    }
)


BEFORE: Words = MappingProxyType(
    {
        "start": "No session yet",
        "connect": "Waiting for the sensors",
        "calibrate": "Calibration",
        "ready": "Ready: lie down and lift",
        "saving": "Saving the session",
        "summary": "Session done",
    }
)
"""Where the number of the set stands later, by the page's stage."""


def live_words() -> dict[str, object]:
    """Return every word of the live view, as plain JSON types."""
    warnings = {
        id_.value: {"title": words.title, "unit": words.unit, "cue": _cue(id_)}
        for id_, words in WARNINGS.items()
    }
    return {
        "warnings": warnings,
        "phases": _plain(PHASES),
        "phase_order": [phase.value for phase in PHASE_ORDER],
        "steps": _plain(STEPS),
        "calibration": _plain(CALIBRATION),
        "not_graded": _plain(NOT_GRADED),
        "links": _plain(LINKS),
        "notices": dict(NOTICES),
        "session_states": dict(SESSION_STATES),
        "good": "good",
        "partial": "partial",
        "ungraded": "not graded",
        "stop": "Stop the set:",
        "calibrated": "Calibrated.",
        "not_calibrated": "Not calibrated, so nothing is graded.",
        "before": dict(BEFORE),
        "rest": "Rest",
        "coach": "Coach:",
        "read": "Read",
        "replay": "a recording shown again",
        "sound_on": "Sound is on",
        "sound_off": "Turn sound on",
        "not_analysing": "The analysis stopped with an error; the recording goes on.",
        "no_samples": "no samples yet",
        "connection_lost": "No connection to the measuring part: what you see is not live.",
    }


def _cue(id_: WarningId) -> str:
    return CUES.get(id_, WARNINGS[id_].title).replace("{side}", "One")


def _plain(words: Mapping[Any, str]) -> dict[str, str]:
    return {str(key): text for key, text in words.items()}
