"""The report of a session, or of an athlete's course: one page to read in a minute, then every rep."""

from collections.abc import Sequence

from lumbarwatch.core.rules import Context, arched_limits, extension_limits, lockout_limits, tuck_limits
from lumbarwatch.core.trends import LEAST_SESSIONS
from lumbarwatch.core.uncertainty import BUDGET
from lumbarwatch.model.document import (
    Align,
    Block,
    Cell,
    Column,
    Columns,
    Document,
    Line,
    Lines,
    Mark,
    Page,
    Section,
    Table,
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
from lumbarwatch.presenters.report_reps import (
    correction_table,
    dose_words,
    figures,
    finding_lines,
    finding_table,
    rep_charts,
    rep_table,
    set_table,
    verdict_line,
)
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
        pages=(Page(_session_page(data, facts), single=True), *_rep_pages(facts)),
        footer=_footer(data),
    )


def _of_course(data: ReportData) -> Document:
    points = data.points
    facts: list[str] = []
    if points:
        first, last = points[0], points[-1]
        facts.append(f"{words.plural(len(points), 'session')} of {words.words_of_exercise(last.exercise)}")
        facts.append(f"{words.day(first.started_at_utc_ns)} to {words.day(last.started_at_utc_ns)}")
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
                    *_found(newest, tables=True),
                )
            )
        )
        pages += _rep_pages(newest)
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
        *_found(facts, tables=False),
        Section("What was done", (set_table(facts), *_load(data, facts))),
        *_trend(data),
        _felt_and_advised(data, facts.session.id),
        _small_print(facts),
    )


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
        content = Columns(((course_table(data.points),), charts), (0.64, 0.36))
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
            ),
        ),
        _felt_and_advised(data, None),
        _small_print(data.newest),
    )


def _newest_line(facts: SessionFacts) -> Line:
    line = verdict_line(facts)
    return Line(line.text, f"Newest session ({words.day(facts.session.started_at_utc_ns)})", line.mark)


def _found(facts: SessionFacts, *, tables: bool) -> tuple[Block, ...]:
    tilt, peak, lockout = rep_charts(facts)
    blocks: list[Block] = [figures(facts), Columns(((tilt,), (peak,)), (0.5, 0.5))]
    if tables:
        blocks += [Columns(((lockout,), (finding_table(facts),)), (0.42, 0.58)), set_table(facts)]
    return (Section("What was found", tuple(blocks)),)


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
    usual = usual_dose_words(data.points)
    return (
        Text(
            f"{dose}; {usual}." if usual else f"{dose}.", lead="Dose (squared moment over time)", small=True
        ),
    )


def _felt_and_advised(data: ReportData, session_id: str | None) -> Block:
    felt = Section("Symptoms", (Lines(tuple(symptom_lines(data.felt, session_id))),))
    advice = Section("Advice", (Lines(tuple(advice_lines(data.newest, data.felt, data.points))),))
    return Columns(((felt,), (advice,)), (0.42, 0.58))


def _small_print(facts: SessionFacts | None) -> Block:
    texts = [words.DEFINITIONS, words.SIGMAS, NOTE, words.LIMITS]
    if facts is not None and facts.refined:
        texts.append(words.REFINED)
    return Section("Definitions and limits", (Text(" ".join(texts), small=True, lead=words.PERMANENT),))


# Rep pages -------------------------------------------------------------------------------------------------
def _rep_pages(facts: SessionFacts) -> tuple[Page, ...]:
    _, _, lockout = rep_charts(facts)
    blocks: list[Block] = [
        Section("Limits exceeded", (Columns(((finding_table(facts),), (lockout,)), (0.6, 0.4)),)),
        Section("Every rep", (rep_table(facts),)),
    ]
    if facts.corrections:
        blocks.append(Section("Corrections by hand", (correction_table(facts),)))
    if facts.notes or facts.session.note:
        blocks.append(Section("Notes", (Lines(tuple(_notes(facts))),)))
    blocks.append(Section("Calibration and limits used", (Lines(_calibration(facts)), _limit_table(facts))))
    return (Page(tuple(blocks), title=f"Reps of {words.when(facts.session.started_at_utc_ns)}"),)


def _notes(facts: SessionFacts) -> list[Line]:
    lines = [
        Line(note.text, f"{words.when(note.at_utc_ns)}{f', {note.author}' if note.author else ''}")
        for note in facts.notes
    ]
    return [Line(facts.session.note), *lines] if facts.session.note else lines


def _calibration(facts: SessionFacts) -> tuple[Line, ...]:
    calibration = facts.calibration
    lines = [Line(f"{calibration.source.value}, {'valid' if calibration.valid else 'not valid'}.", "Source")]
    lines += [Line(CALIBRATION[reason]) for reason in calibration.reasons]
    own, reference = calibration.own_range, calibration.reference
    if own is not None:
        spread = f"± {words.number(own.spread_deg, 1)}°"
        lines.append(
            Line(
                f"arch {words.degrees(own.lam_max_deg)}, tuck {words.degrees(own.tau_max_deg)} from standing "
                f"(spread {spread}).",
                "Own range",
            )
        )
    if reference is not None:
        sigma = BUDGET.reference_deg
        lines.append(
            Line(
                f"tilt {words.degrees(reference.tilt_lock_deg, sigma)}, lumbar "
                f"{words.degrees(reference.lam_lock_deg, sigma)} at lockout, hip rise "
                f"{words.number(reference.rom_m * 100.0, 1)} cm ± 3 %.",
                "Reference thrusts",
            )
        )
    if facts.sensors:
        lines.append(Line("; ".join(facts.sensors) + ".", "Sensors"))
    return tuple(lines)


def _limit_table(facts: SessionFacts) -> Table:
    """Return the limits of the angles as they were used: those of definitions, or the athlete's own."""
    context = Context(facts.calibration, facts.limits)
    reference, tilt = lockout_limits(context)
    used = [
        (WarningId.W1, tilt),
        (WarningId.W1B, arched_limits(context)),
        (WarningId.W2, extension_limits(context)),
    ]
    tuck = tuck_limits(context)
    if tuck is not None:
        used.append((WarningId.W2B, tuck))
    own = set(facts.limits.overrides)
    rows = [
        (
            Cell(words.title_of(id_)),
            Cell(_limit(id_, at.amber)),
            Cell(_limit(id_, at.red)),
            Cell(f"± {words.number(at.sigma, 1)}°"),
            Cell("the athlete's own limit" if id_ in own else _basis(id_, reference, facts.calibration)),
        )
        for id_, at in used
    ]
    done = {id_ for id_, _ in used}
    rows += [
        (
            Cell(words.title_of(id_)),
            Cell(_limit(id_, limit.amber)),
            Cell(_limit(id_, limit.red)),
            Cell(words.UNKNOWN),
            Cell("the athlete's own limit"),
        )
        for id_, limit in facts.limits.overrides.items()
        if id_ not in done
    ]
    return Table(
        (
            Column("Warning", "", Align.LEFT, 2.4),
            Column("Amber", "", width=0.9),
            Column("Red", "", width=0.9),
            Column("Sigma", "", width=0.9),
            Column("Basis", "", Align.LEFT, 2.6),
        ),
        tuple(rows),
        "Others: W3 amber below 80 %, red below 70 % of the range; W4 amber below 1.0 s, red below 0.60 s "
        "or an "
        "impact above 1.8 g; W4b 6°; W5 amber above 4°, red above 7° twice; W6 amber above 4°; W7 amber "
        "above "
        "1.3 ×, red above 1.6 ×. Red needs 1.64 sigma beyond its limit.",
    )


def _limit(id_: WarningId, value: float | None) -> str:
    return words.UNKNOWN if value is None else words.of_warning(id_, value)


def _basis(id_: WarningId, reference: float, calibration: Calibration) -> str:
    if id_ is WarningId.W1:
        return f"from the reference lockout {words.degrees(reference)}" if reference else "from level"
    own = calibration.own_range
    if own is None:
        return "absolute: own range not measured"
    return f"own range: arch {words.degrees(own.lam_max_deg)}, tuck {words.degrees(own.tau_max_deg)}"


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
