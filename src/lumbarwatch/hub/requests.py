"""What the control API hears, and why it refuses."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from lumbarwatch.hub.values import AthleteMessage, Message
from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationSource, CalibrationStep
from lumbarwatch.model.symptoms import Sign


class Subscribe(Message):
    """First message of a viewer. ``after`` and ``epoch``: what it has seen last, to go on from there.

    ``station``: only this one's frames, null: everybody's. ``poses_ms``: least time between two frames of
    angles of one station; a wall of thirty needs ten a second, not fifty.
    """

    ticket: str
    after: int | None = None
    epoch: str | None = None
    station: str | None = None
    poses_ms: Annotated[float, Field(ge=0, le=1000)] = 0.0


class SessionStart(Message):
    """Begin a visit. Guided: the steps are said by the page; automatic: standing and bows are found."""

    athlete: AthleteMessage = AthleteMessage()
    calibration: Literal[CalibrationSource.GUIDED, CalibrationSource.AUTOMATIC] = CalibrationSource.GUIDED
    quick: bool = False  # guided: standing and bows only; absolute limits apply and grading says so


class StepAction(StrEnum):
    """A guided step begins and ends by the page's count-down; the optional ones can be left out.

    ``choose``: to be asked for one that nobody is asked for otherwise.
    """

    BEGIN = "begin"
    END = "end"
    SKIP = "skip"
    CHOOSE = "choose"


class StepRequest(Message):
    """A calibration step begins or ends now, or is left out; any step, also one that passed before."""

    step: CalibrationStep
    action: StepAction


class CalibrateRequest(Message):
    """Calibrate again in mid-session. ``restrapped``: a sensor was put on anew, the old zero is void."""

    restrapped: bool = False
    quick: bool = False


class SetRequest(Message):
    """The set begins or ends now, by hand."""

    start: bool
    single_leg: bool | None = None


class LoadRequest(Message):
    """Bar mass, and effort after the set."""

    set: Annotated[int, Field(ge=1)] | None = None  # a finished one; null: from now on
    bar_kg: Annotated[float, Field(ge=0, le=1000)] | None = None
    rpe: Annotated[float, Field(ge=0, le=10)] | None = None


class BenchRequest(Message):
    """The bench of this session, by tape measure; null: as known of the athlete."""

    bench_height_m: Annotated[float, Field(ge=0, le=1)] | None = None
    contact_to_l1_m: Annotated[float, Field(ge=0, le=0.5)] | None = None  # bench edge to lumbar sensor


class SymptomRequest(Message):
    """What the athlete felt after the set."""

    kind: SymptomKind
    pain: Annotated[int, Field(ge=0, le=10)] | None = None
    signs: list[Sign] | None = None  # of the checklist; null: not answered (say the symptom again with them)
    seized: bool = False  # the back seized in a squat or lunge


class MessageRequest(Message):
    """The coach's word to an athlete's page."""

    text: Annotated[str, Field(min_length=1, max_length=200)]


class DismissRequest(Message):
    """The athlete has read a message; null: all of them."""

    id: str | None = None


class StationRequest(Message):
    """A station to add or change. ``sensors``: serial number (or address) by placement; null: unchanged."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    sensors: dict[Placement, Annotated[str, Field(min_length=1, max_length=120)]] | None = None


class ScanRequest(Message):
    """Look for sensors. ``ask``: connect to each that is free, for battery, firmware and serial number."""

    seconds: Annotated[float, Field(ge=1, le=30)] = 5.0
    ask: bool = True


class IdentifyRequest(Message):
    """Make a sensor show itself."""

    sensor: str


class AssignRequest(Message):
    """Give a sensor its place, by serial number or address; ``placement`` null: take it out of its place."""

    sensor: str
    placement: Placement | None
    station: str = "1"


class PoseRequest(Message):
    """Calibrate a sensor's accelerometer, by serial number or address; said again: from the beginning."""

    sensor: str


class MoveRequest(Message):
    """Give a finished session to another athlete; "" to nobody."""

    athlete_id: str


class NoteRequest(Message):
    """A clinician's or coach's note on a finished session."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
    author: Annotated[str, Field(max_length=120)] = ""


class CorrectionRequest(Message):
    """A correction of a rep by hand; the computed value stays beside it.

    ``t_lockout_ns``: of the rep that was looked at, so that an analysis made meanwhile puts it on no other.
    """

    set: Annotated[int, Field(ge=1)]
    rep: Annotated[int, Field(ge=1)]
    field: CorrectedField
    value: bool | Annotated[float, Field(ge=-180, le=180)] | None = None
    text: Annotated[str, Field(max_length=2000)] = ""
    author: Annotated[str, Field(max_length=120)] = ""
    t_lockout_ns: Annotated[int, Field(ge=0, lt=2**63)] | None = None


class RemoveRequest(Message):
    """Take a note or a correction back."""

    id: Annotated[str, Field(min_length=1, max_length=64)]


class Done(Message):
    """It is done."""


class ApiError(StrEnum):
    """Every reason a request is refused for, beside those of the gate."""

    BAD_REQUEST = "bad_request"
    NO_STATION = "no_station"
    NO_SESSION = "no_session"
    SESSION_RUNNING = "session_running"
    STEP_NOT_BEGUN = "step_not_begun"
    STEP_NEEDED = "step_needed"  # this one can't be left out
    NO_ATHLETE = "no_athlete"
    NO_SENSOR = "no_sensor"
    BUSY = "busy"  # the same is under way
    NOT_CALIBRATING = "not_calibrating"  # no sensor's accelerometer is being calibrated
    REPLAY = "replay"  # a recording is shown: nothing can be said
    STORE = "store"
    BLUETOOTH = "bluetooth"


class Refusal(Message):
    """A refused request: why, and what to do, in one sentence."""

    error: ApiError
    message: str
