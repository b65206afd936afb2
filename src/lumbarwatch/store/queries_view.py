"""Questions of the History view: pages of a filtered list, an athlete's course, who trained in a week.

Each stays under some ten milliseconds with 10,000 sessions: a page is cut by an index before anything else is
read, reps are read as bare columns and of one athlete only.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.store import rows
from lumbarwatch.store.course import BY_SEVERITY, RepFigures, SetFigures, Worst, course_point, set_points
from lumbarwatch.store.records import (
    AthleteWeek,
    ListedSession,
    SessionFilter,
    SetPoint,
)
from lumbarwatch.store.tables import AnalysisRow, AthleteRow, RepRow, SessionRow, SetRow, SymptomRow

_POINT: Final[tuple[Any, ...]] = (
    SessionRow.athlete_id,
    SessionRow.id.label("session_id"),
    SessionRow.started_at_utc_ns,
    SessionRow.exercise,
    AnalysisRow.reps,
    AnalysisRow.graded,
    AnalysisRow.red,
    AnalysisRow.amber,
    AnalysisRow.tilt_lockout_deg,
    AnalysisRow.lambda_lockout_deg,
    AnalysisRow.lambda_peak_deg,
    AnalysisRow.eccentric_s,
    AnalysisRow.drift_deg,
    AnalysisRow.lam_max_deg,
    AnalysisRow.tau_max_deg,
    AnalysisRow.habit,
    AnalysisRow.bar_kg,
    AnalysisRow.dose_n2m2s,
    AnalysisRow.dose_sigma_n2m2s,
    AnalysisRow.tilt_zero_deg,
    AnalysisRow.lambda_zero_deg,
)
"""What :func:`course_point` reads, and whose it is."""


def listed(transaction: Transaction, wanted: SessionFilter, limit: int, offset: int) -> list[ListedSession]:
    """Return a page of the list, newest first."""
    page = select(SessionRow).where(*_conditions(wanted))
    page = page.order_by(SessionRow.started_at_utc_ns.desc()).limit(limit).offset(offset)
    session = aliased(SessionRow, page.subquery())
    question = select(session, AnalysisRow, AthleteRow.name)
    question = question.join(AnalysisRow, AnalysisRow.session_id == session.id)
    question = question.outerjoin(AthleteRow, AthleteRow.id == session.athlete_id)
    question = question.where(AnalysisRow.current).order_by(session.started_at_utc_ns.desc())
    found = list(transaction.execute(question))
    felt = _felt(transaction, [row.id for row, _, _ in found])
    return [
        ListedSession(rows.session_of(row, analysis), name or "", felt[row.id].kind, felt[row.id].pain)
        for row, analysis, name in found
    ]


def count(transaction: Transaction, wanted: SessionFilter) -> int:
    """Return how many sessions there are of that kind."""
    question = select(func.count()).select_from(SessionRow).where(*_conditions(wanted))
    return transaction.scalar(question) or 0


def exercises(transaction: Transaction, athlete_id: str | None) -> list[str]:
    """Return the exercises there are sessions of, the most frequent first."""
    question = select(SessionRow.exercise).group_by(SessionRow.exercise)
    if athlete_id is not None:
        question = question.where(SessionRow.athlete_id == (athlete_id or None))
    return list(transaction.scalars(question.order_by(func.count().desc(), SessionRow.exercise)))


def courses(
    transaction: Transaction, athlete_ids: Sequence[str], wanted: SessionFilter
) -> Mapping[str, tuple[SessionPoint, ...]]:
    """Return the courses of some athletes, oldest session first; the filter's athlete is not looked at."""
    wanted_ones = (SessionRow.athlete_id.in_(athlete_ids), *_conditions(wanted, of_athlete=False))
    # Bare columns: whole rows as objects would take four times as long for the 500 sessions of a page.
    question = select(*_POINT)
    question = question.join(AnalysisRow, AnalysisRow.session_id == SessionRow.id)
    question = question.where(AnalysisRow.current, *wanted_ones).order_by(SessionRow.started_at_utc_ns)
    felt = _felt(transaction, select(SessionRow.id).where(*wanted_ones))
    found: defaultdict[str, list[SessionPoint]] = defaultdict(list)
    for row in transaction.execute(question):
        found[row.athlete_id or ""].append(course_point(row, row, felt[row.session_id]))
    return {athlete_id: tuple(found[athlete_id]) for athlete_id in athlete_ids}


def set_course(transaction: Transaction, wanted: SessionFilter) -> tuple[SetPoint, ...]:
    """Return every set of the wanted sessions; meant for one athlete."""
    of_session = (AnalysisRow.session_id == SessionRow.id, AnalysisRow.current)
    started = SessionRow.started_at_utc_ns
    sets = select(
        SessionRow.id,
        SetRow.set_number,
        started,
        SessionRow.exercise,
        SetRow.bar_kg,
        SetRow.dose_n2m2s,
        SetRow.dose_sigma_n2m2s,
        SetRow.drift_deg,
        AnalysisRow.tilt_zero_deg,
        AnalysisRow.lambda_zero_deg,
    )
    sets = sets.join(AnalysisRow, AnalysisRow.session_id == SessionRow.id)
    sets = sets.join(SetRow, SetRow.analysis_id == AnalysisRow.id)
    reps = select(
        SessionRow.id,
        RepRow.set_number,
        RepRow.tilt_lockout_deg,
        RepRow.lambda_lockout_deg,
        RepRow.lambda_peak_deg,
        RepRow.eccentric_ns,
        RepRow.partial,
        RepRow.lowered,
        RepRow.graded,
    )
    reps = reps.join(AnalysisRow, AnalysisRow.session_id == SessionRow.id)
    reps = reps.join(RepRow, RepRow.analysis_id == AnalysisRow.id)
    sets = sets.where(*of_session, *_conditions(wanted)).order_by(started, SetRow.set_number)
    reps = reps.where(*of_session, *_conditions(wanted)).order_by(
        started, RepRow.set_number, RepRow.rep_number
    )
    return set_points(
        [SetFigures(*row) for row in transaction.execute(sets)],
        [RepFigures(*row) for row in transaction.execute(reps)],
    )


def week(transaction: Transaction, wanted: SessionFilter, limit: int, offset: int) -> list[AthleteWeek]:
    """Return who trained, the latest first."""
    conditions = _conditions(wanted)
    last = func.max(SessionRow.started_at_utc_ns)
    # The page is cut by the index first: sums over everybody's analyses would read all of them.
    trained = select(SessionRow.athlete_id, last.label("last_ns")).where(SessionRow.athlete_id.is_not(None))
    trained = trained.where(*conditions).group_by(SessionRow.athlete_id)
    trained = trained.order_by(last.desc(), SessionRow.athlete_id).limit(limit).offset(offset).subquery()
    question = select(
        AthleteRow.id,
        AthleteRow.name,
        func.count(),
        func.sum(AnalysisRow.reps),
        func.sum(AnalysisRow.red),
        trained.c.last_ns,
    )
    question = question.join(trained, trained.c.athlete_id == AthleteRow.id)
    question = question.join(SessionRow, SessionRow.athlete_id == AthleteRow.id)
    question = question.join(AnalysisRow, AnalysisRow.session_id == SessionRow.id).where(AnalysisRow.current)
    question = question.where(*conditions).group_by(AthleteRow.id, AthleteRow.name, trained.c.last_ns)
    question = question.order_by(trained.c.last_ns.desc(), AthleteRow.id)
    return [
        AthleteWeek(athlete_id, name, sessions, int(reps), int(red), int(last_ns))
        for athlete_id, name, sessions, reps, red, last_ns in transaction.execute(question)
    ]


def _conditions(wanted: SessionFilter, *, of_athlete: bool = True) -> list[ColumnElement[bool]]:
    """Return the filter as conditions on sessions."""
    found: list[ColumnElement[bool]] = []
    if of_athlete and wanted.athlete_id is not None:
        found.append(SessionRow.athlete_id == (wanted.athlete_id or None))
    if wanted.since_utc_ns is not None:
        found.append(SessionRow.started_at_utc_ns >= wanted.since_utc_ns)
    if wanted.until_utc_ns is not None:
        found.append(SessionRow.started_at_utc_ns < wanted.until_utc_ns)
    if wanted.exercise is not None:
        found.append(SessionRow.exercise == wanted.exercise)
    if wanted.simulated is not None:
        found.append(SessionRow.simulated == wanted.simulated)
    if wanted.with_red:
        shown = aliased(AnalysisRow)
        red = exists().where(shown.session_id == SessionRow.id, shown.current, shown.red > 0)
        found.append(red.correlate(SessionRow))
    if wanted.with_symptoms:
        said = aliased(SymptomRow)
        felt = exists().where(said.session_id == SessionRow.id, said.kind != SymptomKind.NONE)
        found.append(felt.correlate(SessionRow))
    return found


def _felt(transaction: Transaction, session_ids: Sequence[str] | Select[Any]) -> defaultdict[str, Worst]:
    """Return the worst that was felt in each session: one row of each, whatever was said how often."""
    severity = case({kind.value: weight for weight, kind in enumerate(BY_SEVERITY)}, value=SymptomRow.kind)
    stiff = case((SymptomRow.kind == SymptomKind.STIFF, 1), else_=0)
    question = select(
        SymptomRow.session_id, func.max(severity), func.max(SymptomRow.pain), func.max(stiff)
    ).where(SymptomRow.session_id.in_(session_ids))
    found: defaultdict[str, Worst] = defaultdict(Worst)
    for session_id, worst, pain, was_stiff in transaction.execute(question.group_by(SymptomRow.session_id)):
        found[session_id] = Worst(BY_SEVERITY[worst], pain, bool(was_stiff))
    return found
