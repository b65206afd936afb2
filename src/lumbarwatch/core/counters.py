"""What a sensor's own clock and sample number say: order, doubles, losses, restarts."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, SensorInfo


@dataclass(frozen=True, slots=True)
class CounterParams:
    """How far counters may stray before a device is taken to have restarted (convention)."""

    reorder_ns: int = 3 * NS_PER_S  # clock or counter this far back: late or doubled packets
    arrival_step_ns: int = 5 * NS_PER_S  # clock against arrival: a radio fade holds packets back for seconds
    count_step_ns: int = NS_PER_S // 2  # counter against clock
    step_share: float = 0.2  # of the time passed: the period is only roughly known at first
    silence_ns: int = NS_PER_S  # nothing but old samples for so long: they are not old
    remembered_gaps: int = 64  # to tell a late sample from a doubled one


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Samples start to stop (exclusive) of a batch, all new, without a restart between them."""

    start: int
    stop: int
    clock_ns: Integers | None  # device time, unwrapped, from the first sample after the last restart
    count: Integers | None  # sample number, likewise
    restarted: bool  # the first one follows a restart


class Counters:
    """Unwraps clock and sample number, drops what is not new, finds restarts."""

    def __init__(self, info: SensorInfo, params: CounterParams) -> None:
        self._info = info
        self._params = params
        self._begun = False
        self._raw_clock = 0
        self._raw_count = 0
        self._clock_ns = 0
        self._count = 0
        self._arrival_ns = 0.0
        self._gaps: deque[tuple[int, int]] = deque(maxlen=params.remembered_gaps)
        self.period_ns: float | None = None  # rough, in device time; for plausibility only
        self.doubled = 0
        self.late = 0
        self.restarts = 0

    def runs(self, batch: ImuBatch, arrival_ns: Floats) -> Iterator[Run]:
        """Cut a batch at its restarts; samples that are not new are in no run."""
        if batch.t_device_ns is None and batch.seq is None:
            yield Run(0, len(batch), None, None, restarted=False)
            return
        start = 0
        while start < len(batch):
            clock_step, count_step = self._steps(batch, arrival_ns, start)
            elapsed = float(arrival_ns[start]) - self._arrival_ns
            restarted = self._begun and self._is_restart(clock_step, count_step, elapsed)
            if self._begun and not restarted and min(clock_step, count_step) <= 0:
                start = self._skip(batch, arrival_ns, start, clock_step, count_step)
                continue
            if restarted or not self._begun:
                self._begin(restarted=restarted)
            else:
                self._clock_ns += clock_step
                self._count += count_step
            run = self._run(batch, arrival_ns, start, restarted=restarted)
            yield run
            start = run.stop

    def _steps(self, batch: ImuBatch, arrival_ns: Floats, i: int) -> tuple[int, int]:
        """Clock and count from the newest sample to sample i, wraps undone; 1 for what is missing."""
        elapsed = float(arrival_ns[i]) - self._arrival_ns
        clock_step = count_step = 1
        if batch.t_device_ns is not None:
            raw = int(batch.t_device_ns[i]) - self._raw_clock
            clock_step = _nearest(raw, self._info.clock_modulo_ns, elapsed)
            elapsed = float(clock_step)
        if batch.seq is not None:
            raw = int(batch.seq[i]) - self._raw_count
            period_ns = self.period_ns or NS_PER_S / self._info.nominal_rate_hz
            count_step = _nearest(raw, self._info.seq_modulo, elapsed / period_ns)
        return clock_step, count_step

    def _is_restart(self, clock_step: int, count_step: int, elapsed_ns: float) -> bool:
        params = self._params
        period_ns = self.period_ns or NS_PER_S / self._info.nominal_rate_hz
        if min(clock_step, count_step * period_ns) < -params.reorder_ns:
            return True
        if min(clock_step, count_step) <= 0:
            return elapsed_ns > params.silence_ns
        return False

    def _skip(self, batch: ImuBatch, arrival_ns: Floats, start: int, clock_step: int, count_step: int) -> int:
        """Count samples that are not newer than the newest; return the index of the first that may be."""
        values, newest = batch.t_device_ns, self._clock_ns + clock_step
        last = self._clock_ns
        if batch.seq is not None:
            values, newest, last = batch.seq, self._count + count_step, self._count
        assert values is not None
        silent_from = np.searchsorted(arrival_ns, self._arrival_ns + self._params.silence_ns, side="right")
        stop = max(start + 1, int(silent_from))
        seen = values[start:stop] + (newest - int(values[start]))
        old = max(1, int(np.searchsorted(seen, last, side="right")))
        for value in seen[:old].tolist():
            late = any(low < value < high for low, high in self._gaps)
            self.late += late
            self.doubled += not late
        return start + old

    def _begin(self, *, restarted: bool) -> None:
        self._begun = True
        self._clock_ns = self._count = 0
        self._gaps.clear()
        self.restarts += restarted

    def _run(self, batch: ImuBatch, arrival_ns: Floats, start: int, *, restarted: bool) -> Run:
        """Samples from start up to the next restart, or to the batch's end."""
        clock = count = None
        if batch.t_device_ns is not None:
            clock = batch.t_device_ns[start:] + (self._clock_ns - int(batch.t_device_ns[start]))
        if batch.seq is not None:
            count = batch.seq[start:] + (self._count - int(batch.seq[start]))
        stop = len(batch)
        if clock is not None:
            self._clock_ns, self._raw_clock = int(clock[-1]), int(batch.t_device_ns[stop - 1])
        if count is not None:
            self._count, self._raw_count = int(count[-1]), int(batch.seq[stop - 1])
        self._arrival_ns = float(arrival_ns[stop - 1])
        return Run(start, stop, clock, count, restarted)


def _nearest(raw: int, modulo: int | None, expected: float) -> int:
    """The step that equals ``raw`` up to whole wraps and is nearest to what is expected."""
    return raw if modulo is None else raw + modulo * round((expected - raw) / modulo)
