"""Movella DOT: on-board orientation and rate at 60 Hz (payload mode 24), microsecond clock."""

import math
from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import ImuBatch, SensorInfo
from lumbarwatch.sensors.base import JSON, DecodeError, Decoder, Driver, GattClient, SensorError, make_batch
from lumbarwatch.sensors.fields import number, text
from lumbarwatch.sensors.repeats import Repeats
from lumbarwatch.wire import movella as wire

FAMILY = "movella"
RATE_HZ = 60
GYR_RANGE_RADPS = math.radians(2000)


class MovellaDecoder(Decoder):
    """Medium payloads to batches. ``description``: rate_hz, serial."""

    def __init__(self, description: Mapping[str, JSON]) -> None:
        self._info = SensorInfo(
            nominal_rate_hz=number(description, "rate_hz"),
            clock_modulo_ns=wire.CLOCK_MODULO_US * 1000,
            gyr_range_radps=GYR_RANGE_RADPS,
            serial=text(description, "serial"),
            family=FAMILY,
        )
        self._repeats = Repeats()

    @property
    def info(self) -> SensorInfo:
        """Clock and rate; no counter."""
        return self._info

    def decode(self, notification: RawNotification) -> list[ImuBatch]:
        """The sample of a medium payload; nothing for other characteristics and exact repeats."""
        if notification.characteristic != wire.MEDIUM_PAYLOAD:
            return []
        sample = wire.CustomMode3.from_bytes(notification.payload)
        if self._repeats.seen(notification.payload):
            return []
        return [
            make_batch(
                notification,
                gyr_radps=np.radians(np.array([sample.gyr_dps], dtype=np.float64)),
                quat_wxyz=np.array([sample.quat_wxyz], dtype=np.float64),
                t_device_ns=np.array([sample.t_us * 1000], dtype=np.int64),
            )
        ]


class MovellaDriver(Driver):
    """Movella DOT on the link."""

    family: ClassVar[str] = FAMILY
    has_light: ClassVar[bool] = True
    notify_characteristics: ClassVar[tuple[str, ...]] = (wire.MEDIUM_PAYLOAD,)

    def new_decoder(self, description: Mapping[str, JSON]) -> Decoder:
        """A decoder for a description."""
        return MovellaDecoder(description)

    async def start(self, client: GattClient) -> None:
        """Stop what may still run, set 60 Hz if it is not, and start payload mode 24."""
        await client.write(wire.MEASUREMENT_CONTROL, bytes(wire.MeasurementControl(start=False)))
        control = await _control(client)
        if control.rate_hz != RATE_HZ:
            wanted = wire.DeviceControl(visit=wire.Visit.OUTPUT_RATE, rate_hz=RATE_HZ, tag=control.tag)
            await client.write(wire.DEVICE_CONTROL, bytes(wanted))
            control = await _control(client)
        if control.rate_hz != RATE_HZ:
            raise SensorError(
                LinkReason.RATE_LOW,
                f"The Movella DOT is at {control.rate_hz} Hz and can't be set to {RATE_HZ}: stop its "
                "synchronisation in the vendor's app, or switch it off and on.",
            )
        self._describe({"rate_hz": float(RATE_HZ), "serial": await self.serial(client) or ""})
        await client.write(wire.MEASUREMENT_CONTROL, bytes(wire.MeasurementControl(start=True)))

    async def stop(self, client: GattClient) -> None:
        """Stop measuring."""
        await client.write(wire.MEASUREMENT_CONTROL, bytes(wire.MeasurementControl(start=False)))

    async def identify(self, client: GattClient) -> None:
        """Blink for a few seconds."""
        await client.write(
            wire.DEVICE_CONTROL, bytes(wire.DeviceControl(visit=wire.Visit.IDENTIFY, identify=1))
        )

    async def battery_percent(self, client: GattClient) -> int | None:
        """Charge from the sensor's own battery service."""
        if not client.has(wire.BATTERY):
            return None
        return wire.Battery.from_bytes(await client.read(wire.BATTERY)).percent

    async def firmware(self, client: GattClient) -> str | None:
        """Version of the firmware."""
        info = await _info(client)
        return None if info is None else ".".join(str(part) for part in info.version)

    async def serial(self, client: GattClient) -> str | None:
        """Serial number as hex, as printed on the sensor."""
        info = await _info(client)
        return None if info is None else f"{info.serial:X}"


async def _info(client: GattClient) -> wire.DeviceInfo | None:
    if not client.has(wire.DEVICE_INFO):
        return None
    return wire.DeviceInfo.from_bytes(await client.read(wire.DEVICE_INFO))


async def _control(client: GattClient) -> wire.DeviceControl:
    try:
        return wire.DeviceControl.from_bytes(await client.read(wire.DEVICE_CONTROL))
    except DecodeError as error:
        raise SensorError(LinkReason.WRONG_FIRMWARE) from error
