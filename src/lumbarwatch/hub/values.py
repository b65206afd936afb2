"""What frames and answers of the hub carry: one state or finding each.

Times are seconds of the session (0 = its start), angles degrees with the signs of the definitions; null =
unknown.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from lumbarwatch.core.life_calibration import CalibrationStage
from lumbarwatch.core.life_types import StaleReason
from lumbarwatch.model.events import LinkReason, LinkState, SymptomKind
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.preferences import LengthUnit, MassUnit
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.sensor_calibration import AccelerometerReason, Axes
from lumbarwatch.model.session import CalibrationReason, CalibrationSource, CalibrationStep
from lumbarwatch.model.symptoms import Advice, Sign
from lumbarwatch.model.verdicts import Level, NotGradedReason, WarningId

Number = float | None
Column = list[Number]


class Message(BaseModel):
    """Base of all schemas: frozen, nothing beside what is named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WarningMessage(Message):
    """A limit exceeded."""

    id: WarningId
    level: Level
    value: float
    limit: float
    sigma: float


class NotGradedMessage(Message):
    """A warning that was not judged, and why."""

    id: WarningId
    reason: NotGradedReason


class RepMessage(Message):
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


class SetMessage(Message):
    """A set as it ended."""

    set: int
    t_start_s: float
    t_end_s: float
    reps: int
    partial: int
    bar_kg: Number
    warnings: list[WarningMessage]
    not_graded: list[NotGradedMessage]
    rpe: Number = None


class LimitMessage(Message):
    """Where a warning begins, in the unit of its value; for drawing."""

    id: WarningId
    amber: Number
    red: Number


class CalibrationMessage(Message):
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
    quick: bool = False  # valid without own range or reference: absolute limits apply, and grading says so


class StepState(StrEnum):
    """Where one step of the guided calibration is."""

    NONE = "none"
    RUNNING = "running"
    JUDGING = "judging"
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"


class StepMessage(Message):
    """One step of the guided calibration; arch and tuck are two each."""

    step: CalibrationStep
    state: StepState
    reasons: list[str] = []  # why it failed, or what limits it though it passed
    begun_s: Number = None
    ended_s: Number = None
    failures: int = 0
    optional: bool = False


class ProgressMessage(Message):
    """The guided calibration as it stands. ``current``: index in ``steps`` of what is asked or under way."""

    stage: CalibrationStage
    current: int | None
    steps: list[StepMessage]
    quick: bool  # standing and bows only were asked for
    valid: bool
    stale: StaleReason | None


class SensorMessage(Message):
    """One sensor as it is now."""

    placement: Placement
    state: LinkState
    reason: LinkReason | None = None
    detail: str = ""
    device: str = ""
    battery_percent: int | None = None
    serial: str = ""
    family: str = ""
    firmware: str = ""
    rssi_dbm: int | None = None
    rate_hz: Number = None  # as samples arrive
    accelerometer: bool = False  # its six-pose calibration is known and used


class AssignedMessage(Message):
    """A sensor that has its place at a station. ``serial`` or ``address`` tells which."""

    placement: Placement
    serial: str = ""
    address: str = ""
    name: str = ""
    family: str = ""


class OwnLimit(Message):
    """An athlete's own limit of a warning, in place of the whole default. None: no such level."""

    amber: float | None = Field(default=None, allow_inf_nan=False)
    red: float | None = Field(default=None, allow_inf_nan=False)


class AthleteMessage(Message):
    """Body measures and limits; all optional. Of a request, ``limits`` None leaves those known unchanged."""

    id: str = ""
    name: str = Field(default="", max_length=120)
    mass_kg: float | None = Field(default=None, ge=20, le=400)
    stature_m: float | None = Field(default=None, ge=1.0, le=2.5)
    bench_height_m: float | None = Field(default=None, ge=0.0, le=1.0)
    contact_to_l1_m: float | None = Field(default=None, ge=0.0, le=0.5)  # bench edge to lumbar sensor
    limits: dict[WarningId, OwnLimit] | None = None
    tuck_training: bool | None = None  # W1c is judged only in training mode; None: unchanged


class AthleteList(Message):
    """Everybody known, by name."""

    athletes: list[AthleteMessage]


class SymptomMessage(Message):
    """What the athlete felt, and after which set (0: before the first)."""

    t_s: float
    set: int
    kind: SymptomKind
    pain: int | None = None
    signs: list[Sign] | None = None  # None: the checklist was not answered


class CoachMessage(Message):
    """A word from the coach."""

    id: str
    text: str
    sent_utc_s: float


class SummaryMessage(Message):
    """A session in one look. Medians are over full, graded reps; null = not known."""

    duration_s: float
    sets: int
    reps: int
    partial: int
    graded: int
    red: int  # reps with a red warning
    amber: int  # reps with an amber one and no red
    tilt_lockout_deg: Number
    tilt_sigma_deg: Number
    lambda_lockout_deg: Number
    lambda_sigma_deg: Number
    lambda_peak_deg: Number  # the largest
    eccentric_s: Number
    drift_deg: Number  # the largest of a set
    bar_kg: Number  # the heaviest set


class SessionState(StrEnum):
    """Where the visit is."""

    NONE = "none"
    RUNNING = "running"
    SAVING = "saving"
    SAVED = "saved"
    FAILED = "failed"  # the recording is kept, the history row could not be written


class ResumedMessage(Message):
    """A session that began by itself, because the hub was cut off in the one before.

    ``calibration_kept``: it goes on with the calibration of before; else it has to be calibrated.
    """

    session_id: str  # of the one before, kept as a session of its own
    stopped_utc_s: float  # its last sign of life
    calibration_kept: bool


class StationMessage(Message):
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
    name: str = ""  # the station's, for people
    replay: bool = False  # a recording shown again: nothing is recorded
    started_utc_s: Number = None
    assigned: list[AssignedMessage] = []
    progress: ProgressMessage | None = None  # of the guided calibration; null: not guided
    bar_kg: Number = None  # of the set under way or to come
    set_open: bool = False
    single_leg: bool = False  # the set under way or to come is marked as one on one leg
    rest_since_s: Number = None  # end of the last set's last rep; null while a set is under way
    stop: list[WarningId] = []  # "stop the set" stands for these
    symptom_wanted: bool = False  # a set ended and nobody has said yet how it felt
    symptoms: list[SymptomMessage] = []
    advice: list[Advice] = []  # which words of definitions 6 apply, given earlier sessions too
    hold_load: bool = False  # suggest no load increase
    messages: list[CoachMessage] = []
    summary: SummaryMessage | None = None  # once the session has ended
    resumed: ResumedMessage | None = None  # the hub was restarted in the session before
    store_trouble: str = ""  # what keeps the recording from being written just now, in one sentence


class PreferencesMessage(Message):
    """Choices of the Settings page. ``muted``: shown, neither voiced nor felt. Units are those of display."""

    tones: bool = True
    speech: bool = True
    haptic: bool = True  # of sensors that have a motor
    muted: list[WarningId] = []
    mass_unit: MassUnit = MassUnit.KG
    length_unit: LengthUnit = LengthUnit.CM


class HubMessage(Message):
    """The hub and all its stations."""

    version: str
    pipeline_version: str
    simulated: bool
    speed: float
    stations: list[StationMessage]
    replay: bool = False
    bluetooth: str = ""  # why no sensor can be reached, in one sentence
    preferences: PreferencesMessage = PreferencesMessage()
    obeys: bool = False  # simulated: the athlete waits for the page and does what it says


class ScannedMessage(Message):
    """A sensor in range or in use. ``sensor`` names it in requests; null: not known."""

    sensor: str
    name: str
    family: str
    model: str
    serial: str
    address: str
    rssi_dbm: int | None = None
    battery_percent: int | None = None
    firmware: str = ""
    placement: Placement | None = None
    station: str = ""  # whose it is
    in_use: bool = False  # streams here now
    problem: str = ""  # why it did not answer, in one sentence
    accelerometer_utc_s: Number = None  # when its six-pose calibration was made; 0: no date; null: none
    raw: bool = True  # it has an accelerometer to be calibrated; else it sends orientations only


class SensorList(Message):
    """Sensors in range and in use, the strongest first."""

    sensors: list[ScannedMessage]
    scanned_utc_s: Number = None  # null: not scanned since the start


class FindingKind(StrEnum):
    """How much a finding matters."""

    FINE = "fine"
    NOTICE = "notice"
    PROBLEM = "problem"


class FindingMessage(Message):
    """One line of the doctor's report. ``subject``: the system, or a sensor's name."""

    kind: FindingKind
    subject: str
    text: str


class FindingList(Message):
    """The doctor's report."""

    findings: list[FindingMessage]


class PosesState(StrEnum):
    """Where the calibration of an accelerometer is."""

    NONE = "none"
    CONNECTING = "connecting"
    WATCHING = "watching"  # the sensor streams: lay it on its sides
    DONE = "done"  # there is a result, be it a refusal
    FAILED = "failed"  # the sensor can't be reached, or it took too long


class NotKept(StrEnum):
    """Why an accelerometer's calibration was found but not stored."""

    NO_SERIAL = "no_serial"  # the sensor tells none: nothing to know it again by
    STORE = "store"


class AccelerometerMessage(Message):
    """What came of the poses: specific force = (reading - offset) * scale; all None where refused.

    The sigmas are one sigma; ``before_mps2`` and ``residual_mps2`` tell how far the readings at rest lie from
    g (root mean square) as read and as corrected (None: six poses alone can't tell).
    """

    reasons: list[AccelerometerReason]
    offset_mps2: Axes | None = None
    scale: Axes | None = None
    offset_sigma_mps2: Axes | None = None
    scale_sigma: Axes | None = None
    residual_mps2: Number = None
    before_mps2: Number = None
    after_mps2: Number = None  # over the poses used, also of a refused fit
    poses: int = 0
    rests: int = 0
    missing: list[str] = []  # axes that never pointed up
    not_kept: NotKept | None = None  # None, with an offset: stored by serial number
    serial: str = ""


class PosesMessage(Message):
    """The calibration of one accelerometer as it stands; one at a time on a hub."""

    state: PosesState = PosesState.NONE
    sensor: str = ""
    name: str = ""
    station: str = ""  # whose it is
    problem: str = ""  # of link or store, in one sentence
    poses: int = 0  # distinct ones so far
    wanted: int = 6
    still_s: float = 0.0  # how long it has lain still by now; 0: it moves
    needed_s: float = 2.0  # then the pose counts
    counts: bool = False  # the pose it lies in now does
    again: bool = False  # and had been counted before
    result: AccelerometerMessage | None = None
