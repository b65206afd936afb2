"""A virtual LM-1 sensor."""

import math

import numpy as np
from bumble.gatt import Characteristic, Service
from numpy.typing import NDArray

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.peripherals.base import (
    Peripheral,
    Properties,
    battery_service,
    device_information,
    notifying,
    readable,
    service_uuid_field,
    to_counts,
    writable,
)
from lumbarwatch.simulate.peripherals.options import RadioOptions
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.wire import lm1
from lumbarwatch.wire.errors import DecodeError

ACC_SCALE_MPS2 = float(np.float32(8 * STANDARD_GRAVITY_MPS2 / 32768))
"""Per count at a range of 8 g; float32, as it travels."""
GYR_SCALE_RADPS = float(np.float32(math.radians(2000) / 32768))
"""Per count at a range of 2000 deg/s."""

_ROLES = {Placement.PELVIS: lm1.Role.SACRUM, Placement.LUMBAR: lm1.Role.L1}


class Lm1Peripheral(Peripheral):
    """LM-1 firmware as its specification says."""

    family = "lm1"
    default_name = "LM"

    def __init__(
        self, index: int, signals: SensorSignals | None, options: RadioOptions, time: SessionTime
    ) -> None:
        super().__init__(index, signals, options, time)
        self.haptics: list[lm1.Haptic] = []
        self.identified = 0
        self._kind = lm1.Kind.MOTION
        self._batch = 2
        self._data = notifying(lm1.DATA)
        self._control = writable(lm1.CONTROL, Properties.WRITE | Properties.INDICATE, self._command)
        self._clock = writable(lm1.CLOCK, Properties.WRITE | Properties.NOTIFY, self._token)
        self._counts = self._measure()

    def usual_name(self) -> str:
        """LM-SACRUM-xxxx and LM-L1-xxxx, with the end of the serial number."""
        role = "SENSOR" if self.signals is None else _ROLES[self.signals.placement].name
        return f"LM-{role}-{self.serial[-4:]}"

    @property
    def data(self) -> "Characteristic[bytes]":
        """The data characteristic."""
        return self._data

    @property
    def block(self) -> int:
        """The batch of the last start command."""
        return self._batch

    def services(self) -> list[Service]:
        """LM-1, battery and device information."""
        info = lm1.Info(
            rate_hz=self.rate_hz,
            acc_scale_mps2=ACC_SCALE_MPS2,
            gyr_scale_radps=GYR_SCALE_RADPS,
            serial=self.serial.encode()[-8:].rjust(8, b"\0"),
            role=lm1.Role.UNSET if self.signals is None else _ROLES[self.signals.placement],
            capabilities=lm1.Capability.QUATERNION | lm1.Capability.HAPTIC,
        )
        vibrate = Properties.WRITE | Properties.WRITE_WITHOUT_RESPONSE
        return [
            Service(
                lm1.SERVICE,
                [
                    self._data,
                    readable(lm1.INFO, bytes(info)),
                    self._control,
                    self._clock,
                    writable(lm1.HAPTIC, vibrate, self._vibrate),
                ],
            ),
            battery_service(self.options.battery_percent),
            device_information("lumbarwatch", self.serial, self.options.firmware or self.default_firmware),
        ]

    def advertisement(self) -> list[tuple[int, bytes]]:
        """The service."""
        return [service_uuid_field(lm1.SERVICE)]

    def encode(self, start: int, stop: int) -> list[bytes]:
        """One data packet."""
        packet = lm1.DataPacket(
            kind=self._kind,
            seq=self.count(start) % lm1.SEQ_MODULO,
            t_us=self.stamp_us(start) % lm1.CLOCK_MODULO_US,
            counts=self._counts[self._kind][start:stop],
            flags=np.zeros(stop - start, dtype=np.uint8),
        )
        return [bytes(packet)]

    def _measure(self) -> dict[lm1.Kind, NDArray[np.int16]]:
        if self.signals is None:
            return {}
        acc = to_counts(self.signals.acc_mps2, ACC_SCALE_MPS2)
        gyr = to_counts(self.signals.gyr_radps, GYR_SCALE_RADPS)
        quat = to_counts(self.signals.quat_wxyz, 1.0 / lm1.QUATERNION_ONE)
        motion = np.hstack([acc, gyr])
        return {
            lm1.Kind.MOTION: motion,
            lm1.Kind.MOTION_FLAGS: motion,
            lm1.Kind.ORIENTATION: np.hstack([quat, gyr]),
        }

    async def _command(self, payload: bytes) -> None:
        try:
            command = lm1.Command.from_bytes(payload)
            status = self._obey(command)
        except DecodeError:
            status = lm1.Status.UNKNOWN_OP
        self.indicate(self._control, bytes(lm1.Answer(payload[0] if payload else 0, status)))

    def _obey(self, command: lm1.Command) -> lm1.Status:
        match command.op:
            case lm1.Op.START:
                kind, batch = (*command.arguments, 0, 0)[:2]
                if kind not in tuple(lm1.Kind) or not 1 <= batch <= lm1.MAX_BATCH:
                    return lm1.Status.BAD_ARGUMENT
                self._kind, self._batch = lm1.Kind(kind), batch
                self.begin_streaming()
            case lm1.Op.STOP | lm1.Op.SLEEP:
                self.end_streaming()
            case lm1.Op.IDENTIFY:
                self.identified += 1
            case lm1.Op.SET_RATE | lm1.Op.SET_ROLE | lm1.Op.GYRO_BIAS:
                pass
        return lm1.Status.OK

    async def _token(self, payload: bytes) -> None:
        token = int.from_bytes(payload[:4], "little")
        await self.notify(self._clock, bytes(lm1.ClockBeacon(token, self.now_us())))

    def _vibrate(self, payload: bytes) -> None:
        self.haptics.append(lm1.Haptic.from_bytes(payload))
