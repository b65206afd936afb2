"""What all virtual sensors share: bumble device, advertising, sampling by the clock, connection events."""

import asyncio
import contextlib
import math
import random
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import numpy as np
from bumble.controller import Controller
from bumble.core import AdvertisingData, BaseBumbleError
from bumble.device import Connection, Device, DeviceConfiguration, ObjectLookupError
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import HCI_CONNECTION_TIMEOUT_ERROR, Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink
from numpy.typing import NDArray

from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.simulate.peripherals.options import RadioOptions
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.wire import sig

Properties = Characteristic.Properties
ADVERTISING_MS = 20.0
"""A virtual link is never crowded: advertise often, so that tests are fast (firmware: 100 ms)."""
REBOOT_S = 1.0
NO_PUBLIC_ADDRESS = Address("00:00:00:00:00:00", Address.PUBLIC_DEVICE_ADDRESS)


class LatePacketsDropped:
    """Between controller and host: what arrives for a link or a question that is gone is no error.

    On the virtual link every packet is a callback of its own, so some arrive after the disconnect.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def on_packet(self, packet: bytes) -> None:
        """Hand a packet to the host."""
        with contextlib.suppress(ObjectLookupError, asyncio.InvalidStateError):
            self._host.on_packet(packet)


def device_on(link: LocalLink, name: str, address: str) -> tuple[Device, Controller]:
    """A bumble device with a controller of its own on the link."""
    controller = Controller(name, link=link, public_address=NO_PUBLIC_ADDRESS)
    controller.le_acl_data_packet_length = 251  # data length extension, as any Bluetooth 4.2+ controller has
    host = Host(controller, AsyncPipeSink(controller))
    controller.set_packet_sink(LatePacketsDropped(host))
    config = DeviceConfiguration(
        name=name,
        address=Address(address),
        advertising_interval_min=ADVERTISING_MS,
        advertising_interval_max=ADVERTISING_MS,
    )
    return Device(config=config, host=host), controller


class Peripheral(ABC):
    """One virtual sensor.

    It samples from the session's start whether or not anyone listens; samples taken while nobody does are
    lost, as with a real sensor.
    """

    family: str
    default_name: str
    default_firmware = "1.0.0"

    def __init__(
        self, index: int, signals: SensorSignals | None, options: RadioOptions, time: SessionTime
    ) -> None:
        self.signals = signals
        self.options = options
        self.address = f"F0:F1:F2:F3:F4:{0x10 + index:02X}"
        self._index = index
        self.serial = options.serial or self.usual_serial()
        self.name = options.name or self.usual_name()
        self.streaming = False
        self._streams_since_s = 0.0
        self.started = asyncio.Event()  # first start command
        self.sent = 0  # samples given to the radio
        self.connections = 0
        self.cuts = 0  # that hit an open link
        self.sampled = asyncio.Event()  # every sample has been taken
        self.lateness_s: deque[float] = deque(maxlen=100_000)  # of each packet, the simulation's own
        self._time = time
        self._next = 0  # index of the next sample
        self._origin = 0  # index of the first sample after the last boot
        self._queue: deque[tuple[float, int, bytes]] = deque()  # session time, samples, packet
        self._packets = 0
        self._flushed = False  # anything since the last start command
        self._dead = False
        self._random = random.Random(options.seed)  # noqa: S311
        self._failures: list[BaseException] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._connection: Connection | None = None
        self._device: Device | None = None
        self._stamps_us: Integers = (
            np.empty(0, dtype=np.int64)
            if signals is None
            else np.rint(signals.t_device_s * 1e6).astype(np.int64)
        )

    # What a family says ------------------------------------------------------------------------------------
    @property
    @abstractmethod
    def data(self) -> "Characteristic[bytes]":
        """The characteristic that carries samples."""

    @property
    @abstractmethod
    def block(self) -> int:
        """Samples in a packet."""

    @abstractmethod
    def services(self) -> list[Service]:
        """GATT services."""

    @abstractmethod
    def encode(self, start: int, stop: int) -> list[bytes]:
        """Notifications that carry samples start to stop (exclusive)."""

    @abstractmethod
    def advertisement(self) -> list[tuple[int, bytes]]:
        """Advertising data beside the flags and the name."""

    def usual_name(self) -> str:
        """The family's usual advertised name."""
        return self.default_name

    def usual_serial(self) -> str:
        """A serial number in the family's way."""
        return f"{self.family.upper()}{self._index + 1:05d}"

    def prepare(self, device: Device) -> None:  # noqa: B027
        """Set up what is special about the family's firmware."""

    # Life --------------------------------------------------------------------------------------------------
    async def power_on(self, link: LocalLink) -> None:
        """Come into range and advertise."""
        device, _ = device_on(link, self.name, self.address)
        self._device = device
        device.add_services(self.services())
        self.prepare(device)
        # The virtual link knows no scan requests: the name goes with the advertisement.
        fields = [(AdvertisingData.FLAGS, b"\x06"), *self.advertisement()]
        fields.append((AdvertisingData.COMPLETE_LOCAL_NAME, self.name.encode()))
        device.advertising_data = bytes(AdvertisingData([(kind, value) for kind, value in fields]))
        device.on("connection", self._on_connection)
        await device.power_on()
        await device.start_advertising()
        if self.signals is not None:
            self.spawn(self._sample())
            self.spawn(self._trouble())
            if self.options.connection_interval_ms:
                self.spawn(self._connection_events())

    async def power_off(self) -> None:
        """Go out of range."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._device is not None:
            await self._device.stop_advertising()
            await self._device.power_off()
        for error in self._failures:
            raise error

    def begin_streaming(self) -> None:
        """A start command came; what waited from before is old."""
        if self.options.asleep:
            return
        self._queue.clear()
        self._flushed = False
        self.streaming = True
        self._streams_since_s = self._time.elapsed_s()
        self.started.set()

    def end_streaming(self) -> None:
        """A stop command came, or the link is gone."""
        self.streaming = False
        self._queue.clear()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside; ends with the sensor."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    async def notify(self, characteristic: "Characteristic[bytes]", payload: bytes) -> None:
        """Send a notification to the connected host, if it has subscribed."""
        if self._connection is not None and self._device is not None:
            await self._device.notify_subscriber(self._connection, characteristic, payload)

    def indicate(self, characteristic: "Characteristic[bytes]", payload: bytes) -> None:
        """Send an indication, without waiting for its confirmation."""
        if self._connection is not None and self._device is not None:
            self.spawn(self._device.indicate_subscriber(self._connection, characteristic, payload))

    @property
    def period_s(self) -> float:
        """Nominal sample period."""
        return 1.0 / self.rate_hz

    @property
    def rate_hz(self) -> float:
        """The rate that the sensor claims."""
        if self.options.claimed_rate_hz is not None:
            return self.options.claimed_rate_hz
        return 100.0 if self.signals is None else self.signals.rate_hz

    def stamp_us(self, index: int) -> int:
        """The sensor's clock at a sample, counted from its last boot on."""
        origin = 0 if self._origin == 0 else int(self._stamps_us[self._origin])
        return int(self._stamps_us[index]) - origin

    def count(self, index: int) -> int:
        """Samples since the last boot."""
        return index - self._origin

    def now_us(self) -> int:
        """The sensor's clock now, by the signals' clock error."""
        if self.signals is None or len(self.signals.t_true_s) < 2:
            return self._time.now_ns() // 1000
        now_s = self._time.elapsed_s()
        device_s = float(np.interp(now_s, self.signals.t_true_s, self.signals.t_device_s))
        return int(device_s * 1e6)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, BaseBumbleError | TimeoutError):
            self._failures.append(error)  # a link that went away meanwhile is no failure

    async def finished(self) -> None:
        """Wait until every sample has been taken and what can be sent has been."""
        if self.signals is None:
            return
        await self.sampled.wait()
        while self._queue and self.streaming:
            await self._time.sleep(0.02)

    # Sampling and sending ----------------------------------------------------------------------------------
    async def _sample(self) -> None:
        signals = self.signals
        assert signals is not None  # only called with signals
        await self._time.begun.wait()
        times_s = signals.t_true_s
        while self._next + self.block <= len(times_s):
            start, stop = self._next, self._next + self.block
            await self._time.sleep_until(float(times_s[stop - 1]))
            if start != self._next:
                continue  # a reboot skipped samples meanwhile
            self._next = stop
            if self.streaming and not self._muted():
                self.lateness_s.append(self._time.elapsed_s() - float(times_s[stop - 1]))
                self._offer(float(times_s[stop - 1]), stop - start, self.encode(start, stop))
                if not self.options.connection_interval_ms:
                    await self._flush()
        self.sampled.set()

    def _offer(self, now_s: float, samples: int, packets: Sequence[bytes]) -> None:
        for i, packet in enumerate(packets):
            self._queue.append((now_s, samples if i == 0 else 0, packet))
        self._packets += 1
        if self.options.garbage_every and self._packets % self.options.garbage_every == 0:
            self._queue.append((now_s, 0, self._random.randbytes(self._random.randint(1, 24))))
        while self._queue and self._queue[0][0] < now_s - self.options.buffer_s:
            self._queue.popleft()

    async def _connection_events(self) -> None:
        interval_s = self.options.connection_interval_ms / 1000.0
        await self._time.begun.wait()
        event_s = interval_s * self._random.random()
        while True:
            await self._time.sleep_until(event_s)
            if self._random.random() >= self.options.event_loss:
                await self._flush()
            behind = math.floor((self._time.elapsed_s() - event_s) / interval_s)
            event_s += interval_s * max(behind, 1)

    async def _flush(self) -> None:
        while self._queue and self.streaming:
            self._flushed = True
            _, samples, packet = self._queue.popleft()
            self.sent += samples
            await self.notify(self.data, packet)

    def _muted(self) -> bool:
        now_s = self._time.elapsed_s()
        return any(start <= now_s < end for start, end in self.options.mute_at_s)

    # Troubles ----------------------------------------------------------------------------------------------
    async def _trouble(self) -> None:
        """Cuts, reboots and death in the order of their times."""
        happenings: list[tuple[float, Callable[[], Coroutine[Any, Any, None]]]] = [
            *((t, self._cut) for t in self.options.cut_at_s),
            *((t, self._reboot) for t in self.options.restart_at_s),
        ]
        if self.options.dies_at_s is not None:
            happenings.append((self.options.dies_at_s, self._die))
        await self._time.begun.wait()
        for t_s, happen in sorted(happenings, key=lambda entry: entry[0]):
            await self._time.sleep_until(t_s)
            await self._data_flows()
            await happen()

    async def _data_flows(self) -> None:
        """Wait until the link is up and has carried something: trouble is to strike a running stream."""
        while not (self.streaming and self._flushed and self._held()) and not self.sampled.is_set():
            await self._time.sleep(0.02)

    def _held(self) -> bool:
        return self._time.elapsed_s() - self._streams_since_s >= self.options.holds_s

    async def _cut(self) -> None:
        self.end_streaming()
        if self._connection is not None:
            self.cuts += 1
            await self._connection.disconnect(HCI_CONNECTION_TIMEOUT_ERROR)

    async def _reboot(self) -> None:
        await self._cut()
        signals = self.signals
        assert signals is not None  # only called with signals
        awake_s = self._time.elapsed_s() + REBOOT_S
        self._next = int(np.searchsorted(signals.t_true_s, awake_s))
        self._origin = min(self._next, len(self._stamps_us) - 1)

    async def _die(self) -> None:
        self._dead = True
        await self._cut()

    def _on_connection(self, connection: Connection) -> None:
        self.connections += 1
        self._connection = connection
        connection.on("disconnection", self._on_disconnection)
        if self.options.refuses:
            self.spawn(connection.disconnect(HCI_CONNECTION_TIMEOUT_ERROR))

    def _on_disconnection(self, _: int) -> None:
        self._connection = None
        self.end_streaming()
        if not self._dead:
            self.spawn(self._advertise_again())

    async def _advertise_again(self) -> None:
        if self.options.away_s and self._time.begun.is_set():
            await self._time.sleep(self.options.away_s)
        if self._device is not None:
            await self._device.start_advertising()


def to_counts(values: Floats, scale: float) -> NDArray[np.int16]:
    """Values as a 16-bit part reports them."""
    return np.clip(np.rint(values / scale), -32768, 32767).astype(np.int16)


def readable(uuid: str, value: bytes) -> "Characteristic[bytes]":
    """A characteristic with a constant value."""
    return Characteristic(uuid, Properties.READ, Characteristic.READABLE, value)


def notifying(uuid: str) -> "Characteristic[bytes]":
    """A characteristic that only notifies."""
    return Characteristic(uuid, Properties.NOTIFY, Characteristic.READABLE, b"")


def writable(
    uuid: str,
    properties: Characteristic.Properties,
    write: Callable[[bytes], None] | Callable[[bytes], Coroutine[Any, Any, None]],
) -> "Characteristic[bytes]":
    """A characteristic whose writes are handed on."""

    def written(_: Connection, value: bytes) -> Any:
        return write(bytes(value))

    value = CharacteristicValue(read=lambda _: b"", write=written)
    return Characteristic(uuid, properties, Characteristic.READABLE | Characteristic.WRITEABLE, value)


def battery_service(percent: int) -> Service:
    """The standard battery service."""
    level = Characteristic(
        sig.BATTERY_LEVEL, Properties.READ | Properties.NOTIFY, Characteristic.READABLE, bytes([percent])
    )
    return Service(sig.BATTERY_SERVICE, [level])


def device_information(manufacturer: str, serial: str, firmware: str) -> Service:
    """The standard device information service."""
    return Service(
        sig.DEVICE_INFORMATION_SERVICE,
        [
            readable(sig.MANUFACTURER_NAME, manufacturer.encode()),
            readable(sig.SERIAL_NUMBER, serial.encode()),
            readable(sig.FIRMWARE_REVISION, firmware.encode()),
        ],
    )


def service_uuid_field(uuid: str) -> tuple[int, bytes]:
    """Advertising field of one 128-bit service."""
    return (
        AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
        bytes.fromhex(uuid.replace("-", ""))[::-1],
    )
