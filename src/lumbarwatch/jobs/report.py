"""``report``: what the history knows of a session or an athlete, as one document.

The pages use this, too: nothing here reaches a sensor (a contract holds it).
"""

import time
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

from lumbarwatch.core.referral import LAST_SESSIONS
from lumbarwatch.exchange.files import check_outputs, replacing
from lumbarwatch.jobs.people import LAST, find_athlete
from lumbarwatch.model.document import Document
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.session import Athlete, Session
from lumbarwatch.presenters.report import report as content
from lumbarwatch.presenters.report_data import (
    Correction,
    Felt,
    Note,
    ReportData,
    SessionFacts,
)
from lumbarwatch.store.course import session_point, symptom_of
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.records import RepAnnotation, SessionDetail, SymptomRecord, TrendPoint

DAY_S = 86_400.0


class ReportForm(StrEnum):
    """What a report is written as; the value is the file's ending."""

    PDF = "pdf"
    HTML = "html"


def write_report(
    data: Path, named: str, form: ReportForm, out: Path | None = None, *, refined: bool = False
) -> Path:
    """Write the report of a session or an athlete; return the file.

    Parameters
    ----------
    named
        Session by id, its beginning or ``last``; else an athlete by id or name.
    out
        None: named after the session's or athlete's id, in the current folder.
    refined
        The session's refined analysis instead of the one that is shown.

    Raises
    ------
    UserError
        Nobody and nothing is called so, the history can't be read, or the file can't be written.
    """
    folder = DataFolder(data).existing()
    if out is not None:
        check_outputs(out)
    with History.open(folder.database) as history:
        session_id, athlete_id = find(history, named)
        made = make_report(history, session_id=session_id, athlete_id=athlete_id, form=form, refined=refined)
    target = out or Path(f"report-{session_id or athlete_id}.{form.value}")
    check_outputs(target)
    with replacing(target) as (temporary,):
        temporary.write_bytes(made)
    return target


def make_report(
    history: History,
    *,
    session_id: str = "",
    athlete_id: str = "",
    form: ReportForm = ReportForm.PDF,
    refined: bool = False,
) -> bytes:
    """Return the report of a session, or of an athlete's course, as a file's content.

    Raises
    ------
    StoreError
        There is no such session or athlete, or the history can't be read.
    """
    return render(
        content(gather(history, session_id=session_id, athlete_id=athlete_id, refined=refined)), form
    )


def render(document: Document, form: ReportForm) -> bytes:
    """Return a document as a file's content."""
    if form is ReportForm.HTML:
        from lumbarwatch.exchange.report.html import render_html  # noqa: PLC0415  (only what is wanted)

        return render_html(document)
    from lumbarwatch.exchange.report.pdf import render_pdf  # noqa: PLC0415  (reportlab and its fonts)

    return render_pdf(document)


def find(history: History, named: str) -> tuple[str, str]:
    """Return the session's id, or the athlete's: one of them is empty.

    Raises
    ------
    StoreError
        Neither a session nor an athlete is called so, or several are.
    """
    wanted = named.casefold()
    athletes = [one for one in history.athletes() if wanted in {one.id, one.name.casefold()}]
    if athletes:
        return "", find_athlete(history, named).id
    sessions = history.sessions(limit=1 if named == LAST else None)
    if named == LAST and sessions:
        return sessions[0].id, ""
    found = [(record.id, "") for record in sessions if record.id.startswith(wanted)]
    found += [("", athlete.id) for athlete in history.athletes() if athlete.id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        message = f"{len(found)} sessions and athletes begin with '{named}': give more of the id."
    else:
        message = (
            f"Neither a session nor an athlete is called '{named}': give a session's id or its beginning, "
            f"'{LAST}', or an athlete's id or name."
        )
    raise StoreError(StoreReason.UNKNOWN_SESSION, message)


def gather(
    history: History, *, session_id: str = "", athlete_id: str = "", refined: bool = False
) -> ReportData:
    """Return all that a report is made from.

    Raises
    ------
    StoreError
        There is no such session or athlete, no refined analysis where that is asked for, or the history can't
        be read.
    """
    whole_course = not session_id
    athlete: Athlete | None = history.athlete(athlete_id) if whole_course else None
    if whole_course:
        newest = history.sessions(athlete_id, limit=1)
        session_id = newest[0].id if newest else ""
    facts = _session(history, session_id, refined=refined) if session_id else None
    if facts is not None and facts.session.athlete_id:
        athlete = history.athlete(facts.session.athlete_id)
    felt = _felt(history, athlete, session_id)
    visits = _visits(history, athlete, facts)
    trail = [point for point in visits if facts is not None and point.exercise == facts.exercise]
    return ReportData(
        athlete=athlete,
        newest=facts,
        points=tuple(
            session_point(point, [one for one in felt if one.session_id == point.session_id])
            for point in trail
        ),
        felt=tuple(_as_felt(one) for one in felt if facts is None or one.at_utc_ns <= _end_utc_ns(facts)),
        made_at_utc_ns=time.time_ns(),
        whole_course=whole_course,
        pipeline_versions=tuple(sorted({point.pipeline_version for point in trail})),
        last_sessions=tuple(point.session_id for point in visits[: -LAST_SESSIONS - 1 : -1]),
        beside=_beside(history, facts),
    )


def _visits(history: History, athlete: Athlete | None, facts: SessionFacts | None) -> list[TrendPoint]:
    """Sessions up to this one, oldest first; simulated ones among themselves."""
    if facts is None:
        return []
    until = facts.session.started_at_utc_ns
    if athlete is None:
        return []
    return [
        point
        for point in history.trend(athlete.id)
        if point.started_at_utc_ns <= until and point.simulated == facts.session.simulated
    ]


def _session(history: History, session_id: str, *, refined: bool) -> SessionFacts:
    version = _refined_version(history, session_id) if refined else None
    detail = history.session(session_id, version, refined=refined)
    reps = history.reps(session_id, version, refined=refined)
    record = detail.record
    found = history.warnings(session_id, version, refined=refined)
    return SessionFacts(
        session=Session(
            record.id,
            record.athlete_id,
            record.started_at_utc_ns,
            simulated=record.simulated,
            recovered=record.recovered,
            note=record.note,
        ),
        exercise=record.exercise,
        duration_s=record.duration_s,
        pipeline_version=record.pipeline_version,
        software_version=record.software_version,
        calibration=detail.calibration,
        limits=detail.limits,
        sets=history.sets(session_id, version, refined=refined),
        reps=reps,
        refined=record.refined,
        set_facts={one.set_number: one for one in history.set_extras(session_id, version, refined=refined)},
        warnings=tuple(one.verdict for one in found if one.set_number == 0),
        not_graded=detail.not_graded,
        corrections=_corrections(history.annotations(session_id), reps),
        notes=tuple(Note(one.text, one.author, one.written_at_utc_ns) for one in history.notes(session_id)),
        sensors=_sensors(detail),
    )


def _refined_version(history: History, session_id: str) -> str:
    versions = [version for version, refined in history.session(session_id).versions if refined]
    if not versions:
        message = (
            f"Session {session_id} has no refined analysis: run 'lumbarwatch reanalyze --refined' first."
        )
        raise StoreError(StoreReason.UNKNOWN_SESSION, message)
    return versions[-1]


def _beside(history: History, facts: SessionFacts | None) -> SessionFacts | None:
    """The same session with hindsight, if it was analysed so and is not what is reported anyway."""
    if facts is None or facts.refined:
        return None
    analysed = any(refined for _, refined in history.session(facts.session.id).versions)
    return _session(history, facts.session.id, refined=True) if analysed else None


def _corrections(annotations: Sequence[RepAnnotation], reps: Sequence[Rep]) -> tuple[Correction, ...]:
    """Corrections with today's numbers of their reps; one whose rep is gone keeps its own."""
    found: list[Correction] = []
    for one in annotations:
        rep = next((rep for rep in reps if one.belongs_to(rep)), None)
        found.append(
            Correction(
                one.set_number if rep is None else rep.set_number,
                one.rep_number if rep is None else rep.rep_number,
                one.field,
                one.value,
                one.text if rep is not None else f"{one.text} (this rep is no longer found)".strip(),
                one.author,
                one.written_at_utc_ns,
            )
        )
    return tuple(found)


def _sensors(detail: SessionDetail) -> tuple[str, ...]:
    named = {
        place: " ".join(str(word) for word in (about.get("family"), about.get("serial")) if word)
        for place, about in detail.sensors.items()
    }
    return tuple(f"{place}: {name}" for place, name in named.items() if name)


def _felt(history: History, athlete: Athlete | None, session_id: str) -> tuple[SymptomRecord, ...]:
    if athlete is not None:
        return history.symptoms(athlete_id=athlete.id)
    return history.symptoms(session_id) if session_id else ()


def _as_felt(one: SymptomRecord) -> Felt:
    return Felt(one.at_utc_ns, symptom_of(one), one.session_id)


def _end_utc_ns(facts: SessionFacts) -> int:
    """A day after the session: what is told afterwards belongs to it, too."""
    return facts.session.started_at_utc_ns + round((facts.duration_s + DAY_S) * 1e9)
