"""A session whose every rep is judged, on its way into the history.

The same for a session that ends, one that a crash had cut off, and one that is analysed again: the load is
added, the dose judged against the athlete's earlier sessions, the row written.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from lumbarwatch.core.dose import judge_session_dose, session_load
from lumbarwatch.core.rules import Verdicts
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.events import BarLoad, BenchMeasured, ControlEvent, Symptom
from lumbarwatch.model.load import DatedDose, Dose, Lift, SessionLoad
from lumbarwatch.model.motion import Rep, SetSummary
from lumbarwatch.model.session import Athlete, Calibration, Session
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SessionAbout


@dataclass(frozen=True, slots=True, eq=False)
class FinishedSession:
    """All of a session that the history keeps. ``about`` has everything but the verdict on the dose (W7)."""

    session: Session
    pipeline_version: str
    calibration: Calibration
    sets: tuple[SetSummary, ...]
    reps: tuple[Rep, ...]
    about: SessionAbout
    dose: Dose | None  # None: body mass, stature or every bar mass is unknown
    symptoms: tuple[Symptom, ...]
    t_end_ns: int
    refined: bool = False


def finished_session(
    session: Session,
    athlete: Athlete,
    analysis: Analysis,
    controls: Sequence[ControlEvent],
    about: SessionAbout,
    *,
    refined: bool = False,
) -> FinishedSession:
    """Gather what an analysis found, with effort and load by set.

    Parameters
    ----------
    athlete
        Body mass and stature give the load; without any of them there is none.
    controls
        What was said during the session: efforts and symptoms are in there.
    about
        What is known of the session beside the results; efforts, doses and warnings are put in here.
    """
    analysis = replace(analysis, sets=_loaded(analysis.sets, controls))
    load = _load(analysis, on_bench(athlete, controls), about)
    return FinishedSession(
        session=session,
        pipeline_version=analysis.pipeline_version,
        calibration=analysis.calibration,
        sets=analysis.sets,
        reps=analysis.reps,
        about=replace(
            about,
            rpe=_efforts(analysis.sets, controls),
            load=load,
            warnings=analysis.warnings,
            not_graded=analysis.not_graded,
        ),
        dose=load.session if load else None,
        symptoms=tuple(event for event in controls if isinstance(event, Symptom)),
        t_end_ns=_end_ns(analysis, about),
        refined=refined,
    )


def keep(history: History, finished: FinishedSession, *, again: bool = False) -> None:
    """Judge the dose against the athlete's earlier sessions and write the row.

    Raises
    ------
    StoreError
        It can't be written; or, ``again``, the session was deleted since it was first kept.
    """
    about = finished.about
    verdicts = judge_session_dose(
        finished.dose,
        _earlier_doses(history, finished),
        finished.session.started_at_utc_ns,
        finished.t_end_ns,
        about.limits,
    )
    history.save_session(
        finished.session,
        finished.calibration,
        finished.sets,
        finished.reps,
        pipeline_version=finished.pipeline_version,
        about=_with_dose_verdict(about, verdicts),
        symptoms=finished.symptoms,
        refined=finished.refined,
        again=again,
    )


def _load(analysis: Analysis, athlete: Athlete, about: SessionAbout) -> SessionLoad | None:
    if about.exercise != Lift.HIP_THRUST:
        return None
    return session_load(
        analysis.poses,
        analysis.reps,
        analysis.sets,
        athlete,
        bench_height_m=athlete.bench_height_m,
        contact_to_l1_m=athlete.contact_to_l1_m,
    )


def on_bench(athlete: Athlete, controls: Iterable[ControlEvent]) -> Athlete:
    """Return the athlete with the bench as it was last measured in the session."""
    for event in controls:
        if isinstance(event, BenchMeasured):
            height_m, contact_m = event.bench_height_m, event.contact_to_l1_m
            athlete = replace(
                athlete,
                bench_height_m=athlete.bench_height_m if height_m is None else height_m,
                contact_to_l1_m=athlete.contact_to_l1_m if contact_m is None else contact_m,
            )
    return athlete


def _efforts(sets: Sequence[SetSummary], controls: Iterable[ControlEvent]) -> dict[int, float]:
    """Effort by set: what was said belongs to the set that was named, else to the last that had begun."""
    efforts: dict[int, float] = {}
    for event in controls:
        if isinstance(event, BarLoad) and event.rpe is not None:
            begun = [one.set_number for one in sets if one.t_start_ns <= event.t_ns]
            meant = begun[-1:] if event.set_number is None else [event.set_number]
            efforts |= dict.fromkeys(meant, event.rpe)
    return efforts


def _loaded(sets: Sequence[SetSummary], controls: Iterable[ControlEvent]) -> tuple[SetSummary, ...]:
    """Sets with the bar mass that was said of them after they had ended."""
    said = {
        event.set_number: event.bar_kg
        for event in controls
        if isinstance(event, BarLoad) and event.set_number is not None and event.bar_kg is not None
    }
    return tuple(replace(one, bar_kg=said.get(one.set_number, one.bar_kg)) for one in sets)


def _end_ns(analysis: Analysis, about: SessionAbout) -> int:
    if len(analysis.poses):
        return int(analysis.poses.t_ns[-1])
    return about.started_at_monotonic_ns


def _earlier_doses(history: History, finished: FinishedSession) -> list[DatedDose]:
    """Doses of the athlete's other sessions of this kind; a simulated one counts for simulated ones only."""
    session = finished.session
    athlete_id = session.athlete_id
    if history.has_session(session.id):
        athlete_id = history.session(session.id).record.athlete_id  # it may have been moved to another
    if not athlete_id:
        return []
    return [
        DatedDose(point.started_at_utc_ns, point.summary.dose_n2m2s)
        for point in history.trend(athlete_id, finished.about.exercise)
        if point.session_id != session.id
        and point.simulated == session.simulated
        and point.summary.dose_n2m2s is not None
    ]


def _with_dose_verdict(about: SessionAbout, verdicts: Verdicts) -> SessionAbout:
    return replace(
        about,
        warnings=(*(one for one in about.warnings if one.id is not WarningId.W7), *verdicts.warnings),
        not_graded=(*(one for one in about.not_graded if one.id is not WarningId.W7), *verdicts.not_graded),
    )
