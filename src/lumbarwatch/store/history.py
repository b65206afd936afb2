"""The history: who trained when, what was found, what was felt and said."""

import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.orm import Session as Transaction

from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.events import Symptom
from lumbarwatch.model.motion import Rep, SetExtra, SetSummary
from lumbarwatch.model.session import Athlete, Calibration, Session
from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.store import engine as database
from lumbarwatch.store import queries, queries_view, rows, saving
from lumbarwatch.store.codec import JsonObject, dumps
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.ids import checked_id, new_id
from lumbarwatch.store.records import (
    AthleteWeek,
    FoundWarning,
    ListedSession,
    NoteRecord,
    RepAnnotation,
    SensorRecord,
    SessionAbout,
    SessionDetail,
    SessionFilter,
    SessionRecord,
    SessionSummary,
    SetPoint,
    SymptomRecord,
    TrendPoint,
)
from lumbarwatch.store.saving import Findings
from lumbarwatch.store.summary import summarise
from lumbarwatch.store.tables import AnnotationRow, AthleteRow, NoteRow, SensorRow, SessionRow

_ABOUT = SessionAbout()


class History:
    """All that is kept between sessions; safe to use from several threads and processes.

    Every method raises :class:`StoreError` when the database is damaged, full, busy or out of reach, and when
    an athlete or session is not known.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing_engine = database.writing(engine)

    @classmethod
    def open(cls, place: str | Path) -> "History":
        """Open a SQLite file (made if missing) or a server's database by URL, its schema brought up to date.

        Raises
        ------
        StoreError
            Damaged, not ours, written by a newer version, out of reach: nothing is changed then.
        """
        return cls(database.open_engine(place))

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check(self) -> None:
        """Read a SQLite file through; raises StoreError (damaged) if anything in it does not fit."""
        database.check(self._engine)

    # Athletes and sensors ---------------------------------------------------------------------------------
    def add_athlete(self, athlete: Athlete) -> Athlete:
        """Add an athlete, or change one that is known; an empty id gets a new one. Return it as stored."""
        stored = replace(athlete, id=checked_id(athlete.id) if athlete.id else new_id())
        with self._write() as transaction:
            saving.save_athlete(transaction, stored, time.time_ns())
        return stored

    def change_athlete(self, athlete_id: str, change: Callable[[Athlete | None], Athlete]) -> Athlete:
        """Save what becomes of an athlete as known at the write (None: not known), whoever else writes.

        ``change`` is asked while all others wait; the id stays. Return the athlete as stored.
        """
        with self._write() as transaction:
            row = transaction.get(AthleteRow, checked_id(athlete_id))
            stored = replace(change(None if row is None else rows.athlete_of(row)), id=athlete_id)
            saving.save_athlete(transaction, stored, time.time_ns())
        return stored

    def add_new_athlete(self, athlete: Athlete) -> None:
        """Add an athlete, id given, unless known: who is known stays as is, whoever else writes meanwhile."""
        checked_id(athlete.id)
        with self._write() as transaction:
            saving.save_new_athlete(transaction, athlete, time.time_ns())

    def athletes(self) -> tuple[Athlete, ...]:
        """All athletes by name."""
        with self._read() as transaction:
            found = transaction.execute(
                select(*rows.ATHLETE_COLUMNS).order_by(AthleteRow.name, AthleteRow.id)
            )
            return tuple(map(rows.athlete_of, found))

    def athlete(self, athlete_id: str) -> Athlete:
        """One athlete."""
        with self._read() as transaction:
            return rows.athlete_of(_athlete_row(transaction, athlete_id))

    def delete_athlete(self, athlete_id: str) -> tuple[str, ...]:
        """Delete an athlete with all sessions; return the file names of their recordings."""
        with self._write() as transaction:
            _athlete_row(transaction, athlete_id)
            names = select(SessionRow.recording).where(SessionRow.athlete_id == athlete_id)
            recordings = tuple(name for name in transaction.scalars(names) if name)
            transaction.execute(delete(AthleteRow).where(AthleteRow.id == athlete_id))
        self._forget()
        return recordings

    def save_sensor(self, family: str, serial: str, calibration: JsonObject | None = None) -> None:
        """Remember a sensor; a calibration replaces the one before, none leaves it."""
        values: dict[str, object] = {"updated_at_utc_ns": time.time_ns()}
        if calibration is not None:
            values["calibration"] = dumps(calibration)
        same = (SensorRow.family == family, SensorRow.serial == serial)
        with self._write() as transaction:
            if transaction.scalar(select(SensorRow.id).where(*same)) is None:
                key = {"id": new_id(), "family": family, "serial": serial}
                transaction.execute(insert(SensorRow).values(**key, **values))
            else:
                transaction.execute(update(SensorRow).where(*same).values(**values))

    def sensors(self) -> tuple[SensorRecord, ...]:
        """All sensors that were used."""
        with self._read() as transaction:
            found = transaction.scalars(select(SensorRow).order_by(SensorRow.family, SensorRow.serial))
            return tuple(rows.sensor_of(row) for row in found)

    # Sessions ---------------------------------------------------------------------------------------------
    def save_session(
        self,
        session: Session,
        calibration: Calibration,
        sets: Sequence[SetSummary],
        reps: Sequence[Rep],
        summary: SessionSummary | None = None,
        *,
        pipeline_version: str,
        about: SessionAbout = _ABOUT,
        symptoms: Sequence[Symptom] = (),
        refined: bool = False,
        again: bool = False,
    ) -> None:
        """Store a session and what was found in it, all or nothing.

        Storing the same session by the same pipeline version again replaces what that version found; results
        of other versions, notes, symptoms, corrections and the athlete it was moved to stay. ``again``: one
        that is gone meanwhile is not brought back but refused as unknown.
        """
        summary = summary or summarise(calibration, sets, reps, about.load)
        findings = Findings(calibration, sets, reps, summary, pipeline_version, refined, about)
        session = replace(session, id=checked_id(session.id))
        with self._write() as transaction:
            if again:
                queries.session_row(transaction, session.id)
            saving.save_visit(transaction, session, about)
            saving.save_findings(transaction, session.id, findings)
            for symptom in symptoms:
                saving.save_symptom(transaction, session.id, symptom)

    def sessions(
        self,
        athlete_id: str | None = None,
        since_utc_ns: int | None = None,
        limit: int | None = 100,
        *,
        until_utc_ns: int | None = None,
        offset: int = 0,
    ) -> tuple[SessionRecord, ...]:
        """Sessions, newest first; ``athlete_id`` "": those nobody is named for."""
        with self._read() as transaction:
            return tuple(
                queries.sessions(transaction, athlete_id, (since_utc_ns, until_utc_ns), limit, offset)
            )

    def has_session(self, session_id: str) -> bool:
        """Whether a session is in the history."""
        with self._read() as transaction:
            return transaction.get(SessionRow, session_id) is not None

    def analysed_by(self, version: str, *, refined: bool = False) -> frozenset[str]:
        """Sessions that a pipeline version has analysed."""
        with self._read() as transaction:
            return queries.analysed_by(transaction, version, refined)

    def session(self, session_id: str, version: str | None = None, *, refined: bool = False) -> SessionDetail:
        """One session, by the analysis that is shown or by that of a given pipeline version."""
        with self._read() as transaction:
            return queries.session_detail(transaction, session_id, version, refined)

    def sets(
        self, session_id: str, version: str | None = None, *, refined: bool = False
    ) -> tuple[SetSummary, ...]:
        """Sets as they were computed."""
        with self._read() as transaction:
            analysis = queries.analysis_row(transaction, session_id, version, refined)
            return tuple(queries.sets(transaction, analysis.id))

    def set_extras(
        self, session_id: str, version: str | None = None, *, refined: bool = False
    ) -> tuple[SetExtra, ...]:
        """Effort, load and drift of each set."""
        with self._read() as transaction:
            analysis = queries.analysis_row(transaction, session_id, version, refined)
            return tuple(queries.set_extras(transaction, analysis.id))

    def reps(self, session_id: str, version: str | None = None, *, refined: bool = False) -> tuple[Rep, ...]:
        """Reps as they were computed, equal to the live ones; see :meth:`annotations` for corrections."""
        with self._read() as transaction:
            analysis = queries.analysis_row(transaction, session_id, version, refined)
            return tuple(queries.reps(transaction, analysis.id))

    def warnings(
        self, session_id: str, version: str | None = None, *, refined: bool = False
    ) -> tuple[FoundWarning, ...]:
        """Every warning with its place, those of reps, sets and the session."""
        with self._read() as transaction:
            analysis = queries.analysis_row(transaction, session_id, version, refined)
            return tuple(queries.warnings(transaction, analysis.id))

    def trend(
        self, athlete_id: str, exercise: str | None = None, since_utc_ns: int | None = None
    ) -> tuple[TrendPoint, ...]:
        """An athlete's sessions in one line each, oldest first."""
        with self._read() as transaction:
            return tuple(queries.trend(transaction, athlete_id, exercise, since_utc_ns))

    # The History view -------------------------------------------------------------------------------------
    def listed(self, wanted: SessionFilter, limit: int = 25, offset: int = 0) -> tuple[ListedSession, ...]:
        """A page of the sessions that are wanted, newest first."""
        with self._read() as transaction:
            return tuple(queries_view.listed(transaction, wanted, limit, offset))

    def count(self, wanted: SessionFilter) -> int:
        """How many sessions are wanted."""
        with self._read() as transaction:
            return queries_view.count(transaction, wanted)

    def exercises(self, athlete_id: str | None = None) -> tuple[str, ...]:
        """Exercises there are sessions of, the most frequent first."""
        with self._read() as transaction:
            return tuple(queries_view.exercises(transaction, athlete_id))

    def course(self, wanted: SessionFilter) -> tuple[SessionPoint, ...]:
        """One athlete's sessions as the trends take them, oldest first."""
        athlete_id = wanted.athlete_id or ""
        return self.courses((athlete_id,), wanted)[athlete_id]

    def courses(
        self, athlete_ids: Sequence[str], wanted: SessionFilter
    ) -> Mapping[str, tuple[SessionPoint, ...]]:
        """Courses of several athletes, by id; the filter's own athlete is not looked at."""
        with self._read() as transaction:
            return queries_view.courses(transaction, athlete_ids, wanted)

    def set_course(self, wanted: SessionFilter) -> tuple[SetPoint, ...]:
        """Every set of one athlete's sessions, oldest first."""
        with self._read() as transaction:
            return queries_view.set_course(transaction, wanted)

    def week(self, wanted: SessionFilter, limit: int = 25, offset: int = 0) -> tuple[AthleteWeek, ...]:
        """Who trained in the filter's span, the latest first."""
        with self._read() as transaction:
            return tuple(queries_view.week(transaction, wanted, limit, offset))

    def move_session(self, session_id: str, athlete_id: str) -> None:
        """Give a session to another athlete; "" to nobody."""
        with self._write() as transaction:
            queries.session_row(transaction, session_id)
            if athlete_id:
                _athlete_row(transaction, athlete_id)
            moved = update(SessionRow).where(SessionRow.id == session_id)
            transaction.execute(moved.values(athlete_id=athlete_id or None))

    def delete_session(self, session_id: str) -> str:
        """Delete a session and all that hangs on it; return its recording's file name ("" without one)."""
        with self._write() as transaction:
            recording = queries.session_row(transaction, session_id).recording
            transaction.execute(delete(SessionRow).where(SessionRow.id == session_id))
        self._forget()
        return recording

    # What people say --------------------------------------------------------------------------------------
    def add_symptom(
        self, session_id: str, symptom: Symptom, answers: Mapping[str, object] | None = None
    ) -> None:
        """Keep what the athlete felt, and the checklist's answers; the same moment again replaces it."""
        with self._write() as transaction:
            queries.session_row(transaction, session_id)
            saving.save_symptom(transaction, session_id, symptom, answers)

    def symptoms(
        self, session_id: str | None = None, *, athlete_id: str | None = None
    ) -> tuple[SymptomRecord, ...]:
        """Symptoms of a session, of an athlete, or of everybody, in the order of time."""
        with self._read() as transaction:
            return tuple(queries.symptoms(transaction, session_id, athlete_id))

    def add_note(self, session_id: str, text: str, author: str = "") -> NoteRecord:
        """Keep what somebody wrote about a session."""
        row = NoteRow(
            id=new_id(), session_id=session_id, author=author, written_at_utc_ns=time.time_ns(), text=text
        )
        with self._write() as transaction:
            queries.session_row(transaction, session_id)
            transaction.add(row)
            return rows.note_of(row)

    def notes(self, session_id: str) -> tuple[NoteRecord, ...]:
        """Notes of a session, oldest first."""
        question = (
            select(NoteRow)
            .where(NoteRow.session_id == session_id)
            .order_by(NoteRow.written_at_utc_ns, NoteRow.id)
        )
        with self._read() as transaction:
            return tuple(rows.note_of(row) for row in transaction.scalars(question))

    def delete_note(self, note_id: str) -> None:
        """Delete a note; one that is gone already is no error."""
        with self._write() as transaction:
            transaction.execute(delete(NoteRow).where(NoteRow.id == note_id))

    def annotate_rep(
        self,
        session_id: str,
        set_number: int,
        rep_number: int,
        field: CorrectedField,
        *,
        value: bool | float | None = None,
        text: str = "",
        author: str = "",
        t_lockout_ns: int | None = None,
    ) -> RepAnnotation:
        """Correct a rep by hand. The computed value stays; the correction survives re-analysis.

        ``t_lockout_ns``: when the rep that was looked at reached lockout; else the one of these numbers now.
        """
        with self._write() as transaction:
            analysis = queries.analysis_row(transaction, session_id, None, refined=False)
            if t_lockout_ns is None:
                t_lockout_ns = queries.lockout_ns(transaction, analysis.id, set_number, rep_number)
            row = AnnotationRow(
                id=new_id(),
                session_id=session_id,
                set_number=set_number,
                rep_number=rep_number,
                t_lockout_ns=t_lockout_ns,
                field=field.value,
                value=None if value is None else dumps({"value": value}),
                text=text,
                author=author,
                written_at_utc_ns=time.time_ns(),
            )
            transaction.add(row)
            return rows.annotation_of(row)

    def annotations(self, session_id: str) -> tuple[RepAnnotation, ...]:
        """Corrections of a session's reps, oldest first: a later one of the same field counts."""
        question = select(AnnotationRow).where(AnnotationRow.session_id == session_id)
        question = question.order_by(AnnotationRow.written_at_utc_ns, AnnotationRow.id)
        with self._read() as transaction:
            return tuple(rows.annotation_of(row) for row in transaction.scalars(question))

    def delete_annotation(self, annotation_id: str) -> None:
        """Take a correction back; one that is gone already is no error."""
        with self._write() as transaction:
            transaction.execute(delete(AnnotationRow).where(AnnotationRow.id == annotation_id))

    @contextmanager
    def _read(self) -> Generator[Transaction]:
        with database.understood(self._engine), Transaction(self._engine) as transaction:
            yield transaction

    @contextmanager
    def _write(self) -> Generator[Transaction]:
        """One transaction: committed as a whole, or nothing of it."""
        with (
            database.explained(self._engine),
            Transaction(self._writing_engine, expire_on_commit=False) as transaction,
            transaction.begin(),
        ):
            yield transaction

    def _forget(self) -> None:
        """Empty the write-ahead log, where deleted rows would still be legible."""
        with database.explained(self._engine):
            database.empty_log(self._engine)


def _athlete_row(transaction: Transaction, athlete_id: str) -> AthleteRow:
    row = transaction.get(AthleteRow, athlete_id)
    if row is None:
        raise StoreError(StoreReason.UNKNOWN_ATHLETE, f"There is no athlete {athlete_id} in the history.")
    return row
