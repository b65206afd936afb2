"""Tells the feed what happens in a session, live or shown again, and keeps what stands.

What goes in: everything that goes into the pipeline and all that comes out of it.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable

from lumbarwatch.core.findings import Findings
from lumbarwatch.core.life_calibration import CalibrationStage
from lumbarwatch.core.life_types import (
    CalibrationWanted,
    Effect,
    LifeEvent,
    StaleReason,
    StepSkipped,
    StepWanted,
    Tick,
)
from lumbarwatch.core.lifecycle import LifecycleState
from lumbarwatch.hub import frames as wire
from lumbarwatch.hub.encode import Encoder
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.pacing import PosePacer
from lumbarwatch.hub.progress import Kept, Progress
from lumbarwatch.hub.snapshot import About, Snapshot
from lumbarwatch.hub.standing import stop_the_set
from lumbarwatch.hub.values import SessionState, StationMessage
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import (
    BarLoad,
    ControlEvent,
    Event,
    LinkEvent,
    SetButton,
    SetFinished,
    StepBegun,
    Symptom,
)
from lumbarwatch.model.motion import PoseBatch, Rep
from lumbarwatch.model.session import Limits

_LOG = logging.getLogger(__name__)

_RENEWED_BY_STANDING = (None, StaleReason.SLIP, StaleReason.SENSOR_RESTARTED)


class Teller:
    """One session's voice.

    Parameters
    ----------
    feed, clock, real_ns
        Where to tell, the session's clock and the real monotonic one.
    t0_ns
        Host time of the session's start.
    speed
        Session seconds per real second.
    guided, quick
        Whether the calibration is guided, and by standing and bows only.
    kept
        The calibration that a session which was cut off has left to this one.
    """

    def __init__(
        self,
        feed: Feed,
        clock: Clock,
        real_ns: Callable[[], int],
        about: About,
        limits: Limits,
        *,
        t0_ns: int,
        speed: float = 1.0,
        guided: bool = False,
        quick: bool = False,
        kept: Kept | None = None,
    ) -> None:
        self._feed = feed
        self._clock = clock
        self._real_ns = real_ns
        self._station = about.station
        self._encoder = Encoder(about.station, t0_ns, limits)
        self._pacer = PosePacer(about.station, t0_ns, speed)
        self._guided = guided
        self._progress = Progress(quick=quick, kept=kept)
        self._flush: asyncio.TimerHandle | None = None
        self.snapshot = Snapshot(about, self._encoder)
        self.snapshot.progress = self._progress.message() if guided else None
        self.findings = Findings()

    @property
    def life(self) -> LifecycleState:
        """Links, calibration and set as the lifecycle has them."""
        return self._progress.life

    @property
    def calibrated(self) -> bool:
        """Whether the calibration is complete and valid; what a slip or a restart put in doubt still is."""
        state = self.life.calibration
        complete = state.stage is CalibrationStage.READY or not self._guided
        return complete and state.valid and state.stale in _RENEWED_BY_STANDING

    @property
    def quick(self) -> bool:
        """Whether standing and bows are all that is asked for."""
        return self._progress.message().quick

    def t_s(self, t_ns: int) -> float:
        """Return the session time of a host time."""
        return self._encoder.t_s(t_ns)

    def message(self) -> StationMessage:
        """Return the session as it stands."""
        return self.snapshot.message(self._clock.monotonic_ns())

    def session(self, state: SessionState) -> None:
        """The visit began, ended or was saved."""
        self.snapshot.session_state = state
        self._feed.publish(wire.SessionFrame(state=self.message()))

    def over(self, *, recorded: bool) -> None:
        """The visit goes on no more, whatever ended it: nothing is to show it as running or being saved."""
        if self.snapshot.session_state in (SessionState.RUNNING, SessionState.SAVING):
            self.session(SessionState.FAILED if recorded else SessionState.NONE)

    def analysing(self, going_on: bool) -> None:
        """The analysis goes on, or stopped with an error."""
        if self.snapshot.analysing != going_on:
            self.snapshot.analysing = going_on
            self.session(self.snapshot.session_state)

    # What goes in ------------------------------------------------------------------------------------------
    def control(self, event: ControlEvent) -> None:
        """Take a button, a step, a load or a symptom."""
        t_s = self.t_s(event.t_ns)
        match event:
            case StepBegun():
                self._feed.publish(wire.StepBegunFrame(station=self._station, t_s=t_s, step=event.step))
            case BarLoad():
                changed = self.snapshot.load(event)
                self._feed.publish(
                    wire.LoadFrame(station=self._station, t_s=t_s, bar_kg=self.snapshot.bar_kg, set=changed)
                )
            case SetButton():
                self.snapshot.set_button(event)
            case Symptom():
                self._symptom(event, t_s)
            case _:
                pass
        self._live(event)

    def link(self, event: LinkEvent) -> None:
        """Take a change of a link."""
        self._feed.publish(wire.SensorFrame(station=self._station, sensor=self.snapshot.link(event)))
        self._live(event)

    def choose(self, event: StepSkipped | StepWanted) -> None:
        """Leave a calibration step out, or ask for one that is left out otherwise."""
        self._live(event)

    def calibrate_again(self, event: CalibrationWanted, *, quick: bool) -> None:
        """Begin the guided calibration anew."""
        self._progress.again(quick=quick)
        self._live(event)

    def tick(self) -> tuple[Effect, ...]:
        """Time passes; return what it causes."""
        return self._live(Tick(self._clock.monotonic_ns()))

    # What comes out ----------------------------------------------------------------------------------------
    def tell(self, events: Iterable[Event]) -> None:
        """Tell what the analysis found."""
        sent_ms = round(self._real_ns() / 1e6, 1)
        for event in events:
            self.findings.take([event])
            try:
                self._tell(event, sent_ms)
            except Exception:  # noqa: BLE001  (a fault in telling must not end the recording)
                _LOG.exception(
                    "The pages could not be told of %s; the session goes on.", type(event).__name__
                )
        self._send_poses()

    def _tell(self, event: Event, sent_ms: float) -> None:
        if isinstance(event, PoseBatch):
            self._pacer.add(event)
            return
        self.snapshot.take(event)
        frame = self._encoder.frame(event, sent_ms)
        if isinstance(frame, wire.RepFrame):
            self.snapshot.stop = stop_the_set(self._reps())
            frame = frame.model_copy(update={"stop": list(self.snapshot.stop)})
        if isinstance(event, SetFinished):
            frame = self._with_effort(frame)
        if frame is not None:
            self._feed.publish(frame)
        self._live(event)

    def _with_effort(self, frame: wire.Frame | None) -> wire.Frame | None:
        if not isinstance(frame, wire.SetFrame):
            return frame
        known = self.snapshot.set_message(frame.set.set)
        return frame if known is None else frame.model_copy(update={"set": known})

    def _symptom(self, event: Symptom, t_s: float) -> None:
        message = self.snapshot.symptom(event)
        referral = self.snapshot.referral
        self._feed.publish(
            wire.SymptomFrame(
                station=self._station,
                t_s=t_s,
                symptom=message,
                advice=list(referral.advice),
                hold_load=referral.hold_load,
            )
        )

    def _live(self, event: LifeEvent) -> tuple[Effect, ...]:
        """Let the lifecycle go on; tell if the guided calibration did."""
        t_s = self.t_s(event.t_ns) if not isinstance(event, PoseBatch) else 0.0
        effects = self._progress.take(event, t_s)
        self.snapshot.symptom_wanted = self._progress.life.set.symptom_wanted
        message = self._progress.message()
        if self._guided and message != self.snapshot.progress:
            self.snapshot.progress = message
            self._feed.publish(wire.ProgressFrame(station=self._station, t_s=t_s, progress=message))
        return effects

    def _reps(self) -> list[Rep]:
        return list(self.findings.reps.values())

    def _send_poses(self) -> None:
        due_s = self._pacer.due_in_s(self._real_ns())
        if due_s is None or self._flush is not None:
            return
        if due_s > 0:
            self._flush = asyncio.get_running_loop().call_later(due_s, self._flushed)
            return
        frame = self._pacer.frame(self._real_ns(), self._clock.monotonic_ns())
        if frame is not None:
            self._feed.publish(frame)

    def _flushed(self) -> None:
        self._flush = None
        self._send_poses()
