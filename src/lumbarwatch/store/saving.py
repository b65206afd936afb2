"""Writes a session into the history. All of it happens within the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session as Transaction

from lumbarwatch.model.events import Symptom
from lumbarwatch.model.motion import Rep, SetSummary
from lumbarwatch.model.session import Athlete, Calibration, Session
from lumbarwatch.store import rows
from lumbarwatch.store.codec import dumps
from lumbarwatch.store.records import SessionAbout, SessionSummary
from lumbarwatch.store.summary import set_extra
from lumbarwatch.store.tables import (
    AnalysisRow,
    AthleteRow,
    RemarkRow,
    RepRow,
    SessionRow,
    SetRow,
    SymptomRow,
    WarningRow,
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What one pipeline version found in a session."""

    calibration: Calibration
    sets: Sequence[SetSummary]
    reps: Sequence[Rep]
    summary: SessionSummary
    pipeline_version: str
    refined: bool = False
    about: SessionAbout = field(default_factory=SessionAbout)


def save_athlete(transaction: Transaction, athlete: Athlete, at_utc_ns: int) -> None:
    """Add the athlete, or take over what changed."""
    values = rows.athlete_values(athlete)
    added = _insert(transaction, AthleteRow).values(**values, created_at_utc_ns=at_utc_ns)
    transaction.execute(added.on_conflict_do_update(index_elements=[AthleteRow.id], set_=values))


def save_new_athlete(transaction: Transaction, athlete: Athlete, at_utc_ns: int) -> None:
    """Add the athlete unless there is one of this id, who stays as is whoever else writes meanwhile."""
    values = rows.athlete_values(athlete)
    added = _insert(transaction, AthleteRow).values(**values, created_at_utc_ns=at_utc_ns)
    transaction.execute(added.on_conflict_do_nothing())


def save_visit(transaction: Transaction, session: Session, about: SessionAbout) -> None:
    """Add the session's own row. One that is there keeps athlete and note: a person may have changed them."""
    row = transaction.get(SessionRow, session.id)
    values = {
        "started_at_utc_ns": session.started_at_utc_ns,
        "started_at_monotonic_ns": about.started_at_monotonic_ns,
        "duration_s": about.duration_s,
        "exercise": about.exercise,
        "simulated": session.simulated,
        "recovered": session.recovered,
        "recording": about.recording,
        "sensors": dumps(about.sensors),
        "software_version": about.software_version,
    }
    if row is not None:
        transaction.execute(update(SessionRow).where(SessionRow.id == session.id).values(**values))
        return
    if session.athlete_id:
        save_new_athlete(transaction, Athlete(id=session.athlete_id), session.started_at_utc_ns)
    owner = {"id": session.id, "athlete_id": session.athlete_id or None, "note": session.note}
    transaction.execute(insert(SessionRow).values(**owner, **values))


def save_findings(transaction: Transaction, session_id: str, findings: Findings) -> None:
    """Put findings in the place of earlier ones of the same version; other versions stay beside them."""
    same = (
        AnalysisRow.session_id == session_id,
        AnalysisRow.pipeline_version == findings.pipeline_version,
        AnalysisRow.refined == findings.refined,
    )
    transaction.execute(delete(AnalysisRow).where(*same))
    analysis_id = _save_analysis(transaction, session_id, findings)
    _save_all(transaction, SetRow, _set_values(analysis_id, findings))
    remarks = _remark_ids(transaction, {rows.remark_text(rep) for rep in findings.reps} - {None})
    _save_all(transaction, RepRow, [rows.rep_values(analysis_id, rep, remarks) for rep in findings.reps])
    _save_all(transaction, WarningRow, _warning_values(analysis_id, findings))


def save_symptom(
    transaction: Transaction, session_id: str, symptom: Symptom, answers: Mapping[str, object] | None = None
) -> None:
    """Add or replace what was felt at one moment of a session; answers: of its checklist, unless given."""
    if answers is None and (symptom.signs is not None or symptom.seized):
        answers = {"signs": [sign.value for sign in symptom.signs or ()], "seized": symptom.seized}
    values = {
        "kind": symptom.kind.value,
        "pain": symptom.pain,
        "answers": None if answers is None else dumps(answers),
    }
    row = transaction.get(SymptomRow, (session_id, symptom.t_ns))
    if row is None:
        key = {"session_id": session_id, "t_ns": symptom.t_ns}
        transaction.execute(insert(SymptomRow).values(**key, **values))
    else:
        same = (SymptomRow.session_id == session_id, SymptomRow.t_ns == symptom.t_ns)
        transaction.execute(update(SymptomRow).where(*same).values(**values))


def _save_analysis(transaction: Transaction, session_id: str, findings: Findings) -> int:
    """Add the analysis; the latest causal one is shown, a refined one only where there is nothing else."""
    others = select(AnalysisRow.id).where(AnalysisRow.session_id == session_id).limit(1)
    current = not findings.refined or transaction.scalar(others) is None
    if current:
        shown = update(AnalysisRow).where(AnalysisRow.session_id == session_id)
        transaction.execute(shown.values(current=False))
    values = {
        "session_id": session_id,
        "pipeline_version": findings.pipeline_version,
        "refined": findings.refined,
        "current": current,
        "calibration": dumps(findings.calibration),
        "limits": dumps(findings.about.limits),
        "parameters": dumps(findings.about.parameters),
        "not_graded": rows.not_graded_text(findings.about.not_graded),
    }
    row = AnalysisRow(**values, **rows.summary_values(findings.summary))
    transaction.add(row)
    transaction.flush()
    return row.id


def _remark_ids(transaction: Transaction, texts: set[str | None]) -> dict[str, int]:
    """Return the key of each remark, adding those that were never made before."""
    if not texts:
        return {}
    added = _insert(transaction, RemarkRow).on_conflict_do_nothing()
    transaction.execute(added, [{"text": text} for text in sorted(filter(None, texts))])
    known = select(RemarkRow.text, RemarkRow.id).where(RemarkRow.text.in_(texts))
    return {row.text: row.id for row in transaction.execute(known)}


def _set_values(analysis_id: int, findings: Findings) -> list[rows.Values]:
    rpe, load = findings.about.rpe, findings.about.load
    return [
        rows.set_values(analysis_id, one, set_extra(one, findings.reps, rpe, load)) for one in findings.sets
    ]


def _warning_values(analysis_id: int, findings: Findings) -> list[rows.Values]:
    values = rows.warning_values(analysis_id, 0, 0, findings.about.warnings)
    for one in findings.sets:
        values += rows.warning_values(analysis_id, one.set_number, 0, one.warnings)
    for rep in findings.reps:
        values += rows.warning_values(analysis_id, rep.set_number, rep.rep_number, rep.warnings)
    return values


def _insert(
    transaction: Transaction, table: type[AthleteRow | RemarkRow]
) -> sqlite.Insert | postgresql.Insert:
    """Return an insert that can say what is to happen where there is such a row already."""
    dialect = sqlite if transaction.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def _save_all(
    transaction: Transaction, table: type[SetRow | RepRow | WarningRow], values: list[rows.Values]
) -> None:
    if values:
        transaction.execute(insert(table), values)
