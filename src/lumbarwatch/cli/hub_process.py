"""The hub's process, with real sensors or with a simulated athlete."""

import asyncio
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection

from lumbarwatch.cli import child
from lumbarwatch.cli.demo_athlete import DemoAthlete
from lumbarwatch.cli.demo_wall import WallAthletes
from lumbarwatch.cli.elastic_clock import ElasticClock
from lumbarwatch.cli.finding import find_sensors
from lumbarwatch.cli.obedient_athlete import ObedientAthlete
from lumbarwatch.cli.plans import DemoPlan, WantedSensors
from lumbarwatch.hub.service import Hub, serve
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.jobs.restore import restore
from lumbarwatch.jobs.samples import decode_recording
from lumbarwatch.model.session import CalibrationSource
from lumbarwatch.sensors.clock import SystemClock


def run_hub(
    channel: Connection, listener: socket.socket, settings: HubSettings, wanted: WantedSensors
) -> None:
    """Process of ``lumbarwatch run``: find the sensors, then measure."""

    async def body(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        await asyncio.to_thread(restore, settings.data)
        clock = SystemClock()
        targets = await find_sensors(clock, wanted.by_place, serials=wanted.serials)

        async def begin(hub: Hub) -> None:
            hub.first.targets = targets
            hub.first.start(calibration=CalibrationSource.AUTOMATIC)

        await serve(
            settings,
            listener,
            clock=clock,
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
