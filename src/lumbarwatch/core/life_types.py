"""What drives a visit beside samples, and what a station is to show or do: the words of :mod:`lifecycle`."""

from dataclasses import dataclass
from enum import StrEnum

from lumbarwatch.model.events import ControlEvent, Event, LinkEvent, LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import WarningId


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passes; once a second will do."""

    t_ns: int


@dataclass(frozen=True, slots=True)
class StepSkipped:
    """The user leaves an optional step out."""

    t_ns: int
    step: CalibrationStep


@dataclass(frozen=True, slots=True)
class StepWanted:
    """The user chooses a step that nobody is asked for otherwise."""

    t_ns: int
    step: CalibrationStep


@dataclass(frozen=True, slots=True)
class CalibrationWanted:
    """The user wants to calibrate again; ``restrapped``: because a sensor was put on anew."""

    t_ns: int
    restrapped: bool = False


LifeEvent = Tick | StepSkipped | StepWanted | CalibrationWanted | ControlEvent | LinkEvent | Event
"""All that the lifecycle takes: what goes into the pipeline, what comes out, and the four above."""


class EffectKind(StrEnum):
    """What a station shows or does."""

    SHOW_LINK = "show_link"  # the link of ``placement`` changed
    SENSORS_READY = "sensors_ready"  # all stream for the first time
    SENSORS_DOWN = "sensors_down"  # one that streamed does not
    SENSORS_BACK = "sensors_back"
    LOOK_AFTER_SENSOR = "look_after_sensor"  # down for long: the user must do something
    ASK_STEP = "ask_step"
    REPEAT_STEP = "repeat_step"  # with the reasons of the failure
    REMIND_STEP = "remind_step"  # asked for long ago
    STEP_TIMED_OUT = "step_timed_out"
    STEP_PASSED = "step_passed"  # with reasons that limit it
    STEP_SKIPPED = "step_skipped"
    CALIBRATION_READY = "calibration_ready"  # all steps passed or skipped
    MARK_STALE = "mark_stale"
    CLEAR_STALE = "clear_stale"
    ASK_STANDING = "ask_standing"  # a quiet standing would renew the zero
    SET_BEGAN = "set_began"
    STOP_SET = "stop_set"  # the same warning red on two of three reps in a row
    CLOSE_SET = "close_set"  # press the set button for the user: nothing arrives any more
    SET_ENDED = "set_ended"
    ASK_SYMPTOM = "ask_symptom"
    SHOW_CHECKLIST = "show_checklist"  # any pain
    END_SESSION = "end_session"  # pain of 4 or more


class StaleReason(StrEnum):
    """Why a calibration accuses no one any more."""

    SLIP = "slip"
    SENSOR_RESTARTED = "sensor_restarted"
    RESTRAPPED = "restrapped"
    TIME_OUT = "time_out"


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing to show or do, and what it is about."""

    kind: EffectKind
    t_ns: int
    placement: Placement | None = None
    step: CalibrationStep | None = None
    reasons: tuple[str, ...] = ()
    link_reason: LinkReason | None = None
    stale: StaleReason | None = None
    set_number: int | None = None
    warnings: tuple[WarningId, ...] = ()


Effects = tuple[Effect, ...]
