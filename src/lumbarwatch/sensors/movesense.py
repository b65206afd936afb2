"""Movesense over its GATT Sensor Data Protocol: IMU6 blocks with a millisecond stamp, often in two parts."""

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, SensorInfo
from lumbarwatch.sensors.base import JSON, DecodeError, Decoder, Driver, GattClient, SensorError, make_batch
from lumbarwatch.sensors.block_clock import BlockClock
from lumbarwatch.sensors.fields import number, text
from lumbarwatch.sensors.repeats import Repeats
from lumbarwatch.wire import movesense as wire

FAMILY = "movesense"
RATE_HZ = 104
PACKETS_PER_S = 13.0
"""The sensor gathers blocks so that about 13 leave a second (4 samples at 52 Hz, 8 at 104 Hz)."""
STREAM_REFERENCE = 1
HELLO_REFERENCE = 2
BATTERY_REFERENCE = 3
ASIDE_TIMEOUT_S = 1.0
"""For questions on which the stream does not depend (convention): some firmware never answers them."""
GYR_RANGE_RADPS = math.radians(2000)
ACC_RANGE_MPS2 = 8 * 9.80665
"""Ranges after power-on (device library, meas/acc.yaml and gyro.yaml)."""

_NS_PER_MS = 1_000_000
_CLOCK_MODULO_NS = wire.CLOCK_MODULO_MS * _NS_PER_MS


class MovesenseDecoder(Decoder):
    """Data notifications to batches. ``description``: rate_hz, serial."""

    def __init__(self, description: Mapping[str, JSON]) -> None:
        rate_hz = number(description, "rate_hz")
        self._info = SensorInfo(
            nominal_rate_hz=rate_hz,
            clock_modulo_ns=_CLOCK_MODULO_NS,
            gyr_range_radps=GYR_RANGE_RADPS,
            acc_range_mps2=ACC_RANGE_MPS2,
            serial=text(description, "serial"),
            family=FAMILY,
        )
        self._clock = BlockClock(round(NS_PER_S / rate_hz), _CLOCK_MODULO_NS)
        self._repeats = Repeats()
        self._first: bytes | None = None
        self._last_second = b""
        self._last_ms: int | None = None
        self._last_n = 0

    @property
    def info(self) -> SensorInfo:
        """Ranges, clock and rate; no counter."""
        return self._info

    def decode(self, notification: RawNotification) -> list[ImuBatch]:
        """Samples of a block, once both its parts are there."""
        if notification.characteristic != wire.NOTIFY or notification.payload[:1] == b"\x01":
            return []
        part = wire.DataPart.from_bytes(notification.payload)
        if part.reference != STREAM_REFERENCE:
            return []
        block = self._second(part) if part.second else self._begin(part)
        return [] if block is None else [self._batch(notification, wire.Imu6Block.from_bytes(block))]

    def _begin(self, part: wire.DataPart) -> bytes | None:
        """A whole block, or None for a first half, which is kept, and for a repeat."""
        if self._repeats.seen(part.payload):
            return None
        torn = self._first is not None
        self._first = None
        if wire.is_block(part.payload):
            return part.payload
        if len(part.payload) < wire.SENSOR_MTU - 5:
            raise DecodeError(f"Movesense: {len(part.payload)} bytes are neither a block nor a first half")
        self._first = part.payload
        if torn:
            raise DecodeError("Movesense: a block's second half is missing")
        return None

    def _second(self, part: wire.DataPart) -> bytes | None:
        """The joined block, or None for the repeat of a half that is joined already."""
        if self._first is None:
            if part.payload == self._last_second:
                return None
            raise DecodeError("Movesense: a block's first half is missing")
        block, self._first, self._last_second = self._first + part.payload, None, part.payload
        return block

    def _batch(self, notification: RawNotification, block: wire.Imu6Block) -> ImuBatch:
        first_ns = block.t_ms * _NS_PER_MS
        n = len(block.acc_mps2)
        if self._last_ms is None or 0 < (block.t_ms - self._last_ms) % wire.CLOCK_MODULO_MS < 1 << 31:
            self._clock.observe(first_ns, self._last_n)  # a block from before says nothing new
            self._last_ms, self._last_n = block.t_ms, n
        return make_batch(
            notification,
            gyr_radps=np.radians(block.gyr_dps.astype(np.float64)),
            acc_mps2=block.acc_mps2.astype(np.float64),
            t_device_ns=self._clock.spread(first_ns, n),
        )


class MovesenseDriver(Driver):
    """Movesense on the link."""

    family: ClassVar[str] = FAMILY
    notify_characteristics: ClassVar[tuple[str, ...]] = (wire.NOTIFY,)

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        super().__init__()
        self._rate_hz = rate_hz
        self._hello: wire.Hello | None = None
        self._greeted = (
            False  # who does not answer once is not asked again: a reconnect is not to wait for it
        )
        self._tells_battery = True

    def new_decoder(self, description: Mapping[str, JSON]) -> Decoder:
        """A decoder for a description."""
        return MovesenseDecoder(description)

    async def start(self, client: GattClient) -> None:
        """Subscribe to the IMU6 resource; subscriptions do not outlive a link.

        Some firmware answers by the first data only, so silence alone and a refusal are failures.
        """
        hello = await self._who(client)
        self._describe({"rate_hz": float(self._rate_hz), "serial": "" if hello is None else hello.serial})
        command = wire.Command.subscribe(STREAM_REFERENCE, wire.imu6_path(self._rate_hz))
        try:
            status = await _subscribed(client, command)
        except TimeoutError as error:
            raise SensorError(
                LinkReason.ASLEEP,
                "The Movesense sensor neither answers nor sends data: snap it out of its strap and in again.",
            ) from error
        if not wire.HTTP_OK <= status < 300:
            raise SensorError(
                LinkReason.WRONG_FIRMWARE,
                f"The Movesense sensor refuses to stream at {self._rate_hz} Hz (status {status}): "
                "update its firmware with the vendor's Showcase app.",
            )

    async def stop(self, client: GattClient) -> None:
        """Unsubscribe; not every firmware answers, so no answer is awaited."""
        await client.write(wire.WRITE, bytes(wire.Command(wire.Code.UNSUBSCRIBE, STREAM_REFERENCE)))

    async def battery_percent(self, client: GattClient) -> int | None:
        """The standard service where there is one, else the sensor's own resource (newer firmware)."""
        standard = await super().battery_percent(client)
        if standard is not None or not self._tells_battery:
            return standard
        try:
            result = await _result(client, wire.Command.get(BATTERY_REFERENCE, wire.BATTERY_PATH))
        except TimeoutError:
            self._tells_battery = False
            return None
        known = result.status == wire.HTTP_OK and result.value and result.value[0] <= 100
        return result.value[0] if known else None

    async def firmware(self, client: GattClient) -> str | None:
        """Version of the app that speaks the protocol."""
        hello = await self._who(client)
        return None if hello is None else hello.version or None

    async def serial(self, client: GattClient) -> str | None:
        """Serial number, as printed on the sensor."""
        hello = await self._who(client)
        return None if hello is None else hello.serial or None

    def samples_in(self, characteristic: str, payload: bytes) -> int:
        """Samples of a block, counted with its first notification."""
        if characteristic != wire.NOTIFY or payload[:1] != bytes([wire.Answer.DATA]):
            return 0
        return max(1, round(self._rate_hz / PACKETS_PER_S))

    @property
    def packet_s(self) -> float:
        """A block's length."""
        return 1.0 / PACKETS_PER_S

    async def _who(self, client: GattClient) -> wire.Hello | None:
        """The answer to HELLO, asked for once; None where there is none or an unknown one."""
        if not self._greeted:
            self._hello = await _hello(client)
            self._greeted = True
        return self._hello


async def _subscribed(client: GattClient, command: wire.Command) -> int:
    """Status of a subscription; its first data say that it is well."""
    result = bytes([wire.Answer.RESULT, command.reference])
    data = bytes([wire.Answer.DATA, command.reference])

    def answers(characteristic: str, payload: bytes) -> bool:
        return characteristic == wire.NOTIFY and payload[:2] in (result, data)

    answer = await client.ask(wire.WRITE, bytes(command), answers)
    return wire.HTTP_OK if answer[:2] == data else wire.Result.from_bytes(answer).status


async def _result(client: GattClient, command: wire.Command) -> wire.Result:
    wanted = bytes([wire.Answer.RESULT, command.reference])

    def answers(characteristic: str, payload: bytes) -> bool:
        return characteristic == wire.NOTIFY and payload[:2] == wanted

    return wire.Result.from_bytes(await client.ask(wire.WRITE, bytes(command), answers, ASIDE_TIMEOUT_S))


async def _hello(client: GattClient) -> wire.Hello | None:
    command = wire.Command(wire.Code.HELLO, HELLO_REFERENCE)
    wanted = bytes([wire.Answer.RESULT, HELLO_REFERENCE])

    def answers(characteristic: str, payload: bytes) -> bool:
        return characteristic == wire.NOTIFY and payload[:2] == wanted

    try:
        return wire.Hello.from_bytes(await client.ask(wire.WRITE, bytes(command), answers, ASIDE_TIMEOUT_S))
    except (TimeoutError, DecodeError):
        return None  # other firmware answers otherwise; the stream does not depend on it
