"""Numbers and fixed words of a report. Every number has its unit and, where it is known, its one sigma."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from lumbarwatch.model.document import Mark
from lumbarwatch.model.trends import Answer, Quantity, Trend
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.history import started_at
from lumbarwatch.presenters.words import WARNINGS

UNKNOWN: Final = "–"
MINUS: Final = "−"

PERMANENT: Final = "A training aid, not a medical device; angles are estimates; it cannot detect injury."
"""The permanent line of definitions 6."""

FIRST_ASK: Final = (
    "Numb saddle, bladder or bowel change, new or worsening leg weakness, major trauma: stop and get "
    "emergency "
    "help now. Fever, weight loss, cancer history, night pain, leg pain or numbness: see a doctor before "
    "training again."
)

DEFINITIONS: Final = (
    "Pelvic tilt at lockout: pelvis against gravity, 0° = the own standing neutral turned to the horizontal, "
    "positive = posterior (tucked); it also contains trunk slope and unfinished hip extension. Lumbar "
    "extension: L1 sensor against pelvis sensor, 0° = own standing neutral, positive = more arched, negative "
    "= tucked. Lockout values are medians over at most 0.5 s of the hold; peak = held for 150 ms."
)

SIGMAS: Final = (
    "± is one sigma: sensor and fusion noise, calibration, skin motion. Amber: the plain limit is exceeded. "
    "Red: exceeded by more than 1.64 sigma. Borderline: within one sigma of the amber limit. Not graded is "
    "never 'good'. MDC: the minimal detectable change, what re-measuring alone can bring about (90 %); a "
    "smaller change is within noise. Between sessions the sensors were re-applied."
)

LIMITS: Final = (
    "Limits in degrees are conventions without a published dose behind them. No claim is made that a posture "
    "causes pain or that tucking lowers spinal load by an amount. Load is a quasi-static estimate, not "
    "validated for this lift; it is for comparing an athlete's own lifts. Simulated, recovered or refined "
    "sessions are marked as such."
)

REFINED: Final = (
    "Refined: computed after the session from data before and after each moment (not causal); live feedback "
    "and the history's own results are causal and may differ."
)


def words_of_exercise(exercise: str) -> str:
    """Return ``hip thrust`` for ``hip_thrust``."""
    return exercise.replace("_", " ")


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """Return a number with a true minus sign; no minus before a zero."""
    rounded = round(value, decimals) + 0.0
    return f"{rounded:{'+' if signed and rounded else ''}.{decimals}f}".replace("-", MINUS)


def degrees(value: float | None, sigma: float | None = None) -> str:
    """Return ``+6.1° ± 3.2°``."""
    if value is None:
        return UNKNOWN
    return with_sigma(f"{number(value, 1, signed=True)}°", None if sigma is None else f"{number(sigma, 1)}°")


def seconds(value: float | None, sigma: float | None = None) -> str:
    """Return ``1.85 s ± 0.05 s``."""
    if value is None:
        return UNKNOWN
    return with_sigma(f"{number(value, 2)} s", None if sigma is None else f"{number(sigma, 2)} s")


def with_sigma(value: str, sigma: str | None) -> str:
    """Join a value and its sigma, each with its unit."""
    return value if sigma is None else f"{value} ± {sigma}"


def percent(share: float) -> str:
    """Return ``12 %``."""
    return f"{number(100.0 * share, 0)} %"


def mass(kg: float | None) -> str:
    """Return ``102.5 kg``."""
    return UNKNOWN if kg is None else f"{kg:g} kg"


def moment(value: float | None, sigma: float | None) -> str:
    """Return ``172 N m ± 28 N m``."""
    if value is None:
        return UNKNOWN
    return with_sigma(f"{number(value, 0)} N m", None if sigma is None else f"{number(sigma, 0)} N m")


def kilo_dose(dose: float | None, sigma: float | None = None) -> str:
    """Return a dose in 10^6 N2 m2 s."""
    if dose is None:
        return UNKNOWN
    return with_sigma(number(dose / 1e6, 2), None if sigma is None else number(sigma / 1e6, 2))


def plural(count: int, one: str, many: str = "") -> str:
    """Return ``1 rep`` or ``3 reps``."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def when(utc_ns: int) -> str:
    """Return date and time of day in this computer's time zone."""
    return started_at(utc_ns).strftime("%Y-%m-%d %H:%M")


def day(utc_ns: int) -> str:
    """Return the date in this computer's time zone."""
    return started_at(utc_ns).strftime("%Y-%m-%d")


def short_day(utc_ns: int) -> str:
    """Return ``21 Sep``."""
    moment_: datetime = started_at(utc_ns)
    return f"{moment_.day} {moment_:%b}"


def of_warning(id_: WarningId, value: float, sigma: float | None = None) -> str:
    """Return a warning's value with its own unit; W4's may be a time or, past any time, an impact in g."""
    if id_ is WarningId.W4 and sigma == 0.0:
        return f"{number(value, 1)} g"
    if id_ is WarningId.W4:
        return seconds(value, sigma)
    if id_ is WarningId.W3:
        return with_sigma(percent(value), None if sigma is None else percent(sigma))
    if id_ is WarningId.W7:
        return with_sigma(f"{number(value, 2)} ×", None if sigma is None else f"{number(sigma, 2)} ×")
    return degrees(value, sigma)


def title_of(id_: WarningId) -> str:
    """Return ``Too little tuck at the top (W1)``."""
    return f"{WARNINGS[id_].title} ({id_.value})"


QUANTITIES: Final[Mapping[Quantity, tuple[str, str, int]]] = MappingProxyType(
    {
        Quantity.TILT_LOCKOUT: ("Pelvic tilt at lockout", "°", 1),
        Quantity.LAMBDA_LOCKOUT: ("Lumbar extension at lockout", "°", 1),
        Quantity.LAMBDA_PEAK: ("Lumbar extension, peak", "°", 1),
        Quantity.SHARE_RED: ("Reps with a red warning", " %", 0),
        Quantity.SHARE_AMBER: ("Reps with an amber warning", " %", 0),
        Quantity.SHARE_NOT_GRADED: ("Reps not graded", " %", 0),
        Quantity.ECCENTRIC: ("Lowering time", " s", 2),
        Quantity.DRIFT: ("Drift within a set", "°", 1),
        Quantity.OWN_ARCH: ("Own arch, from standing", "°", 1),
        Quantity.OWN_TUCK: ("Standing lordosis (own tuck)", "°", 1),
        Quantity.HABIT: ("Standing habit (of own range)", " %", 0),
        Quantity.BAR: ("Bar, heaviest set", " kg", 1),
        Quantity.DOSE: ("Load dose", " ·10⁶ N²m²s", 2),
        Quantity.PAIN: ("Pain, worst (0 to 10)", "", 0),
    }
)
"""Name, unit and decimals."""

SCALES: Final[Mapping[Quantity, float]] = MappingProxyType(
    {
        Quantity.SHARE_RED: 100.0,
        Quantity.SHARE_AMBER: 100.0,
        Quantity.SHARE_NOT_GRADED: 100.0,
        Quantity.HABIT: 100.0,
        Quantity.DOSE: 1e-6,
    }
)
"""What a value is multiplied by to be in the unit above."""

SIGNED: Final = frozenset(
    {Quantity.TILT_LOCKOUT, Quantity.LAMBDA_LOCKOUT, Quantity.LAMBDA_PEAK, Quantity.DRIFT}
)

ANSWERS: Final[Mapping[Answer, str]] = MappingProxyType(
    {
        Answer.NOT_ENOUGH_DATA: "not enough data",
        Answer.WITHIN_NOISE: "within noise",
        Answer.IMPROVED: "improved",
        Answer.WORSENED: "worsened",
        Answer.INCREASED: "increased",
        Answer.DECREASED: "decreased",
    }
)

NO_DIRECTION: Final = "without clear direction"


def answered(one: Trend) -> str:
    """A change beyond the MDC whose slope may still have either sign is no noise, but no answer either."""
    return NO_DIRECTION if is_without_direction(one) else ANSWERS[one.answer]


def is_without_direction(one: Trend) -> bool:
    """Whether a change exceeds the MDC and can still not be told from chance."""
    beyond = one.change is not None and one.mdc is not None and abs(one.change) > one.mdc
    return beyond and one.answer is Answer.WITHIN_NOISE


ANSWER_MARKS: Final[Mapping[Answer, Mark]] = MappingProxyType(
    {
        Answer.NOT_ENOUGH_DATA: Mark.UNKNOWN,
        Answer.WITHIN_NOISE: Mark.PLAIN,
        Answer.IMPROVED: Mark.GOOD,
        Answer.WORSENED: Mark.RED,
        Answer.INCREASED: Mark.PLAIN,
        Answer.DECREASED: Mark.PLAIN,
    }
)


def of_quantity(quantity: Quantity, value: float | None, *, signed: bool | None = None) -> str:
    """Return a followed quantity with its unit."""
    if value is None:
        return UNKNOWN
    _, unit, decimals = QUANTITIES[quantity]
    sign = quantity in SIGNED if signed is None else signed
    return f"{number(value * SCALES.get(quantity, 1.0), decimals, signed=sign)}{unit}"


def bare(quantity: Quantity, value: float | None, *, signed: bool | None = None) -> str:
    """Return it without a dose's long unit, which stands beside the quantity's name."""
    said = of_quantity(quantity, value, signed=signed)
    return said.removesuffix(QUANTITIES[Quantity.DOSE][1])
