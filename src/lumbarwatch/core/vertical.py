"""The vertical carried through samples without a break: fused in the clear, searched for after a doubt."""

from math import ceil, degrees, radians, sqrt

import numpy as np

from lumbarwatch.core.bridging import bridge_error
from lumbarwatch.core.fading_sigma import FadingSigma
from lumbarwatch.core.gyro_matrix import GyroMatrix
from lumbarwatch.core.inclination_params import InclinationParams
from lumbarwatch.core.recent import Recent
from lumbarwatch.core.recovery_phase import RecoveryPhase
from lumbarwatch.core.rotations import to_earth
from lumbarwatch.core.strapdown import Carrier
from lumbarwatch.core.tracked import Tracked, joined
from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats

COLUMNS = (3, 3, 4)
"""Widths of what is looked back on: rate, specific force, quaternion."""


class Vertical:
    """In the clear VQF says where it is; after a doubt, for some seconds, the recovery filter."""

    def __init__(self, params: InclinationParams, period_s: float) -> None:
        self._params = params
        self._carrier = Carrier(period_s)
        self._gyro = GyroMatrix(params.gyro, period_s)
        self._recent = Recent(ceil(params.memory_s / period_s), COLUMNS)
        self._phase: RecoveryPhase | None = None
        self._sigma = FadingSigma(params.base_sigma_deg)
        self._sigma.set(params.start_sigma_deg, params.settling_s / period_s)

    @property
    def period_s(self) -> float:
        """Sample period."""
        return self._carrier.period_s

    @property
    def bias_radps(self) -> Floats:
        """Gyro bias (3,) as it stands."""
        return self._carrier.bias_radps

    @property
    def rate_gain(self) -> Floats | None:
        """Gain (3, 3) of the gyroscope, None while nothing is known of it."""
        return self._gyro.gain

    @property
    def room(self) -> int:
        """Samples until what is known of the gyroscope changes."""
        return self._gyro.room

    def set_bias(self, bias_radps: Floats, sigma_radps: float) -> None:
        """Go on from this gyro bias (3,)."""
        self._carrier.set_bias(bias_radps, sigma_radps)

    def change_period(self, period_s: float) -> None:
        """Go on at another sample period; all that is known is kept."""
        self._carrier = self._carrier.at_period(period_s)
        self._gyro.change_period(period_s)
        self._recent = self._recent.resized(ceil(self._params.memory_s / period_s))

    def past_rates(self, samples: int) -> Floats:
        """The last so many rates (n, 3)."""
        return self._recent.last(samples)[0]

    def start_anew(self, acc: Floats) -> None:
        """Nothing is known of the orientation but what this specific force (3,) says; the bias is kept."""
        params = self._params
        self._gyro.interrupt()
        self._carrier.forget_orientation(radians(params.bias_sigma_dps))
        self._recent.clear()
        x, y, z = (acc / sqrt(float(acc[0] ** 2 + acc[1] ** 2 + acc[2] ** 2) or 1.0)).tolist()
        self._phase = self._new_phase((x, y, z), radians(params.restart_sigma_deg))

    def doubt(self, angle_rad: float, span_s: float, *, look: bool) -> None:
        """Raise sigma by what a span without sure samples may have hidden; recover if that is much.

        Parameters
        ----------
        angle_rad
            One sigma of the rotation that may have been missed.
        span_s
            Length of the span.
        look
            Whether the specific force after a long span is itself a measurement of the vertical.
        """
        params = self._params
        if span_s > params.hidden_s or not look:
            self._gyro.interrupt()
        if self._phase is None:
            if degrees(angle_rad) <= params.enter_deg:
                sigma_deg = sqrt(self._sigma.sigma_deg**2 + degrees(angle_rad) ** 2)
                self._sigma.set(sigma_deg, params.aftermath_s / self.period_s)
                return
            past = self._recent.last(self._recent.samples)
            self._phase = self._new_phase((0.0, 0.0, 1.0), radians(self._sigma.sigma_deg))
            self._phase.warm_up(past[2], past[1], past[0])
        self._disturb(self._phase, angle_rad, span_s, look=look)

    def _disturb(self, phase: RecoveryPhase, angle_rad: float, span_s: float, *, look: bool) -> None:
        """Let a recovery know what may have happened meanwhile."""
        params, period_s = self._params, self.period_s
        _, acc, quat = self._recent.last(ceil(params.departure_s / period_s))
        force = to_earth(quat, acc)
        lost = max(1, round(span_s / period_s) - 1)
        velocity = bridge_error(force, force[-1], force[-1], lost, period_s)
        phase.filter.disturb(angle_rad, velocity)
        phase.samples_left = self._recovery_samples
        if look and span_s > params.look_s:
            spread = sqrt(float(force[:, :2].var(axis=0).mean())) / STANDARD_GRAVITY_MPS2
            phase.look_at_force(max(radians(params.look_sigma_deg), spread))

    def _new_phase(self, up: tuple[float, float, float], sigma_rad: float) -> RecoveryPhase:
        params = self._params
        epoch = max(1, round(params.epoch_s / self.period_s))
        phase = RecoveryPhase(params.recovery, self.period_s, epoch, up, sigma_rad)
        phase.samples_left = self._recovery_samples
        return phase

    @property
    def _recovery_samples(self) -> int:
        return ceil(self._params.recovery_s / self.period_s)

    def run(self, rates: Floats, gyr: Floats, acc: Floats, fillers: int, filled_s: float) -> Tracked:
        """Go through samples without a break.

        Parameters
        ----------
        rates : (n, 3)
            Constant rate over the interval before each sample, rad/s.
        gyr : (n, 3)
            Measured rate, rad/s.
        acc : (n, 3)
            Specific force, m/s^2.
        fillers, filled_s
            So many of them, and so much time, at the front bridge a gap; the result is of the others.
        """
        if self._phase is not None and filled_s > self._params.hidden_s:
            self._carry(self._phase, rates[:fillers], gyr[:fillers], acc[:fillers])
            rates, gyr, acc, fillers = rates[fillers:], gyr[fillers:], acc[fillers:], 0
        tracked = self._unbroken(rates, gyr, acc)
        self._gyro.push(rates - tracked.bias, acc)
        return tracked.after(fillers) if fillers else tracked

    def _unbroken(self, rates: Floats, gyr: Floats, acc: Floats) -> Tracked:
        """In recovery as long as it lasts, then in the clear."""
        if self._phase is None:
            return self._in_the_clear(rates, gyr, acc)
        n = min(len(rates), self._phase.samples_left)
        first = self._recover(self._phase, rates[:n], gyr[:n], acc[:n])
        if n == len(rates):
            return first
        return joined([first, self._in_the_clear(rates[n:], gyr[n:], acc[n:])])

    def _in_the_clear(self, rates: Floats, gyr: Floats, acc: Floats) -> Tracked:
        quat, bias = self._carrier.fuse(rates, acc)
        self._recent.push(gyr, acc, quat)
        return Tracked(quat, bias, self._sigma.step(len(quat)))

    def _carry(self, phase: RecoveryPhase, rates: Floats, gyr: Floats, acc: Floats) -> None:
        """Turn through the samples that fill a long gap: they tell nothing of the vertical."""
        quat, _ = self._carrier.turn(rates)
        self._recent.push(gyr, acc, phase.levelled(quat))

    def _recover(self, phase: RecoveryPhase, rates: Floats, gyr: Floats, acc: Floats) -> Tracked:
        quat, bias = self._carrier.turn(rates)
        levelled = phase.step(quat, acc, gyr)
        self._recent.push(gyr, acc, levelled.quat)
        sigma_deg = np.maximum(np.degrees(levelled.sigma_rad), self._params.base_sigma_deg)
        if phase.samples_left <= 0:
            self._carrier.level(phase.filter.up, STANDARD_GRAVITY_MPS2)
            self._sigma.set(float(sigma_deg[-1]), self._params.aftermath_s / self.period_s)
            self._phase = None
        return Tracked(levelled.quat, bias, sigma_deg)
