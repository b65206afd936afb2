"""Past sessions and their reps as rows of tables."""

from collections.abc import Sequence
from datetime import UTC, datetime

from lumbarwatch.model.motion import Rep
from lumbarwatch.model.verdicts import Level
from lumbarwatch.presenters.words import NOT_GRADED, WARNINGS

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


def verdict_words(rep: Rep) -> str:
    """Return a rep's verdict in words; "not graded" with its reason is never "good"."""
    found = [f"{_SIGNS[warning.level]} {WARNINGS[warning.id].title}" for warning in rep.warnings]
    if rep.partial:
        found.insert(0, "½ partial")
    if found:
        return ", ".join(found)
    if rep.graded:
        return "✓ good"
    reasons = list(dict.fromkeys(NOT_GRADED[one.reason] for one in rep.not_graded))
    return f"? not graded: {', '.join(reasons[:2])}" if reasons else "? not graded"


_SIGNS = {Level.RED: "✕", Level.AMBER: "!"}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 1)
