"""What a report is made of, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.events import Symptom
from lumbarwatch.model.motion import Rep, SetExtra, SetSummary
from lumbarwatch.model.session import Athlete, Calibration, Limits, Session
from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.model.verdicts import NotGraded, WarningVerdict


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction by hand of one rep, beside the computed value; the latest of a field counts."""

    set_number: int
    rep_number: int
    field: CorrectedField
    value: bool | float | None
    text: str
    author: str
    at_utc_ns: int


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote about the session."""

    text: str
    author: str
    at_utc_ns: int


@dataclass(frozen=True, slots=True)
class Felt:
    """A symptom, when, and in which session."""

    at_utc_ns: int
    symptom: Symptom
    session_id: str


def _no_facts() -> Mapping[int, SetExtra]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """All of one session, by one analysis of it."""

    session: Session
    exercise: str
    duration_s: float
    pipeline_version: str
    software_version: str
    calibration: Calibration
    limits: Limits
    sets: tuple[SetSummary, ...]
    reps: tuple[Rep, ...]
    refined: bool = False
    set_facts: Mapping[int, SetExtra] = field(default_factory=_no_facts)
    warnings: tuple[WarningVerdict, ...] = ()  # of the whole session
    not_graded: tuple[NotGraded, ...] = ()
    corrections: tuple[Correction, ...] = ()
    notes: tuple[Note, ...] = ()
    sensors: tuple[str, ...] = ()  # such as "pelvis: lm1 A1"


@dataclass(frozen=True, slots=True)
class ReportData:
    """What a report is about: a session, or an athlete's course with the newest session.

    ``points`` are the sessions of the same exercise, oldest first, up to the session; ``last_sessions`` are
    the ids of the last ones of any exercise, newest first: a back is stiff whatever was lifted.
    """

    athlete: Athlete | None
    newest: SessionFacts | None
    points: tuple[SessionPoint, ...]
    felt: tuple[Felt, ...]
    made_at_utc_ns: int
    whole_course: bool = False
    pipeline_versions: tuple[str, ...] = ()  # those behind the points
    last_sessions: tuple[str, ...] = ()
    beside: SessionFacts | None = None  # the newest session with hindsight, where it is analysed so, too
