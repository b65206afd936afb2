"""Every limit of an athlete: what is judged, the default and where it comes from, and the athlete's own.

Defaults and sources are those of definitions 5; the words stand here, the numbers are the rules' own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from lumbarwatch.core.dose import SESSION_DOSE_LIMIT
from lumbarwatch.core.limits import DEFAULT_LIMITS
from lumbarwatch.model.session import Limit
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.words import WARNINGS

CONVENTION = "a convention: no published dose stands behind the number"


class _OwnLimit(Protocol):
    """An athlete's own limit."""

    @property
    def amber(self) -> float | None: ...
    @property
    def red(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class LimitWords:
    """One limit in words. ``high``: a value above it is too much; ``step``: of the number field."""

    quantity: str
    unit: str
    high: bool
    default: str
    source: str
    step: float = 0.5


LIMITS: Mapping[WarningId, LimitWords] = MappingProxyType(
    {
        WarningId.W1: LimitWords(
            "Posterior pelvic tilt at the top, against your neutral",
            "°",
            high=False,
            default="below 0°; with reference thrusts: 4° below their tilt",
            source="direction of muscle activity (Ishida 2011, Oh 2007); the degrees are a convention",
        ),
        WarningId.W1B: LimitWords(
            "Lumbar extension at the top",
            "°",
            high=True,
            default="a quarter of your own maximal arch, red from 2.5° on; without it amber 2.5°, red 5°",
            source="direction of muscle activity (Ishida 2011, Oh 2007); the degrees are a convention",
        ),
        WarningId.W2: LimitWords(
            "Lumbar extension held for 0.15 s inside the rep",
            "°",
            high=True,
            default="three quarters of your own maximal arch, at least 7.5°; without it amber 7.5°, red 10°",
            source="facet load in extension (Adams & Hutton 1980)",
        ),
        WarningId.W2B: LimitWords(
            "Tuck held for 0.15 s inside the rep",
            "°",
            high=True,
            default="amber above nine tenths of your own maximal tuck, no red",
            source=f"loaded end-range flexion; {CONVENTION}",
        ),
        WarningId.W3: LimitWords(
            "Share of the full range of hip height",
            "",
            high=False,
            default="amber below 0.80, red below 0.70",
            source="geometry of the lift",
            step=0.05,
        ),
        WarningId.W3B: LimitWords(
            "Pelvis at the top, above the reference thrusts",
            "°",
            high=True,
            default="amber above 8°, red above 12° while arched at the top",
            source=CONVENTION,
        ),
        WarningId.W4: LimitWords(
            "Time of lowering",
            "s",
            high=False,
            default="amber below 1.0 s, red below 0.60 s; a landing above 1.8 g is always red",
            source="0.30 m lowered evenly within 1 s meets 0.19 g, within 0.6 s 0.53 g",
            step=0.1,
        ),
        WarningId.W4B: LimitWords(
            "Lumbar extension gained while lowering",
            "°",
            high=True,
            default="above 6°",
            source=CONVENTION,
        ),
        WarningId.W5: LimitWords(
            "Pelvis turned to one side at the top, against your own baseline",
            "°",
            high=True,
            default="amber above 4°, red above 7° in two of three reps",
            source="change against the own baseline only: bones differ from side to side by up to 11°",
        ),
        WarningId.W6: LimitWords(
            "Lumbar extension gained from the first to the last rep of a set",
            "°",
            high=True,
            default="amber above 4°, red above 6° or a quarter of your own maximal arch",
            source="smallest change that can be told within a set: about 4°",
        ),
        WarningId.W7: LimitWords(
            "Load of the session against your usual one of 28 days",
            "times",
            high=True,
            default="amber above 1.3 times, red above 1.6 times",
            source="squared weighting of load (Coenen 2014); the ratio is a convention",
            step=0.1,
        ),
        WarningId.W1C: LimitWords(
            "Tuck at the top, in tuck training only",
            "°",
            high=False,
            default="amber below a quarter of your own maximal tuck, no red",
            source="own reachable tuck; no dose-response in degrees is known (Grill 2013)",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit as the page shows it."""

    id: WarningId
    title: str
    words: LimitWords
    own: Limit | None

    @property
    def state(self) -> str:
        """The athlete's own limit in words, or that the default applies."""
        return "Default" if self.own is None else f"Own: {limit_words(self.own, self.words.unit)}"


def limit_rows(own: Mapping[WarningId, _OwnLimit] | None) -> list[LimitRow]:
    """Return every limit with the athlete's own one where there is one."""
    mine = own or {}
    return [LimitRow(id_, WARNINGS[id_].title, words, _limit(mine.get(id_))) for id_, words in LIMITS.items()]


def limit_words(limit: _OwnLimit, unit: str) -> str:
    """Return both levels with their unit; "none" for a level that is off."""
    return ", ".join(
        f"{name} {_value(value, unit)}" for name, value in (("amber", limit.amber), ("red", limit.red))
    )


def problem(id_: WarningId, amber: float | None, red: float | None) -> str:
    """Return what is wrong with an own limit; empty: nothing. Red must lie at amber or beyond."""
    if amber is None and red is None:
        return "Give at least one of the two, or reset to the default."
    if amber is None or red is None:
        return ""
    high = LIMITS[id_].high
    if (high and red < amber) or (not high and red > amber):
        return f"Red must not be {'below' if high else 'above'} amber."
    return ""


def absolute_default(id_: WarningId) -> Limit | None:
    """Return the default without own range and reference; None: not graded then."""
    return SESSION_DOSE_LIMIT if id_ is WarningId.W7 else DEFAULT_LIMITS.get(id_)


def _limit(own: _OwnLimit | None) -> Limit | None:
    return None if own is None else Limit(own.amber, own.red)


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "none"
    space = "" if unit in ("°", "") else " "
    return f"{value:g}{space}{unit}".replace("-", "−")
