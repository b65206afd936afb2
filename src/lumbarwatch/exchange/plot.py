"""The analysis as a picture: angles over time, reps shaded, warnings marked."""

from pathlib import Path
from typing import Any

import numpy as np

from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.motion import PoseBatch, Rep
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.verdicts import Level, WarningVerdict

MOST_POINTS = 20_000
"""Points drawn per curve: more than the pixels there are."""

COLOURS = {
    "pelvis": "#1f5fa8",
    "lumbar": "#7a4fa3",
    "rep": "#9fb8cc",
    "partial": "#d8d0b0",
    "ungraded": "#dddddd",
    Level.AMBER: "#d98a00",
    Level.RED: "#c1121f",
}


def write_plot(path: Path, analysis: Analysis, title: str = "") -> None:
    """Draw the analysis as PNG: pitch of both segments and lumbar extension (one sigma) over time."""
    from matplotlib.figure import Figure  # noqa: PLC0415  (heavy: only where a picture is wanted)

    figure: Any = Figure(figsize=(_width_in(analysis), 7.0), layout="constrained", dpi=120)
    pelvis, lumbar = figure.subplots(2, 1, sharex=True)
    poses = _thinned(analysis.poses)
    t_s = poses.t_ns / NS_PER_S
    pelvis.plot(t_s, poses.pelvis_pitch_deg, color=COLOURS["pelvis"], lw=1.0, label="pelvis pitch")
    pelvis.plot(t_s, poses.lumbar_pitch_deg, color=COLOURS["lumbar"], lw=0.8, alpha=0.7, label="L1 pitch")
    _with_sigma(lumbar, t_s, poses.lumbar_extension_deg, poses.lumbar_extension_sigma_deg)
    for axes in (pelvis, lumbar):
        _shade(axes, analysis.reps)
        axes.grid(alpha=0.25, lw=0.5)
        axes.spines[["top", "right"]].set_visible(False)
    _mark(pelvis, lumbar, analysis)
    _number_reps(pelvis, analysis.reps)
    pelvis.set_ylabel("pitch (deg)\n0 standing, 90 face up")
    lumbar.set_ylabel("lumbar extension (deg)\n+ arched, - tucked")
    lumbar.set_xlabel("time (s)")
    _legends(pelvis, lumbar, analysis)
    figure.suptitle(_title(analysis, title), fontsize=11)
    figure.savefig(path, format="png")


def _width_in(analysis: Analysis) -> float:
    """Wider for longer recordings, within what a screen can show."""
    return float(np.clip(analysis.duration_s / 15.0, 11.0, 28.0))


def _thinned(poses: PoseBatch) -> PoseBatch:
    step = max(1, len(poses) // MOST_POINTS)
    if step == 1:
        return poses
    return PoseBatch(**{name: getattr(poses, name)[::step] for name in PoseBatch.__slots__})


def _with_sigma(axes: Any, t_s: Floats, angle: Floats, sigma: Floats) -> None:
    axes.fill_between(
        t_s, angle - sigma, angle + sigma, color=COLOURS["lumbar"], alpha=0.2, lw=0, label="one sigma"
    )
    axes.plot(t_s, angle, color=COLOURS["lumbar"], lw=1.0, label="lumbar extension")
    axes.axhline(0.0, color="black", lw=0.6, alpha=0.6)


def _shade(axes: Any, reps: tuple[Rep, ...]) -> None:
    for rep in reps:
        kind = "partial" if rep.partial else "rep" if rep.graded else "ungraded"
        axes.axvspan(
            rep.t_start_ns / NS_PER_S, rep.t_end_ns / NS_PER_S, color=COLOURS[kind], alpha=0.35, lw=0
        )


def _number_reps(axes: Any, reps: tuple[Rep, ...]) -> None:
    for rep in reps:
        middle_s = (rep.t_start_ns + rep.t_end_ns) / 2 / NS_PER_S
        axes.annotate(
            f"{rep.rep_number}",
            (middle_s, 0.0),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=7,
            color="#444444",
        )


def _mark(pelvis: Any, lumbar: Any, analysis: Analysis) -> None:
    """Mark each warning on the curve it is about, several of one rep above each other."""
    heights: dict[int, int] = {}
    found = [warning for rep in analysis.reps for warning in rep.warnings]
    found += [warning for one in analysis.sets for warning in one.warnings]
    for warning in sorted(found, key=lambda one: one.t_ns):
        axes = (
            lumbar
            if warning.id.value[:2] in {"W2", "W6"} or warning.id.value in {"W1b", "W1c", "W4b"}
            else pelvis
        )
        place = (axes is lumbar, warning.t_ns // (3 * NS_PER_S))
        above = heights.get(hash(place), 0)
        heights[hash(place)] = above + 1
        _mark_one(axes, warning, above)


def _mark_one(axes: Any, warning: WarningVerdict, above: int) -> None:
    t_s = warning.t_ns / NS_PER_S
    colour = COLOURS[warning.level]
    axes.axvline(t_s, color=colour, lw=0.8, alpha=0.8)
    axes.annotate(
        warning.id.value,
        (t_s, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(2, -9 - 10 * (above % 4)),
        textcoords="offset points",
        fontsize=7,
        color="white",
        bbox={"boxstyle": "round,pad=0.15", "fc": colour, "ec": "none"},
    )


def _legends(pelvis: Any, lumbar: Any, analysis: Analysis) -> None:
    from matplotlib.patches import Patch  # noqa: PLC0415

    handles, _ = pelvis.get_legend_handles_labels()
    kinds = {"partial" if rep.partial else "rep" if rep.graded else "ungraded" for rep in analysis.reps}
    names = {"rep": "rep", "partial": "partial rep", "ungraded": "rep, not graded"}
    handles += [Patch(color=COLOURS[kind], alpha=0.35, label=names[kind]) for kind in names if kind in kinds]
    levels = {warning.level for rep in analysis.reps for warning in rep.warnings}
    handles += [
        Patch(color=COLOURS[level], label=f"{level.value} warning") for level in Level if level in levels
    ]
    for axes, shown in ((pelvis, handles), (lumbar, None)):
        axes.legend(
            **({"handles": shown} if shown else {}),
            loc="upper left",
            bbox_to_anchor=(1.0, 1.0),
            fontsize=8,
            frameon=False,
        )


def _title(analysis: Analysis, title: str) -> str:
    graded = sum(rep.graded for rep in analysis.reps)
    calibration = analysis.calibration
    source = calibration.source.value if calibration.valid else "none"
    how = ", refined (not causal)" if analysis.refined else ""
    counts = f"{len(analysis.reps)} reps, {graded} graded, calibration: {source}{how}"
    return f"{title}\n{counts}" if title else counts
