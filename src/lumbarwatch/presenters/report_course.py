"""An athlete's course in a report: every change against what re-measuring alone can bring about."""

from collections.abc import Sequence
from math import inf
from statistics import median

from lumbarwatch.core.dose import DAYS_OF_HISTORY, LEAST_EARLIER_SESSIONS, NS_PER_DAY, SESSION_DOSE_LIMIT
from lumbarwatch.core.trends import (
    LEAST_SESSIONS,
    LORDOSIS_MDC_RANGE_DEG,
    MDC90,
    SHARES,
    minimal_detectable_change,
    trend,
    trends,
)
from lumbarwatch.model.document import Align, Band, Cell, Chart, Column, Line, Mark, Point, Table, Tick
from lumbarwatch.model.session import Limit
from lumbarwatch.model.trends import Answer, Quantity, Scope, SessionPoint, Trend
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.report_words import (
    ANSWER_MARKS,
    ANSWERS,
    NO_DIRECTION,
    QUANTITIES,
    SCALES,
    UNKNOWN,
    answered,
    bare,
    day,
    kilo_dose,
    number,
    of_quantity,
    of_warning,
    percent,
    plural,
    short_day,
    when,
    with_sigma,
)

FIRST_PAGE = (
    Quantity.TILT_LOCKOUT,
    Quantity.LAMBDA_LOCKOUT,
    Quantity.LAMBDA_PEAK,
    Quantity.OWN_TUCK,
    Quantity.HABIT,
    Quantity.SHARE_RED,
    Quantity.ECCENTRIC,
    Quantity.DRIFT,
    Quantity.DOSE,
)
"""What a clinician looks at first; the athlete's report has all."""

IN_SHORT = (Quantity.TILT_LOCKOUT, Quantity.LAMBDA_LOCKOUT, Quantity.OWN_TUCK)

HABIT_NAMED = 0.8
"""Standing habit from which it is named (definitions 3)."""

POINT_MARK_NAMES = {Mark.PLAIN: "session", Mark.GOOD: "newest"}

NOTE = (
    f"Change: along a robust line (Theil-Sen) through all sessions of this lift. A change counts when it "
    f"exceeds the MDC and the slope's 90 % interval has one sign, else it is {NO_DIRECTION}; under "
    f"{LEAST_SESSIONS} sessions there is not enough data. "
    f"Lumbar MDC between sessions: {LORDOSIS_MDC_RANGE_DEG[0]:.0f} to {LORDOSIS_MDC_RANGE_DEG[1]:.0f}° is "
    "published for re-applied standing lordosis; the middle is used."
)


def course_table(points: Sequence[SessionPoint], wanted: Sequence[Quantity] = FIRST_PAGE) -> Table:
    """Return each quantity's newest value, its change over the sessions, the MDC, and what can be said."""
    found = trends(points)
    rows = tuple(
        (
            Cell(_named(quantity)),
            Cell(_newest(quantity, points)),
            Cell(bare(quantity, found[quantity].change, signed=True)),
            Cell(bare(quantity, found[quantity].mdc, signed=False)),
            Cell(str(found[quantity].known)),
            Cell(answered(found[quantity]), ANSWER_MARKS[found[quantity].answer]),
        )
        for quantity in wanted
    )
    return Table(
        (
            Column("Quantity", "", Align.LEFT, 2.9),
            Column("Newest", "± σ", width=1.55),
            Column("Change", "", width=1.0),
            Column("MDC", "", width=0.9),
            Column("Sessions", "", width=1.0),
            Column("Answer", "", Align.LEFT, 1.5),
        ),
        rows,
    )


def _named(quantity: Quantity) -> str:
    name, unit, _ = QUANTITIES[quantity]
    return f"{name} ({unit.strip(' ·')})" if quantity is Quantity.DOSE else name


def _newest(quantity: Quantity, points: Sequence[SessionPoint]) -> str:
    """The newest value with the sigma that its MDC comes from; a dose and a pain have none here."""
    value = getattr(points[-1], quantity) if points else None
    if value is None or quantity in (Quantity.DOSE, Quantity.PAIN):
        return bare(quantity, value)
    sigma = minimal_detectable_change(quantity, points, Scope.BETWEEN_SESSIONS) / MDC90
    return f"{of_quantity(quantity, value)} ± {of_quantity(quantity, sigma, signed=False)}"


def course_lines(points: Sequence[SessionPoint]) -> list[Line]:
    """Return the course of the angles in sentences."""
    if not points:
        return [Line("not enough data: nobody is named for this session.", "Trend", Mark.UNKNOWN)]
    found = [trend(points, quantity) for quantity in IN_SHORT]
    unknown = [one for one in found if one.answer is Answer.NOT_ENOUGH_DATA]
    if len(unknown) == len(found):
        return [
            Line(
                f"not enough data ({plural(max(one.known for one in found), 'session')}, "
                f"{LEAST_SESSIONS} are needed).",
                "Trend",
                Mark.UNKNOWN,
            )
        ]
    parts = [_sentence(one) for one in found]
    mark = next(
        (ANSWER_MARKS[one.answer] for one in found if one.answer in (Answer.WORSENED, Answer.IMPROVED)),
        Mark.PLAIN,
    )
    zero = zero_words(points)
    said = "; ".join(parts) + f". Over {_span(points)}."
    return [Line(said, "Trend", mark), *([Line(zero, "Zero")] if zero else [])]


def zero_words(points: Sequence[SessionPoint]) -> str:
    """Say from where the angles of a course are told, where the sessions' own zero is another."""
    lying = sum(point.supine_zero for point in points)
    if not lying:
        return ""
    return f"{lying} of {len(points)} sessions have a zero lying face up; all angles here are from standing."


def _sentence(one: Trend) -> str:
    name = QUANTITIES[one.quantity][0]
    name = name[0].lower() + name[1:]
    if one.answer is Answer.NOT_ENOUGH_DATA:
        return f"{name} not enough data"
    change = of_quantity(one.quantity, one.change, signed=True)
    return f"{name} {answered(one)} ({change}, MDC {of_quantity(one.quantity, one.mdc, signed=False)})"


def _span(points: Sequence[SessionPoint]) -> str:
    return f"{plural(len(points), 'session')} since {day(points[0].started_at_utc_ns)}"


def course_chart(points: Sequence[SessionPoint], quantity: Quantity, sigma: float | None = None) -> Chart:
    """Return a quantity over time: points, robust line, and the band of the MDC about the line's start."""
    name, unit, decimals = QUANTITIES[quantity]
    scale = SCALES.get(quantity, 1.0)
    known = [point for point in points if getattr(point, quantity) is not None]
    found = trend(points, quantity)
    drawn = tuple(
        Point(
            _days(point, points),
            getattr(point, quantity) * scale,
            sigma,
            Mark.GOOD if point is points[-1] else Mark.PLAIN,
        )
        for point in known
    )
    bands: tuple[Band, ...] = ()
    curve: tuple[tuple[tuple[float, float], ...], ...] = ()
    caption = f"{ANSWERS[Answer.NOT_ENOUGH_DATA].capitalize()}: {plural(len(known), 'session')}."
    if found.start is not None and found.end is not None and found.mdc is not None and known:
        x0, x1 = drawn[0].x, drawn[-1].x
        start, end, mdc = found.start * scale, found.end * scale, found.mdc * scale
        floor, ceiling = (0.0, 100.0) if quantity in SHARES else (-inf, inf)
        bands = (Band(max(start - mdc, floor), min(start + mdc, ceiling), x0, x1),)
        curve = _pieces(found, known, points, start, end)
        caption = (
            f"{answered(found).capitalize()}: {of_quantity(quantity, found.change, signed=True)}, "
            f"MDC {of_quantity(quantity, found.mdc, signed=False)} (band about the line's start)."
        )
    return Chart(
        title=name,
        unit=unit.strip(),
        points=drawn,
        bands=bands,
        curve=curve,
        ticks=_ticks(points),
        names=POINT_MARK_NAMES,
        caption=caption,
        empty="No session in which it is known.",
        least_span=_least_span(quantity),
        height=0.5,
        decimals=0
        if quantity is not Quantity.ECCENTRIC and quantity is not Quantity.DOSE
        else min(decimals, 1),
    )


def _pieces(
    found: Trend, known: Sequence[SessionPoint], points: Sequence[SessionPoint], start: float, end: float
) -> tuple[tuple[tuple[float, float], ...], ...]:
    """The robust line, broken at long pauses."""
    first, last = known[0].started_at_utc_ns, known[-1].started_at_utc_ns
    stops = [first, *(edge for pause in found.breaks for edge in pause), last]
    slope = (end - start) / max(1, last - first)

    def at(utc_ns: int) -> tuple[float, float]:
        return (utc_ns - points[0].started_at_utc_ns) / NS_PER_DAY, start + slope * (utc_ns - first)

    return tuple((at(a), at(b)) for a, b in zip(stops[::2], stops[1::2], strict=True) if b > a)


def _days(point: SessionPoint, points: Sequence[SessionPoint]) -> float:
    return (point.started_at_utc_ns - points[0].started_at_utc_ns) / NS_PER_DAY


def _ticks(points: Sequence[SessionPoint]) -> tuple[Tick, ...]:
    """First, last, and the middle where there is room."""
    if not points:
        return ()
    span = points[-1].started_at_utc_ns - points[0].started_at_utc_ns
    if span < NS_PER_DAY:
        return (Tick(_days(points[-1], points) / 2.0, short_day(points[-1].started_at_utc_ns)),)
    at = [points[0].started_at_utc_ns + round(span * share) for share in (0.0, 0.5, 1.0)]
    return tuple(Tick((t - at[0]) / NS_PER_DAY, short_day(t)) for t in at)


def _least_span(quantity: Quantity) -> float:
    if quantity in SCALES and quantity is not Quantity.DOSE:
        return 20.0
    return {Quantity.ECCENTRIC: 1.0, Quantity.DOSE: 0.2, Quantity.PAIN: 4.0}.get(quantity, 10.0)


def habit_line(point: SessionPoint | None) -> list[Line]:
    """Name a standing near the arched end of the own range."""
    if point is None or point.habit is None or point.habit <= HABIT_NAMED:
        return []
    text = f"stands near the arched end of the own range ({percent(point.habit)} of the way)."
    return [Line(text, "Standing habit")]


def usual_dose_words(
    points: Sequence[SessionPoint], sigma_n2m2s: float | None = None, own: Limit | None = None
) -> str:
    """Return the newest dose against the own median session of the 28 days before, with its interval.

    Parameters
    ----------
    own
        The athlete's own limit in place of the default.
    """
    if not points or points[-1].dose_n2m2s is None:
        return ""
    now = points[-1].started_at_utc_ns
    earlier = [
        point.dose_n2m2s
        for point in points[:-1]
        if point.dose_n2m2s is not None and point.started_at_utc_ns >= now - DAYS_OF_HISTORY * NS_PER_DAY
    ]
    if len(earlier) < LEAST_EARLIER_SESSIONS or median(earlier) <= 0.0:
        return f"not enough data to compare: {len(earlier)} of {LEAST_EARLIER_SESSIONS} sessions in 28 days"
    usual, amber = median(earlier), (own or SESSION_DOSE_LIMIT).amber
    sigma = None if sigma_n2m2s is None else number(sigma_n2m2s / usual, 2)
    limit = "" if amber is None else f" (amber above {of_warning(WarningId.W7, amber)})"
    ratio = with_sigma(number(points[-1].dose_n2m2s / usual, 2), sigma)
    return f"{ratio} × the own median session of the last 28 days{limit}"


def session_table(points: Sequence[SessionPoint]) -> Table:
    """Return every session in one line, the newest first."""
    rows = tuple(
        (
            Cell(when(point.started_at_utc_ns)),
            Cell(str(point.reps)),
            Cell(of_quantity(Quantity.TILT_LOCKOUT, point.tilt_lockout_deg)),
            Cell(of_quantity(Quantity.LAMBDA_LOCKOUT, point.lambda_lockout_deg)),
            Cell(of_quantity(Quantity.LAMBDA_PEAK, point.lambda_peak_deg)),
            Cell(of_quantity(Quantity.ECCENTRIC, point.eccentric_s)),
            _share(point.share_red, Mark.RED),
            _share(point.share_amber, Mark.AMBER),
            _share(point.share_not_graded, Mark.UNKNOWN),
            Cell(of_quantity(Quantity.OWN_TUCK, point.tau_max_deg)),
            Cell(of_quantity(Quantity.BAR, point.bar_kg)),
            Cell(kilo_dose(point.dose_n2m2s, point.dose_sigma_n2m2s)),
            Cell(_felt(point)),
        )
        for point in reversed(points)
    )
    return Table(
        (
            Column("Session", "", Align.LEFT, 1.9),
            Column("Reps", "", width=0.6),
            Column("Tilt", "", width=0.9),
            Column("Lumbar", "", width=0.9),
            Column("Peak", "", width=0.9),
            Column("Lowering", "", width=0.9),
            Column("Red", "", width=0.9),
            Column("Amber", "", width=0.9),
            Column("Not graded", "", width=0.8),
            Column("Own tuck", "", width=0.9),
            Column("Bar", "", width=0.9),
            Column("Dose", "10⁶ N²m²s", width=1.2),
            Column("Felt", "", Align.LEFT, 0.9),
        ),
        rows,
        "Medians at lockout over full, graded reps; one sigma of a session's tilt is about 3.2°, of its "
        "lumbar "
        "angles 5.4° between sessions, of times 0.05 s. Peak: the largest.",
        long=True,
    )


def _share(share: float | None, mark: Mark) -> Cell:
    return Cell(UNKNOWN if share is None else percent(share), mark if share else Mark.PLAIN)


def _felt(point: SessionPoint) -> str:
    if point.pain:
        return f"pain {point.pain:.0f}/10"
    if point.pain is None and point.stiff is not None:
        return "pain"  # said without a number
    if point.stiff:
        return "stiff"
    return UNKNOWN if point.pain is None else "fine"
