"""The least error an estimator can have: exact fusion, exact clocks, exact mounting.

The simulator tells how each sensor really was turned (the skin's motion under it included), so the vertical in
its frame is exact. What stays is of two kinds: the skin, which no sensor on it can see, and what the part's own
accelerometer errors (offset, scale) do to that vertical. The latter are found to high precision by regressing
the measured specific force on the true one. Both verticals are zeroed over the calibration's standing, as
definitions 3 say, and turned by the true mounting.
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
    scale, offset = part_errors(session, place)
    read = up * STANDARD_GRAVITY_MPS2 * scale + offset
    stand = session.performance.windows[CalibrationStep.STAND][0]
    still = (signals.t_true_s >= stand[0]) & (signals.t_true_s < stand[1])
    pitches: list[Floats] = []
    for vertical in (up, read):
        segment = np.einsum("ij,nj->ni", session.mounting[place], vertical)
        pitch = np.unwrap(np.arctan2(segment[:, 0], segment[:, 1]))
        pitch = np.degrees(pitch - pitch[still].mean())
        pitches.append(np.interp(t_s, signals.t_true_s, pitch))
    return pitches[0], pitches[1]


def part_errors(session: SimulatedSession, place: Placement) -> tuple[Floats, Floats]:
    """Scale (3,) and offset (3,) m/s^2 of one sensor's accelerometer."""
    signals = session.signals[place.other if session.scenario.swapped else place]
    every = slice(None, None, 5)
    true = _true_force(session, place, signals.t_true_s[every], signals.quat_wxyz[every])
    fits = [np.polyfit(true[:, axis], signals.acc_mps2[every, axis], 1) for axis in range(3)]
    return np.array([fit[0] for fit in fits]), np.array([fit[1] for fit in fits])


def _true_force(session: SimulatedSession, place: Placement, t_s: Floats, quat_wxyz: Floats) -> Floats:
    """Specific force (n, 3) in the frame of the sensor, whose heading is arbitrary in ``quat_wxyz``."""
    site = session.performance.sites(t_s)[place]
    earth_from_sensor = _matrices(quat_wxyz)
    worn = np.einsum("ijn,jk->nik", site.axes.value, session.mounting[place])
    off = np.einsum("nij,nkj->ik", earth_from_sensor, worn)
    yaw = np.arctan2(off[1, 0] - off[0, 1], off[0, 0] + off[1, 1])
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0.0], [np.sin(yaw), np.cos(yaw), 0.0], [0.0, 0.0, 1.0]])
    return np.einsum("nij,ni->nj", earth_from_sensor, (turn @ site.specific_force_mps2).T)


def _up(q: Floats) -> Floats:
    """World up (n, 3) in the sensor's frame."""
    w, x, y, z = q.T
    return np.stack((2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)), axis=1)


def _matrices(q: Floats) -> Floats:
    w, x, y, z = q.T
    rows = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    return np.moveaxis(np.array(rows), 2, 0)


def _wrapped(deg: Floats) -> Floats:
    return np.mod(deg + 180.0, 360.0) - 180.0
