"""Angles over time and measured reps, made by hand for the tests of this folder."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from lumbarwatch.core.history import CHANNELS, INDEX, History
from lumbarwatch.core.metrics import Measured
from lumbarwatch.model.motion import RepQuality

RATE_HZ = 100


def moved(*parts: tuple[float, float]) -> np.ndarray:
    """Angles at 100 Hz from (seconds, value) pairs: smooth strokes to each value, the first one held."""
    values = [np.full(round(parts[0][0] * RATE_HZ), parts[0][1])]
    for (_, before), (seconds, value) in pairwise(parts):
        u = np.linspace(0.0, 1.0, round(seconds * RATE_HZ) + 1)[1:]
        values.append(before + (value - before) * (10 * u**3 - 15 * u**4 + 6 * u**5))
    return np.concatenate(values)


def history_of(pelvis: np.ndarray, lumbar: np.ndarray | None = None, **channels: np.ndarray) -> History:
    """A history in which both sensors are there all the time, lambda following from the pitches."""
    n = len(pelvis)
    block = np.zeros((len(CHANNELS), n))
    lumbar = pelvis if lumbar is None else lumbar
    block[INDEX["pelvis_pitch_deg"]], block[INDEX["lumbar_pitch_deg"]] = pelvis, lumbar
    block[INDEX["lumbar_extension_deg"]] = lumbar - pelvis
    block[INDEX["pelvis_rate_dps"]] = np.gradient(pelvis) * RATE_HZ
    for name in ("pelvis_acc_norm_mps2", "lumbar_acc_norm_mps2"):
        block[INDEX[name]] = 9.80665
    for name in ("pelvis_present", "lumbar_present"):
        block[INDEX[name]] = 1.0
    for name, values in channels.items():
        block[INDEX[name]] = values
    history = History()
    history.append(0, block)
    return history


def measured(**changes: Any) -> Measured:
    """A good rep from 45 to 98 deg, its indices 100 to 450."""
    values: dict[str, Any] = {  # as in definitions 4
        "start": 100.0, "lockout": 200.0, "lower": 280.0, "end": 450.0, "bottom_deg": 45.0,
        "bottom_after_deg": 45.0, "rom_deg": 53.0, "rom_m": 0.35, "phi_top_deg": 98.0,
        "tilt_lockout_deg": 8.0,
        "lambda_lockout_deg": -5.0, "lambda_peak_deg": -2.0, "lambda_peak_at": 150,
        "lambda_low_held_deg": -8.0,
        "lambda_low_at": 150, "lambda_eccentric_max_deg": -3.0, "roll_lockout_deg": 1.0,
        "rate_peak_dps": 60.0,
        "rate_mean_dps": 30.0, "impact_g_mps2": 10.0, "pelvis_sigma_deg": 0.5, "lumbar_sigma_deg": 0.5,
        "pelvis_hidden": False, "lockout_hidden": False, "pelvis_top_hidden": False, "descent_hidden": False,
        "lumbar_missing": False, "pelvis_missing": False, "lambda_hidden": False, "side_lying": False,
        "quality": RepQuality(),
        "lowered": True, "left": False,
    }  # fmt: skip
    return Measured(**(values | changes))


def in_pieces(values: np.ndarray, sizes: Sequence[int]) -> list[tuple[int, np.ndarray]]:
    """(first index, piece) with these sizes over and over."""
    found, at, k = [], 0, 0
    while at < len(values):
        found.append((at, values[at : at + sizes[k % len(sizes)]]))
        at, k = at + sizes[k % len(sizes)], k + 1
    return found
