"""A session's reps in a report: what was done, what was found, rep by rep."""

from collections import Counter
from collections.abc import Callable, Sequence
from statistics import median

from lumbarwatch.core.rules import CUE_PRIORITY, Context, arched_limits, extension_limits, lockout_limits
from lumbarwatch.core.uncertainty import BUDGET
from lumbarwatch.model.document import (
    Align,
    Cell,
    Chart,
    Column,
    Figure,
    Figures,
    Level,
    Line,
    Mark,
    Point,
    Row,
    Table,
    Tick,
)
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.verdicts import Level as WarningLevel
from lumbarwatch.model.verdicts import NotGradedReason, WarningId, WarningVerdict
from lumbarwatch.presenters.report_data import Corrected, Correction, SessionFacts, SetFacts
from lumbarwatch.presenters.report_words import (
    UNKNOWN,
    degrees,
    kilo_dose,
    mass,
    moment,
    number,
    of_warning,
    percent,
    plural,
    seconds,
    title_of,
)
from lumbarwatch.presenters.words import NOT_GRADED, WARNINGS

LOW_IS_BAD = frozenset({WarningId.W1, WarningId.W1C, WarningId.W3, WarningId.W4})

MARK_NAMES = {
    Mark.GOOD: "within limits",
    Mark.AMBER: "amber",
    Mark.RED: "red",
    Mark.UNKNOWN: "not graded",
    Mark.VOID: "no rep, by hand",
}

MOST_SETS = 7
"""Sets shown on the first page; the rest is with the reps (convention)."""

MOST_FINDINGS = 5


def mark_of(rep: Rep) -> Mark:
    """Return what a rep says as a whole."""
    levels = {warning.level for warning in rep.warnings}
    if WarningLevel.RED in levels:
        return Mark.RED
    if WarningLevel.AMBER in levels:
        return Mark.AMBER
    return Mark.GOOD if rep.graded else Mark.UNKNOWN


def counted(facts: SessionFacts) -> tuple[Rep, ...]:
    """Return the reps that nobody has taken out by hand."""
    return tuple(rep for rep in facts.reps if correction(facts, rep, Corrected.COUNTED, True) is not False)


def correction(facts: SessionFacts, rep: Rep, field: Corrected, otherwise: object = None) -> object:
    """Return the latest hand-corrected value of a rep's field, or ``otherwise``."""
    found = [
        one
        for one in facts.corrections
        if (one.set_number, one.rep_number, one.field) == (rep.set_number, rep.rep_number, field)
    ]
    return max(found, key=lambda one: one.at_utc_ns).value if found else otherwise


# In short --------------------------------------------------------------------------------------------------
def figures(facts: SessionFacts) -> Figures:
    """Return the medians over the full, graded reps."""
    full = [rep for rep in counted(facts) if rep.graded and not rep.partial]
    tilt, tilt_sigma = _median(full, "tilt_lockout_deg"), _median(full, "tilt_sigma_deg")
    lam, lam_sigma = _median(full, "lambda_lockout_deg"), _median(full, "lambda_sigma_deg")
    peaks = [rep for rep in counted(facts) if rep.graded and rep.lambda_peak_deg is not None]
    peak = max(peaks, key=lambda rep: rep.lambda_peak_deg or 0.0, default=None)
    lowered = [rep.eccentric_s for rep in counted(facts) if rep.lowered and not rep.partial]
    return Figures(
        (
            _angle("Pelvic tilt at lockout", tilt, tilt_sigma, "median; + tucked"),
            _angle("Lumbar extension at lockout", lam, lam_sigma, "median; + arched"),
            _angle(
                "Lumbar extension, peak",
                None if peak is None else peak.lambda_peak_deg,
                None if peak is None else peak.lambda_sigma_deg,
                "no graded rep" if peak is None else f"set {peak.set_number}, rep {peak.rep_number}",
            ),
            Figure(
                "Lowering time",
                seconds(median(lowered)) if lowered else UNKNOWN,
                f"± {BUDGET.time_s:.2f} s" if lowered else "",
                "median; two seconds is the aim",
            ),
        )
    )


def _angle(label: str, value: float | None, sigma: float | None, remark: str) -> Figure:
    return Figure(label, degrees(value), "" if sigma is None else f"± {number(sigma, 1)}°", remark)


def _median(reps: Sequence[Rep], name: str) -> float | None:
    values = [value for rep in reps if (value := getattr(rep, name)) is not None]
    return median(values) if values else None


def verdict_line(facts: SessionFacts) -> Line:
    """Return how many reps were what."""
    reps = facts.reps
    if not reps:
        return Line("No rep was found in this session.", "Reps", Mark.UNKNOWN)
    marks = Counter(mark_of(rep) for rep in reps)
    parts = [f"{marks[mark]} {MARK_NAMES[mark]}" for mark in (Mark.GOOD, Mark.AMBER, Mark.RED) if marks[mark]]
    if marks[Mark.UNKNOWN]:
        parts.append(f"{marks[Mark.UNKNOWN]} not graded ({why_not(reps)})")
    text = f"{', '.join(parts)}, of {plural(len(reps), 'rep')}"
    partial = sum(rep.partial for rep in reps)
    text += f", {partial} of them partial." if partial else "."
    out = len(reps) - len(counted(facts))
    if out:
        text += f" {plural(out, 'rep')} taken out by hand, leaving {len(reps) - out}."
    worst = next((mark for mark in (Mark.RED, Mark.AMBER, Mark.GOOD) if marks[mark]), Mark.UNKNOWN)
    return Line(text, "Reps", worst)


def why_not(reps: Sequence[Rep]) -> str:
    """Return the commonest reasons for which reps were not graded at all."""
    reasons = Counter(
        reason for rep in reps if not rep.graded for reason in {one.reason for one in rep.not_graded}
    )
    return ", ".join(NOT_GRADED[reason] for reason, _ in reasons.most_common(2)) or "reason not known"


def finding_lines(facts: SessionFacts, most: int = 3) -> list[Line]:
    """Return the most frequent limits exceeded, red ones first."""
    found = findings(facts)
    lines = [Line(_sentence(one, facts), title_of(one.id), one.mark) for one in found[:most]]
    if len(found) > most:
        rest = ", ".join(title_of(one.id)[0].lower() + title_of(one.id)[1:] for one in found[most:])
        lines.append(Line(f"{rest}: see the rep pages.", "Also exceeded", found[most].mark))
    if not found and any(rep.graded for rep in facts.reps):
        lines.append(Line("no limit was exceeded in what could be graded.", "Findings", Mark.GOOD))
    return lines


class Finding:
    """One kind of warning over a session."""

    def __init__(self, id_: WarningId, verdicts: Sequence[WarningVerdict]) -> None:
        self.id = id_
        self.red = sum(one.level is WarningLevel.RED for one in verdicts)
        self.amber = len(verdicts) - self.red
        sign = -1.0 if id_ in LOW_IS_BAD else 1.0
        plain = [one for one in verdicts if one.sigma > 0.0] or list(verdicts)  # an impact is no time
        self.worst = max(plain, key=lambda one: sign * one.value)

    @property
    def mark(self) -> Mark:
        """Red if any was."""
        return Mark.RED if self.red else Mark.AMBER


def findings(facts: SessionFacts) -> list[Finding]:
    """Return all kinds of warnings of reps, sets and the session, the most red ones first."""
    every = [warning for rep in facts.reps for warning in rep.warnings]
    every += [warning for one in facts.sets for warning in one.warnings]
    every += facts.warnings
    kinds = [Finding(id_, own) for id_ in WarningId if (own := [one for one in every if one.id is id_])]
    return sorted(kinds, key=lambda one: (-one.red, -one.amber, _rank(one.id)))


def _rank(id_: WarningId) -> int:
    """Where the voice would place it; what is not voiced comes last."""
    return CUE_PRIORITY.index(id_) if id_ in CUE_PRIORITY else len(CUE_PRIORITY)


def _sentence(one: Finding, facts: SessionFacts) -> str:
    counts = [f"{name} in {count}" for name, count in (("red", one.red), ("amber", one.amber)) if count]
    of = {WarningId.W6: plural(len(facts.sets), "set"), WarningId.W7: "this session"}
    whole = of.get(one.id, plural(len(facts.reps), "rep"))
    text = f"{', '.join(counts)} of {whole}; " if one.id is not WarningId.W7 else ""
    return text + f"worst {of_warning(one.id, one.worst.value, one.worst.sigma)}, {_limit(one)}."


def _limit(one: Finding) -> str:
    against = "from own reference, limit" if one.id is WarningId.W1 and one.worst.limit == -4.0 else "limit"
    return f"{against} {of_warning(one.id, one.worst.limit, 0.0 if one.worst.sigma == 0.0 else None)}"


# Tables ----------------------------------------------------------------------------------------------------
def set_table(facts: SessionFacts, most: int | None = MOST_SETS) -> Table:
    """Return what was done, a set a row."""
    shown = facts.sets if most is None else facts.sets[:most]
    rows = tuple(_set_row(facts, one.set_number) for one in shown)
    hidden = len(facts.sets) - len(shown)
    captions = ["Medians over full, graded reps, ± one sigma of a rep; lowering ± 0.05 s."]
    if any(one.peak_moment_nm is not None for one in facts.set_facts.values()):
        captions.append("Moment at L5/S1: peak of the set, quasi-static estimate.")
    elif any(one.dose_unknown_reps for one in facts.set_facts.values()):
        captions.append("No load is shown: the angles of these reps are not trusted.")
    elif facts.exercise == "hip_thrust":
        captions.append("No load is shown: bar mass, body mass or stature is not known.")
    if hidden:
        captions.append(f"{plural(hidden, 'more set')}: see the rep pages.")
    return Table(
        (
            Column("Set", "", Align.CENTRE, 0.5),
            Column("Bar", "", width=0.85),
            Column("RPE", "", width=0.6),
            Column("Reps", "", width=0.95),
            Column("Tilt at lockout", "", width=1.5),
            Column("Lumbar at lockout", "", width=1.5),
            Column("Lowering", "", width=0.9),
            Column("Red", "", width=0.5),
            Column("Amber", "", width=0.65),
            Column("Not graded", "", width=0.8),
            Column("Moment L5/S1", "", width=1.6),
        ),
        rows,
        " ".join(captions),
    )


def _set_row(facts: SessionFacts, set_number: int) -> Row:
    one = next(one for one in facts.sets if one.set_number == set_number)
    extra = facts.set_facts.get(set_number, SetFacts())
    reps = [rep for rep in facts.reps if rep.set_number == set_number]
    left = [rep for rep in counted(facts) if rep.set_number == set_number]
    full = [rep for rep in left if rep.graded and not rep.partial]
    marks = Counter(mark_of(rep) for rep in reps)
    count = f"{one.reps}" + (f" ({one.partial} part.)" if one.partial else "")
    down = [rep.eccentric_s for rep in left if rep.lowered and not rep.partial]
    return (
        Cell(f"{set_number}{' 1-leg' if one.single_leg else ''}"),
        Cell(mass(one.bar_kg)),
        Cell(UNKNOWN if extra.rpe is None else f"{extra.rpe:g}"),
        Cell(count),
        Cell(degrees(_median(full, "tilt_lockout_deg"), _median(full, "tilt_sigma_deg"))),
        Cell(degrees(_median(full, "lambda_lockout_deg"), _median(full, "lambda_sigma_deg"))),
        Cell(seconds(median(down)) if down else UNKNOWN),
        _count(marks[Mark.RED], Mark.RED),
        _count(marks[Mark.AMBER], Mark.AMBER),
        _count(marks[Mark.UNKNOWN], Mark.UNKNOWN),
        Cell(moment(extra.peak_moment_nm, extra.peak_sigma_nm)),
    )


def _count(count: int, mark: Mark) -> Cell:
    return Cell(str(count), mark if count else Mark.PLAIN)


def finding_table(facts: SessionFacts) -> Table:
    """Return every kind of warning with its worst value."""
    rows = tuple(
        (
            Cell(title_of(one.id), one.mark),
            Cell(str(one.red)),
            Cell(str(one.amber)),
            Cell(of_warning(one.id, one.worst.value, one.worst.sigma)),
            Cell(_limit(one)),
        )
        for one in findings(facts)
    )
    return Table(
        (
            Column("Warning", "", Align.LEFT, 2.5),
            Column("Red", "", width=0.5),
            Column("Amber", "", width=0.75),
            Column("Worst", "", width=1.4),
            Column("Limit", "", width=1.8),
        ),
        rows,
        not_graded_words(facts),
    )


def not_graded_words(facts: SessionFacts) -> str:
    """Return which warnings were not graded how often, and why."""
    counts: Counter[tuple[WarningId, NotGradedReason]] = Counter()
    for rep in facts.reps:
        counts.update((one.id, one.reason) for one in rep.not_graded)
    for one in facts.sets:
        counts.update((found.id, found.reason) for found in one.not_graded)
    counts.update((found.id, found.reason) for found in facts.not_graded)
    if not counts:
        return "Everything was graded."
    by_reason: dict[tuple[NotGradedReason, int], list[str]] = {}
    for (id_, reason), count in sorted(counts.items(), key=lambda item: item[0][0]):
        by_reason.setdefault((reason, count), []).append(id_.value)
    parts = [
        f"{', '.join(ids)} {count} times ({NOT_GRADED[reason]})"
        if count > 1
        else f"{', '.join(ids)} once ({NOT_GRADED[reason]})"
        for (reason, count), ids in by_reason.items()
    ]
    return f"Not graded: {'; '.join(parts)}."


def rep_table(facts: SessionFacts) -> Table:
    """Return every rep in full."""
    return Table(
        (
            Column("Set", "", Align.CENTRE, 0.5),
            Column("Rep", "", Align.CENTRE, 0.55),
            Column("Verdict", "", Align.LEFT, 3.7),
            Column("Tilt at lockout", "° ± σ", width=1.5),
            Column("Lumbar at lockout", "° ± σ", width=1.5),
            Column("Peak lumbar", "° ± σ", width=1.5),
            Column("Roll", "°", width=0.8),
            Column("Hip rise", "cm", width=0.8),
            Column("Range", "%", width=0.9),
            Column("Up", "s", width=0.7),
            Column("Hold", "s", width=0.75),
            Column("Down", "s", width=0.8),
            Column("Lost", "%", width=0.7),
        ),
        tuple(_rep_row(facts, rep) for rep in facts.reps),
        f"{_codes(facts)}One sigma: angles as given, roll 2.0°, range 3 %, hip rise 3 % of its value, "
        f"times 0.05 s. Range: hip "
        "rise against the reference, else against the median of the session's earlier full reps. Lost: share "
        "of samples that did not arrive.",
        long=True,
    )


def _codes(facts: SessionFacts) -> str:
    """The names of the warnings that the table has by number."""
    found = sorted({warning.id for rep in facts.reps for warning in rep.warnings}, key=list(WarningId).index)
    return "".join(f"{id_.value}: {WARNINGS[id_].title.lower()}. " for id_ in found)


def _rep_row(facts: SessionFacts, rep: Rep) -> Row:
    out = correction(facts, rep, Corrected.COUNTED, True) is False
    mark = Mark.VOID if out else mark_of(rep)
    return (
        Cell(str(rep.set_number)),
        Cell(str(rep.rep_number)),
        Cell(f"no rep, by hand; computed: {verdict(rep)}" if out else verdict(rep), mark),
        _bare(rep.tilt_lockout_deg, rep.tilt_sigma_deg),
        _bare(rep.lambda_lockout_deg, rep.lambda_sigma_deg),
        _bare(rep.lambda_peak_deg, rep.lambda_sigma_deg),
        _bare(rep.roll_lockout_deg, None),
        Cell(number(rep.rom_m * 100.0, 1)),
        Cell(UNKNOWN if rep.rom_fraction is None else number(rep.rom_fraction * 100.0, 0)),
        Cell(number(rep.concentric_s, 2)),
        Cell(number(rep.hold_s, 2)),
        Cell(number(rep.eccentric_s, 2) if rep.lowered else UNKNOWN),
        Cell(number(rep.quality.lost_fraction * 100.0, 1)),
    )


def _bare(value: float | None, sigma: float | None) -> Cell:
    return Cell(degrees(value, sigma).replace("°", ""))


def verdict(rep: Rep) -> str:
    """Return a rep's verdict in words; what was not graded is said with its reason."""
    said = [f"{one.level.value} {one.id.value} {of_warning(one.id, one.value)}" for one in rep.warnings]
    if rep.partial:
        said.append("partial")
    if not rep.graded:
        said.append(f"not graded: {why_not([rep])}")
    elif not rep.warnings:
        said.append("within limits")
    warned = {one.id for one in rep.warnings}
    close = [id_.value for id_ in rep.borderline if id_ not in warned]
    if close:
        said.append(f"borderline {', '.join(close)}")
    return "; ".join(said)


def correction_table(facts: SessionFacts) -> Table:
    """Return the corrections by hand, each beside the computed value."""
    reps = {(rep.set_number, rep.rep_number): rep for rep in facts.reps}
    rows = tuple(
        (
            Cell(f"{one.set_number}.{one.rep_number}"),
            Cell(one.field.value.replace("_deg", "").replace("_", " ")),
            Cell(_computed(reps.get((one.set_number, one.rep_number)), one)),
            Cell(_value(one.value)),
            Cell(one.text or UNKNOWN),
            Cell(one.author or UNKNOWN),
        )
        for one in facts.corrections
    )
    return Table(
        (
            Column("Set.Rep", "", Align.CENTRE, 0.6),
            Column("What", "", Align.LEFT, 1.2),
            Column("Computed", "", width=0.9),
            Column("By hand", "", width=0.9),
            Column("Remark", "", Align.LEFT, 2.6),
            Column("By", "", Align.LEFT, 0.9),
        ),
        rows,
        "Computed values stay. Reps taken out by hand are left out of the medians; nothing else is "
        "changed by "
        "a correction.",
    )


def _computed(rep: Rep | None, one: Correction) -> str:
    if rep is None:
        return UNKNOWN
    if one.field is Corrected.COUNTED:
        return "a rep"
    return _value(getattr(rep, one.field.value, None))


def _value(value: bool | float | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return degrees(value)


# Charts ----------------------------------------------------------------------------------------------------
def rep_charts(facts: SessionFacts) -> tuple[Chart, Chart, Chart]:
    """Return tilt at lockout, peak lumbar extension and lumbar extension at lockout, rep by rep."""
    context = Context(facts.calibration, facts.limits)
    reference, tilt_at = lockout_limits(context)
    tilt_limit = None if tilt_at.amber is None else tilt_at.amber + reference
    return (
        _chart(
            facts,
            "Pelvic tilt at lockout",
            WarningId.W1,
            tilt_limit,
            lambda rep: (rep.tilt_lockout_deg, rep.tilt_sigma_deg),
        ),
        _chart(
            facts,
            "Lumbar extension, peak in the rep",
            WarningId.W2,
            extension_limits(context).amber,
            lambda rep: (rep.lambda_peak_deg, rep.lambda_sigma_deg),
        ),
        _chart(
            facts,
            "Lumbar extension at lockout",
            WarningId.W1B,
            arched_limits(context).amber,
            lambda rep: (rep.lambda_lockout_deg, rep.lambda_sigma_deg),
        ),
    )


Value = Callable[[Rep], tuple[float | None, float | None]]


def _chart(facts: SessionFacts, title: str, id_: WarningId, limit: float | None, value: Value) -> Chart:
    points: list[Point] = []
    ticks: list[Tick] = []
    dividers: list[float] = []
    absent: list[float] = []
    x = 0.0
    for one in facts.sets:
        reps = [rep for rep in facts.reps if rep.set_number == one.set_number]
        if not reps:
            continue
        if points or ticks:
            x += 1.0
            dividers.append(x)
        first = x + 1.0
        for rep in reps:
            x += 1.0
            angle, sigma = value(rep)
            if angle is None:
                absent.append(x)
            else:
                points.append(Point(x, angle, sigma, _mark(facts, rep, id_)))
        ticks.append(Tick((first + x) / 2.0, f"set {one.set_number}"))
    marks = {point.mark for point in points} | {Mark.UNKNOWN for _ in absent}
    side = "lower" if id_ in LOW_IS_BAD else "higher"
    levels = () if limit is None else (
        Level(limit, f"limit {id_.value}: {degrees(limit)}, {side} is flagged", Mark.AMBER),
    )  # fmt: skip
    return Chart(
        title=title,
        unit="°",
        points=tuple(points),
        levels=levels,
        ticks=tuple(ticks),
        dividers=tuple(dividers),
        absent=tuple(absent),
        names={mark: name for mark, name in MARK_NAMES.items() if mark in marks},
        empty="No rep with this angle.",
        least_span=16.0,
    )


def _mark(facts: SessionFacts, rep: Rep, id_: WarningId) -> Mark:
    if correction(facts, rep, Corrected.COUNTED, True) is False:
        return Mark.VOID
    for warning in rep.warnings:
        if warning.id is id_:
            return Mark.RED if warning.level is WarningLevel.RED else Mark.AMBER
    skipped = any(one.id is id_ for one in rep.not_graded)
    return Mark.UNKNOWN if skipped or not rep.graded else Mark.GOOD


def dose_words(facts: SessionFacts) -> str:
    """Return the session's dose with its sigma, and how many reps it lacks; empty without a load."""
    known = [one for one in facts.set_facts.values() if one.dose_n2m2s is not None]
    if not any(one.dose_n2m2s for one in known):
        return ""
    dose = sum(one.dose_n2m2s or 0.0 for one in known)
    sigma = (
        sum(one.dose_sigma_n2m2s or 0.0 for one in known) or None
    )  # what is unsure is the same in all sets
    missing = sum(one.dose_unknown_reps or 0 for one in known)
    words = f"{kilo_dose(dose, sigma)} ·10⁶ N²m²s"
    return f"{words}, a lower bound: {plural(missing, 'rep')} without load" if missing else words


def share_words(share: float | None) -> str:
    """Return a share in percent."""
    return UNKNOWN if share is None else percent(share)
