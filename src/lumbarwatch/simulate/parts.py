"""Sensor groups (design 10) and what a part's errors do to what it should read."""

from dataclasses import dataclass, field, replace

import numpy as np

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.simulate.delivery import Radio
from lumbarwatch.simulate.groups import SensorGroup


@dataclass(frozen=True, slots=True)
class PartErrors:
    """Errors of one kind of sensor; one sigma unless said."""

    gyr_bias_dps: float = 0.0  # turn-on
    gyr_walk_dps: float = 0.0  # random walk of the bias, per square root of a second
    gyr_noise_dps: float = 0.0  # per square root of a hertz
    acc_bias_mg: float = 0.0
    acc_noise_ug: float = 0.0  # per square root of a hertz
    scale: float = 0.0  # per axis, of both
    skin_deg: float = 0.0  # size, see skin.py
    clock_ppm: float = 0.0  # largest
    rate_error: float = 0.0  # of the output rate against the sensor's own clock, largest (convention)
    clock_tick_s: float = 0.0
    int16: bool = False
    acc_range_g: float = 16.0
    gyr_range_dps: float = 2000.0
    radio: Radio = field(default_factory=Radio)


GROUPS = {
    SensorGroup.IDEAL: PartErrors(),
    SensorGroup.GOOD: PartErrors(
        gyr_bias_dps=0.3,
        gyr_walk_dps=0.0006,
        gyr_noise_dps=0.007,
        acc_bias_mg=3.0,
        acc_noise_ug=120.0,
        scale=0.003,
        skin_deg=2.0,
        clock_ppm=15.0,
        rate_error=0.001,
        clock_tick_s=1e-6,
        radio=Radio(batch=2, interval_s=0.015, missed_events=0.02, host_jitter_s=0.0015, lost=0.0005),
    ),
    SensorGroup.CHEAP: PartErrors(
        gyr_bias_dps=1.0,
        gyr_walk_dps=0.002,
        gyr_noise_dps=0.014,
        acc_bias_mg=18.0,
        acc_noise_ug=160.0,
        scale=0.01,
        skin_deg=2.5,
        clock_ppm=50.0,
        rate_error=0.004,
        clock_tick_s=1e-6,
        int16=True,
        radio=Radio(
            batch=4, interval_s=0.030, missed_events=0.05, host_jitter_s=0.002, lost=0.01, lost_burst_s=0.1
        ),
    ),
}
"""The groups of design 10, by name."""


def without_skin(errors: PartErrors) -> PartErrors:
    """The same part on bone."""
    return replace(errors, skin_deg=0.0)


class Part:
    """One sensor with its own drawn errors. A restart draws a new turn-on bias near the old one.

    ``make`` draws what the part is for good (offsets, scales), ``rng`` its noise: the same part can then be
    put to different uses.
    """

    def __init__(
        self, errors: PartErrors, rate_hz: float, make: np.random.Generator, rng: np.random.Generator
    ) -> None:
        self._errors = errors
        self._rate_hz = rate_hz
        self._rng = rng
        self._gyr_bias = np.radians(make.normal(0.0, errors.gyr_bias_dps, 3))
        self._acc_bias = make.normal(0.0, errors.acc_bias_mg * 1e-3 * STANDARD_GRAVITY_MPS2, 3)
        self._gyr_scale = 1.0 + make.normal(0.0, errors.scale, 3)
        self._acc_scale = 1.0 + make.normal(0.0, errors.scale, 3)

    @property
    def acc_offset_mps2(self) -> Floats:
        """What each axis (3,) of the accelerometer reads without any force."""
        return self._acc_bias

    @property
    def acc_scale(self) -> Floats:
        """What each axis (3,) reads more for each m/s^2 of force; 1 is right."""
        return self._acc_scale

    def read_gyr(self, truth_radps: Floats, fresh_start: Integers) -> Floats:
        """Angular rate as read, (n, 3); ``fresh_start``: sample numbers at which the part restarted."""
        errors, shape = self._errors, truth_radps.shape
        walk = np.cumsum(
            self._rng.normal(0.0, np.radians(errors.gyr_walk_dps) / np.sqrt(self._rate_hz), shape), axis=0
        )
        for first in fresh_start.tolist():
            walk[first:] += np.radians(self._rng.normal(0.0, 0.3 * errors.gyr_bias_dps, 3))
        noise = self._rng.normal(0.0, np.radians(errors.gyr_noise_dps) * self._root_band, shape)
        read = truth_radps * self._gyr_scale + self._gyr_bias + walk + noise
        return self._digitise(read, np.radians(errors.gyr_range_dps))

    def read_acc(self, truth_mps2: Floats) -> Floats:
        """Specific force as read, (n, 3)."""
        density = self._errors.acc_noise_ug * 1e-6 * STANDARD_GRAVITY_MPS2
        noise = self._rng.normal(0.0, density * self._root_band, truth_mps2.shape)
        read = truth_mps2 * self._acc_scale + self._acc_bias + noise
        return self._digitise(read, self._errors.acc_range_g * STANDARD_GRAVITY_MPS2)

    @property
    def _root_band(self) -> float:
        return float(np.sqrt(0.5 * self._rate_hz))  # noise up to half the sample rate

    def _digitise(self, read: Floats, full_scale: float) -> Floats:
        if not self._errors.int16:
            return read
        step = full_scale / 32768.0
        return np.clip(np.round(read / step), -32768, 32767) * step
