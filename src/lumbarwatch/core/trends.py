"""Change over sessions, judged against the minimal detectable change (design 4, definitions 2).

A change smaller than what re-measuring alone can do is called noise. How much that is depends on whether the
sensors stayed on (within a session) or were re-applied (between sessions).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import sqrt
from statistics import median
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from lumbarwatch.core.uncertainty import BUDGET
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.trends import Answer, Change, Quantity, Scope, SessionPoint, Trend

NS_PER_WEEK: Final = 7 * 86_400 * NS_PER_S

MDC90: Final = 1.645 * sqrt(2.0)
"""Sigmas of one value that a difference of two must exceed to be no chance in nine cases of ten."""

LORDOSIS_MDC_DEG: Final = 12.5
"""MDC90 of a re-applied standing lordosis, 10 to 15 deg (design 4; the middle is a convention). It holds for
lumbar angles between sessions, whose zero is each session's own standing."""

LORDOSIS_MDC_RANGE_DEG: Final = (10.0, 15.0)

ONE_APPLICATION_MDC_DEG: Final = 4.2
"""MDC of an angle while the sensors stay on, "about 4 deg" (design 4; definitions 5, W6)."""

PAIN_MDC: Final = 2.0
"""Points of 10 (Childs 2005, doi:10.1097/01.brs.0000164099.92112.29)."""

DOSE_MDC: Final = 0.3
"""Fraction of the median dose: below W7's amber ratio a session is as usual (convention)."""

BAR_SIGMA: Final = 0.01
"""Fraction of the bar's mass (definitions 7)."""

REPS_OF_DRIFT: Final = 10
"""Reps of a typical set, for the sigma of its drift (convention)."""

ENOUGH: Final[Mapping[Quantity, float]] = MappingProxyType({Quantity.ECCENTRIC: 2.0})
"""Above this more is not better, only more: "two seconds down" (definitions 5, W4)."""

LEAST_SESSIONS: Final = 4
"""For a trend (convention, as for the own median session of W7)."""

BREAK_WEEKS: Final = 4.0
"""A pause longer than this breaks the drawn line (convention)."""

LOWER_IS_BETTER: Final = frozenset(
    {
        Quantity.LAMBDA_LOCKOUT, Quantity.LAMBDA_PEAK, Quantity.SHARE_RED, Quantity.SHARE_AMBER,
        Quantity.SHARE_NOT_GRADED, Quantity.DRIFT, Quantity.PAIN,
    }
)  # fmt: skip
HIGHER_IS_BETTER: Final = frozenset({Quantity.TILT_LOCKOUT, Quantity.ECCENTRIC})

SHARES: Final = frozenset({Quantity.SHARE_RED, Quantity.SHARE_AMBER, Quantity.SHARE_NOT_GRADED})

BETWEEN_SESSIONS_MDC: Final[Mapping[Quantity, float]] = MappingProxyType(
    {
        Quantity.TILT_LOCKOUT: MDC90
        * BUDGET.absolute_deg(),  # against gravity: the budget of one session's zero
        Quantity.LAMBDA_LOCKOUT: LORDOSIS_MDC_DEG,
        Quantity.LAMBDA_PEAK: LORDOSIS_MDC_DEG,
        Quantity.OWN_ARCH: LORDOSIS_MDC_DEG,
        Quantity.OWN_TUCK: LORDOSIS_MDC_DEG,
        Quantity.ECCENTRIC: MDC90 * BUDGET.time_s,
        Quantity.DRIFT: MDC90 * BUDGET.drift_deg(REPS_OF_DRIFT),
        Quantity.PAIN: PAIN_MDC,
    }
)
"""Where a session's own numbers don't decide it."""

WITHIN_SESSION_MDC: Final[Mapping[Quantity, float]] = MappingProxyType(
    dict(BETWEEN_SESSIONS_MDC)
    | dict.fromkeys(
        (
            Quantity.TILT_LOCKOUT,
            Quantity.LAMBDA_LOCKOUT,
            Quantity.LAMBDA_PEAK,
            Quantity.OWN_ARCH,
            Quantity.OWN_TUCK,
        ),
        ONE_APPLICATION_MDC_DEG,
    )
)


class Line(NamedTuple):
    """A robust line through values over time."""

    slope: float
    low: float  # 90 % interval of the slope
    high: float
    intercept: float


def trends(points: Sequence[SessionPoint], scope: Scope = Scope.BETWEEN_SESSIONS) -> Mapping[Quantity, Trend]:
    """Return the trend of every quantity over one athlete's sessions of one exercise."""
    return MappingProxyType({quantity: trend(points, quantity, scope) for quantity in Quantity})


def by_exercise(points: Sequence[SessionPoint]) -> Mapping[str, tuple[SessionPoint, ...]]:
    """Sort an athlete's sessions by exercise, each in the order of time."""
    sorted_points: defaultdict[str, list[SessionPoint]] = defaultdict(list)
    for point in sorted(points, key=lambda point: point.started_at_utc_ns):
        sorted_points[point.exercise].append(point)
    return {exercise: tuple(own) for exercise, own in sorted_points.items()}


def trend(points: Sequence[SessionPoint], quantity: Quantity, scope: Scope = Scope.BETWEEN_SESSIONS) -> Trend:
    """Follow one quantity over sessions, in any order; those in which it is not known are left out.

    A change is named only if, along the robust line, it exceeds the minimal detectable change and the slope's
    90 % interval has one sign.
    """
    known = sorted(
        (point for point in points if getattr(point, quantity) is not None),
        key=lambda point: point.started_at_utc_ns,
    )
    times = [point.started_at_utc_ns for point in known]
    first, last = (times[0], times[-1]) if times else (None, None)
    breaks = tuple((a, b) for a, b in pairwise(times) if b - a > BREAK_WEEKS * NS_PER_WEEK)
    if first is None or last is None or len(known) < LEAST_SESSIONS or first == last:
        nothing = (None,) * 6
        return Trend(quantity, Answer.NOT_ENOUGH_DATA, len(known), first, last, *nothing, breaks=breaks)
    weeks = np.array([(t - first) / NS_PER_WEEK for t in times])
    values = np.array([getattr(point, quantity) for point in known], dtype=np.float64)
    line = theil_sen(weeks, values)
    scatter = MDC90 * _robust_sd(values - line.intercept - line.slope * weeks)
    mdc = max(minimal_detectable_change(quantity, known, scope), scatter)
    return Trend(
        quantity=quantity,
        answer=_answer_of_line(quantity, weeks, values, mdc),
        known=len(known),
        first_utc_ns=first,
        last_utc_ns=last,
        start=line.intercept,
        end=line.intercept + line.slope * float(weeks[-1]),
        slope_per_week=line.slope,
        slope_low_per_week=line.low,
        slope_high_per_week=line.high,
        mdc=mdc,
        breaks=breaks,
    )


def compare(
    before: SessionPoint, after: SessionPoint, scope: Scope = Scope.BETWEEN_SESSIONS
) -> Mapping[Quantity, Change]:
    """Return what changed from one session to another, or from one set to another of the same session."""
    return MappingProxyType({quantity: _change(quantity, before, after, scope) for quantity in Quantity})


def minimal_detectable_change(quantity: Quantity, points: Sequence[SessionPoint], scope: Scope) -> float:
    """Return the change (in the quantity's own unit) that these points' measuring alone could bring about."""
    fixed = BETWEEN_SESSIONS_MDC if scope is Scope.BETWEEN_SESSIONS else WITHIN_SESSION_MDC
    if quantity in fixed:
        return fixed[quantity]
    values = [float(value) for point in points if (value := getattr(point, quantity)) is not None]
    usual = median(values) if values else 0.0
    if quantity in SHARES:
        return MDC90 * _share_sigma(usual, median(point.reps for point in points))
    if quantity is Quantity.HABIT:
        return _habit_mdc(points, fixed[Quantity.OWN_TUCK])
    return (DOSE_MDC if quantity is Quantity.DOSE else MDC90 * BAR_SIGMA) * usual


def answer(quantity: Quantity, change: float, mdc: float, *, beyond_enough: bool = False) -> Answer:
    """Return the word for a change of a quantity; ``beyond_enough``: where more is no longer better."""
    if abs(change) <= mdc:
        return Answer.WITHIN_NOISE
    if beyond_enough:
        return Answer.INCREASED if change > 0 else Answer.DECREASED
    if quantity in LOWER_IS_BETTER:
        return Answer.IMPROVED if change < 0 else Answer.WORSENED
    if quantity in HIGHER_IS_BETTER:
        return Answer.IMPROVED if change > 0 else Answer.WORSENED
    return Answer.INCREASED if change > 0 else Answer.DECREASED


def stiffness_recurs(points: Sequence[SessionPoint]) -> bool:
    """Whether the back was stiff or cramping in two of the last three sessions (definitions 6)."""
    said = [point for point in points if point.stiff is not None]
    recent = sorted(said, key=lambda point: point.started_at_utc_ns)[-3:]
    return sum(point.stiff is True for point in recent) >= 2


def theil_sen(times: Floats, values: Floats) -> Line:
    """Robust line: the median of all pairwise slopes (Sen 1968, doi:10.1080/01621459.1968.10480934).

    Its 90 % interval is Sen's, by the normal approximation of Kendall's score. Times (n,) need not be
    regular; pairs of one time are left out, and there must be another.
    """
    i, j = np.triu_indices(len(times), 1)
    apart = times[j] - times[i]
    slopes = np.sort((values[j] - values[i])[apart > 0] / apart[apart > 0])
    n, pairs = len(times), len(slopes)
    half_width = 1.645 * sqrt(n * (n - 1) * (2 * n + 5) / 18.0)
    low = max(0, int((pairs - half_width) / 2.0) - 1)
    slope = float(np.median(slopes))
    return Line(
        slope, float(slopes[low]), float(slopes[pairs - 1 - low]), float(np.median(values - slope * times))
    )


def _answer_of_line(quantity: Quantity, weeks: Floats, values: Floats, mdc: float) -> Answer:
    def said(followed: Floats, *, beyond_enough: bool) -> Answer:
        line = theil_sen(weeks, followed)
        certain = line.low > 0.0 or line.high < 0.0
        change = line.slope * float(weeks[-1]) if certain else 0.0
        return answer(quantity, change, mdc, beyond_enough=beyond_enough)

    judged = said(np.minimum(values, _enough(quantity)), beyond_enough=False)
    if judged is Answer.WITHIN_NOISE and quantity in ENOUGH:
        return said(values, beyond_enough=True)
    return judged


def _enough(quantity: Quantity) -> float:
    """Value above which more is not better."""
    return ENOUGH.get(quantity, float("inf"))


def _change(quantity: Quantity, before: SessionPoint, after: SessionPoint, scope: Scope) -> Change:
    was, now = getattr(before, quantity), getattr(after, quantity)
    if was is None or now is None:
        return Change(quantity, Answer.NOT_ENOUGH_DATA, was, now, None)
    mdc = minimal_detectable_change(quantity, (before, after), scope)
    cap = _enough(quantity)
    judged = answer(quantity, min(now, cap) - min(was, cap), mdc)
    if judged is Answer.WITHIN_NOISE and quantity in ENOUGH:
        judged = answer(quantity, now - was, mdc, beyond_enough=True)
    return Change(quantity, judged, was, now, mdc)


def _share_sigma(share: float, reps: float) -> float:
    """One sigma of a share of so many reps; not 0 when the share is (Laplace's rule of succession)."""
    likely = (share * reps + 1.0) / (reps + 2.0)
    return sqrt(likely * (1.0 - likely) / max(reps, 1.0))


def _habit_mdc(points: Sequence[SessionPoint], angle_mdc_deg: float) -> float:
    """The angle's, as a share of the own range; the whole scale where that is not known."""
    ranges = [
        point.lam_max_deg + point.tau_max_deg
        for point in points
        if point.lam_max_deg is not None and point.tau_max_deg is not None
    ]
    own_range_deg = median(ranges) if ranges else 0.0
    return min(1.0, angle_mdc_deg / own_range_deg) if own_range_deg > 0 else 1.0


def _robust_sd(residuals: Floats) -> float:
    """Standard deviation by the median absolute deviation."""
    return 1.4826 * float(np.median(np.abs(residuals - np.median(residuals))))
