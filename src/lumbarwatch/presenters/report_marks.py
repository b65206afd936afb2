"""What a rep says as a whole, corrections by hand included."""

from collections import Counter
from collections.abc import Sequence
from statistics import median

from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.document import (
    Mark,
)
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.verdicts import Level as WarningLevel
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.report_data import SessionFacts
from lumbarwatch.presenters.words import NOT_GRADED

LOW_IS_BAD = frozenset({WarningId.W1, WarningId.W1C, WarningId.W3, WarningId.W4})

MARK_NAMES = {
    Mark.GOOD: "within limits",
    Mark.AMBER: "amber",
    Mark.RED: "red",
    Mark.UNKNOWN: "not graded",
    Mark.VOID: "no rep, by hand",
}


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
    return tuple(
        rep for rep in facts.reps if correction(facts, rep, CorrectedField.COUNTED, True) is not False
    )


def correction(facts: SessionFacts, rep: Rep, field: CorrectedField, otherwise: object = None) -> object:
    """Return the latest hand-corrected value of a rep's field, or ``otherwise``."""
    found = [
        one
        for one in facts.corrections
        if (one.set_number, one.rep_number, one.field) == (rep.set_number, rep.rep_number, field)
    ]
    return max(found, key=lambda one: one.at_utc_ns).value if found else otherwise


def median_of(reps: Sequence[Rep], name: str) -> float | None:
    """Return the median of a field over the reps in which it is known."""
    values = [value for rep in reps if (value := getattr(rep, name)) is not None]
    return median(values) if values else None


def why_not(reps: Sequence[Rep]) -> str:
    """Return the commonest reasons for which reps were not graded at all."""
    reasons = Counter(
        reason for rep in reps if not rep.graded for reason in {one.reason for one in rep.not_graded}
    )
    return ", ".join(NOT_GRADED[reason] for reason, _ in reasons.most_common(2)) or "reason not known"
