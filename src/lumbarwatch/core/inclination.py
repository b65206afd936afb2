"""The vertical in the sensor's frame, sample by sample, from rate and specific force."""

from dataclasses import dataclass, field
from math import ceil, degrees, radians, sqrt

import numpy as np

from lumbarwatch.core.bridging import Recent, bridge_error, straight
from lumbarwatch.core.gyro_matrix import GyroMatrix, GyroMatrixParams
from lumbarwatch.core.recovery import RecoveryParams
from lumbarwatch.core.recovery_phase import RecoveryPhase
from lumbarwatch.core.rotations import rotation_vector, to_earth
from lumbarwatch.core.strapdown import Carrier, interval_rates
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.samples import NS_PER_S

COLUMNS = (3, 3, 4)
"""Widths of what is looked back on: rate, specific force, quaternion."""


@dataclass(frozen=True, slots=True)
class InclinationParams:
    """Tuning. Sigmas are of the angle between estimated and true vertical, root mean square."""

    recovery: RecoveryParams = field(default_factory=RecoveryParams)
    gyro: GyroMatrixParams = field(default_factory=GyroMatrixParams)
    base_sigma_deg: float = 0.5  # in the clear; median over BROAD (tests/accuracy)
    start_sigma_deg: float = 5.0  # of the very first samples (convention) ...
    settling_s: float = 0.5  # ... and the time in which it halves
    restart_sigma_deg: float = 15.0  # of a vertical taken from one specific force in movement (convention)
    bridge_s: float = 2.0  # after longer gaps the filter starts anew
    look_s: float = 0.3  # after gaps this long the specific force itself is a measurement of the vertical ...
    look_sigma_deg: float = 5.0  # ... with the sigma of the movement seen lately, at least this
    hidden_s: float = 0.2  # a gap longer than this may hide a movement that neither past nor edges show ...
    hidden_rate_dps: float = 20.0  # ... at this rate (convention; a rep turns the pelvis at about 30 deg/s)
    enter_deg: float = 0.25  # bridged with a larger error: recovery ...
    recovery_s: float = 6.0  # ... for so long after the last such gap
    aftermath_s: float = 3.0  # what sigma is left then halves in this time
    epoch_s: float = 0.05
    memory_s: float = 4.0  # movement looked back on at a gap
    departure_s: float = 2.0  # of it, for the error of a bridge
    own_bridge_deg: float = 0.5  # error of a gap bridged by the sensor's own quaternion ...
    own_bridge_s: float = 30.0  # ... which may be this long
    clipped_share: float = 0.3  # of the rate seen, missing while the gyroscope is at the end of its range
    period_change: float = 0.01  # VQF's coefficients are renewed beyond this
    bias_sigma_dps: float = 0.1  # of a bias carried over a restart


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """Result for n samples."""

    quat: Floats  # (n, 4) sensor to earth
    bias: Floats  # (n, 3) rad/s
    sigma_deg: Floats  # (n,)


def joined(parts: list[Tracked]) -> Tracked:
    """One after the other."""
    if len(parts) == 1:
        return parts[0]
    return Tracked(
        np.concatenate([part.quat for part in parts]),
        np.concatenate([part.bias for part in parts]),
        np.concatenate([part.sigma_deg for part in parts]),
    )


class Excess:
    """Sigma above the base: after the start, after small gaps, after recovery. Fades as 1/(1 + t/T)."""

    def __init__(self, base_deg: float) -> None:
        self._base_deg = base_deg
        self._excess = 0.0
        self._halving = 1.0  # samples
        self._count = 0
        self._gone = 0  # count at which nothing to speak of is left

    def set(self, sigma_deg: float, halving: float) -> None:
        """Now sigma is this; what exceeds the base halves in ``halving`` samples."""
        self._excess = sqrt(max(0.0, sigma_deg**2 - self._base_deg**2))
        self._halving, self._count = halving, 0
        self._gone = ceil(halving * self._excess / (0.05 * self._base_deg))

    @property
    def sigma_deg(self) -> float:
        """At the next sample."""
        if self._count >= self._gone:
            return self._base_deg
        return sqrt(self._base_deg**2 + (self._excess / (1.0 + self._count / self._halving)) ** 2)

    def step(self, n: int) -> Floats:
        """Sigma (n,) of the next n samples."""
        first = self._count
        self._count += n
        out = np.full(n, self._base_deg)
        fading = min(n, self._gone - first)
        if fading > 0:
            excess = self._excess / (1.0 + np.arange(first, first + fading) / self._halving)
            out[:fading] = np.sqrt(self._base_deg**2 + excess * excess)
        return out


@dataclass(frozen=True, slots=True, eq=False)
class _Last:
    """The newest sample."""

    gyr: Floats  # (2, 3) and the one before it
    acc: Floats  # (3,)
    own: Floats | None  # (4,)


@dataclass(frozen=True, slots=True, eq=False)
class _Gap:
    """How a gap is bridged."""

    gyr: Floats  # (n, 3) filled in
    acc: Floats  # (n, 3)
    before: Floats  # (2, 3) or (1, 3) rates before the first interval
    rate: Floats | None = None  # (3,) constant rate over the gap, where the sensor's own orientation tells it


class Inclination:
    """Tracks the vertical. State changes at samples only, never at the end of a call."""

    def __init__(self, params: InclinationParams) -> None:
        self._params = params
        self._carrier: Carrier | None = None
        self._gyro: GyroMatrix | None = None
        self._recent = Recent(1, COLUMNS)
        self._phase: RecoveryPhase | None = None
        self._excess = Excess(params.base_sigma_deg)
        self._last: _Last | None = None
        self._held_bias: tuple[Floats, float] | None = None
        self._own_may_bridge = False
        self._clipped = 0  # samples in a row at the end of the gyroscope's range

    def hold_bias(self, bias_radps: Floats, sigma_radps: float) -> None:
        """Go on from this gyro bias."""
        self._held_bias = (np.array(bias_radps, dtype=np.float64), sigma_radps)
        if self._carrier is not None:
            self._carrier.set_bias(*self._held_bias)

    @property
    def bias_radps(self) -> Floats:
        """Gyro bias (3,) as it stands."""
        if self._carrier is not None:
            return self._carrier.bias_radps
        return np.zeros(3) if self._held_bias is None else self._held_bias[0]

    def step(
        self,
        timed: TimedBatch,
        own: Floats | None,
        clipped: Booleans | None = None,
        *,
        own_may_bridge: bool = False,
    ) -> Tracked:
        """Track through n >= 1 samples.

        Parameters
        ----------
        timed
            The samples, with specific force.
        own : (n, 4)
            The sensor's own orientation.
        clipped : (n,)
            Where the gyroscope was at the end of its range; None: nowhere.
        own_may_bridge
            Whether the own orientation may bridge the gap before the first of these samples.
        """
        self._own_may_bridge = own_may_bridge
        parts: list[Tracked] = []
        start = 0
        for stop in (*self._breaks(timed, clipped), len(timed)):
            if stop > start:
                self._watch_range(timed, clipped, start)
            while start < stop:
                end = min(stop, start + self._learning_room(int(timed.lost[start])))
                parts.append(self._between_breaks(timed, own, start, end))
                start = end
        return joined(parts)

    def _breaks(self, timed: TimedBatch, clipped: Booleans | None) -> list[int]:
        """Samples before which something was lost or cut off, or the period changed much."""
        if self._carrier is None:
            self._begin(float(timed.period_ns[0]) / NS_PER_S)
        assert self._carrier is not None
        limit = self._params.period_change
        ratio = timed.period_ns * (1.0 / (self._carrier.period_s * NS_PER_S))
        changes = float(ratio.max()) - 1.0 > limit or 1.0 - float(ratio.min()) > limit
        if not changes and clipped is None and not self._clipped and not timed.lost.any():
            return []
        at = timed.lost > 0
        if clipped is not None:
            at |= clipped
            at[1:] |= clipped[:-1]
        if changes:
            reference = 1.0
            for i, value in enumerate(ratio.tolist()):
                if abs(value / reference - 1.0) > limit:
                    reference, at[i] = value, True
        return np.flatnonzero(at).tolist()

    def _learning_room(self, lost: int) -> int:
        """Samples until what is known of the gyroscope changes, where so many were lost before them."""
        assert self._gyro is not None
        return max(1, self._gyro.room - lost)

    def _begin(self, period_s: float) -> None:
        params = self._params
        self._carrier = Carrier(period_s)
        self._gyro = GyroMatrix(params.gyro, period_s)
        if self._held_bias is not None:
            self._carrier.set_bias(*self._held_bias)
        self._recent = Recent(ceil(params.memory_s / period_s), COLUMNS)
        self._excess.set(params.start_sigma_deg, params.settling_s / period_s)

    def _between_breaks(self, timed: TimedBatch, own: Floats | None, start: int, stop: int) -> Tracked:
        assert timed.acc_mps2 is not None
        assert self._carrier is not None
        assert self._gyro is not None
        cut = slice(start, stop)
        gyr, acc = timed.gyr_radps[cut], timed.acc_mps2[cut]
        period_s = timed.period_ns[cut] * (1.0 / NS_PER_S)
        if abs(float(period_s[0]) / self._carrier.period_s - 1.0) > self._params.period_change:
            self._carrier = self._carrier.at_period(float(period_s[0]))
            self._gyro.change_period(self._carrier.period_s)
            self._recent = self._recent.resized(ceil(self._params.memory_s / self._carrier.period_s))
        own_now = None if own is None or timed.restarted[start] else own[start]
        gap = self._gap(int(timed.lost[start]), float(period_s[0]), gyr[0], acc[0], own_now)
        before = gyr[:1] if self._last is None else self._last.gyr
        if gap is not None:
            gyr = np.concatenate([gap.gyr, gyr])
            acc = np.concatenate([gap.acc, acc])
            period_s = np.concatenate([np.full(len(gap.gyr), period_s[0]), period_s])
            before = gap.before
        rates = interval_rates(gyr, before, period_s, self._gyro.gain)
        rates *= (period_s * (1.0 / self._carrier.period_s))[:, None]
        if gap is not None and gap.rate is not None:
            rates[: len(gap.gyr) + 1] = gap.rate
        newest = gyr[-2:] if len(gyr) > 1 else np.concatenate([before[-1:], gyr])
        self._last = _Last(newest, acc[-1], None if own is None else own[stop - 1])
        fillers = 0 if gap is None else len(gap.gyr)
        if self._phase is not None and fillers * float(period_s[0]) > self._params.hidden_s:
            self._carry(self._phase, rates[:fillers], gyr[:fillers], acc[:fillers])
            rates, gyr, acc, fillers = rates[fillers:], gyr[fillers:], acc[fillers:], 0
        tracked = self._run(rates, gyr, acc)
        self._gyro.push(rates - tracked.bias, acc)
        if not fillers:
            return tracked
        return Tracked(tracked.quat[fillers:], tracked.bias[fillers:], tracked.sigma_deg[fillers:])

    # Gaps ------------------------------------------------------------------------------------------------
    def _gap(self, lost: int, period_s: float, gyr: Floats, acc: Floats, own: Floats | None) -> _Gap | None:
        """Bridge the samples lost before the first of ``gyr`` and ``acc``; None where there was no gap."""
        if self._last is None or not lost:
            return None
        by_own = self._own_may_bridge and own is not None and self._last.own is not None
        longest_s = self._params.own_bridge_s if by_own else self._params.bridge_s
        if lost * period_s > longest_s:
            self._start_anew(acc)
            return _Gap(np.empty((0, 3)), np.empty((0, 3)), gyr[None])
        rate = None
        if by_own and own is not None and self._last.own is not None:
            assert self._carrier is not None
            turn = rotation_vector(self._last.own, own)
            rate = turn / ((lost + 1) * self._carrier.period_s) + self._carrier.bias_radps
        if rate is not None:
            self._doubt(radians(self._params.own_bridge_deg), (lost + 1) * period_s, look=False)
        else:
            self._doubt(self._bridge_error(lost, period_s, gyr), (lost + 1) * period_s, look=True)
        return _Gap(
            straight(self._last.gyr[1], gyr, lost), straight(self._last.acc, acc, lost), self._last.gyr, rate
        )

    def _start_anew(self, acc: Floats) -> None:
        """Nothing is known of the orientation but what the specific force says."""
        params = self._params
        assert self._carrier is not None
        assert self._gyro is not None
        self._gyro.interrupt()
        self._carrier.forget_orientation(radians(params.bias_sigma_dps))
        self._recent.clear()
        x, y, z = (acc / sqrt(float(acc[0] ** 2 + acc[1] ** 2 + acc[2] ** 2) or 1.0)).tolist()
        self._phase = self._new_phase((x, y, z), radians(params.restart_sigma_deg))

    def _bridge_error(self, lost: int, period_s: float, gyr: Floats) -> float:
        """How far (rad) the rotation over a gap may be from the straight line between its ends."""
        params = self._params
        assert self._last is not None
        past = self._recent.last(ceil(params.departure_s / period_s))[0]
        hidden_s = max(0.0, (lost + 1) * period_s - params.hidden_s)
        bridged = bridge_error(past, self._last.gyr[1], gyr, lost, period_s)
        return bridged + radians(params.hidden_rate_dps) * hidden_s

    def _watch_range(self, timed: TimedBatch, clipped: Booleans | None, at: int) -> None:
        """Count samples at the end of the gyroscope's range; after them the rotation is in doubt."""
        if clipped is not None and clipped[at]:
            self._clipped += 1
        elif self._clipped:
            period_s = float(timed.period_ns[at]) / NS_PER_S
            assert self._last is not None
            rate = sqrt(float((self._last.gyr[1] ** 2).sum()))
            span_s = self._clipped * period_s
            self._clipped = 0
            self._doubt(self._params.clipped_share * rate * span_s, span_s, look=False)

    def _doubt(self, angle_rad: float, span_s: float, *, look: bool) -> None:
        """Raise sigma by what a span without sure samples may have hidden; recover if that is much."""
        params = self._params
        assert self._carrier is not None
        assert self._gyro is not None
        if span_s > params.hidden_s or not look:
            self._gyro.interrupt()
        period_s = self._carrier.period_s
        past = self._recent.last(self._recent.samples)
        if self._phase is None:
            if degrees(angle_rad) <= params.enter_deg:
                sigma_deg = sqrt(self._excess.sigma_deg**2 + degrees(angle_rad) ** 2)
                self._excess.set(sigma_deg, params.aftermath_s / period_s)
                return
            self._phase = self._new_phase((0.0, 0.0, 1.0), radians(self._excess.sigma_deg))
            self._phase.warm_up(past[2], past[1], past[0])
        newest = slice(-ceil(params.departure_s / period_s), None)
        force = to_earth(past[2][newest], past[1][newest])
        lost = max(1, round(span_s / period_s) - 1)
        velocity = bridge_error(force, force[-1], force[-1], lost, period_s)
        self._phase.filter.disturb(angle_rad, velocity)
        self._phase.samples_left = self._recovery_samples
        if look and span_s > params.look_s:
            spread = sqrt(float(force[:, :2].var(axis=0).mean())) / STANDARD_GRAVITY_MPS2
            self._phase.look_at_force(max(radians(params.look_sigma_deg), spread))

    def _new_phase(self, up: tuple[float, float, float], sigma_rad: float) -> RecoveryPhase:
        assert self._carrier is not None
        params = self._params
        period_s = self._carrier.period_s
        epoch = max(1, round(params.epoch_s / period_s))
        phase = RecoveryPhase(params.recovery, period_s, epoch, up, sigma_rad)
        phase.samples_left = self._recovery_samples
        return phase

    @property
    def _recovery_samples(self) -> int:
        assert self._carrier is not None
        return ceil(self._params.recovery_s / self._carrier.period_s)

    # Samples ---------------------------------------------------------------------------------------------
    def _run(self, rates: Floats, gyr: Floats, acc: Floats) -> Tracked:
        """Through samples without a break: in recovery as long as it lasts, then in the clear."""
        if self._phase is None:
            return self._in_the_clear(rates, gyr, acc)
        n = min(len(rates), self._phase.samples_left)
        first = self._recover(self._phase, rates[:n], gyr[:n], acc[:n])
        if n == len(rates):
            return first
        return joined([first, self._in_the_clear(rates[n:], gyr[n:], acc[n:])])

    def _in_the_clear(self, rates: Floats, gyr: Floats, acc: Floats) -> Tracked:
        assert self._carrier is not None
        quat, bias = self._carrier.fuse(rates, acc)
        self._recent.push(gyr, acc, quat)
        return Tracked(quat, bias, self._excess.step(len(quat)))

    def _carry(self, phase: RecoveryPhase, rates: Floats, gyr: Floats, acc: Floats) -> None:
        """Turn through the samples that fill a long gap: they tell nothing of the vertical."""
        assert self._carrier is not None
        quat, _ = self._carrier.turn(rates)
        self._recent.push(gyr, acc, phase.levelled(quat))

    def _recover(self, phase: RecoveryPhase, rates: Floats, gyr: Floats, acc: Floats) -> Tracked:
        assert self._carrier is not None
        quat, bias = self._carrier.turn(rates)
        levelled = phase.step(quat, acc, gyr)
        self._recent.push(gyr, acc, levelled.quat)
        sigma_deg = np.maximum(np.degrees(levelled.sigma_rad), self._params.base_sigma_deg)
        if phase.samples_left <= 0:
            self._carrier.level(phase.filter.up, STANDARD_GRAVITY_MPS2)
            self._excess.set(float(sigma_deg[-1]), self._params.aftermath_s / self._carrier.period_s)
            self._phase = None
        return Tracked(levelled.quat, bias, sigma_deg)
