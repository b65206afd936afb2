"""One rep to be replayed: angles over time, phases and tempo, as plain JSON types for a component."""

from typing import Final

import numpy as np

from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.motion import PoseBatch, Rep
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.verdicts import Level
from lumbarwatch.presenters.verdict_words import verdict_words
from lumbarwatch.presenters.words import WARNINGS

AROUND_NS: Final = NS_PER_S
"""Shown before and after the rep (convention)."""

POINTS_PER_S: Final = 50
"""Enough for the eye; grids are finer (convention)."""

Json = dict[str, object]


def span_ns(rep: Rep) -> tuple[int, int]:
    """Return the time that a replay of a rep shows, half-open."""
    return rep.t_start_ns - AROUND_NS, rep.t_end_ns + AROUND_NS


def replay_data(poses: PoseBatch, rep: Rep) -> Json | None:
    """Return a rep's angles with its marks; None where there are no angles of it.

    Unknown angles are null. Times are seconds from the rep's start.
    """
    begin_ns, end_ns = span_ns(rep)
    inside = np.flatnonzero((poses.t_ns >= begin_ns) & (poses.t_ns < end_ns))
    if len(inside) < 2:
        return None
    step = max(1, round(NS_PER_S / POINTS_PER_S / float(np.median(np.diff(poses.t_ns[inside])))))
    shown = inside[::step]
    known = poses.valid[shown]
    t_s = (poses.t_ns[shown] - rep.t_start_ns) / NS_PER_S
    return {
        "t_s": [round(float(t), 3) for t in t_s],
        "pelvis_deg": _column(poses.pelvis_pitch_deg[shown], known),
        "lumbar_deg": _column(poses.lumbar_pitch_deg[shown], known),
        "tilt_deg": _column(poses.posterior_pelvic_tilt_deg[shown], known),
        "lambda_deg": _column(poses.lumbar_extension_deg[shown], known),
        "tilt_sigma_deg": _column(poses.pelvis_sigma_deg[shown], known),
        "lambda_sigma_deg": _column(poses.lumbar_extension_sigma_deg[shown], known),
        "marks": marks(rep),
        "tempo": tempo(rep),
        "level": level(rep),
        "verdict": verdict_words(rep),
        "limits": limits(rep),
        "label": f"Set {rep.set_number}, rep {rep.rep_number}",
    }


def marks(rep: Rep) -> Json:
    """Return the rep's times in seconds from its start."""
    times = {"lockout_s": rep.t_lockout_ns, "lower_s": rep.t_lower_ns, "end_s": rep.t_end_ns}
    return {name: round((t - rep.t_start_ns) / NS_PER_S, 3) for name, t in times.items()}


def tempo(rep: Rep) -> list[Json]:
    """Return the three parts of a rep with their seconds."""
    down = rep.eccentric_s if rep.lowered else None
    parts = (("up", rep.concentric_s), ("hold", rep.hold_s), ("down", down))
    return [{"name": name, "seconds": None if s is None else round(s, 2)} for name, s in parts]


def level(rep: Rep) -> str:
    """Return how a rep is coloured; unknown is never good."""
    found = {warning.level for warning in rep.warnings}
    if Level.RED in found:
        return "red"
    if Level.AMBER in found or rep.partial:
        return "amber"
    return "good" if rep.graded else "unknown"


def limits(rep: Rep) -> list[Json]:
    """Return the limits that were exceeded, each on the angle it is drawn on."""
    return [
        {
            "angle": _DRAWN_ON[warning.id.value],
            "value": round(warning.value, 1),
            "limit": round(warning.limit, 1),
            "t_s": round((warning.t_ns - rep.t_start_ns) / NS_PER_S, 3),
            "level": warning.level.value,
            "title": WARNINGS[warning.id].title,
        }
        for warning in rep.warnings
        if warning.id.value in _DRAWN_ON
    ]


_DRAWN_ON: Final = {"W1b": "lambda", "W2": "lambda"}
"""Warnings whose limit is an angle as drawn; W1's may be against the own reference."""


def _column(values: Floats, known: Booleans) -> list[float | None]:
    good = known & np.isfinite(values)
    return [
        round(float(value), 2) if is_known else None for value, is_known in zip(values, good, strict=True)
    ]
