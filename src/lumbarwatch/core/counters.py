"""What a sensor's own clock and sample number say: order, doubles, losses, restarts."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, SensorInfo


@dataclass(frozen=True, slots=True)
class CounterParams:
    """How far counters may stray before a device is taken to have restarted (convention)."""

    reorder_ns: int = 3 * NS_PER_S  # so far back: late or doubled packets
    arrival_step_ns: int = 5 * NS_PER_S  # against arrival: a radio fade holds packets back for seconds
    count_step_ns: int = NS_PER_S // 2  # counter against clock
    step_share: float = 0.1  # of the time passed, in both: the period is only roughly known at first
    old_ns: int = NS_PER_S  # nothing but old samples for so long: they are not old
    remembered_gaps: int = 64  # to tell a late sample from a doubled one


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Samples start to stop (exclusive) of a batch, all new, without a restart between them."""

    start: int
    stop: int
    clock_ns: Integers | None  # device time, unwrapped, from the first sample after the last restart
    count: Integers | None  # sample number, likewise
    restarted: bool  # the first one follows a restart


@dataclass(slots=True)
class _Counter:
    """One counter of the device: what it showed last, and what that is with its wraps undone."""

    modulo: int | None
    raw: int = 0
    value: int = 0

    def unwrapped(self, shown: Integers, expected_step: float) -> Integers:
        """Values (n,) of what it shows now, increasing; the first one nearest to ``expected_step`` on."""
        step = int(shown[0]) - self.raw
        if self.modulo is not None:
            step += self.modulo * round((expected_step - step) / self.modulo)
        return shown + (self.value + step - int(shown[0]))

    def begin(self, shown: Integers) -> Integers:
        """Values (n,) from 0 on."""
        return shown - int(shown[0])

    def keep(self, shown: Integers, values: Integers, at: int) -> None:
        """Sample ``at`` is the newest."""
        self.raw, self.value = int(shown[at]), int(values[at])


class Counters:
    """Unwraps clock and sample number, drops what is not new, finds restarts."""

    def __init__(self, info: SensorInfo, params: CounterParams) -> None:
        self._params = params
        self._clock = _Counter(info.clock_modulo_ns)
        self._count = _Counter(info.seq_modulo)
        self._begun = False
        self._arrival_ns = 0.0  # of the newest sample
        self._old_since_ns: float | None = None  # arrival of the first of the old samples under way
        self._gaps: deque[tuple[int, int]] = deque(maxlen=params.remembered_gaps)
        self._period_ns = NS_PER_S / info.nominal_rate_hz  # for plausibility only
        self._period_known = False
        self._first: tuple[int, int, float] | None = None  # clock, count, arrival it is measured from
        self.doubled = 0
        self.late = 0
        self.restarts = 0

    def forget(self) -> None:
        """What follows has other counters."""
        self._begun = False

    def clock_at(self, shown_ns: int) -> int | None:
        """What the device's clock showed, unwrapped as in :class:`Run`; None before the first sample."""
        if not self._begun:
            return None
        return int(self._clock.unwrapped(np.array([shown_ns]), 0.0)[0])

    def runs(self, batch: ImuBatch, arrival_ns: Floats) -> Iterator[Run]:
        """Cut a batch at its restarts; samples that are not new are in no run."""
        if batch.t_device_ns is None and batch.seq is None:
            yield Run(0, len(batch), None, None, restarted=False)
            return
        start = 0
        while start < len(batch):
            rest = arrival_ns[start:]
            clock, count = self._values(batch, arrival_ns, start)
            restarted = self._begun and self._restarts_with(clock, count, float(rest[0]))
            if not self._begun or restarted:
                clock, count = self._begin(batch, start)
                self.restarts += restarted
            elif old := self._old(clock, count, rest):
                start += old
                continue
            n = self._until_period(clock, count, rest)
            n = self._until_restart(_first(clock, n), _first(count, n), rest[:n])
            run = Run(start, start + n, _first(clock, n), _first(count, n), restarted=restarted)
            self._keep(batch, run, float(rest[n - 1]))
            yield run
            start = run.stop

    def _values(
        self, batch: ImuBatch, arrival_ns: Floats, start: int
    ) -> tuple[Integers | None, Integers | None]:
        """Unwrapped clock and count of the samples from ``start`` on."""
        expected = float(arrival_ns[start]) - self._arrival_ns
        clock = count = None
        if batch.t_device_ns is not None:
            clock = self._clock.unwrapped(batch.t_device_ns[start:], expected)
            expected = float(int(clock[0]) - self._clock.value)
        if batch.seq is not None:
            count = self._count.unwrapped(batch.seq[start:], expected / self._period_ns)
        return clock, count

    def _begin(self, batch: ImuBatch, start: int) -> tuple[Integers | None, Integers | None]:
        self._begun = True
        self._gaps.clear()
        self._old_since_ns = None
        self._first = None
        self._clock.value = self._count.value = 0
        clock = None if batch.t_device_ns is None else self._clock.begin(batch.t_device_ns[start:])
        count = None if batch.seq is None else self._count.begin(batch.seq[start:])
        return clock, count

    def _until_period(self, clock: Integers | None, count: Integers | None, arrival_ns: Floats) -> int:
        """How many of these samples there are before the one at which the period becomes known.

        With a clock: the second sample. Without: the first that arrives a second after the first.
        """
        n = len(arrival_ns)
        if self._period_known or count is None:
            return n
        if self._first is None:
            self._first = (0 if clock is None else int(clock[0]), int(count[0]), float(arrival_ns[0]))
        clock_0, count_0, arrival_0 = self._first
        if clock is not None:
            at = int(np.searchsorted(count, count_0, side="right"))
        else:
            at = int(np.searchsorted(arrival_ns, arrival_0 + NS_PER_S))
        if at == 0:
            passed = int(clock[0]) - clock_0 if clock is not None else float(arrival_ns[0]) - arrival_0
            self._period_ns = passed / (int(count[0]) - count_0)
            self._period_known = True
            return n
        return at

    # Restarts --------------------------------------------------------------------------------------------
    def _restarts_with(self, clock: Integers | None, count: Integers | None, arrival_ns: float) -> bool:
        """Whether the first of these samples can't be of the run so far."""
        clock_step = None if clock is None else int(clock[0]) - self._clock.value
        count_step = None if count is None else int(count[0]) - self._count.value
        back_ns = min(
            0 if clock_step is None else clock_step,
            0 if count_step is None else count_step * self._period_ns,
        )
        if back_ns < -self._params.reorder_ns:
            return True
        if back_ns < 0 or clock_step == 0 or count_step == 0:
            old_since = arrival_ns if self._old_since_ns is None else self._old_since_ns
            return arrival_ns - old_since > self._params.old_ns
        return bool(self._jumps(clock_step, count_step, arrival_ns - self._arrival_ns))

    def _until_restart(self, clock: Integers | None, count: Integers | None, arrival_ns: Floats) -> int:
        """How many of these samples there are before the first that follows a restart."""
        n = len(arrival_ns)
        if self._runs_evenly(clock, count, arrival_ns):
            return n
        steps = [None if values is None else np.diff(values).astype(np.float64) for values in (clock, count)]
        jumps = self._jumps(steps[0], steps[1], np.diff(arrival_ns))
        return int(jumps.argmax()) + 1 if jumps.any() else n

    def _runs_evenly(self, clock: Integers | None, count: Integers | None, arrival_ns: Floats) -> bool:
        """Whether clock, counter and arrival stay so near to each other that none of them can have jumped."""
        params = self._params
        counted = None if count is None else (count * self._period_ns).astype(np.float64)
        if clock is not None and counted is not None:
            long = int(clock[-1]) - int(clock[0]) >= params.count_step_ns
            if long and _range(clock - counted) > params.count_step_ns:
                return False
        passed = counted if clock is None else clock.astype(np.float64)
        assert passed is not None
        span = max(float(arrival_ns[-1] - arrival_ns[0]), float(passed[-1] - passed[0]))
        return span < params.arrival_step_ns or _range(arrival_ns - passed) <= params.arrival_step_ns

    def _jumps(self, clock_step: Any, count_step: Any, elapsed_ns: Any) -> Any:
        """Whether clock, counter and arrival disagree by more than they may; for numbers and arrays."""
        params = self._params
        tolerance = params.arrival_step_ns + params.step_share * elapsed_ns
        counted = None if count_step is None else count_step * self._period_ns
        if clock_step is not None:
            jumps = abs(clock_step - elapsed_ns) > tolerance
            if counted is not None and self._period_known:
                allowed = params.count_step_ns + params.step_share * (clock_step + counted)
                jumps = jumps | (abs(clock_step - counted) > allowed)
            return jumps
        return (abs(counted - elapsed_ns) > tolerance) & self._period_known

    # Samples ---------------------------------------------------------------------------------------------
    def _old(self, clock: Integers | None, count: Integers | None, arrival_ns: Floats) -> int:
        """Count the leading samples that are not new as doubled or late; return how many."""
        new_clock = clock is None or int(clock[0]) > self._clock.value
        if new_clock and (count is None or int(count[0]) > self._count.value):
            self._old_since_ns = None
            return 0
        old = np.zeros(len(arrival_ns), dtype=np.bool_)
        if clock is not None:
            old |= clock <= self._clock.value
        if count is not None:
            old |= count <= self._count.value
        if self._old_since_ns is None:
            self._old_since_ns = float(arrival_ns[0])
        old &= arrival_ns - self._old_since_ns <= self._params.old_ns  # later ones may be of a restart
        n = len(old) if old.all() else max(1, int(old.argmin()))
        values = clock if count is None else count
        assert values is not None
        for value in values[:n].tolist():
            late = any(low < value < high for low, high in self._gaps)
            self.late += late
            self.doubled += not late
        return n

    def _keep(self, batch: ImuBatch, run: Run, arrival_ns: float) -> None:
        """The run's last sample is the newest."""
        self._remember_gaps(run)
        cut = slice(run.start, run.stop)
        if run.clock_ns is not None and batch.t_device_ns is not None:
            self._clock.keep(batch.t_device_ns[cut], run.clock_ns, -1)
        if run.count is not None and batch.seq is not None:
            self._count.keep(batch.seq[cut], run.count, -1)
        self._arrival_ns = arrival_ns

    def _remember_gaps(self, run: Run) -> None:
        """Note where samples are missing, so that they are known should they come late."""
        if run.count is not None:
            values, before, step = run.count, self._count.value, 1.5
            if int(values[-1]) - before <= len(values):
                return  # nothing missing
        else:
            assert run.clock_ns is not None
            values, before, step = run.clock_ns, self._clock.value, 1.5 * self._period_ns
        steps = np.diff(values, prepend=before)
        for i in np.flatnonzero(steps > step)[-self._params.remembered_gaps :].tolist():
            self._gaps.append((int(values[i] - steps[i]), int(values[i])))


def _first(values: Integers | None, n: int) -> Integers | None:
    return None if values is None else values[:n]


def _range(values: NDArray[Any]) -> float:
    return float(values.max()) - float(values.min())
