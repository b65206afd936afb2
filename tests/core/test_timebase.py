"""Host time, losses, restarts and the measured period of one sensor's stream."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.streamed import MS, S, steady, timed, whole
from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.samples import SensorInfo

INFO = SensorInfo()


def rate_of(info_rate):
    return SensorInfo(nominal_rate_hz=info_rate)


@pytest.mark.parametrize("rate_hz", [25.0, 52.0, 60.0, 100.0, 104.0, 286.0])
@pytest.mark.parametrize(("clock", "seq"), [(True, True), (True, False), (False, True), (False, False)])
def test_exact_arrivals_come_out_unchanged(rate_hz, clock, seq):
    """A plain table with exact arrival times, with and without clock and number, and a wrong nominal."""
    stream = steady(int(40 * rate_hz), rate_hz).plain(clock=clock, seq=seq)
    timebase = Timebase(INFO)
    out = timed(timebase, stream, sizes=(7, 64))
    assert np.abs(out.t_ns - stream.arrival_ns).max() < 0.5 * MS
    assert timebase.lost == 0
    assert timebase.restarts == 0
    assert timebase.period_ns == pytest.approx(S / rate_hz, rel=1e-4)
    assert out.period_ns[-1] == pytest.approx(S / rate_hz, rel=1e-4)
    assert timebase.loss_estimated is not seq


@pytest.mark.parametrize(("clock", "seq"), [(True, True), (True, False), (False, True), (False, False)])
def test_losses_are_counted_where_they_happen(clock, seq):
    stream = steady(6000).without((3000, 3001), (3500, 3540), (5000, 5003)).plain(clock=clock, seq=seq)
    timebase = Timebase(INFO)
    out = timed(timebase, stream)
    assert {int(i): int(out.lost[i]) for i in np.flatnonzero(out.lost)} == {3000: 1, 3499: 40, 4959: 3}
    assert timebase.lost == 44
    assert timebase.longest_gap_s == pytest.approx(0.41, abs=0.002)
    (gap,) = timebase.gaps
    assert (gap.t_ns, gap.lost, gap.estimated) == (out.t_ns[3499], 40, not seq)
    assert gap.seconds == pytest.approx(0.41, abs=0.002)
    assert np.abs(out.t_ns - stream.arrival_ns).max() < 1 * MS


def test_a_nominal_rate_that_is_wrong_does_no_harm():
    stream = steady(1000, 25.0)
    out = timed(Timebase(rate_of(286.0)), stream, sizes=(1,))
    assert out.lost.sum() == 0
    assert out.period_ns[1:] == pytest.approx(40 * MS, rel=1e-4)


@pytest.mark.parametrize("seq", [True, False])
def test_a_coarse_clock_still_gives_the_period(seq):
    """Milliseconds at 104 Hz: the first step reads 9 or 10 ms."""
    stream = steady(3000, 104.0)
    stream = replace(stream, clock_ns=stream.clock_ns // MS * MS).plain(seq=seq)
    timebase = Timebase(INFO)
    timed(timebase, stream)
    assert timebase.period_ns == pytest.approx(S / 104.0, rel=2e-4)
    assert timebase.lost == 0


def test_a_late_first_packet_is_made_up_for_without_going_back():
    stream = steady(500)
    arrival = stream.arrival_ns.copy()
    arrival[:5] = arrival[4] + 25 * MS
    arrival = np.maximum.accumulate(arrival)
    out = timed(Timebase(INFO), replace(stream, arrival_ns=arrival), sizes=(1,))
    assert (np.diff(out.t_ns) > 0).all()
    assert np.abs(out.t_ns[30:] - stream.arrival_ns[30:]).max() < 1 * MS


def test_counters_that_come_and_go_do_no_harm():
    """A table with holes in its clock column."""
    stream = steady(3000)
    parts = [stream.take(np.arange(a, a + 500)).plain(clock=a % 1000 == 0) for a in range(0, 3000, 500)]
    timebase = Timebase(INFO)
    out = whole([timebase.step(batch) for part in parts for batch in part.batches((50,))])
    assert len(out) == 3000
    assert np.abs(out.t_ns - stream.arrival_ns).max() < 1 * MS
    assert (timebase.lost, timebase.restarts) == (0, 0)


def test_counters_wrap():
    """A 16-bit number and a 32-bit clock in microseconds, which wraps after 71.6 min."""
    stream = steady(40_000)
    modulo_ns = 2**32 * 1000
    start_ns = modulo_ns - 100 * S
    clock = (stream.clock_ns + start_ns) % modulo_ns
    seq = (stream.seq + 65_000) % 65_536
    stream = replace(stream, clock_ns=clock, seq=seq).without((20_000, 20_010))
    timebase = Timebase(SensorInfo(seq_modulo=65_536, clock_modulo_ns=modulo_ns))
    out = timed(timebase, stream)
    assert (timebase.lost, timebase.restarts, timebase.doubled) == (10, 0, 0)
    assert np.abs(out.t_ns - stream.arrival_ns).max() < 1 * MS


def test_a_small_counter_wraps_many_times_in_a_long_gap():
    stream = steady(4000)
    stream = replace(stream, seq=stream.seq % 256).without((1000, 2000))
    timebase = Timebase(SensorInfo(seq_modulo=256))
    timed(timebase, stream)
    assert timebase.lost == 1000


def test_doubled_packets_are_dropped():
    stream = steady(1000)
    order = np.concatenate([np.arange(500), np.arange(480, 500), np.arange(490, 1000)])
    doubled = stream.take(order)
    doubled = replace(doubled, arrival_ns=np.maximum.accumulate(doubled.arrival_ns))
    timebase = Timebase(INFO)
    out = timed(timebase, doubled, sizes=(10,))
    assert (timebase.doubled, timebase.late, timebase.lost) == (30, 0, 0)
    np.testing.assert_array_equal(out.arrival_ns, timed(Timebase(INFO), stream).arrival_ns)


def test_late_samples_are_dropped_and_told_from_doubled_ones():
    stream = steady(1000)
    order = np.concatenate([np.arange(500), np.arange(504, 520), np.arange(500, 504), np.arange(520, 1000)])
    swapped = stream.take(order)
    swapped = replace(swapped, arrival_ns=np.maximum.accumulate(swapped.arrival_ns))
    timebase = Timebase(INFO)
    out = timed(timebase, swapped, sizes=(4,))
    assert (timebase.doubled, timebase.late, timebase.lost) == (0, 4, 4)
    assert len(out) == 996
    assert (np.diff(out.t_ns) > 0).all()


@pytest.mark.parametrize(("clock", "seq"), [(True, True), (True, False), (False, True)])
def test_a_restart_keeps_the_host_time(clock, seq):
    """Clock and number begin anew after a gap of 2 s; host time goes on."""
    first, second = steady(6000), steady(6000)
    second = replace(second, arrival_ns=second.arrival_ns + 62 * S)
    stream = first.then(second).plain(clock=clock, seq=seq)
    timebase = Timebase(INFO)
    out = timed(timebase, stream)
    assert timebase.restarts == 1
    assert np.flatnonzero(out.restarted).tolist() == [6000]
    assert out.lost[6000] == pytest.approx(200, abs=1)
    assert np.abs(out.t_ns - stream.arrival_ns).max() < 2 * MS
    assert out.period_ns[6001] == pytest.approx(10 * MS, rel=1e-3)


def test_a_clock_that_jumps_ahead_is_a_restart():
    stream = steady(4000)
    jumped = stream.clock_ns + np.where(np.arange(4000) >= 2000, 3600 * S, 0)
    timebase = Timebase(INFO)
    out = timed(timebase, replace(stream, clock_ns=jumped), sizes=(300,))
    assert timebase.restarts == 1
    assert timebase.lost == 0
    assert np.abs(out.t_ns - stream.arrival_ns).max() < 2 * MS


def test_a_restart_soon_after_the_start_is_found():
    """The clock was at 2 s: so far back could be packets sent again, but not for longer than a second."""
    first, second = steady(200), steady(2000)
    second = replace(second, arrival_ns=second.arrival_ns + 5 * S)
    timebase = Timebase(INFO)
    timed(timebase, first.then(second), sizes=(10,))
    assert timebase.restarts == 1
    assert timebase.samples > 2000


def test_a_reconnect_is_no_restart():
    """The device went on counting through 30 s without a link."""
    stream = steady(9000).without((3000, 6000))
    timebase = Timebase(INFO)
    out = timed(timebase, stream)
    assert (timebase.restarts, timebase.lost) == (0, 3000)
    assert np.abs(out.t_ns - stream.arrival_ns).max() < 1 * MS


def delayed(stream, rng, interval_ms=30.0):
    """Arrivals at the next connection event, with host jitter."""
    interval = interval_ms * MS
    phase = rng.uniform(0, interval)
    events = np.ceil((stream.arrival_ns - phase) / interval)
    arrival = phase + events * interval + rng.exponential(2 * MS, len(stream))
    return replace(stream, arrival_ns=np.maximum.accumulate(np.rint(arrival).astype(np.int64)))


def test_delays_of_unequal_links_do_not_pull_sensors_apart():
    """The same instants over intervals of 15 and 50 ms; a fit through mean delays would differ by 17 ms."""
    apart = []
    for seed in range(8):
        rng = np.random.default_rng(seed)
        quick = timed(Timebase(INFO), delayed(steady(12_000, 101.0), rng, 15.0))
        slow = timed(Timebase(INFO), delayed(steady(12_000, 101.0), rng, 50.0))
        apart.append(np.mean(quick.t_ns[1000:] - slow.t_ns[1000:]) / MS)
    assert abs(np.mean(apart)) < 2.0
    assert np.max(np.abs(apart)) < 4.0


def test_a_drifting_clock_is_followed():
    rng = np.random.default_rng(1)
    stream = delayed(steady(60_000), rng)
    drifting = replace(stream, clock_ns=np.rint(stream.clock_ns * (1 - 100e-6)).astype(np.int64))
    timebase = Timebase(INFO)
    out = timed(timebase, drifting)
    true_ns = steady(60_000).arrival_ns
    offset = (out.t_ns - true_ns) / MS
    assert np.ptp(offset[3000:]) < 6.0  # 60 ms without a skew
    assert timebase.clock_ppm == pytest.approx(100.0, abs=15.0)
    assert timebase.period_ns == pytest.approx(10 * MS, rel=2e-5)


def test_time_neither_jumps_nor_goes_back_after_the_start():
    rng = np.random.default_rng(2)
    stream = delayed(steady(30_000), rng)
    out = timed(Timebase(INFO), stream, sizes=(2,))
    steps = np.diff(out.t_ns)
    assert (steps > 0).all()
    assert steps[200:].min() > 9.7 * MS
    assert steps[200:].max() < 10.3 * MS


def test_beacons_narrow_what_packets_leave_open():
    def sigma(beacons):
        rng = np.random.default_rng(3)
        stream = delayed(steady(12_000), rng)
        timebase = Timebase(INFO)
        for k, batch in enumerate(stream.batches((100,))):
            timebase.step(batch)
            if beacons:
                read_ns = k * S + int(rng.uniform(0, S))
                timebase.beacon(read_ns, read_ns + int(21 * MS + rng.exponential(3 * MS)))
        return timebase.sigma_ns

    assert sigma(beacons=True) < 0.7 * sigma(beacons=False)


def test_a_stall_of_the_host_moves_nothing():
    stream = steady(6000)
    arrival = stream.arrival_ns.copy()
    arrival[3000:3040] = arrival[3040]
    out = timed(Timebase(INFO), replace(stream, arrival_ns=arrival))
    assert np.abs(out.t_ns - stream.arrival_ns).max() < 1 * MS


def test_without_clock_and_number_a_late_sample_is_no_loss():
    """One regular arrival 30 ms late, the rest in time: what looked like a loss is taken back."""
    stream = steady(6000).plain(clock=False, seq=False)
    arrival = stream.arrival_ns.copy()
    arrival[3000:3003] = arrival[3003]
    timebase = Timebase(INFO)
    out = timed(timebase, replace(stream, arrival_ns=arrival))
    assert timebase.lost == 0
    assert np.abs(out.t_ns[3300:] - stream.arrival_ns[3300:]).max() < 1 * MS


@pytest.mark.parametrize("sizes", [(1,), (7, 64), (1000,)])
@pytest.mark.parametrize("interval_ms", [15.0, 30.0, 47.5])
def test_without_clock_and_number_a_known_cut_tells_its_loss(interval_ms, sizes):
    """Packets bunched by connection intervals, the link cut for a quarter of a second and for longer."""
    spans = [(900, 925), (1400, 1424), (2000, 2131), (3500, 3526)]
    whole_stream = steady(6000, 100.7)
    taken_ns = whole_stream.arrival_ns - 20 * MS
    sent_ns = np.ceil(taken_ns / (interval_ms * MS)) * interval_ms * MS + 3 * MS
    stream = replace(whole_stream, arrival_ns=sent_ns.astype(np.int64)).plain(clock=False, seq=False)
    timebase, out, at = Timebase(rate_of(100.0)), [], 0
    for start, stop in [*spans, (len(stream), len(stream))]:
        out.append(timed(timebase, stream.take(np.arange(at, start)), sizes))
        timebase.link_cut()
        at = stop
    lost = np.array([stop - start for start, stop in spans])
    assert np.abs([gap.lost for gap in timebase.gaps] - lost).max() <= 1
    assert all(gap.estimated for gap in timebase.gaps)
    assert abs(timebase.lost - lost.sum()) <= 2
    came = np.setdiff1d(np.arange(6000), np.concatenate([np.arange(*span) for span in spans]))
    late_ms = (np.concatenate([part.t_ns for part in out]) - taken_ns[came]) / MS
    settling = (came[:, None] >= [stop for _, stop in spans]) & (
        came[:, None] < [stop + 55 for _, stop in spans]
    )
    late_ms -= np.median(late_ms)
    assert np.abs(late_ms[settling.any(axis=1)]).max() <= interval_ms + 1.0
    assert np.abs(late_ms[~settling.any(axis=1)][300:]).max() < 11.0


def test_bunched_arrivals_without_clock_and_number_are_spread():
    rng = np.random.default_rng(4)
    stream = delayed(steady(12_000), rng, 15.0).plain(clock=False, seq=False)
    timebase = Timebase(INFO)
    out = timed(timebase, stream)
    offset = (out.t_ns - steady(12_000).arrival_ns) / MS
    assert np.ptp(offset[1000:]) < 8.0
    assert np.std(np.diff(out.t_ns)[1000:]) < 0.1 * MS  # arrivals: 6 ms
    assert timebase.lost <= 1


PARTS = ("t_ns", "arrival_ns", "gyr_radps", "acc_mps2", "lost", "restarted", "period_ns")


def eventful(seed):
    """Jitter, loss, a double, a restart, numbers of samples."""
    rng = np.random.default_rng(seed)
    gyr = rng.normal(size=(3000, 3))
    first = delayed(steady(3000, float(rng.choice([25.0, 100.0, 286.0])), gyr=gyr), rng)
    first = first.without((700, 730), (1500, 1501)).take(
        np.concatenate([np.arange(1000), np.arange(990, 2000)])
    )
    first = replace(first, arrival_ns=np.maximum.accumulate(first.arrival_ns))
    second = delayed(steady(1500, gyr=gyr[:1500]), rng)
    return first.then(replace(second, arrival_ns=second.arrival_ns + first.arrival_ns[-1] + S))


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    sizes=st.lists(st.integers(1, 400), min_size=1, max_size=6),
    kind=st.sampled_from([(True, True), (True, False), (False, True), (False, False)]),
    shift=st.integers(-(10**17), 10**17),
)
def test_chunks_and_whole_shifts_change_nothing(seed, sizes, kind, shift):
    stream = eventful(seed).plain(clock=kind[0], seq=kind[1])
    one = timed(Timebase(INFO), stream, sizes=(10_000,))
    moved = replace(stream, arrival_ns=stream.arrival_ns + shift)
    other = timed(Timebase(INFO), moved, sizes)
    for part in PARTS:
        expected = getattr(one, part) + (shift if part in ("t_ns", "arrival_ns") else 0)
        np.testing.assert_array_equal(getattr(other, part), expected, err_msg=part)


def test_memory_does_not_grow_with_time():
    timebase = Timebase(INFO)
    stream = steady(200_000)
    sizes = []
    for k, batch in enumerate(stream.batches((2000,))):
        timebase.step(batch)
        if k % 20 == 19:
            sizes.append(held(timebase))
    assert sizes[-1] <= sizes[1] * 1.2


def held(thing, seen=None):
    """Bytes of arrays and number of other values reachable from an object."""
    seen = set() if seen is None else seen
    if id(thing) in seen or isinstance(thing, type):
        return 0
    seen.add(id(thing))
    if isinstance(thing, np.ndarray):
        return thing.nbytes
    if isinstance(thing, dict):
        return 8 + sum(held(value, seen) for value in thing.values())
    if isinstance(thing, list | tuple | set) or type(thing).__name__ == "deque":
        return 8 + sum(held(value, seen) for value in thing)
    total = 8
    for name in {*getattr(thing, "__dict__", {}), *getattr(type(thing), "__slots__", ())}:
        total += held(getattr(thing, name, None), seen)
    return total
