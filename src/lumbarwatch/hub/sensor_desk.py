"""Sensors in range and in use: looked for, asked, shown, given their place. Running links go on meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from lumbarwatch.hub.pose_desk import OnTheTable, PoseDesk
from lumbarwatch.hub.requests import ApiError, AssignRequest, PoseRequest, ScanRequest
from lumbarwatch.hub.sensor_rows import Worn, found_row, model_of, worn_at, worn_row
from lumbarwatch.hub.station import ApiRefused, Station
from lumbarwatch.hub.stations import Stations
from lumbarwatch.hub.values import FindingMessage, PosesMessage, ScannedMessage, SensorList
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.link_types import SensorDetails
from lumbarwatch.store.pairing import PairedSensor
from lumbarwatch.store.records import SensorRecord

Examine = Callable[[], Awaitable[Sequence[FindingMessage]]]
"""The doctor: looks at system, adapter and sensors, and says what is found."""

_ON_THE_TABLE = "A sensor's accelerometer is being calibrated: finish or cancel that first."


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
        seen = {address: self._seen(sensor, known) for address, sensor in self._found.items()}
        rows: list[ScannedMessage] = []
        for one in worn:
            address = next((address for address, row in seen.items() if one.is_(row.serial, address)), "")
            rows.append(worn_row(one, known, seen.pop(address, None)))
        rows += seen.values()
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
        name = " ".join(part for part in (model_of(sensor.family) or sensor.name, sensor.identity) if part)
        return await self.poses.begin(OnTheTable(request.sensor, name, station, target, sensor.serial))

    def refuse_on_the_table(self, station: Station) -> None:
        """Refuse to begin a session with a sensor whose accelerometer is being calibrated.

        Raises
        ------
        ApiRefused
            One of the station's is.
        """
        if any(self.poses.watches(one.serial, one.address) for one in worn_at(station)):
            sentence = "A sensor here is being calibrated: finish or cancel that on the page Sensors first."
            raise ApiRefused(ApiError.BUSY, sentence)

    # Who is where ------------------------------------------------------------------------------------------
    def _worn(self) -> list[Worn]:
        return [one for station in self._stations.values() for one in worn_at(station)]

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

    def _seen(self, sensor: FoundSensor, known: Sequence[SensorRecord]) -> ScannedMessage:
        row = found_row(sensor, self._details.get(sensor.address, SensorDetails()), known)
        return row.model_copy(update={"problem": self._problems.get(sensor.address, "")})


def _ignore(*_: object) -> None:
    """Scanning and asking have no stream."""
