"""A clock for sensors that send none: samples counted, at a rate found from their arrival.

For the first second a sample's arrival is all there is. Then its number times the period found is a clock of
a rate hardly known, and the line under its delays (:mod:`clock_fit`) does the rest. Without a sample number
the count is inferred: a sample that comes later than waiting explains follows a loss, at once where arrivals
are regular, or where the link was known to be cut, else when a whole bin stays late.
"""

from dataclasses import dataclass, field

import numpy as np

from lumbarwatch.core.clock_fit import ClockFit, ClockFitParams
from lumbarwatch.core.counters import Run
from lumbarwatch.core.device_clock import Placed
from lumbarwatch.core.envelope import Envelope, EnvelopeParams
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.samples import NS_PER_S


@dataclass(frozen=True, slots=True)
class CountedClockParams:
    """Tuning (convention)."""

    start_ns: int = NS_PER_S
    regular_share: float = 0.2  # steps this near to their median are regular
    bunched_share: float = 0.1  # of the steps shorter than half of that: packets come in bunches
    jitter_quantile: float = 0.95  # of delays above the floor: what waiting explains
    regular_periods: float = 0.3  # jitter below which arrivals are regular, and one sample tells ...
    off_periods: float = 0.6  # ... by so much that something is missing, or was not
    bunched_ns: int = NS_PER_S // 2  # where arrivals are not regular, only such a delay tells at once ...
    resync_periods: float = 0.7  # ... and a whole bin off by so much ...
    resync_ns: float = 6e6  # ... and by more than floors vary ...
    resync_after_ns: float = 15.0 * NS_PER_S  # ... once the period is well known
    settle_ns: float = 0.5 * NS_PER_S  # after a cut of the link: an earlier packet corrects the count
    envelope: EnvelopeParams = field(default_factory=EnvelopeParams)


ROUGH_SAMPLES = 5
"""So many samples at regular arrivals give a first idea of the period (convention)."""


class CountedClock:
    """Places samples without a device clock on the host's time."""

    def __init__(self, nominal_ns: float, fit: ClockFitParams, params: CountedClockParams) -> None:
        self._params = params
        self._fit_params = fit
        self._nominal_ns = nominal_ns
        self._counts: list[int] = []  # of the first second
        self._arrivals: list[float] = []
        self._period_ns: float | None = None
        self._fit: ClockFit | None = None
        self._count = -1  # of the newest sample
        self._jitter_ns = 0.0  # delay that waiting explains
        self._late: list[Floats] = []  # delays above the line, of the open bin
        self._missing = 0  # samples lost before the next one
        self._cut = False  # the link, since the last sample
        self._settled_ns = -np.inf  # on the clock
        self.overcounted = 0  # losses that proved to be none

    @property
    def skew(self) -> None:
        """There is no clock to compare."""
        return

    @property
    def sigma_ns(self) -> float:
        """One sigma of the times given."""
        return self._fit_params.start_sigma_ns if self._fit is None else self._fit.sigma_ns

    @property
    def period_ns(self) -> float:
        """Sample period of the host's time."""
        if self._fit is None or self._period_ns is None:
            return self._period_ns or self._nominal_ns
        return self._period_ns * (1.0 + self._fit.skew)

    def restart(self) -> None:
        """The device's counter begins anew; its rate is the same."""
        self._counts, self._arrivals = [], []
        self._fit = None
        self._count = -1
        self._late = []

    def beacon(self, clock_ns: float, arrival_ns: float) -> None:
        """Without a clock there are no beacons."""

    def link_cut(self) -> None:
        """What comes next may follow a loss, and tells by its arrival of how many samples."""
        self._cut = True

    def place(self, run: Run, arrival_ns: Floats) -> list[Placed]:
        """Place samples of a run that came at ``arrival_ns`` (n,)."""
        parts: list[Placed] = []
        start, n = 0, len(arrival_ns)
        while start < n:
            count = None if run.count is None else run.count[start:]
            if self._fit is None:
                placed = self._place_first(count, arrival_ns[start:])
            elif count is None:
                placed = self._place_uncounted(self._fit, arrival_ns[start:])
            else:
                placed = self._place_counted(self._fit, count, arrival_ns[start:])
            parts += placed
            start += sum(len(part.t_ns) for part in placed)
        return parts

    # The first second ------------------------------------------------------------------------------------
    def _place_first(self, count: Integers | None, arrival_ns: Floats) -> list[Placed]:
        """By arrival alone; nothing once a second has passed and the fit begins."""
        if self._cut and self._arrivals and count is None:
            passed_ns = float(arrival_ns[0]) - self._arrivals[-1]
            self._amend_count(max(0, round(passed_ns / self.period_ns) - 1))
            self._counts, self._arrivals = [], []  # the period is found in one piece
        self._cut = False
        begun = self._arrivals[0] if self._arrivals else float(arrival_ns[0])
        n = int(np.searchsorted(arrival_ns, begun + self._params.start_ns, side="left"))
        if n == 0:
            self._begin_fit()
            return []
        numbers, lost = self._numbers(count, n)
        already = len(self._counts)
        period_ns = np.full(n, self.period_ns)
        self._counts += numbers.tolist()
        self._arrivals += arrival_ns[:n].tolist()
        if self._period_ns is None and len(self._counts) >= ROUGH_SAMPLES:
            self._find_rough_period()
            period_ns[max(0, ROUGH_SAMPLES - already) :] = self.period_ns
        return [Placed(arrival_ns[:n], lost, period_ns, steady=False)]

    def _numbers(self, count: Integers | None, n: int) -> tuple[Integers, Integers]:
        """Sample numbers (n,) and samples missing before each (n,)."""
        first = self._count < 0
        if count is None:
            numbers = np.arange(self._count + 1, self._count + 1 + n)
            lost = np.zeros(n, dtype=np.int64)
            lost[0], self._missing = self._missing, 0
        else:
            numbers = count[:n]
            lost = np.empty(n, dtype=np.int64)
            lost[0] = 0 if first else int(numbers[0]) - self._count - 1
            lost[1:] = numbers[1:] - numbers[:-1] - 1
        self._count = int(numbers[-1])
        return numbers, lost

    def _find_rough_period(self) -> None:
        count, arrival = np.array(self._counts[:ROUGH_SAMPLES]), np.array(self._arrivals[:ROUGH_SAMPLES])
        steps = np.diff(arrival) / np.diff(count)
        middle = float(np.median(steps))
        if middle > 0.0 and (np.abs(steps - middle) <= self._params.regular_share * middle).all():
            self._period_ns = middle

    def _begin_fit(self) -> None:
        """The first second is over: find the period, and the line under the delays so far."""
        count, arrival = np.array(self._counts), np.array(self._arrivals)
        self._period_ns = first_period_ns(count, arrival, self._params) or self.period_ns
        ticks = count * self._period_ns
        delay = arrival - ticks
        envelope = Envelope(self._params.envelope)
        for part in np.array_split(np.arange(len(count)), min(10, len(count))):
            fastest = part[int(delay[part].argmin())]
            envelope.add(float(ticks[fastest]), float(delay[fastest]))
        line = envelope.line(float(ticks[-1]))
        self._fit = ClockFit(self._fit_params, envelope, line)
        above = delay - (line.y + line.slope * (ticks - line.x))
        self._jitter_ns = float(np.quantile(above, self._params.jitter_quantile))
        self._counts, self._arrivals = [], []

    # After it --------------------------------------------------------------------------------------------
    def _place_counted(self, fit: ClockFit, count: Integers, arrival_ns: Floats) -> list[Placed]:
        """Samples of one bin, which carry a number."""
        assert self._period_ns is not None
        ticks = count.astype(np.float64) * self._period_ns
        n = fit.open_bin(ticks)
        _, lost = self._numbers(count, n)
        t_ns = fit.map(ticks[:n], arrival_ns[:n])
        return [Placed(t_ns, lost, np.full(n, self.period_ns), steady=False)]

    def _place_uncounted(self, fit: ClockFit, arrival_ns: Floats) -> list[Placed]:
        """Samples of one bin up to the next loss, which carry none."""
        assert self._period_ns is not None
        ticks = self._following(len(arrival_ns))
        if ticks[0] >= fit.border_ns and self._resynchronise(fit):
            ticks = self._following(len(arrival_ns))
        n = fit.open_bin(ticks)
        ticks, arrival_ns = ticks[:n], arrival_ns[:n]
        above = arrival_ns - ticks - (fit.line.y + fit.line.slope * (ticks - fit.line.x))
        if self._cut:
            self._cut = False
            self._amend_count(max(0, round(float(above[0]) / self._period_ns)))
            self._settled_ns = self._following(1)[0] + self._params.settle_ns
            return self._place_uncounted(fit, arrival_ns)
        if ticks[0] < self._settled_ns:
            return self._place_settling(fit, ticks, above)
        wrong = self._wrong(above)
        if wrong[0]:
            self._amend_count(round(float(above[0]) / self._period_ns) or 1)
            return self._place_uncounted(fit, arrival_ns)
        n = int(wrong.argmax()) if wrong.any() else n
        self._late.append(above[:n])
        lost = np.zeros(n, dtype=np.int64)
        lost[0], self._missing = self._missing, 0
        self._count += n
        t_ns = fit.map(ticks[:n], arrival_ns[:n])
        return [Placed(t_ns, lost, np.full(n, self.period_ns), steady=False)]

    def _place_settling(self, fit: ClockFit, ticks: Floats, above_ns: Floats) -> list[Placed]:
        """Samples soon after a cut, on the line there was before.

        No packet is early: one that seems so shows that fewer were lost.
        """
        assert self._period_ns is not None
        early = above_ns < -self._params.off_periods * self._period_ns
        if early[0]:
            later = round(float(above_ns[0]) / self._period_ns)
            self._amend_count(later)
            ticks, above_ns = ticks + later * self._period_ns, above_ns - later * self._period_ns
            early = above_ns < -self._params.off_periods * self._period_ns
        n = int(np.searchsorted(ticks, self._settled_ns))
        n = max(1, min(n, int(early.argmax()) if early.any() else n))
        ticks = ticks[:n]
        lost = np.zeros(n, dtype=np.int64)
        lost[0], self._missing = self._missing, 0
        self._count += n
        t_ns = ticks + (fit.line.y + fit.line.slope * (ticks - fit.line.x))
        return [Placed(t_ns, lost, np.full(n, self.period_ns), steady=False)]

    def _following(self, n: int) -> Floats:
        """What the clock shows at the next n samples, if none is missing."""
        assert self._period_ns is not None
        return (np.arange(1, n + 1) + self._count).astype(np.float64) * self._period_ns

    def _wrong(self, above_ns: Floats) -> Booleans:
        """Whether delays (n,) above the line show at once that the count is wrong."""
        assert self._period_ns is not None
        params = self._params
        if self._jitter_ns < params.regular_periods * self._period_ns:
            return np.abs(above_ns) > params.off_periods * self._period_ns
        return above_ns > max(params.bunched_ns, 3.0 * self._jitter_ns)

    def _amend_count(self, missing: int) -> None:
        """So many samples were lost before the next one; negative: losses noted before were none."""
        self._count += missing
        if missing > 0:
            self._missing += missing
        else:
            self.overcounted -= missing

    def _resynchronise(self, fit: ClockFit) -> bool:
        """At a bin's end: learn what waiting explains; whether the count was amended."""
        assert self._period_ns is not None
        params = self._params
        if self._late:
            above = np.concatenate(self._late)
            self._late = []
            self._jitter_ns = max(float(np.quantile(above, params.jitter_quantile)), 0.8 * self._jitter_ns)
        time_ns, delay_ns = fit.floor
        off_ns = delay_ns - fit.line.at(time_ns)
        least_ns = max(params.resync_periods * self._period_ns, params.resync_ns)
        if fit.age_ns < params.resync_after_ns or not least_ns < abs(off_ns) < np.inf:
            return False
        missing = round(off_ns / self._period_ns)
        fit.amend_floor(missing * self._period_ns)
        self._amend_count(missing)
        return True


def first_period_ns(count: Integers, arrival_ns: Floats, params: CountedClockParams) -> float | None:
    """Sample period from the first samples (n,), None where they do not tell."""
    if len(count) < 3 or arrival_ns[-1] <= arrival_ns[0]:
        return None
    steps = np.diff(arrival_ns) / np.diff(count)
    middle = float(np.median(steps))
    regular = np.abs(steps - middle) <= params.regular_share * middle
    bunched = (steps < 0.5 * middle).mean() > params.bunched_share  # steps of the radio, not of the sensor
    if middle > 0.0 and regular.mean() > 0.5 and not bunched:
        return float(steps[regular].mean())
    return float(arrival_ns[-1] - arrival_ns[0]) / int(count[-1] - count[0])
