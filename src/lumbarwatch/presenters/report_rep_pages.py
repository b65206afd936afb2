"""The pages after the first: every rep, corrections, notes, calibration and limits."""

from collections.abc import Mapping
from types import MappingProxyType

from lumbarwatch.core.limits import (
    Context,
    arched_limits,
    extension_limits,
    lockout_limits,
    target_limits,
    tuck_limits,
    usable_lam_max_deg,
)
from lumbarwatch.core.supine import lambda_shift_deg, tilt_shift_deg
from lumbarwatch.core.uncertainty import BUDGET
from lumbarwatch.model.document import (
    Align,
    Block,
    Cell,
    Column,
    Columns,
    Line,
    Lines,
    Page,
    Section,
    Table,
)
from lumbarwatch.model.session import Calibration, CalibrationSource
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters import report_words as words
from lumbarwatch.presenters.report_data import SessionFacts
from lumbarwatch.presenters.report_findings import finding_table
from lumbarwatch.presenters.report_marks import median_of
from lumbarwatch.presenters.report_rep_charts import rep_charts
from lumbarwatch.presenters.report_rep_table import correction_table, hindsight_table, rep_table
from lumbarwatch.presenters.words import CALIBRATION


def rep_pages(facts: SessionFacts, beside: SessionFacts | None) -> tuple[Page, ...]:
    """Return the pages on which every rep stands, with what it was judged by."""
    blocks: list[Block] = []
    if facts.reps:
        _, _, lockout = rep_charts(facts)
        blocks += [
            Section("Limits exceeded", (Columns(((finding_table(facts),), (lockout,)), (0.6, 0.4)),)),
            Section("Every rep", (rep_table(facts),)),
        ]
    if beside is not None:
        blocks.append(Section("With hindsight (refined, not causal)", (hindsight_table(facts, beside),)))
    if facts.corrections:
        blocks.append(Section("Corrections by hand", (correction_table(facts),)))
    if facts.notes or facts.session.note:
        blocks.append(Section("Notes", (Lines(tuple(_notes(facts))),)))
    blocks.append(Section("Calibration and limits used", (Lines(_calibration(facts)), _limit_table(facts))))
    what = "Reps" if facts.reps else "Session"
    return (Page(tuple(blocks), title=f"{what} of {words.when(facts.session.started_at_utc_ns)}"),)


def _notes(facts: SessionFacts) -> list[Line]:
    lines = [
        Line(note.text, f"{words.when(note.at_utc_ns)}{f', {note.author}' if note.author else ''}")
        for note in facts.notes
    ]
    return [Line(facts.session.note), *lines] if facts.session.note else lines


def _source(calibration: Calibration) -> str:
    if calibration.source is CalibrationSource.NONE:
        return "none. The limits of angles below were not applied."
    return f"{calibration.source.value}, {'valid' if calibration.valid else 'not valid'}."


def _calibration(facts: SessionFacts) -> tuple[Line, ...]:
    calibration = facts.calibration
    lines = [Line(_source(calibration), "Source")]
    lines += [Line(CALIBRATION[reason]) for reason in calibration.reasons]
    own, reference = calibration.own_range, calibration.reference
    if calibration.supine is not None:
        less = calibration.supine
        tilt, lumbar = (words.degrees(one) for one in (tilt_shift_deg(less), lambda_shift_deg(less)))
        said = f"lying face up: tilt reads {tilt} and lumbar {lumbar} less than from standing."
        lines.append(Line(said, "Zero"))
    if own is not None:
        arch, tuck = own.lam_max_deg - own.standing_deg, own.tau_max_deg + own.standing_deg
        spread = f"± {words.number(own.spread_deg, 1)}°"
        lines.append(
            Line(
                f"arch {words.degrees(arch)}, tuck {words.degrees(tuck)} from standing (spread {spread}).",
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


_OTHERS: Mapping[WarningId, str] = MappingProxyType(
    {
        WarningId.W3: "amber below 80 %, red below 70 % of the range",
        WarningId.W3B: "amber above 8°, red above 12° if arched at the top",
        WarningId.W4: "amber below 1.0 s, red below 0.60 s or an impact above 1.8 g",
        WarningId.W4B: "6°",
        WarningId.W5: "amber above 4°, red above 7° twice",
        WarningId.W6: "amber above 4°, red above 6° or a quarter of the own arch",
        WarningId.W7: "amber above 1.3 ×, red above 1.6 ×",
    }
)
"""Defaults that are the same for everybody (definitions 5)."""


def _limit_table(facts: SessionFacts) -> Table:
    """Return the limits of the angles as they were used: those of definitions, or the athlete's own."""
    context = Context(
        facts.calibration,
        facts.limits,
        stated_tilt_deg=median_of(facts.reps, "tilt_sigma_deg"),
        stated_lambda_deg=median_of(facts.reps, "lambda_sigma_deg"),
    )
    reference, tilt = lockout_limits(context)
    used = [
        (WarningId.W1, tilt),
        (WarningId.W1B, arched_limits(context)),
        (WarningId.W2, extension_limits(context)),
    ]
    if facts.limits.tuck_training and (target := target_limits(context)) is not None:
        used.insert(2, (WarningId.W1C, target))
    if (tuck := tuck_limits(context)) is not None:
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
    rows += [
        (
            Cell(words.title_of(id_)),
            Cell(_limit(id_, limit.amber)),
            Cell(_limit(id_, limit.red)),
            Cell(words.UNKNOWN),
            Cell("the athlete's own limit"),
        )
        for id_, limit in facts.limits.overrides.items()
        if id_ in _OTHERS
    ]
    defaults = [f"{id_.value} {text}" for id_, text in _OTHERS.items() if id_ not in own]
    others = f"Others: {'; '.join(defaults)}. " if defaults else ""
    return Table(
        (
            Column("Warning", "", Align.LEFT, 2.4),
            Column("Amber", "", width=0.9),
            Column("Red", "", width=0.9),
            Column("Sigma", "", width=0.9),
            Column("Basis", "", Align.LEFT, 2.6),
        ),
        tuple(rows),
        f"{others}Red needs 1.64 sigma beyond its limit, but for W7 and an impact.",
    )


def _limit(id_: WarningId, value: float | None) -> str:
    return words.UNKNOWN if value is None else words.of_warning(id_, value)


def _basis(id_: WarningId, reference: float, calibration: Calibration) -> str:
    if id_ is WarningId.W1:
        return f"from the reference lockout {words.degrees(reference)}" if reference else "from level"
    own = calibration.own_range
    if own is None:
        return "absolute: own range not measured"
    if usable_lam_max_deg(calibration) is None and id_ is not WarningId.W1C:
        return f"absolute: own range too small to grade by (arch {words.degrees(own.lam_max_deg)})"
    return f"own range: arch {words.degrees(own.lam_max_deg)}, tuck {words.degrees(own.tau_max_deg)}"
