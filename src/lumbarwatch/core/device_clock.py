"""Samples timed by the sensor's own clock, with or without a sample number."""

from collections import deque
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumbarwatch.core.clock_fit import ClockFit, ClockFitParams
from lumbarwatch.core.corridor import Corridor, CorridorParams
from lumbarwatch.core.counters import Run
from lumbarwatch.model.checks import Floats, Integers

MARKS = 16
"""The period is measured over so many bins of the clock's fit (convention): 16 s early, 80 s later."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Samples on the host's time, in ns from the stream's origin."""

    t_ns: Floats  # (n,)
    lost: Integers  # (n,) missing directly before
    period_ns: Floats  # (n,) of the host's time
    steady: bool  # times increase by themselves


class PeriodMeter:
    """Sample period of a counter by a clock."""

    def __init__(self, nominal_ns: float) -> None:
        self.nominal_ns = nominal_ns
        self.period_ns: float | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=MARKS)
        self._first_steps: list[float] | None = []

    def restart(self) -> None:
        """Clock and counter begin anew; the crystal is the same."""
        self._marks.clear()
        self._first_steps = None

    def first_step(self, step_ns: float) -> None:
        """The clock between the first two samples: the only measure for a while."""
        self.period_ns = step_ns

    def collect(self, steps_ns: Floats) -> None:
        """Steps of the first bin: samples may not be numbered, and something lost between the first two."""
        if self._first_steps is not None:
            self._first_steps += steps_ns.tolist()

    def mark(self, clock_ns: float, count: int, *, numbered: bool) -> None:
        """Measure: the clock showed this at that sample."""
        if self._first_steps is not None:
            if self._first_steps and not numbered:
                self.period_ns = float(np.median(self._first_steps))
            self._first_steps = None
            if not numbered:
                return
        self._marks.append((clock_ns, count))
        before_ns, before = self._marks[0]
        if count > before:
            self.period_ns = (clock_ns - before_ns) / (count - before)


class DeviceClock:
    """Places the samples of one device on the host's time, restart after restart."""

    def __init__(self, nominal_ns: float, fit: ClockFitParams, corridor: CorridorParams) -> None:
        self._fit_params = fit
        self._corridor_params = corridor
        self._meter = PeriodMeter(nominal_ns)
        self._fit = ClockFit(fit, Corridor(corridor))
        self._last: tuple[float, int] | None = None  # clock and count of the newest sample

    @property
    def skew(self) -> float:
        """Host clock against the sensor's."""
        return self._fit.skew

    @property
    def sigma_ns(self) -> float:
        """One sigma of the times given."""
        return self._fit.sigma_ns

    @property
    def period_ns(self) -> float:
        """Sample period of the host's time."""
        return (self._meter.period_ns or self._meter.nominal_ns) * (1.0 + self._fit.skew)

    def restart(self) -> None:
        """The device's clock or counter begins anew."""
        corridor = Corridor(self._corridor_params, self._fit.skew, certain=self._fit.certain)
        self._fit = ClockFit(self._fit_params, corridor)
        self._meter.restart()
        self._last = None

    def beacon(self, clock_ns: float, arrival_ns: float) -> None:
        """A clock reading that came without samples."""
        self._fit.beacon(clock_ns, arrival_ns)

    def place(self, run: Run, arrival_ns: Floats) -> list[Placed]:
        """Place samples of a run that came at ``arrival_ns`` (n,)."""
        assert run.clock_ns is not None
        clock = run.clock_ns.astype(np.float64)
        parts: list[Placed] = []
        start = 0
        while start < len(clock):
            bins = self._fit.bins
            stop = start + self._fit.open_bin(clock[start:])
            if self._fit.bins != bins and self._last is not None:
                self._meter.mark(*self._last, numbered=run.count is not None)
            cut = slice(start, stop)
            parts.append(
                self._place(clock[cut], None if run.count is None else run.count[cut], arrival_ns[cut])
            )
            start = stop
        return parts

    def _place(self, clock: Floats, count: Integers | None, arrival_ns: Floats) -> Placed:
        """Samples of one bin."""
        first = self._last is None
        before_ns, before = (float(clock[0]), -1) if self._last is None else self._last
        steps_ns = _steps(clock, before_ns)
        unmeasured = self._meter.period_ns is None
        if unmeasured:
            self._measure_first_step(steps_ns, count, before, first=first)
        if count is None:
            moved = self._inferred(steps_ns, first=first)
            newest = before + int(moved.sum())
        else:
            moved = _steps(count, int(count[0]) - 1 if first else before)
            newest = int(count[-1])
        period_ns = np.full(len(clock), self.period_ns)
        if unmeasured and first:
            period_ns[0] = self._meter.nominal_ns
        self._last = (float(clock[-1]), newest)
        return Placed(self._fit.map(clock, arrival_ns), moved - 1, period_ns, steady=self._fit.steady)

    def _measure_first_step(
        self, steps_ns: Floats, count: Integers | None, before: int, *, first: bool
    ) -> None:
        """From the first two samples; the first alone tells nothing."""
        if first and len(steps_ns) == 1:
            return
        at = 1 if first else 0
        if count is None:
            self._meter.first_step(float(steps_ns[at]))
        else:
            self._meter.first_step(
                float(steps_ns[at]) / (int(count[at]) - (int(count[0]) if first else before))
            )

    def _inferred(self, steps_ns: Floats, *, first: bool) -> Integers:
        """Sample numbers moved on (n,), at least 1 each, by the clock."""
        self._meter.collect(steps_ns[1:] if first else steps_ns)
        period_ns = self._meter.period_ns or self._meter.nominal_ns
        return np.maximum(np.rint(steps_ns / period_ns), 1.0).astype(np.int64)


def _steps(values: NDArray[Any], before: float) -> NDArray[Any]:
    steps = np.empty_like(values)
    steps[0] = values[0] - before
    np.subtract(values[1:], values[:-1], out=steps[1:])
    return steps
