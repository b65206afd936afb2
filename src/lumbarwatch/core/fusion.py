"""Orientation of one sensor against gravity, from its samples, across losses and restarts.

In the clear, VQF (6D) fed with exact interval rotations. A gap is bridged sample by sample, its error
estimated from what the sensor was doing, and for some seconds :mod:`recovery` says where the vertical is.
After a long gap the specific force does; the gyro bias is kept through everything.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from lumbarwatch.core.fading_sigma import FadingSigma
from lumbarwatch.core.inclination import Inclination
from lumbarwatch.core.inclination_params import InclinationParams
from lumbarwatch.core.own_orientation import DistrustReason, OwnOrientation, OwnOrientationParams
from lumbarwatch.core.rotations import up_in_sensor, up_later
from lumbarwatch.core.streams import FusedBatch, TimedBatch
from lumbarwatch.core.tracked import Tracked, joined
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.samples import NS_PER_S, OrientationSource, SensorInfo

SATURATED_SHARE = 0.995
"""A value this near the end of its range is saturated (convention; int16 parts clip one count below)."""

LONGEST_UNKNOWN_DELAY_S = 0.005
"""Parts that stream slower than 100 Hz mostly sample faster and drop samples; data sheets say 1 to 6 ms."""


@dataclass(frozen=True, slots=True)
class FusionParams:
    """Tuning of the stage."""

    inclination: InclinationParams = field(default_factory=InclinationParams)
    own: OwnOrientationParams = field(default_factory=OwnOrientationParams)
    own_sigma_deg: float = 1.0  # of a maker's inclination in movement (devices 3.1)
    own_restart_sigma_deg: float = 5.0  # just after a restart (convention) ...
    own_settling_s: float = 3.0  # ... and the time in which it halves


class Fusion:
    """Fuses one sensor's samples; results do not depend on how the stream is cut into batches.

    Parameters
    ----------
    info
        What is known of the sensor. Its filters' delay is made up for by turning on at the measured rate;
        where nothing is known of it, it counts as half a sample period (as in VQF, which holds each rate for
        the interval before it), at most 5 ms.
    params
        Tuning.
    source
        RAW: from specific force and rate. SENSOR: the sensor's own quaternion while gravity agrees with it.
        Without specific force the own quaternion is used in any case, unchecked.
    """

    def __init__(
        self,
        info: SensorInfo,
        params: FusionParams | None = None,
        source: OrientationSource = OrientationSource.RAW,
    ) -> None:
        self._info = info
        self._params = params or FusionParams()
        self._source = source
        self._inclination = Inclination(self._params.inclination)
        self._own = OwnOrientation(self._params.own, info.nominal_rate_hz)
        self._own_fading = FadingSigma(self._params.own_sigma_deg)

    def hold_bias(self, bias_radps: Floats, sigma_radps: float) -> None:
        """Take over a gyro bias (3,) found elsewhere (the calibration stretch), with its one sigma."""
        self._inclination.hold_bias(bias_radps, sigma_radps)

    @property
    def bias_radps(self) -> Floats:
        """Gyro bias (3,) in the sensor's frame, as it stands."""
        return self._inclination.bias_radps

    @property
    def quaternion_check_deg(self) -> float | None:
        """RMS angle between the sensor's own vertical and the one found here; None without both."""
        return self._own.check_deg

    @property
    def quaternion_distrusted(self) -> bool:
        """Whether the sensor's own quaternion is not to be used."""
        return self._own.reason is not None

    @property
    def distrust_reason(self) -> DistrustReason | None:
        """Why not."""
        return self._own.reason

    def step(self, timed: TimedBatch) -> FusedBatch:
        """Fuse the next samples (n >= 0)."""
        return self._fused(timed, self._track(timed))

    def _track(self, timed: TimedBatch) -> Tracked:
        own = timed.quat_wxyz
        if not len(timed):
            return Tracked(np.empty((0, 4)), np.empty((0, 3)), np.empty(0))
        if timed.acc_mps2 is None:
            assert own is not None
            return Tracked(own, np.zeros((len(timed), 3)), self._own_sigma(timed))
        if own is None:
            return self._inclination.step(timed, None, self._clipped(timed))
        return joined([self._track_beside(part) for part in _cut_at_gaps(timed)])

    def _track_beside(self, timed: TimedBatch) -> Tracked:
        """Samples with both and no gap inside: whether the own quaternion may bridge it is known before."""
        assert timed.quat_wxyz is not None
        own = timed.quat_wxyz
        tracked = self._inclination.step(timed, own, self._clipped(timed), own_may_bridge=self._own.proven)
        return self._checked(timed, own, tracked)

    def _checked(self, timed: TimedBatch, own: Floats, tracked: Tracked) -> Tracked:
        """Compare the own quaternion with the vertical found; take it where asked for and trusted."""
        trusted = self._own.trusted(own, up_in_sensor(tracked.quat))
        if self._source is not OrientationSource.SENSOR:
            return tracked
        sigma_deg = self._own_sigma(timed)
        return Tracked(
            np.where(trusted[:, None], own, tracked.quat),
            tracked.bias,
            np.where(trusted, sigma_deg, tracked.sigma_deg),
        )

    def _own_sigma(self, timed: TimedBatch) -> Floats:
        """One sigma (n,) deg of the own inclination: it settles anew after a restart of the device."""
        params = self._params
        out = np.empty(len(timed))
        start = 0
        for stop in (*np.flatnonzero(timed.restarted).tolist(), len(timed)):
            out[start:stop] = self._own_fading.step(stop - start)
            if stop < len(timed):
                halving = params.own_settling_s * self._info.nominal_rate_hz
                self._own_fading.set(params.own_restart_sigma_deg, halving)
            start = stop
        return out

    def _fused(self, timed: TimedBatch, tracked: Tracked) -> FusedBatch:
        quat, acc = tracked.quat, timed.acc_mps2
        gyr = timed.gyr_radps - tracked.bias
        delay_s = self._delay_of(timed)
        up = up_in_sensor(quat) if delay_s is None else up_later(quat, gyr, delay_s)
        return FusedBatch(
            t_ns=timed.t_ns,
            arrival_ns=timed.arrival_ns,
            up=up,
            quat_wxyz=quat,
            gyr_radps=gyr,
            acc_norm_mps2=np.full(len(timed), np.nan) if acc is None else np.sqrt(_squares(acc)),
            sigma_deg=tracked.sigma_deg,
            lost=timed.lost,
            restarted=timed.restarted,
            saturated=self._saturated(timed),
        )

    def _delay_of(self, timed: TimedBatch) -> Floats | None:
        """How much older than its time stamp each sample is (n,) s; None: not at all."""
        known_s = self._info.filter_delay_s
        if known_s is not None:
            return np.full(len(timed), known_s) if known_s else None
        if timed.acc_mps2 is None or self._source is OrientationSource.SENSOR:
            return None  # a maker's filter may have made up for it
        return np.minimum(timed.period_ns * (0.5 / NS_PER_S), LONGEST_UNKNOWN_DELAY_S)

    def _clipped(self, timed: TimedBatch) -> Booleans | None:
        """Where the gyroscope was at the end of its range (n,), None: nowhere."""
        return _at_the_end(timed.gyr_radps, self._info.gyr_range_radps)

    def _saturated(self, timed: TimedBatch) -> Booleans:
        out = np.zeros(len(timed), dtype=np.bool_)
        for clipped in (self._clipped(timed), _at_the_end(timed.acc_mps2, self._info.acc_range_mps2)):
            if clipped is not None:
                out |= clipped
        return out


def _at_the_end(values: Floats | None, limit: float | None) -> Booleans | None:
    """Rows of (n, 3) with a value at the end of the range, None where there is none."""
    if limit is None or values is None or not len(values):
        return None
    reached = SATURATED_SHARE * limit
    if float(values.max()) < reached and float(values.min()) > -reached:
        return None
    reaching: Booleans = np.abs(values) >= reached
    return reaching[:, 0] | reaching[:, 1] | reaching[:, 2]


def _cut_at_gaps(timed: TimedBatch) -> list[TimedBatch]:
    borders = [0, *(i for i in np.flatnonzero(timed.lost).tolist() if i > 0), len(timed)]
    return [timed.part(start, stop) for start, stop in pairwise(borders)]


def _squares(vectors: Floats) -> Floats:
    return np.einsum("ij,ij->i", vectors, vectors)
