"""Movella DOT's bytes, pinned as literals from XD0506P rev F."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumbarwatch.wire import movella as wire
from lumbarwatch.wire.errors import DecodeError

SAMPLE = bytes.fromhex("40420f000000803f00000000000000bf000000000000b442000034c300000000")


def test_uuids_and_company():
    assert wire.CONFIGURATION_SERVICE == "15171000-4947-11e9-8646-d663bd873d93"
    assert wire.DEVICE_CONTROL == "15171002-4947-11e9-8646-d663bd873d93"
    assert wire.MEASUREMENT_SERVICE == "15172000-4947-11e9-8646-d663bd873d93"
    assert wire.MEASUREMENT_CONTROL == "15172001-4947-11e9-8646-d663bd873d93"
    assert wire.LONG_PAYLOAD == "15172002-4947-11e9-8646-d663bd873d93"
    assert wire.MEDIUM_PAYLOAD == "15172003-4947-11e9-8646-d663bd873d93"
    assert wire.SHORT_PAYLOAD == "15172004-4947-11e9-8646-d663bd873d93"
    assert wire.BATTERY == "15173001-4947-11e9-8646-d663bd873d93"
    assert wire.COMPANY_ID == 0x0886


def test_measurement_control():
    assert bytes(wire.MeasurementControl(start=True)) == bytes([1, 1, 24])
    assert bytes(wire.MeasurementControl(start=False)) == bytes([1, 0, 24])
    assert wire.MeasurementControl.from_bytes(bytes([1, 1, 5])) == wire.MeasurementControl(True, 5)
    for payload in (b"", bytes([2, 1, 24]), bytes([1, 2, 24]), bytes([1, 1])):
        with pytest.raises(DecodeError):
            wire.MeasurementControl.from_bytes(payload)


def test_custom_mode_3():
    sample = wire.CustomMode3.from_bytes(SAMPLE)
    assert sample == wire.CustomMode3(1_000_000, (1.0, 0.0, -0.5, 0.0), (90.0, -180.0, 0.0))
    assert bytes(sample) == SAMPLE
    assert len(SAMPLE) == 32


def test_unused_bytes_may_come_but_must_be_zero():
    assert wire.CustomMode3.from_bytes(SAMPLE + bytes(8)) == wire.CustomMode3.from_bytes(SAMPLE)
    with pytest.raises(DecodeError, match="another payload mode"):
        wire.CustomMode3.from_bytes(SAMPLE + b"\0\0\0\x01")
    for payload in (b"", SAMPLE[:-1], SAMPLE + bytes(9)):
        with pytest.raises(DecodeError, match="32"):
            wire.CustomMode3.from_bytes(payload)


def test_device_info():
    payload = bytes.fromhex("d422cd000001020400e80703010c000007000000010000cd22d40000")
    info = wire.DeviceInfo.from_bytes(payload)
    assert info.version == (2, 4, 0)
    assert info.built == (2024, 3, 1, 12, 0, 0)
    assert info.serial == 0xD422CD000001
    assert bytes(info) == payload
    assert wire.DeviceInfo.from_bytes(payload + b"\x01\x02") == info
    with pytest.raises(DecodeError):
        wire.DeviceInfo.from_bytes(payload[:-1])


def test_device_control():
    control = wire.DeviceControl(visit=wire.Visit.OUTPUT_RATE, tag=b"DOT 1")
    payload = bytes.fromhex("1000000a001e0005444f542031" + "00" * 11 + "3c0000" + "00" * 5)
    assert bytes(control) == payload
    assert len(payload) == 32
    assert wire.DeviceControl.from_bytes(payload) == control
    assert bytes(wire.DeviceControl(visit=wire.Visit.IDENTIFY, identify=1))[:2] == b"\x01\x01"
    for bad in (payload[:-1], b"\x40" + payload[1:], payload[:7] + b"\x11" + payload[8:]):
        with pytest.raises(DecodeError):
            wire.DeviceControl.from_bytes(bad)


def test_battery():
    assert wire.Battery.from_bytes(bytes([87, 1])) == wire.Battery(87, charging=True)
    assert bytes(wire.Battery(5, charging=False)) == bytes([5, 0])
    for payload in (b"", b"\x57", bytes([101, 0]), bytes([50, 2])):
        with pytest.raises(DecodeError):
            wire.Battery.from_bytes(payload)


F32 = st.floats(width=32, allow_nan=False)


@given(st.integers(0, 2**32 - 1), st.tuples(*[F32] * 4), st.tuples(*[F32] * 3), st.integers(0, 8))
def test_encode_then_decode_is_the_identity(t_us, quat, gyr, unused):
    sample = wire.CustomMode3(t_us, quat, gyr)
    assert wire.CustomMode3.from_bytes(bytes(sample) + bytes(unused)) == sample
