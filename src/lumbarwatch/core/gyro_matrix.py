"""What a gyroscope gets wrong while it turns, learnt from gravity.

Parts come with scales and axes true to about 1 %. VQF estimates a constant offset only; what is left makes
the vertical drift in rotation, by more than noise or offset do, and the accelerometer holds it back with a
time constant of seconds. But the same drift tells what is wrong: in a frame carried along by the gyroscope,
the mean specific force of some seconds stays where it is only if the rates are right. Each block of movement
is one linear regression of those means on

    rate = (1 + M) rate as read - offset,    force = gravity + offset of the accelerometer,

M (3, 3); the blocks' normal equations add up. Means of ``window_s`` hold the movement's own acceleration
off (its displacement is bounded), what is left of it is the scatter that a block is weighted by. A movement
that says nothing of M leaves it at zero. Least squares with a prior: Gelb, Applied Optimal Estimation, 1974.
"""

from dataclasses import dataclass
from math import radians

import numpy as np

from lumbarwatch.core.rotations import rotation_matrices, to_earth
from lumbarwatch.core.strapdown import carried
from lumbarwatch.model.checks import Floats

UNKNOWNS = 15
"""Nine elements of M, three offsets of the gyroscope, three of the accelerometer."""


@dataclass(frozen=True, slots=True)
class GyroMatrixParams:
    """Tuning: conventions, none fitted to data. Half or one and a half of any changes little (NOTES.md)."""

    element: float = 0.01  # one sigma of an element of M before anything is known (data sheets: 0.3 to 3 %)
    bias_dps: float = 0.03  # of what VQF leaves of the gyroscope's offset (its own figure at rest)
    acc_bias_mps2: float = 0.3  # of the accelerometer's offset (30 mg)
    least_scatter: float = 0.002  # rad; of a window's vertical, at least
    most: float = 0.03  # no element is taken for larger: three sigma
    cell_s: float = 0.05  # movement is summed up in such cells
    window_s: float = 8.0  # longer than two repetitions; half of it from one to the next
    windows: int = 7  # in a block; together they count as one measurement, as what is left in them is alike
    least_turn: float = 2.0  # rad; a block that turned less tells nothing: 1 % of it is 1 deg
    at_first: int = 8  # so many blocks are learnt from ...
    then_every: int = 4  # ... then every so many-th: enough for what changes with the temperature
    memory_s: float = 1800.0  # scales follow the temperature


class GyroMatrix:
    """Collects samples in blocks; M changes only between them, so that it follows from the samples alone."""

    def __init__(self, params: GyroMatrixParams, period_s: float) -> None:
        self._params = params
        prior = [params.element] * 9 + [radians(params.bias_dps)] * 3 + [params.acc_bias_mps2] * 3
        self._prior = np.diag(np.array(prior) ** -2.0)
        self._information = self._prior
        self._pull = np.zeros(UNKNOWNS)
        self._found: Floats = np.zeros(UNKNOWNS)
        self._gain: Floats | None = None
        self._blocks = 0
        self._learnt = 0  # of them
        self._set_period(period_s)

    def _set_period(self, period_s: float) -> None:
        params = self._params
        self._period_s = period_s
        self._cell = 1 + 2 * round((params.cell_s / period_s - 1.0) / 2.0)  # odd: it has a middle sample
        self._cell = max(1, self._cell)
        half = max(1, round(params.window_s / (2.0 * self._cell * period_s)))
        cells = half * (params.windows + 1)
        weight = np.hanning(2 * half + 2)[1:-1]
        self._weights = np.zeros((params.windows, cells))
        for i in range(params.windows):
            self._weights[i, i * half : (i + 2) * half] = weight / weight.sum()
        # of what is summed up over time, each window's mean: the sums' weights
        later = self._weights[:, ::-1].cumsum(axis=1)[:, ::-1] - 0.5 * self._weights
        self._sum_weights = later * (self._cell * period_s)
        self._rates = np.empty((cells * self._cell, 3))
        self._forces = np.empty((cells * self._cell, 3))
        self._count = 0

    @property
    def matrix(self) -> Floats:
        """M (3, 3) as it stands."""
        return self._found[:9].reshape(3, 3)

    @property
    def gain(self) -> Floats | None:
        """1 + M (3, 3), None as long as nothing is known."""
        return self._gain

    @property
    def room(self) -> int:
        """Samples left until M may change; at least 1."""
        return len(self._rates) - self._count

    def push(self, rates: Floats, acc: Floats) -> None:
        """Append samples (n, 3): corrected rates less the offset, and specific force."""
        start, self._count = self._count, self._count + len(rates)
        if self._count > len(self._rates):  # a gap at the block's very end was filled
            self.interrupt()
            return
        if self._learning:
            self._rates[start : self._count] = rates
            self._forces[start : self._count] = acc
        if self._count == len(self._rates):
            if self._learning:
                self._learn()
            self._count = 0
            self._blocks += 1

    @property
    def _learning(self) -> bool:
        """Whether the block under way is learnt from."""
        return self._learnt < self._params.at_first or self._blocks % self._params.then_every == 0

    def interrupt(self) -> None:
        """Something was lost: the block under way is given up. What was learnt stays."""
        self._count = 0

    def change_period(self, period_s: float) -> None:
        """Samples come at another period from now on."""
        self._set_period(period_s)

    def _learn(self) -> None:
        """Take in a whole block, weighted by how far it is from what was known before."""
        params = self._params
        rate = self._in_cells(self._rates)
        if np.abs(rate).sum() * self._cell * self._period_s < params.least_turn:
            return
        design, seen = self._regression(rate)
        target = seen + design[:, :9] @ self._found[:9]  # as it would be without the M in the rates
        left = target - design @ self._found
        scatter = max(params.least_scatter**2, float(left @ left) / (2 * params.windows))
        weight = 1.0 / (scatter * params.windows)
        passed = 1 if self._learnt < params.at_first else params.then_every
        keep = 1.0 - passed * len(self._rates) * self._period_s / params.memory_s
        kept = self._prior + keep * (self._information - self._prior)
        self._information = kept + weight * (design.T @ design)
        self._pull = keep * self._pull + weight * (design.T @ target)
        self._found[:] = np.linalg.solve(self._information, self._pull)
        self._found[:9] = np.clip(self._found[:9], -params.most, params.most)
        gain: Floats = np.eye(3)
        gain += self.matrix
        self._gain = gain
        self._learnt += 1

    def _regression(self, rate: Floats) -> tuple[Floats, Floats]:
        """How the windows' vertical depends on the unknowns, (3 windows, 15), and where it was seen."""
        windows = len(self._weights)
        quat = carried(self._rates, self._period_s)[self._cell // 2 :: self._cell]
        turned = rotation_matrices(quat)
        seen = self._weights @ to_earth(quat, self._in_cells(self._forces))
        mean = seen.mean(axis=0)
        gravity = float(np.sqrt(mean @ mean))
        up = mean / gravity
        # of a rate wrong in sensor axis j by the rate about axis k, and by 1: rotation in the earth frame
        by_scale = (turned[:, :, :, None] * rate[:, None, None, :]).reshape(-1, 27)
        by_offset = turned.reshape(-1, 9)
        angle = np.concatenate(
            [
                (self._sum_weights @ by_scale).reshape(windows, 3, 9),
                (self._sum_weights @ by_offset).reshape(windows, 3, 3),
            ],
            axis=2,
        )
        level = np.eye(3) - np.outer(up, up)
        axes = (self._weights @ by_offset).reshape(windows, 3, 3)
        design = np.concatenate([_cross_with(up) @ angle, (level @ axes) / gravity], axis=2)
        off = (seen / gravity) @ level
        return (design - design.mean(axis=0)).reshape(-1, UNKNOWNS), (off - off.mean(axis=0)).ravel()

    def _in_cells(self, values: Floats) -> Floats:
        total = values[:: self._cell].copy()
        for k in range(1, self._cell):
            total += values[k :: self._cell]
        return total / self._cell


def _cross_with(vector: Floats) -> Floats:
    """Matrix (3, 3) of the cross product vector x ..."""
    x, y, z = vector.tolist()
    return np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
