"""Samples on the host's time base: what was lost, when each was taken, how fast the sensor really is."""

from collections import deque
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumbarwatch.core.clock_fit import ClockFitParams
from lumbarwatch.core.corridor import CorridorParams
from lumbarwatch.core.counted_clock import CountedClock, CountedClockParams
from lumbarwatch.core.counters import CounterParams, Counters, Run
from lumbarwatch.core.device_clock import DeviceClock, Placed
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.quality import Gap
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, SensorInfo


@dataclass(frozen=True, slots=True)
class TimebaseParams:
    """Tuning of the stage."""

    counters: CounterParams = field(default_factory=CounterParams)
    fit: ClockFitParams = field(default_factory=ClockFitParams)
    corridor: CorridorParams = field(default_factory=CorridorParams)
    counted: CountedClockParams = field(default_factory=CountedClockParams)
    least_spacing: float = 0.1  # of a period, between two samples where the offset jumps (convention)
    told_gap_ns: int = NS_PER_S // 10  # shorter ones are counted, not listed (convention)
    told_gaps: int = 1000  # the newest (convention)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Samples start to stop (exclusive) of a batch, placed."""

    start: int
    stop: int
    placed: Placed
    restarted: bool


class Timebase:
    """Puts the samples of one sensor on the host's time base.

    Doubled samples and samples that come after newer ones are dropped and counted. Results do not depend on
    how the stream is cut into batches; a shift of all times by whole ns shifts them and changes nothing else.
    """

    def __init__(self, info: SensorInfo, params: TimebaseParams | None = None) -> None:
        self._params = params or TimebaseParams()
        self._nominal_ns = NS_PER_S / info.nominal_rate_hz
        self._counters = Counters(info, self._params.counters)
        self._clock: DeviceClock | CountedClock | None = None
        self._kind: tuple[bool, bool] | None = None  # whether samples carry a clock, a number
        self._numbered = True
        self._origin_ns = 0
        self._last_ns = 0  # host time of the newest sample, from the origin
        self._longest_gap_ns = 0
        self._gaps: deque[Gap] = deque(maxlen=self._params.told_gaps)
        self._lost = 0
        self._overcounted = 0
        self.samples = 0

    @property
    def period_ns(self) -> float:
        """Measured sample period, of the host's time."""
        return self._nominal_ns if self._clock is None else self._clock.period_ns

    @property
    def sigma_ns(self) -> float | None:
        """One sigma of the times given; None before the first sample."""
        return None if self._clock is None else self._clock.sigma_ns

    @property
    def clock_ppm(self) -> float | None:
        """Host clock against sensor clock; None for sensors without one."""
        skew = None if self._clock is None else self._clock.skew
        return None if skew is None else skew * 1e6

    @property
    def lost(self) -> int:
        """Samples lost so far."""
        return max(0, self._lost - self._overcounted)

    @property
    def loss_estimated(self) -> bool:
        """Whether losses are inferred from time, there being no sample number."""
        return not self._numbered

    @property
    def doubled(self) -> int:
        """Samples dropped because they had come before."""
        return self._counters.doubled

    @property
    def late(self) -> int:
        """Samples dropped because newer ones had come before."""
        return self._counters.late

    @property
    def restarts(self) -> int:
        """How often the device began anew."""
        return self._counters.restarts

    @property
    def longest_gap_s(self) -> float:
        """Longest time between two samples, where something was lost."""
        return self._longest_gap_ns / NS_PER_S

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Gaps long enough to be told one by one."""
        return tuple(self._gaps)

    def beacon(self, t_device_ns: int, t_arrival_ns: int) -> None:
        """Use a clock reading that came without samples (devices 5)."""
        clock_ns = self._counters.clock_at(t_device_ns)
        if self._clock is not None and clock_ns is not None:
            self._clock.beacon(float(clock_ns), float(t_arrival_ns - self._origin_ns))

    def link_cut(self) -> None:
        """Take note that samples may be missing here; a sensor without a number does not say how many."""
        if isinstance(self._clock, CountedClock):
            self._clock.link_cut()

    def step(self, batch: ImuBatch) -> TimedBatch:
        """Place the samples of ``batch`` that are new."""
        kind = (batch.t_device_ns is not None, batch.seq is not None)
        if kind != self._kind:
            self._begin(batch, kind)
        arrival_ns = (batch.t_arrival_ns - self._origin_ns).astype(np.float64)
        parts: list[_Part] = []
        for run in self._counters.runs(batch, arrival_ns):
            parts += self._place(run, arrival_ns[run.start : run.stop])
        found = self._timed(batch, parts)
        self._take_back()
        return found

    def _begin(self, batch: ImuBatch, kind: tuple[bool, bool]) -> None:
        """The first batch, or one that tells of other counters than those before it."""
        params = self._params
        if self._clock is None:
            self._origin_ns = int(batch.t_arrival_ns[0])
        self._kind = kind
        self._counters.forget()
        self._numbered = self._numbered and batch.seq is not None
        if batch.t_device_ns is not None:
            self._clock = DeviceClock(self._nominal_ns, params.fit, params.corridor)
        else:
            self._clock = CountedClock(self._nominal_ns, params.fit, params.counted)

    def _place(self, run: Run, arrival_ns: Floats) -> list[_Part]:
        assert self._clock is not None
        if run.restarted:
            self._clock.restart()
        parts: list[_Part] = []
        start = run.start
        for placed in self._clock.place(run, arrival_ns):
            stop = start + len(placed.t_ns)
            parts.append(_Part(start, stop, placed, restarted=run.restarted and start == run.start))
            start = stop
        return parts

    def _timed(self, batch: ImuBatch, parts: list[_Part]) -> TimedBatch:
        """The samples of the parts, on the host's time."""
        if not parts:
            return _empty(batch)
        t_ns = np.rint(_whole([part.placed.t_ns for part in parts])).astype(np.int64)
        lost = _whole([part.placed.lost for part in parts])
        period_ns = _whole([part.placed.period_ns for part in parts])
        restarted = np.zeros(len(t_ns), dtype=np.bool_)
        if any(part.restarted for part in parts):
            at = 0
            for part in parts:
                restarted[at] = part.restarted
                at += part.stop - part.start
        if not all(part.placed.steady for part in parts):
            t_ns = self._increasing(t_ns, period_ns)
        if restarted.any() or lost.any():
            self._note_gaps(t_ns, lost, restarted, period_ns)
        self._last_ns = int(t_ns[-1])
        self.samples += len(t_ns)
        t_ns += self._origin_ns
        taken = _taken(parts)
        return TimedBatch(
            t_ns=t_ns,
            arrival_ns=batch.t_arrival_ns[taken],
            gyr_radps=batch.gyr_radps[taken],
            acc_mps2=None if batch.acc_mps2 is None else batch.acc_mps2[taken],
            quat_wxyz=None if batch.quat_wxyz is None else batch.quat_wxyz[taken],
            lost=lost,
            restarted=restarted,
            period_ns=period_ns,
        )

    def _increasing(self, t_ns: Integers, period_ns: Floats) -> Integers:
        """Times that increase, by least spacing where they would stand still or go back."""
        steps = np.empty_like(t_ns)
        steps[0] = t_ns[0] - self._last_ns if self.samples else 1
        np.subtract(t_ns[1:], t_ns[:-1], out=steps[1:])
        spacing = (self._params.least_spacing * period_ns).astype(np.int64)
        if (steps >= spacing).all() or (self.samples == 0 and (steps[1:] >= spacing[1:]).all()):
            return t_ns
        ramp = np.cumsum(spacing)
        least = self._last_ns if self.samples else int(t_ns[0] - spacing[0])
        return np.maximum(np.maximum.accumulate(t_ns - ramp), least) + ramp

    def _note_gaps(self, t_ns: Integers, lost: Integers, restarted: Booleans, period_ns: Floats) -> None:
        """Count losses; what a restart cost is told by time alone."""
        for i in np.flatnonzero(restarted).tolist():
            before = self._last_ns if i == 0 else int(t_ns[i - 1])
            lost[i] = max(0, round((int(t_ns[i]) - before) / float(period_ns[i])) - 1)
        missing = np.flatnonzero(lost)
        self._lost += int(lost.sum())
        before_ns = np.where(missing == 0, self._last_ns, t_ns[missing - 1])
        spans_ns = t_ns[missing] - before_ns
        self._longest_gap_ns = max(self._longest_gap_ns, int(spans_ns.max(initial=0)))
        for i, span_ns in zip(missing.tolist(), spans_ns.tolist(), strict=True):
            if span_ns >= self._params.told_gap_ns:
                by_time = bool(restarted[i]) or not self._numbered
                gap = Gap(int(t_ns[i]) + self._origin_ns, span_ns / NS_PER_S, int(lost[i]), by_time)
                self._gaps.append(gap)

    def _take_back(self) -> None:
        """Losses that proved to be none were counted in the newest gap."""
        overcounted = self._clock.overcounted if isinstance(self._clock, CountedClock) else 0
        if overcounted > self._overcounted and self._gaps:
            gap = self._gaps.pop()
            lost = gap.lost - (overcounted - self._overcounted)
            if lost > 0:
                self._gaps.append(replace(gap, lost=lost))
        self._overcounted = max(overcounted, self._overcounted)


def _whole(parts: list[NDArray[Any]]) -> NDArray[Any]:
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _taken(parts: list[_Part]) -> slice | Integers:
    """Which samples of their batch the parts hold."""
    start, stop = parts[0].start, parts[-1].stop
    if sum(part.stop - part.start for part in parts) == stop - start:
        return slice(start, stop)
    return np.concatenate([np.arange(part.start, part.stop) for part in parts])


def _empty(batch: ImuBatch) -> TimedBatch:
    none = np.empty(0, dtype=np.int64)
    return TimedBatch(
        t_ns=none,
        arrival_ns=none,
        gyr_radps=np.empty((0, 3)),
        acc_mps2=None if batch.acc_mps2 is None else np.empty((0, 3)),
        quat_wxyz=None if batch.quat_wxyz is None else np.empty((0, 4)),
        lost=none,
        restarted=np.empty(0, dtype=np.bool_),
        period_ns=np.empty(0),
    )
