"""A session's angles rep by rep, against the limits they were judged by."""

from collections.abc import Callable

from lumbarwatch.core.limits import Context, arched_limits, extension_limits, lockout_limits
from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.document import (
    Chart,
    Level,
    Mark,
    Point,
    Tick,
)
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.verdicts import Level as WarningLevel
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.report_data import SessionFacts
from lumbarwatch.presenters.report_marks import LOW_IS_BAD, MARK_NAMES, correction
from lumbarwatch.presenters.report_words import (
    degrees,
)


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
    if correction(facts, rep, CorrectedField.COUNTED, True) is False:
        return Mark.VOID
    for warning in rep.warnings:
        if warning.id is id_:
            return Mark.RED if warning.level is WarningLevel.RED else Mark.AMBER
    skipped = any(one.id is id_ for one in rep.not_graded)
    return Mark.UNKNOWN if skipped or not rep.graded else Mark.GOOD
