"""The hub's process, with real sensors or with a simulated athlete."""

import asyncio
import logging
import socket
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path

from lumbarwatch.cli import child
from lumbarwatch.cli.demo_athlete import DemoAthlete
from lumbarwatch.cli.demo_wall import WallAthletes
from lumbarwatch.cli.doctor_findings import examined
from lumbarwatch.cli.elastic_clock import ElasticClock
from lumbarwatch.cli.finding import find_sensors
from lumbarwatch.cli.obedient_athlete import ObedientAthlete
from lumbarwatch.cli.plans import DemoPlan, WantedSensors
from lumbarwatch.cli.shown import shown_recording
from lumbarwatch.hub.resuming import stations_waiting
from lumbarwatch.hub.service import Hub, serve
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.jobs.restore import restore
from lumbarwatch.jobs.samples import decode_recording
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.stations import FIRST
from lumbarwatch.store.unfinished import forget_unfinished

_LOG = logging.getLogger(__name__)

NOTHING_THERE = frozenset({LinkReason.NO_ADAPTER, LinkReason.BLUETOOTH_OFF, LinkReason.NO_PERMISSION})
"""Reasons for which no page could help: said in the terminal, exit code 3."""


def run_hub(
    channel: Connection, listener: socket.socket, settings: HubSettings, wanted: WantedSensors
) -> None:
    """Process of ``lumbarwatch run``: find the sensors, then do what the page says."""

    async def body(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        await asyncio.to_thread(restore, settings.data)
        clock = SystemClock()
        goes_on = FIRST in await stations_waiting(DataFolder(settings.data), clock)
        found = (
            None if goes_on else await _found(clock, wanted)
        )  # who lies under a bar can't wait for a search

        async def begin(hub: Hub) -> None:
            await hub.resume()
            if not hub.first.running:
                targets, hub.bluetooth = found or await _found(clock, wanted)
                hub.first.targets = targets or hub.first.targets
            await asyncio.Event().wait()

        await serve(
            settings,
            listener,
            clock=clock,
            stop=stop,
            ready=ready,
            companion=begin,
            write_samples=decode_recording,
            examine=lambda: examined(clock),
        )

    child.live(channel, body)


async def _found(clock: Clock, wanted: WantedSensors) -> tuple[Mapping[Placement, FoundSensor], str]:
    """Both sensors, or none and why: the page then helps to find them.

    Raises
    ------
    SensorError
        No adapter, Bluetooth off, no permission.
    """
    try:
        return await find_sensors(clock, wanted.by_place, serials=wanted.serials), ""
    except SensorError as error:
        if error.reason in NOTHING_THERE:
            raise
        _LOG.warning("%s", error.sentence)
        return {}, error.sentence


def run_replay_hub(
    channel: Connection, listener: socket.socket, settings: HubSettings, recording: Path
) -> None:
    """Process of ``lumbarwatch run --replay``: show a recording; nothing is recorded."""

    async def body(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        shown = await asyncio.to_thread(shown_recording, recording, settings.data)

        async def begin(hub: Hub) -> None:
            hub.first.replay = shown
            hub.first.show()
            await asyncio.Event().wait()

        await serve(
            settings,
            listener,
            clock=ElasticClock(settings.speed),
            stop=stop,
            ready=ready,
            companion=begin,
            write_samples=decode_recording,
        )

    child.live(channel, body)


def run_demo_hub(channel: Connection, listener: socket.socket, settings: HubSettings, plan: DemoPlan) -> None:
    """Process of ``lumbarwatch demo``: an athlete with virtual sensors, and the same hub."""

    async def body(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        await asyncio.to_thread(restore, settings.data)
        await asyncio.to_thread(forget_unfinished, DataFolder(settings.data))  # the athlete starts anew
        clock = ElasticClock(settings.speed)
        if plan.athletes > 1:
            wall = WallAthletes(plan, clock)
            await serve(
                settings,
                listener,
                clock=clock,
                stop=stop,
                ready=ready,
                companion=wall.train,
                write_samples=decode_recording,
                make_links=wall.radio.links,
            )
            return
        athletes = ObedientAthlete if plan.guided else DemoAthlete
        async with athletes(plan, clock) as athlete:
            await serve(
                settings,
                listener,
                clock=clock,
                stop=stop,
                ready=ready,
                backend=athlete.radio.backend,
                companion=athlete.train,
                write_samples=decode_recording,
            )

    child.live(channel, body)
