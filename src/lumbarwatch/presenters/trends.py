"""An athlete's course for the page: chart data of each quantity, and every change judged against its MDC.

Within a session (the sensors stayed on) and between sessions (re-applied) have different minimal detectable
changes and are never mixed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median
from types import MappingProxyType
from typing import Final

from lumbarwatch.core.trends import by_exercise, compare, trend
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.trends import Answer, Change, Quantity, Scope, SessionPoint, Trend
from lumbarwatch.presenters.report_words import (
    ANSWERS,
    NO_DIRECTION,
    QUANTITIES,
    SCALES,
    SIGNED,
    UNKNOWN,
    is_without_direction,
    of_quantity,
    plural,
)

Row = dict[str, str | int | float | None]

NS_PER_MS: Final = 1_000_000
NS_PER_DAY: Final = 86_400_000_000_000

GROUPS: Final[Mapping[str, tuple[Quantity, ...]]] = MappingProxyType(
    {
        "Angles": (Quantity.TILT_LOCKOUT, Quantity.LAMBDA_LOCKOUT, Quantity.LAMBDA_PEAK, Quantity.DRIFT),
        "Verdicts": (Quantity.SHARE_RED, Quantity.SHARE_AMBER, Quantity.SHARE_NOT_GRADED),
        "Tempo and load": (Quantity.ECCENTRIC, Quantity.BAR, Quantity.DOSE),
        "Own range": (Quantity.OWN_ARCH, Quantity.OWN_TUCK, Quantity.HABIT),
        "Symptoms": (Quantity.PAIN,),
    }
)
"""Charts that are looked at together."""

WITHIN_QUANTITIES: Final = (
    Quantity.TILT_LOCKOUT, Quantity.LAMBDA_LOCKOUT, Quantity.LAMBDA_PEAK, Quantity.ECCENTRIC,
)  # fmt: skip
"""What can be compared from the first to the last set of a session."""

CHANGED: Final = frozenset({Answer.IMPROVED, Answer.WORSENED, Answer.INCREASED, Answer.DECREASED})

SYMBOLS: Final[Mapping[Answer, str]] = MappingProxyType(
    {
        Answer.IMPROVED: "▲",
        Answer.WORSENED: "▼",
        Answer.INCREASED: "↗",
        Answer.DECREASED: "↘",
        Answer.WITHIN_NOISE: "≈",
        Answer.NOT_ENOUGH_DATA: "?",
    }
)

EXPLAINED: Final = (
    "Grey band: the minimal detectable change (MDC) about the line's start; inside it, a change can't be "
    "told from re-measuring. Line: robust (Theil-Sen), broken at pauses over four weeks. Small marks: "
    "the single sets. Without clear direction: beyond the MDC, but the slope may have either sign."
)


@dataclass(frozen=True, slots=True)
class CourseChart:
    """All that one chart draws; times in ms since 1970 UTC, values in the unit shown."""

    quantity: Quantity
    title: str
    unit: str
    sentence: str
    answer: Answer
    sessions: tuple[Row, ...]  # t, value, day
    sets: tuple[Row, ...]  # t, value, set
    line: tuple[Row, ...]  # t, value, piece
    band: tuple[Row, ...]  # t, t_end, low, high
    pauses: tuple[Row, ...]  # t, t_end, weeks


def courses(points: Sequence[SessionPoint]) -> Mapping[str, tuple[SessionPoint, ...]]:
    """Return the sessions by exercise, the most trained first, each in the order of time."""
    found = by_exercise(points)
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def headline(points: Sequence[SessionPoint], quantity: Quantity) -> tuple[str, str, str]:
    """Return a quantity's name, its newest value, and the judgement with its figures."""
    newest = next((v for p in reversed(points) if (v := _raw(p, quantity)) is not None), None)
    return QUANTITIES[quantity][0], of_quantity(quantity, newest), trend_sentence(trend(points, quantity))


def judged(answer: Answer) -> str:
    """Return ``improved beyond the MDC``, ``within noise`` or ``not enough data``."""
    return f"{ANSWERS[answer]} beyond the MDC" if answer in CHANGED else ANSWERS[answer]


def symbolled(answer: Answer) -> str:
    """Return the judgement with its symbol, so that it does not depend on a colour."""
    return f"{SYMBOLS[answer]} {judged(answer)}"


def _symbolled_trend(found: Trend) -> str:
    return f"~ {NO_DIRECTION}" if is_without_direction(found) else symbolled(found.answer)


def course_chart(
    points: Sequence[SessionPoint], sets: Sequence[tuple[int, SessionPoint]], quantity: Quantity
) -> CourseChart:
    """Return the chart of one quantity over an athlete's sessions of one exercise.

    Parameters
    ----------
    sets
        Set number and point of every set; may be empty.
    """
    found = trend(points, quantity)
    name, unit, _ = QUANTITIES[quantity]
    return CourseChart(
        quantity=quantity,
        title=name,
        unit=unit.strip(),
        sentence=trend_sentence(found),
        answer=found.answer,
        sessions=tuple(
            {"t": _ms(point), "value": value, "shown": of_quantity(quantity, _raw(point, quantity))}
            for point in points
            if (value := _scaled(quantity, _raw(point, quantity))) is not None
        ),
        sets=tuple(
            {"t": _ms(point), "value": value, "set": number}
            for number, point in sets
            if (value := _scaled(quantity, _raw(point, quantity))) is not None
        ),
        line=_line(found),
        band=_band(found),
        pauses=tuple(
            {"t": a // NS_PER_MS, "t_end": b // NS_PER_MS, "weeks": pause_words(a, b)}
            for a, b in found.breaks
        ),
    )


def trend_sentence(found: Trend) -> str:
    """Return the judgement of a trend with its figures."""
    if found.answer is Answer.NOT_ENOUGH_DATA:
        return f"{symbolled(found.answer)} ({plural(found.known, 'session')})"
    change = of_quantity(found.quantity, found.change, signed=True)
    mdc = of_quantity(found.quantity, found.mdc, signed=False)
    return f"{_symbolled_trend(found)}: {change} over {_weeks(found)}, MDC {mdc}"


def pause_words(from_utc_ns: int, to_utc_ns: int) -> str:
    """Return ``pause of 6 weeks``."""
    return f"pause of {plural(round((to_utc_ns - from_utc_ns) / (7 * NS_PER_DAY)), 'week')}"


def between_rows(points: Sequence[SessionPoint]) -> list[Row]:
    """Return each quantity's course between sessions, judged."""
    rows: list[Row] = []
    for quantity in Quantity:
        found = trend(points, quantity)
        newest = next((v for p in reversed(points) if (v := _raw(p, quantity)) is not None), None)
        rows.append(
            {
                "Quantity": QUANTITIES[quantity][0],
                "Judgement": _symbolled_trend(found),
                "Change": of_quantity(quantity, found.change, signed=True),
                "MDC between sessions": of_quantity(quantity, found.mdc, signed=False),
                "Newest": of_quantity(quantity, newest),
                "Sessions": found.known,
            }
        )
    return rows


def within_rows(sets: Sequence[SessionPoint]) -> list[Row]:
    """Return what changed from the first to the last set of one session, the sensors staying on."""
    if len(sets) < 2:
        return []
    changes = compare(sets[0], sets[-1], Scope.WITHIN_SESSION)
    return [
        change_row(changes[quantity], "First set", "Last set", "MDC within a session")
        for quantity in WITHIN_QUANTITIES
    ]


def compare_rows(before: SessionPoint, after: SessionPoint) -> list[Row]:
    """Return two sessions side by side, the sensors re-applied in between."""
    changes = compare(before, after, Scope.BETWEEN_SESSIONS)
    return [change_row(changes[one], "Earlier", "Later", "MDC between sessions") for one in Quantity]


def two_session_rows(earlier: Sequence[Rep], later: Sequence[Rep]) -> list[Row]:
    """Return both sessions' reps numbered through, for a chart; reps without angles are left out."""
    return [
        {
            "session": name,
            "set": rep.set_number,
            "rep": number,
            "tilt": rep.tilt_lockout_deg,
            "lumbar": rep.lambda_lockout_deg,
        }
        for name, reps in (("Earlier", earlier), ("Later", later))
        for number, rep in enumerate(reps, start=1)
        if rep.graded and not rep.partial
    ]


def change_row(change: Change, before: str, after: str, mdc: str) -> Row:
    """Return a change as a row under the given headings."""
    quantity = change.quantity
    known = change.before is not None and change.after is not None
    moved = None if change.before is None or change.after is None else change.after - change.before
    return {
        "Quantity": QUANTITIES[quantity][0],
        before: of_quantity(quantity, change.before),
        after: of_quantity(quantity, change.after),
        "Change": of_quantity(quantity, moved, signed=True) if known else UNKNOWN,
        mdc: of_quantity(quantity, change.mdc, signed=False),
        "Judgement": symbolled(change.answer),
    }


def pooled(points: Sequence[SessionPoint]) -> SessionPoint | None:
    """Return sessions of one exercise as one: medians of what is known, the worst of symptoms."""
    if not points:
        return None
    values = {
        quantity.value: median(known)
        for quantity in Quantity
        if quantity is not Quantity.PAIN and (known := _known(points, quantity))
    }
    said = [point.stiff for point in points if point.stiff is not None]
    return replace(
        points[-1],
        **values,
        reps=round(median(point.reps for point in points)),
        pain=max((point.pain for point in points if point.pain is not None), default=None),
        stiff=any(said) if said else None,
    )


def is_signed(quantity: Quantity) -> bool:
    """Whether zero is in the middle of a quantity's scale."""
    return quantity in SIGNED


def _raw(point: SessionPoint, quantity: Quantity) -> float | None:
    return getattr(point, quantity)


def _known(points: Sequence[SessionPoint], quantity: Quantity) -> list[float]:
    return [value for point in points if (value := _raw(point, quantity)) is not None]


def _scaled(quantity: Quantity, value: float | None) -> float | None:
    return None if value is None else value * SCALES.get(quantity, 1.0)


def _ms(point: SessionPoint) -> int:
    return point.started_at_utc_ns // NS_PER_MS


def _weeks(found: Trend) -> str:
    span = (found.last_utc_ns or 0) - (found.first_utc_ns or 0)
    days = round(span / NS_PER_DAY)
    return plural(days, "day") if days < 14 else plural(round(days / 7), "week")


def _line(found: Trend) -> tuple[Row, ...]:
    """The robust line in pieces between the pauses."""
    if found.start is None or found.end is None or found.first_utc_ns is None or found.last_utc_ns is None:
        return ()
    first, last = found.first_utc_ns, found.last_utc_ns
    edges = [first, *(edge for pause in found.breaks for edge in pause), last]
    slope = (found.end - found.start) / (last - first)
    return tuple(
        {
            "t": at // NS_PER_MS,
            "value": _scaled(found.quantity, found.start + slope * (at - first)),
            "piece": number // 2,
        }
        for number, at in enumerate(edges)
    )


def _band(found: Trend) -> tuple[Row, ...]:
    if found.start is None or found.mdc is None or found.first_utc_ns is None or found.last_utc_ns is None:
        return ()
    scale = SCALES.get(found.quantity, 1.0)
    return (
        {
            "t": found.first_utc_ns // NS_PER_MS,
            "t_end": found.last_utc_ns // NS_PER_MS,
            "low": (found.start - found.mdc) * scale,
            "high": (found.start + found.mdc) * scale,
        },
    )
