"""Byte layouts of LM-1, the project's reference profile (firmware_notes/lm1.md). Little-endian throughout.

A data packet carries the count and the device time of its first sample only: the times of the others follow
from the measured sample period, never from the nominal rate.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum, IntFlag
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lumbarwatch.wire.errors import DecodeError

_UUID = "2f6e{:04x}-8c1b-4d7e-9a35-6b1d0c5e7a42"
SERVICE = _UUID.format(0x0001)
DATA = _UUID.format(0x0002)
INFO = _UUID.format(0x0003)
CONTROL = _UUID.format(0x0004)
CLOCK = _UUID.format(0x0005)
HAPTIC = _UUID.format(0x0006)

VERSION = 1
SEQ_MODULO = 1 << 16
CLOCK_MODULO_US = 1 << 32
QUATERNION_ONE = 32767
"""Counts of a quaternion component of 1."""
MAX_BATCH = 19
"""Samples that fit one packet at an ATT MTU of 247 (kind 1)."""
UNASKED_TOKEN = 0
"""Token of a clock beacon that no host asked for."""

_HEADER = struct.Struct("<BBHI")
_INFO = struct.Struct("<BBHff8sI")
_BEACON = struct.Struct("<IQ")
_HAPTIC = struct.Struct("<BBH")

Counts = NDArray[np.int16]
Flags = NDArray[np.uint8]


class Kind(IntEnum):
    """What a sample consists of."""

    MOTION = 1  # accelerometer and gyroscope, 6 x i16
    ORIENTATION = 2  # quaternion w, x, y, z and gyroscope, 7 x i16
    MOTION_FLAGS = 3  # MOTION and one byte of SampleFlag


class SampleFlag(IntFlag):
    """Bits of a MOTION_FLAGS sample."""

    CLIPPED = 1
    FAULT = 2
    BUTTON = 4


class Role(IntEnum):
    """Where the sensor says that it is worn."""

    UNSET = 0
    SACRUM = 1
    L1 = 2


class Capability(IntFlag):
    """What the firmware can do."""

    QUATERNION = 1
    HAPTIC = 2
    ANCHOR_CLOCK = 4
    FLASH_LOG = 8


NO_CAPABILITY = Capability(0)


class Op(IntEnum):
    """Commands of the control characteristic."""

    START = 1  # u8 kind, u8 batch
    STOP = 2
    SET_RATE = 3  # u16 rate in tenths of Hz
    IDENTIFY = 4
    SET_ROLE = 5  # u8 role, then the name in UTF-8 (may be empty: unchanged)
    GYRO_BIAS = 6
    SLEEP = 7


class Status(IntEnum):
    """Answers of the control characteristic."""

    OK = 0
    UNKNOWN_OP = 1
    BAD_ARGUMENT = 2
    BUSY = 3


_COLUMNS = {Kind.MOTION: 6, Kind.ORIENTATION: 7, Kind.MOTION_FLAGS: 6}
_SIZES = {Kind.MOTION: 12, Kind.ORIENTATION: 14, Kind.MOTION_FLAGS: 13}


def _no_flags() -> Flags:
    return np.zeros(0, dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class PacketTable:
    """k packets of n samples each: first sample's count and device time (k,), counts (k, n, 6) int16."""

    seq: NDArray[np.int64]
    t_us: NDArray[np.int64]
    counts: Counts


@dataclass(frozen=True, slots=True, eq=False)
class DataPacket:
    """n samples in a row.

    ``counts`` (n, 6) acceleration and rate, or (n, 7) quaternion and rate, int16; ``flags`` (n,) for
    MOTION_FLAGS, else empty. ``seq`` and ``t_us`` are the first sample's count and device time.
    """

    kind: Kind
    seq: int
    t_us: int
    counts: Counts
    flags: Flags = field(default_factory=_no_flags)

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a notification of the data characteristic."""
        if len(payload) < _HEADER.size:
            raise DecodeError(f"data packet: {len(payload)} bytes, the header alone has {_HEADER.size}")
        layout, n, seq, t_us = _HEADER.unpack_from(payload)
        kind = _kind(layout)
        if n == 0 or len(payload) != _HEADER.size + n * _SIZES[kind]:
            raise DecodeError(f"data packet: {len(payload)} bytes for {n} samples of {_SIZES[kind]} bytes")
        columns = _COLUMNS[kind]
        rows = np.frombuffer(payload, dtype=np.uint8, offset=_HEADER.size).reshape(n, _SIZES[kind])
        counts = np.ascontiguousarray(rows[:, : 2 * columns]).view("<i2").astype(np.int16)
        flags = rows[:, -1].copy() if kind is Kind.MOTION_FLAGS else _no_flags()
        return cls(kind=kind, seq=seq, t_us=t_us, counts=counts, flags=flags)

    @classmethod
    def many(cls, payloads: Sequence[bytes]) -> PacketTable | None:
        """Read notifications of one length and layout at once; None where they are no such packets.

        Motion without flags only: what a session consists of.
        """
        first = payloads[0]
        lead = first[:2]
        alike = all(len(one) == len(first) and one[:2] == lead for one in payloads)
        if not alike or len(first) < _HEADER.size or first[0] != VERSION << 4 | Kind.MOTION:
            return None
        n = first[1]
        if n == 0 or len(first) != _HEADER.size + n * _SIZES[Kind.MOTION]:
            return None
        layout = np.dtype(
            [("lead", "<u2"), ("seq", "<u2"), ("t_us", "<u4"), ("counts", "<i2", (n, _COLUMNS[Kind.MOTION]))]
        )
        table = np.frombuffer(b"".join(payloads), dtype=layout)
        return PacketTable(table["seq"].astype(np.int64), table["t_us"].astype(np.int64), table["counts"])

    def __bytes__(self) -> bytes:
        n = len(self.counts)
        header = _HEADER.pack(VERSION << 4 | self.kind, n, self.seq, self.t_us)
        body = np.ascontiguousarray(self.counts, dtype="<i2").view(np.uint8).reshape(n, -1)
        if self.kind is Kind.MOTION_FLAGS:
            body = np.hstack([body, self.flags.reshape(n, 1)])
        return header + body.tobytes()


def _kind(layout: int) -> Kind:
    if layout >> 4 != VERSION:
        raise DecodeError(f"data packet: format version {layout >> 4}, this reader knows {VERSION}")
    try:
        return Kind(layout & 0x0F)
    except ValueError as error:
        raise DecodeError(f"data packet: unknown kind {layout & 0x0F}") from error


@dataclass(frozen=True, slots=True)
class Info:
    """What the sensor says of itself. Scales are per count, float32 on the wire."""

    rate_hz: float
    acc_scale_mps2: float
    gyr_scale_radps: float
    serial: bytes
    role: Role = Role.UNSET
    capabilities: Capability = NO_CAPABILITY
    version: int = VERSION

    @property
    def serial_text(self) -> str:
        """Serial number for people: its text if it is one, else hex."""
        trimmed = self.serial.strip(b"\0")
        readable = bool(trimmed) and all(0x21 <= byte <= 0x7E for byte in trimmed)
        return trimmed.decode("ascii") if readable else self.serial.hex()

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the info characteristic; refuses rates and scales that can't be."""
        if len(payload) != _INFO.size:
            raise DecodeError(f"info: {len(payload)} bytes, not {_INFO.size}")
        version, role, tenths, acc, gyr, serial, capabilities = _INFO.unpack(payload)
        if role not in tuple(Role):
            raise DecodeError(f"info: unknown role {role}")
        if tenths < 10 or not (1e-6 < acc < 1.0 and 1e-6 < gyr < 1.0):
            raise DecodeError(f"info: rate {tenths / 10} Hz, scales {acc} m/s^2 and {gyr} rad/s can't be")
        return cls(tenths / 10, acc, gyr, serial, Role(role), Capability(capabilities), version)

    def __bytes__(self) -> bytes:
        tenths = round(self.rate_hz * 10)
        scales = (self.acc_scale_mps2, self.gyr_scale_radps)
        return _INFO.pack(self.version, self.role, tenths, *scales, self.serial, self.capabilities)


@dataclass(frozen=True, slots=True)
class Command:
    """A write to the control characteristic."""

    op: Op
    arguments: bytes = b""

    @classmethod
    def start(cls, kind: Kind, batch: int) -> Self:
        """Start the stream: ``batch`` samples of ``kind`` in a packet."""
        return cls(Op.START, bytes([kind, batch]))

    @classmethod
    def set_rate(cls, rate_hz: float) -> Self:
        """Set the sample rate."""
        return cls(Op.SET_RATE, struct.pack("<H", round(rate_hz * 10)))

    @classmethod
    def set_role(cls, role: Role, name: str = "") -> Self:
        """Set where the sensor is worn and, unless empty, its name."""
        return cls(Op.SET_ROLE, bytes([role]) + name.encode())

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a command."""
        if not payload:
            raise DecodeError("command: no bytes")
        try:
            return cls(Op(payload[0]), payload[1:])
        except ValueError as error:
            raise DecodeError(f"command: unknown op {payload[0]}") from error

    def __bytes__(self) -> bytes:
        return bytes([self.op]) + self.arguments


@dataclass(frozen=True, slots=True)
class Answer:
    """An indication of the control characteristic. ``op`` echoes the command's byte, known or not."""

    op: int
    status: Status

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read an answer."""
        if len(payload) != 2 or payload[1] not in tuple(Status):
            raise DecodeError(f"answer: {payload.hex() or 'no bytes'} is not op and status")
        return cls(payload[0], Status(payload[1]))

    def __bytes__(self) -> bytes:
        return bytes([self.op, self.status])


@dataclass(frozen=True, slots=True)
class ClockBeacon:
    """The device's 64-bit time when it received the host's token (or of sending, with UNASKED_TOKEN)."""

    token: int
    t_us: int

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a notification of the clock characteristic."""
        if len(payload) != _BEACON.size:
            raise DecodeError(f"clock beacon: {len(payload)} bytes, not {_BEACON.size}")
        return cls(*_BEACON.unpack(payload))

    def __bytes__(self) -> bytes:
        return _BEACON.pack(self.token, self.t_us)


def clock_token(token: int) -> bytes:
    """Bytes of the host's write to the clock characteristic."""
    return struct.pack("<I", token)


@dataclass(frozen=True, slots=True)
class Haptic:
    """A vibration: pattern 0 off, 1 steady, 2 double, 3 pulses; strength 0 to 255; length in ms."""

    pattern: int
    strength: int
    ms: int

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a write to the haptic characteristic."""
        if len(payload) != _HAPTIC.size:
            raise DecodeError(f"haptic: {len(payload)} bytes, not {_HAPTIC.size}")
        return cls(*_HAPTIC.unpack(payload))

    def __bytes__(self) -> bytes:
        return _HAPTIC.pack(self.pattern, self.strength, self.ms)
