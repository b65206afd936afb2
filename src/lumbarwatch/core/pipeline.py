"""The one path from samples to verdicts; live and batch are this code (design 3).

timebase -> fusion -> grid -> alignment -> kinematics -> phases -> metrics -> rules. Items are pushed as they
arrive; events come out. Control events take effect at their own time on the grid, never at the end of a call,
so the result does not depend on how a stream is cut.
"""

from bisect import insort
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from lumbarwatch.core.accelerometer import corrected, corrected_info
from lumbarwatch.core.calibrator import Calibrator
from lumbarwatch.core.canonical_frame import CanonicalFrame
from lumbarwatch.core.carried import Carried, LastSeen, TakenOver, TakeOver, own_axes
from lumbarwatch.core.fusion import Fusion
from lumbarwatch.core.grid import Grid, GridBatch, GridParams
from lumbarwatch.core.history import INDEX, History
from lumbarwatch.core.inbox import Inbox, LinkCut
from lumbarwatch.core.kinematics import channels
from lumbarwatch.core.lifting import Lifting
from lumbarwatch.core.phases import CODE
from lumbarwatch.core.quality import Presence, sensor_quality
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.core.slip import Slipped, SlipWatch
from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.events import (
    BarLoad,
    CalibrationClosed,
    CalibrationStepJudged,
    ControlEvent,
    Event,
    LinkEvent,
    LinkState,
    PhaseChanged,
    SensorRestarted,
    SessionFinished,
    SetButton,
    SlipSuspected,
    StepBegun,
    StepDone,
    StepLeft,
)
from lumbarwatch.model.motion import PHASES, Phase, PoseBatch
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import NS_PER_S, ClockReading, ImuBatch, Placement
from lumbarwatch.model.session import Calibration, CalibrationReason, CalibrationStep, Mounting
from lumbarwatch.model.verdicts import NotGraded, NotGradedReason, WarningId

FUSION_SIGMAS = [INDEX["pelvis_sigma_deg"], INDEX["lumbar_sigma_deg"]]

Due: TypeAlias = ControlEvent | LinkEvent | SensorRestarted | TakenOver

PIPELINE_VERSION = "1"
"""Changes whenever any result can change."""


class Pipeline:
    """Push samples and events in as they arrive; take events out.

    Items of one call count as arrived together. Between calls a sensor may run up to half a second (arrival
    time) ahead of the other without changing any result; one that trails by a second is lost for so long.
    """

    def __init__(self, setup: PipelineSetup) -> None:
        self._setup = setup
        self._timebase = {place: Timebase(info) for place, info in setup.sensors.items()}
        self._fusion = {
            place: Fusion(corrected_info(info), source=setup.orientation)
            for place, info in setup.sensors.items()
        }
        self._frames = {place: CanonicalFrame() for place in setup.sensors}
        self._grid_params = GridParams()
        self._grid = Grid(self._grid_params)
        self._history = History()
        self._calibrator = Calibrator(setup.calibration_source, setup.preset)
        self._lifting = Lifting(setup.athlete, self._history, self._grid_params.step_ns)
        self._presence = Presence()
        self._slips = SlipWatch(self._history, self._grid_params.step_ns)
        self._inbox = Inbox()
        self._take_over = TakeOver(setup.carried, setup.sensors)
        self._newest: dict[Placement, ImuBatch] = {}
        self._stand_norms: tuple[float, ...] = ()
        self._slip_deg: float | None = None  # of the slip suspected last
        self._control: list[tuple[int, int, Due]] = []
        self._arrived = 0
        self._origin_ns = 0
        self._phase = CODE[Phase.IDLE]
        self._steps_open = False
        self._adopt(self._calibrator.calibration)

    def push(self, *items: ImuBatch | ClockReading | ControlEvent | LinkEvent) -> list[Event]:
        """Take items in the order in which they arrived; return what they brought about."""
        for item in items:
            if isinstance(item, ImuBatch | ClockReading):
                self._inbox.put(item)
            else:
                if isinstance(item, LinkEvent) and item.state is LinkState.LOST:
                    self._inbox.put_cut(item.placement)
                self._due(item.t_ns, item)
        return self._work() if self._inbox.due else []

    def finish(self) -> list[Event]:
        """End of the stream: close what is open and return the last events."""
        events = self._work()
        batch = self._grid.step(finish=True)
        if batch is not None:
            events += self._advance(batch)
        for _, _, item in self._control:
            events += self._apply(item)
        self._control = []
        events += self._lifting.finish(self._history.end)
        ungraded = NotGraded(WarningId.W7, NotGradedReason.NO_LOAD)
        events.append(SessionFinished(self._t_ns(self._history.end), not_graded=(ungraded,)))
        return events

    def sensor_quality(self) -> Mapping[Placement, SensorQuality]:
        """Figures of each sensor so far."""
        return {
            place: sensor_quality(self._timebase[place], self._fusion[place], self._setup.orientation)
            for place in self._timebase
        }

    @property
    def calibration(self) -> Calibration:
        """As it stands."""
        return self._calibrator.calibration

    def to_carry(self) -> Carried | None:
        """Return what a next session may go on with, should this one be cut off; None: nothing is valid."""
        calibration = self._calibrator.calibration
        if not calibration.valid or len(self._newest) < len(self._frames):
            return None
        suspected = self._slips.suspected
        return Carried(
            calibration=own_axes(calibration, {place: frame.turn for place, frame in self._frames.items()}),
            seen={place: _last_of(batch) for place, batch in self._newest.items()},
            suspected=suspected,
            slipped_deg=None if suspected is None or self._slips.restarted else self._slip_deg,
            stand_norms_mps2=self._stand_norms,
        )

    def best_effort_calibration(self) -> Calibration:
        """Axes for drawing where no calibration was found; never valid."""
        return self._calibrator.best_effort()

    # Samples ---------------------------------------------------------------------------------------------
    def _work(self) -> list[Event]:
        """Work through what has come in."""
        events: list[Event] = []
        for item in self._inbox.take():
            if isinstance(item, ImuBatch):
                events += self._take(item)
            elif isinstance(item, LinkCut):
                self._timebase[item.placement].link_cut()
            else:
                self._timebase[item.placement].beacon(item.t_device_ns, item.t_arrival_ns)
        batch = self._grid.step()
        return events if batch is None else events + self._advance(batch)

    def _take(self, batch: ImuBatch) -> list[Event]:
        batch = corrected(batch, self._setup.sensors[batch.placement].accelerometer)
        timed = self._timebase[batch.placement].step(batch)
        if not len(timed):
            return []
        frame = self._frames[batch.placement]
        timed = frame.step(timed)
        self._newest[batch.placement] = batch
        taken_over = self._take_over.first(batch, int(timed.t_ns[0]), frame.turn)
        if taken_over is not None:
            self._due(taken_over.t_ns, taken_over)
        self._calibrator.add(batch.placement, timed)
        self._grid.add(batch.placement, self._fusion[batch.placement].step(timed))
        if not timed.restarted.any():
            return []
        restarts = [SensorRestarted(int(t), batch.placement) for t in timed.t_ns[timed.restarted]]
        for restart in restarts:
            self._due(restart.t_ns, restart)
        return [*restarts]

    # The grid --------------------------------------------------------------------------------------------
    def _advance(self, batch: GridBatch) -> list[Event]:
        """Work through grid points, cut where a control event or a look for the calibration is due."""
        if batch.first == 0:
            self._origin_ns = self._lifting.origin_ns = int(batch.t_ns[0])
        events: list[Event] = []
        start = 0
        while start < len(batch):
            while self._control and self._control[0][0] <= int(batch.t_ns[start]):
                events += self._apply(self._control.pop(0)[2])
            stop = self._next_stop(batch, start)
            events += self._points(batch.part(start, stop))
            if self._calibrator.automatic and (batch.first + stop) % self._points_per_s == 0:
                second = (batch.first + stop) // self._points_per_s - 1
                events += self._adopted(self._calibrator.look(second, self._origin_ns))
            start = stop
        self._calibrator.forget(int(batch.t_ns[-1]))
        return events

    @property
    def _points_per_s(self) -> int:
        return NS_PER_S // self._grid_params.step_ns

    def _next_stop(self, batch: GridBatch, start: int) -> int:
        stop = len(batch)
        if self._control:
            stop = min(stop, int(np.searchsorted(batch.t_ns, self._control[0][0])))
        if self._calibrator.automatic:
            stop = min(stop, start + self._points_per_s - (batch.first + start) % self._points_per_s)
        return max(stop, start + 1)

    def _points(self, batch: GridBatch) -> list[Event]:
        """Points between two control events; a slip or a new zero cuts them once more."""
        events = self._presence.step(batch)
        while len(batch):
            block = self._channels(batch)
            self._history.append(batch.first, block)
            slipped = self._slipped(batch)
            if slipped is not None and slipped.index + 1 < batch.first + len(batch):
                keep = slipped.index + 1 - batch.first
                self._history.drop_from(slipped.index + 1)
                events += self._lift(batch.part(0, keep), block[:, :keep])
                batch = batch.part(keep, len(batch))
            else:
                events += self._lift(batch, block)
                batch = batch.part(len(batch), len(batch))
            if slipped is not None:
                events.append(slipped.event)
                if isinstance(slipped.event, SlipSuspected):
                    self._slip_deg = slipped.event.slip_deg
                self._correct(slipped.mountings)
        return events

    def _channels(self, batch: GridBatch) -> Floats:
        calibration = self._calibrator.calibration
        return channels(batch, calibration.mountings, swapped=calibration.swapped is True)

    def _lift(self, batch: GridBatch, block: Floats) -> list[Event]:
        lifted = self._lifting.step(batch.first, block)
        return [*self._phases(batch.t_ns, self._lifting.codes), *lifted, self._poses(batch, block)]

    def _slipped(self, batch: GridBatch) -> Slipped | None:
        if not self._calibrator.calibration.valid or self._steps_open:
            return None
        mountings = self._calibrator.calibration.mountings
        end = batch.first + len(batch)
        return self._slips.first(batch.first, end, self._origin_ns, mountings)

    def _correct(self, mountings: Mapping[Placement, Mounting] | None) -> None:
        """A slip was found (angles accuse no one), or standing gave a new zero."""
        if mountings is not None:
            self._calibrator.calibration = replace(self._calibrator.calibration, mountings=mountings)
            self._slips.ignore_until(self._history.end)
        self._adopt(self._calibrator.calibration)

    def _phases(self, t_ns: Integers, codes: Integers) -> list[Event]:
        changed = (np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist()
        if codes[0] != self._phase:
            changed.insert(0, 0)
        self._phase = int(codes[-1])
        return [PhaseChanged(int(t_ns[i]), PHASES[int(codes[i])]) for i in changed]

    def _poses(self, batch: GridBatch, block: Floats) -> PoseBatch:
        phi_p = block[INDEX["pelvis_pitch_deg"]]
        codes = self._lifting.codes
        lying = codes != CODE[Phase.IDLE]
        both = (block[INDEX["pelvis_present"]] > 0) & (block[INDEX["lumbar_present"]] > 0)
        excess = self._lifting.sigma.excess_deg(block[FUSION_SIGMAS])
        sensor_deg = self._lifting.sensor_sigma_deg
        return PoseBatch(
            t_ns=batch.t_ns,
            pelvis_pitch_deg=phi_p,
            lumbar_pitch_deg=block[INDEX["lumbar_pitch_deg"]],
            posterior_pelvic_tilt_deg=phi_p - 90.0 * lying,
            lumbar_extension_deg=block[INDEX["lumbar_extension_deg"]],
            pelvis_sigma_deg=np.hypot(sensor_deg, excess[0]),
            lumbar_extension_sigma_deg=np.hypot(np.hypot(*excess), np.sqrt(2.0) * sensor_deg),
            pelvis_roll_deg=block[INDEX["pelvis_roll_deg"]],
            lumbar_roll_deg=block[INDEX["lumbar_roll_deg"]],
            phase_code=codes.copy(),
            valid=both & (self._lifting.blocked is None),
        )

    # Control ---------------------------------------------------------------------------------------------
    def _due(self, t_ns: int, item: Due) -> None:
        """Take effect when the grid has come to a time."""
        self._arrived += 1
        insort(self._control, (t_ns, self._arrived, item))

    def _apply(self, item: Due) -> list[Event]:
        if isinstance(item, TakenOver):
            return self._taken_over(item)
        if isinstance(item, SensorRestarted):
            self._slips.restart(self._worn_at(item.placement))
            self._adopt(self._calibrator.calibration)
        elif isinstance(item, StepBegun):
            return self._step_begun(item)
        elif isinstance(item, StepLeft):
            return self._step_left()
        elif isinstance(item, StepDone):
            return self._step_done(item)
        elif isinstance(item, BarLoad):
            setup = self._lifting.setup
            self._lifting.setup = replace(setup, bar_kg=item.bar_kg, rpe=item.rpe)
        elif isinstance(item, SetButton):
            return self._set_button(item)
        return []

    def _set_button(self, item: SetButton) -> list[Event]:
        """A mark as single-leg is of the set under way or to come; the button that ends it may bring it."""
        if item.start or item.single_leg is not None:
            self._lifting.setup = replace(self._lifting.setup, single_leg=item.single_leg)
        if item.start:
            return []
        events = self._lifting.finish(self._history.end)
        self._lifting.setup = replace(self._lifting.setup, single_leg=None)
        return events

    def _taken_over(self, item: TakenOver) -> list[Event]:
        """Go on with the calibration of a session that was cut off, and with what put it in doubt."""
        carried = self._setup.carried
        assert carried is not None
        self._calibrator.calibration = item.calibration
        self._calibrator.stand_norms_mps2 = carried.stand_norms_mps2
        events = self._adopted([CalibrationClosed(item.t_ns, item.calibration)])
        if carried.suspected is not None and carried.slipped_deg is not None:
            self._slips.suspected, self._slip_deg = carried.suspected, carried.slipped_deg
            events.append(SlipSuspected(item.t_ns, carried.suspected, carried.slipped_deg))
        for place in item.restarted:
            self._slips.restart(self._worn_at(place))
            events.append(SensorRestarted(item.t_ns, place))
        self._adopt(item.calibration)
        return events

    def _step_begun(self, item: StepBegun) -> list[Event]:
        events = self._no_reference()
        self._steps_open = True
        if item.step is CalibrationStep.REFERENCE_THRUSTS:
            self._lifting.reference_cycles = self._calibrator.cycles
        if item.step is CalibrationStep.SUPINE:
            events += self._lifting.drop(self._history.end)
        return events

    def _step_left(self) -> list[Event]:
        if self._steps_open:
            self._steps_open = False
            self._slips.ignore_until(self._history.end)
        return self._no_reference()

    def _no_reference(self) -> list[Event]:
        """Thrusts under way as a reference were given up: what comes now is counted."""
        if self._lifting.reference_cycles is None:
            return []
        events = self._lifting.finish(self._history.end)
        self._lifting.reference_cycles, self._calibrator.cycles = None, []
        return events

    def _step_done(self, item: StepDone) -> list[Event]:
        events: list[Event] = []
        self._steps_open = False
        self._slips.ignore_until(self._history.end)
        if item.step is CalibrationStep.REFERENCE_THRUSTS:
            events += self._lifting.finish(self._history.end)
            self._lifting.reference_cycles = None
        if item.step is CalibrationStep.SUPINE:
            events += self._lifting.drop(self._history.end)  # what follows is told against another zero
            if self._slips.suspected is not None:
                stale = (CalibrationReason.STALE,)
                return [*events, CalibrationStepJudged(item.t_ns, item.step, stale)]
        judged = self._calibrator.done(item, self._lambda_between)
        if item.step is CalibrationStep.HINGE and self._calibrator.calibration.valid:
            self._slips.clear()
        return events + self._adopted(judged)

    def _worn_at(self, label: Placement) -> Placement:
        """The segment on which the sensor of a label is worn."""
        return label.other if self._calibrator.calibration.swapped is True else label

    def _lambda_between(self, start_ns: int, end_ns: int) -> Floats:
        step = self._grid_params.step_ns
        first, stop = -((self._origin_ns - start_ns) // step), -((self._origin_ns - end_ns) // step)
        return self._history.channel("lumbar_extension_deg", first, stop)

    def _adopted(self, events: list[Event]) -> list[Event]:
        if events:
            self._slips.ignore_until(self._history.end)
            norms = self._calibrator.take_stand_norms()
            self._stand_norms += norms
            self._lifting.sigma.read_rest(norms)
            self._adopt(self._calibrator.calibration)
        return events

    def _adopt(self, calibration: Calibration) -> None:
        """Judge by this calibration from here on."""
        zero = calibration.supine
        self._slips.standing_deg = {} if zero is None else {p: -by for p, by in zero.shift_deg.items()}
        self._lifting.sigma.zero_deg = 0.0 if zero is None else zero.spread_deg
        self._lifting.calibration = calibration
        self._lifting.counting = calibration.valid or calibration.lift_recognised
        if not calibration.valid:
            self._lifting.blocked = NotGradedReason.NO_CALIBRATION
        elif self._slips.suspected is None:
            self._lifting.blocked = None
        else:
            stale, slip = NotGradedReason.CALIBRATION_STALE, NotGradedReason.SLIP_SUSPECTED
            self._lifting.blocked = stale if self._slips.restarted else slip

    def _t_ns(self, index: int) -> int:
        return self._origin_ns + index * self._grid_params.step_ns


def _last_of(batch: ImuBatch) -> LastSeen:
    clock, count = batch.t_device_ns, batch.seq
    return LastSeen(
        t_arrival_ns=int(batch.t_arrival_ns[-1]),
        t_device_ns=None if clock is None else int(clock[-1]),
        seq=None if count is None else int(count[-1]),
    )
