"""An athlete's course over sessions: what is followed, and what can be said of a change."""

from dataclasses import dataclass
from enum import StrEnum

from lumbarwatch.model import checks


@dataclass(frozen=True, slots=True)
class SessionPoint:
    """One session of one exercise (or one set of a session) in an athlete's course. None = not known.

    Angles are medians over the full, graded reps unless said, from standing; shares are of all reps, 0 to 1.
    """

    started_at_utc_ns: int
    exercise: str
    session_id: str = ""
    reps: int = 0
    tilt_lockout_deg: float | None = None
    lambda_lockout_deg: float | None = None
    lambda_peak_deg: float | None = None  # the largest
    share_red: float | None = None
    share_amber: float | None = None  # amber and not red
    share_not_graded: float | None = None
    eccentric_s: float | None = None
    drift_deg: float | None = None  # of lambda at lockout over a set, the largest (W6)
    lam_max_deg: float | None = None  # own maximal extension, from standing
    tau_max_deg: float | None = (
        None  # own maximal tuck, from standing: where the standing lordosis is in the range
    )
    habit: float | None = None
    bar_kg: float | None = None  # the heaviest set
    dose_n2m2s: float | None = None
    dose_sigma_n2m2s: float | None = None
    pain: float | None = None  # the worst, 0 to 10; 0: asked and none
    stiff: bool | None = None  # stiff or cramping after any set
    supine_zero: bool = False  # measured from the zero lying face up; its angles here are from standing

    def __post_init__(self) -> None:
        for name in ("share_red", "share_amber", "share_not_graded", "habit"):
            checks.finite(name, getattr(self, name), low=0.0, high=1.0)
        checks.finite("pain", self.pain, low=0.0, high=10.0)
        for name in ("tilt_lockout_deg", "lambda_lockout_deg", "lambda_peak_deg", "eccentric_s", "drift_deg",
                     "lam_max_deg", "tau_max_deg", "bar_kg", "dose_n2m2s"):  # fmt: skip
            checks.finite(name, getattr(self, name))


class Quantity(StrEnum):
    """What is followed; the value is the field of :class:`SessionPoint`."""

    TILT_LOCKOUT = "tilt_lockout_deg"
    LAMBDA_LOCKOUT = "lambda_lockout_deg"
    LAMBDA_PEAK = "lambda_peak_deg"
    SHARE_RED = "share_red"
    SHARE_AMBER = "share_amber"
    SHARE_NOT_GRADED = "share_not_graded"
    ECCENTRIC = "eccentric_s"
    DRIFT = "drift_deg"
    OWN_ARCH = "lam_max_deg"
    OWN_TUCK = "tau_max_deg"
    HABIT = "habit"
    BAR = "bar_kg"
    DOSE = "dose_n2m2s"
    PAIN = "pain"


class Answer(StrEnum):
    """What can be said of a change. A quantity of which neither more nor less is better goes up or down."""

    NOT_ENOUGH_DATA = "not_enough_data"
    WITHIN_NOISE = "within_noise"
    IMPROVED = "improved"
    WORSENED = "worsened"
    INCREASED = "increased"
    DECREASED = "decreased"


class Scope(StrEnum):
    """Whether the sensors stayed on between the values compared."""

    WITHIN_SESSION = "within_session"  # one application
    BETWEEN_SESSIONS = "between_sessions"  # re-applied


@dataclass(frozen=True, slots=True)
class Change:
    """One value against another. ``mdc``: what a change must exceed; None where a value is not known."""

    quantity: Quantity
    answer: Answer
    before: float | None
    after: float | None
    mdc: float | None


@dataclass(frozen=True, slots=True)
class Trend:
    """A quantity's robust line over time. Without enough data the line and ``mdc`` are None."""

    quantity: Quantity
    answer: Answer
    known: int  # sessions in which the quantity is known
    first_utc_ns: int | None
    last_utc_ns: int | None
    start: float | None  # the line at the first of them
    end: float | None  # and at the last
    slope_per_week: float | None
    slope_low_per_week: float | None  # 90 % interval
    slope_high_per_week: float | None
    mdc: float | None  # what end - start must exceed
    breaks: tuple[tuple[int, int], ...] = ()  # pauses: last session before and first after, utc ns

    @property
    def change(self) -> float | None:
        """Change over the whole time, along the line."""
        return None if self.start is None or self.end is None else self.end - self.start
