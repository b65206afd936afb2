"""bleak's client and scanner over a bumble device: the program's own Bluetooth code runs unchanged on it."""

# bumble's attribute proxies are generic without saying of what.
# pyright: reportUnknownMemberType=false

import asyncio
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from bumble import core
from bumble.att import ATT_Error
from bumble.controller import Controller
from bumble.core import AdvertisingData, BaseBumbleError
from bumble.device import Advertisement, Connection, Device, Peer
from bumble.gatt_client import CharacteristicProxy
from bumble.hci import Address

Backend: TypeAlias = tuple[type[BaseBleakClient], type[BaseBleakScanner]]
T = TypeVar("T")

MTU = 517
"""What BlueZ negotiates."""

_PROPERTIES: tuple[tuple[int, CharacteristicPropertyName], ...] = (
    (0x02, "read"),
    (0x04, "write-without-response"),
    (0x08, "write"),
    (0x10, "notify"),
    (0x20, "indicate"),
)


def make_backend(
    central: Device, controller: Controller, rssi_dbm: Mapping[str, int], *, doubles: bool = False
) -> Backend:
    """Client and scanner class bound to one virtual adapter.

    ``rssi_dbm`` by address. ``doubles``: deliver each notification n times on a sensor's n-th connection, as
    BlueZ does with StartNotify.
    """
    connections: Counter[str] = Counter()

    class Client(VirtualBleakClient):
        adapter = central
        adapter_controller = controller
        connection_counts = connections
        doubling = doubles

    class Scanner(VirtualBleakScanner):
        adapter = central
        strengths = rssi_dbm

    return Client, Scanner


def _uuid(value: core.UUID) -> str:
    return str(uuid.UUID(bytes=value.to_bytes(force_128=True)[::-1]))


class VirtualBleakScanner(BaseBleakScanner):
    """Scans the virtual link."""

    adapter: Device
    strengths: Mapping[str, int]

    def __init__(
        self,
        detection_callback: Any = None,
        service_uuids: list[str] | None = None,
        scanning_mode: str = "active",
        **_: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)
        self._active = scanning_mode == "active"

    async def start(self) -> None:
        """Start scanning."""
        if self.adapter.is_scanning:
            raise BleakError("[org.bluez.Error.InProgress] another scan runs")
        self.seen_devices = {}
        self.adapter.on("advertisement", self._heard)
        await self.adapter.start_scanning(active=self._active)

    async def stop(self) -> None:
        """Stop scanning."""
        self.adapter.remove_listener("advertisement", self._heard)
        await self.adapter.stop_scanning()

    def _heard(self, advertisement: Advertisement) -> None:
        data = self._data(advertisement)
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = str(advertisement.address).removesuffix("/P")
        device = self.create_or_update_device(address, address, data.local_name, advertisement.address, data)
        self.call_detection_callbacks(device, data)

    def _data(self, advertisement: Advertisement) -> AdvertisementData:
        names: list[str] = []
        services: list[str] = []
        companies: dict[int, bytes] = {}
        for kind, value in advertisement.data.ad_structures:
            if kind == AdvertisingData.COMPLETE_LOCAL_NAME:
                names.append(value.decode())
            elif kind == AdvertisingData.MANUFACTURER_SPECIFIC_DATA:
                companies[int.from_bytes(value[:2], "little")] = value[2:]
            elif kind == AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS:
                services.append(str(uuid.UUID(bytes=value[::-1])))
            elif kind == AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS:
                services.append(_uuid(core.UUID.from_bytes(value)))
        strength = self.strengths.get(str(advertisement.address).removesuffix("/P"), advertisement.rssi)
        return AdvertisementData(
            local_name=names[0] if names else None,
            manufacturer_data=companies,
            service_data={},
            service_uuids=services,
            tx_power=None,
            rssi=strength,
            platform_data=(),
        )


class VirtualBleakClient(BaseBleakClient):
    """Connects over the virtual link."""

    adapter: Device
    adapter_controller: Controller
    connection_counts: "Counter[str]"
    doubling: bool

    def __init__(self, address_or_ble_device: BLEDevice | str, **kwargs: Any) -> None:
        super().__init__(address_or_ble_device, **kwargs)
        self._connection: Connection | None = None
        self._peer: Peer | None = None
        self._callbacks: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """The address: the virtual link remembers no names."""
        return self.address

    @property
    def mtu_size(self) -> int:
        """The negotiated ATT MTU."""
        return 23 if self._connection is None else self._connection.att_mtu

    @property
    def is_connected(self) -> bool:
        """Whether the link is up."""
        return self._connection is not None

    async def connect(self, pair: bool, **kwargs: Any) -> None:  # noqa: ARG002
        """Connect, exchange the MTU and discover everything."""
        if self.is_connected:
            raise BleakError("Client is already connected")
        connection = await self._link_up()
        connection.on("disconnection", self._on_disconnection)
        self._connection = connection
        self.connection_counts[self.address] += 1
        self._peer = peer = Peer(connection)
        try:
            await self._guarded(peer.request_mtu(MTU))
            await self._guarded(peer.discover_all())
        except BaseException:  # called off as well: a half-made connection must not stay
            await self.disconnect()
            raise
        self.services = self._collected(peer)

    async def disconnect(self) -> None:
        """Disconnect; the callback fires for it too, as with BlueZ."""
        if self._connection is not None:
            await self._guarded(self._connection.disconnect())

    async def pair(self, *args: Any, **kwargs: Any) -> None:
        """Not on a virtual link."""
        raise NotImplementedError

    async def unpair(self) -> None:
        """Not on a virtual link."""
        raise NotImplementedError

    async def read_gatt_char(
        self,
        characteristic: BleakGATTCharacteristic,
        *,
        use_cached: bool = False,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> bytearray:
        """Read a value."""
        return bytearray(await self._guarded(self._linked().read_value(characteristic.obj)))

    async def read_gatt_descriptor(
        self,
        descriptor: BleakGATTDescriptor,
        *,
        use_cached: bool = False,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> bytearray:
        """Read a descriptor."""
        return bytearray(await self._guarded(self._linked().read_value(descriptor.handle)))

    async def write_gatt_char(
        self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool
    ) -> None:
        """Write a value."""
        await self._guarded(self._linked().write_value(characteristic.obj, bytes(data), response))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Write a descriptor."""
        await self._guarded(self._linked().write_value(descriptor.handle, bytes(data), with_response=True))

    async def start_notify(
        self, characteristic: BleakGATTCharacteristic, callback: Callable[[bytearray], None], **kwargs: Any
    ) -> None:
        """Subscribe."""
        start_notify = kwargs.get("bluez", {}).get("use_start_notify", True)
        times = self.connection_counts[self.address] if self.doubling and start_notify else 1

        def heard(value: bytes) -> None:
            for _ in range(times):
                callback(bytearray(value))

        self._callbacks[characteristic.handle] = heard
        await self._guarded(self._linked().subscribe(characteristic.obj, heard))

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Unsubscribe."""
        callback = self._callbacks.pop(characteristic.handle, None)
        await self._guarded(self._linked().unsubscribe(characteristic.obj, callback))

    async def _link_up(self) -> Connection:
        try:
            return await asyncio.wait_for(
                self.adapter.connect(Address(self.address), timeout=None), self._timeout
            )
        except BaseBumbleError as error:
            raise BleakDeviceNotFoundError(self.address, str(error)) from error
        finally:
            # The virtual controller can't cancel: without this it would still connect, much later.
            self.adapter_controller.pending_le_connection = None

    def _linked(self) -> Peer:
        if self._peer is None or self._connection is None:
            raise BleakError("Not connected")
        return self._peer

    async def _guarded(self, work: Awaitable[T]) -> T:
        """Turn bumble's errors into bleak's; a request that dies with its link is cancelled inside bumble."""
        task = asyncio.current_task()
        cancelling = 0 if task is None else task.cancelling()
        try:
            return await work
        except ATT_Error as error:
            raise BleakGATTProtocolError(error.error_code) from error
        except (BaseBumbleError, TimeoutError) as error:
            raise BleakError(f"virtual link: {error}") from error
        except asyncio.CancelledError as error:
            if task is not None and task.cancelling() > cancelling:
                raise
            raise BleakError("failed, device disconnected") from error

    def _on_disconnection(self, _: int) -> None:
        self._connection = None
        if self._disconnected_callback is not None:
            self._disconnected_callback()

    def _collected(self, peer: Peer) -> BleakGATTServiceCollection:
        collection = BleakGATTServiceCollection()
        for service in peer.services:
            ours = BleakGATTService(service, service.handle, _uuid(service.uuid))
            collection.add_service(ours)
            for characteristic in service.characteristics:
                collection.add_characteristic(self._characteristic(characteristic, ours))
        return collection

    def _characteristic(
        self, found: "CharacteristicProxy[bytes]", service: BleakGATTService
    ) -> BleakGATTCharacteristic:
        characteristic = BleakGATTCharacteristic(
            found,
            found.handle,
            _uuid(found.uuid),
            [name for bit, name in _PROPERTIES if found.properties & bit],
            lambda: self.mtu_size - 3,
            service,
        )
        for descriptor in found.descriptors:
            characteristic.add_descriptor(
                BleakGATTDescriptor(descriptor, descriptor.handle, _uuid(descriptor.type), characteristic)
            )
        return characteristic
