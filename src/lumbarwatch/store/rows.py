"""Model values as table rows and back, field by field and exact."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final

from sqlalchemy import Row

from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.motion import Rep, RepQuality, SetExtra, SetSummary
from lumbarwatch.model.session import Athlete, Limits
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict
from lumbarwatch.store.codec import dumps, from_json, loads
from lumbarwatch.store.records import (
    FoundWarning,
    NoteRecord,
    RepAnnotation,
    SensorRecord,
    SessionRecord,
    SessionSummary,
    SymptomRecord,
)
from lumbarwatch.store.tables import (
    AnalysisRow,
    AnnotationRow,
    AthleteRow,
    NoteRow,
    RepRow,
    SensorRow,
    SessionRow,
    SetRow,
    SymptomRow,
    WarningRow,
)

Values = dict[str, Any]
"""Column values of one row, for bulk inserts."""

_SAME_IN_REP = (
    "set_number", "rep_number", "t_start_ns", "rom_deg", "rom_m", "rom_fraction", "phi_top_deg",
    "tilt_lockout_deg", "lambda_lockout_deg", "lambda_peak_deg", "lambda_eccentric_max_deg",
    "roll_lockout_deg", "rate_peak_dps", "rate_mean_dps", "tilt_sigma_deg", "lambda_sigma_deg",
    "partial", "lowered", "graded", "single_leg",
)  # fmt: skip
_QUALITY = tuple(one.name for one in fields(RepQuality))
_EXTRA = tuple(one.name for one in fields(SetExtra))
_SUMMARY = tuple(one.name for one in fields(SessionSummary))
ATHLETE_COLUMNS: Final[tuple[Any, ...]] = (
    AthleteRow.id,
    AthleteRow.name,
    AthleteRow.mass_kg,
    AthleteRow.stature_m,
    AthleteRow.limits,
    AthleteRow.bench_height_m,
    AthleteRow.contact_to_l1_m,
)
"""What :func:`athlete_of` reads; bare, they take half the time of row objects."""

SYMPTOM_COLUMNS: Final[tuple[Any, ...]] = (
    SymptomRow.session_id,
    SymptomRow.t_ns,
    SymptomRow.kind,
    SymptomRow.pain,
    SymptomRow.answers,
    SessionRow.started_at_utc_ns,
    SessionRow.started_at_monotonic_ns,
)


def remark_text(rep: Rep) -> str | None:
    """What was not graded, a bar, what was borderline; None for neither."""
    if not rep.not_graded and not rep.borderline:
        return None
    return f"{not_graded_text(rep.not_graded) or ''}|{' '.join(rep.borderline)}"


def rep_values(analysis_id: int, rep: Rep, remarks: Mapping[str, int]) -> Values:
    """Columns of a rep; its times become a start and three durations."""
    same = {name: getattr(rep, name) for name in _SAME_IN_REP}
    quality = {name: getattr(rep.quality, name) for name in _QUALITY}
    return {
        "analysis_id": analysis_id,
        **same,
        **quality,
        "concentric_ns": rep.t_lockout_ns - rep.t_start_ns,
        "hold_ns": rep.t_lower_ns - rep.t_lockout_ns,
        "eccentric_ns": rep.t_end_ns - rep.t_lower_ns,
        "remark_id": remarks.get(remark_text(rep) or ""),
    }


def rep_of(row: RepRow, remark: str | None, warnings: Sequence[WarningVerdict]) -> Rep:
    """Return the rep as it was computed."""
    not_graded, borderline = (remark or "|").split("|")
    t_lockout_ns = row.t_start_ns + row.concentric_ns
    t_lower_ns = t_lockout_ns + row.hold_ns
    return Rep(
        **{name: getattr(row, name) for name in _SAME_IN_REP},
        t_lockout_ns=t_lockout_ns,
        t_lower_ns=t_lower_ns,
        t_end_ns=t_lower_ns + row.eccentric_ns,
        quality=RepQuality(**{name: getattr(row, name) for name in _QUALITY}),
        not_graded=not_graded_of(not_graded),
        borderline=tuple(WarningId(word) for word in borderline.split()),
        warnings=tuple(warnings),
    )


def set_values(analysis_id: int, one: SetSummary, extra: SetExtra) -> Values:
    """Columns of a set."""
    return {
        "analysis_id": analysis_id,
        "set_number": one.set_number,
        "t_start_ns": one.t_start_ns,
        "t_end_ns": one.t_end_ns,
        "reps": one.reps,
        "partial": one.partial,
        "single_leg": one.single_leg,
        "bar_kg": one.bar_kg,
        "not_graded": not_graded_text(one.not_graded),
        **{name: getattr(extra, name) for name in _EXTRA},
    }


def set_extra_of(row: SetRow) -> SetExtra:
    """Return what belongs to a set beside its summary."""
    return SetExtra(**{name: getattr(row, name) for name in _EXTRA})


def set_of(row: SetRow, warnings: Sequence[WarningVerdict]) -> SetSummary:
    """Return the set as it was computed."""
    return SetSummary(
        set_number=row.set_number,
        t_start_ns=row.t_start_ns,
        t_end_ns=row.t_end_ns,
        reps=row.reps,
        partial=row.partial,
        single_leg=row.single_leg,
        bar_kg=row.bar_kg,
        warnings=tuple(warnings),
        not_graded=not_graded_of(row.not_graded),
    )


def warning_values(
    analysis_id: int, set_number: int, rep_number: int, warnings: Iterable[WarningVerdict]
) -> list[Values]:
    """Columns of the warnings of one rep, set or session."""
    return [
        {
            "analysis_id": analysis_id,
            "set_number": set_number,
            "rep_number": rep_number,
            "position": position,
            "warning": warning.id.value,
            "level": warning.level.value,
            "value": warning.value,
            "limit": warning.limit,
            "sigma": warning.sigma,
            "t_ns": warning.t_ns,
        }
        for position, warning in enumerate(warnings)
    ]


def warning_of(row: WarningRow) -> FoundWarning:
    """Return the warning with its place."""
    verdict = WarningVerdict(
        WarningId(row.warning), Level(row.level), row.value, row.limit, row.sigma, row.t_ns
    )
    return FoundWarning(row.set_number, row.rep_number, verdict)


def not_graded_text(verdicts: Iterable[NotGraded]) -> str | None:
    """Compact text, ``W1:gap W5:baseline_reps``; None for none."""
    return " ".join(f"{one.id}:{one.reason}" for one in verdicts) or None


def not_graded_of(text: str | None) -> tuple[NotGraded, ...]:
    """Return what :func:`not_graded_text` wrote."""
    pairs = (word.split(":") for word in (text or "").split())
    return tuple(NotGraded(WarningId(warning), NotGradedReason(reason)) for warning, reason in pairs)


def athlete_values(athlete: Athlete) -> Values:
    """Columns of an athlete but for the time of entry."""
    return {
        "id": athlete.id,
        "name": athlete.name,
        "mass_kg": athlete.mass_kg,
        "stature_m": athlete.stature_m,
        "limits": dumps(athlete.limits),
        "bench_height_m": athlete.bench_height_m,
        "contact_to_l1_m": athlete.contact_to_l1_m,
    }


def athlete_of(row: AthleteRow | Row[*tuple[Any, ...]]) -> Athlete:
    """Return the athlete of a row, or of a result with :data:`ATHLETE_COLUMNS`."""
    return Athlete(
        id=row.id,
        name=row.name,
        mass_kg=row.mass_kg,
        stature_m=row.stature_m,
        limits=_limits(row.limits),
        bench_height_m=row.bench_height_m,
        contact_to_l1_m=row.contact_to_l1_m,
    )


@functools.lru_cache(maxsize=64)  # nearly all athletes have the same: the default ones
def _limits(text: str) -> Limits:
    return from_json(Limits, loads(text))


def summary_values(summary: SessionSummary) -> Values:
    """Columns of a session's summary."""
    return {name: getattr(summary, name) for name in _SUMMARY}


def summary_of(row: AnalysisRow) -> SessionSummary:
    """Return the summary of an analysis."""
    return SessionSummary(**{name: getattr(row, name) for name in _SUMMARY})


def session_of(row: SessionRow, analysis: AnalysisRow) -> SessionRecord:
    """Return a session with the summary of one analysis."""
    return SessionRecord(
        id=row.id,
        athlete_id=row.athlete_id or "",
        started_at_utc_ns=row.started_at_utc_ns,
        started_at_monotonic_ns=row.started_at_monotonic_ns,
        duration_s=row.duration_s,
        exercise=row.exercise,
        simulated=row.simulated,
        recovered=row.recovered,
        note=row.note,
        recording=row.recording,
        software_version=row.software_version,
        pipeline_version=analysis.pipeline_version,
        refined=analysis.refined,
        summary=summary_of(analysis),
    )


def sensor_of(row: SensorRow) -> SensorRecord:
    """Return the sensor."""
    calibration = None if row.calibration is None else loads(row.calibration)
    return SensorRecord(row.family, row.serial, calibration, row.updated_at_utc_ns)


def symptom_from(row: Any) -> SymptomRecord:
    """Return the symptom of a result with :data:`SYMPTOM_COLUMNS`, with its wall time."""
    return SymptomRecord(
        session_id=row.session_id,
        t_ns=row.t_ns,
        at_utc_ns=row.started_at_utc_ns + row.t_ns - row.started_at_monotonic_ns,
        kind=SymptomKind(row.kind),
        pain=row.pain,
        answers=None if row.answers is None else loads(row.answers),
    )


def note_of(row: NoteRow) -> NoteRecord:
    """Return the note."""
    return NoteRecord(row.id, row.session_id, row.author, row.written_at_utc_ns, row.text)


def annotation_of(row: AnnotationRow) -> RepAnnotation:
    """Return the correction."""
    return RepAnnotation(
        id=row.id,
        session_id=row.session_id,
        set_number=row.set_number,
        rep_number=row.rep_number,
        t_lockout_ns=row.t_lockout_ns,
        field=CorrectedField(row.field),
        value=None if row.value is None else loads(row.value)["value"],
        text=row.text,
        author=row.author,
        written_at_utc_ns=row.written_at_utc_ns,
    )
