"""The radio through bleak, and the manager of both sensors' links that uses it.

The only module of ``sensors`` that imports bleak. Rules and their measurements: firmware_notes/links.md.
"""

import asyncio
from collections.abc import Callable, Mapping
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
from lumbarwatch.sensors.link_types import LinkTiming, OpenLink
from lumbarwatch.sensors.manager import SensorManager, Target
from lumbarwatch.sensors.reasons import sentence
from lumbarwatch.sensors.waiting import wait_for_any

__all__ = ["Backend", "LinkManager", "Target", "connect_error", "scan_error"]

Backend: TypeAlias = tuple[type[BaseBleakClient], type[BaseBleakScanner]]
"""What stands in for the system's Bluetooth: a client and a scanner class (None: the system's own)."""

LINK_ERRORS = (BleakError, TimeoutError, OSError, EOFError)

UNSUBSCRIBE_S = 2.0
"""A subscription that can't be ended by then is left to the disconnect (convention)."""

_NO_SERVICE = ("ServiceUnknown", "org.bluez was not provided", "disconnected from message bus")
"""What D-Bus says while the Bluetooth service does not run."""

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
    if isinstance(error, BleakBluetoothNotAvailableError) or any(said in str(error) for said in _NO_SERVICE):
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
        """Unsubscribe, then disconnect: the other order can crash the Bluetooth service (BlueZ 5.66).

        To the end: a connection begun while the system still closes the last one dies with it.
        """
        try:
            async with asyncio.timeout(UNSUBSCRIBE_S):
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


class BleakRadio:
    """The adapter: one lock around every scan and connection attempt, as the system's stack needs it."""

    link_errors: tuple[type[Exception], ...] = LINK_ERRORS

    def __init__(
        self,
        clock: Clock,
        backend: Backend | None,
        known: Mapping[str, Family],
        lock: asyncio.Lock | None = None,
    ) -> None:
        self._clock = clock
        self._backend = backend
        self._known = known
        self._lock = lock or asyncio.Lock()

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

    def explained(self, error: Exception, sensor: FoundSensor) -> SensorError:
        """Why a link failed."""
        return connect_error(error, sensor)

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


class LinkManager(SensorManager):
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
    adapter
        The lock around every scan and every attempt to connect, shared by all who use the same adapter.
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
        adapter: asyncio.Lock | None = None,
    ) -> None:
        known = families()
        super().__init__(
            clock,
            BleakRadio(clock, backend, known, adapter),
            known,
            timing or LinkTiming(),
            on_notification=on_notification,
            on_link=on_link,
            on_ready=on_ready,
        )
