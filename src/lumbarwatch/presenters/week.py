"""A coach's week: who trained, and what changed against the weeks before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lumbarwatch.core.trends import by_exercise, compare, stiffness_recurs
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.trends import Answer, Change, Quantity, Scope, SessionPoint
from lumbarwatch.presenters.history import felt_words, started_at
from lumbarwatch.presenters.report_words import QUANTITIES, of_quantity, words_of_exercise
from lumbarwatch.presenters.trends import CHANGED, SYMBOLS, pooled

Row = dict[str, str | int | float | None]

WEEKS_BEFORE: Final = 4
"""What a week is held against (convention)."""

NS_PER_DAY: Final = 86_400_000_000_000

LOOKED_AT: Final = (
    Quantity.TILT_LOCKOUT,
    Quantity.LAMBDA_LOCKOUT,
    Quantity.LAMBDA_PEAK,
    Quantity.SHARE_RED,
    Quantity.ECCENTRIC,
    Quantity.BAR,
    Quantity.DOSE,
    Quantity.PAIN,
)
"""What is named when it changed by more than the MDC."""

ANGLES: Final = (Quantity.TILT_LOCKOUT, Quantity.LAMBDA_LOCKOUT, Quantity.LAMBDA_PEAK)

NO_CHANGE: Final = "≈ within noise"
NOTHING_KNOWN: Final = "? not enough data"
NEW: Final = "? not enough data: no session in the four weeks before"


@dataclass(frozen=True, slots=True)
class Trained:
    """What an athlete did in a week."""

    name: str
    sessions: int
    reps: int
    red: int
    last_utc_ns: int


def week_row(one: Trained, points: Sequence[SessionPoint], since_utc_ns: int) -> Row:
    """Return an athlete's week as a row.

    Parameters
    ----------
    points
        The athlete's sessions of the week and the weeks before.
    since_utc_ns
        When the week began.
    """
    week = [point for point in points if point.started_at_utc_ns >= since_utc_ns]
    return {
        "Athlete": one.name,
        "Last trained": started_at(one.last_utc_ns).strftime("%a %Y-%m-%d %H:%M"),
        "Sessions": one.sessions,
        "Reps": one.reps,
        "Reps with red": one.red,
        "What changed": "; ".join(changes(points, since_utc_ns)),
        "Symptoms": symptom_words(week, points),
    }


def changes(points: Sequence[SessionPoint], since_utc_ns: int) -> list[str]:
    """Return what changed by more than the MDC between sessions, by exercise; "within noise" is an answer."""
    found: list[str] = []
    exercises = by_exercise(points)
    for exercise, own in exercises.items():
        week = [point for point in own if point.started_at_utc_ns >= since_utc_ns]
        if not week:
            continue
        prefix = f"{words_of_exercise(exercise)}: " if len(exercises) > 1 else ""
        before = [point for point in own if point.started_at_utc_ns < since_utc_ns]
        found += [prefix + text for text in _changed(before, week)]
    return found


def _changed(before: Sequence[SessionPoint], week: Sequence[SessionPoint]) -> list[str]:
    was, now = pooled(before), pooled(week)
    if was is None or now is None:
        return [NEW]
    compared = compare(was, now, Scope.BETWEEN_SESSIONS)
    moved = [compared[quantity] for quantity in LOOKED_AT if compared[quantity].answer in CHANGED]
    return [
        f"{SYMBOLS[one.answer]} {QUANTITIES[one.quantity][0].lower()} "
        f"{of_quantity(one.quantity, one.before)} → {of_quantity(one.quantity, one.after)}"
        for one in moved
    ] or [_nothing_named(compared)]


def _nothing_named(compared: Mapping[Quantity, Change]) -> str:
    """Nothing moved by more than the MDC; what could not be compared is not called noise."""
    unknown = {one for one in LOOKED_AT if compared[one].answer is Answer.NOT_ENOUGH_DATA}
    if unknown == set(LOOKED_AT):
        return NOTHING_KNOWN
    return f"{NO_CHANGE}; angles: not enough data" if unknown.issuperset(ANGLES) else NO_CHANGE


def symptom_words(week: Sequence[SessionPoint], points: Sequence[SessionPoint]) -> str:
    """Return the worst that was felt in the week, and whether stiffness comes again."""
    kind: SymptomKind | None = None
    if any(point.pain is not None or point.stiff is not None for point in week):
        kind = SymptomKind.NONE
    if any(point.stiff for point in week):
        kind = SymptomKind.STIFF
    pain = max((point.pain for point in week if point.pain is not None), default=0.0)
    if pain > 0.0 or any(
        point.pain is None and point.stiff is not None for point in week
    ):  # without a number
        kind = SymptomKind.PAIN
    words = felt_words(kind, round(pain) if pain > 0.0 else None)
    return f"{words}; stiff in two of the last three sessions" if stiffness_recurs(points) else words
