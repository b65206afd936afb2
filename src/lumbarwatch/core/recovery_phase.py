"""The seconds after a gap: epochs of samples go through :class:`Recovery`, each sample gets its vertical."""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.core.recovery import Recovery, RecoveryParams, Vector
from lumbarwatch.core.rotations import levelling, multiply, to_earth
from lumbarwatch.model.checks import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Levelled:
    """Samples with their quaternions levelled to the vertical found."""

    quat: Floats  # (n, 4)
    sigma_rad: Floats  # (n,) of the angle to the true vertical


class RecoveryPhase:
    """Runs the filter at every ``epoch`` samples; a sample's vertical is that of the last whole epoch."""

    def __init__(
        self, params: RecoveryParams, period_s: float, epoch: int, up: Vector, sigma_rad: float
    ) -> None:
        self.filter = Recovery(params, epoch * period_s, up, sigma_rad)
        self.samples_left = 0
        self._epoch = epoch
        self._open = np.empty((0, 4))  # specific force (earth frame) and squared rate of the epoch under way
        self._look_sigma_rad: float | None = None

    def warm_up(self, quat: Floats, acc: Floats, gyr: Floats) -> None:
        """Let the filter see past movement; what it thinks of the vertical and its sigma stays."""
        up, variance = self.filter.up, self.filter.variance
        for row in self._epochs(quat, acc, gyr):
            self.filter.step((row[0], row[1], row[2]), row[3] ** 0.5)
        self._open = np.empty((0, 4))
        self.filter.reset_vertical(up, variance)

    def look_at_force(self, sigma_rad: float) -> None:
        """Take the next sample's specific force itself for a measurement of the vertical."""
        self._look_sigma_rad = sigma_rad

    def levelled(self, quat: Floats) -> Floats:
        """Quaternions (n, 4) in the frame of the vertical as it stands."""
        return multiply(np.broadcast_to(levelling(np.array([self.filter.up])), quat.shape), quat)

    def step(self, quat: Floats, acc: Floats, gyr: Floats) -> Levelled:
        """Go through samples (n, .) in a frame that the gyroscope carries along."""
        n, already = len(quat), len(self._open)
        if self._look_sigma_rad is not None:
            x, y, z = to_earth(quat[:1], acc[:1])[0].tolist()
            self.filter.look((x, y, z), self._look_sigma_rad)
            self._look_sigma_rad = None
        ups, sigmas = [self.filter.up], [self.filter.sigma_rad]
        for row in self._epochs(quat, acc, gyr):
            self.filter.step((row[0], row[1], row[2]), row[3] ** 0.5)
            ups.append(self.filter.up)
            sigmas.append(self.filter.sigma_rad)
        whole = (np.arange(already + 1, already + n + 1)) // self._epoch
        level = levelling(np.array(ups))
        self.samples_left -= n
        return Levelled(multiply(level[whole], quat), np.array(sigmas)[whole])

    def _epochs(self, quat: Floats, acc: Floats, gyr: Floats) -> list[list[float]]:
        """Mean force and mean squared rate of each epoch that these samples complete."""
        rows = np.empty((len(quat), 4))
        rows[:, :3] = to_earth(quat, acc)
        rows[:, 3] = gyr[:, 0] ** 2 + gyr[:, 1] ** 2 + gyr[:, 2] ** 2
        rows = np.concatenate([self._open, rows])
        epochs = len(rows) // self._epoch
        self._open = rows[epochs * self._epoch :]
        total = np.zeros((epochs, 4))
        for k in range(self._epoch):  # in order, so that sums do not depend on how many epochs come together
            total += rows[k : epochs * self._epoch : self._epoch]
        return (total / self._epoch).tolist()
