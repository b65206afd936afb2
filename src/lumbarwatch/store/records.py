"""What the history hands out: plain frozen values, never database rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.load import SessionLoad
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration, Limits
from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.model.verdicts import NotGraded, WarningVerdict
from lumbarwatch.store.codec import JsonObject
from lumbarwatch.store.privacy import nameless


def _no_sensors() -> Mapping[Placement, JsonObject]:
    return MappingProxyType({})


def _no_efforts() -> Mapping[int, float]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SessionAbout:
    """What is kept of a session beside its results. ``rpe`` is by set number."""

    started_at_monotonic_ns: int = 0
    duration_s: float = 0.0
    exercise: str = "hip_thrust"
    recording: str = ""  # file name
    software_version: str = ""
    sensors: Mapping[Placement, JsonObject] = field(default_factory=_no_sensors)
    limits: Limits = field(default_factory=Limits)
    parameters: JsonObject = field(default_factory=dict[str, Any])  # kept without the athlete's name
    rpe: Mapping[int, float] = field(default_factory=_no_efforts)
    load: SessionLoad | None = None  # None: body mass, stature or every bar mass is unknown
    warnings: tuple[WarningVerdict, ...] = ()  # of the whole session (W7)
    not_graded: tuple[NotGraded, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", nameless(self.parameters))


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session in one line. Medians are over full, graded reps; None = not known."""

    sets: int
    reps: int
    partial: int
    graded: int
    red: int  # reps with a red warning
    amber: int  # reps with an amber one and no red
    tilt_lockout_deg: float | None = None
    lambda_lockout_deg: float | None = None
    lambda_peak_deg: float | None = None  # the largest
    tilt_sigma_deg: float | None = None  # of one rep
    lambda_sigma_deg: float | None = None
    eccentric_s: float | None = None
    drift_deg: float | None = None  # of the set in which lambda at lockout rose most
    lam_max_deg: float | None = None
    tau_max_deg: float | None = None
    habit: float | None = None
    bar_kg: float | None = None  # the heaviest set
    dose_n2m2s: float | None = None
    dose_sigma_n2m2s: float | None = None
    dose_unknown_reps: int | None = None  # more than 0: the dose is a lower bound
    peak_moment_nm: float | None = None  # of the heaviest rep, at L5/S1
    peak_sigma_nm: float | None = None
    tilt_zero_deg: float | None = (
        None  # what the zero in use takes from tilt and lambda; None: the standing one
    )
    lambda_zero_deg: float | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session as the history has it, with the summary of the analysis that is shown."""

    id: str
    athlete_id: str  # empty: nobody named yet
    started_at_utc_ns: int
    started_at_monotonic_ns: int
    duration_s: float
    exercise: str
    simulated: bool
    recovered: bool
    note: str
    recording: str
    software_version: str
    pipeline_version: str
    refined: bool
    summary: SessionSummary


@dataclass(frozen=True, slots=True)
class SessionDetail:
    """All of a session but its reps."""

    record: SessionRecord
    calibration: Calibration
    limits: Limits
    parameters: JsonObject
    sensors: Mapping[Placement, JsonObject]
    not_graded: tuple[NotGraded, ...]
    versions: tuple[tuple[str, bool], ...]  # every analysis there is: pipeline version, refined

    @property
    def refined_beside(self) -> str | None:
        """Pipeline version of the newest refined analysis beside this causal one; None: there is none."""
        if self.record.refined:
            return None
        return next((version for version, refined in reversed(self.versions) if refined), None)


@dataclass(frozen=True, slots=True)
class FoundWarning:
    """A warning with its place. ``rep_number`` 0: of the set; ``set_number`` 0: of the session."""

    set_number: int
    rep_number: int
    verdict: WarningVerdict


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """One session in an athlete's course."""

    session_id: str
    started_at_utc_ns: int
    exercise: str
    simulated: bool
    pipeline_version: str
    summary: SessionSummary


@dataclass(frozen=True, slots=True)
class SensorRecord:
    """A known sensor and its accelerometer calibration (None: never calibrated)."""

    family: str
    serial: str
    calibration: JsonObject | None
    updated_at_utc_ns: int


@dataclass(frozen=True, slots=True)
class SymptomRecord:
    """What the athlete felt after a set."""

    session_id: str
    t_ns: int
    at_utc_ns: int
    kind: SymptomKind
    pain: int | None
    answers: JsonObject | None


@dataclass(frozen=True, slots=True)
class NoteRecord:
    """What somebody wrote about a session."""

    id: str
    session_id: str
    author: str
    written_at_utc_ns: int
    text: str


@dataclass(frozen=True, slots=True)
class RepAnnotation:
    """A correction by hand, beside the computed value."""

    id: str
    session_id: str
    set_number: int
    rep_number: int
    t_lockout_ns: int
    field: CorrectedField
    value: bool | float | None
    text: str
    author: str
    written_at_utc_ns: int

    def belongs_to(self, rep: Rep) -> bool:
        """Whether this is the rep that was meant, also after a re-analysis that numbers reps anew."""
        return rep.is_at(self.t_lockout_ns)


@dataclass(frozen=True, slots=True)
class SessionFilter:
    """Which sessions are wanted; None: whichever. ``athlete_id`` empty: those nobody is named for."""

    athlete_id: str | None = None
    since_utc_ns: int | None = None
    until_utc_ns: int | None = None
    exercise: str | None = None
    simulated: bool | None = None
    with_red: bool = False
    with_symptoms: bool = False


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session as a list shows it."""

    record: SessionRecord
    athlete_name: str  # empty: nobody named yet, or without a name
    felt: SymptomKind | None  # the worst; None: not asked
    pain: int | None


@dataclass(frozen=True, slots=True)
class SetPoint:
    """One set in an athlete's course; of its figures those are known that its reps alone tell."""

    set_number: int
    point: SessionPoint


@dataclass(frozen=True, slots=True)
class AthleteWeek:
    """What an athlete did in a span of time."""

    athlete_id: str
    name: str
    sessions: int
    reps: int
    red: int
    last_utc_ns: int
