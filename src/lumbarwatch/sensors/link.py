"""The radio through bleak, and the manager that keeps both sensors' links up.

The only module of ``sensors`` that imports bleak. Rules and their measurements: firmware_notes/links.md.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeAlias

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.client import BaseBleakClient
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDeviceNotFoundError,
    BleakError,
)

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkEvent, LinkReason
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import ANSWER_TIMEOUT_S, Driver, FoundSensor, SensorError
from lumbarwatch.sensors.catalogue import Family, families, recognise
from lumbarwatch.sensors.keeper import Keeper
from lumbarwatch.sensors.link_types import LinkTiming, OpenLink, SensorDetails, SensorStatus
from lumbarwatch.sensors.reasons import sentence
from lumbarwatch.sensors.waiting import wait_for_any

Backend: TypeAlias = tuple[type[BaseBleakClient], type[BaseBleakScanner]]
"""What stands in for the system's Bluetooth: a client and a scanner class (None: the system's own)."""

Target: TypeAlias = FoundSensor | str
"""A sensor found by a scan, or a serial number (or address) to look for."""

SCAN_S = 5.0
LINK_ERRORS = (BleakError, TimeoutError, OSError, EOFError)

_UNAVAILABLE = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: LinkReason.NO_ADAPTER,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: LinkReason.NO_ADAPTER,
    BleakBluetoothNotAvailableReason.POWERED_OFF: LinkReason.BLUETOOTH_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: LinkReason.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: LinkReason.NO_PERMISSION,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: LinkReason.NO_PERMISSION,
}


def scan_error(error: BaseException) -> SensorError:
    """Why a scan failed: without a sensor in play it is the adapter, its switch or the permission."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return SensorError(_UNAVAILABLE.get(error.reason, LinkReason.NO_ADAPTER))
    if isinstance(error, PermissionError) or "denied" in str(error).lower():
        return SensorError(LinkReason.NO_PERMISSION)
    return SensorError(LinkReason.NO_ADAPTER)  # no system bus, no Bluetooth service, no driver


def connect_error(error: BaseException, sensor: FoundSensor) -> SensorError:
    """Why a connection failed or ended."""
    if isinstance(error, BleakBluetoothNotAvailableError):
        return scan_error(error)
    if isinstance(error, BleakDeviceNotFoundError):
        reason = LinkReason.NOT_FOUND
    elif isinstance(error, TimeoutError) or "InProgress" in str(error):
        reason = LinkReason.IN_USE
    else:
        reason = LinkReason.CUT
    return SensorError(reason, sentence(reason, sensor.label))


class BleakLink:
    """One connection of one client object (implements :class:`OpenLink`); never used again once closed."""

    def __init__(
        self, sensor: FoundSensor, backend: Backend | None, on_payload: Callable[[str, bytearray], None]
    ) -> None:
        self.gone = asyncio.Event()
        self._on_payload = on_payload
        self._waiting: list[tuple[Callable[[str, bytes], bool], asyncio.Future[bytes]]] = []
        self._subscribed: list[str] = []
        target = sensor.device if isinstance(sensor.device, BLEDevice) else sensor.address
        chosen = None if backend is None else backend[0]
        self._client = BleakClient(target, self._lost, backend=chosen)

    async def open(self) -> None:
        """Connect and discover."""
        await self._client.connect()

    def has(self, characteristic: str) -> bool:
        """Whether the sensor has the characteristic."""
        return self._client.services.get_characteristic(characteristic) is not None

    async def read(self, characteristic: str) -> bytes:
        """Read a value."""
        return bytes(await self._client.read_gatt_char(characteristic))

    async def write(self, characteristic: str, value: bytes, *, response: bool = True) -> None:
        """Write a value."""
        await self._client.write_gatt_char(characteristic, value, response=response)

    async def ask(
        self,
        characteristic: str,
        value: bytes,
        is_answer: Callable[[str, bytes], bool],
        timeout_s: float = ANSWER_TIMEOUT_S,
    ) -> bytes:
        """Write, and wait for the notification that answers."""
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        entry = (is_answer, answer)
        self._waiting.append(entry)
        try:
            async with asyncio.timeout(timeout_s):
                await self.write(characteristic, value)
                return await answer
        finally:
            self._waiting.remove(entry)

    async def subscribe(self, characteristic: str, *, use_start_notify: bool) -> None:
        """Have notifications delivered. ``use_start_notify`` False: BlueZ's AcquireNotify (never doubles)."""
        callback = partial(self._heard, characteristic)
        await self._client.start_notify(
            characteristic, callback, bluez={"use_start_notify": use_start_notify}
        )
        self._subscribed.append(characteristic)

    async def close(self) -> None:
        """Unsubscribe, then disconnect: the other order can crash the Bluetooth service (BlueZ 5.66)."""
        try:
            while self._subscribed and self._client.is_connected:
                await self._client.stop_notify(self._subscribed.pop())
        finally:
            await self._client.disconnect()

    def _heard(self, characteristic: str, _: object, payload: bytearray) -> None:
        self._on_payload(characteristic, payload)
        for is_answer, answer in self._waiting:
            if not answer.done() and is_answer(characteristic, bytes(payload)):
                answer.set_result(bytes(payload))

    def _lost(self, _: BleakClient) -> None:
        self.gone.set()
        for _is_answer, answer in self._waiting:
            if not answer.done():
                answer.set_exception(ConnectionError("the sensor disconnected"))


class Radio:
    """The adapter: one lock around every scan and connection attempt, as the system's stack needs it."""

    def __init__(self, clock: Clock, backend: Backend | None, known: Mapping[str, Family]) -> None:
        self._clock = clock
        self._backend = backend
        self._known = known
        self._lock = asyncio.Lock()

    async def scan(
        self, timeout_s: float, enough: Callable[[list[FoundSensor]], bool] = lambda _: False
    ) -> list[FoundSensor]:
        """Sensors of known families, strongest first; ends early once ``enough`` says so."""
        async with self._lock:
            try:
                found = {sensor.address: sensor for sensor in await self._connected()}
                if not enough(list(found.values())):
                    await self._listen(found, timeout_s, enough)
            except LINK_ERRORS as error:
                raise scan_error(error) from error
        return sorted(found.values(), key=lambda sensor: -(sensor.rssi_dbm or -127))

    async def open(
        self, sensor: FoundSensor, on_payload: Callable[[str, bytearray], None], timeout_s: float
    ) -> OpenLink:
        """Connect with a new client object, within a time-out of our own."""
        link = BleakLink(sensor, self._backend, on_payload)
        async with self._lock:
            try:
                async with asyncio.timeout(timeout_s):
                    await link.open()
            except LINK_ERRORS as error:
                raise connect_error(error, sensor) from error
        return link

    async def _listen(
        self, found: dict[str, FoundSensor], timeout_s: float, enough: Callable[[list[FoundSensor]], bool]
    ) -> None:
        satisfied = asyncio.Event()

        def heard(device: BLEDevice, advertisement: AdvertisementData) -> None:
            sensor = self._recognised(device, advertisement)
            if sensor is not None:
                found[sensor.address] = sensor
                if enough(list(found.values())):
                    satisfied.set()

        chosen = None if self._backend is None else self._backend[1]
        async with BleakScanner(heard, backend=chosen):
            await wait_for_any(self._clock, timeout_s, satisfied)

    def _recognised(self, device: BLEDevice, advertisement: AdvertisementData) -> FoundSensor | None:
        name = advertisement.local_name or device.name or ""
        companies = list(advertisement.manufacturer_data)
        family = recognise(name, advertisement.service_uuids, companies, self._known)
        if family is None:
            return None
        serial = family.serial_in_name(name)
        return FoundSensor(family.name, name, device.address, serial, advertisement.rssi, device=device)

    async def _connected(self) -> list[FoundSensor]:
        """Sensors that the system holds connected: they do not advertise, so no scan finds them."""
        if self._backend is not None:
            return []
        try:
            adapter = await BleakAdapter.get()
            return [
                FoundSensor(
                    family.name,
                    device.name or "",
                    device.address,
                    family.serial_in_name(device.name or ""),
                    connected=True,
                    device=device,
                )
                for family in self._known.values()
                for device in await adapter.get_connected_devices(sorted(family.services))
            ]
        except NotImplementedError:
            return []


class LinkManager:
    """Finds sensors and keeps the assigned ones streaming, for ever.

    Parameters
    ----------
    clock
        The session's clock; stamps every notification.
    on_notification
        Called in the event loop with each notification as it arrived, before anything else is done with it.
    on_link
        Called with every change of a link.
    on_ready
        Called with the driver each time a sensor's stream was started and its description is new; what
        ``driver.describe()`` says then belongs into the recording.
    backend
        A client and a scanner class in place of the system's Bluetooth.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        on_notification: Callable[[RawNotification], None],
        on_link: Callable[[LinkEvent], None],
        on_ready: Callable[[Placement, Driver], None] = lambda _place, _driver: None,
        backend: Backend | None = None,
        timing: LinkTiming | None = None,
    ) -> None:
        self._clock = clock
        self._on_notification = on_notification
        self._on_link = on_link
        self._on_ready = on_ready
        self._known = families()
        self._radio = Radio(clock, backend, self._known)
        self._timing = timing or LinkTiming()
        self._keepers: dict[Placement, Keeper] = {}
        self._asking = asyncio.Lock()
        self._serials: dict[str, str] = {}  # by address, read over GATT where the advertisement has none

    async def scan(self, timeout_s: float = SCAN_S, *, expected: int | None = None) -> list[FoundSensor]:
        """Sensors in range, strongest first; ends once ``expected`` are found.

        Raises
        ------
        SensorError
            No adapter, Bluetooth off, no permission.
        """
        return await self._radio.scan(
            timeout_s, lambda found: expected is not None and len(found) >= expected
        )

    async def inspect(self, sensor: FoundSensor, *, identify: bool = False) -> SensorDetails:
        """Connect for a moment: serial number, battery, firmware; ``identify`` makes it show itself.

        Raises
        ------
        SensorError
            It can't be reached.
        """
        link = await self._radio.open(sensor, lambda _uuid, _payload: None, self._timing.connect_s)
        try:
            async with asyncio.timeout(self._timing.start_s):
                return await self._details(sensor, link, identify=identify)
        except LINK_ERRORS as error:
            raise connect_error(error, sensor) from error
        finally:
            await self._close_quietly(link)

    async def run(self, assignments: Mapping[Placement, Target]) -> None:
        """Connect the sensors and keep their links up until :meth:`stop`.

        Raises
        ------
        SensorError
            At the start only: no adapter, Bluetooth off, no permission.
        """
        if any(isinstance(target, str) for target in assignments.values()):
            await self._radio.scan(0.1)  # says at once what is wrong with the adapter
        self._keepers = {place: self._keeper(place, target) for place, target in assignments.items()}
        async with asyncio.TaskGroup() as group:
            for keeper in self._keepers.values():
                group.create_task(keeper.run())

    async def stop(self) -> None:
        """End every link in good order; :meth:`run` then returns."""
        await asyncio.gather(*(keeper.stop() for keeper in self._keepers.values()))

    def driver(self, placement: Placement) -> Driver | None:
        """The driver of the sensor worn there; None before it was found."""
        keeper = self._keepers.get(placement)
        return None if keeper is None else keeper.driver

    def status(self) -> Mapping[Placement, SensorStatus]:
        """How each sensor does."""
        return {place: keeper.status() for place, keeper in self._keepers.items()}

    def heard_garbage(self, placement: Placement, detail: str = "") -> None:
        """Tell the link that a notification could not be decoded; the user hears of it if it goes on."""
        self._keepers[placement].heard_garbage(detail)

    async def identify(self, placement: Placement) -> None:
        """Make the sensor worn there show itself; nothing while it is not connected."""
        await self._keepers[placement].with_link(lambda driver, link: driver.identify(link))

    async def haptic(self, placement: Placement, pattern: int, strength: int, ms: int) -> None:
        """Vibrate; nothing while it is not connected or where it can't."""
        await self._keepers[placement].with_link(
            lambda driver, link: driver.haptic(link, pattern, strength, ms)
        )

    def _keeper(self, placement: Placement, target: Target) -> Keeper:
        return Keeper(
            placement,
            clock=self._clock,
            timing=self._timing,
            find=partial(self._find, placement, target),
            open_link=self._radio.open,
            new_driver=lambda family: self._known[family].driver(),
            on_notification=self._on_notification,
            on_link=self._on_link,
            on_ready=self._on_ready,
            link_errors=LINK_ERRORS,
            found=target if isinstance(target, FoundSensor) else None,
        )

    async def _find(self, placement: Placement, target: Target) -> FoundSensor:
        wanted = target if isinstance(target, str) else target.serial or target.address
        address = target if isinstance(target, str) else target.address

        def fits(sensor: FoundSensor) -> bool:
            serial = sensor.serial or self._serials.get(sensor.address, "")
            return wanted == serial or address == sensor.address

        found = await self._radio.scan(self._timing.scan_s, lambda sensors: any(map(fits, sensors)))
        sensor = next(filter(fits, found), None)
        if sensor is None and isinstance(target, str):
            sensor = await self._by_serial(found, target, placement)
        if sensor is None:
            raise SensorError(LinkReason.NOT_FOUND, sentence(LinkReason.NOT_FOUND, f"The sensor {wanted}"))
        return sensor

    async def _by_serial(
        self, found: list[FoundSensor], wanted: str, placement: Placement
    ) -> FoundSensor | None:
        """Ask those whose advertisement has no serial number, except sensors in use at the other place."""
        async with self._asking:  # one search at a time, or each would find the other's sensor busy
            taken = {keeper.address for place, keeper in self._keepers.items() if place is not placement}
            for sensor in found:
                if not sensor.serial and sensor.address not in {*self._serials, *taken}:
                    await self._learn_serial(sensor)
                if self._serials.get(sensor.address) == wanted:
                    return replace(sensor, serial=wanted)
        return None

    async def _learn_serial(self, sensor: FoundSensor) -> None:
        try:
            self._serials[sensor.address] = (await self.inspect(sensor)).serial or ""
        except SensorError:
            return  # asked again at the next search

    async def _details(self, sensor: FoundSensor, link: OpenLink, *, identify: bool) -> SensorDetails:
        driver = self._known[sensor.family].driver()
        for characteristic in driver.notify_characteristics:
            await link.subscribe(characteristic, use_start_notify=driver.has_counter_or_clock)
        if identify:
            await driver.identify(link)
        return SensorDetails(
            serial=sensor.serial or await driver.serial(link),
            battery_percent=await driver.battery_percent(link),
            firmware=await driver.firmware(link),
        )

    async def _close_quietly(self, link: OpenLink) -> None:
        try:
            async with asyncio.timeout(self._timing.stop_s):
                await link.close()
        except LINK_ERRORS:
            pass  # it is gone already, which is what was wanted
