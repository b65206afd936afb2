"""From the steps of definitions 3 to a calibration: guided, told by META, or found by itself."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from statistics import fmean

import numpy as np

from lumbarwatch.core.alignment import Aligned, AlignmentParams, Stretch, align, mount
from lumbarwatch.core.limits import LEAST_RANGE_DEG
from lumbarwatch.core.metrics import Measured
from lumbarwatch.core.standing import StandingFinder, seconds_to_ns
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.core.stretch_buffer import StretchBuffer
from lumbarwatch.core.supine import lambda_shift_deg, on_supine, standing_mountings, supine_zero
from lumbarwatch.core.uncalibrated import guess_mountings
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.events import CalibrationClosed, CalibrationStepJudged, Event, StepDone
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import (
    Calibration,
    CalibrationReason,
    CalibrationSource,
    CalibrationStep,
    Mounting,
    OwnRange,
    ReferenceThrusts,
)

HELD_S = 0.5
"""An arch or tuck counts as far as it was held on average this long (convention; of 2 s in definitions 3)."""

UNSTEADY_DEG = 8.0
"""Two tries further apart than this are said to be unsteady (convention)."""

PAIR = 2
"""Tries of arch and of tuck that count (definitions 3): one that is repeated takes the oldest one's place."""

_OF_RANGE = frozenset({CalibrationReason.RANGE_TOO_SMALL, CalibrationReason.RANGE_UNSTEADY})
_OF_REFERENCE = frozenset(
    {
        CalibrationReason.NO_REFERENCE,
        CalibrationReason.REFERENCE_NOT_TUCKED,
        CalibrationReason.REFERENCE_ARCHED,
        CalibrationReason.REFERENCE_TOO_SHORT,
    }
)

AngleBetween = Callable[[int, int], Floats]
"""Lumbar extension (n,) deg on the grid between two host times."""


class Calibrator:
    """Holds the calibration as it grows; every change comes out as an event."""

    def __init__(
        self,
        source: CalibrationSource,
        preset: Calibration | None = None,
        params: AlignmentParams | None = None,
    ) -> None:
        self.calibration = preset or Calibration.none(CalibrationReason.NO_STANDING)
        self._preset = preset is not None
        self._source = source
        self._params = params or AlignmentParams()
        self._buffers = {place: StretchBuffer() for place in Placement}
        self._finder = StandingFinder()
        self._stand: tuple[int, int] | None = None
        self._unsteady: dict[Placement, Mounting] = {}  # refused for nothing but swaying
        self._arches: list[float] = []
        self._tucks: list[float] = []
        self.stand_norms_mps2: tuple[float, ...] = ()  # of the averaged specific force, standing
        self.cycles: list[Measured] = []  # of the reference thrusts under way

    @property
    def automatic(self) -> bool:
        """Still looking for standing and bows by itself."""
        return self._source is CalibrationSource.AUTOMATIC and not self.calibration.mountings

    @property
    def listening(self) -> bool:
        """Samples are needed: also after a calibration, for it may be done again."""
        return not self._preset

    def add(self, placement: Placement, timed: TimedBatch) -> None:
        """Keep samples for the steps to come."""
        if self.listening:
            self._buffers[placement].add(timed)

    def forget(self, now_ns: int) -> None:
        """The grid has come to a time: samples of long before are no longer needed."""
        for buffer in self._buffers.values():
            buffer.forget(now_ns)

    def done(self, step: StepDone, lambda_between: AngleBetween) -> list[Event]:
        """A step was done: judge it and take what it gives."""
        window = (step.start_ns, step.end_ns)
        if step.step is CalibrationStep.STAND:
            self._stand = window
            return [CalibrationStepJudged(step.t_ns, step.step, tuple(self._judge_stand(window)))]
        if step.step is CalibrationStep.HINGE:
            return self._align(step, window)
        if not self.calibration.mountings:
            return [CalibrationStepJudged(step.t_ns, step.step, (CalibrationReason.NO_BOWS,))]
        if step.step is CalibrationStep.REFERENCE_THRUSTS:
            return self._reference(step.t_ns)
        if step.step is CalibrationStep.SUPINE:
            return self._lie(step.t_ns, window)
        return self._range(step, lambda_between(*window))

    def take_stand_norms(self) -> tuple[float, ...]:
        """Norms of the standing specific force (m/s^2), once."""
        norms, self.stand_norms_mps2 = self.stand_norms_mps2, ()
        return norms

    def look(self, second: int, origin_ns: int) -> list[Event]:
        """Automatic: a second since the origin has passed; perhaps standing and bows are complete."""
        window = seconds_to_ns((second, second + 1), origin_ns)
        tried = self._finder.take(self._stretches(window))
        if tried is None:
            return []
        stand, bows = (seconds_to_ns(part, origin_ns) for part in tried)
        aligned = self._aligned(stand, bows)
        if aligned is None or aligned.reasons or aligned.swapped is None:
            return []
        return self._close(window[1], aligned, CalibrationSource.AUTOMATIC)

    def best_effort(self) -> Calibration:
        """Axes from whatever there is, to draw and count by: never valid, grades no one."""
        if self._unsteady:
            return replace(self.calibration, mountings=self._unsteady, lift_recognised=True)
        stretches = self._stretches((-(2**62), 2**62))
        if stretches is None:
            return self.calibration
        mountings, recognised = guess_mountings(stretches)
        return replace(self.calibration, mountings=mountings, lift_recognised=recognised)

    def _stretches(self, window: tuple[int, int]) -> dict[Placement, Stretch] | None:
        found = {place: buffer.between(*window) for place, buffer in self._buffers.items()}
        whole = {place: stretch for place, stretch in found.items() if stretch is not None}
        return whole if len(whole) == len(found) else None

    def _judge_stand(self, window: tuple[int, int]) -> list[CalibrationReason]:
        stretches = self._stretches(window)
        if stretches is None:
            return [CalibrationReason.SENSOR_MISSING]
        mounted = [mount(stretch, window, window, self._params)[0] for stretch in stretches.values()]
        still = all(m is not None and m.still_sd_deg <= self._params.still_sd_deg for m in mounted)
        return [] if still else [CalibrationReason.NOT_STILL]

    def _aligned(self, stand: tuple[int, int], bows: tuple[int, int]) -> Aligned | None:
        stretches = self._stretches((min(stand[0], bows[0]), max(stand[1], bows[1])))
        return None if stretches is None else align(stretches, stand, bows, self._params)

    def _align(self, step: StepDone, window: tuple[int, int]) -> list[Event]:
        aligned = None if self._stand is None else self._aligned(self._stand, window)
        if aligned is None:
            missing = (
                CalibrationReason.NO_STANDING if self._stand is None else CalibrationReason.SENSOR_MISSING
            )
            self.calibration = replace(self.calibration, valid=False, reasons=(missing,))
            return [
                CalibrationStepJudged(step.t_ns, step.step, (missing,)),
                CalibrationClosed(step.t_ns, self.calibration),
            ]
        judged = CalibrationStepJudged(step.t_ns, step.step, aligned.reasons)
        return [judged, *self._close(step.t_ns, aligned, step.source)]

    def _close(self, t_ns: int, aligned: Aligned, source: CalibrationSource) -> list[Event]:
        self.stand_norms_mps2 = aligned.stand_norms_mps2
        valid = not aligned.reasons and len(aligned.mountings) == len(Placement)
        notes = list(aligned.reasons)
        mountings = dict(aligned.mountings)
        if aligned.swapped:
            mountings = {place: aligned.mountings[place.other] for place in Placement}
            notes.append(CalibrationReason.SWAPPED)
        elif aligned.swapped is None and valid:
            notes.append(CalibrationReason.SWAP_UNDECIDED)
        if aligned.reasons == (CalibrationReason.NOT_STILL,):
            self._unsteady = mountings
        self._arches, self._tucks = [], []  # of the axes before
        self.calibration = Calibration(
            source=source if valid else CalibrationSource.NONE,
            valid=valid,
            reasons=tuple(notes),
            mountings=mountings if valid else {},
            swapped=aligned.swapped,
        )
        return [CalibrationClosed(t_ns, self.calibration)]

    def _range(self, step: StepDone, lambdas_deg: Floats) -> list[Event]:
        """Arch or tuck: of the last two tries the smaller counts, their spread is kept."""
        sign = 1.0 if step.step is CalibrationStep.ARCH else -1.0
        reached = _held_mean(sign * lambdas_deg)
        if reached is None:
            return [CalibrationStepJudged(step.t_ns, step.step, (CalibrationReason.GAP,))]
        (self._arches if step.step is CalibrationStep.ARCH else self._tucks).append(reached)
        reasons: list[CalibrationReason] = []
        if self._arches and self._tucks:
            arches, tucks = self._arches[-PAIR:], self._tucks[-PAIR:]
            spread = max(max(tries) - min(tries) for tries in (arches, tucks))
            standing_deg = 0.0 - lambda_shift_deg(self.calibration.supine)
            own = OwnRange(max(min(arches), 0.0), max(min(tucks), 0.0), spread, standing_deg)
            self.calibration = replace(self.calibration, own_range=own)
            reasons += _limits_of(own)
        events: list[Event] = [CalibrationStepJudged(step.t_ns, step.step, tuple(reasons))]
        if self.calibration.own_range is not None:
            self._note(*reasons, instead_of=_OF_RANGE)
            events.append(CalibrationClosed(step.t_ns, self.calibration))
        return events

    def _lie(self, t_ns: int, window: tuple[int, int]) -> list[Event]:
        """Supine neutral as the zero: all that was measured against the old one moves with it."""
        stretches = self._stretches(window)
        if stretches is None:
            return [CalibrationStepJudged(t_ns, CalibrationStep.SUPINE, (CalibrationReason.SENSOR_MISSING,))]
        if self.calibration.swapped:
            stretches = {place: stretches[place.other] for place in Placement}
        zero, reasons = supine_zero(stretches, standing_mountings(self.calibration), window, self._params)
        if zero is None:  # the zero in use stays
            return [CalibrationStepJudged(t_ns, CalibrationStep.SUPINE, reasons)]
        by_deg = lambda_shift_deg(zero) - lambda_shift_deg(self.calibration.supine)
        self._arches = [reached - by_deg for reached in self._arches]
        self._tucks = [reached + by_deg for reached in self._tucks]
        self.calibration = on_supine(self.calibration, zero)
        limited = self._judge_anew()
        judged = CalibrationStepJudged(t_ns, CalibrationStep.SUPINE, limited)
        return [judged, CalibrationClosed(t_ns, self.calibration)]

    def _judge_anew(self) -> tuple[CalibrationReason, ...]:
        """Range and reference against another zero; return what is now said of the range."""
        own, reference = self.calibration.own_range, self.calibration.reference
        if reference is not None:
            refused = _refusals(reference, own)
            self.calibration = replace(self.calibration, reference=None if refused else reference)
            self._note(*refused, instead_of=_OF_REFERENCE)
        if own is None:
            return ()
        limits = _limits_of(own)
        self._note(*limits, instead_of=_OF_RANGE)
        return limits

    def _reference(self, t_ns: int) -> list[Event]:
        cycles, self.cycles = self.cycles, []
        reference, reasons = _reference_of(cycles, self.calibration.own_range)
        self.calibration = replace(self.calibration, reference=reference)
        self._note(*reasons, instead_of=_OF_REFERENCE)
        judged = CalibrationStepJudged(t_ns, CalibrationStep.REFERENCE_THRUSTS, reasons)
        return [judged, CalibrationClosed(t_ns, self.calibration)]

    def _note(self, *reasons: CalibrationReason, instead_of: frozenset[CalibrationReason]) -> None:
        """Note what limits a calibration without refusing it; a step done again is judged anew."""
        kept = tuple(reason for reason in self.calibration.reasons if reason not in instead_of)
        self.calibration = replace(self.calibration, reasons=(*kept, *reasons))


def _reference_of(
    cycles: Sequence[Measured], own: OwnRange | None
) -> tuple[ReferenceThrusts | None, tuple[CalibrationReason, ...]]:
    """A bad reference would hide the fault: refused when not tucked or arched (definitions 3)."""
    usable = [c for c in cycles if c.tilt_lockout_deg is not None and c.lambda_lockout_deg is not None]
    if not usable:
        return None, (CalibrationReason.NO_REFERENCE,)
    reference = ReferenceThrusts(
        phi_bottom_deg=fmean(c.bottom_deg for c in usable),
        phi_top_deg=fmean(c.phi_top_deg for c in usable),
        tilt_lock_deg=fmean(c.tilt_lockout_deg for c in usable if c.tilt_lockout_deg is not None),
        lam_lock_deg=fmean(c.lambda_lockout_deg for c in usable if c.lambda_lockout_deg is not None),
        psi_lock_deg=fmean(c.roll_lockout_deg for c in usable if c.roll_lockout_deg is not None),
        rom_m=fmean(c.rom_m for c in usable),
    )
    refused = _refusals(reference, own)
    return (None if refused else reference), refused


def _refusals(reference: ReferenceThrusts, own: OwnRange | None) -> tuple[CalibrationReason, ...]:
    if reference.tilt_lock_deg < 0:
        return (CalibrationReason.REFERENCE_NOT_TUCKED,)
    if own is not None and reference.lam_lock_deg > 0.25 * own.lam_max_deg:
        return (CalibrationReason.REFERENCE_ARCHED,)
    return ()


def _limits_of(own: OwnRange) -> tuple[CalibrationReason, ...]:
    """What limits grading by an own range."""
    small = (CalibrationReason.RANGE_TOO_SMALL,) if own.lam_max_deg < LEAST_RANGE_DEG else ()
    unsteady = (CalibrationReason.RANGE_UNSTEADY,) if own.spread_deg > UNSTEADY_DEG else ()
    return (*small, *unsteady)


def _held_mean(values: Floats, step_s: float = 0.01) -> float | None:
    """Highest mean over HELD_S."""
    n = round(HELD_S / step_s)
    known = values[np.isfinite(values)]
    if len(known) < n:
        return None
    sums = np.cumsum(np.concatenate(([0.0], known)))
    return float((sums[n:] - sums[:-n]).max() / n)
