"""A virtual WitMotion BLE 5.0 sensor: streams while subscribed, has registers, may split and glue frames."""

from math import isclose
from typing import Any

import numpy as np
from bumble.gatt import Characteristic, Service
from numpy.typing import NDArray

from lumbarwatch.simulate.peripherals.base import (
    Peripheral,
    Properties,
    notifying,
    service_uuid_field,
    to_counts,
    writable,
)
from lumbarwatch.simulate.peripherals.options import RadioOptions
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.wire import witmotion as wire

FACTORY_RATE = 6  # 10 Hz
UNLOCKED_S = 10.0
REGISTERS_IN_ANSWER = 8


class WitMotionPeripheral(Peripheral):
    """WT901BLECL 5.0 as the vendor's SDK talks to it."""

    family = "witmotion"
    default_name = "WT901BLE67"

    def __init__(
        self, index: int, signals: SensorSignals | None, options: RadioOptions, time: SessionTime
    ) -> None:
        super().__init__(index, signals, options, time)
        self.registers: dict[int, int] = {
            wire.Register.RATE: FACTORY_RATE,
            wire.Register.ALGORITHM: wire.Algorithm.NINE_AXES,
            wire.Register.BATTERY: wire.battery_hundredths_v(options.battery_percent),
        }
        self._unlocked_ns = 0
        self._ragged = b""
        self._data = notifying(wire.NOTIFY)
        self._data.on("subscription", self._subscribed)
        self._counts = self._measure()

    @property
    def data(self) -> "Characteristic[bytes]":
        """The notify characteristic."""
        return self._data

    @property
    def block(self) -> int:
        """One sample a frame."""
        return 1

    def services(self) -> list[Service]:
        """The one service there is."""
        both = Properties.WRITE | Properties.WRITE_WITHOUT_RESPONSE
        return [Service(wire.SERVICE, [self._data, writable(wire.WRITE, both, self._written)])]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """The service."""
        return [service_uuid_field(wire.SERVICE)]

    def encode(self, start: int, stop: int) -> list[bytes]:
        """A frame for each sample; with ``ragged``, cut anywhere but at its ends."""
        frames = b"".join(
            bytes(wire.MotionFrame((int(ax), int(ay), int(az)), (int(gx), int(gy), int(gz))))
            for ax, ay, az, gx, gy, gz in self._counts[start:stop]
        )
        return self._cut_up(frames) if self.options.ragged else [frames]

    def _cut_up(self, frames: bytes) -> list[bytes]:
        self._ragged += frames
        pieces: list[bytes] = []
        while len(self._ragged) > 2 * wire.FRAME_BYTES:
            size = self._random.randint(1, 2 * wire.FRAME_BYTES)
            pieces.append(self._ragged[:size])
            self._ragged = self._ragged[size:]
        return pieces

    def _measure(self) -> NDArray[np.int16]:
        if self.signals is None:
            return np.empty((0, 6), dtype=np.int16)
        acc = to_counts(self.signals.acc_mps2, wire.ACC_SCALE_MPS2)
        gyr = to_counts(self.signals.gyr_radps, wire.GYR_SCALE_RADPS)
        return np.hstack([acc, gyr])

    def _subscribed(self, _: Any, notify: bool, _indicate: bool) -> None:
        """It sends for as long as someone listens; the session waits until its rate is set."""
        if not notify:
            self.end_streaming()
        elif self._rate_is_set():
            self.begin_streaming()

    def _rate_is_set(self) -> bool:
        """A real part's rate is off by up to a few per cent from the one that was set."""
        return isclose(wire.RATE_CODES[self.registers[wire.Register.RATE]], self.rate_hz, rel_tol=0.02)

    async def _written(self, payload: bytes) -> None:
        if len(payload) != 5 or payload[:2] != b"\xff\xaa":
            return
        if payload[2] == 0x27:
            await self._answer(payload[3])
        elif payload == wire.UNLOCK:
            self._unlocked_ns = self._time.now_ns() + int(UNLOCKED_S * 1e9)
        elif self._time.now_ns() < self._unlocked_ns:
            self._set(payload[2], int.from_bytes(payload[3:], "little"))

    async def _answer(self, register: int) -> None:
        values = tuple(self.registers.get(register + i, 0) for i in range(REGISTERS_IN_ANSWER))
        await self.notify(self._data, bytes(wire.RegisterFrame(register, values)))

    def _set(self, register: int, value: int) -> None:
        if register == wire.Register.RATE and value not in wire.RATE_CODES:
            return
        self.registers[register] = value
        if register == wire.Register.RATE and self._rate_is_set():
            self.begin_streaming()
