"""The portable C code against the host's own reader: what one writes, the other reads, to the bit."""

import ctypes
from collections import deque
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware.notes import vectors
from firmware.portable import (
    DO_CLEAR_RING,
    DO_RATE,
    DO_SAMPLING_ON,
    NO_LATCH,
    Device,
    HapticStruct,
    encode,
)
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.sensors.lm1 import Lm1Decoder
from lumbarwatch.simulate.peripherals.lm1 import Lm1Peripheral
from lumbarwatch.simulate.peripherals.options import RadioOptions
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.wire import lm1
from lumbarwatch.wire.errors import DecodeError

INFO = lm1.Info.from_bytes(vectors()["INFO"])
START = bytes(lm1.Command.start(lm1.Kind.MOTION, 2))


def streaming(library: ctypes.CDLL, kind: lm1.Kind = lm1.Kind.MOTION, batch: int = 2) -> Device:
    device = Device(library, INFO)
    assert device.connect() == DO_SAMPLING_ON
    answer, effects = device.write(bytes(lm1.Command.start(kind, batch)))
    assert (answer, effects) == (lm1.Answer(lm1.Op.START, lm1.Status.OK), DO_CLEAR_RING)
    return device


def drained(device: Device, room: int = 244) -> list[lm1.DataPacket]:
    packets = []
    while payload := device.packet(room):
        packets.append(lm1.DataPacket.from_bytes(payload))
        device.sent()
    return packets


@pytest.mark.parametrize("name", ["MOTION", "MOTION_BOARD", "ORIENTATION", "FLAGGED"])
def test_data_vectors_both_ways(library, name):
    payload = vectors()[name]
    packet = lm1.DataPacket.from_bytes(payload)
    assert bytes(packet) == payload
    assert encode(library, packet.kind, packet.seq, packet.t_us, packet.counts, packet.flags) == payload


@pytest.mark.parametrize("name", ["INFO", "INFO_BOARD"])
def test_info_vectors_both_ways(library, name):
    payload = vectors()[name]
    info = lm1.Info.from_bytes(payload)
    assert bytes(info) == payload
    assert Device(library, info, (info.rate_hz,)).info() == payload


def test_clock_and_haptic_vectors_both_ways(library):
    known = vectors()
    token = ctypes.c_uint32()
    assert library.lm1_get_token(known["TOKEN"], 4, ctypes.byref(token))
    assert lm1.clock_token(token.value) == known["TOKEN"]
    beacon = lm1.ClockBeacon.from_bytes(known["BEACON"])
    out = ctypes.create_string_buffer(12)
    library.lm1_put_beacon(out, beacon.token, beacon.t_us)
    assert out.raw == known["BEACON"] == bytes(beacon)
    haptic = HapticStruct()
    assert library.lm1_get_haptic(known["HAPTIC"], 4, ctypes.byref(haptic))
    assert lm1.Haptic(haptic.pattern, haptic.strength, haptic.ms) == lm1.Haptic.from_bytes(known["HAPTIC"])
    assert not library.lm1_get_haptic(known["HAPTIC"], 3, ctypes.byref(haptic))
    assert not library.lm1_get_token(known["TOKEN"], 5, ctypes.byref(token))


@pytest.mark.parametrize(
    ("command", "answer"), [("START", "START_ANSWER"), ("SET_RATE", None), ("BAD_RATE", "BAD_RATE_ANSWER")]
)
def test_command_vectors(library, command, answer):
    device = Device(library, INFO)
    device.connect()
    got, effects = device.write(vectors()[command])
    wanted = lm1.Answer(vectors()[command][0], lm1.Status.OK)
    assert got == (wanted if answer is None else lm1.Answer.from_bytes(vectors()[answer]))
    assert effects == {"START": DO_CLEAR_RING, "SET_RATE": DO_RATE, "BAD_RATE": 0}[command]


def test_role_name_and_rate_are_taken_over(library):
    device = Device(library, INFO)
    device.connect()
    assert device.write(bytes(lm1.Command.set_role(lm1.Role.SACRUM, "LM-é")))[0].status is lm1.Status.OK
    assert device.write(bytes(lm1.Command.set_rate(208.0)))[0].status is lm1.Status.OK
    assert device.write(bytes(lm1.Command.set_rate(100.0)))[0].status is lm1.Status.BAD_ARGUMENT
    info = lm1.Info.from_bytes(device.info())
    assert (info.role, info.rate_hz, device.name) == (lm1.Role.SACRUM, 208.0, "LM-é")
    assert info.serial == INFO.serial


COMMANDS = [
    *(bytes([lm1.Op.START, kind, batch]) for kind in (0, 1, 2, 3, 4, 16) for batch in (0, 1, 2, 19, 20, 255)),
    bytes([lm1.Op.START]),
    bytes([lm1.Op.START, 1]),
    bytes([lm1.Op.START, 1, 2, 99]),
    *(bytes([op]) for op in (0, lm1.Op.IDENTIFY, lm1.Op.STOP, 8, 255)),
    b"",
]


@pytest.mark.parametrize("payload", COMMANDS, ids=bytes.hex)
def test_it_answers_as_the_virtual_sensor_does(library, payload):
    virtual = Lm1Peripheral(0, None, RadioOptions(), SessionTime(SystemClock()))
    try:
        wanted = virtual._obey(lm1.Command.from_bytes(payload))
    except DecodeError:
        wanted = lm1.Status.UNKNOWN_OP
    device = Device(library, INFO)
    device.connect()
    answer, _ = device.write(payload)
    assert answer == lm1.Answer(payload[0] if payload else 0, wanted)


COUNT = st.integers(-32768, 32767)


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(lm1.Kind),
    seq=st.integers(0, 65535),
    t_us=st.integers(0, 2**32 - 1),
    n=st.integers(1, 16),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_packet_is_the_same_in_both_languages(library, kind, seq, t_us, n, seed):
    random = np.random.default_rng(seed)
    columns = 7 if kind is lm1.Kind.ORIENTATION else 6
    counts = random.integers(-32768, 32768, (n, columns)).astype(np.int16)
    flags = random.integers(0, 256, n).astype(np.uint8)
    payload = encode(library, kind, seq, t_us, counts, flags)
    assert payload == bytes(lm1.DataPacket(kind, seq, t_us, counts, flags))
    assert lm1.DataPacket.from_bytes(payload).counts.tolist() == counts.tolist()


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_the_ring_is_a_queue_that_loses_its_oldest(library, data):
    """Against a deque of 2 s: numbers and values of every sample, over the counter's wrap."""
    device = streaming(library, batch=4)
    model: deque[int] = deque(maxlen=208)
    sent: list[int] = []
    number, dropped = 0, 0
    for n, sends in data.draw(st.lists(st.tuples(st.integers(1, 150), st.integers(0, 40)), max_size=12)):
        numbers = np.arange(number, number + n)
        device.fifo(np.repeat(numbers[:, None], 6, axis=1).astype(np.int16), NO_LATCH, 2)
        dropped += max(0, len(model) + n - 208)
        model.extend(numbers.tolist())
        number += n
        for _ in range(sends):
            payload = device.packet()
            if not payload:
                break
            packet = lm1.DataPacket.from_bytes(payload)
            assert packet.counts[:, 0].tolist() == [(packet.seq + k) for k in range(len(packet.counts))]
            sent.extend(packet.counts[:, 0].tolist())
            device.sent()
            assert [model.popleft() for _ in packet.counts] == packet.counts[:, 0].tolist()
        assert (device.waiting, device.dropped) == (len(model), dropped)
    assert all(a < b for a, b in pairwise(sent))


@pytest.mark.parametrize(("room", "batch", "expected"), [(20, 4, 1), (32, 4, 2), (244, 19, 19), (19, 1, 0)])
def test_a_packet_holds_what_fits_the_mtu(library, room, batch, expected):
    device = streaming(library, batch=batch)
    device.fifo(np.zeros((38, 6), np.int16), NO_LATCH, 2)
    packets = drained(device, room)
    assert all(len(packet.counts) == expected for packet in packets)
    assert len(packets) == (38 // expected if expected else 0)


def test_a_packet_the_radio_refused_is_built_again(library):
    device = streaming(library)
    device.fifo(np.arange(24, dtype=np.int16).reshape(4, 6), NO_LATCH, 2)
    first = device.packet()
    assert device.packet() == first
    device.sent()
    assert lm1.DataPacket.from_bytes(device.packet()).seq == 2


def test_nothing_is_kept_before_the_start_but_everything_is_counted(library):
    device = Device(library, INFO)
    device.connect()
    device.fifo(np.zeros((10, 6), np.int16), NO_LATCH, 2)
    assert (device.waiting, device.next_index) == (0, 10)
    device.write(START)
    device.fifo(np.zeros((2, 6), np.int16), NO_LATCH, 2)
    assert drained(device)[0].seq == 10


def test_numbers_go_on_over_a_lost_link_and_old_samples_are_not_sent(library):
    device = streaming(library)
    device.fifo(np.zeros((5, 6), np.int16), NO_LATCH, 2)
    device.disconnect(1_000_000)
    device.fifo(np.zeros((7, 6), np.int16), NO_LATCH, 2)
    assert device.packet() == b""
    device.connect()
    device.write(START)
    device.fifo(np.zeros((2, 6), np.int16), NO_LATCH, 2)
    assert [packet.seq for packet in drained(device)] == [12]


class Chip:
    """An inertial chip whose oscillator is off: samples in a FIFO, and when it reached its watermark."""

    def __init__(self, library: ctypes.CDLL, rate_hz: float, samples: int) -> None:
        self._library = library
        self.period_us = 1e6 / rate_hz
        random = np.random.default_rng(1)
        self.counts = random.integers(-32768, 32768, (samples, 6)).astype(np.int16)
        self.first_us = 400_000.0
        self.taken = 0

    def time_us(self, number: float) -> float:
        return self.first_us + number * self.period_us

    def latched_us(self, watermark: int) -> int:
        """As a 32.768 kHz counter sees it."""
        ticks = int(self.time_us(self.taken + watermark - 1) * 0.032768)
        return self._library.lm1_us_of_32k(ticks)

    def drain(self, now_us: float) -> np.ndarray:
        until = min(int((now_us - self.first_us) / self.period_us) + 1, len(self.counts))
        block = self.counts[self.taken : until]
        self.taken = until
        return block


@pytest.mark.parametrize("error", [-0.03, 0.0, 0.023])
def test_from_the_chip_to_the_hosts_samples(library, error):
    """40 s with a fade that the ring bridges and one that it does not, the FIFO often drained late."""
    chip = Chip(library, 104.0 * (1 + error), 4160)
    device = streaming(library)
    decoder = Lm1Decoder(
        {"rate_hz": 104.0, "acc_scale_mps2": 1.0, "gyr_scale_radps": 1.0, "serial": INFO.serial_text}
    )
    random = np.random.default_rng(2)
    seqs, times_us, values = [], [], []
    now_us = 0.0
    while chip.taken < len(chip.counts) - 10:
        reached_us = chip.time_us(chip.taken + 1)
        now_us = max(now_us, reached_us) + random.choice([200.0, 3_000.0, 45_000.0], p=[0.8, 0.15, 0.05])
        latched_us = chip.latched_us(2)
        device.fifo(chip.drain(now_us), latched_us, 2)
        faded = 5e6 < now_us < 6.8e6 or 20e6 < now_us < 23e6
        for _ in range(0 if faded else 4):
            payload = device.packet(60)
            if not payload:
                break
            device.sent()
            note = RawNotification(Placement.PELVIS, int(now_us * 1000), 0, lm1.DATA, payload)
            for batch in decoder.decode(note):
                seqs.append(batch.seq)
                times_us.append(batch.t_device_ns / 1000)
                values.append(np.hstack([batch.acc_mps2, batch.gyr_radps]))
    seq, t_us, counts = np.concatenate(seqs), np.concatenate(times_us), np.concatenate(values)
    np.testing.assert_array_equal(counts, chip.counts[seq])
    gaps = np.diff(seq) - 1
    assert (gaps > 0).sum() == 1
    assert gaps.sum() == device.dropped > 80
    assert seq[0] == 0
    assert len(seq) + device.dropped + device.waiting == chip.taken
    settled = seq > 64
    assert np.abs(t_us - chip.time_us(seq))[settled].max() < 60  # two ticks of the counter
    assert abs(device.period_us / chip.period_us - 1) < 500e-6
    assert (np.diff(t_us) > 0).all()
