"""From angles on the grid to reps, verdicts and cues: phases, metrics, sets and rules at work together."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from statistics import median

import numpy as np

from lumbarwatch.core.cues import CueBook
from lumbarwatch.core.geometry import filled
from lumbarwatch.core.history import INDEX, History
from lumbarwatch.core.limits import Context, Thresholds, extension_limits, partial_limits, tuck_limits
from lumbarwatch.core.metrics import Measured, Meter
from lumbarwatch.core.phases import Armed, Closed, Mark, PhaseTracker, Rose, SetOver, ToppedOut
from lumbarwatch.core.rules import BASELINE_REPS, GATE, Verdicts, judge_drift, judge_lockout, judge_rep
from lumbarwatch.core.sets import SetBook
from lumbarwatch.core.uncertainty import StatedSigma
from lumbarwatch.model.body import DEFAULT_STATURE_M
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.events import (
    Cue,
    Event,
    LiveWarning,
    LockoutReached,
    RepFinished,
    SetFinished,
    SetStarted,
)
from lumbarwatch.model.motion import Rep, SetSummary
from lumbarwatch.model.session import Athlete, Calibration, LiftSetup
from lumbarwatch.model.verdicts import Level, NotGradedReason, WarningId, WarningVerdict

GRADED_BY = {WarningId.W1, WarningId.W1B, WarningId.W2}
SINGLE_LEG_ROLL_DEG = 5.0
"""A set whose first reps all lie this far from level, to one side, is marked single-leg (convention)."""
KEEP_POINTS = 12_000
"""Two minutes of angles stay available beyond what open reps need (arch and tuck are read from them)."""


class Lifting:
    """Counts and judges; ``calibration`` and ``blocked`` are set from outside as they change."""

    def __init__(self, athlete: Athlete, history: History, step_ns: int) -> None:
        self.calibration = Calibration.none()
        self.blocked: NotGradedReason | None = NotGradedReason.NO_CALIBRATION
        self.reference_cycles: list[Measured] | None = (
            None  # a list while the reference thrusts are under way
        )
        self.setup = LiftSetup()
        self.sigma = StatedSigma()
        self.sensor_sigma_deg = np.empty(0)  # stated for each point of the last step
        self._first = 0
        self.origin_ns = 0
        self.counting = False  # angles mean something: a zero, or a lift that shows itself
        self._athlete = athlete
        self._history = history
        self._step_ns = step_ns
        self._tracker = PhaseTracker(step_ns / 1e9)
        self._meter = Meter(history, athlete.stature_m or DEFAULT_STATURE_M, step_ns / 1e9)
        self._book = SetBook()
        self._cues = CueBook()
        self._sets = 0
        self._reps: list[Rep] = []  # of the open set
        self._full_rom_m: dict[bool, list[float]] = {False: [], True: []}  # single-leg reps have their own
        self._full_rom_deg: list[float] = []
        self._rolls: dict[bool, list[float]] = {False: [], True: []}  # W5's baseline without a reference
        self._roll_offs: list[float] = []
        self._in_rep = False
        self._live: set[tuple[WarningId, Level]] = set()
        self._scanned = 0
        self._last_lambda = 0.0

    @property
    def armed(self) -> bool:
        """Between arming and the set's end: tilt is told against the horizontal."""
        return self._tracker.state.phase.value != "idle"

    @property
    def codes(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """Phase of each point of the last step."""
        return self._tracker.codes

    def step(self, first: int, block: Floats) -> list[Event]:
        """Take channels (k, n) from grid index ``first``; they are already in the history."""
        angle = self._phase_angle(block)
        self._first, self.sensor_sigma_deg = first, np.full(block.shape[1], self.sigma.sensor_deg)
        if not self.counting:
            angle = np.full_like(angle, np.nan)
        self._refresh_range()
        events: list[Event] = []
        for mark in self._tracker.step(first, angle):
            events += self._scan(mark.index)
            events += self._on(mark)
            self._refresh_range()
        events += self._scan(first + block.shape[1])
        self._forget()
        return events

    def _phase_angle(self, block: Floats) -> Floats:
        """Pelvis pitch; where it is lost, lumbar pitch less the last known lambda, so that nothing jumps."""
        pelvis, lam = block[INDEX["pelvis_pitch_deg"]], block[INDEX["lumbar_extension_deg"]]
        lost = np.isnan(pelvis)
        if not lost.any():
            self._last_lambda = _last_known(lam, self._last_lambda)
            return pelvis
        known = np.concatenate(([self._last_lambda], lam))
        latest = np.maximum.accumulate(np.where(np.isnan(known), 0, np.arange(len(known))))[1:]
        self._last_lambda = float(known[latest[-1]])
        return filled(pelvis, block[INDEX["lumbar_pitch_deg"]] - known[latest])

    def finish(self, end: int) -> list[Event]:
        """The stream or the set has ended."""
        events: list[Event] = []
        for mark in self._tracker.finish(end):
            events += self._on(mark)
        return events

    def drop(self, end: int) -> list[Event]:
        """Somebody lies down to be measured: an open set ends, and what rose since the last one is no rep."""
        if self._reps or self.reference_cycles is not None:
            return self.finish(end)
        self.reference_cycles = []
        self.finish(end)
        self.reference_cycles = None
        return []

    def _on(self, mark: Mark) -> list[Event]:
        if isinstance(mark, Rose):
            self._in_rep, self._live = True, set()
            self._cues.next_rep()
            return []
        if isinstance(mark, Armed):
            self.sigma.read_rest(self._meter.rest_norms(mark.index))
            self.sensor_sigma_deg[max(mark.index - self._first, 0) :] = self.sigma.sensor_deg
            return []
        if isinstance(mark, ToppedOut):
            return self._topped(mark)
        if isinstance(mark, Closed):
            self._in_rep = False
            return self._closed(mark)
        return self._set_over(mark)

    # Inside the rep --------------------------------------------------------------------------------------
    def _scan(self, until: int) -> list[Event]:
        """W2 and W2b, as soon as lambda was held for 150 ms beyond a limit."""
        start, self._scanned = self._scanned, max(until, self._scanned)
        if not self._in_rep or self.blocked is not None or until <= start:
            return []
        held = self._meter.held(start, until)
        context = self._context()
        events = self._exceeded(WarningId.W2, held[0], extension_limits(context), start)
        tuck = tuck_limits(context)
        if tuck is not None:
            events += self._exceeded(WarningId.W2B, held[1], tuck, start)
        return events

    def _exceeded(self, id_: WarningId, held: Floats, at: Thresholds, start: int) -> list[Event]:
        events: list[Event] = []
        for level in Level:
            if (id_, level) in self._live or (id_, Level.RED) in self._live:
                continue
            probe = (
                at.amber if level is Level.AMBER else (None if at.red is None else at.red + GATE * at.sigma)
            )
            over = held > probe if probe is not None else np.zeros(len(held), np.bool_)
            if not over.any():
                continue
            k = int(np.argmax(over))
            self._live.add((id_, level))
            verdicts = Verdicts()
            verdicts.judge(id_, float(held[k]), at, self._t_ns(start + k))
            events += self._live_events(verdicts.warnings, level)
        return sorted(events, key=lambda event: getattr(event, "t_ns", 0))

    def _live_events(self, warnings: Sequence[WarningVerdict], level: Level) -> Iterator[Event]:
        for warning in warnings:
            if warning.level is level:
                yield LiveWarning(warning.t_ns, self._set_number, self._rep_number, warning)
                yield from self._cue(warning.t_ns, self._rep_number, [warning])

    def _topped(self, mark: ToppedOut) -> list[Event]:
        """Provisional lockout: feedback in the same rep."""
        if self.reference_cycles is not None:
            return []
        t_ns = self._t_ns(mark.index)
        tilt, lam = self._meter.lockout_so_far(mark.bottom_from, mark.index)
        verdicts = Verdicts()
        if self.blocked is not None:
            verdicts.skip(self.blocked, WarningId.W1, WarningId.W1B)
        else:
            judge_lockout(verdicts, tilt, lam, self._context(), t_ns)
        reached = LockoutReached(
            t_ns,
            self._set_number,
            self._rep_number,
            tilt,
            lam,
            tuple(verdicts.warnings),
            tuple(verdicts.not_graded),
        )
        return [reached, *self._cue(t_ns, self._rep_number, verdicts.warnings)]

    # At the bottom ---------------------------------------------------------------------------------------
    def _closed(self, closed: Closed) -> list[Event]:
        measured = self._meter.measure(closed)
        if measured is None:
            return []
        if self.reference_cycles is not None:
            self.reference_cycles.append(measured)
            return []
        t_ns = self._t_ns(closed.index)
        events: list[Event] = []
        for cycle in self._book.take(measured, self._tracker.rom_ref_deg):
            if not self._reps:
                self._sets += 1
                events.append(SetStarted(t_ns, self._sets))
            events += self._judged(cycle, t_ns)
        return events

    def _judged(self, cycle: Measured, t_ns: int) -> list[Event]:
        fraction = self._rom_fraction(cycle)
        context = self._context(cycle.pelvis_sigma_deg or 0.0, cycle.lumbar_sigma_deg or 0.0)
        times = (self._t_ns(cycle.lockout), self._t_ns(cycle.end), self._t_ns(cycle.lambda_peak_at))
        verdicts = judge_rep(cycle, fraction, context, times)
        rep = self._rep(cycle, fraction, verdicts)
        self._reps.append(rep)
        if not rep.partial:
            self._full_rom_m[self._on_one_leg].append(cycle.rom_m)
            self._full_rom_deg.append(cycle.rom_deg)
        self._remember_roll(cycle, context)
        cue = self._cue(t_ns, rep.rep_number, verdicts.warnings, cycle.roll_lockout_deg)
        return [RepFinished(t_ns, rep), *cue]

    def _rep(self, cycle: Measured, fraction: float | None, verdicts: Verdicts) -> Rep:
        amber = partial_limits(self._athlete.limits).amber
        seen = self.blocked is not NotGradedReason.NO_CALIBRATION
        pelvis_sigma = cycle.pelvis_sigma_deg or 0.0
        return Rep(
            set_number=self._sets,
            rep_number=len(self._reps) + 1,
            t_start_ns=self._t_ns(cycle.start),
            t_lockout_ns=self._t_ns(cycle.lockout),
            t_lower_ns=self._t_ns(cycle.lower),
            t_end_ns=self._t_ns(cycle.end),
            rom_deg=cycle.rom_deg,
            rom_m=cycle.rom_m,
            rom_fraction=fraction,
            phi_top_deg=cycle.phi_top_deg if seen else None,
            tilt_lockout_deg=cycle.tilt_lockout_deg if seen else None,
            lambda_lockout_deg=cycle.lambda_lockout_deg if seen else None,
            lambda_peak_deg=cycle.lambda_peak_deg if seen else None,
            lambda_eccentric_max_deg=cycle.lambda_eccentric_max_deg if seen else None,
            roll_lockout_deg=cycle.roll_lockout_deg if seen else None,
            rate_peak_dps=cycle.rate_peak_dps,
            rate_mean_dps=cycle.rate_mean_dps,
            tilt_sigma_deg=self.sigma.tilt_deg(pelvis_sigma) if seen else None,
            lambda_sigma_deg=self.sigma.lambda_deg(pelvis_sigma, cycle.lumbar_sigma_deg or 0.0)
            if seen
            else None,
            partial=fraction is not None and amber is not None and fraction < amber,
            lowered=cycle.lowered,
            quality=cycle.quality,
            graded=bool(verdicts.judged & GRADED_BY),
            not_graded=tuple(verdicts.not_graded),
            borderline=tuple(verdicts.borderline),
            warnings=tuple(verdicts.warnings),
            single_leg=self._on_one_leg,
            clear=tuple(verdicts.clear),
        )

    def _set_over(self, mark: SetOver) -> list[Event]:
        self._in_rep = False
        self._book.close()
        reps, self._reps, self._roll_offs = self._reps, [], []
        self._rolls[True] = []  # the next set on one leg may be on the other
        if self.reference_cycles is not None or not reps:
            return []
        graded = [
            r.lambda_lockout_deg
            for r in reps
            if r.graded and not r.partial and r.lambda_lockout_deg is not None
        ]
        last_ns = reps[-1].t_end_ns
        verdicts = judge_drift(graded, self._context(), last_ns)
        summary = SetSummary(
            set_number=self._sets,
            t_start_ns=reps[0].t_start_ns,
            t_end_ns=last_ns,
            reps=len(reps),
            partial=sum(rep.partial for rep in reps),
            single_leg=self._single_leg(reps),
            bar_kg=self.setup.bar_kg,
            warnings=tuple(verdicts.warnings),
            not_graded=tuple(verdicts.not_graded),
        )
        self.setup = replace(self.setup, single_leg=None)  # a mark is of one set
        return [SetFinished(self._t_ns(mark.index), summary)]

    def _single_leg(self, reps: Sequence[Rep]) -> bool:
        if self.setup.single_leg is not None:
            return self.setup.single_leg
        level = self.calibration.reference.psi_lock_deg if self.calibration.reference else 0.0
        offs = [rep.roll_lockout_deg - level for rep in reps if rep.roll_lockout_deg is not None]
        return len(offs) > 1 and (min(offs) > SINGLE_LEG_ROLL_DEG or max(offs) < -SINGLE_LEG_ROLL_DEG)

    # What a rep is judged against ------------------------------------------------------------------------
    def _context(self, pelvis_sigma_deg: float = 0.0, lumbar_sigma_deg: float = 0.0) -> Context:
        """``*_sigma_deg``: fusion's own, where a rep's samples have told it."""
        return Context(
            calibration=self.calibration,
            limits=self._athlete.limits,
            blocked=self.blocked,
            roll_baseline_deg=self._roll_baseline(),
            earlier_roll_off_deg=tuple(self._roll_offs[-2:]),
            own_reference=not self._on_one_leg,
            stated_tilt_deg=self.sigma.tilt_deg(pelvis_sigma_deg),
            stated_lambda_deg=self.sigma.lambda_deg(pelvis_sigma_deg, lumbar_sigma_deg),
        )

    @property
    def _on_one_leg(self) -> bool:
        """The set is marked as single-leg: it is graded against its own reference (definitions 4)."""
        return bool(self.setup.single_leg)

    def _roll_baseline(self) -> float | None:
        reference = self.calibration.reference
        if reference is not None and not self._on_one_leg:
            return reference.psi_lock_deg
        rolls = self._rolls[self._on_one_leg][:BASELINE_REPS]
        return median(rolls) if len(rolls) == BASELINE_REPS else None

    def _remember_roll(self, cycle: Measured, context: Context) -> None:
        if cycle.roll_lockout_deg is None or cycle.pelvis_top_hidden or cycle.side_lying:
            return
        self._rolls[self._on_one_leg].append(cycle.roll_lockout_deg)
        if context.roll_baseline_deg is not None:
            self._roll_offs.append(cycle.roll_lockout_deg - context.roll_baseline_deg)

    def _rom_fraction(self, cycle: Measured) -> float | None:
        reference = self.calibration.reference
        if reference is not None and not self._on_one_leg:
            return cycle.rom_m / reference.rom_m
        earlier = self._full_rom_m[self._on_one_leg]
        return cycle.rom_m / median(earlier) if earlier else None

    def _refresh_range(self) -> None:
        reference = self.calibration.reference
        if self._full_rom_deg:
            self._tracker.rom_ref_deg = median(self._full_rom_deg[-5:])
        elif reference is not None:
            self._tracker.rom_ref_deg = reference.rom_deg

    @property
    def _set_number(self) -> int:
        return self._sets if self._reps else self._sets + 1

    @property
    def _rep_number(self) -> int:
        return len(self._reps) + len(self._book.state.waiting) + 1

    def _cue(
        self, t_ns: int, rep_number: int, warnings: Sequence[WarningVerdict], roll_deg: float | None = None
    ) -> list[Event]:
        side = "Right" if (roll_deg or 0.0) > (self._roll_baseline() or 0.0) else "Left"
        chosen = self._cues.choose(warnings, side)
        return [] if chosen is None else [Cue(t_ns, self._set_number, rep_number, *chosen)]

    def _t_ns(self, index: float) -> int:
        return self.origin_ns + round(index * self._step_ns)

    def _forget(self) -> None:
        open_from = self._tracker.state.bottom_from if self.armed else self._history.end
        self._history.forget_before(min(open_from - 200, self._history.end - KEEP_POINTS))


def _last_known(values: Floats, otherwise: float) -> float:
    if not np.isnan(values[-1]):
        return float(values[-1])
    known = values[~np.isnan(values)]
    return float(known[-1]) if len(known) else otherwise
