"""The report of a session, or of an athlete's course: one page to read in a minute, then every rep."""

from collections.abc import Sequence

from lumbarwatch.core.trends import LEAST_SESSIONS
from lumbarwatch.core.uncertainty import BUDGET
from lumbarwatch.model.document import (
    Block,
    Columns,
    Document,
    Line,
    Lines,
    Mark,
    Page,
    Section,
    Text,
)
from lumbarwatch.model.session import Calibration
from lumbarwatch.model.trends import Quantity
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters import report_words as words
from lumbarwatch.presenters.history import duration_words
from lumbarwatch.presenters.report_advice import advice_lines, symptom_lines
from lumbarwatch.presenters.report_course import (
    NOTE,
    course_chart,
    course_lines,
    course_table,
    habit_line,
    session_table,
    usual_dose_words,
)
from lumbarwatch.presenters.report_data import ReportData, SessionFacts
from lumbarwatch.presenters.report_findings import finding_lines
from lumbarwatch.presenters.report_rep_charts import rep_charts
from lumbarwatch.presenters.report_rep_pages import rep_pages
from lumbarwatch.presenters.report_reps import dose_sigma_n2m2s, dose_words, figures, set_table, verdict_line
from lumbarwatch.presenters.words import CALIBRATION

BETWEEN_SESSIONS_DEG = {Quantity.TILT_LOCKOUT: BUDGET.absolute_deg()}
"""Sigma drawn at a session's point, where it is more than a convention of trends."""

ALL_QUANTITIES = tuple(Quantity)


def report(data: ReportData) -> Document:
    """Return the report's content."""
    return _of_course(data) if data.whole_course or data.newest is None else _of_session(data, data.newest)


def _of_session(data: ReportData, facts: SessionFacts) -> Document:
    return Document(
        title="Session report",
        subject=_name(data),
        facts=_session_facts(facts),
        badges=_badges(facts),
        pages=(Page(_session_page(data, facts), single=True), *rep_pages(facts, data.beside)),
        footer=_footer(data),
    )


def _of_course(data: ReportData) -> Document:
    points = data.points
    facts: list[str] = []
    if points:
        first, last = points[0], points[-1]
        facts.append(f"{words.plural(len(points), 'session')} of {words.words_of_exercise(last.exercise)}")
        days = dict.fromkeys(words.day(one.started_at_utc_ns) for one in (first, last))
        facts.append(" to ".join(days))
        facts.append(words.plural(sum(point.reps for point in points), "rep"))
    if len(data.pipeline_versions) > 1:
        facts.append(f"pipeline versions {', '.join(data.pipeline_versions)}: compare with care")
    pages = [Page(_course_page(data), single=True)]
    if points:
        pages.append(Page((Section("Every session", (session_table(points),)),)))
    if data.newest is not None:
        newest = data.newest
        pages.append(
            Page(
                (
                    Text("; ".join(_session_facts(newest)) + ".", lead="Newest session"),
                    *_found(newest),
                    *_done(data, newest),
                )
            )
        )
        pages += rep_pages(newest, data.beside)
    return Document(
        title="Course report",
        subject=_name(data),
        facts=tuple(facts) or ("no session yet",),
        badges=() if data.newest is None else _badges(data.newest),
        pages=tuple(pages),
        footer=_footer(data),
    )


# First page ------------------------------------------------------------------------------------------------
def _session_page(data: ReportData, facts: SessionFacts) -> tuple[Block, ...]:
    in_short = [verdict_line(facts), *_calibration_line(facts.calibration), *finding_lines(facts, most=2)]
    in_short += [*course_lines(data.points), *habit_line(data.points[-1] if data.points else None)]
    return (
        Section("In short", (Lines(tuple(in_short)),)),
        *_found(facts),
        *_done(data, facts),
        *_trend(data),
        _felt_and_advised(data, facts.session.id),
        _small_print(facts),
    )


def _done(data: ReportData, facts: SessionFacts) -> tuple[Block, ...]:
    if not facts.sets:
        return ()
    return (Section("What was done", (set_table(facts), *_load(data, facts))),)


def _trend(data: ReportData) -> tuple[Block, ...]:
    """The course up to this session; of few sessions only what they are: nothing can be said of a change."""
    charts = tuple(
        course_chart(data.points, quantity, BETWEEN_SESSIONS_DEG.get(quantity))
        for quantity in (Quantity.TILT_LOCKOUT, Quantity.OWN_TUCK)
    )
    if not data.points:
        return ()
    if len(data.points) < LEAST_SESSIONS:
        content: Block = Columns(tuple((chart,) for chart in charts), (0.5, 0.5))
    else:
        content = Columns(((course_table(data.points), Text(NOTE, small=True)), charts), (0.64, 0.36))
    return (Section("Trend against the minimal detectable change", (content,)),)


def _course_page(data: ReportData) -> tuple[Block, ...]:
    points = data.points
    in_short = [*course_lines(points), *habit_line(points[-1] if points else None)]
    if data.newest is not None:
        in_short.append(_newest_line(data.newest))
    charts = [
        course_chart(points, quantity, BETWEEN_SESSIONS_DEG.get(quantity))
        for quantity in (
            Quantity.TILT_LOCKOUT,
            Quantity.LAMBDA_LOCKOUT,
            Quantity.OWN_TUCK,
            Quantity.SHARE_RED,
        )
    ]
    return (
        Section("In short", (Lines(tuple(in_short)),)),
        Section(
            "Trend against the minimal detectable change",
            (
                Columns(((charts[0],), (charts[1],)), (0.5, 0.5)),
                Columns(((charts[2],), (charts[3],)), (0.5, 0.5)),
                course_table(points, ALL_QUANTITIES),
                Text(NOTE, small=True),
            ),
        ),
        _felt_and_advised(data, None),
        _small_print(data.newest),
    )


def _newest_line(facts: SessionFacts) -> Line:
    line = verdict_line(facts)
    return Line(line.text, f"Newest session ({words.day(facts.session.started_at_utc_ns)})", line.mark)


def _found(facts: SessionFacts) -> tuple[Block, ...]:
    if not facts.reps:
        return ()
    tilt, peak, _ = rep_charts(facts)
    return (Section("What was found", (figures(facts), Columns(((tilt,), (peak,)), (0.5, 0.5)))),)


def _calibration_line(calibration: Calibration) -> list[Line]:
    """Say what limits the grading."""
    if not calibration.valid:
        reasons = " ".join(CALIBRATION[reason] for reason in calibration.reasons[:2])
        return [Line(f"none: nothing is graded by angles. {reasons}", "Calibration", Mark.UNKNOWN)]
    missing = [
        name
        for name, part in (("own range", calibration.own_range), ("reference thrusts", calibration.reference))
        if part is None
    ]
    if not missing:
        return []
    return [Line(f"{' and '.join(missing)} not measured: absolute limits apply.", "Calibration")]


def _load(data: ReportData, facts: SessionFacts) -> tuple[Block, ...]:
    dose = dose_words(facts)
    if not dose:
        return ()
    usual = usual_dose_words(data.points, dose_sigma_n2m2s(facts), facts.limits.get(WarningId.W7))
    return (
        Text(
            f"{dose}; {usual}." if usual else f"{dose}.", lead="Dose (squared moment over time)", small=True
        ),
    )


def _felt_and_advised(data: ReportData, session_id: str | None) -> Block:
    felt = Section("Symptoms", (Lines(tuple(symptom_lines(data.felt, session_id))),))
    advice = Section("Advice", (Lines(tuple(advice_lines(data.newest, data.felt, data.last_sessions))),))
    return Columns(((felt,), (advice,)), (0.42, 0.58))


def _small_print(facts: SessionFacts | None) -> Block:
    texts = [words.DEFINITIONS, words.SIGMAS, words.LIMITS]
    if facts is not None and facts.refined:
        texts.append(words.REFINED)
    return Section("Definitions and limits", (Text(" ".join(texts), small=True, lead=words.PERMANENT),))


# Head and foot ---------------------------------------------------------------------------------------------
def _name(data: ReportData) -> str:
    if data.athlete is None:
        return "nobody named"
    return data.athlete.name or data.athlete.id


def _session_facts(facts: SessionFacts) -> tuple[str, ...]:
    bars = [one.bar_kg for one in facts.sets if one.bar_kg is not None]
    found = [
        words.when(facts.session.started_at_utc_ns),
        f"{words.words_of_exercise(facts.exercise)}, {duration_words(facts.duration_s)} min",
        f"{words.plural(len(facts.sets), 'set')}, {words.plural(len(facts.reps), 'rep')}",
    ]
    if bars:
        low, high = min(bars), max(bars)
        found.append(f"bar {words.mass(low)}" if low == high else f"bar {low:g} to {words.mass(high)}")
    return tuple(found)


def _badges(facts: SessionFacts) -> tuple[str, ...]:
    marks: Sequence[tuple[bool, str]] = (
        (facts.session.simulated, "simulated"),
        (facts.session.recovered, "recovered"),
        (facts.refined, "refined, not causal"),
    )
    return tuple(name for is_so, name in marks if is_so)


def _footer(data: ReportData) -> str:
    parts = ["lumbarwatch"]
    if data.newest is not None:
        facts = data.newest
        refined = " refined" if facts.refined else ""
        parts.append(f"pipeline {facts.pipeline_version}{refined}, session {facts.session.id[:13]}")
    parts.append(f"made {words.when(data.made_at_utc_ns)}")
    return " · ".join(parts) + ". " + words.PERMANENT
