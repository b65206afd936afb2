"""A virtual Movella DOT."""

from dataclasses import replace

import numpy as np
from bumble.core import AdvertisingData
from bumble.gatt import Characteristic, CharacteristicValue, Service

from lumbarwatch.simulate.peripherals.base import Peripheral, Properties, notifying, readable
from lumbarwatch.simulate.peripherals.options import RadioOptions
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.wire import movella as wire
from lumbarwatch.wire.errors import DecodeError

FACTORY_RATE_HZ = 30
BUILT = (2024, 3, 1, 12, 0, 0)


class MovellaPeripheral(Peripheral):
    """DOT firmware as XD0506P says: payload mode 24 on the medium characteristic."""

    family = "movella"
    default_name = "Movella DOT"
    default_firmware = "2.4.0"

    def __init__(
        self, index: int, signals: SensorSignals | None, options: RadioOptions, time: SessionTime
    ) -> None:
        super().__init__(index, signals, options, time)
        self.control = wire.DeviceControl(rate_hz=FACTORY_RATE_HZ, tag=self.name.encode()[:16])
        self.identified = 0
        self._data = notifying(wire.MEDIUM_PAYLOAD)

    def usual_serial(self) -> str:
        """Hex, as printed on the sensor."""
        return f"{0xD422CD000000 + self._index + 1:X}"

    @property
    def data(self) -> "Characteristic[bytes]":
        """The medium payload."""
        return self._data

    @property
    def block(self) -> int:
        """One sample a notification."""
        return 1

    def services(self) -> list[Service]:
        """Configuration, measurement and battery."""
        version = (self.options.firmware or self.default_firmware).split(".")
        info = wire.DeviceInfo(
            bytes.fromhex(self.address.replace(":", "")),
            (int(version[0]), int(version[1]), int(version[2])),
            BUILT,
            7,
            int(self.serial, 16),
        )
        battery = wire.Battery(self.options.battery_percent, charging=False)
        control = CharacteristicValue(
            read=lambda _: bytes(self.control), write=lambda _, value: self._configure(bytes(value))
        )
        measure = CharacteristicValue(read=lambda _: b"", write=lambda _, value: self._measure(bytes(value)))
        access = Properties.READ | Properties.WRITE
        allowed = Characteristic.READABLE | Characteristic.WRITEABLE
        return [
            Service(
                wire.CONFIGURATION_SERVICE,
                [
                    readable(wire.DEVICE_INFO, bytes(info)),
                    Characteristic(wire.DEVICE_CONTROL, access, allowed, control),
                ],
            ),
            Service(
                wire.MEASUREMENT_SERVICE,
                [Characteristic(wire.MEASUREMENT_CONTROL, access, allowed, measure), self._data],
            ),
            Service(wire.BATTERY_SERVICE, [readable(wire.BATTERY, bytes(battery))]),
        ]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """The vendor's company identifier."""
        company = wire.COMPANY_ID.to_bytes(2, "little")
        return [(AdvertisingData.MANUFACTURER_SPECIFIC_DATA, company + bytes(6))]

    def encode(self, start: int, stop: int) -> list[bytes]:
        """A payload for each sample."""
        signals = self.signals
        assert signals is not None  # only sampled with signals
        return [self._sample_bytes(signals, index) for index in range(start, stop)]

    def _sample_bytes(self, signals: SensorSignals, index: int) -> bytes:
        w, x, y, z = (float(value) for value in signals.quat_wxyz[index])
        gx, gy, gz = (float(value) for value in np.degrees(signals.gyr_radps[index]))
        t_us = self.stamp_us(index) % wire.CLOCK_MODULO_US
        return bytes(wire.CustomMode3(t_us, (w, x, y, z), (gx, gy, gz)))

    def _configure(self, payload: bytes) -> None:
        try:
            wanted = wire.DeviceControl.from_bytes(payload)
        except DecodeError:
            return
        if wanted.visit & wire.Visit.IDENTIFY:
            self.identified += wanted.identify
        if wanted.visit & wire.Visit.OUTPUT_RATE and wanted.rate_hz in wire.RATES_HZ and not self.streaming:
            self.control = replace(self.control, rate_hz=wanted.rate_hz)

    def _measure(self, payload: bytes) -> None:
        try:
            wanted = wire.MeasurementControl.from_bytes(payload)
        except DecodeError:
            return
        if wanted.start and wanted.mode == wire.PayloadMode.CUSTOM_MODE_3:
            self.begin_streaming()
        else:
            self.end_streaming()
