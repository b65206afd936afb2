"""The least error an estimator can have: exact fusion, exact clocks, exact mounting.

The simulator tells how each sensor really was turned (the skin's motion under it included), so the vertical
in its frame is exact. What stays is of two kinds: the skin, which no sensor on it can see, and what the
part's own accelerometer errors (offset, scale) do to that vertical. Both verticals are zeroed over the
calibration's standing, as definitions 3 say, and turned by the true mounting. A slip is part of how a
sensor was turned.
"""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.simulate.session import SimulatedSession


@dataclass(frozen=True)
class Floor:
    """Errors (deg) of an exact estimator on the truth's time grid."""

    t_s: Floats
    skin: dict[str, Floats]  # pelvis_pitch_deg, lumbar_extension_deg: exact gravity
    part: dict[str, Floats]  # the vertical as this part's accelerometer has it


def floor_of(session: SimulatedSession) -> Floor:
    """What stays of the error with exact fusion and mounting."""
    t_s = np.asarray(session.series["t_s"], np.float64)
    pitch = {place: _pitches(session, place, t_s) for place in Placement}
    true = {
        name: np.asarray(session.series[name], np.float64)
        for name in ("pelvis_pitch_deg", "lumbar_extension_deg")
    }
    found: list[dict[str, Floats]] = []
    for which in (0, 1):
        pelvis, lumbar = pitch[Placement.PELVIS][which], pitch[Placement.LUMBAR][which]
        found.append({
            "pelvis_pitch_deg": _wrapped(pelvis - true["pelvis_pitch_deg"]),
            "lumbar_extension_deg": _wrapped(lumbar - pelvis - true["lumbar_extension_deg"]),
        })  # fmt: skip
    return Floor(t_s, *found)


def _pitches(session: SimulatedSession, place: Placement, t_s: Floats) -> tuple[Floats, Floats]:
    said = place.other if session.scenario.swapped else place
    signals = session.signals[said]
    up = _up(signals.quat_wxyz)
    part = session.parts[said]
    read = up * STANDARD_GRAVITY_MPS2 * part.acc_scale + part.acc_offset_mps2
    stand = session.performance.windows[CalibrationStep.STAND][0]
    still = (signals.t_true_s >= stand[0]) & (signals.t_true_s < stand[1])
    pitches: list[Floats] = []
    for vertical in (up, read):
        segment = np.einsum("ij,nj->ni", session.mounting[place], vertical)
        pitch = np.unwrap(np.arctan2(segment[:, 0], segment[:, 1]))
        pitch = np.degrees(pitch - pitch[still].mean())
        pitches.append(np.interp(t_s, signals.t_true_s, pitch))
    return pitches[0], pitches[1]


def _up(q: Floats) -> Floats:
    """World up (n, 3) in the sensor's frame."""
    w, x, y, z = q.T
    return np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)), axis=1)


def _wrapped(deg: Floats) -> Floats:
    return np.mod(deg + 180.0, 360.0) - 180.0
