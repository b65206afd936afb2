"""Samples on the host's time base: what was lost, when each sample was taken, how fast the sensor really is."""

from dataclasses import dataclass, field

import numpy as np

from lumbarwatch.core.clock_fit import ClockFit, ClockFitParams
from lumbarwatch.core.counters import CounterParams, Counters, Run
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, SensorInfo


@dataclass(frozen=True, slots=True)
class TimebaseParams:
    """Tuning of the stage."""

    fit: ClockFitParams = field(default_factory=ClockFitParams)
    counters: CounterParams = field(default_factory=CounterParams)
    least_spacing: float = 0.1  # of a period, between two samples where the offset jumps (convention)


class Timebase:
    """Puts the samples of one sensor on the host's time base.

    Doubled samples and samples that come after newer ones are dropped and counted. Results do not depend on
    how the stream is cut into batches.
    """

    def __init__(self, info: SensorInfo, params: TimebaseParams | None = None) -> None:
        self._info = info
        self._params = params or TimebaseParams()
        self._counters = Counters(info, self._params.counters)
        self._fit = ClockFit(self._params.fit)
        self._origin_ns: int | None = None
        self._last_ns = -1  # host time of the newest sample, from the origin
        self._last_count = 0
        self._last_clock = 0.0
        self.period_ns = NS_PER_S / info.nominal_rate_hz
        self._measured = False
        self._span = (0.0, 0)  # device time and samples over which the period is measured
        self.samples = 0
        self.lost = 0
        self._longest_gap_ns = 0

    doubled = property(lambda self: self._counters.doubled)
    late = property(lambda self: self._counters.late)
    restarts = property(lambda self: self._counters.restarts)

    @property
    def sigma_ns(self) -> float:
        """One sigma of the time mapping."""
        return self._fit.sigma_ns

    @property
    def longest_gap_s(self) -> float:
        """Longest time without a sample."""
        return self._longest_gap_ns / NS_PER_S

    @property
    def loss_estimated(self) -> bool:
        """Whether losses had to be estimated, there being no sample number."""
        return False

    @property
    def clock_ppm(self) -> float | None:
        """Host clock against sensor clock."""
        return self._fit.skew * 1e6

    def beacon(self, t_device_ns: int, t_arrival_ns: int) -> None:
        """Use a clock reading that came without samples."""

    def step(self, batch: ImuBatch) -> TimedBatch:
        """Samples of ``batch`` that are new, with host time, losses and the measured period."""
        if self._origin_ns is None:
            self._origin_ns = int(batch.t_arrival_ns[0])
        arrival = (batch.t_arrival_ns - self._origin_ns).astype(np.float64)
        parts = [part for run in self._counters.runs(batch, arrival) for part in self._take(run, arrival)]
        return _timed(batch, parts, self._origin_ns)

    def _take(self, run: Run, arrival: Floats) -> list[tuple[slice, Integers, Integers, bool, float]]:
        out = []
        if run.restarted:
            self._fit = ClockFit(self._params.fit, self._fit.skew)
        arr = arrival[run.start : run.stop]
        if run.clock_ns is not None:
            ticks = run.clock_ns.astype(np.float64)
        elif run.count is not None:
            ticks = run.count * (NS_PER_S / self._info.nominal_rate_hz)
        else:
            ticks = arr
        i = 0
        while i < len(ticks):
            j = i + self._fit.bin_end(ticks[i:])
            t = np.rint(self._fit.map(ticks[i:j], arr[i:j])).astype(np.int64)
            restarted = run.restarted and i == 0
            lost = self._losses(run, ticks, i, j, restarted)
            t = self._keep_increasing(t)
            if restarted and self.samples:
                lost[0] = max(0, round((t[0] - self._last_ns) / self.period_ns) - 1)
            gaps = np.diff(t, prepend=self._last_ns if self.samples else t[0])
            self._longest_gap_ns = max(self._longest_gap_ns, int(gaps.max()))
            self._last_ns = int(t[-1])
            self.samples += j - i
            self.lost += int(lost.sum())
            out.append((slice(run.start + i, run.start + j), t, lost, restarted, self.period_ns))
            i = j
        return out

    def _losses(self, run: Run, ticks: Floats, i: int, j: int, restarted: bool) -> Integers:
        clock = ticks[i:j]
        first = self.samples == 0 or restarted
        dclock = np.diff(clock, prepend=clock[0] if first else self._last_clock)
        if run.count is not None:
            count = run.count[i:j]
            steps = np.diff(count, prepend=count[0] - 1 if first else self._last_count)
            self._last_count = int(count[-1])
        else:
            if not self._measured and len(dclock) > 1:
                self.period_ns = float(dclock[1])
            steps = np.maximum(np.rint(dclock / self.period_ns).astype(np.int64), 1)
        if first:
            steps[0] = 1
        self._last_clock = float(clock[-1])
        span, n = self._span
        counted = int(steps[1:].sum() if first else steps.sum())
        self._span = (span + float(dclock.sum()), n + counted)
        if self._span[1] >= 1:
            self.period_ns = self._span[0] / self._span[1] * (1 + self._fit.skew)
            self._measured = True
        return steps - 1

    def _keep_increasing(self, t: Integers) -> Integers:
        if self._last_ns < 0 and not self.samples:
            least = t
        spacing = max(1, int(self._params.least_spacing * self.period_ns))
        ramp = np.arange(1, len(t) + 1) * spacing
        if self.samples:
            t = np.maximum(t, self._last_ns + ramp)
        return np.maximum.accumulate(t - ramp) + ramp


def _timed(batch: ImuBatch, parts: list, origin: int) -> TimedBatch:
    if not parts:
        none = np.empty(0, dtype=np.int64)
        return TimedBatch(
            none,
            none,
            np.empty((0, 3)),
            None if batch.acc_mps2 is None else np.empty((0, 3)),
            None if batch.quat_wxyz is None else np.empty((0, 4)),
            none,
            np.empty(0, dtype=bool),
            np.empty(0),
        )
    index = np.concatenate([np.arange(p[0].start, p[0].stop) for p in parts])
    restarted = np.zeros(len(index), dtype=bool)
    at = 0
    for p in parts:
        restarted[at] = p[3]
        at += len(p[1])
    return TimedBatch(
        t_ns=np.concatenate([p[1] for p in parts]) + origin,
        arrival_ns=batch.t_arrival_ns[index],
        gyr_radps=batch.gyr_radps[index],
        acc_mps2=None if batch.acc_mps2 is None else batch.acc_mps2[index],
        quat_wxyz=None if batch.quat_wxyz is None else batch.quat_wxyz[index],
        lost=np.concatenate([p[2] for p in parts]),
        restarted=restarted,
        period_ns=np.concatenate([np.full(len(p[1]), p[4]) for p in parts]),
    )
