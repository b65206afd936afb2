"""A session rep by rep: verdicts, hindsight beside them, corrections by hand."""

from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.document import (
    Align,
    Cell,
    Column,
    Mark,
    Row,
    Table,
)
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.report_data import Correction, SessionFacts
from lumbarwatch.presenters.report_marks import correction, mark_of, median_of, why_not
from lumbarwatch.presenters.report_words import (
    UNKNOWN,
    degrees,
    number,
    of_warning,
)
from lumbarwatch.presenters.words import WARNINGS


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
    out = correction(facts, rep, CorrectedField.COUNTED, True) is False
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


def hindsight_table(facts: SessionFacts, beside: SessionFacts) -> Table:
    """Return the medians of the causal and of the refined analysis, rep for rep from the same recording."""
    rows = tuple(
        (
            Cell(name),
            Cell(degrees(live, median_of(facts.reps, sigma))),
            Cell(degrees(late, median_of(beside.reps, sigma))),
            Cell(degrees(None if live is None or late is None else late - live)),
        )
        for name, field, sigma in (
            ("Pelvic tilt at lockout", "tilt_lockout_deg", "tilt_sigma_deg"),
            ("Lumbar extension at lockout", "lambda_lockout_deg", "lambda_sigma_deg"),
            ("Lumbar extension, peak", "lambda_peak_deg", "lambda_sigma_deg"),
        )
        for live, late in [(median_of(facts.reps, field), median_of(beside.reps, field))]
    )
    counts = f"Reps: {len(facts.reps)} live, {len(beside.reps)} refined. "
    return Table(
        (
            Column("Median of all reps", "", Align.LEFT, 2.4),
            Column("Live (causal)", "± σ", width=1.2),
            Column("Refined (not causal)", "± σ", width=1.2),
            Column("Difference", "", width=0.9),
        ),
        rows,
        f"{counts}Pipeline version of the refined analysis: {beside.pipeline_version}. All else in this "
        "report is causal.",
    )


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
    if one.field is CorrectedField.COUNTED:
        return "a rep"
    return _value(getattr(rep, one.field.value, None))


def _value(value: bool | float | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return degrees(value)
