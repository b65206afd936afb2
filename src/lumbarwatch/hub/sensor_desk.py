"""Sensors in range and in use: looked for, asked, shown, given their place. Running links go on meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from lumbarwatch.hub.pose_desk import OnTheTable, PoseDesk
from lumbarwatch.hub.requests import ApiError, AssignRequest, PoseRequest, ScanRequest
from lumbarwatch.hub.station import ApiRefused, Station
from lumbarwatch.hub.stations import Stations, sensors_of
from lumbarwatch.hub.values import FindingMessage, PosesMessage, ScannedMessage, SensorList
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.catalogue import families
from lumbarwatch.sensors.link_types import SensorDetails, SensorStatus
from lumbarwatch.store.calibrations import accelerometer_of
from lumbarwatch.store.pairing import PairedSensor
from lumbarwatch.store.records import SensorRecord

Examine = Callable[[], Awaitable[Sequence[FindingMessage]]]
"""The doctor: looks at system, adapter and sensors, and says what is found."""

_ON_THE_TABLE = "A sensor's accelerometer is being calibrated: finish or cancel that first."


@dataclass(frozen=True, slots=True)
class Worn:
    """A sensor that has its place at a station, and how it does if it is in use."""

    station: Station
    placement: Placement
    paired: PairedSensor | None
    status: SensorStatus | None

    @property
    def serial(self) -> str:
        """Serial number, if known."""
        told = self.status.serial if self.status else None
        return told or (self.paired.serial if self.paired else "")

    @property
    def address(self) -> str:
        """Address, if known."""
        told = self.status.address if self.status else ""
        return told or (self.paired.address if self.paired else "")

    def is_(self, serial: str, address: str) -> bool:
        """Whether this is the sensor of that serial number or address."""
        own = {self.serial, self.address} - {""}
        return bool(own & {serial, address})


class SensorDesk:
    """Scans with the hub's one adapter; ``examine`` is the doctor (None: there is none here)."""

    def __init__(self, parts: Parts, stations: Stations, examine: Examine | None = None) -> None:
        self._parts = parts
        self._stations = stations
        self._examine = examine
        self.poses = PoseDesk(parts)
        self._links = parts.make_links(
            parts.clock,
            on_notification=_ignore,
            on_link=_ignore,
            on_ready=_ignore,
            backend=parts.backend,
            adapter=parts.adapter,
        )
        self._found: dict[str, FoundSensor] = {}
        self._details: dict[str, SensorDetails] = {}
        self._problems: dict[str, str] = {}
        self._scanned_utc_s: float | None = None
        self._busy = asyncio.Lock()

    async def listed(self) -> SensorList:
        """Sensors in use and those of the last scan, the strongest first.

        Raises
        ------
        StoreError
            The history can't be read.
        """
        known = await asyncio.to_thread(self._parts.archive.history.sensors)
        worn = self._worn()
        rows = [_worn_row(one, known) for one in worn]
        rows += [
            self._found_row(sensor, known)
            for address, sensor in self._found.items()
            if not any(one.is_(self._serial(sensor), address) for one in worn)
        ]
        rows.sort(key=lambda row: -(row.rssi_dbm if row.rssi_dbm is not None else -127))
        return SensorList(sensors=rows, scanned_utc_s=self._scanned_utc_s)

    async def scan(self, request: ScanRequest) -> SensorList:
        """Look for sensors, ask those that nobody uses, and return all.

        Raises
        ------
        SensorError
            No adapter, Bluetooth off, no permission.
        ApiRefused
            A scan is under way already.
        """
        self._refuse_busy()
        async with self._busy:
            found = await self._links.scan(request.seconds)
            self._found = {sensor.address: sensor for sensor in found}
            self._problems.clear()
            self._scanned_utc_s = round(self._parts.clock.utc_ns() / NS_PER_S, 3)
            for sensor in found if request.ask else []:
                if not self._in_use(sensor):
                    await self._ask(sensor)
        return await self.listed()

    async def identify(self, sensor: str) -> None:
        """Make a sensor show itself, over its running link if there is one.

        Raises
        ------
        ApiRefused
            Nobody knows the sensor: scan first.
        SensorError
            It can't be reached.
        """
        for one in self._worn():
            if one.status is not None and one.is_(sensor, sensor) and one.station.visit is not None:
                await one.station.visit.links.identify(one.placement)
                return
        found = self._find(sensor)
        self._refuse_busy()
        async with self._busy:
            await self._links.inspect(found, identify=True)

    async def assign(self, request: AssignRequest) -> SensorList:
        """Give a sensor its place.

        Raises
        ------
        ApiRefused
            Nobody knows the sensor, or it is in use.
        StoreError
            It can't be kept.
        """
        sensor = self._paired(request.sensor)
        await self._stations.assign(request.station, request.placement, sensor)
        return await self.listed()

    async def examine(self) -> Sequence[FindingMessage]:
        """Return the doctor's findings.

        Raises
        ------
        ApiRefused
            A session runs, or a scan: both would disturb each other.
        """
        if self._examine is None:
            raise ApiRefused(ApiError.BAD_REQUEST, "There is no examination here.")
        if any(station.running for station in self._stations.values()):
            sentence = "A session runs: end it before examining the sensors, which connects them anew."
            raise ApiRefused(ApiError.SESSION_RUNNING, sentence)
        self._refuse_busy()
        async with self._busy:
            return await self._examine()

    async def begin_poses(self, request: PoseRequest) -> PosesMessage:
        """Begin to calibrate a sensor's accelerometer, or begin anew.

        Raises
        ------
        ApiRefused
            A session runs at its station, nobody knows it, a scan runs or another one is being calibrated.
        """
        if self.poses.watches_other_than(request.sensor):
            raise ApiRefused(ApiError.BUSY, _ON_THE_TABLE)
        self._refuse_searching()
        worn = next((one for one in self._worn() if one.is_(request.sensor, request.sensor)), None)
        if worn is not None and worn.station.running:
            name = worn.station.label or worn.station.name
            sentence = f"A session runs at station {name}: end it before calibrating its sensors."
            raise ApiRefused(ApiError.SESSION_RUNNING, sentence)
        sensor = self._paired(request.sensor)
        target = self._found.get(sensor.address) or sensor.identity
        station = worn.station.name if worn is not None else ""
        name = " ".join(part for part in (_model(sensor.family) or sensor.name, sensor.identity) if part)
        return await self.poses.begin(OnTheTable(request.sensor, name, station, target, sensor.serial))

    def refuse_on_the_table(self, station: Station) -> None:
        """Refuse to begin a session with a sensor whose accelerometer is being calibrated.

        Raises
        ------
        ApiRefused
            One of the station's is.
        """
        if any(
            one.station is station and self.poses.watches(one.serial, one.address) for one in self._worn()
        ):
            sentence = (
                "One of these sensors is being calibrated on the page Sensors: finish or cancel that first."
            )
            raise ApiRefused(ApiError.BUSY, sentence)

    # Who is where ------------------------------------------------------------------------------------------
    def _worn(self) -> list[Worn]:
        return [one for station in self._stations.values() for one in _worn_at(station)]

    def _in_use(self, sensor: FoundSensor) -> bool:
        serial = self._serial(sensor)
        return any(one.status is not None and one.is_(serial, sensor.address) for one in self._worn())

    def _serial(self, sensor: FoundSensor) -> str:
        details = self._details.get(sensor.address)
        return sensor.serial or (details.serial if details else None) or ""

    def _find(self, sensor: str) -> FoundSensor:
        for found in self._found.values():
            if sensor in (found.address, self._serial(found)):
                return found
        raise ApiRefused(ApiError.NO_SENSOR, f"The sensor {sensor} is not known here: scan again.")

    def _paired(self, sensor: str) -> PairedSensor:
        for one in self._worn():
            if one.is_(sensor, sensor):
                status = one.status
                return one.paired or PairedSensor(
                    status.family if status else "", status.name if status else "", one.serial, one.address
                )
        found = self._find(sensor)
        return PairedSensor(found.family, found.name, self._serial(found), found.address)

    def _refuse_busy(self) -> None:
        if self.poses.watching:
            raise ApiRefused(ApiError.BUSY, _ON_THE_TABLE)
        self._refuse_searching()

    def _refuse_searching(self) -> None:
        if self._busy.locked():
            raise ApiRefused(ApiError.BUSY, "The sensors are being looked for: wait a moment.")

    async def _ask(self, sensor: FoundSensor) -> None:
        try:
            self._details[sensor.address] = await self._links.inspect(sensor)
        except SensorError as error:
            self._problems[sensor.address] = error.sentence

    def _found_row(self, sensor: FoundSensor, known: Iterable[SensorRecord]) -> ScannedMessage:
        details = self._details.get(sensor.address, SensorDetails())
        serial = self._serial(sensor)
        return ScannedMessage(
            sensor=serial or sensor.address,
            name=sensor.name,
            family=sensor.family,
            model=_model(sensor.family),
            serial=serial,
            address=sensor.address,
            rssi_dbm=sensor.rssi_dbm,
            battery_percent=details.battery_percent,
            firmware=details.firmware or "",
            problem=self._problems.get(sensor.address, ""),
            accelerometer_utc_s=_calibrated_utc_s(tuple(known), sensor.family, serial),
        )


def _worn_at(station: Station) -> list[Worn]:
    visit = station.visit
    statuses: Mapping[Placement, SensorStatus] = {}
    if visit is not None and visit.running:
        statuses = visit.links.status()
    paired = sensors_of(station)
    places = [place for place in Placement if place in statuses or place in paired]
    return [Worn(station, place, paired.get(place), statuses.get(place)) for place in places]


def _worn_row(one: Worn, known: Sequence[SensorRecord]) -> ScannedMessage:
    status, paired = one.status, one.paired
    family = status.family if status and status.family else (paired.family if paired else "")
    return ScannedMessage(
        sensor=one.serial or one.address,
        name=(status.name if status else "") or (paired.name if paired else ""),
        family=family,
        model=_model(family),
        serial=one.serial,
        address=one.address,
        rssi_dbm=status.rssi_dbm if status else None,
        battery_percent=status.battery_percent if status else None,
        firmware=(status.firmware if status else None) or "",
        placement=one.placement,
        station=one.station.name,
        in_use=status is not None and status.state is LinkState.STREAMING,
        problem=status.sentence if status and status.reason not in (None, LinkReason.BATTERY_LOW) else "",
        accelerometer_utc_s=_calibrated_utc_s(known, family, one.serial),
    )


def _model(family: str) -> str:
    known = families().get(family)
    return "" if known is None else known.label


def _calibrated_utc_s(known: Sequence[SensorRecord], family: str, serial: str) -> float | None:
    found = accelerometer_of(known, family, serial)
    if found is None:
        return None
    return 0.0 if found.when_utc_ns is None else round(found.when_utc_ns / NS_PER_S, 3)


def _ignore(*_: object) -> None:
    """Scanning and asking have no stream."""
