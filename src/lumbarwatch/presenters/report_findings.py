"""Limits exceeded in a session, kind by kind."""

from collections import Counter
from collections.abc import Sequence

from lumbarwatch.core.cues import CUE_PRIORITY
from lumbarwatch.model.document import (
    Align,
    Cell,
    Column,
    Line,
    Mark,
    Table,
)
from lumbarwatch.model.verdicts import Level as WarningLevel
from lumbarwatch.model.verdicts import NotGradedReason, WarningId, WarningVerdict
from lumbarwatch.presenters.report_data import SessionFacts
from lumbarwatch.presenters.report_marks import LOW_IS_BAD
from lumbarwatch.presenters.report_words import (
    of_warning,
    plural,
    title_of,
)
from lumbarwatch.presenters.words import NOT_GRADED

AGAINST_REFERENCE_DEG = -4.0
"""W1's limit where the reference thrusts apply (definitions 5)."""


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
        gravest = [one for one in verdicts if one.level is WarningLevel.RED] or list(verdicts)
        timed = [one for one in gravest if not _is_impact(one)]  # an impact is no time
        self.worst = max(timed, key=lambda one: sign * one.value) if timed else max(gravest, key=_value)

    @property
    def mark(self) -> Mark:
        """Red if any was."""
        return Mark.RED if self.red else Mark.AMBER


def _is_impact(one: WarningVerdict) -> bool:
    return one.id is WarningId.W4 and one.sigma == 0.0


def _value(one: WarningVerdict) -> float:
    return one.value


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
    return text + f"worst {of_warning(one.id, one.worst.value, one.worst.sigma)}, {_limit(one, facts)}."


def _limit(one: Finding, facts: SessionFacts) -> str:
    relative = (
        one.id is WarningId.W1
        and one.worst.limit == AGAINST_REFERENCE_DEG
        and facts.limits.get(WarningId.W1) is None  # an own limit is absolute
    )
    against = "from own reference, limit" if relative else "limit"
    return f"{against} {of_warning(one.id, one.worst.limit, 0.0 if one.worst.sigma == 0.0 else None)}"


def finding_table(facts: SessionFacts) -> Table:
    """Return every kind of warning with its worst value."""
    rows = tuple(
        (
            Cell(title_of(one.id), one.mark),
            Cell(str(one.red)),
            Cell(str(one.amber)),
            Cell(of_warning(one.id, one.worst.value, one.worst.sigma)),
            Cell(_limit(one, facts)),
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
