"""Decoders against hostile input: nothing but DecodeError, nothing shared, nothing carried over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import ClockReading, ImuBatch, Placement
from lumbarwatch.sensors import catalogue
from lumbarwatch.sensors.base import DecodeError
from lumbarwatch.wire import lm1, movella, movesense, witmotion
from sensors.decoding import DATA, DESCRIPTIONS, decoded, new, note, valid

FAMILIES = tuple(DESCRIPTIONS)


def hostile(family: str) -> st.SearchStrategy[bytes]:
    """Random bytes, and healthy packets that were cut, lengthened, flipped or replayed."""
    healthy = st.sampled_from(valid(family, 1))

    @st.composite
    def damaged(draw) -> bytes:
        payload = bytearray(draw(healthy))
        for at in draw(st.lists(st.integers(0, len(payload) - 1), max_size=3)):
            payload[at] = draw(st.integers(0, 255))
        return bytes(payload[: draw(st.integers(0, len(payload)))]) + draw(st.binary(max_size=8))

    return st.one_of(st.binary(max_size=64), healthy, damaged())


@pytest.mark.parametrize("family", FAMILIES)
def test_who_sends_raw_data_is_known_before_it_is_connected(family):
    decoder = new(family)
    batches = [batch for payload in valid(family, 1) for batch in decoder.decode(note(family, payload))]
    accelerated = [batch.acc_mps2 is not None for batch in batches if isinstance(batch, ImuBatch)]
    assert set(accelerated) == {catalogue.families()[family].raw}


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=250, deadline=None)
@given(data=st.data())
def test_nothing_but_decode_error(family, data):
    """250 examples of 40 payloads: 10,000 for each family."""
    decoder = new(family)
    payloads = data.draw(st.lists(hostile(family), min_size=40, max_size=40))
    step_ns = data.draw(st.sampled_from([0, 10**7, 10**9]))
    for k, payload in enumerate(payloads):
        try:
            batches = decoder.decode(note(family, payload, k * step_ns))
        except DecodeError:
            continue
        assert all(isinstance(batch, ImuBatch) and batch.placement is Placement.PELVIS for batch in batches)


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_two_decoders_share_nothing(family, data):
    one, other = valid(family, 1), valid(family, 2)
    alone = decoded(new(family), family, one), decoded(new(family), family, other)
    first, second = new(family), new(family)
    got: tuple[list, list] = ([], [])
    queues = [list(enumerate(one)), list(enumerate(other))]
    while any(queues):
        which = data.draw(st.sampled_from([i for i in (0, 1) if queues[i]]))
        k, payload = queues[which].pop(0)
        decoder = (first, second)[which]
        for batch in decoder.decode(note(family, payload, k * 10_000_000)):
            got[which].extend(tuple(row) for row in batch.gyr_radps.tolist())
    assert got == alone


@pytest.mark.parametrize("family", FAMILIES)
def test_a_healthy_stream_decodes_whole(family):
    values = decoded(new(family), family, valid(family, 3))
    assert len(values) == {"lm1": 80, "witmotion": 40, "movesense": 320, "movella": 40}[family]
    assert "refused" not in values


@pytest.mark.parametrize("family", [family for family in FAMILIES if family != "witmotion"])
@pytest.mark.parametrize("times", [2, 3])
def test_packets_delivered_again_and_again_are_decoded_once(family, times):
    payloads = valid(family, 4)
    again = [payload for payload in payloads for _ in range(times)]
    assert decoded(new(family), family, again) == decoded(new(family), family, payloads)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_truncated_packet_costs_no_other(family):
    payloads = valid(family, 5)
    whole = decoded(new(family), family, payloads)
    cut = decoded(new(family), family, [*payloads[:20], payloads[20][:-3], *payloads[21:]])
    kept = [value for value in cut if value != "refused"]
    assert set(kept) < set(whole)
    assert len(kept) >= len(whole) - len(whole) // 20


@pytest.mark.parametrize("family", ["lm1", "movella"])
def test_reordered_packets_are_decoded_with_their_own_stamps(family):
    payloads = valid(family, 6)
    payloads[10], payloads[11] = payloads[11], payloads[10]
    decoder = new(family)
    batches = [b for k, p in enumerate(payloads) for b in decoder.decode(note(family, p, k * 10**7))]
    stamps = [int(batch.t_device_ns[0]) for batch in batches]
    assert sorted(stamps) == [stamps[i] for i in (*range(10), 11, 10, *range(12, 40))]


@pytest.mark.parametrize("family", FAMILIES)
def test_other_characteristics_are_not_samples(family):
    notification = note(family, b"\x01\x02")
    other = type(notification)(Placement.PELVIS, 0, 0, "00002a19-0000-1000-8000-00805f9b34fb", b"\x57")
    assert new(family).decode(other) == []


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "bad", [{}, {"rate_hz": 0}, {"rate_hz": "104"}, {"rate_hz": True}, {"rate_hz": None}]
)
def test_a_description_without_a_rate_is_refused(family, bad):
    with pytest.raises(DecodeError, match="rate_hz"):
        catalogue.decoder(family, bad)


# LM-1 ------------------------------------------------------------------------------------------------------
def lm1_packet(seq: int, t_us: int, n: int = 2, value: int = 0) -> bytes:
    counts = np.full((n, 6), value, np.int16)
    return bytes(lm1.DataPacket(lm1.Kind.MOTION, seq % 65536, t_us % 2**32, counts))


def test_lm1_values_counters_and_ranges():
    decoder = new("lm1")
    (batch,) = decoder.decode(note("lm1", lm1_packet(7, 1000, value=-100), 5))
    np.testing.assert_array_equal(batch.acc_mps2, np.full((2, 3), -100 * 0.0025))
    np.testing.assert_array_equal(batch.gyr_radps, np.full((2, 3), -100 * 0.001))
    assert batch.seq.tolist() == [7, 8]
    assert batch.t_arrival_ns.tolist() == [5, 5]
    info = decoder.info
    assert (info.seq_modulo, info.clock_modulo_ns) == (65536, 2**32 * 1000)
    assert info.acc_range_mps2 == 32767 * 0.0025


def test_lm1_period_is_measured_and_never_nominal_after_the_first_packet():
    """A part that runs at 90 Hz and says 104."""
    decoder = new("lm1")
    period_us = 1e6 / 90
    for k in range(40):
        first_us = round(4 * k * period_us)
        (batch,) = decoder.decode(note("lm1", lm1_packet(4 * k, first_us, 4, k), k))
        truth_ns = (4 * k + np.arange(4)) * period_us * 1000
        if k:
            assert np.abs(batch.t_device_ns - truth_ns).max() < 3000


def test_lm1_counter_and_clock_run_past_their_modulus_inside_a_packet():
    decoder = new("lm1")
    for k in range(5):
        seq, t_us = 65536 - 9 + 2 * k, 2**32 - 86_000 + 19_231 * k
        (batch,) = decoder.decode(note("lm1", lm1_packet(seq, t_us, value=k), k))
    assert batch.seq.tolist() == [65535, 65536]
    assert (np.diff(batch.t_device_ns) > 9_000_000).all()
    (batch,) = decoder.decode(note("lm1", lm1_packet(65537, 2**32 - 86_000 + 19_231 * 5, value=9), 9))
    assert batch.seq.tolist() == [1, 2]
    assert np.abs(np.diff(batch.t_device_ns) - 9_615_500).max() < 1000


def test_lm1_period_survives_a_reboot():
    decoder = new("lm1")
    for k in range(20):
        decoder.decode(note("lm1", lm1_packet(1000 + 2 * k, 50_000_000 + 20_000 * k, value=k), k))
    (batch,) = decoder.decode(note("lm1", lm1_packet(0, 1234), 21))
    assert batch.t_device_ns.tolist() == [1_234_000, 11_234_000]


def test_lm1_clock_beacons_are_readings_and_no_samples():
    decoder = new("lm1")
    payload = bytes(lm1.ClockBeacon(5, 2**32 + 7))
    notification = RawNotification(Placement.LUMBAR, 99, 0, lm1.CLOCK, payload)
    assert decoder.decode(notification) == []
    assert decoder.clock_reading(notification) == ClockReading(Placement.LUMBAR, 7000, 99)
    assert decoder.clock_reading(note("lm1", payload)) is None
    assert decoder.read(notification) == [ClockReading(Placement.LUMBAR, 7000, 99)]
    assert [len(batch) for batch in decoder.read(note("lm1", lm1_packet(0, 1000)))] == [2]
    with pytest.raises(DecodeError):
        decoder.clock_reading(RawNotification(Placement.LUMBAR, 99, 0, lm1.CLOCK, payload[:5]))
    assert new("movella").clock_reading(notification) is None


def test_lm1_orientation_packets():
    counts = np.array([[32767, 0, 0, 0, 10, 20, 30]], np.int16)
    payload = bytes(lm1.DataPacket(lm1.Kind.ORIENTATION, 0, 0, counts))
    (batch,) = new("lm1").decode(note("lm1", payload))
    assert batch.acc_mps2 is None
    assert batch.quat_wxyz.tolist() == [[1.0, 0.0, 0.0, 0.0]]
    with pytest.raises(DecodeError, match="norm"):
        new("lm1").decode(note("lm1", bytes(lm1.DataPacket(lm1.Kind.ORIENTATION, 0, 0, counts // 2))))


# Movesense -------------------------------------------------------------------------------------------------
def test_movesense_parts_in_any_disorder_cost_only_their_own_block():
    payloads = valid("movesense", 7, packets=6)
    lost_second = [p for i, p in enumerate(payloads) if i != 3]
    values = decoded(new("movesense"), "movesense", lost_second)
    assert values.count("refused") == 1
    assert len(values) == 5 * 8 + 1
    lost_first = [p for i, p in enumerate(payloads) if i != 2]
    values = decoded(new("movesense"), "movesense", lost_first)
    assert values.count("refused") == 1
    assert len(values) == 5 * 8 + 1


def test_movesense_a_first_half_does_not_outlive_the_next_block():
    decoder = new("movesense")
    first, second = movesense.parts(1, bytes(movesense.Imu6Block(0, *np.zeros((2, 8, 3), np.float32))))
    short = bytes(movesense.DataPart(1, bytes(movesense.Imu6Block(77, *np.ones((2, 4, 3), np.float32)))))
    assert decoder.decode(note("movesense", first)) == []
    assert len(decoder.decode(note("movesense", short))) == 1
    with pytest.raises(DecodeError, match="first half is missing"):
        decoder.decode(note("movesense", second))


def test_movesense_times_inside_a_block_come_from_the_measured_period():
    """A part 2 % slow, stamps cut to whole milliseconds."""
    decoder = new("movesense")
    period_ms = 1000 / 104 * 1.02
    for k in range(60):
        values = np.full((2, 8, 3), k, np.float32)
        block = movesense.Imu6Block(int(8 * k * period_ms), values[0], values[1])
        for part in movesense.parts(1, bytes(block)):
            batches = decoder.decode(note("movesense", part, k))
    np.testing.assert_allclose(np.diff(batches[0].t_device_ns), period_ms * 1e6, rtol=5e-4)
    assert decoder.info.seq_modulo is None
    assert decoder.info.clock_modulo_ns == 2**32 * 10**6


def test_movesense_answers_are_not_samples():
    decoder = new("movesense")
    assert decoder.decode(note("movesense", bytes.fromhex("0101c800"))) == []
    assert decoder.decode(note("movesense", b"\x02\x09" + bytes(100))) == []  # another subscription


# Movella ---------------------------------------------------------------------------------------------------
def test_movella_values():
    payload = bytes(movella.CustomMode3(2**32 - 1, (0.0, 1.0, 0.0, 0.0), (90.0, 0.0, -45.0)))
    (batch,) = new("movella").decode(note("movella", payload + bytes(8)))
    assert batch.quat_wxyz.tolist() == [[0.0, 1.0, 0.0, 0.0]]
    np.testing.assert_allclose(batch.gyr_radps, [[np.pi / 2, 0.0, -np.pi / 4]])
    assert batch.t_device_ns.tolist() == [(2**32 - 1) * 1000]
    assert batch.seq is None


def test_movella_refuses_what_is_no_orientation():
    for quat in ((0.0, 0.0, 0.0, 0.0), (2.0, 0.0, 0.0, 0.0), (float("nan"), 0.0, 0.0, 0.0)):
        payload = bytes(movella.CustomMode3(0, quat, (0.0, 0.0, 0.0)))
        with pytest.raises(DecodeError):
            new("movella").decode(note("movella", payload))


# WitMotion -------------------------------------------------------------------------------------------------
def test_witmotion_keeps_identical_neighbours():
    """Without a counter a still sensor's equal frames are samples, not repeats."""
    payload = bytes(witmotion.MotionFrame((0, 0, 2048), (0, 0, 0)))
    decoder = new("witmotion")
    batches = [b for k in range(5) for b in decoder.decode(note("witmotion", payload, k * 10**7))]
    assert len(batches) == 5
    assert batches[0].acc_mps2[0, 2] == pytest.approx(9.80665)
    assert batches[0].seq is None
    assert batches[0].t_device_ns is None


def test_witmotion_half_frame_does_not_outlive_its_link():
    frame = bytes(witmotion.MotionFrame((1, 2, 3), (4, 5, 6)))
    decoder = new("witmotion")
    decoder.decode(note("witmotion", frame[:9], 0))
    got = [b for part in (frame[:8], frame[8:]) for b in decoder.decode(note("witmotion", part, 10**9))]
    assert [len(batch) for batch in got] == [1]


def test_data_characteristics_are_the_first_subscribed():
    for family in FAMILIES:
        assert catalogue.driver(family).notify_characteristics[0] == DATA[family]
