"""WitMotion's bytes, pinned as literals from the vendor's documents."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumbarwatch.wire import witmotion as wire
from lumbarwatch.wire.errors import DecodeError

UPRIGHT = bytes.fromhex("5561000000000008d204d2040000000000400000")
"""+1 g on z, 75.3 deg/s about x and y, pitch 90 deg."""
RATE_ANSWER = bytes.fromhex("5571030009000000000000000000000000000000")


def test_uuids_are_not_on_the_sig_base():
    assert wire.SERVICE == "0000ffe5-0000-1000-8000-00805f9a34fb"
    assert wire.NOTIFY == "0000ffe4-0000-1000-8000-00805f9a34fb"
    assert wire.WRITE == "0000ffe9-0000-1000-8000-00805f9a34fb"


def test_motion_frame():
    frame = wire.MotionFrame.from_bytes(UPRIGHT)
    assert frame.acc[2] * wire.ACC_SCALE_MPS2 == pytest.approx(9.80665)
    assert np.degrees(frame.gyr[0] * wire.GYR_SCALE_RADPS) == pytest.approx(75.3, abs=0.05)
    assert np.degrees(frame.angle[1] * wire.ANGLE_SCALE_RAD) == pytest.approx(90.0)
    assert bytes(frame) == UPRIGHT


def test_register_frame():
    frame = wire.RegisterFrame.from_bytes(RATE_ANSWER)
    assert (frame.start, frame.values) == (3, (9, 0, 0, 0, 0, 0, 0, 0))
    assert bytes(frame) == RATE_ANSWER
    assert wire.register_in(UPRIGHT + RATE_ANSWER, 3) == 9
    assert wire.register_in(UPRIGHT + RATE_ANSWER[:-1], 3) is None
    assert wire.register_in(RATE_ANSWER, 0x24) is None


def test_commands():
    assert bytes.fromhex("ffaa6988b5") == wire.UNLOCK
    assert bytes.fromhex("ffaa000000") == wire.SAVE
    assert wire.read_command(wire.Register.QUATERNION) == bytes.fromhex("ffaa275100")
    assert wire.read_command(wire.Register.BATTERY) == bytes.fromhex("ffaa276400")
    assert wire.write_command(wire.Register.RATE, 9) == bytes.fromhex("ffaa030900")
    assert wire.write_command(wire.Register.ALGORITHM, wire.Algorithm.SIX_AXES) == bytes.fromhex("ffaa240100")


def test_rates():
    assert dict(wire.RATE_CODES) == {
        1: 0.2, 2: 0.5, 3: 1.0, 4: 2.0, 5: 5.0, 6: 10.0, 7: 20.0, 8: 50.0, 9: 100.0, 11: 200.0,
    }  # fmt: skip


def test_battery_by_the_vendors_table():
    assert [wire.battery_percent(v) for v in (330, 340, 368, 382, 396, 399, 420)] == [
        0,
        0,
        10,
        50,
        90,
        100,
        100,
    ]
    assert wire.battery_percent(775) == 60
    assert [wire.battery_hundredths_v(percent) for percent in (0, 50, 100)] == [340, 382, 399]


@pytest.mark.parametrize("payload", [b"", UPRIGHT[:-1], UPRIGHT + b"\0", b"\x55\x62" + UPRIGHT[2:]])
def test_what_is_no_frame_is_refused(payload):
    with pytest.raises(DecodeError):
        wire.MotionFrame.from_bytes(payload)
    with pytest.raises(DecodeError):
        wire.RegisterFrame.from_bytes(payload)


COUNT = st.integers(-32768, 32767)
TRIPLE = st.tuples(COUNT, COUNT, COUNT)
FRAME = st.builds(wire.MotionFrame, TRIPLE, TRIPLE, TRIPLE)


@given(FRAME)
def test_encode_then_decode_is_the_identity(frame):
    assert wire.MotionFrame.from_bytes(bytes(frame)) == frame


@given(st.integers(0, 65535), st.tuples(*[COUNT] * 8))
def test_registers_encode_then_decode_is_the_identity(start, values):
    frame = wire.RegisterFrame(start, values)
    assert wire.RegisterFrame.from_bytes(bytes(frame)) == frame


@given(st.lists(FRAME, min_size=1, max_size=12), st.data())
def test_frames_survive_any_cutting(frames, data):
    sent = b"".join(bytes(frame) for frame in frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sent)), max_size=8)))
    stream = wire.FrameStream()
    got, thrown = [], 0
    for start, stop in zip([0, *cuts], [*cuts, len(sent)], strict=True):
        completed, lost = stream.feed(sent[start:stop])
        got += completed
        thrown += lost
    assert got == frames
    assert thrown == 0


@given(st.binary(min_size=1, max_size=60), st.lists(FRAME, min_size=3, max_size=6))
def test_the_stream_comes_back_into_step_after_garbage(garbage, frames):
    stream = wire.FrameStream()
    stream.feed(garbage)
    got = [frame for sent in frames for frame in stream.feed(bytes(sent))[0]]
    assert got[-2:] == frames[-2:]


def test_a_half_frame_left_by_a_lost_link_spoils_nothing():
    stream = wire.FrameStream()
    assert stream.feed(UPRIGHT[:11]) == ([], 0)
    frames, thrown = stream.feed(UPRIGHT)
    assert frames == [wire.MotionFrame.from_bytes(UPRIGHT)]
    assert thrown == 11


def test_a_register_answer_inside_the_stream_is_told_apart():
    frames, _ = wire.FrameStream().feed(UPRIGHT + RATE_ANSWER + UPRIGHT)
    assert [type(frame) for frame in frames] == [wire.MotionFrame, wire.RegisterFrame, wire.MotionFrame]


def test_out_of_step_two_bytes_that_look_like_a_header_are_not_believed():
    """The first frame has lost its first byte, and its acceleration reads 55 61."""
    frames = [wire.MotionFrame((0x6155, 1, 2), (3, 4, 5))] + [
        wire.MotionFrame((k, 0, 0), (0, 0, 0)) for k in range(4)
    ]
    sent = b"".join(bytes(frame) for frame in frames)[1:]
    stream = wire.FrameStream()
    got = [frame for at in range(0, len(sent), 7) for frame in stream.feed(sent[at : at + 7])[0]]
    assert got == frames[1:]
