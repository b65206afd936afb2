"""What goes through the pipeline's door beside samples, and what comes out of it.

In: :class:`ControlEvent` (buttons, calibration steps, loads) and :class:`LinkEvent` (the radio link).
Out: :data:`Event`. All times are ns on the host time base.
"""

from dataclasses import dataclass
from enum import StrEnum

from lumbarwatch.model import checks
from lumbarwatch.model.motion import Phase, PoseBatch, Rep, SetSummary
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration, CalibrationSource, CalibrationStep
from lumbarwatch.model.symptoms import Sign
from lumbarwatch.model.verdicts import NotGraded, WarningId, WarningVerdict


# In -------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class StepBegun:
    """A calibration step begins; lifts until it is done are its own and no reps."""

    t_ns: int
    step: CalibrationStep


@dataclass(frozen=True, slots=True)
class StepDone:
    """A calibration step was done between two times. ``source`` tells guided steps from META's."""

    t_ns: int
    step: CalibrationStep
    start_ns: int
    end_ns: int
    source: CalibrationSource = CalibrationSource.GUIDED


@dataclass(frozen=True, slots=True)
class StepLeft:
    """A step that had begun is given up: left out by the user, or never ended. Lifts are reps again."""

    t_ns: int
    step: CalibrationStep


@dataclass(frozen=True, slots=True)
class SetButton:
    """The set was started or ended by hand."""

    t_ns: int
    start: bool
    single_leg: bool | None = None


@dataclass(frozen=True, slots=True)
class BarLoad:
    """Bar mass and, after the set, effort. ``set_number``: the finished set that is meant; else by time."""

    t_ns: int
    bar_kg: float | None = None
    rpe: float | None = None
    set_number: int | None = None


@dataclass(frozen=True, slots=True)
class BenchMeasured:
    """The bench of this session, by tape measure; None: as known of the athlete. For the load only."""

    t_ns: int
    bench_height_m: float | None = None
    contact_to_l1_m: float | None = None  # bench edge to lumbar sensor

    def __post_init__(self) -> None:
        checks.finite("bench_height_m", self.bench_height_m, low=0.0, high=1.0)
        checks.finite("contact_to_l1_m", self.contact_to_l1_m, low=0.0, high=0.5)


class SymptomKind(StrEnum):
    """The one tap after each set (definitions 6)."""

    NONE = "none"
    STIFF = "stiff"
    PAIN = "pain"


@dataclass(frozen=True, slots=True)
class Symptom:
    """What the athlete felt; ``pain`` 0 to 10 with kind PAIN.

    ``signs``: what the checklist found (None: not answered); ``seized``: the back seized in a squat or lunge.
    """

    t_ns: int
    kind: SymptomKind
    pain: int | None = None
    signs: tuple[Sign, ...] | None = None
    seized: bool = False


@dataclass(frozen=True, slots=True)
class Annotation:
    """A note at a time."""

    t_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class SessionEnd:
    """The visit is over."""

    t_ns: int


ControlEvent = (
    StepBegun | StepDone | StepLeft | SetButton | BarLoad | BenchMeasured | Symptom | Annotation | SessionEnd
)


class LinkState(StrEnum):
    """State of one sensor's link."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    STREAMING = "streaming"
    SILENT = "silent"
    LOST = "lost"
    ENDED = "ended"


class LinkReason(StrEnum):
    """Every reason a user can do something about."""

    BLUETOOTH_OFF = "bluetooth_off"
    NO_PERMISSION = "no_permission"
    NO_ADAPTER = "no_adapter"
    NOT_FOUND = "not_found"
    IN_USE = "in_use"
    ASLEEP = "asleep"
    WRONG_FIRMWARE = "wrong_firmware"
    BATTERY_LOW = "battery_low"
    WEAK_SIGNAL = "weak_signal"
    RATE_LOW = "rate_low"
    GARBAGE = "garbage"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class LinkEvent:
    """The link of one sensor changed."""

    t_ns: int
    placement: Placement
    state: LinkState
    reason: LinkReason | None = None
    detail: str = ""


# Out ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class CalibrationClosed:
    """The calibration stands (or was refused), or gained its range or reference."""

    t_ns: int
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class CalibrationStepJudged:
    """One step was judged; empty reasons: passed."""

    t_ns: int
    step: CalibrationStep
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PhaseChanged:
    """The athlete moved on to another phase."""

    t_ns: int
    phase: Phase


@dataclass(frozen=True, slots=True)
class SetStarted:
    """The first rep of a set began."""

    t_ns: int
    set_number: int


@dataclass(frozen=True, slots=True)
class LockoutReached:
    """Provisional verdict at the top, in the same rep; the final one comes with :class:`RepFinished`."""

    t_ns: int
    set_number: int
    rep_number: int
    tilt_lockout_deg: float | None
    lambda_lockout_deg: float | None
    warnings: tuple[WarningVerdict, ...] = ()
    not_graded: tuple[NotGraded, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveWarning:
    """A limit exceeded inside the rep (W2, W2b), at once."""

    t_ns: int
    set_number: int
    rep_number: int
    warning: WarningVerdict


@dataclass(frozen=True, slots=True)
class RepFinished:
    """The rep's final verdict."""

    t_ns: int
    rep: Rep


@dataclass(frozen=True, slots=True)
class Cue:
    """The one line to be spoken for a rep."""

    t_ns: int
    set_number: int
    rep_number: int
    warning: WarningId
    text: str


@dataclass(frozen=True, slots=True)
class SetFinished:
    """The set's counts and its own warnings."""

    t_ns: int
    summary: SetSummary


@dataclass(frozen=True, slots=True)
class SlipSuspected:
    """One sensor jumped against the body; angles are unsure until re-zeroed."""

    t_ns: int
    placement: Placement
    slip_deg: float


@dataclass(frozen=True, slots=True)
class Rezeroed:
    """A quiet standing gave a new zero after a slip."""

    t_ns: int
    placement: Placement
    shift_deg: float


@dataclass(frozen=True, slots=True)
class SensorLost:
    """A sensor trails by more than a second of arrival time."""

    t_ns: int
    placement: Placement


@dataclass(frozen=True, slots=True)
class SensorBack:
    """A lost sensor's samples count again."""

    t_ns: int
    placement: Placement


@dataclass(frozen=True, slots=True)
class SensorRestarted:
    """A sensor's clock or counter began anew."""

    t_ns: int
    placement: Placement


@dataclass(frozen=True, slots=True)
class SessionFinished:
    """All is judged; the warnings of the whole session (W7)."""

    t_ns: int
    warnings: tuple[WarningVerdict, ...] = ()
    not_graded: tuple[NotGraded, ...] = ()


Event = (
    PoseBatch
    | CalibrationClosed
    | CalibrationStepJudged
    | PhaseChanged
    | SetStarted
    | LockoutReached
    | LiveWarning
    | RepFinished
    | Cue
    | SetFinished
    | SlipSuspected
    | Rezeroed
    | SensorLost
    | SensorBack
    | SensorRestarted
    | SessionFinished
)
