"""Byte layouts of the Movella (formerly Xsens) DOT. Little-endian.

Source: "Xsens DOT BLE Services Specifications", XD0506P rev F (28 Oct 2021).
"""

import struct
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Self

from lumbarwatch.wire.errors import DecodeError

_UUID = "1517{:04x}-4947-11e9-8646-d663bd873d93"
CONFIGURATION_SERVICE = _UUID.format(0x1000)
DEVICE_INFO = _UUID.format(0x1001)
DEVICE_CONTROL = _UUID.format(0x1002)
MEASUREMENT_SERVICE = _UUID.format(0x2000)
MEASUREMENT_CONTROL = _UUID.format(0x2001)
LONG_PAYLOAD = _UUID.format(0x2002)
MEDIUM_PAYLOAD = _UUID.format(0x2003)
SHORT_PAYLOAD = _UUID.format(0x2004)
BATTERY_SERVICE = _UUID.format(0x3000)
BATTERY = _UUID.format(0x3001)

COMPANY_ID = 0x0886
CLOCK_MODULO_US = 1 << 32
RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
"""Rates of live data; 120 Hz is for recording on the sensor only."""
MEDIUM_BYTES = 40
"""Longest medium payload; what a mode does not use is zero."""
CUSTOM_MODE_3_BYTES = 32

_CUSTOM_MODE_3 = struct.Struct("<I7f")
_DEVICE_INFO = struct.Struct("<6s3BHBBBBBIQ")
_DEVICE_CONTROL = struct.Struct("<8B16sHB5s")


class PayloadMode(IntEnum):
    """What the sensor sends (the codes used here)."""

    COMPLETE_QUATERNION = 3
    ORIENTATION_QUATERNION = 5
    RATE_QUANTITIES = 21
    CUSTOM_MODE_3 = 24  # time, quaternion, rate


class Visit(IntFlag):
    """Which fields of a device control write are meant."""

    IDENTIFY = 1 << 0
    POWER = 1 << 1
    TIMEOUT = 1 << 2
    TAG = 1 << 3
    OUTPUT_RATE = 1 << 4
    FILTER_PROFILE = 1 << 5


NO_VISIT = Visit(0)


class FilterProfile(IntEnum):
    """On-board filter."""

    GENERAL = 0
    DYNAMIC = 1


@dataclass(frozen=True, slots=True)
class MeasurementControl:
    """Starts or stops the stream."""

    start: bool
    mode: int = PayloadMode.CUSTOM_MODE_3

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a write to the measurement control characteristic."""
        if len(payload) != 3 or payload[0] != 1 or payload[1] > 1:
            raise DecodeError(f"measurement control: {payload.hex() or 'no bytes'} is none")
        return cls(bool(payload[1]), payload[2])

    def __bytes__(self) -> bytes:
        return bytes([1, self.start, self.mode])


@dataclass(frozen=True, slots=True)
class CustomMode3:
    """One sample: device time, quaternion w, x, y, z (sensor to earth), rate in deg/s, as float32."""

    t_us: int
    quat_wxyz: tuple[float, float, float, float]
    gyr_dps: tuple[float, float, float]

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read a medium payload: 32 bytes, and up to 8 more which must be zero."""
        if not CUSTOM_MODE_3_BYTES <= len(payload) <= MEDIUM_BYTES:
            raise DecodeError(f"custom mode 3: {len(payload)} bytes, not {CUSTOM_MODE_3_BYTES}")
        if any(payload[CUSTOM_MODE_3_BYTES:]):
            raise DecodeError("custom mode 3: unused bytes are not zero, another payload mode?")
        t_us, w, x, y, z, gx, gy, gz = _CUSTOM_MODE_3.unpack_from(payload)
        return cls(t_us, (w, x, y, z), (gx, gy, gz))

    def __bytes__(self) -> bytes:
        return _CUSTOM_MODE_3.pack(self.t_us, *self.quat_wxyz, *self.gyr_dps)


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """Who the sensor is. ``built``: year, month, day, hour, minute, second of the firmware."""

    address: bytes
    version: tuple[int, int, int]
    built: tuple[int, int, int, int, int, int]
    soft_device: int
    serial: int

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the device info characteristic; newer firmware adds fields at the end."""
        if len(payload) < _DEVICE_INFO.size:
            raise DecodeError(f"device info: {len(payload)} bytes, at least {_DEVICE_INFO.size} are needed")
        address, major, minor, revision, *built, soft_device, serial = _DEVICE_INFO.unpack_from(payload)
        year, month, day, hour, minute, second = built
        return cls(
            address, (major, minor, revision), (year, month, day, hour, minute, second), soft_device, serial
        )

    def __bytes__(self) -> bytes:
        return _DEVICE_INFO.pack(self.address, *self.version, *self.built, self.soft_device, self.serial)


@dataclass(frozen=True, slots=True)
class DeviceControl:
    """The device control characteristic, 32 bytes. Write it only while the sensor does not measure."""

    visit: Visit = NO_VISIT
    identify: int = 0
    power: int = 0
    timeout_x: tuple[int, int] = (10, 0)  # minutes, seconds without a connection
    timeout_y: tuple[int, int] = (30, 0)  # minutes, seconds connected but idle
    tag: bytes = b""
    rate_hz: int = 60
    profile: int = FilterProfile.GENERAL

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the characteristic."""
        if len(payload) != _DEVICE_CONTROL.size:
            raise DecodeError(f"device control: {len(payload)} bytes, not {_DEVICE_CONTROL.size}")
        visit, identify, power, x_min, x_s, y_min, y_s, length, tag, rate_hz, profile, _ = (
            _DEVICE_CONTROL.unpack(payload)
        )
        if length > len(tag) or visit >= 1 << 6:
            raise DecodeError(f"device control: tag of {length} bytes, visit index {visit:#x}")
        return cls(Visit(visit), identify, power, (x_min, x_s), (y_min, y_s), tag[:length], rate_hz, profile)

    def __bytes__(self) -> bytes:
        times = (*self.timeout_x, *self.timeout_y)
        head = (self.visit, self.identify, self.power, *times, len(self.tag))
        return _DEVICE_CONTROL.pack(*head, self.tag, self.rate_hz, self.profile, bytes(5))


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge; not the standard battery service."""

    percent: int
    charging: bool

    @classmethod
    def from_bytes(cls, payload: bytes) -> Self:
        """Read the battery characteristic."""
        if len(payload) != 2 or payload[0] > 100 or payload[1] > 1:
            raise DecodeError(f"battery: {payload.hex() or 'no bytes'} is not percent and charging")
        return cls(payload[0], bool(payload[1]))

    def __bytes__(self) -> bytes:
        return bytes([self.percent, self.charging])
