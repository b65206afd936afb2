"""Byte layouts of Movesense's GATT Sensor Data Protocol (GSP). Little-endian.

Source: GATTSensorDataClient.cpp of the open ``gatt_sensordata_app`` and the device library's YAML definitions
(bitbucket.org/movesense/movesense-device-lib). The time stamp is that of a block's first sample.
"""

import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lumbarwatch.wire.errors import DecodeError

ADVERTISED_SERVICE = "0000fdf3-0000-1000-8000-00805f9b34fb"
SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
WRITE = "34800001-7185-4d5d-b431-630e7050e8f0"
NOTIFY = "34800002-7185-4d5d-b431-630e7050e8f0"

CLOCK_MODULO_MS = 1 << 32
RATES_HZ = (13, 26, 52, 104, 208, 416, 833, 1666)
SENSOR_MTU = 161
"""The sensor's own ATT MTU: a longer block travels in two parts."""
HTTP_OK = 200
HTTP_END = 600
BATTERY_PATH = "/System/Energy/Level"

SHORT_HELLO = b"Hello"
"""What one published firmware answers to HELLO; it tells nothing of the sensor."""

_SAMPLE_BYTES = 24  # acceleration and rate, 3 x f32 each
_BLOCK_HEADER = struct.Struct("<I")


class Code(IntEnum):
    """Commands."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    FETCH_LOG = 3
    GET = 4
    PUT_UTCTIME = 8


class Answer(IntEnum):
    """First byte of a notification."""

    RESULT = 1
    DATA = 2
    DATA_PART2 = 3


def imu6_path(rate_hz: int) -> str:
    """Resource that streams acceleration and rate."""
    return f"/Meas/IMU6/{rate_hz}"


@dataclass(frozen=True, slots=True)
class Command:
    """A write: what to do, a reference (not 0) that answers carry, and a path or other data."""

    code: Code
    reference: int
    data: bytes = b""

    @classmethod
    def subscribe(cls, reference: int, path: str) -> Self:
        """Stream a resource."""
        return cls(Code.SUBSCRIBE, reference, path.encode("ascii"))

    @classmethod
    def get(cls, reference: int, path: str) -> Self:
        """Read a resource (newer firmware)."""
        return cls(Code.GET, reference, path.encode("ascii"))

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a command."""
        if len(payload) < 2 or payload[1] == 0 or payload[0] not in tuple(Code):
            raise DecodeError(f"command: {payload[:8].hex() or 'no bytes'} is none")
        return cls(Code(payload[0]), payload[1], payload[2:])

    def __bytes__(self) -> bytes:
        return bytes([self.code, self.reference]) + self.data


@dataclass(frozen=True, slots=True)
class Result:
    """Answer to a command: an HTTP status, and for GET the value."""

    reference: int
    status: int
    value: bytes = b""

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a result (not HELLO's, which has no status).

        One firmware sends the status high byte first; no status reaches 600, so the order shows.
        """
        if len(payload) < 4 or payload[0] != Answer.RESULT:
            raise DecodeError(f"result: {payload[:8].hex() or 'no bytes'} is none")
        little, big = (int.from_bytes(payload[2:4], order) for order in ("little", "big"))
        return cls(payload[1], big if little >= HTTP_END > big else little, payload[4:])

    def __bytes__(self) -> bytes:
        return bytes([Answer.RESULT, self.reference]) + struct.pack("<H", self.status) + self.value


@dataclass(frozen=True, slots=True)
class Hello:
    """Answer to HELLO: who the sensor is; all texts are empty in the short form, a mere "Hello"."""

    reference: int
    protocol: int
    serial: str
    product: str
    address: str
    app: str
    version: str

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the answer to HELLO: protocol version and five texts, each ended by a zero, or "Hello"."""
        if len(payload) < 3 or payload[0] != Answer.RESULT:
            raise DecodeError(f"hello: {payload[:8].hex() or 'no bytes'} is none")
        if payload[2:].rstrip(b"\0") == SHORT_HELLO:
            return cls(payload[1], 0, "", "", "", "", "")
        try:
            texts = payload[3:].decode("utf-8").split("\0")
        except UnicodeDecodeError as error:
            raise DecodeError("hello: not text") from error
        if len(texts) < 5:
            raise DecodeError(f"hello: {len(texts)} texts, not 5")
        serial, product, address, app, version = texts[:5]
        return cls(payload[1], payload[2], serial, product, address, app, version)

    def __bytes__(self) -> bytes:
        texts = (self.serial, self.product, self.address, self.app, self.version)
        if not self.protocol and not any(texts):
            return bytes([Answer.RESULT, self.reference]) + SHORT_HELLO
        body = b"".join(text.encode() + b"\0" for text in texts)
        return bytes([Answer.RESULT, self.reference, self.protocol]) + body


@dataclass(frozen=True, slots=True)
class DataPart:
    """A block, or one of its two halves (``second``)."""

    reference: int
    payload: bytes
    second: bool = False

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a data notification."""
        if len(payload) < 3 or payload[0] not in (Answer.DATA, Answer.DATA_PART2):
            raise DecodeError(f"data: {payload[:8].hex() or 'no bytes'} is none")
        return cls(payload[1], payload[2:], second=payload[0] == Answer.DATA_PART2)

    def __bytes__(self) -> bytes:
        return bytes([Answer.DATA_PART2 if self.second else Answer.DATA, self.reference]) + self.payload


@dataclass(frozen=True, slots=True, eq=False)
class Imu6Block:
    """n samples: ``acc_mps2`` and ``gyr_dps`` (n, 3) float32, device time of the first in ms."""

    t_ms: int
    acc_mps2: NDArray[np.float32]
    gyr_dps: NDArray[np.float32]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a whole block (both parts joined)."""
        if not is_block(payload):
            raise DecodeError(f"IMU6 block: {len(payload)} bytes are not 4 and a multiple of {_SAMPLE_BYTES}")
        vectors = np.frombuffer(payload, dtype="<f4", offset=_BLOCK_HEADER.size).reshape(2, -1, 3)
        if not np.isfinite(vectors).all():
            raise DecodeError("IMU6 block: not a number")
        (t_ms,) = _BLOCK_HEADER.unpack_from(payload)
        return cls(t_ms, vectors[0].copy(), vectors[1].copy())

    def __bytes__(self) -> bytes:
        body = np.vstack([self.acc_mps2, self.gyr_dps]).astype("<f4")
        return _BLOCK_HEADER.pack(self.t_ms) + body.tobytes()


def is_block(payload: bytes) -> bool:
    """Whether a payload has a whole block's length. At the sensor's own MTU no first half has it."""
    body = len(payload) - _BLOCK_HEADER.size
    return body > 0 and body % _SAMPLE_BYTES == 0


def parts(reference: int, block: bytes, mtu: int = SENSOR_MTU) -> list[bytes]:
    """Notifications that carry a block: one if it fits, else two.

    Raises
    ------
    ValueError
        The block does not fit two notifications either.
    """
    room = mtu - 3 - 2
    if len(block) <= room:
        return [bytes(DataPart(reference, block))]
    if len(block) > 2 * room:
        raise ValueError(f"block: {len(block)} bytes do not fit two notifications of {room}")
    return [bytes(DataPart(reference, block[:room])), bytes(DataPart(reference, block[room:], second=True))]
