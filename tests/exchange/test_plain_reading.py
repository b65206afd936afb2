import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.spatial.transform import Rotation

from exchange.tables import PERIOD_S, columns, part, write
from lumbarwatch.exchange.plain import NoticeReason, read_plain, slices, to_batches
from lumbarwatch.model.samples import Placement

QUAT = ("qw", "qx", "qy", "qz")
SECOND_NS = 1_000_000_000


def rows_of(table, label="pelvis"):
    return part(table, table["sensor"] == label)


def reasons(recording):
    return [notice.reason for notice in recording.notices]


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.parquet"])
def test_every_format_gives_the_values_written(name, tmp_path):
    table = columns(quaternions=True)
    recording = read_plain(write(tmp_path, table, name))
    for place, sensor in recording.sensors.items():
        mine = rows_of(table, place.value)
        np.testing.assert_array_equal(
            sensor.acc_mps2, np.stack([mine[c] for c in ("ax", "ay", "az")], axis=1)
        )
        np.testing.assert_array_equal(
            sensor.gyr_radps, np.stack([mine[c] for c in ("gx", "gy", "gz")], axis=1)
        )
        quat = np.stack([mine[c] for c in QUAT], axis=1)
        np.testing.assert_array_equal(sensor.quat_wxyz, quat)
        np.testing.assert_array_equal(sensor.seq, mine["seq"])
        np.testing.assert_array_equal(sensor.t_device_ns, np.rint(mine["t_device_s"] * 1e9))
        np.testing.assert_array_equal(sensor.t_arrival_ns, np.rint(mine["t_arrival_s"] * 1e9))
        assert sensor.rate_hz == pytest.approx(1 / PERIOD_S, rel=1e-3)
    assert recording.notices == ()


def test_counters_may_be_empty_or_absent(tmp_path):
    table = columns()
    empty = np.full(len(table["seq"]), np.nan)
    recording = read_plain(write(tmp_path, table | {"t_device_s": empty, "seq": empty}))
    assert all(sensor.seq is None and sensor.t_device_ns is None for sensor in recording.sensors.values())
    assert reasons(recording) == []
    del table["seq"], table["t_device_s"]
    recording = read_plain(write(tmp_path, table))
    assert reasons(recording) == [NoticeReason.COLUMN_ABSENT] * 2


def test_unknown_columns_and_other_sensors_are_ignored_with_a_notice(tmp_path):
    table = columns()
    third = rows_of(table)
    third = third | {"sensor": np.full(len(third["seq"]), "thigh")}
    both = {name: np.concatenate([table[name], third[name]]) for name in table}
    both["mood"] = np.full(len(both["seq"]), "good")
    recording = read_plain(write(tmp_path, both))
    assert reasons(recording) == [NoticeReason.UNKNOWN_COLUMNS, NoticeReason.OTHER_SENSORS]
    assert "mood" in recording.notices[0].sentence
    assert "thigh" in recording.notices[1].sentence


def test_header_and_labels_may_have_blanks_capitals_and_a_byte_order_mark(tmp_path):
    path = write(tmp_path, columns())
    header, rows = path.read_text().split("\n", 1)
    text = header.replace(",", " , ") + "\r\n" + rows.replace("pelvis", " Pelvis ").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert len(read_plain(path).sensors[Placement.PELVIS]) == 2000


def test_rows_in_any_order_give_the_same_samples(tmp_path):
    table = columns()
    expected = read_plain(write(tmp_path, table))
    mixed = np.random.default_rng(3).permutation(len(table["seq"]))
    got = read_plain(write(tmp_path, part(table, mixed)))
    assert NoticeReason.SORTED_BACK in reasons(got)
    assert_same(got, expected)


def test_doubled_rows_are_counted_and_dropped(tmp_path):
    table = columns()
    expected = read_plain(write(tmp_path, table))
    doubled = np.sort(np.r_[np.arange(len(table["seq"])), np.arange(100, 160, 2)])
    late = part(table, doubled)
    late["t_arrival_s"][np.r_[False, np.diff(doubled) == 0]] += (
        0.004  # as after a reconnect: the double is later
    )
    got = read_plain(write(tmp_path, late))
    assert got.sensors[Placement.PELVIS].counts.doubled == 30
    assert got.sensors[Placement.LUMBAR].counts.doubled == 0
    assert_same(got, expected)


def test_packets_that_overtook_each_other_are_put_back(tmp_path):
    table = columns()
    held_back = table["seq"] // 2 % 7 == 3
    got = read_plain(write(tmp_path, table | {"t_arrival_s": table["t_arrival_s"] + 0.15 * held_back}))
    for sensor in got.sensors.values():
        np.testing.assert_array_equal(sensor.seq, np.arange(2000))
        assert (np.diff(sensor.t_arrival_ns) >= 0).all()
        assert sensor.counts.sorted_back > 0


def test_a_sample_more_than_a_second_late_is_left_out(tmp_path):
    table = columns()
    late = (table["sensor"] == "pelvis") & (table["seq"] == 500)
    got = read_plain(write(tmp_path, table | {"t_arrival_s": table["t_arrival_s"] + 1.6 * late}))
    pelvis = got.sensors[Placement.PELVIS]
    assert pelvis.counts.late == 1
    np.testing.assert_array_equal(pelvis.seq, np.delete(np.arange(2000), 500))


def test_restarts_are_kept_and_begin_a_batch(tmp_path):
    table = columns()
    again = table | {"seq": table["seq"] % 700, "t_device_s": table["t_device_s"] % 7.0}
    recording = read_plain(write(tmp_path, again))
    assert len(recording.sensors[Placement.LUMBAR]) == 2000
    np.testing.assert_array_equal(recording.sensors[Placement.LUMBAR].starts, [0, 700, 1400])
    assert recording.sensors[Placement.LUMBAR].seq_modulo is None


@pytest.mark.parametrize(("bits", "start"), [(8, 0), (16, 65000)])
def test_a_counter_that_wraps_is_recognised(bits, start, tmp_path):
    table = columns()
    empty = np.full(len(table["seq"]), np.nan)
    wrapped = (table["seq"] + start) % (1 << bits)
    recording = read_plain(write(tmp_path, table | {"seq": wrapped, "t_device_s": empty}))
    for place, sensor in recording.sensors.items():
        assert sensor.seq_modulo == 1 << bits
        np.testing.assert_array_equal(sensor.seq, wrapped[table["sensor"] == place.value])


def test_a_microsecond_clock_that_wraps_is_recognised(tmp_path):
    table = columns()
    wrapped = (table["t_device_s"] + 4294967296e-6 - 10.0) % 4294967296e-6
    sensor = read_plain(write(tmp_path, table | {"t_device_s": wrapped})).sensors[Placement.PELVIS]
    assert sensor.clock_modulo_ns == 4294967296000
    np.testing.assert_array_equal(sensor.seq, np.arange(2000))


def test_nan_is_a_gap_not_an_angle(tmp_path):
    table = columns()
    table["gy"][np.isin(table["seq"], range(300, 320)) & (table["sensor"] == "lumbar")] = np.nan
    table["ax"][11] = np.inf
    recording = read_plain(write(tmp_path, table))
    lumbar = recording.sensors[Placement.LUMBAR]
    assert lumbar.counts.unreadable == 21
    np.testing.assert_array_equal(lumbar.seq, np.delete(np.arange(2000), [5, *range(300, 320)]))
    assert reasons(recording) == [NoticeReason.UNREADABLE_ROWS]


def test_impossible_values_are_a_gap(tmp_path):
    table = columns()
    table["gx"][400], table["az"][600], table["gz"][801] = 1e6, -1e9, 300.0
    recording = read_plain(write(tmp_path, table))
    np.testing.assert_array_equal(
        recording.sensors[Placement.PELVIS].seq, np.delete(np.arange(2000), [200, 300])
    )
    assert recording.sensors[Placement.LUMBAR].counts.unreadable == 1


def test_a_stuck_counter_is_not_believed(tmp_path):
    table = columns()
    recording = read_plain(write(tmp_path, table | {"t_device_s": np.zeros(len(table["seq"]))}))
    assert all(sensor.t_device_ns is None and len(sensor) == 2000 for sensor in recording.sensors.values())
    assert reasons(recording) == [NoticeReason.COUNTER_UNUSABLE] * 2


@pytest.mark.parametrize("name", ["t_device_s", "seq"])
def test_a_counter_that_jumps_about_is_not_believed(name, tmp_path):
    table = columns()
    jumping = np.random.default_rng(4).integers(0, 2000, len(table["seq"]))
    recording = read_plain(
        write(tmp_path, table | {name: jumping * 0.01 if name == "t_device_s" else jumping})
    )
    assert all(len(sensor) == 2000 for sensor in recording.sensors.values())
    assert reasons(recording) == [NoticeReason.COUNTER_UNUSABLE] * 2


@pytest.mark.parametrize("modulo_s", [1.0, 2.56, 7.3])
def test_a_sensor_clock_may_wrap_soon(modulo_s, tmp_path):
    table = columns()
    recording = read_plain(write(tmp_path, table | {"t_device_s": table["t_device_s"] % modulo_s}))
    for sensor in recording.sensors.values():
        np.testing.assert_array_equal(sensor.seq, np.arange(2000))
        assert len(sensor.starts) == np.ceil(20.0 / modulo_s)


def test_a_row_cut_off_at_the_end_is_left_out(tmp_path):
    path = write(tmp_path, columns())
    path.write_bytes(path.read_bytes()[:-40])
    recording = read_plain(path)
    assert reasons(recording) == [NoticeReason.MALFORMED_ROWS]
    assert len(recording.sensors[Placement.LUMBAR]) == 1999


def test_empty_quaternions_are_no_quaternions_and_gaps_in_them_part_batches(tmp_path):
    table = columns(quaternions=True)
    empty = np.full(len(table["seq"]), np.nan)
    none = read_plain(write(tmp_path, table | dict.fromkeys(QUAT, empty)))
    assert none.sensors[Placement.PELVIS].quat_wxyz is None
    table["qw"][1000:1100] = np.nan
    batches = [b for b in to_batches(read_plain(write(tmp_path, table))) if b.placement is Placement.PELVIS]
    assert [(len(batch), batch.quat_wxyz is not None) for batch in batches] == [
        (500, True),
        (50, False),
        (1450, True),
    ]


def test_a_sensor_that_sends_only_orientation_and_rate_is_read(tmp_path):
    table = columns(quaternions=True)
    empty = np.full(len(table["seq"]), np.nan)
    recording = read_plain(write(tmp_path, table | dict.fromkeys(("ax", "ay", "az"), empty)))
    assert all(batch.acc_mps2 is None and batch.quat_wxyz is not None for batch in to_batches(recording))


def test_slices_hold_every_sample_once_and_end_where_asked(tmp_path):
    recording = read_plain(write(tmp_path, columns()))
    cut = 105 * SECOND_NS
    parts = list(slices(recording, [cut], slice_s=4.0))
    for place, sensor in recording.sensors.items():
        batches = [batch for _, found in parts for batch in found if batch.placement is place]
        np.testing.assert_array_equal(np.concatenate([batch.seq for batch in batches]), sensor.seq)
    ends = [end for end, _ in parts]
    assert cut in ends
    assert ends == sorted(ends)
    for end, batches in parts:
        assert all(batch.t_arrival_ns[-1] <= end for batch in batches)
        assert all(batch.t_arrival_ns[0] > end - 4 * SECOND_NS for batch in batches) or end == ends[0]


@settings(max_examples=25, deadline=None)
@given(delay=arrays.arrays(np.float64, 400, elements=st.floats(0.0, 0.3)))
def test_any_delays_below_a_second_leave_the_samples_alone(delay, tmp_path_factory):
    table = columns(4.0)
    each = np.resize(delay, len(table["seq"]))
    folder = tmp_path_factory.mktemp("delays")
    got = read_plain(write(folder, table | {"t_arrival_s": table["t_arrival_s"] + each}))
    for sensor in got.sensors.values():
        np.testing.assert_array_equal(sensor.seq, np.arange(400))


def assert_same(got, expected):
    for place, sensor in expected.sensors.items():
        for name in ("seq", "t_device_ns", "t_arrival_ns", "acc_mps2", "gyr_radps"):
            np.testing.assert_array_equal(getattr(got.sensors[place], name), getattr(sensor, name), name)


@pytest.mark.parametrize("turn", [(0, 0, 90), (90, 45, -30), (180, 0, 0)])
def test_quaternions_of_another_frame_are_turned_into_the_raw_one(turn, tmp_path):
    table = columns(quaternions=True)
    true = Rotation.from_quat(np.stack([table[name] for name in QUAT], axis=1), scalar_first=True)
    other = (true * Rotation.from_euler("xyz", turn, degrees=True)).as_quat(scalar_first=True)
    recording = read_plain(write(tmp_path, table | dict(zip(QUAT, other.T, strict=True))))
    assert reasons(recording) == [NoticeReason.QUATERNION_TURNED] * 2
    for place, sensor in recording.sensors.items():
        mine = true[table["sensor"] == place.value]
        error = mine.inv() * Rotation.from_quat(sensor.quat_wxyz, scalar_first=True)
        assert np.degrees(error.magnitude().max()) < 1.0


def test_right_quaternions_stay_as_they_are(tmp_path):
    recording = read_plain(write(tmp_path, columns(quaternions=True)))
    assert recording.notices == ()


def test_quaternions_that_contradict_gravity_are_ignored(tmp_path):
    table = columns(quaternions=True)
    random = np.random.default_rng(2).normal(size=(len(table["seq"]), 4))
    random /= np.linalg.norm(random, axis=1, keepdims=True)
    recording = read_plain(write(tmp_path, table | dict(zip(QUAT, random.T, strict=True))))
    assert reasons(recording) == [NoticeReason.QUATERNION_BAD] * 2
    assert all(sensor.quat_wxyz is None for sensor in recording.sensors.values())
