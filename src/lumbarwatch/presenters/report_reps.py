"""What was done and found in a session, in short: key figures, sets, dose."""

from collections import Counter
from statistics import median

from lumbarwatch.core.uncertainty import BUDGET
from lumbarwatch.model.document import (
    Align,
    Cell,
    Column,
    Figure,
    Figures,
    Line,
    Mark,
    Row,
    Table,
)
from lumbarwatch.model.motion import SetExtra
from lumbarwatch.presenters.report_data import SessionFacts
from lumbarwatch.presenters.report_marks import MARK_NAMES, counted, mark_of, median_of, why_not
from lumbarwatch.presenters.report_words import (
    UNKNOWN,
    degrees,
    kilo_dose,
    mass,
    moment,
    number,
    plural,
    seconds,
)

MOST_SETS = 7
"""Sets shown on the first page; the rest is with the reps (convention)."""


def figures(facts: SessionFacts) -> Figures:
    """Return the medians over the full, graded reps."""
    full = [rep for rep in counted(facts) if rep.graded and not rep.partial]
    tilt, tilt_sigma = median_of(full, "tilt_lockout_deg"), median_of(full, "tilt_sigma_deg")
    lam, lam_sigma = median_of(full, "lambda_lockout_deg"), median_of(full, "lambda_sigma_deg")
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
    extra = facts.set_facts.get(set_number, SetExtra(set_number))
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
        Cell(degrees(median_of(full, "tilt_lockout_deg"), median_of(full, "tilt_sigma_deg"))),
        Cell(degrees(median_of(full, "lambda_lockout_deg"), median_of(full, "lambda_sigma_deg"))),
        Cell(seconds(median(down)) if down else UNKNOWN),
        _count(marks[Mark.RED], Mark.RED),
        _count(marks[Mark.AMBER], Mark.AMBER),
        _count(marks[Mark.UNKNOWN], Mark.UNKNOWN),
        Cell(moment(extra.peak_moment_nm, extra.peak_sigma_nm)),
    )


def _count(count: int, mark: Mark) -> Cell:
    return Cell(str(count), mark if count else Mark.PLAIN)


def dose_words(facts: SessionFacts) -> str:
    """Return the session's dose with its sigma, and how many reps it lacks; empty without a load."""
    known = [one for one in facts.set_facts.values() if one.dose_n2m2s is not None]
    if not any(one.dose_n2m2s for one in known):
        return ""
    dose = sum(one.dose_n2m2s or 0.0 for one in known)
    missing = sum(one.dose_unknown_reps or 0 for one in known)
    words = f"{kilo_dose(dose, dose_sigma_n2m2s(facts))} ·10⁶ N²m²s"
    return f"{words}, a lower bound: {plural(missing, 'rep')} without load" if missing else words


def dose_sigma_n2m2s(facts: SessionFacts) -> float | None:
    """Return one sigma of the session's dose: what is unsure is the same in all sets, so theirs add up."""
    return sum(one.dose_sigma_n2m2s or 0.0 for one in facts.set_facts.values()) or None
