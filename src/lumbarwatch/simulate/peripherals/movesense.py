"""A virtual Movesense sensor with the GATT Sensor Data Protocol firmware."""

import numpy as np
from bumble.core import AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, Service

from lumbarwatch.simulate.peripherals.base import Peripheral, Properties, notifying, writable
from lumbarwatch.simulate.peripherals.options import RadioOptions
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.wire import movesense as wire
from lumbarwatch.wire.errors import DecodeError

BLOCKS_PER_S = 13
NOT_FOUND = 404


class MovesensePeripheral(Peripheral):
    """Movesense with firmware 2.x: one IMU6 subscription, HELLO, and the battery's resource."""

    family = "movesense"
    default_name = "Movesense"
    default_firmware = "2.3.1"

    def __init__(
        self, index: int, signals: SensorSignals | None, options: RadioOptions, time: SessionTime
    ) -> None:
        super().__init__(index, signals, options, time)
        self._reference = 0
        self._data = notifying(wire.NOTIFY)

    def usual_name(self) -> str:
        """Movesense and the serial number."""
        return f"Movesense {self.serial}"

    def usual_serial(self) -> str:
        """Twelve digits."""
        return f"2046300{self._index + 1:05d}"

    def prepare(self, device: Device) -> None:
        """The sensor's own, small MTU."""
        device.gatt_server.max_mtu = wire.SENSOR_MTU

    @property
    def data(self) -> "Characteristic[bytes]":
        """The notify characteristic."""
        return self._data

    @property
    def block(self) -> int:
        """Samples of a block."""
        return max(1, round(self.rate_hz / BLOCKS_PER_S))

    def services(self) -> list[Service]:
        """The one service used here."""
        both = Properties.WRITE | Properties.WRITE_WITHOUT_RESPONSE
        return [Service(wire.SERVICE, [writable(wire.WRITE, both, self._written), self._data])]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """The vendor's 16-bit service."""
        kind = AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
        return [(kind, bytes.fromhex("f3fd"))]

    def encode(self, start: int, stop: int) -> list[bytes]:
        """A block in one or two parts."""
        signals = self.signals
        assert signals is not None  # only sampled with signals
        block = wire.Imu6Block(
            t_ms=self.stamp_us(start) // 1000 % wire.CLOCK_MODULO_MS,
            acc_mps2=signals.acc_mps2[start:stop].astype(np.float32),
            gyr_dps=np.degrees(signals.gyr_radps[start:stop]).astype(np.float32),
        )
        return wire.parts(self._reference, bytes(block))

    async def _written(self, payload: bytes) -> None:
        try:
            command = wire.Command.from_bytes(payload)
        except DecodeError:
            return
        answer = self._obey(command)
        quiet = self.options.taciturn and command.code in (wire.Code.SUBSCRIBE, wire.Code.UNSUBSCRIBE)
        if not quiet:
            await self.notify(self._data, answer)

    def _obey(self, command: wire.Command) -> bytes:
        path = command.data.rstrip(b"\0").decode("ascii", "replace")
        match command.code:
            case wire.Code.HELLO if self.options.taciturn:
                return bytes(wire.Hello(command.reference, 0, "", "", "", "", ""))
            case wire.Code.HELLO:
                version = self.options.firmware or self.default_firmware
                names = (self.serial, "Movesense Active", self.address, "gatt_sensordata_app", version)
                return bytes(wire.Hello(command.reference, 1, *names))
            case wire.Code.SUBSCRIBE if path == wire.imu6_path(round(self.rate_hz)):
                self._reference = command.reference
                self.begin_streaming()
            case wire.Code.UNSUBSCRIBE:
                self.end_streaming()
            case wire.Code.GET if path == wire.BATTERY_PATH:
                value = bytes([self.options.battery_percent])
                return bytes(wire.Result(command.reference, wire.HTTP_OK, value))
            case _:
                return bytes(wire.Result(command.reference, NOT_FOUND))
        return bytes(wire.Result(command.reference, wire.HTTP_OK))
