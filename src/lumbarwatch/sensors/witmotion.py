"""WitMotion BLE 5.0: no time stamp, no counter; acceleration and rate only, never its Euler angles."""

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, SensorInfo
from lumbarwatch.sensors.base import JSON, DecodeError, Decoder, Driver, GattClient, SensorError, make_batch
from lumbarwatch.sensors.fields import number, text
from lumbarwatch.wire import witmotion as wire

FAMILY = "witmotion"
WANTED_RATE = 9
"""Register value of 100 Hz, the fastest rate all current models know."""
SLOWEST_USABLE_HZ = 50.0
"""Slower than this, a dropped eccentric passes between samples (convention)."""
HALF_FRAME_S = 0.3
"""A half frame older than this was left over by a lost link (convention; frames come every 5 to 20 ms)."""
READS = 3
"""Tries for a register: the answer can be split over two notifications or lost."""
READ_TIMEOUT_S = 0.8


class WitMotionDecoder(Decoder):
    """Frames to batches. ``description``: rate_hz, serial. Times are for the timebase to find."""

    def __init__(self, description: Mapping[str, JSON]) -> None:
        self._info = SensorInfo(
            nominal_rate_hz=number(description, "rate_hz"),
            gyr_range_radps=wire.GYR_SCALE_RADPS * 32767,
            acc_range_mps2=wire.ACC_SCALE_MPS2 * 32767,
            serial=text(description, "serial"),
            family=FAMILY,
        )
        self._stream = wire.FrameStream()
        self._last_ns: int | None = None
        self._kept: list[wire.MotionFrame] = []  # whole frames beside bytes that were refused

    @property
    def info(self) -> SensorInfo:
        """Ranges and rate; neither counter nor clock."""
        return self._info

    def decode(self, notification: RawNotification) -> list[ImuBatch]:
        """Samples of the frames that this notification completes.

        Bytes that belong to no frame are told at once; frames beside them come with the next notification.
        """
        if notification.characteristic != wire.NOTIFY:
            return []
        since_ns = 0 if self._last_ns is None else notification.t_arrival_ns - self._last_ns
        self._last_ns = notification.t_arrival_ns
        if since_ns > HALF_FRAME_S * NS_PER_S:
            self._stream.clear()
        frames, thrown = self._stream.feed(notification.payload)
        motion = [frame for frame in frames if isinstance(frame, wire.MotionFrame)]
        if thrown and not self._kept:
            self._kept = motion
            raise DecodeError(f"WitMotion stream: {thrown} bytes belong to no frame")
        motion, self._kept = self._kept + motion, []
        if not motion:
            return []
        acc = np.array([frame.acc for frame in motion], dtype=np.float64) * wire.ACC_SCALE_MPS2
        gyr = np.array([frame.gyr for frame in motion], dtype=np.float64) * wire.GYR_SCALE_RADPS
        return [make_batch(notification, gyr_radps=gyr, acc_mps2=acc)]


class WitMotionDriver(Driver):
    """WitMotion on the link."""

    family: ClassVar[str] = FAMILY
    notify_characteristics: ClassVar[tuple[str, ...]] = (wire.NOTIFY,)
    has_counter_or_clock: ClassVar[bool] = False

    def new_decoder(self, description: Mapping[str, JSON]) -> Decoder:
        """A decoder for a description."""
        return WitMotionDecoder(description)

    async def start(self, client: GattClient) -> None:
        """Set rate and six-axis algorithm where they differ, and believe what is read back.

        Nothing is saved on the sensor: after a power cycle it is as its owner left it.
        """
        await self._set(client, wire.Register.ALGORITHM, wire.Algorithm.SIX_AXES)
        code = await self._set(client, wire.Register.RATE, WANTED_RATE)
        rate_hz = wire.RATE_CODES.get(code, 0.0)
        if rate_hz < SLOWEST_USABLE_HZ:
            raise SensorError(
                LinkReason.RATE_LOW,
                f"The WitMotion sensor sends {rate_hz:g} samples a second and can't be set to "
                f"{wire.RATE_CODES[WANTED_RATE]:g}: set its rate with the vendor's app.",
            )
        self._describe({"rate_hz": rate_hz, "serial": ""})

    async def stop(self, client: GattClient) -> None:
        """Nothing: it streams for as long as someone is subscribed."""

    async def battery_percent(self, client: GattClient) -> int | None:
        """Charge by the vendor's voltage table."""
        value = await _read_register(client, wire.Register.BATTERY)
        return None if value is None or value <= 0 else wire.battery_percent(value)

    def samples_in(self, characteristic: str, payload: bytes) -> int:
        """Frames in the notification, roughly; answers are none."""
        if characteristic != wire.NOTIFY or payload.startswith(wire.REGISTER_HEADER):
            return 0
        return max(1, len(payload) // wire.FRAME_BYTES)

    async def _set(self, client: GattClient, register: wire.Register, wanted: int) -> int:
        """Set a register unless it is as wanted; returns what the sensor then says."""
        if await _read_register(client, register) == wanted:
            return wanted
        await client.write(wire.WRITE, wire.UNLOCK)
        await client.write(wire.WRITE, wire.write_command(register, wanted))
        found = await _read_register(client, register)
        if found is None:
            raise SensorError(
                LinkReason.WRONG_FIRMWARE,
                "The WitMotion sensor does not answer when its settings are read: update its firmware "
                "with the vendor's app, or use a BLE 5.0 model.",
            )
        return found


async def _read_register(client: GattClient, register: int) -> int | None:
    def answers(characteristic: str, payload: bytes) -> bool:
        return characteristic == wire.NOTIFY and wire.register_in(payload, register) is not None

    for _ in range(READS):
        try:
            command = wire.read_command(register)
            return wire.register_in(await client.ask(wire.WRITE, command, answers, READ_TIMEOUT_S), register)
        except TimeoutError:
            continue
    return None
