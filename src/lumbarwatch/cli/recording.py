"""A session of the hub with the terminal for its page."""

import asyncio
import contextlib
import json
import secrets
import signal
import sys
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from lumbarwatch.cli import record_view, supervise
from lumbarwatch.cli.finding import find_sensors
from lumbarwatch.cli.plans import WantedSensors
from lumbarwatch.cli.record_view import Angles, Picture
from lumbarwatch.hub.feed import ViewerGone
from lumbarwatch.hub.messages import SensorMessage, SessionState
from lumbarwatch.hub.service import Hub, serve
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.hub.visit import Visit
from lumbarwatch.jobs.restore import restore
from lumbarwatch.jobs.samples import decode_recording
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import CalibrationSource
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.link import Backend, Target
from lumbarwatch.sensors.reasons import sentence
from lumbarwatch.store.folder import DataFolder

START_WITHIN_S = 60.0
"""Sensors that were found but do not stream by then are given up: nobody may be watching (convention)."""
DRAW_EVERY_S = 0.25


@dataclass(frozen=True, slots=True)
class Order:
    """What to record. ``duration_s`` counts from the moment both sensors stream; None: until told."""

    data: Path
    wanted: WantedSensors
    duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recorded session left."""

    path: Path
    seconds: float
    reps: int
    sets: int


async def until_told(
    order: Order, console: Console, clock: Clock, *, backend: Backend | None = None
) -> Recorded | None:
    """Record with a live view until the time is over or Ctrl-C, and say what is left of it.

    Raises
    ------
    SensorError
        No adapter, sensors not found or not streaming.
    UserError
        The recording could not be made or saved.
    """
    console.print("lumbarwatch: looking for two sensors")
    stop = asyncio.Event()
    with _stopped_by_signals(stop), Live(console=console, auto_refresh=False, transient=True) as live:

        def show(picture: Picture) -> None:
            live.update(record_view.drawn(picture), refresh=console.is_terminal)

        recorded = await record(order, clock, stop, show, backend)
        live.update(Text(""))
    console.print(Text(f"lumbarwatch: {_left(recorded)}"))
    return recorded


async def record(
    order: Order,
    clock: Clock,
    stop: asyncio.Event,
    show: Callable[[Picture], None] = lambda _: None,
    backend: Backend | None = None,
) -> Recorded | None:
    """Run one session of the hub until ``stop`` or its time; None: stopped before both sensors streamed.

    Raises
    ------
    SensorError
        No adapter, sensors not found or not streaming.
    UserError
        The recording could not be made or saved.
    """
    await asyncio.to_thread(restore, order.data)
    targets = await _found(order.wanted, clock, stop, backend)
    if targets is None:
        return None
    session = _Session(order, targets, clock, stop, show)
    with supervise.bind(0) as listener:
        await serve(
            HubSettings(order.data, secrets.token_bytes(32), page_port=0),
            listener,
            clock=clock,
            stop=stop,
            ready=lambda: None,
            backend=backend,
            companion=session.go,
            write_samples=decode_recording,
        )
    return session.result()


async def _found(
    wanted: WantedSensors, clock: Clock, stop: asyncio.Event, backend: Backend | None
) -> Mapping[Placement, FoundSensor] | None:
    """Both sensors; None when stopped while looking for them."""
    finding = asyncio.ensure_future(find_sensors(clock, wanted.by_place, backend, serials=wanted.serials))
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({finding, stopped}, return_when=asyncio.FIRST_COMPLETED)
        return finding.result() if finding.done() else None
    finally:
        for task in (finding, stopped):
            task.cancel()
        await asyncio.gather(finding, stopped, return_exceptions=True)


@dataclass(slots=True)
class _Session:
    """One visit of the hub's first station."""

    order: Order
    targets: Mapping[Placement, Target]
    clock: Clock
    stop: asyncio.Event
    show: Callable[[Picture], None]
    hub: Hub | None = None
    begun_ns: int | None = None
    ended_ns: int = 0

    async def go(self, hub: Hub) -> None:
        """Train until the time is over, then have the hub stopped. Cancelled when it is stopped otherwise."""
        self.hub = hub
        hub.first.targets = self.targets
        visit = hub.first.start(calibration=CalibrationSource.AUTOMATIC)
        drawing = asyncio.create_task(self._draw(hub))
        try:
            await self._until_streaming(hub, visit)
            await self._until_over(visit)
        finally:
            self.ended_ns = self.clock.monotonic_ns()
            drawing.cancel()
            await asyncio.gather(drawing, return_exceptions=True)
        self.stop.set()

    def result(self) -> Recorded | None:
        """What the session left, once the hub has stopped."""
        if self.hub is None:
            return None
        message = self.hub.first.message()
        if message.problem:
            failed = message.session_state is SessionState.FAILED
            raise (supervise.StoreRefusedError if failed else supervise.BluetoothRefusedError)(
                message.problem
            )
        if message.session_state is not SessionState.SAVED or self.begun_ns is None:
            return None
        path = DataFolder(self.order.data).recording(message.session_id)
        seconds = (self.ended_ns - self.begun_ns) / NS_PER_S
        return Recorded(path, seconds, len(message.reps), len(message.sets))

    async def _until_streaming(self, hub: Hub, visit: Visit) -> None:
        end_ns = self.clock.monotonic_ns() + round(START_WITHIN_S * NS_PER_S)
        while visit.running and not visit.streaming.is_set():
            if self.clock.monotonic_ns() > end_ns:
                raise _not_streaming(hub.first.message().sensors)
            await self.clock.sleep(DRAW_EVERY_S)
        self.begun_ns = self.clock.monotonic_ns()

    async def _until_over(self, visit: Visit) -> None:
        while visit.running and not (self.order.duration_s and self._recorded_s() >= self.order.duration_s):
            await self.clock.sleep(DRAW_EVERY_S)

    def _recorded_s(self) -> float:
        return 0.0 if self.begun_ns is None else (self.clock.monotonic_ns() - self.begun_ns) / NS_PER_S

    async def _draw(self, hub: Hub) -> None:
        viewer = hub.parts.feed.join(None)
        angles: Angles | None = None
        drawn_ns = 0
        try:
            while True:
                frame = await viewer.next()
                if frame.droppable:
                    angles = _angles(json.loads(frame.text))
                if self.clock.monotonic_ns() - drawn_ns >= DRAW_EVERY_S * NS_PER_S:
                    drawn_ns = self.clock.monotonic_ns()
                    self.show(Picture(hub.first.message(), angles, self._recorded_s(), self.order.duration_s))
        except ViewerGone:
            return  # the picture stands still, the recording goes on
        finally:
            hub.parts.feed.leave(viewer)


def _angles(poses: Mapping[str, Any]) -> Angles | None:
    """The newest angles of a frame."""
    if not poses["t_s"]:
        return None
    return Angles(poses["tilt_deg"][-1], poses["lambda_deg"][-1], valid=poses["valid"][-1])


def _not_streaming(sensors: list[SensorMessage]) -> SensorError:
    for sensor in sensors:
        if sensor.state is not LinkState.STREAMING:
            reason = sensor.reason or LinkReason.ASLEEP
            return SensorError(reason, sensor.detail or sentence(reason, sensor.device))
    return SensorError(LinkReason.ASLEEP)


def _left(recorded: Recorded | None) -> str:
    if recorded is None:
        return "stopped before both sensors streamed; nothing was recorded"
    counted = f"{recorded.reps} reps in {recorded.sets} sets"
    return f"recorded {recorded.seconds:.0f} s, {counted}: {recorded.path}"


@contextlib.contextmanager
def _stopped_by_signals(stop: asyncio.Event) -> Generator[None]:
    """Ctrl-C and a termination end the session in good order (on Windows: by an interrupt)."""
    if sys.platform == "win32":
        yield
        return
    loop = asyncio.get_running_loop()
    signals = (signal.SIGINT, signal.SIGTERM)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
