"""What the feed sends. On the wire a frame is one of :data:`Frame` with a ``seq`` put in front."""

from enum import StrEnum
from typing import Literal

from pydantic import Field

from lumbarwatch.hub.values import (
    CalibrationMessage,
    CoachMessage,
    Column,
    HubMessage,
    Message,
    Number,
    ProgressMessage,
    RepMessage,
    SensorMessage,
    SetMessage,
    StationMessage,
    SymptomMessage,
    WarningMessage,
)
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.symptoms import Advice
from lumbarwatch.model.verdicts import WarningId

PROTOCOL = 1
"""Changes when an older page could misread a frame."""


class Hello(Message):
    """First frame on a socket. ``resumed``: what was missed follows; else ``hub`` is the new beginning."""

    type: Literal["hello"] = "hello"
    protocol: int = PROTOCOL
    epoch: str
    resumed: bool
    sent_ms: float
    hub: HubMessage


class Poses(Message):
    """Angles since the last such frame, thinned for display. May be dropped for a slow viewer."""

    type: Literal["poses"] = "poses"
    station: str
    sent_ms: float  # hub's own clock; differences only
    age_ms: float  # of the newest point when it was sent, in real time
    phase: Phase
    t_s: list[float]
    pelvis_pitch_deg: Column
    lumbar_pitch_deg: Column
    tilt_deg: Column
    lambda_deg: Column
    tilt_sigma_deg: Column
    lambda_sigma_deg: Column
    pelvis_roll_deg: Column
    phase_code: list[int]
    valid: list[bool]


class PhaseFrame(Message):
    """The athlete moved on to another phase."""

    type: Literal["phase"] = "phase"
    station: str
    t_s: float
    phase: Phase


class StepBegunFrame(Message):
    """A calibration step begins."""

    type: Literal["calibration_begun"] = "calibration_begun"
    station: str
    t_s: float
    step: CalibrationStep


class StepFrame(Message):
    """A calibration step was judged; no reasons: passed."""

    type: Literal["calibration_step"] = "calibration_step"
    station: str
    t_s: float
    step: CalibrationStep
    reasons: list[str]


class CalibrationFrame(Message):
    """The calibration changed."""

    type: Literal["calibration"] = "calibration"
    station: str
    t_s: float
    calibration: CalibrationMessage


class SetStartedFrame(Message):
    """The first rep of a set began."""

    type: Literal["set_started"] = "set_started"
    station: str
    t_s: float
    set: int


class LockoutFrame(Message):
    """Provisional verdict at the top."""

    type: Literal["lockout"] = "lockout"
    station: str
    t_s: float
    sent_ms: float = 0.0
    set: int
    rep: int
    tilt_deg: Number
    lambda_deg: Number
    warnings: list[WarningMessage]
    graded: bool


class LiveWarningFrame(Message):
    """A limit exceeded inside the rep."""

    type: Literal["live_warning"] = "live_warning"
    station: str
    t_s: float
    sent_ms: float
    set: int
    rep: int
    warning: WarningMessage


class RepFrame(Message):
    """A rep's final verdict."""

    type: Literal["rep"] = "rep"
    station: str
    t_s: float
    sent_ms: float = 0.0
    rep: RepMessage
    # "stop the set": red on two of three consecutive reps
    stop: list[WarningId] = Field(default_factory=list[WarningId])


class CueFrame(Message):
    """The one line to be heard for a rep."""

    type: Literal["cue"] = "cue"
    station: str
    t_s: float
    sent_ms: float
    set: int
    rep: int
    warning: WarningId
    text: str


class SetFrame(Message):
    """A set ended."""

    type: Literal["set"] = "set"
    station: str
    t_s: float
    set: SetMessage


class SensorFrame(Message):
    """A sensor's state changed."""

    type: Literal["sensor"] = "sensor"
    station: str
    sensor: SensorMessage


class NoticeKind(StrEnum):
    """What happened to a sensor on the body."""

    SLIP_SUSPECTED = "slip_suspected"
    REZEROED = "rezeroed"
    SENSOR_LOST = "sensor_lost"
    SENSOR_BACK = "sensor_back"
    SENSOR_RESTARTED = "sensor_restarted"


class NoticeFrame(Message):
    """Something about a sensor that makes angles unsure, or sure again."""

    type: Literal["notice"] = "notice"
    station: str
    t_s: float
    notice: NoticeKind
    placement: Placement
    deg: Number = None


class StoreFrame(Message):
    """Writing the recording is in trouble, or works again."""

    type: Literal["store"] = "store"
    station: str
    message: str
    resolved: bool


class ProgressFrame(Message):
    """The guided calibration went on."""

    type: Literal["progress"] = "progress"
    station: str
    t_s: float
    progress: ProgressMessage


class LoadFrame(Message):
    """Bar mass or effort was said. ``set``: the finished set that gained its effort."""

    type: Literal["load"] = "load"
    station: str
    t_s: float
    bar_kg: Number
    set: SetMessage | None = None


class SymptomFrame(Message):
    """What the athlete felt, and what follows from it."""

    type: Literal["symptom"] = "symptom"
    station: str
    t_s: float
    symptom: SymptomMessage
    advice: list[Advice]
    hold_load: bool


class MessageFrame(Message):
    """The coach's words that stand on an athlete's page; one that is gone was dismissed."""

    type: Literal["message"] = "message"
    station: str
    messages: list[CoachMessage]


class StationsFrame(Message):
    """A station came, went or changed."""

    type: Literal["stations"] = "stations"
    hub: HubMessage


class SessionFrame(Message):
    """The visit began, ended or was saved; the whole state goes with it."""

    type: Literal["session"] = "session"
    state: StationMessage


Frame = (
    Hello
    | Poses
    | PhaseFrame
    | StepBegunFrame
    | StepFrame
    | CalibrationFrame
    | SetStartedFrame
    | LockoutFrame
    | LiveWarningFrame
    | RepFrame
    | CueFrame
    | SetFrame
    | SensorFrame
    | NoticeFrame
    | StoreFrame
    | SessionFrame
    | ProgressFrame
    | LoadFrame
    | SymptomFrame
    | MessageFrame
    | StationsFrame
)
