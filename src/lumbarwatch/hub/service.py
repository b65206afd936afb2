"""The hub's process: one event loop for its whole life, with links, recording, analysis, feed and API."""

import asyncio
import logging
import socket
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from lumbarwatch import __version__
from lumbarwatch.access.gate import AsgiApp, Gate, GateRules, loopback_hosts, loopback_origins
from lumbarwatch.core.pipeline import PIPELINE_VERSION
from lumbarwatch.hub.api import Api
from lumbarwatch.hub.archive import Archive
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.messages import ApiError, HubMessage
from lumbarwatch.hub.station import ApiRefused, Station
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.clock import Clock
from lumbarwatch.sensors.link import Backend
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.recording import recover

_LOG = logging.getLogger(__name__)

FIRST_STATION = "1"
GRACE_S = 2
"""How long open sockets get to close when the hub ends."""


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What a hub is told at its start. ``speed``: session seconds per real second."""

    data: Path
    ticket_key: bytes
    page_port: int
    simulated: bool = False
    speed: float = 1.0


class Hub:
    """All stations of this machine and the feed they share."""

    def __init__(self, settings: HubSettings, parts: Parts) -> None:
        self.parts = parts
        self.stations = {FIRST_STATION: Station(FIRST_STATION, parts)}
        self._settings = settings

    @property
    def first(self) -> Station:
        """The first station."""
        return self.stations[FIRST_STATION]

    def station(self, name: str) -> Station:
        """Return a station by its name.

        Raises
        ------
        ApiRefused
            There is none of that name.
        """
        if name not in self.stations:
            raise ApiRefused(ApiError.NO_STATION, f"There is no station '{name}' here.")
        return self.stations[name]

    def message(self) -> HubMessage:
        """Return the hub as it stands."""
        return HubMessage(
            version=__version__,
            pipeline_version=PIPELINE_VERSION,
            simulated=self._settings.simulated,
            speed=self._settings.speed,
            stations=[station.message() for station in self.stations.values()],
        )

    async def close(self) -> None:
        """End every visit and wait until all is saved."""
        await asyncio.gather(*(station.end() for station in self.stations.values()))

    def app(self, port: int) -> AsgiApp:
        """Return API and feed behind the gate, for a server on a loopback port."""
        api = Api(self.parts.feed, self.station, self.message, lambda: self.parts.real_ns() / 1e6)
        rules = GateRules(
            hosts=loopback_hosts(port),
            origins=loopback_origins(self._settings.page_port),
            ticket_key=self._settings.ticket_key,
        )
        return Gate(api.app(), rules)


Companion = Callable[[Hub], Awaitable[None]]
"""What begins beside the hub in its loop: a simulated athlete, the search for sensors."""


async def serve(
    settings: HubSettings,
    listener: socket.socket,
    *,
    clock: Clock,
    stop: asyncio.Event,
    ready: Callable[[], None],
    backend: Backend | None = None,
    companion: Companion | None = None,
) -> None:
    """Run a hub until ``stop`` is set, then end the visits and save them.

    ``companion`` is awaited once the doors are open, before ``ready`` is called.

    Raises
    ------
    StoreError
        The data folder or the history can't be used.
    UserError
        Whatever the companion can't do.
    """
    folder = DataFolder(settings.data).create()
    with Archive.open(folder) as archive:
        for found in await asyncio.to_thread(recover, folder):
            _LOG.warning("%s", found.message)
        feed = Feed(new_id(), time.monotonic)
        parts = Parts(folder, archive, feed, clock, backend, settings.simulated, settings.speed)
        hub = Hub(settings, parts)
        async with serving(hub.app(listener.getsockname()[1]), listener):
            try:
                if companion is not None:
                    await companion(hub)
                ready()
                await stop.wait()
            finally:
                await hub.close()


@asynccontextmanager
async def serving(app: AsgiApp, listener: socket.socket) -> AsyncGenerator[None]:
    """Serve an ASGI application on a bound loopback socket while the context lasts."""
    address = listener.getsockname()[0]
    if address != "127.0.0.1":
        raise ValueError(f"listener: bound to {address}, where only 127.0.0.1 is allowed")
    server = QuietServer(
        uvicorn.Config(
            app,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=GRACE_S,
        )
    )
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.wait(
            {task, asyncio.create_task(server.listening.wait())}, return_when=asyncio.FIRST_COMPLETED
        )
        if task.done():
            task.result()
        yield
    finally:
        server.should_exit = True
        await task


class QuietServer(uvicorn.Server):
    """A server that leaves signals to the process it runs in, and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening."""
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave signals alone."""
        yield
