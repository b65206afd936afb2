"""The hub's process: one event loop for its whole life, with links, recording, analysis, feed and API."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable

from lumbarwatch import __version__
from lumbarwatch.access.gate import AsgiApp, Gate, GateRules, loopback_hosts, loopback_origins
from lumbarwatch.access.serving import serving
from lumbarwatch.core.pipeline import PIPELINE_VERSION
from lumbarwatch.hub.api import Api
from lumbarwatch.hub.archive import Archive, WriteSamples
from lumbarwatch.hub.desk import Desk
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.links import Links
from lumbarwatch.hub.resuming import resume
from lumbarwatch.hub.sensor_desk import Examine, SensorDesk
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.hub.station import Station
from lumbarwatch.hub.stations import Stations
from lumbarwatch.hub.values import HubMessage
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.clock import Clock
from lumbarwatch.sensors.link import Backend, LinkManager
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.stations import FIRST


class Hub:
    """All stations of this machine and the feed they share."""

    def __init__(self, settings: HubSettings, parts: Parts, examine: Examine | None = None) -> None:
        self.parts = parts
        self.stations = Stations(parts)
        self._settings = settings
        self.bluetooth = ""  # why no sensor can be reached, in one sentence
        self._sensors = SensorDesk(parts, self.stations, examine)

    @property
    def first(self) -> Station:
        """The first station."""
        return self.stations[FIRST]

    def message(self) -> HubMessage:
        """Return the hub as it stands."""
        return HubMessage(
            version=__version__,
            pipeline_version=PIPELINE_VERSION,
            simulated=self._settings.simulated,
            speed=self._settings.speed,
            obeys=self._settings.obeys,
            replay=self._settings.replay,
            bluetooth="" if self.first.targets else self.bluetooth,
            stations=[station.message() for station in self.stations.values()],
            preferences=self.parts.choices.message(),
        )

    async def resume(self) -> None:
        """Go on for whoever trained when the hub was cut off."""
        await resume(self.parts, self.stations)

    async def close(self) -> None:
        """End every visit and wait until all is saved."""
        await self._sensors.poses.cancel()
        await asyncio.gather(*(station.end() for station in self.stations.values()))

    def app(self, port: int, now_s: Callable[[], float] = time.time) -> AsgiApp:
        """Return API and feed behind the gate, for a server on a loopback port.

        ``now_s``: s since 1970 UTC, by which tickets end.
        """
        parts = self.parts
        desk = Desk(parts, self.stations, self._sensors, self.message)
        api = Api(desk, parts.feed, lambda: parts.real_ns() / 1e6)
        rules = GateRules(
            hosts=loopback_hosts(port),
            origins=loopback_origins(self._settings.page_port),
            ticket_key=self._settings.ticket_key,
        )
        return Gate(api.app(), rules, now_s)


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
    write_samples: WriteSamples,
    examine: Examine | None = None,
    make_links: Callable[..., Links] = LinkManager,
) -> None:
    """Run a hub until ``stop`` is set, then end the visits and save them.

    ``ready`` is called once the doors are open; the companion begins then. ``write_samples`` decodes each
    finished recording; ``examine`` is the doctor; ``make_links`` stands in for the links to real sensors.

    Raises
    ------
    StoreError
        The data folder or the history can't be used.
    """
    folder = DataFolder(settings.data).create()
    with Archive.open(folder, write_samples) as archive:
        feed = Feed(new_id(), time.monotonic)
        parts = Parts(
            folder,
            archive,
            feed,
            clock,
            backend,
            settings.simulated,
            settings.speed,
            make_links=make_links,
        )
        hub = Hub(settings, parts, examine)
        async with serving(hub.app(listener.getsockname()[1]), listener):
            ready()
            try:
                await _until_stopped(hub, stop, companion)
            finally:
                await hub.close()


async def _until_stopped(hub: Hub, stop: asyncio.Event, companion: Companion | None) -> None:
    beside = None if companion is None else asyncio.ensure_future(companion(hub))
    stopped = asyncio.create_task(stop.wait())
    try:
        if beside is not None:
            await asyncio.wait({beside, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if beside.done():
                beside.result()
        await stopped
    finally:
        stopped.cancel()
        if beside is not None:
            beside.cancel()
            await asyncio.gather(beside, return_exceptions=True)
