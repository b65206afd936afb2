"""LM-1's bytes, pinned as literals from the specification."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumbarwatch.wire import lm1
from lumbarwatch.wire.errors import DecodeError

MOTION = bytes.fromhex("11022c0140420f000100feff0300fcff0500faff0080ff7f0000010002000300")
ORIENTATION = bytes.fromhex("1201ffffffffffffff7f0000018000000a00f6ff0000")
FLAGGED = bytes.fromhex("130100000000000001000200030004000500060005")
INFO = bytes.fromhex("010210040ae81c3b58a08b3a4c4d31303030303103000000")


def test_uuids():
    assert lm1.SERVICE == "2f6e0001-8c1b-4d7e-9a35-6b1d0c5e7a42"
    assert lm1.DATA == "2f6e0002-8c1b-4d7e-9a35-6b1d0c5e7a42"
    assert lm1.INFO == "2f6e0003-8c1b-4d7e-9a35-6b1d0c5e7a42"
    assert lm1.CONTROL == "2f6e0004-8c1b-4d7e-9a35-6b1d0c5e7a42"
    assert lm1.CLOCK == "2f6e0005-8c1b-4d7e-9a35-6b1d0c5e7a42"
    assert lm1.HAPTIC == "2f6e0006-8c1b-4d7e-9a35-6b1d0c5e7a42"


def test_motion_packet():
    packet = lm1.DataPacket.from_bytes(MOTION)
    assert (packet.kind, packet.seq, packet.t_us) == (1, 300, 1_000_000)
    assert packet.counts.tolist() == [[1, -2, 3, -4, 5, -6], [-32768, 32767, 0, 1, 2, 3]]
    assert bytes(packet) == MOTION


def test_orientation_packet():
    packet = lm1.DataPacket.from_bytes(ORIENTATION)
    assert (packet.kind, packet.seq, packet.t_us) == (2, 65535, 4294967295)
    assert packet.counts.tolist() == [[32767, 0, -32767, 0, 10, -10, 0]]
    assert bytes(packet) == ORIENTATION


def test_flagged_packet():
    packet = lm1.DataPacket.from_bytes(FLAGGED)
    assert packet.counts.tolist() == [[1, 2, 3, 4, 5, 6]]
    assert packet.flags.tolist() == [lm1.SampleFlag.CLIPPED | lm1.SampleFlag.BUTTON]
    assert bytes(packet) == FLAGGED


def test_sizes_that_the_specification_gives():
    def size(kind: lm1.Kind, n: int, columns: int) -> int:
        return len(bytes(lm1.DataPacket(kind, 0, 0, np.zeros((n, columns), np.int16), np.zeros(n, np.uint8))))

    assert size(lm1.Kind.MOTION, 1, 6) == 20  # fits the smallest MTU exactly
    assert size(lm1.Kind.MOTION, 4, 6) == 56
    assert size(lm1.Kind.ORIENTATION, 4, 7) == 64
    assert size(lm1.Kind.MOTION, lm1.MAX_BATCH, 6) == 236 <= 247 - 3 < size(lm1.Kind.MOTION, 20, 6)


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        (b"", "header"),
        (MOTION[:7], "header"),
        (MOTION[:-1], "31 bytes for 2 samples"),
        (MOTION + b"\0", "33 bytes"),
        (b"\x21" + MOTION[1:], "format version 2"),
        (b"\x14" + MOTION[1:], "unknown kind 4"),
        (bytes.fromhex("1100000000000000"), "0 samples"),
    ],
)
def test_what_is_no_data_packet_is_refused(payload, says):
    with pytest.raises(DecodeError, match=says):
        lm1.DataPacket.from_bytes(payload)


def test_info():
    info = lm1.Info.from_bytes(INFO)
    assert info.version == 1
    assert info.role is lm1.Role.L1
    assert info.rate_hz == 104.0
    assert info.acc_scale_mps2 == float(np.float32(8 * 9.80665 / 32768))
    assert info.gyr_scale_radps == float(np.float32(np.radians(2000) / 32768))
    assert info.serial_text == "LM100001"
    assert info.capabilities == lm1.Capability.QUATERNION | lm1.Capability.HAPTIC
    assert bytes(info) == INFO


def test_serial_numbers_that_are_no_text_are_hex():
    info = lm1.Info(100.0, 0.001, 0.001, bytes.fromhex("00deadbeef000102"))
    assert info.serial_text == "00deadbeef000102"


@pytest.mark.parametrize("payload", [INFO[:-1], INFO + b"\0", b"\x01\x03" + INFO[2:], bytes(24)])
def test_what_is_no_info_is_refused(payload):
    with pytest.raises(DecodeError, match="info"):
        lm1.Info.from_bytes(payload)


def test_commands_and_answers():
    assert bytes(lm1.Command.start(lm1.Kind.MOTION, 2)) == bytes.fromhex("010102")
    assert bytes(lm1.Command(lm1.Op.STOP)) == bytes.fromhex("02")
    assert bytes(lm1.Command.set_rate(104.0)) == bytes.fromhex("031004")
    assert bytes(lm1.Command(lm1.Op.IDENTIFY)) == bytes.fromhex("04")
    assert bytes(lm1.Command.set_role(lm1.Role.SACRUM, "LM")) == bytes.fromhex("05014c4d")
    assert bytes(lm1.Command(lm1.Op.GYRO_BIAS)) == bytes.fromhex("06")
    assert bytes(lm1.Command(lm1.Op.SLEEP)) == bytes.fromhex("07")
    assert lm1.Command.from_bytes(bytes.fromhex("010102")) == lm1.Command.start(lm1.Kind.MOTION, 2)
    assert lm1.Answer.from_bytes(bytes.fromhex("0102")) == lm1.Answer(1, lm1.Status.BAD_ARGUMENT)
    assert bytes(lm1.Answer(7, lm1.Status.OK)) == bytes.fromhex("0700")
    for payload in (b"", b"\x09"):
        with pytest.raises(DecodeError, match="command"):
            lm1.Command.from_bytes(payload)
    for payload in (b"", b"\x01", b"\x01\x09", b"\x01\x00\x00"):
        with pytest.raises(DecodeError, match="answer"):
            lm1.Answer.from_bytes(payload)


def test_clock_and_haptic():
    assert lm1.clock_token(0xDEADBEEF) == bytes.fromhex("efbeadde")
    beacon = bytes.fromhex("efbeadde0102030405060708")
    assert lm1.ClockBeacon.from_bytes(beacon) == lm1.ClockBeacon(0xDEADBEEF, 0x0807060504030201)
    assert bytes(lm1.ClockBeacon.from_bytes(beacon)) == beacon
    assert bytes(lm1.Haptic(1, 200, 300)) == bytes.fromhex("01c82c01")
    assert lm1.Haptic.from_bytes(bytes.fromhex("01c82c01")) == lm1.Haptic(1, 200, 300)
    with pytest.raises(DecodeError, match="clock"):
        lm1.ClockBeacon.from_bytes(beacon[:-1])
    with pytest.raises(DecodeError, match="haptic"):
        lm1.Haptic.from_bytes(b"")


COUNT = st.integers(-32768, 32767)


@given(
    kind=st.sampled_from(lm1.Kind),
    seq=st.integers(0, 65535),
    t_us=st.integers(0, 2**32 - 1),
    n=st.integers(1, 19),
    data=st.data(),
)
def test_encode_then_decode_is_the_identity(kind, seq, t_us, n, data):
    columns = 7 if kind is lm1.Kind.ORIENTATION else 6
    rows = data.draw(st.lists(st.lists(COUNT, min_size=columns, max_size=columns), min_size=n, max_size=n))
    flags = data.draw(st.lists(st.integers(0, 255), min_size=n, max_size=n))
    sent = lm1.DataPacket(kind, seq, t_us, np.array(rows, np.int16), np.array(flags, np.uint8))
    got = lm1.DataPacket.from_bytes(bytes(sent))
    assert (got.kind, got.seq, got.t_us, got.counts.tolist()) == (kind, seq, t_us, rows)
    assert got.flags.tolist() == (flags if kind is lm1.Kind.MOTION_FLAGS else [])
