"""Byte layouts of WitMotion's BLE 5.0 sensors (WT901BLECL 5.0, WT9011DCL-BT50, BWT901BLE5.0). Little-endian.

Source: the vendor's SDK (github WITMOTION/WitBluetooth_BWT901BLE5_0) and the WT901BLECL 5.0 manual. Frames
have neither check sum, counter nor time stamp, and some firmware splits or glues them across notifications.
"""

import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Self

import numpy as np

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.wire.errors import DecodeError

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
"""Ends in 9a34fb: not the base of the Bluetooth SIG, which ends in 9b34fb."""
NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"

FRAME_BYTES = 20
MOTION_HEADER = b"\x55\x61"
REGISTER_HEADER = b"\x55\x71"
_HEADERS = (MOTION_HEADER, REGISTER_HEADER)

ACC_SCALE_MPS2 = 16 * STANDARD_GRAVITY_MPS2 / 32768
GYR_SCALE_RADPS = math.radians(2000) / 32768
ANGLE_SCALE_RAD = math.pi / 32768

UNLOCK = bytes.fromhex("ffaa6988b5")
SAVE = bytes.fromhex("ffaa000000")

_MOTION = struct.Struct("<2s9h")
_REGISTERS = struct.Struct("<2sH8h")


class Register(IntEnum):
    """Registers used here."""

    RATE = 0x03
    ALGORITHM = 0x24
    VERSION = 0x2E
    QUATERNION = 0x51
    BATTERY = 0x64  # in 1/100 V


class Algorithm(IntEnum):
    """Values of Register.ALGORITHM."""

    NINE_AXES = 0
    SIX_AXES = 1


RATE_CODES: Mapping[int, float] = MappingProxyType(
    {1: 0.2, 2: 0.5, 3: 1.0, 4: 2.0, 5: 5.0, 6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0, 0x0B: 200.0}
)
"""Values of Register.RATE in Hz. 100 and 200 Hz need a newer model."""

_ONE_CELL_V = (3.4, 3.5, 3.68, 3.7, 3.73, 3.77, 3.79, 3.82, 3.87, 3.93, 3.96, 3.99)
_ONE_CELL_PERCENT = (0, 5, 10, 15, 20, 30, 40, 50, 60, 75, 90, 100)
_TWO_CELLS_V = (6.5, 6.8, 7.35, 7.75, 8.5, 8.8)
_TWO_CELLS_PERCENT = (0, 10, 30, 60, 90, 100)


@dataclass(frozen=True, slots=True)
class MotionFrame:
    """One sample in counts. The Euler angles are used nowhere: they lock at 90 deg."""

    acc: tuple[int, int, int]
    gyr: tuple[int, int, int]
    angle: tuple[int, int, int] = (0, 0, 0)

    @classmethod
    def from_bytes(cls, frame: bytes) -> Self:
        """Read one whole frame."""
        if len(frame) != FRAME_BYTES or frame[:2] != MOTION_HEADER:
            raise DecodeError(f"motion frame: {frame[:8].hex()}... ({len(frame)} bytes) is none")
        _, ax, ay, az, gx, gy, gz, roll, pitch, yaw = _MOTION.unpack(frame)
        return cls((ax, ay, az), (gx, gy, gz), (roll, pitch, yaw))

    def __bytes__(self) -> bytes:
        return _MOTION.pack(MOTION_HEADER, *self.acc, *self.gyr, *self.angle)


@dataclass(frozen=True, slots=True)
class RegisterFrame:
    """Answer to a read: eight registers from ``start`` on."""

    start: int
    values: tuple[int, ...]

    @classmethod
    def from_bytes(cls, frame: bytes) -> Self:
        """Read one whole frame."""
        if len(frame) != FRAME_BYTES or frame[:2] != REGISTER_HEADER:
            raise DecodeError(f"register frame: {frame[:8].hex()}... ({len(frame)} bytes) is none")
        _, start, *values = _REGISTERS.unpack(frame)
        return cls(start, tuple(values))

    def __bytes__(self) -> bytes:
        return _REGISTERS.pack(REGISTER_HEADER, self.start, *self.values)


Frame = MotionFrame | RegisterFrame


def read_command(register: int) -> bytes:
    """Ask for eight registers from ``register`` on."""
    return bytes([0xFF, 0xAA, 0x27, register, 0x00])


def write_command(register: int, value: int) -> bytes:
    """Set a register; the sensor must have been unlocked within the last ten seconds."""
    return bytes([0xFF, 0xAA, register]) + struct.pack("<H", value)


def register_in(payload: bytes, register: int) -> int | None:
    """Value of a register in a notification that holds its answer whole, else None."""
    at = payload.find(REGISTER_HEADER + struct.pack("<H", register))
    if at < 0 or len(payload) < at + FRAME_BYTES:
        return None
    return RegisterFrame.from_bytes(payload[at : at + FRAME_BYTES]).values[0]


def battery_percent(hundredths_v: int) -> int:
    """Charge from Register.BATTERY, by the vendor's own table for one lithium cell or two."""
    volts = hundredths_v / 100
    two = volts > 5.5
    table = (_TWO_CELLS_V, _TWO_CELLS_PERCENT) if two else (_ONE_CELL_V, _ONE_CELL_PERCENT)
    return round(float(np.interp(volts, *table)))


def battery_hundredths_v(percent: int) -> int:
    """Register.BATTERY of a one-cell sensor with that charge."""
    return round(100 * float(np.interp(percent, _ONE_CELL_PERCENT, _ONE_CELL_V)))


class FrameStream:
    """Cuts a byte stream into frames, across notifications; one per sensor.

    Without a check sum only position tells a frame from two bytes that look like its header. In step, the
    next frame begins where the last one ended. Out of step, a frame counts if it fills its notification
    exactly, or if another header follows it.
    """

    def __init__(self) -> None:
        self._buffer = b""
        self._in_step = True

    def clear(self) -> None:
        """Forget a half frame: what follows is not its other half."""
        self._buffer = b""

    def feed(self, payload: bytes) -> tuple[list[Frame], int]:
        """Frames completed by a notification, and how many bytes were thrown away as no frame's."""
        thrown = 0
        if _whole(payload) and not self._continued_by(payload):
            thrown = len(self._buffer)
            self._buffer, self._in_step = b"", True
        data = self._buffer + payload
        frames: list[Frame] = []
        while True:
            skipped = _to_header(data)
            if skipped:
                self._in_step = False
                thrown += skipped
                data = data[skipped:]
            if len(data) < FRAME_BYTES:
                break
            if not self._in_step:
                follower = data[FRAME_BYTES : FRAME_BYTES + 2]
                if len(follower) < 2:
                    break  # the next notification tells
                if follower not in _HEADERS:
                    thrown += 1
                    data = data[1:]
                    continue
            self._in_step = True
            frames.append(_frame(data[:FRAME_BYTES]))
            data = data[FRAME_BYTES:]
        self._buffer = data
        return frames, thrown

    def _continued_by(self, payload: bytes) -> bool:
        """Whether the half frame in hand is completed by the payload, judged by the header after it."""
        if not self._buffer:
            return False
        rest = FRAME_BYTES - len(self._buffer)
        return rest > 0 and payload[rest : rest + 2] in _HEADERS


def _whole(payload: bytes) -> bool:
    """Whether a notification consists of whole frames."""
    starts = range(0, len(payload), FRAME_BYTES)
    return (
        bool(payload)
        and len(payload) % FRAME_BYTES == 0
        and all(payload[at : at + 2] in _HEADERS for at in starts)
    )


def _to_header(data: bytes) -> int:
    """Bytes before the first header, or before what may become one at the very end."""
    for at in range(len(data)):
        if data[at : at + 2] in _HEADERS or (at == len(data) - 1 and data[at] == MOTION_HEADER[0]):
            return at
    return len(data)


def _frame(frame: bytes) -> Frame:
    if frame[:2] == MOTION_HEADER:
        return MotionFrame.from_bytes(frame)
    return RegisterFrame.from_bytes(frame)
