"""What the hub says and hears: schemas of the feed's frames and of the control API. Errors are enums.

Times are seconds of the session (0 = its start), angles degrees with the signs of the definitions; null =
unknown. A frame on the wire is one of :data:`Frame` with a ``seq`` put in front by the feed.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from lumbarwatch.model.events import LinkReason, LinkState, SymptomKind
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationReason, CalibrationSource, CalibrationStep
from lumbarwatch.model.verdicts import Level, NotGradedReason, WarningId

PROTOCOL = 1
"""Changes when an older page could misread a frame."""

Number = float | None
Column = list[Number]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


# Values ----------------------------------------------------------------------------------------------------
class WarningMessage(_Message):
    """A limit exceeded."""

    id: WarningId
    level: Level
    value: float
    limit: float
    sigma: float


class NotGradedMessage(_Message):
    """A warning that was not judged, and why."""

    id: WarningId
    reason: NotGradedReason


class RepMessage(_Message):
    """One repetition; keys as in the analysis file."""

    set: int
    rep: int
    t_start_s: float
    t_lockout_s: float
    t_lower_s: float
    t_end_s: float
    concentric_s: float
    hold_s: float
    eccentric_s: float
    rom_deg: float
    rom_m: float
    rom_fraction: Number
    phi_top_deg: Number
    tilt_lockout_deg: Number
    lambda_lockout_deg: Number
    lambda_peak_deg: Number
    roll_lockout_deg: Number
    tilt_sigma_deg: Number
    lambda_sigma_deg: Number
    partial: bool
    graded: bool
    lost_fraction: float
    not_graded: list[NotGradedMessage]
    borderline: list[WarningId]
    warnings: list[WarningMessage]


class SetMessage(_Message):
    """A set as it ended."""

    set: int
    t_start_s: float
    t_end_s: float
    reps: int
    partial: int
    bar_kg: Number
    warnings: list[WarningMessage]
    not_graded: list[NotGradedMessage]


class LimitMessage(_Message):
    """Where a warning begins, in the unit of its value; for drawing."""

    id: WarningId
    amber: Number
    red: Number


class CalibrationMessage(_Message):
    """The zero as it stands."""

    source: CalibrationSource
    valid: bool
    reasons: list[CalibrationReason]
    swapped: bool | None
    lam_max_deg: Number
    tau_max_deg: Number
    habit: Number
    tilt_lock_ref_deg: Number
    lam_lock_ref_deg: Number
    limits: list[LimitMessage]


class SensorMessage(_Message):
    """One sensor as it is now."""

    placement: Placement
    state: LinkState
    reason: LinkReason | None = None
    detail: str = ""
    device: str = ""
    battery_percent: int | None = None


class AthleteMessage(_Message):
    """Body measures; all optional."""

    id: str = ""
    name: str = Field(default="", max_length=120)
    mass_kg: float | None = Field(default=None, ge=20, le=400)
    stature_m: float | None = Field(default=None, ge=1.0, le=2.5)


class SessionState(StrEnum):
    """Where the visit is."""

    NONE = "none"
    RUNNING = "running"
    SAVING = "saving"
    SAVED = "saved"
    FAILED = "failed"  # the recording is kept, the history row could not be written


class StationMessage(_Message):
    """All that a page needs to show an athlete's session as it stands."""

    station: str
    athlete: AthleteMessage
    session_id: str
    session_state: SessionState
    problem: str  # why there is no session, in one sentence
    analysing: bool  # false: recording only, the analysis stopped with an error
    phase: Phase
    set_number: int
    t_s: float
    sensors: list[SensorMessage]
    calibration: CalibrationMessage | None
    reps: list[RepMessage]
    sets: list[SetMessage]
    session_warnings: list[WarningMessage]


class HubMessage(_Message):
    """The hub and all its stations."""

    version: str
    pipeline_version: str
    simulated: bool
    speed: float
    stations: list[StationMessage]


# Frames of the feed ----------------------------------------------------------------------------------------
class Hello(_Message):
    """First frame on a socket. ``resumed``: what was missed follows; else ``hub`` is the new beginning."""

    type: Literal["hello"] = "hello"
    protocol: int = PROTOCOL
    epoch: str
    resumed: bool
    sent_ms: float
    hub: HubMessage


class Poses(_Message):
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


class PhaseFrame(_Message):
    """The athlete moved on to another phase."""

    type: Literal["phase"] = "phase"
    station: str
    t_s: float
    phase: Phase


class StepBegunFrame(_Message):
    """A calibration step begins."""

    type: Literal["calibration_begun"] = "calibration_begun"
    station: str
    t_s: float
    step: CalibrationStep


class StepFrame(_Message):
    """A calibration step was judged; no reasons: passed."""

    type: Literal["calibration_step"] = "calibration_step"
    station: str
    t_s: float
    step: CalibrationStep
    reasons: list[str]


class CalibrationFrame(_Message):
    """The calibration changed."""

    type: Literal["calibration"] = "calibration"
    station: str
    t_s: float
    calibration: CalibrationMessage


class SetStartedFrame(_Message):
    """The first rep of a set began."""

    type: Literal["set_started"] = "set_started"
    station: str
    t_s: float
    set: int


class LockoutFrame(_Message):
    """Provisional verdict at the top."""

    type: Literal["lockout"] = "lockout"
    station: str
    t_s: float
    set: int
    rep: int
    tilt_deg: Number
    lambda_deg: Number
    warnings: list[WarningMessage]
    graded: bool


class LiveWarningFrame(_Message):
    """A limit exceeded inside the rep."""

    type: Literal["live_warning"] = "live_warning"
    station: str
    t_s: float
    sent_ms: float
    set: int
    rep: int
    warning: WarningMessage


class RepFrame(_Message):
    """A rep's final verdict."""

    type: Literal["rep"] = "rep"
    station: str
    t_s: float
    rep: RepMessage
    stop: list[WarningId] = []  # "stop the set": red on two of three consecutive reps


class CueFrame(_Message):
    """The one line to be heard for a rep."""

    type: Literal["cue"] = "cue"
    station: str
    t_s: float
    sent_ms: float
    set: int
    rep: int
    warning: WarningId
    text: str


class SetFrame(_Message):
    """A set ended."""

    type: Literal["set"] = "set"
    station: str
    t_s: float
    set: SetMessage


class SensorFrame(_Message):
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


class NoticeFrame(_Message):
    """Something about a sensor that makes angles unsure, or sure again."""

    type: Literal["notice"] = "notice"
    station: str
    t_s: float
    notice: NoticeKind
    placement: Placement
    deg: Number = None


class StoreFrame(_Message):
    """Writing the recording is in trouble, or works again."""

    type: Literal["store"] = "store"
    station: str
    message: str
    resolved: bool


class SessionFrame(_Message):
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
)


# Requests --------------------------------------------------------------------------------------------------
class Subscribe(_Message):
    """First message of a viewer. ``after`` and ``epoch``: what it has seen last, to go on from there."""

    ticket: str
    after: int | None = None
    epoch: str | None = None


class SessionStart(_Message):
    """Begin a visit. Guided: the steps are said by the page; automatic: standing and bows are found."""

    athlete: AthleteMessage = AthleteMessage()
    calibration: Literal[CalibrationSource.GUIDED, CalibrationSource.AUTOMATIC] = CalibrationSource.GUIDED


class StepAction(StrEnum):
    """A guided step begins and ends by the page's count-down."""

    BEGIN = "begin"
    END = "end"


class StepRequest(_Message):
    """A calibration step begins or ends now."""

    step: CalibrationStep
    action: StepAction


class SetRequest(_Message):
    """The set begins or ends now, by hand."""

    start: bool
    single_leg: bool | None = None


class LoadRequest(_Message):
    """Bar mass, and effort after the set."""

    bar_kg: Annotated[float, Field(ge=0, le=1000)] | None = None
    rpe: Annotated[float, Field(ge=0, le=10)] | None = None


class SymptomRequest(_Message):
    """What the athlete felt after the set."""

    kind: SymptomKind
    pain: Annotated[int, Field(ge=0, le=10)] | None = None


class ApiError(StrEnum):
    """Every reason a request is refused for, beside those of the gate."""

    BAD_REQUEST = "bad_request"
    NO_STATION = "no_station"
    NO_SESSION = "no_session"
    SESSION_RUNNING = "session_running"
    STEP_NOT_BEGUN = "step_not_begun"
    STORE = "store"
    BLUETOOTH = "bluetooth"


class Refusal(_Message):
    """A refused request: why, and what to do, in one sentence."""

    error: ApiError
    message: str
