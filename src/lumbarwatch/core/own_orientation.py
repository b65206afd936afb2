"""A sensor's own orientation: used where asked or where there is nothing else, checked against gravity."""

from dataclasses import dataclass
from enum import StrEnum
from math import degrees, sqrt

import numpy as np

from lumbarwatch.core.rotations import up_in_sensor
from lumbarwatch.model.checks import Booleans, Floats


class DistrustReason(StrEnum):
    """Why a sensor's own quaternion is not used."""

    AGAINST_GRAVITY = "against_gravity"  # its vertical is not that of the accelerometer
    INVERTED = "inverted"  # earth to sensor instead of sensor to earth
    OTHER_AXES = "other_axes"  # right, but of other axes than those of the accelerometer
    FROZEN = "frozen"  # it stands still while the sensor turns


@dataclass(frozen=True, slots=True)
class OwnOrientationParams:
    """Tuning of the check (convention)."""

    every_s: float = 0.1  # compared so often
    memory_s: float = 10.0
    least_s: float = 5.0  # compared so long before a verdict
    distrust_deg: float = 5.0  # RMS; makers state 1 deg in movement (devices 3.1)
    trust_deg: float = 2.5  # RMS at which trust returns
    frozen_deg: float = 0.05  # own vertical moved less ...
    moved_deg: float = 10.0  # ... while the sensor turned more, between two comparisons a second apart


class OwnOrientation:
    """Compares a sensor's quaternion with the vertical found here; says which samples it may be used for."""

    def __init__(self, params: OwnOrientationParams, nominal_rate_hz: float) -> None:
        self._params = params
        self._every = max(1, round(params.every_s * nominal_rate_hz))
        self._step_s = self._every / nominal_rate_hz
        self._seen = 0
        self._compared = 0
        self._squares = 0.0  # deg^2, sum over all comparisons
        self._recent = 0.0  # deg^2, forgetting mean
        self._recent_inverted = 0.0
        self._joint = np.zeros((3, 3))  # forgetting mean of own vertical x vertical found
        self._last: tuple[Floats, Floats] | None = None
        self._still = 0
        self.reason: DistrustReason | None = None

    @property
    def proven(self) -> bool:
        """Whether it was compared long enough and agrees."""
        return self.reason is None and self._compared * self._step_s >= self._params.least_s

    @property
    def check_deg(self) -> float | None:
        """RMS angle between both verticals; None before the first comparison."""
        return sqrt(self._squares / self._compared) if self._compared else None

    def trusted(self, quat: Floats, up: Floats) -> Booleans:
        """Whether each quaternion (n, 4) may be used (n,), compared with ``up`` (n, 3) found here."""
        at = np.arange((-self._seen) % self._every, len(quat), self._every)
        self._seen += len(quat)
        trusted = np.full(len(quat), self.reason is None)
        if not len(at):
            return trusted
        own = up_in_sensor(quat[at])
        inverted = up_in_sensor(quat[at] * np.array([1.0, -1.0, -1.0, -1.0]))
        found = up[at]
        off, off_inverted = _apart_deg(own, found), _apart_deg(inverted, found)
        for k, i in enumerate(at.tolist()):
            before = self.reason
            self._compare(float(off[k]), float(off_inverted[k]), own[k], found[k])
            if self.reason is not before:
                trusted[i:] = self.reason is None
        return trusted

    def _compare(self, off: float, off_inverted: float, own: Floats, found: Floats) -> None:
        params = self._params
        self._compared += 1
        self._squares += off * off
        share = max(self._step_s / params.memory_s, 1.0 / self._compared)
        self._recent += share * (off * off - self._recent)
        self._joint += share * (own[:, None] * found - self._joint)
        self._recent_inverted += share * (off_inverted * off_inverted - self._recent_inverted)
        if self._last is None:
            self._last = (own, found)
        moved_own = float(_apart_deg(own[None], self._last[0][None])[0])
        moved = float(_apart_deg(found[None], self._last[1][None])[0])
        if moved_own > params.frozen_deg:
            self._last = (own, found)
        self._judge(frozen=moved_own <= params.frozen_deg and moved > params.moved_deg)

    def _judge(self, *, frozen: bool) -> None:
        params = self._params
        if self._compared * self._step_s < params.least_s:
            return
        rms = sqrt(self._recent)
        if frozen:
            self.reason = DistrustReason.FROZEN
        elif rms > params.distrust_deg:
            self.reason = self._why_apart()
        elif rms < params.trust_deg:
            self.reason = None

    def _why_apart(self) -> DistrustReason:
        if self._recent_inverted < 0.25 * self._recent:
            return DistrustReason.INVERTED
        if _left_deg(self._joint) < self._params.trust_deg:
            return DistrustReason.OTHER_AXES
        return DistrustReason.AGAINST_GRAVITY


def _left_deg(joint: Floats) -> float:
    """RMS angle left between pairs of unit vectors after the best constant rotation (Kabsch 1976)."""
    left, values, right = np.linalg.svd(joint)
    least = -values[2] if np.linalg.det(left) * np.linalg.det(right) < 0 else values[2]
    return degrees(sqrt(max(0.0, 2.0 - 2.0 * float(values[0] + values[1] + least))))


def _apart_deg(first: Floats, second: Floats) -> Floats:
    """Angle between unit vectors (n, 3), by chord: exact enough for small angles, bounded for large ones."""
    off = first - second
    chord = np.sqrt(np.einsum("ij,ij->i", off, off))
    return np.degrees(2.0 * np.arcsin(np.minimum(chord / 2.0, 1.0)))
