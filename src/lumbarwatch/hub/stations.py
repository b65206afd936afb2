"""All stations of a hub: added, renamed, removed, given their sensors; kept over a restart."""

import asyncio
from collections.abc import Iterator, Mapping

from lumbarwatch.hub.frames import StationsFrame
from lumbarwatch.hub.links import sensor_of
from lumbarwatch.hub.requests import ApiError, StationRequest
from lumbarwatch.hub.station import ApiRefused, Station
from lumbarwatch.hub.values import HubMessage
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.samples import Placement
from lumbarwatch.store.pairing import PairedSensor, Pairing
from lumbarwatch.store.stations import FIRST, KeptStation, load_stations, save_stations

MOST_STATIONS = 30
"""As many as the coach's wall shows."""


class Stations(Mapping[str, Station]):
    """Stations by their short names, "1" always there."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._stations = {FIRST: Station(FIRST, parts)}
        for key, kept in load_stations(parts.folder).items():
            station = self._stations.setdefault(key, Station(key, parts))
            station.label = kept.name
            _wear(station, kept.sensors)

    def __getitem__(self, name: str) -> Station:
        return self._stations[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stations)

    def __len__(self) -> int:
        return len(self._stations)

    def named(self, name: str) -> Station:
        """Return a station by its short name.

        Raises
        ------
        ApiRefused
            There is none of that name.
        """
        if name not in self._stations:
            raise ApiRefused(ApiError.NO_STATION, f"There is no station '{name}' here.")
        return self._stations[name]

    async def add(self, request: StationRequest) -> Station:
        """Add a station.

        Raises
        ------
        ApiRefused
            There are as many as there can be, or a sensor would be worn at two places.
        StoreError
            It can't be kept.
        """
        if len(self._stations) >= MOST_STATIONS:
            raise ApiRefused(ApiError.BAD_REQUEST, f"There can be no more than {MOST_STATIONS} stations.")
        sensors = _asked_for(request.sensors or {})
        self._refuse_shared("", sensors)
        station = self.lend(request.name)
        _wear(station, sensors)
        await self.keep()
        return station

    def lend(self, label: str) -> Station:
        """Add a station for this run of the program, without keeping it."""
        key = str(max(int(name) for name in self._stations) + 1)
        self._stations[key] = Station(key, self._parts, label)
        return self._stations[key]

    async def change(self, name: str, request: StationRequest) -> Station:
        """Rename a station, and give it other sensors where they are said.

        Raises
        ------
        ApiRefused
            There is none of that name, its session runs, or a sensor would be worn at two places.
        StoreError
            It can't be kept.
        """
        station = self.named(name)
        if request.sensors is not None:
            _refuse_running(station)
            sensors = _asked_for(request.sensors)
            self._refuse_shared(name, sensors)
            _wear(station, sensors)
        station.label = request.name
        await self.keep()
        return station

    async def remove(self, name: str) -> None:
        """Take a station away.

        Raises
        ------
        ApiRefused
            There is none of that name, its session runs, or it is the first one.
        StoreError
            It can't be kept.
        """
        station = self.named(name)
        if name == FIRST:
            raise ApiRefused(ApiError.BAD_REQUEST, "The first station stays: remove another one.")
        _refuse_running(station)
        del self._stations[name]
        await self.keep()

    async def assign(self, name: str, placement: Placement | None, sensor: PairedSensor) -> None:
        """Give a sensor its place at a station; it leaves any other. None: it leaves its place.

        Raises
        ------
        ApiRefused
            There is no such station, or a session runs with the sensor or at the station.
        StoreError
            It can't be kept.
        """
        station = self.named(name)
        owners = [one for one in self._stations.values() if sensor.identity in _identities(one)]
        for one in {*owners, station}:
            _refuse_running(one)
        for one in owners:
            _wear(one, {p: kept for p, kept in sensors_of(one).items() if kept.identity != sensor.identity})
        if placement is not None:
            _wear(station, {**sensors_of(station), placement: sensor})
        await self.keep()

    async def keep(self) -> None:
        """Write down all stations.

        Raises
        ------
        StoreError
            They can't be written.
        """
        async with self._parts.keeping:  # else an older list might be written last
            kept = {key: KeptStation(one.label, one.paired) for key, one in self._stations.items()}
            await asyncio.to_thread(save_stations, self._parts.folder, kept)

    def _refuse_shared(self, name: str, sensors: Pairing) -> None:
        wanted = {sensor.identity for sensor in sensors.values()}
        others = [_identities(one) for key, one in self._stations.items() if key != name]
        if len(wanted) < len(sensors) or wanted & set[str]().union(*others):
            sentence = "A sensor can be worn at one place only: take it out of its other place first."
            raise ApiRefused(ApiError.BAD_REQUEST, sentence)

    def tell(self, state: HubMessage) -> None:
        """Tell that stations changed."""
        self._parts.feed.publish(StationsFrame(hub=state))


def sensors_of(station: Station) -> Pairing:
    """Return a station's sensors, also those it uses for this run of the program only."""
    found = {place: sensor_of(target) for place, target in station.targets.items()}
    return {**found, **station.paired}


def _wear(station: Station, sensors: Pairing) -> None:
    station.paired = dict(sensors)
    station.targets = {place: sensor.identity for place, sensor in sensors.items()}


def _asked_for(sensors: Mapping[Placement, str]) -> Pairing:
    return {place: PairedSensor(family="", name="", serial=serial) for place, serial in sensors.items()}


def _identities(station: Station) -> set[str]:
    return {sensor.identity for sensor in sensors_of(station).values()}


def _refuse_running(station: Station) -> None:
    if station.running:
        name = station.label or station.name
        raise ApiRefused(ApiError.SESSION_RUNNING, f"A session runs at station {name}: end it first.")
