"""Whether the numbers can be m/s^2, rad/s and seconds: gravity and rotation tell."""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain.order import Rows, sample_period_ns
from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Booleans, Floats, Integers

RESTING_TOLERANCE = 0.20
"""Largest accepted deviation of the resting norm from g (convention; cheap parts stay below 0.05)."""

ACC_UNITS = (("g", 1.0), ("mg", 1e3), ("ft/s^2", STANDARD_GRAVITY_MPS2 / 0.3048), ("cm/s^2", 980.665))
"""Resting norm in other units."""

DEGREE_RAD = float(np.pi / 180.0)

RATE_ACCEPTED = (0.3, 3.0)
"""Ratio of gravity's rotation to the angular rate's without a notice (convention; 1 if both are right)."""

PLAUSIBLE_RATE_RADPS = 70.0
"""Twice the widest usual gyroscope range, 2000 deg/s."""

PLAUSIBLE_FORCE_MPS2 = 64 * STANDARD_GRAVITY_MPS2
"""Twice the widest usual accelerometer range, 32 g."""

PLAUSIBLE_BIAS_RADPS = 0.35
"""20 deg/s: twice the zero-rate level of poor parts (convention)."""

WINDOW_S = 0.3
"""Stretch over which gravity's rotation is compared (convention)."""

FREE_OF_ACCELERATION = 0.08
"""Largest deviation of the norm from g at both ends of a stretch that is compared (convention)."""

LEAST_ROTATION_RAD = 0.05
"""Smallest rotation within a stretch that is compared: 3 deg, above noise (convention)."""

LEAST_STRETCHES = 8


def check_acceleration(where: str, rows: Rows) -> None:
    """Refuse specific force whose resting norm is not that of gravity in m/s^2."""
    if rows.acc_mps2 is None or (norm := resting_norm(rows)) is None:
        return
    if abs(norm / STANDARD_GRAVITY_MPS2 - 1.0) <= RESTING_TOLERANCE:
        return
    for unit, resting in ACC_UNITS:
        if abs(norm / resting - 1.0) <= RESTING_TOLERANCE:
            factor = STANDARD_GRAVITY_MPS2 / resting
            raise InputError(
                InputReason.ACC_IN_G if unit == "g" else InputReason.ACC_UNIT,
                f"{where}: ax, ay, az are in {unit} (resting norm {norm:.3g}), not m/s^2; "
                f"multiply them by {factor:.6g}.",
            )
    raise InputError(
        InputReason.ACC_UNIT,
        f"{where}: ax, ay, az have a resting norm of {norm:.3g} where gravity gives 9.81 m/s^2; "
        "convert them to specific force in m/s^2, gravity included.",
    )


def check_rate_size(where: str, rows: Rows) -> None:
    """Refuse angular rates beyond any gyroscope's range in rad/s."""
    high = _high_rate(rows)
    if high > PLAUSIBLE_RATE_RADPS:
        raise _in_degrees(where, high)


def check_rate(where: str, rows: Rows) -> float | None:
    """Refuse angular rates in deg/s.

    Returns the ratio of gravity's rotation to the rate's: near 1 if both are right, None if too still.
    """
    rotation = _rotation(rows)
    if _never_slow(rows) or (rotation is not None and rotation.in_degrees):
        raise _in_degrees(where, _high_rate(rows))
    return None if rotation is None else rotation.ratio


def _high_rate(rows: Rows) -> float:
    return float(np.percentile(np.abs(rows.gyr_radps), 99))


def _in_degrees(where: str, high: float) -> InputError:
    return InputError(
        InputReason.GYR_IN_DPS,
        f"{where}: gx, gy, gz are in deg/s (up to {high:.3g}), not rad/s; multiply them by 0.0174533.",
    )


def possible(rows: Rows) -> Booleans:
    """Which rows hold values that a sensor can measure; the others are garbage, however they came about."""
    good: Booleans = np.abs(rows.gyr_radps).max(axis=1) < PLAUSIBLE_RATE_RADPS
    if rows.acc_mps2 is None:
        return good
    return good & (np.abs(rows.acc_mps2).max(axis=1) < PLAUSIBLE_FORCE_MPS2)


def check_times(where: str, rows: Rows) -> None:
    """Refuse clocks that do not count seconds."""
    period_s = sample_period_ns(rows.t_arrival_ns) / 1e9
    if not 1e-4 < period_s < 0.5:
        rate = f"{1 / period_s:.3g} samples a second" if period_s > 0 else "all samples at one moment"
        raise InputError(
            InputReason.TIME_UNIT,
            f"{where}: t_arrival_s gives {rate}; it must be the host's time in seconds (not ms or us).",
        )
    if rows.t_device_ns is not None and (pace := _pace(rows.t_device_ns, rows.t_arrival_ns)) is not None:
        _check_pace(where, pace)


def _check_pace(where: str, pace: float) -> None:
    if 0.8 < pace < 1.25:
        return
    for unit, factor in (("ms", 1e3), ("us", 1e6), ("ns", 1e9)):
        if 0.8 < pace / factor < 1.25:
            raise InputError(
                InputReason.TIME_UNIT,
                f"{where}: t_device_s is in {unit}; divide it by {factor:.0f} for seconds.",
            )
    raise InputError(
        InputReason.TIME_UNIT,
        f"{where}: t_device_s runs {pace:.3g} times as fast as t_arrival_s; both must count seconds "
        "(or leave t_device_s empty).",
    )


def resting_norm(rows: Rows) -> float | None:
    """Median norm of the specific force, averaged over short stretches, in the quietest fifth of them."""
    assert rows.acc_mps2 is not None
    stretches = _stretches(rows, WINDOW_S)
    if stretches is None:
        return None
    count, size = stretches
    acc = _cut(rows.acc_mps2, count, size)
    spread = np.sqrt(_cut(rows.gyr_radps, count, size).var(axis=1).sum(axis=1)) + 1e-12
    quiet = spread <= np.percentile(spread, 20)
    return float(np.median(np.linalg.norm(acc.mean(axis=1)[quiet], axis=1)))


@dataclass(frozen=True, slots=True)
class _Rotation:
    ratio: float  # gravity's rotation to the one predicted, the middle one of all stretches by weight
    in_degrees: bool


def _never_slow(rows: Rows) -> bool:
    """Whether the rate is never near zero, as with a bias beyond any gyroscope's in rad/s."""
    if (stretches := _stretches(rows, WINDOW_S)) is None:
        return False
    means = np.linalg.norm(_cut(rows.gyr_radps, *stretches).mean(axis=1), axis=1)
    return float(np.percentile(means, 5)) > PLAUSIBLE_BIAS_RADPS


def _rotation(rows: Rows) -> _Rotation | None:
    """Compare gravity's rotation, seen by the accelerometer, with that predicted from the angular rate.

    In each stretch the direction of the specific force should turn by the integral of ``-rate x direction``.
    Only stretches that start and end without much linear acceleration are compared.
    """
    if rows.acc_mps2 is None or (stretches := _stretches(rows, WINDOW_S)) is None:
        return None
    count, size = stretches
    gyr = _cut(rows.gyr_radps, count, size)
    acc = _cut(rows.acc_mps2, count, size)
    up = acc / np.maximum(np.linalg.norm(acc, axis=2, keepdims=True), 1e-9)
    period_s = sample_period_ns(rows.t_arrival_ns) / 1e9
    predicted = -np.cross(gyr - _resting_rate(gyr), up).sum(axis=1) * period_s
    edge = max(1, size // 8)
    start, end = acc[:, :edge].mean(axis=1), acc[:, -edge:].mean(axis=1)
    norm_start, norm_end = np.linalg.norm(start, axis=1), np.linalg.norm(end, axis=1)
    seen = (end / norm_end[:, None] - start / norm_start[:, None]) * (size / (size - edge))
    free = np.maximum(
        np.abs(norm_start / STANDARD_GRAVITY_MPS2 - 1), np.abs(norm_end / STANDARD_GRAVITY_MPS2 - 1)
    )
    weight = np.einsum("ij,ij->i", predicted, predicted)
    used = (free < FREE_OF_ACCELERATION) & (weight > LEAST_ROTATION_RAD**2)
    if used.sum() < LEAST_STRETCHES:
        return None
    predicted, seen, weight = predicted[used], seen[used], weight[used]
    ratio = _weighted_median(np.einsum("ij,ij->i", predicted, seen) / weight, weight)
    in_degrees = abs(ratio) < 0.1 and _misfit(seen, predicted * DEGREE_RAD) < 0.3 * _misfit(seen, predicted)
    return _Rotation(ratio, in_degrees)


def _resting_rate(gyr: Floats) -> Floats:
    """Mean rate over the fifth of the stretches in which it varies least."""
    spread = gyr.var(axis=1).sum(axis=1)
    resting: Floats = gyr.mean(axis=1)[spread <= np.percentile(spread, 20)]
    return np.array(np.median(resting, axis=0), dtype=np.float64)


def _weighted_median(values: Floats, weight: Floats) -> float:
    order = np.argsort(values)
    total = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(total, total[-1] / 2)])


def _misfit(seen: Floats, predicted: Floats) -> float:
    return float(np.linalg.norm(seen - predicted, axis=1).sum())


def _stretches(rows: Rows, length_s: float) -> tuple[int, int] | None:
    period_ns = sample_period_ns(rows.t_arrival_ns)
    size = max(2, round(length_s * 1e9 / period_ns)) if period_ns > 0 else 0
    count = len(rows) // size if size else 0
    return (count, size) if count >= 2 else None


def _cut(values: Floats, count: int, size: int) -> Floats:
    return values[: count * size].reshape(count, size, values.shape[1])


def _pace(t_device_ns: Integers, t_arrival_ns: Integers) -> float | None:
    """Sensor clock against arrival over spans of samples without a restart; None if there are too few."""
    restarts = np.cumsum(np.diff(t_device_ns, prepend=t_device_ns[0]) < 0)
    for span in (100, 30):
        if len(t_device_ns) <= span:
            continue
        host = t_arrival_ns[span:] - t_arrival_ns[:-span]
        device = t_device_ns[span:] - t_device_ns[:-span]
        whole = (host > 0) & (restarts[span:] == restarts[:-span])
        if whole.sum() >= span:
            return float(np.median(device[whole] / host[whole]))
    return None
