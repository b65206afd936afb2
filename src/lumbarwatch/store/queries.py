"""Questions to the history. Each is one or two statements that an index answers."""

from collections import defaultdict
from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from lumbarwatch.model.motion import Rep, SetExtra, SetSummary
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration, Limits
from lumbarwatch.model.verdicts import WarningVerdict
from lumbarwatch.store import rows
from lumbarwatch.store.codec import JsonObject, from_json, loads
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.records import (
    FoundWarning,
    SessionDetail,
    SessionRecord,
    SymptomRecord,
    TrendPoint,
)
from lumbarwatch.store.tables import (
    AnalysisRow,
    RemarkRow,
    RepRow,
    SessionRow,
    SetRow,
    SymptomRow,
    WarningRow,
)


def sessions(
    transaction: Transaction,
    athlete_id: str | None,
    span_utc_ns: tuple[int | None, int | None],
    limit: int | None,
    offset: int,
) -> list[SessionRecord]:
    """Newest first. ``athlete_id`` empty: sessions nobody is named for."""
    since_utc_ns, until_utc_ns = span_utc_ns
    page = select(SessionRow)
    if athlete_id is not None:
        page = page.where(SessionRow.athlete_id == (athlete_id or None))
    if since_utc_ns is not None:
        page = page.where(SessionRow.started_at_utc_ns >= since_utc_ns)
    if until_utc_ns is not None:
        page = page.where(SessionRow.started_at_utc_ns < until_utc_ns)
    page = page.order_by(SessionRow.started_at_utc_ns.desc()).limit(limit).offset(offset)
    # The page is cut by the index first: SQLite would else read every analysis and sort (15 ms for 10,000).
    session = aliased(SessionRow, page.subquery())
    question = select(session, AnalysisRow).join(AnalysisRow, AnalysisRow.session_id == session.id)
    question = question.where(AnalysisRow.current).order_by(session.started_at_utc_ns.desc())
    return [rows.session_of(row, analysis) for row, analysis in transaction.execute(question)]


def session_row(transaction: Transaction, session_id: str) -> SessionRow:
    """Return a session's row.

    Raises
    ------
    StoreError
        There is none.
    """
    row = transaction.get(SessionRow, session_id)
    if row is None:
        raise StoreError(StoreReason.UNKNOWN_SESSION, f"There is no session {session_id} in the history.")
    return row


def analysis_row(
    transaction: Transaction, session_id: str, version: str | None, refined: bool
) -> AnalysisRow:
    """Return the analysis that is shown, or that of a given pipeline version.

    Raises
    ------
    StoreError
        There is no such session, or no such analysis of it.
    """
    session_row(transaction, session_id)
    question = select(AnalysisRow).where(AnalysisRow.session_id == session_id)
    if version is None:
        question = question.where(AnalysisRow.current)
    else:
        question = question.where(AnalysisRow.pipeline_version == version, AnalysisRow.refined == refined)
    row = transaction.scalar(question)
    if row is None:
        which = "" if version is None else f" by pipeline version {version}{' (refined)' if refined else ''}"
        raise StoreError(StoreReason.UNKNOWN_SESSION, f"Session {session_id} has no analysis{which}.")
    return row


def analysed_by(transaction: Transaction, version: str, refined: bool) -> frozenset[str]:
    """Return the ids of all sessions that a pipeline version has analysed."""
    question = select(AnalysisRow.session_id)
    question = question.where(AnalysisRow.pipeline_version == version, AnalysisRow.refined == refined)
    return frozenset(transaction.scalars(question))


def session_detail(
    transaction: Transaction, session_id: str, version: str | None, refined: bool
) -> SessionDetail:
    """Return all of a session but its sets and reps."""
    row = session_row(transaction, session_id)
    analysis = analysis_row(transaction, session_id, version, refined)
    all_versions = select(AnalysisRow.pipeline_version, AnalysisRow.refined)
    all_versions = all_versions.where(AnalysisRow.session_id == session_id).order_by(AnalysisRow.id)
    return SessionDetail(
        record=rows.session_of(row, analysis),
        calibration=from_json(Calibration, loads(analysis.calibration)),
        limits=from_json(Limits, loads(analysis.limits)),
        parameters=loads(analysis.parameters),
        sensors=from_json(Mapping[Placement, JsonObject], loads(row.sensors), "sensors"),
        not_graded=rows.not_graded_of(analysis.not_graded),
        versions=tuple((one, other) for one, other in transaction.execute(all_versions)),
    )


def warnings(transaction: Transaction, analysis_id: int) -> list[FoundWarning]:
    """Return every warning of an analysis, in the order of sets and reps."""
    question = select(WarningRow).where(WarningRow.analysis_id == analysis_id)
    order = (WarningRow.set_number, WarningRow.rep_number, WarningRow.position)
    return [rows.warning_of(row) for row in transaction.scalars(question.order_by(*order))]


def sets(transaction: Transaction, analysis_id: int) -> list[SetSummary]:
    """Return the sets as they were computed."""
    found = _by_place(warnings(transaction, analysis_id))
    return [
        rows.set_of(row, found.get((row.set_number, 0), [])) for row in _set_rows(transaction, analysis_id)
    ]


def set_extras(transaction: Transaction, analysis_id: int) -> list[SetExtra]:
    """Return effort, load and drift of each set."""
    return [rows.set_extra_of(row) for row in _set_rows(transaction, analysis_id)]


def reps(transaction: Transaction, analysis_id: int) -> list[Rep]:
    """Return the reps as they were computed."""
    found = _by_place(warnings(transaction, analysis_id))
    question = select(RepRow, RemarkRow.text).outerjoin(RemarkRow, RemarkRow.id == RepRow.remark_id)
    question = question.where(RepRow.analysis_id == analysis_id)
    question = question.order_by(RepRow.set_number, RepRow.rep_number)
    return [
        rows.rep_of(row, remark, found.get((row.set_number, row.rep_number), []))
        for row, remark in transaction.execute(question)
    ]


def lockout_ns(transaction: Transaction, analysis_id: int, set_number: int, rep_number: int) -> int:
    """Return when a rep reached lockout.

    Raises
    ------
    StoreError
        There is no such rep.
    """
    row = transaction.get(RepRow, (analysis_id, set_number, rep_number))
    if row is None:
        message = f"There is no rep {rep_number} in set {set_number} of this session."
        raise StoreError(StoreReason.UNKNOWN_REP, message)
    return row.t_start_ns + row.concentric_ns


def trend(
    transaction: Transaction, athlete_id: str, exercise: str | None, since_utc_ns: int | None
) -> list[TrendPoint]:
    """Return an athlete's sessions in one line each, oldest first."""
    question = select(SessionRow, AnalysisRow).join(AnalysisRow, AnalysisRow.session_id == SessionRow.id)
    question = question.where(AnalysisRow.current, SessionRow.athlete_id == athlete_id)
    if exercise is not None:
        question = question.where(SessionRow.exercise == exercise)
    if since_utc_ns is not None:
        question = question.where(SessionRow.started_at_utc_ns >= since_utc_ns)
    return [
        TrendPoint(
            session_id=row.id,
            started_at_utc_ns=row.started_at_utc_ns,
            exercise=row.exercise,
            simulated=row.simulated,
            pipeline_version=analysis.pipeline_version,
            summary=rows.summary_of(analysis),
        )
        for row, analysis in transaction.execute(question.order_by(SessionRow.started_at_utc_ns))
    ]


def symptoms(transaction: Transaction, session_id: str | None, athlete_id: str | None) -> list[SymptomRecord]:
    """Return symptoms of one session, or of all sessions of an athlete, in the order of time."""
    question = select(*rows.SYMPTOM_COLUMNS).join(SessionRow, SessionRow.id == SymptomRow.session_id)
    if session_id is not None:
        question = question.where(SessionRow.id == session_id)
    if athlete_id is not None:
        question = question.where(SessionRow.athlete_id == athlete_id)
    question = question.order_by(SessionRow.started_at_utc_ns, SymptomRow.t_ns)
    return [rows.symptom_from(row) for row in transaction.execute(question)]


def _set_rows(transaction: Transaction, analysis_id: int) -> list[SetRow]:
    question = select(SetRow).where(SetRow.analysis_id == analysis_id).order_by(SetRow.set_number)
    return list(transaction.scalars(question))


def _by_place(found: list[FoundWarning]) -> Mapping[tuple[int, int], list[WarningVerdict]]:
    places: defaultdict[tuple[int, int], list[WarningVerdict]] = defaultdict(list)
    for one in found:
        places[one.set_number, one.rep_number].append(one.verdict)
    return places
