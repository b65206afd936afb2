"""OpenSim motion files (``.mot``): both angles over time, for any tool of that family.

Signs are OpenSim's (definitions 1: + posterior, + extension); the zero is the athlete's own neutral standing,
not the generic model's, and the header says so.
"""

from pathlib import Path
from typing import Final

import numpy as np

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.samples import NS_PER_S

COLUMNS: Final = ("time", "pelvis_tilt", "lumbar_extension")
_DIGITS: Final = 6


def write_mot(path: Path, analysis: Analysis, title: str) -> None:
    """Write a motion; points at which an angle is not known are left out.

    Parameters
    ----------
    path
        Best one of :func:`lumbarwatch.exchange.files.replacing`.
    title
        First line of the file; no name of a person.

    Raises
    ------
    InputError
        There is no calibration, so that the angles have no zero, or no angle at all.
    """
    poses = analysis.poses
    known = np.isfinite(poses.pelvis_pitch_deg) & np.isfinite(poses.lumbar_extension_deg)
    if not analysis.calibration.valid or not known.any():
        message = f"{title} has no angles with a zero (no valid calibration): a motion can't be written."
        raise InputError(InputReason.NO_ROWS, message)
    t_ns = poses.t_ns[known]
    t_s = (t_ns - t_ns[0]) / NS_PER_S
    rows = zip(t_s, poses.pelvis_pitch_deg[known], poses.lumbar_extension_deg[known], strict=True)
    lines = _header(title, len(t_ns), int(np.count_nonzero(~known)), int(t_ns[0]))
    lines += ["\t".join(f"{value:.{_DIGITS}f}" for value in row) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _header(title: str, rows: int, left_out: int, first_ns: int) -> list[str]:
    return [
        " ".join(title.split()),
        "version=1",
        f"nRows={rows}",
        f"nColumns={len(COLUMNS)}",
        "inDegrees=yes",
        "",
        "Zero of both angles: the athlete's own neutral standing, not the generic model's.",
        "pelvis_tilt: pelvis against gravity, + posterior; 90 lying face up.",
        "lumbar_extension: first lumbar vertebra against the pelvis, + extension.",
        "Estimates from two worn sensors, with an uncertainty of some degrees.",
        f"Time 0 is {first_ns / NS_PER_S:.6f} s of the recording; {left_out} points without angles left out.",
        "endheader",
        "\t".join(COLUMNS),
    ]
