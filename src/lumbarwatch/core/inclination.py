"""The vertical in the sensor's frame across gaps, clipping and changes of the period."""

from dataclasses import dataclass
from math import ceil, radians, sqrt

import numpy as np

from lumbarwatch.core.breaks import breaks_of
from lumbarwatch.core.bridging import bridge_error, straight
from lumbarwatch.core.inclination_params import InclinationParams
from lumbarwatch.core.rotations import rotation_vector
from lumbarwatch.core.strapdown import interval_rates
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.core.tracked import Tracked, joined
from lumbarwatch.core.vertical import Vertical
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.samples import NS_PER_S


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
        self._vertical: Vertical | None = None
        self._last: _Last | None = None
        self._held_bias: tuple[Floats, float] | None = None
        self._clipped = 0  # samples in a row at the end of the gyroscope's range

    def hold_bias(self, bias_radps: Floats, sigma_radps: float) -> None:
        """Go on from this gyro bias."""
        self._held_bias = (np.array(bias_radps, dtype=np.float64), sigma_radps)
        if self._vertical is not None:
            self._vertical.set_bias(*self._held_bias)

    @property
    def bias_radps(self) -> Floats:
        """Gyro bias (3,) as it stands."""
        if self._vertical is not None:
            return self._vertical.bias_radps
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
        vertical = self._vertical or self._begin(float(timed.period_ns[0]) / NS_PER_S)
        limit = self._params.period_change
        breaks = breaks_of(timed, clipped, vertical.period_s, limit, was_clipped=self._clipped > 0)
        parts: list[Tracked] = []
        start = 0
        for stop in (*breaks, len(timed)):
            if stop > start:
                self._watch_range(vertical, timed, clipped, start)
            while start < stop:
                end = min(stop, start + max(1, vertical.room - int(timed.lost[start])))
                bridging = own_may_bridge and not timed.restarted[start]
                parts.append(self._between_breaks(vertical, timed, own, slice(start, end), bridging))
                start = end
        return joined(parts)

    def _begin(self, period_s: float) -> Vertical:
        self._vertical = Vertical(self._params, period_s)
        if self._held_bias is not None:
            self._vertical.set_bias(*self._held_bias)
        return self._vertical

    def _between_breaks(
        self, vertical: Vertical, timed: TimedBatch, own: Floats | None, cut: slice, own_bridges: bool
    ) -> Tracked:
        """Track through samples of one period, in front of them those that fill the gap before them."""
        assert timed.acc_mps2 is not None
        gyr, acc = timed.gyr_radps[cut], timed.acc_mps2[cut]
        period_s = timed.period_ns[cut] * (1.0 / NS_PER_S)
        first_s = float(period_s[0])
        if abs(first_s / vertical.period_s - 1.0) > self._params.period_change:
            vertical.change_period(first_s)
        own_now = own[cut.start] if own is not None and own_bridges else None
        gap = self._gap(vertical, int(timed.lost[cut.start]), first_s, gyr[0], acc[0], own=own_now)
        before = gyr[:1] if self._last is None else self._last.gyr
        if gap is not None:
            gyr = np.concatenate([gap.gyr, gyr])
            acc = np.concatenate([gap.acc, acc])
            period_s = np.concatenate([np.full(len(gap.gyr), first_s), period_s])
            before = gap.before
        rates = interval_rates(gyr, before, period_s, vertical.rate_gain)
        rates *= (period_s * (1.0 / vertical.period_s))[:, None]
        if gap is not None and gap.rate is not None:
            rates[: len(gap.gyr) + 1] = gap.rate
        newest = gyr[-2:] if len(gyr) > 1 else np.concatenate([before[-1:], gyr])
        self._last = _Last(newest, acc[-1], None if own is None else own[cut.stop - 1])
        fillers = 0 if gap is None else len(gap.gyr)
        return vertical.run(rates, gyr, acc, fillers, fillers * first_s)

    def _gap(
        self, vertical: Vertical, lost: int, period_s: float, gyr: Floats, acc: Floats, *, own: Floats | None
    ) -> _Gap | None:
        """Bridge the samples lost before the first of ``gyr`` and ``acc``; None where there was no gap."""
        last, params = self._last, self._params
        if last is None or not lost:
            return None
        by_own = own is not None and last.own is not None
        if lost * period_s > (params.own_bridge_s if by_own else params.bridge_s):
            vertical.start_anew(acc)
            return _Gap(np.empty((0, 3)), np.empty((0, 3)), gyr[None])
        span_s = (lost + 1) * vertical.period_s
        rate = None
        if own is not None and last.own is not None:
            rate = rotation_vector(last.own, own) / span_s + vertical.bias_radps
            vertical.doubt(radians(params.own_bridge_deg), (lost + 1) * period_s, look=False)
        else:
            error = self._bridge_error(vertical, last.gyr[1], gyr, lost, period_s)
            vertical.doubt(error, (lost + 1) * period_s, look=True)
        return _Gap(straight(last.gyr[1], gyr, lost), straight(last.acc, acc, lost), last.gyr, rate)

    def _bridge_error(
        self, vertical: Vertical, before: Floats, after: Floats, lost: int, period_s: float
    ) -> float:
        """How far (rad) the rotation over a gap may be from the straight line between its ends."""
        params = self._params
        past = vertical.past_rates(ceil(params.departure_s / period_s))
        hidden_s = max(0.0, (lost + 1) * period_s - params.hidden_s)
        bridged = bridge_error(past, before, after, lost, period_s)
        return bridged + radians(params.hidden_rate_dps) * hidden_s

    def _watch_range(self, vertical: Vertical, timed: TimedBatch, clipped: Booleans | None, at: int) -> None:
        """Count samples at the end of the gyroscope's range; after them the rotation is in doubt."""
        if clipped is not None and clipped[at]:
            self._clipped += 1
        elif self._clipped:
            assert self._last is not None
            rate = sqrt(float((self._last.gyr[1] ** 2).sum()))
            span_s = self._clipped * (float(timed.period_ns[at]) / NS_PER_S)
            self._clipped = 0
            vertical.doubt(self._params.clipped_share * rate * span_s, span_s, look=False)
