"""Movesense's bytes, pinned as literals from the protocol's published source."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumbarwatch.wire import movesense as wire
from lumbarwatch.wire.errors import DecodeError

BLOCK = bytes.fromhex(
    "e8030000"  # 1000 ms
    "0000803f" "00000040" "00004040"  # acc 1, 2, 3
    "000080bf" "000000c0" "000040c0"  # acc -1, -2, -3
    "00002041" "0000a041" "0000f041"  # gyr 10, 20, 30 deg/s
    "000020c1" "0000a0c1" "0000f0c1"
)  # fmt: skip


def test_uuids():
    assert wire.SERVICE == "34802252-7185-4d5d-b431-630e7050e8f0"
    assert wire.WRITE == "34800001-7185-4d5d-b431-630e7050e8f0"
    assert wire.NOTIFY == "34800002-7185-4d5d-b431-630e7050e8f0"
    assert wire.ADVERTISED_SERVICE == "0000fdf3-0000-1000-8000-00805f9b34fb"


def test_commands():
    assert wire.imu6_path(104) == "/Meas/IMU6/104"
    assert bytes(wire.Command.subscribe(1, "/Meas/IMU6/52")) == b"\x01\x01/Meas/IMU6/52"
    assert bytes(wire.Command(wire.Code.UNSUBSCRIBE, 1)) == b"\x02\x01"
    assert bytes(wire.Command(wire.Code.HELLO, 2)) == b"\x00\x02"
    assert bytes(wire.Command.get(3, wire.BATTERY_PATH)) == b"\x04\x03/System/Energy/Level"
    assert wire.Command.from_bytes(b"\x01\x01/Meas/IMU6/52") == wire.Command.subscribe(1, "/Meas/IMU6/52")
    for payload in (b"", b"\x01", b"\x01\x00/x", b"\x07\x01"):
        with pytest.raises(DecodeError, match="command"):
            wire.Command.from_bytes(payload)


def test_results():
    assert wire.Result.from_bytes(bytes.fromhex("0101c800")) == wire.Result(1, 200)
    assert wire.Result.from_bytes(bytes.fromhex("0103c8005a")) == wire.Result(3, 200, b"\x5a")
    assert wire.Result.from_bytes(bytes.fromhex("010101fb")) == wire.Result(1, 507)  # high byte first
    assert bytes(wire.Result(1, 404)) == bytes.fromhex("01019401")
    for payload in (b"", b"\x01\x01\xc8", b"\x02\x01\xc8\x00"):
        with pytest.raises(DecodeError, match="result"):
            wire.Result.from_bytes(payload)


def test_hello():
    payload = b"\x01\x02\x01204630000001\x00Movesense Active\x00aa:bb\x00sensordata\x002.3.1\x00"
    hello = wire.Hello.from_bytes(payload)
    assert (hello.serial, hello.version, hello.product) == ("204630000001", "2.3.1", "Movesense Active")
    assert bytes(hello) == payload
    short = wire.Hello.from_bytes(b"\x01\x02Hello")
    assert (short.reference, short.serial, short.version) == (2, "", "")
    assert bytes(short) == b"\x01\x02Hello"
    for bad in (b"", payload[:30], b"\x01\x02\x01\xff\xff\0\0\0\0"):
        with pytest.raises(DecodeError, match="hello"):
            wire.Hello.from_bytes(bad)


def test_block():
    block = wire.Imu6Block.from_bytes(BLOCK)
    assert block.t_ms == 1000
    assert block.acc_mps2.tolist() == [[1, 2, 3], [-1, -2, -3]]
    assert block.gyr_dps.tolist() == [[10, 20, 30], [-10, -20, -30]]
    assert bytes(block) == BLOCK


@pytest.mark.parametrize("payload", [b"", BLOCK[:4], BLOCK[:-1], BLOCK + b"\0", BLOCK[:4] + b"\xff" * 24])
def test_what_is_no_block_is_refused(payload):
    with pytest.raises(DecodeError, match="IMU6"):
        wire.Imu6Block.from_bytes(payload)


def test_a_block_that_fits_goes_whole_and_a_longer_one_in_two_parts():
    four, eight = bytes(4 + 4 * 24), bytes(4 + 8 * 24)
    assert wire.parts(1, four) == [b"\x02\x01" + four]
    first, second = wire.parts(1, eight)
    assert (len(first), first[:2]) == (161 - 3, b"\x02\x01")
    assert second[:2] == b"\x03\x01"
    assert first[2:] + second[2:] == eight
    assert not wire.is_block(first[2:])
    with pytest.raises(ValueError, match="do not fit"):
        wire.parts(1, bytes(4 + 20 * 24))


@given(st.integers(1, 255), st.binary(min_size=1, max_size=300), st.booleans())
def test_parts_encode_then_decode_is_the_identity(reference, payload, second):
    part = wire.DataPart(reference, payload, second)
    assert wire.DataPart.from_bytes(bytes(part)) == part


F32 = st.floats(width=32, allow_nan=False, allow_infinity=False)


@given(st.integers(0, 2**32 - 1), st.lists(st.tuples(*[F32] * 6), min_size=1, max_size=12))
def test_blocks_encode_then_decode_is_the_identity(t_ms, rows):
    values = np.array(rows, np.float32)
    sent = wire.Imu6Block(t_ms, values[:, :3], values[:, 3:])
    got = wire.Imu6Block.from_bytes(bytes(sent))
    assert got.t_ms == t_ms
    np.testing.assert_array_equal(got.acc_mps2, values[:, :3])
    np.testing.assert_array_equal(got.gyr_dps, values[:, 3:])
