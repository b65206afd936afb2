"""From sampled angular rate to the rotation of each sample interval."""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from vqf import VQF

from lumbarwatch.core.rotations import by_rows
from lumbarwatch.model.checks import Floats

Row = tuple[Any, Any, Any]


def interval_rates(gyr: Floats, before: Floats, period_s: Floats, gain: Floats | None = None) -> Floats:
    """Constant rates (n, 3) that turn as far in each sample interval as the sampled movement did.

    The integral of the parabola through an interval's ends and the sample before them, and the coning term
    T/12 (w0 x w1) (Bortz 1971, doi:10.1109/TAES.1971.310252; Savage 1998, doi:10.2514/2.4228). A filter that
    holds each sample for a whole interval leads by half a period, 5 ms or 0.5 deg at 100 Hz and 100 deg/s,
    and drifts in fast movement: on BROAD at 100 Hz that is a fifth of VQF's error, at 50 Hz more than half.

    Parameters
    ----------
    gyr : (n, 3) rad/s
        Rate at the end of each interval.
    before : (2, 3) rad/s
        The two rates before them, the older one first.
    period_s : (n,)
        Length of the intervals, s.
    gain : (3, 3)
        What the gyroscope's rates are to be multiplied by.
    """
    n = len(gyr)
    rates = np.empty((n + 2, 3))
    rates[:2] = before
    rates[2:] = gyr
    formula = _interval_rate if gain is None else _times(gain)
    return by_rows(formula, rates[:n], rates[1 : n + 1], rates[2:], period_s.reshape(-1, 1))


def _interval_rate(*row: Any) -> Row:
    d, e, f, a, b, c, x, y, z, period_s = row
    coning = period_s / 12.0
    return (
        (5.0 * x + 8.0 * a - d) / 12.0 + coning * (b * z - c * y),
        (5.0 * y + 8.0 * b - e) / 12.0 + coning * (c * x - a * z),
        (5.0 * z + 8.0 * c - f) / 12.0 + coning * (a * y - b * x),
    )


def _times(gain: Floats) -> Callable[..., Row]:
    (a, b, c), (d, e, f), (g, h, i) = gain.tolist()

    def formula(*row: Any) -> Row:
        x, y, z = _interval_rate(*row)
        return a * x + b * y + c * z, d * x + e * y + f * z, g * x + h * y + i * z

    return formula


def carried(rates: Floats, period_s: float) -> Floats:
    """Quaternions (n, 4) after each interval of constant rates (n, 3), from no rotation at all."""
    vqf = VQF(period_s, motionBiasEstEnabled=False, restBiasEstEnabled=False)
    return vqf.updateBatch(np.ascontiguousarray(rates), np.zeros(rates.shape))["quat6D"]


class Carrier:
    """VQF (Laidig & Seel 2023, doi:10.1016/j.inffus.2022.10.014), 6D, and what is asked of its state."""

    def __init__(self, period_s: float) -> None:
        self.period_s = period_s
        self._vqf = VQF(period_s)

    @property
    def bias_radps(self) -> Floats:
        """Estimated gyro bias (3,)."""
        return self._vqf.getBiasEstimate()[0]

    def set_bias(self, bias_radps: Floats, sigma_radps: float) -> None:
        """Start from this gyro bias and its uncertainty."""
        self._vqf.setBiasEstimate(np.asarray(bias_radps, dtype=np.float64), sigma_radps)

    def fuse(self, rates: Floats, acc: Floats) -> tuple[Floats, Floats]:
        """Quaternions (n, 4) and gyro biases (n, 3) after each interval, gravity from the specific force."""
        result = self._vqf.updateBatch(np.ascontiguousarray(rates), np.ascontiguousarray(acc))
        return result["quat6D"], result["bias"]

    def turn(self, rates: Floats) -> tuple[Floats, Floats]:
        """The same by the gyroscope alone, in an earth frame that stays as it was."""
        return self.fuse(rates, np.zeros(rates.shape))  # VQF skips samples of zero specific force

    def at_period(self, period_s: float) -> "Carrier":
        """The same filter at another sample period; all that it knows is carried over."""
        other = Carrier(period_s)
        other._vqf.state = self._vqf.state
        return other

    def forget_orientation(self, bias_sigma_radps: float) -> None:
        """Start anew, but for the gyro bias."""
        bias, sigma = self._vqf.getBiasEstimate()
        self._vqf.resetState()
        self._vqf.setBiasEstimate(bias, max(float(sigma), bias_sigma_radps))

    def level(self, up: tuple[float, float, float], g_mps2: float) -> None:
        """Go on in an earth frame whose vertical is what was ``up`` (3,) in the present one.

        The low-pass filter of the specific force starts in the steady state of that direction.
        """
        state = cast("dict[str, Any]", self._vqf.state)
        quat = np.array(state["accQuat"])
        half = np.sqrt(max((1.0 + up[2]) / 2.0, 1e-12))
        w, x, y = float(half), float(up[1] / (2.0 * half)), float(-up[0] / (2.0 * half))
        a, b, c, d = quat
        level = [w * a - x * b - y * c, w * b + x * a + y * d, w * c - x * d + y * a, w * d + x * c - y * b]
        # gravity in the gyroscope's own inertial frame: third row of the levelled rotation
        a, b, c, d = level
        force = [
            g_mps2 * 2 * (b * d - a * c),
            g_mps2 * 2 * (a * b + c * d),
            g_mps2 * (a * a - b * b - c * c + d * d),
        ]
        count = np.ceil(self._vqf.params["tauAcc"] / self.period_s)
        nan = float("nan")
        state["accQuat"] = level
        state["lastAccLp"] = force
        # VQF averages its first tauAcc seconds: count and sum live in these places, NaN marks the phase
        state["accLpState"] = [nan, count, *(count * value for value in force), nan]
        state["motionBiasEstRLpState"] = [nan] * 18
        state["motionBiasEstBiasLpState"] = [nan] * 4
        state["restT"] = 0.0
        state["restDetected"] = False
        self._vqf.state = cast("Any", state)
