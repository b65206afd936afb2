"""One visit: from the first packet of both sensors to the history row.

Everything that arrives (packets, buttons, links) passes one queue in the order of arrival: recorded, decoded,
analysed, told. The recording begins when every sensor has said what it is; what came earlier waits in the
queue.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from lumbarwatch.core.carried import Carried
from lumbarwatch.core.life_types import CalibrationWanted, EffectKind, StepSkipped, StepWanted
from lumbarwatch.core.pipeline import PIPELINE_VERSION, Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.hub import encode
from lumbarwatch.hub.archive import Archive, FinishedVisit
from lumbarwatch.hub.beside import beside
from lumbarwatch.hub.choices import Choices
from lumbarwatch.hub.cues import haptic_of
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.frames import SensorFrame
from lumbarwatch.hub.frames import StoreFrame as StoreNews
from lumbarwatch.hub.intake import Arrival, Intake, PipelineLike
from lumbarwatch.hub.links import Links, sensor_of
from lumbarwatch.hub.people import athlete_message
from lumbarwatch.hub.progress import Kept
from lumbarwatch.hub.sign_of_life import SignOfLife
from lumbarwatch.hub.snapshot import About
from lumbarwatch.hub.teller import Teller
from lumbarwatch.hub.values import ResumedMessage, SessionState, StationMessage
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import (
    BarLoad,
    BenchMeasured,
    CalibrationClosed,
    CalibrationStepJudged,
    ControlEvent,
    Event,
    LinkEvent,
    Rezeroed,
    SensorRestarted,
    SessionEnd,
    SetButton,
    SlipSuspected,
    StepLeft,
    Symptom,
)
from lumbarwatch.model.samples import NS_PER_S, Placement, SensorInfo
from lumbarwatch.model.session import Athlete, CalibrationSource, Session
from lumbarwatch.sensors.base import Driver
from lumbarwatch.sensors.link import Backend, LinkManager, Target
from lumbarwatch.store.codec import JsonObject, to_json
from lumbarwatch.store.errors import StoreProblem
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.header import RecordingHeader
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.recorder import Recorder
from lumbarwatch.store.unfinished import UnfinishedVisit

STATUS_EVERY_S = 1.0

_NOTED = (CalibrationClosed, CalibrationStepJudged, Rezeroed, SensorRestarted, SlipSuspected)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a hub gives its visits. ``speed``: session seconds per real second.

    ``adapter``: one lock around every scan and every attempt to connect, of all stations. ``keeping``: one
    around every change of the data folder's settings. Tests put their own in place of clock, links and
    analysis.
    """

    folder: DataFolder
    archive: Archive
    feed: Feed
    clock: Clock
    backend: Backend | None = None
    simulated: bool = False
    speed: float = 1.0
    real_ns: Callable[[], int] = time.monotonic_ns
    make_links: Callable[..., Links] = LinkManager
    make_pipeline: Callable[[PipelineSetup], PipelineLike] = Pipeline
    adapter: asyncio.Lock = field(default_factory=asyncio.Lock)
    keeping: asyncio.Lock = field(default_factory=asyncio.Lock)
    choices: Choices = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "choices", Choices(self.folder, self.keeping))


STEADY_S = 60.0
"""A visit that lived for so long begins the row of those that were cut off anew (convention)."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """What a visit that was cut off leaves to the one that goes on for it, on this hub's clock."""

    before: UnfinishedVisit
    carried: Carried | None
    calibrated_ns: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Who trains, with which sensors, and who says what the calibration steps are.

    ``quick``: standing and bows only. ``earlier``: symptoms of the athlete's last sessions, newest first.
    ``resumed``: it goes on for one that was cut off.
    """

    station: str
    athlete: Athlete
    targets: Mapping[Placement, Target]
    calibration: CalibrationSource = CalibrationSource.GUIDED
    quick: bool = False
    earlier: tuple[tuple[Symptom, ...], ...] = ()
    resumed: Resumed | None = None


class Visit:
    """A running or finished visit; begins with :meth:`run`."""

    def __init__(self, parts: Parts, plan: Plan) -> None:
        self._parts = parts
        self._plan = plan
        self._t0_ns = parts.clock.monotonic_ns()
        self.session = Session(
            id=new_id(),
            athlete_id=plan.athlete.id,
            started_at_utc_ns=parts.clock.utc_ns(),
            simulated=parts.simulated,
        )
        self._teller = Teller(
            parts.feed,
            parts.clock,
            parts.real_ns,
            About(
                plan.station,
                athlete_message(plan.athlete),
                self.session.id,
                round(self.session.started_at_utc_ns / NS_PER_S, 3),
                earlier=plan.earlier,
                resumed=_resumed_message(plan.resumed),
            ),
            plan.athlete.limits,
            t0_ns=self._t0_ns,
            speed=parts.speed,
            guided=plan.calibration is CalibrationSource.GUIDED,
            quick=plan.quick,
            kept=_kept(plan.resumed),
        )
        self._intake: Intake | None = None
        self._bench: BenchMeasured | None = None
        self._life = SignOfLife(parts.folder, self.session.id, self._unfinished)
        self._queue: asyncio.Queue[Arrival] = asyncio.Queue()
        self._drivers: dict[Placement, Driver] = {}
        self._infos: Mapping[Placement, SensorInfo] = {}
        self._all_ready = asyncio.Event()
        self._ending = asyncio.Event()
        self._ended = asyncio.Event()
        self._controls: list[ControlEvent] = []
        self._haptics: set[asyncio.Task[None]] = set()
        self._links = parts.make_links(
            parts.clock,
            on_notification=self._queue.put_nowait,
            on_link=self._on_link,
            on_ready=self._on_ready,
            backend=parts.backend,
            adapter=parts.adapter,
        )

    # From outside ------------------------------------------------------------------------------------------
    @property
    def running(self) -> bool:
        """Whether the visit still goes on."""
        return not self._ended.is_set()

    @property
    def streaming(self) -> asyncio.Event:
        """Set when every sensor has told what it is and the recording begins."""
        return self._all_ready

    @property
    def links(self) -> Links:
        """Links to the sensors worn."""
        return self._links

    @property
    def teller(self) -> Teller:
        """The visit's voice, and what stands."""
        return self._teller

    def control(self, event: ControlEvent) -> None:
        """Take a button, a step, a load or a symptom."""
        self._controls.append(event)
        self._queue.put_nowait(event)
        self._teller.control(event)
        self._bench = event if isinstance(event, BenchMeasured) else self._bench
        self._life.changed()

    def choose(self, event: StepSkipped | StepWanted) -> None:
        """Leave a calibration step out, or ask for one that is left out otherwise."""
        self._teller.choose(event)

    def calibrate_again(self, event: CalibrationWanted, *, quick: bool) -> None:
        """Begin the guided calibration anew."""
        self._teller.calibrate_again(event, quick=quick)
        self._life.changed()

    def message(self) -> StationMessage:
        """Return the visit as it stands."""
        return self._teller.message()

    async def end(self) -> None:
        """End the visit and wait until all is saved."""
        if not self._ending.is_set():
            self._ending.set()
            await self._life.end()
            self.control(SessionEnd(self._parts.clock.monotonic_ns()))
        await self._ended.wait()

    async def run(self) -> None:
        """Keep the links up, record and analyse until :meth:`end`.

        Raises
        ------
        SensorError
            At the start only: the adapter can't be used.
        StoreError
            The recording can't be begun.
        """
        self._go_on()
        self._teller.session(SessionState.RUNNING)
        living = beside(self._life.run(), "The note for the next start")
        links = asyncio.create_task(self._links.run(self._plan.targets))
        status = beside(self._watch_sensors(), "The watch over the sensors")
        work = asyncio.create_task(self._work())
        try:
            await asyncio.wait({links, work}, return_when=asyncio.FIRST_COMPLETED)
            if links.done():
                links.result()
            await work
        finally:
            for task in (living, status, work):
                task.cancel()
            await self._links.stop()
            await asyncio.gather(links, living, status, work, return_exceptions=True)
            await self._life.end()
            self._teller.over(recorded=self._intake is not None)
            self._ended.set()

    # The recorded part -------------------------------------------------------------------------------------
    async def _work(self) -> None:
        waits = {asyncio.create_task(event.wait()) for event in (self._all_ready, self._ending)}
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
        if self._all_ready.is_set():
            await self._record()
        else:
            self._teller.session(SessionState.NONE)

    async def _record(self) -> None:
        self._infos = self._parts.archive.calibrated(self._drivers)  # a few rows; no writer blocks it
        setup = self._setup()
        header = self._header(setup)
        recorder = Recorder.open(self._parts.folder, header, self._on_problem)
        read = {place: driver.read for place, driver in self._drivers.items()}
        intake = Intake(recorder, read, self._parts.make_pipeline(setup), self._links.heard_garbage)
        self._intake = intake
        syncing = beside(recorder.run_sync(self._parts.clock), "Writing through to the disk")
        remembering = asyncio.create_task(asyncio.to_thread(self._parts.archive.remember, self._plan.athlete))
        try:
            await self._consume(intake)
            await self._links.stop()
            self._take(intake, self._waiting())
            self._say(intake.finish())
        finally:
            syncing.cancel()
            live = recorder.close()
        self._teller.session(SessionState.SAVING)
        await remembering
        end_ns = next(event.t_ns for event in self._controls if isinstance(event, SessionEnd))
        finished = FinishedVisit(
            session=self.session,
            athlete=self._plan.athlete,
            header=header,
            live=live,
            analysis=self._teller.findings.analysis(PIPELINE_VERSION, self._teller.t_s(end_ns)),
            controls=tuple(self._controls),
        )
        saved = await asyncio.to_thread(self._parts.archive.save, finished)
        snapshot = self._teller.snapshot
        snapshot.problem = saved.problem
        if saved.summary is not None:
            snapshot.summary = encode.summary(saved.summary, finished.analysis.duration_s)
        snapshot.judged([encode.warning(verdict) for verdict in saved.warnings])
        self._teller.session(SessionState.FAILED if saved.problem else SessionState.SAVED)

    async def _consume(self, intake: Intake) -> None:
        ended = False
        while not ended:
            arrivals = [await self._queue.get(), *self._waiting()]
            self._take(intake, arrivals)
            ended = any(isinstance(arrival, SessionEnd) for arrival in arrivals)
            await asyncio.sleep(0)

    def _waiting(self) -> list[Arrival]:
        return [self._queue.get_nowait() for _ in range(self._queue.qsize())]

    def _take(self, intake: Intake, arrivals: list[Arrival]) -> None:
        self._say(intake.take(arrivals))
        self._teller.analysing(intake.analysing)

    def _setup(self) -> PipelineSetup:
        # The setup goes into the file, and names of people stay out of files.
        nameless = replace(self._plan.athlete, name="")
        resumed = self._plan.resumed
        return PipelineSetup(
            sensors=self._infos,
            athlete=nameless,
            calibration_source=self._plan.calibration,
            carried=None if resumed is None else resumed.carried,
        )

    def _header(self, setup: PipelineSetup) -> RecordingHeader:
        return RecordingHeader(
            session_id=self.session.id,
            athlete_id=self.session.athlete_id,
            started_at_utc_ns=self.session.started_at_utc_ns,
            started_at_monotonic_ns=self._t0_ns,
            simulated=self.session.simulated,
            pipeline_version=PIPELINE_VERSION,
            sensors={place: described(driver) for place, driver in self._drivers.items()},
            setup=cast("JsonObject", to_json(setup)),
        )

    # Going on ----------------------------------------------------------------------------------------------
    def _go_on(self) -> None:
        """What is on the bar, and the bench, are as before the hub was cut off."""
        if self._plan.resumed is None:
            return
        before, now_ns = self._plan.resumed.before, self._parts.clock.monotonic_ns()
        if before.bar_kg is not None:
            self.control(BarLoad(now_ns, before.bar_kg))
        if before.bench is not None:
            self.control(replace(before.bench, t_ns=now_ns))

    def _unfinished(self) -> UnfinishedVisit:
        """What the next start must know, should this be the last sign of life."""
        now_ns, resumed = self._parts.clock.monotonic_ns(), self._plan.resumed
        soon = resumed is not None and now_ns - self._t0_ns < STEADY_S * NS_PER_S
        return UnfinishedVisit(
            station=self._plan.station,
            session_id=self.session.id,
            athlete=replace(self._plan.athlete, name=""),
            seen_utc_ns=self._parts.clock.utc_ns(),
            seen_monotonic_ns=now_ns,
            calibration=self._plan.calibration,
            quick=self._teller.quick,
            bar_kg=self._teller.snapshot.bar_kg,
            bench=self._bench,
            sensors={place: sensor_of(target) for place, target in self._plan.targets.items()},
            carried=self._to_carry(),
            calibrated_ns=self._teller.life.calibration.valid_since_ns,
            in_a_row=resumed.before.in_a_row + 1 if resumed is not None and soon else 0,
        )

    def _to_carry(self) -> Carried | None:
        if not self._teller.calibrated:
            return None
        before = None if self._plan.resumed is None else self._plan.resumed.carried
        return before if self._intake is None else self._intake.to_carry() or before

    # Telling -----------------------------------------------------------------------------------------------
    def _say(self, events: Iterable[Event]) -> None:
        told = list(events)
        for event in told:
            self._buzz(event)
        self._teller.tell(told)
        if any(isinstance(event, _NOTED) for event in told):
            self._life.changed()

    def _buzz(self, event: Event) -> None:
        haptic = haptic_of(event)
        if haptic is None or not self._parts.choices.felt(event):
            return
        for place in self._drivers:
            task = asyncio.create_task(self._links.haptic(place, haptic.pattern, haptic.strength, haptic.ms))
            self._haptics.add(task)
            task.add_done_callback(self._haptics.discard)

    # Sensors -----------------------------------------------------------------------------------------------
    def _on_ready(self, placement: Placement, driver: Driver) -> None:
        self._drivers[placement] = driver
        if set(self._drivers) == set(self._plan.targets):
            self._all_ready.set()

    def _on_link(self, event: LinkEvent) -> None:
        self._queue.put_nowait(event)
        self._teller.link(event)

    def _on_problem(self, problem: StoreProblem) -> None:
        news = StoreNews(station=self._plan.station, message=problem.message, resolved=problem.resolved)
        self._teller.snapshot.store_trouble = "" if problem.resolved else problem.message
        self._parts.feed.publish(news)

    async def _watch_sensors(self) -> None:
        while True:
            for place, status in self._links.status().items():
                info = self._infos.get(place)
                calibrated = info is not None and info.accelerometer is not None
                changed = self._teller.snapshot.device(place, status, calibrated=calibrated)
                if changed is not None:
                    self._parts.feed.publish(SensorFrame(station=self._plan.station, sensor=changed))
            for effect in self._teller.tick():
                if effect.kind is EffectKind.CLOSE_SET:
                    self.control(SetButton(effect.t_ns, start=False))
                if effect.kind is EffectKind.STEP_TIMED_OUT and effect.step is not None:
                    self.control(StepLeft(effect.t_ns, effect.step))
            await asyncio.sleep(STATUS_EVERY_S)


def _kept(resumed: Resumed | None) -> Kept | None:
    if resumed is None or resumed.carried is None:
        return None
    return Kept(resumed.carried.calibration, resumed.calibrated_ns)


def _resumed_message(resumed: Resumed | None) -> ResumedMessage | None:
    if resumed is None:
        return None
    return ResumedMessage(
        session_id=resumed.before.session_id,
        stopped_utc_s=round(resumed.before.seen_utc_ns / NS_PER_S, 3),
        calibration_kept=resumed.carried is not None,
    )


def described(driver: Driver) -> JsonObject:
    """What a recording must know to decode a sensor again."""
    return {"family": driver.family, **driver.describe()}
