"""A frame for each sensor that does not depend on how it was mounted.

Filters clip and weigh by component: the same movement seen from another mounting differs in the fifth digit.
Turned first into a frame that the stream's own first sample defines, it does not differ at all: Z along the
first specific force, X along what is level of the first angular rate.
"""

import numpy as np
from scipy.spatial.transform import Rotation

from lumbarwatch.core.geometry import turned
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.model.checks import Floats

LEAST_RATE_RADPS = 1e-6


class CanonicalFrame:
    """Turns one sensor's samples into its canonical frame, which the first of them fixes."""

    def __init__(self) -> None:
        self._turn: Floats | None = None  # (3, 3) canonical from sensor

    @property
    def turn(self) -> Floats:
        """Rotation (3, 3) that takes the sensor's own vectors into the frame, as far as it is fixed."""
        return np.eye(3) if self._turn is None else self._turn

    def step(self, timed: TimedBatch) -> TimedBatch:
        """The same samples in the canonical frame; a sensor without raw data is left as it is."""
        if timed.acc_mps2 is None:
            return timed
        if self._turn is None:
            self._turn = _frame(timed.acc_mps2[0], timed.gyr_radps[0])
        turn = self._turn
        quat = timed.quat_wxyz
        return TimedBatch(
            t_ns=timed.t_ns,
            arrival_ns=timed.arrival_ns,
            gyr_radps=np.ascontiguousarray(turned(turn, timed.gyr_radps)),
            acc_mps2=np.ascontiguousarray(turned(turn, timed.acc_mps2)),
            quat_wxyz=None if quat is None else _turned(quat, turn),
            lost=timed.lost,
            restarted=timed.restarted,
            period_ns=timed.period_ns,
        )


def _frame(acc_mps2: Floats, gyr_radps: Floats) -> Floats:
    norm = float(np.linalg.norm(acc_mps2))
    up = acc_mps2 / norm if norm > 0 else np.array([0.0, 0.0, 1.0])
    level = gyr_radps - (gyr_radps @ up) * up
    if float(np.linalg.norm(level)) < LEAST_RATE_RADPS:
        level = np.cross(up, np.eye(3)[int(np.argmin(np.abs(up)))])
    right = level / np.linalg.norm(level)
    return np.real(np.stack((right, np.cross(up, right), up)))


def _turned(quat_wxyz: Floats, turn: Floats) -> Floats:
    """Canonical to earth from sensor to earth: q times the inverse turn."""
    w, x, y, z = Rotation.from_matrix(turn).inv().as_quat(scalar_first=True)
    right = np.array([[w, -x, -y, -z], [x, w, z, -y], [y, -z, w, x], [z, y, -x, w]])
    return np.einsum("ij,nj->ni", right, quat_wxyz)
