"""Past sessions and their reps as rows of tables."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from types import MappingProxyType

from lumbarwatch.core.cues import CUE_PRIORITY
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.verdicts import Level
from lumbarwatch.presenters.verdict_words import verdict_words

Cell = str | int | float | None
Row = dict[str, Cell]


def started_at(utc_ns: int) -> datetime:
    """Return the wall time of a session's start, in this computer's time zone."""
    return datetime.fromtimestamp(utc_ns / 1e9, UTC).astimezone()


def duration_words(seconds: float) -> str:
    """Return minutes and seconds, as ``3:07``."""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


def rep_row(rep: Rep) -> Row:
    """Return a rep as a row, with units in the headings."""
    return {
        "Set": rep.set_number,
        "Rep": rep.rep_number,
        "Verdict": verdict_words(rep),
        "Range (cm)": round(rep.rom_m * 100, 1),
        "Range (°)": round(rep.rom_deg, 1),
        "Tilt at the top (°)": _rounded(rep.tilt_lockout_deg),
        "± (°)": _rounded(rep.tilt_sigma_deg),
        "Lumbar at the top (°)": _rounded(rep.lambda_lockout_deg),
        "Lumbar peak (°)": _rounded(rep.lambda_peak_deg),
        "± lumbar (°)": _rounded(rep.lambda_sigma_deg),
        "Up (s)": round(rep.concentric_s, 2),
        "Hold (s)": round(rep.hold_s, 2),
        "Down (s)": round(rep.eccentric_s, 2),
        "Lost samples (%)": round(rep.quality.lost_fraction * 100, 2),
    }


def rep_rows(reps: Sequence[Rep]) -> list[Row]:
    """Return all reps as rows."""
    return [rep_row(rep) for rep in reps]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


@dataclass(frozen=True, slots=True)
class Listed:
    """What a list shows of a session; None: not known."""

    started_at_utc_ns: int
    athlete: str
    exercise: str
    sets: int
    reps: int
    graded: int
    red: int
    amber: int
    tilt_lockout_deg: float | None
    tilt_sigma_deg: float | None
    lambda_lockout_deg: float | None
    lambda_sigma_deg: float | None
    bar_kg: float | None
    felt: SymptomKind | None
    pain: int | None
    marks: Sequence[str] = ()  # such as "simulated"


def listed_row(one: Listed) -> Row:
    """Return a session as a row of the list."""
    return {
        "Date": started_at(one.started_at_utc_ns).strftime("%Y-%m-%d %H:%M"),
        "Athlete": one.athlete or "–",
        "Exercise": one.exercise.replace("_", " "),
        "Sets": one.sets,
        "Reps": one.reps,
        "Red": one.red,
        "Amber": one.amber,
        "Not graded": one.reps - one.graded,
        "Tilt at the top (°)": _rounded(one.tilt_lockout_deg),
        "± (°)": _rounded(one.tilt_sigma_deg),
        "Lumbar at the top (°)": _rounded(one.lambda_lockout_deg),
        "± lumbar (°)": _rounded(one.lambda_sigma_deg),
        "Bar (kg)": _rounded(one.bar_kg),
        "Symptoms": felt_words(one.felt, one.pain),
        "Remarks": ", ".join(one.marks),
    }


def felt_words(kind: SymptomKind | None, pain: int | None) -> str:
    """Return what was felt in a few words; asked and none is not the same as not asked."""
    if kind is None:
        return "not asked"
    if kind is SymptomKind.PAIN:
        return "pain" if pain is None else f"pain {pain} of 10"
    return "none" if kind is SymptomKind.NONE else "stiff or cramping"


def day_span_utc_ns(first: date | None, last: date | None) -> tuple[int | None, int | None]:
    """Return the half-open span of whole days in this computer's time zone; None: open at that end."""
    begin = None if first is None else _midnight_utc_ns(first)
    return begin, None if last is None else _midnight_utc_ns(last + timedelta(days=1))


def _midnight_utc_ns(day: date) -> int:
    return round(datetime.combine(day, time()).astimezone().timestamp()) * 1_000_000_000


REFINED_COLUMNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "Tilt at the top (°)": ("Tilt at the top, refined (°)", "tilt_lockout_deg"),
        "Lumbar at the top (°)": ("Lumbar at the top, refined (°)", "lambda_lockout_deg"),
        "Lumbar peak (°)": ("Lumbar peak, refined (°)", "lambda_peak_deg"),
    }
)
"""Behind which causal column a refined one stands, its heading, and the field."""


def with_refined(rows: Sequence[Row], reps: Sequence[Rep], refined: Sequence[Rep]) -> list[Row]:
    """Return the rows of reps with the refined figures of the same reps beside the causal ones.

    A rep that only one of the analyses found has none.
    """
    found: list[Row] = []
    for row, rep in zip(rows, reps, strict=True):
        late = next((one for one in refined if one.is_at(rep.t_lockout_ns)), None)
        wide: Row = {}
        for heading, cell in row.items():
            wide[heading] = cell
            if heading in REFINED_COLUMNS:
                name, field = REFINED_COLUMNS[heading]
                wide[name] = None if late is None else _rounded(getattr(late, field))
        found.append(wide)
    return found


Correction = tuple[bool | float | None, str]
"""What a correction by hand says of one field: its value, and why."""

Corrections = Mapping[tuple[int, int], Mapping[str, Correction]]
"""Corrections by set and rep, then by field; the latest of each."""

CORRECTABLE: Mapping[str, str] = MappingProxyType(
    {
        "counted": "Counted as a rep",
        "partial": "Partial",
        "single_leg": "Single leg",
        "tilt_lockout_deg": "Tilt at the top (°)",
        "lambda_lockout_deg": "Lumbar at the top (°)",
        "lambda_peak_deg": "Lumbar peak (°)",
        "comment": "Comment",
    }
)
"""Fields a hand can correct, in words."""


def corrected_rows(reps: Sequence[Rep], corrections: Corrections) -> list[Row]:
    """Return all reps as rows; a correction stands beside what was computed, which stays."""
    return [
        {**rep_row(rep), "By hand": correction_words(rep, corrections.get(place_of(rep), {}))} for rep in reps
    ]


def place_of(rep: Rep) -> tuple[int, int]:
    """Return set and rep number."""
    return rep.set_number, rep.rep_number


def correction_words(rep: Rep, fields: Mapping[str, Correction]) -> str:
    """Return ``tilt at the top +4.5° (computed +7.2°)`` for each corrected field; empty for none."""
    return "; ".join(_corrected(rep, field, value, why) for field, (value, why) in fields.items())


def _corrected(rep: Rep, field: str, value: bool | float | None, why: str) -> str:
    reason = f", {why}" if why else ""
    if field == "comment":
        return why
    if field == "counted":
        return ("a rep" if value else "not a rep") + f" (computed: a rep{reason})"
    computed = getattr(rep, field)
    name = CORRECTABLE[field].removesuffix(" (°)").lower()
    return f"{name} {_value_words(value)} (computed {_value_words(computed)}{reason})"


def _value_words(value: bool | float | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else f"{value:+.1f}°".replace("-", "−")


def worst_rep(reps: Sequence[Rep]) -> Rep | None:
    """Return the rep to look at first: the most red warnings, then the weightiest, then the furthest past."""
    return max(reps, key=_badness, default=None)


def _badness(rep: Rep) -> tuple[int, int, int, float]:
    """Weight as for a spoken cue (definitions 5); how far in sigmas."""
    red = sum(warning.level is Level.RED for warning in rep.warnings)
    weights = [-_WEIGHTIEST.index(one.id) for one in rep.warnings if one.id in _WEIGHTIEST]
    past = [abs(one.value - one.limit) / max(one.sigma, 1e-3) for one in rep.warnings]
    return red, len(rep.warnings), max(weights, default=-len(_WEIGHTIEST)), max(past, default=0.0)


_WEIGHTIEST = tuple(CUE_PRIORITY)


def csv_of(rows: Sequence[Row]) -> str:
    """Return rows as CSV for a spreadsheet; empty cells where something is not known."""
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
