"""Six poses against parts whose errors are known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumbarwatch.core.accelerometer import (
    corrected,
    corrected_info,
    count_poses,
    fit_accelerometer,
    poses_missing,
    poses_so_far,
)
from lumbarwatch.core.stillness import lying_s, still_windows
from lumbarwatch.model.checks import ModelError
from lumbarwatch.model.samples import ImuBatch, Placement, SensorInfo
from lumbarwatch.model.sensor_calibration import AccelerometerCalibration, AccelerometerReason
from lumbarwatch.simulate.session import simulate_session

G = 9.80665
MG = G / 1000.0
RATE = 100
SIDES = np.concatenate([np.eye(3), -np.eye(3)])
CHEAP_OFFSET, CHEAP_SCALE = np.array([0.20, -0.15, 0.18]), np.array([1.01, 0.99, 1.012])


def stream(
    directions, *, seconds=3.0, offset=0.0, scale=1.0, noise=0.011, rate_noise=0.0017, seed=0, cross=None
):
    """A sensor that lies with each of the directions up, turned in between: what it reads."""
    rng = np.random.default_rng(seed)
    lie, turn = round(seconds * RATE), RATE
    ups, moving = [], []
    for here, after in zip(directions, [*directions[1:], None], strict=True):
        ups.append(np.tile(here / np.linalg.norm(here), (lie, 1)))
        moving.append(np.zeros(lie, bool))
        if after is not None:
            share = np.linspace(0, 1, turn)[:, None]
            between = (
                (1 - share) * here + share * after + 0.3 * np.sin(np.pi * share) * np.array([1.0, 0.7, 0.4])
            )
            ups.append(between / np.linalg.norm(between, axis=1)[:, None])
            moving.append(np.ones(turn, bool))
    up, still = np.concatenate(ups), ~np.concatenate(moving)
    force = up * G if cross is None else up * G @ cross.T
    acc = force * scale + offset + rng.normal(0, noise, up.shape)
    gyr = (
        rng.normal(0, rate_noise, up.shape)
        + np.where(still, 0, np.sin(np.arange(len(up)) / 7))[:, None]
        + 0.01
    )
    t_ns = (np.arange(len(up)) * 1e9 / RATE).astype(np.int64) + 5_000_000_000
    return t_ns, gyr, acc


def errors(fit, offset, scale):
    """Offset error in mg, scale error in parts."""
    found = fit.calibration
    assert found is not None, fit.reasons
    return np.array(found.offset_mps2) / MG - np.array(offset) / MG, np.array(found.scale) * scale - 1.0


@pytest.mark.parametrize("place", Placement)
@pytest.mark.parametrize("seed", [2, 5])
def test_a_cheap_part_is_known_to_2_mg_after_six_poses(place, seed):
    """18 mg and 1 %, 1 % of packets lost in bursts, 16 bits, laid down askew: offset and scale are found."""
    made = simulate_session("six_pose", "cheap", seed)
    rows, part = made.received[place], made.parts[place]
    t_ns = np.round(rows.t_arrival_s * 1e9).astype(np.int64)
    fit = fit_accelerometer(t_ns, rows.gyr_radps, rows.acc_mps2)
    offset_mg, scale = errors(fit, part.acc_offset_mps2, part.acc_scale)
    assert fit.poses == 6
    assert fit.before_mps2 > 5 * MG
    assert np.abs(offset_mg).max() < 0.5
    assert np.abs(scale).max() < 5e-4


@given(
    offset=st.tuples(*[st.floats(-0.5, 0.5)] * 3),
    scale=st.tuples(*[st.floats(0.96, 1.04)] * 3),
    turn=st.integers(0, 2**32 - 1),
)
@settings(max_examples=25, deadline=None)
def test_any_offset_and_scale_is_found_from_any_eight_poses(offset, scale, turn):
    rng = np.random.default_rng(turn)
    tilted = [side + rng.normal(0, 0.1, 3) for side in SIDES]
    corners = [np.array([1.0, 1.0, 1.0]), np.array([-1.0, -1.0, 1.0])]
    fit = fit_accelerometer(*stream([*tilted, *corners], offset=offset, scale=scale, seed=turn))
    offset_mg, scales = errors(fit, offset, scale)
    assert np.abs(offset_mg).max() < 1.0
    assert np.abs(scales).max() < 1e-3
    assert fit.calibration.residual_mps2 < 1 * MG


def test_axes_a_degree_off_the_right_angle_cost_less_than_2_mg():
    cross = np.array([[1.0, 0.0, 0.0], [0.017, 1.0, 0.0], [-0.012, 0.017, 1.0]])
    sides = [side + 0.03 * np.roll(side, 1) for side in SIDES]
    fit = fit_accelerometer(*stream(sides, offset=CHEAP_OFFSET, scale=CHEAP_SCALE, cross=cross))
    offset_mg, scale = errors(fit, CHEAP_OFFSET, CHEAP_SCALE)
    assert np.abs(offset_mg).max() < 2.0
    assert np.abs(scale).max() < 2e-3


def test_stated_sigma_covers_the_error():
    """Poses off by 1 mg (axes, warming up) give an offset off by 0.7 mg: as stated."""
    rng = np.random.default_rng(1)
    found, stated = [], []
    for seed in range(40):
        t_ns, gyr, acc = stream([*SIDES, *SIDES[:2]], seconds=2.5, seed=seed)
        pose = np.minimum(np.arange(len(acc)) // 350, 7)
        fit = fit_accelerometer(t_ns, gyr, acc + (rng.normal(0, 1 * MG, (8, 3)))[pose])
        found.append(fit.calibration.offset_mps2)
        stated.append(fit.calibration.offset_sigma_mps2)
    assert np.std(found) == pytest.approx(np.mean(stated), rel=0.4)


def test_six_poses_cannot_disagree_and_say_so():
    six = fit_accelerometer(*stream(SIDES))
    seven = fit_accelerometer(*stream([*SIDES, SIDES[0]]))
    assert six.calibration.residual_mps2 is None
    assert seven.calibration.residual_mps2 < 0.5 * MG
    assert (six.poses, seven.poses, len(seven.windows)) == (6, 6, 7)


# Refusals ---------------------------------------------------------------------------------------------------
def test_no_raw_data_is_refused():
    t_ns, gyr, _ = stream(SIDES)
    assert fit_accelerometer(t_ns, gyr, None).reasons == (AccelerometerReason.NO_RAW_DATA,)


@pytest.mark.parametrize("hand", ["trembles", "creeps"])
def test_a_sensor_that_is_held_is_refused(hand):
    t_ns, gyr, acc = stream(SIDES)
    if hand == "trembles":
        gyr = gyr + 0.03 * np.sin(np.arange(len(acc)) * 0.5)[:, None]
    else:
        acc = acc + np.sin(np.arange(len(acc)) / RATE)[:, None] * 0.8
    assert fit_accelerometer(t_ns, gyr, acc).reasons == (AccelerometerReason.NOT_STILL,)


def test_five_poses_are_too_few():
    fit = fit_accelerometer(*stream(SIDES[:5]))
    assert fit.reasons == (AccelerometerReason.TOO_FEW_POSES,)
    assert fit.calibration is None
    assert poses_missing(fit.windows) == ("-z",)


def test_too_short_a_rest_is_no_pose():
    assert fit_accelerometer(*stream(SIDES, seconds=1.0)).reasons == (AccelerometerReason.NOT_STILL,)


@pytest.mark.parametrize(
    "directions",
    [
        [SIDES[i % 3] for i in range(8)],
        [np.array([np.sin(a), np.cos(a), 0.0]) for a in np.linspace(0, 2 * np.pi, 9)[:-1]],
        [np.array([np.sin(a), np.cos(a), 1.0]) for a in np.linspace(0, 2 * np.pi, 9)[:-1]],
    ],
    ids=["three sides again and again", "about one axis", "on a cone"],
)
def test_poses_that_leave_an_axis_open_are_too_alike(directions):
    assert fit_accelerometer(*stream(directions)).reasons == (AccelerometerReason.POSES_TOO_ALIKE,)


def test_a_broken_part_is_implausible():
    fit = fit_accelerometer(*stream(SIDES, scale=np.array([1.3, 1.0, 1.0])))
    assert fit.reasons == (AccelerometerReason.IMPLAUSIBLE,)


def test_readings_that_offset_and_scale_do_not_explain_are_refused():
    corners = [np.array([x, y, z]) for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)]
    bent = np.array([[1.0, 0.03, 0.0], [0.03, 1.0, 0.03], [0.0, 0.03, 1.0]])
    fit = fit_accelerometer(*stream([*SIDES, *corners], cross=bent))
    assert fit.reasons == (AccelerometerReason.RESIDUAL_TOO_LARGE,)
    assert fit.after_mps2 > 5 * MG


def test_nothing_at_all_is_not_still():
    empty = np.empty((0, 3))
    fit = fit_accelerometer(np.empty(0, np.int64), empty, empty)
    assert fit.reasons == (AccelerometerReason.NOT_STILL,)


# Stillness --------------------------------------------------------------------------------------------------
def test_windows_lie_within_the_stillness():
    t_ns, gyr, acc = stream(SIDES, seconds=3.0)
    windows = still_windows(t_ns, gyr, acc)
    assert len(windows) == 6
    for k, window in enumerate(windows):
        start = 5.0 + 4.0 * k
        assert start <= window.start_ns / 1e9 < window.end_ns / 1e9 <= start + 3.0
        assert 1.9 < window.seconds < 3.0
        assert np.allclose(window.mean_mps2, SIDES[k] * G, atol=0.01)


@pytest.mark.parametrize("rate", [25, 50, 400])
def test_windows_do_not_depend_on_the_rate(rate):
    t_ns, gyr, acc = stream(SIDES)
    seconds = np.arange(t_ns[0], t_ns[-1], 1e9 / rate)
    near = np.clip(np.searchsorted(t_ns, seconds), 0, len(t_ns) - 1)
    assert len(still_windows(seconds.astype(np.int64), gyr[near], acc[near])) == 6


def test_a_lost_burst_does_not_end_a_stillness_but_a_long_gap_does():
    t_ns, gyr, acc = stream(SIDES[:1], seconds=8.0)
    for lost, expected in ((0.4, 1), (2.0, 2)):
        keep = (t_ns < t_ns[300]) | (t_ns > t_ns[300] + lost * 1e9)
        assert len(still_windows(t_ns[keep], gyr[keep], acc[keep])) == expected


def test_poses_nearer_than_the_limit_are_one():
    tilted = np.array([[0.0, 0.0, 1.0], [0.0, np.sin(0.3), np.cos(0.3)], [0.0, np.sin(0.4), np.cos(0.4)]])
    assert count_poses(tilted * G, 20.0) == 2


# Use --------------------------------------------------------------------------------------------------------
def batch(acc):
    n = len(acc)
    return ImuBatch(Placement.PELVIS, np.arange(n), np.zeros((n, 3)), acc)


def test_correction_undoes_the_part_whatever_the_cut():
    rng = np.random.default_rng(3)
    truth = rng.normal(0, G, (50, 3))
    calibration = AccelerometerCalibration((0.1, -0.2, 0.3), (1.01, 0.98, 1.0))
    read = truth / np.array(calibration.scale) + np.array(calibration.offset_mps2)
    whole = corrected(batch(read), calibration).acc_mps2
    parts = np.concatenate([corrected(batch(read[i : i + 7]), calibration).acc_mps2 for i in range(0, 50, 7)])
    assert whole == pytest.approx(truth)
    assert (whole == parts).all()


def test_nothing_to_correct_leaves_a_batch_as_it_is():
    plain = batch(np.ones((2, 3)))
    assert corrected(plain, None) is plain
    turned = ImuBatch(
        Placement.PELVIS, np.arange(2), np.zeros((2, 3)), quat_wxyz=np.tile([1.0, 0, 0, 0], (2, 1))
    )
    assert corrected(turned, AccelerometerCalibration((0.1, 0, 0), (1, 1, 1))) is turned


def test_the_end_of_the_range_is_still_seen_after_correction():
    """A reading at full scale stays at or beyond the corrected end of the range, on every axis and side."""
    info = SensorInfo(
        acc_range_mps2=40.0, accelerometer=AccelerometerCalibration((0.3, -0.2, 0.0), (0.97, 1.0, 1.02))
    )
    reach = corrected_info(info).acc_range_mps2
    ends = info.accelerometer.apply(np.array([[40.0, 40.0, 40.0], [-40.0, -40.0, -40.0]]))
    assert np.abs(ends).min() >= reach > 38.0
    assert corrected_info(SensorInfo(acc_range_mps2=40.0)).acc_range_mps2 == 40.0


@pytest.mark.parametrize(
    ("offset", "scale"),
    [
        ((3.0, 0, 0), (1, 1, 1)),
        ((0, 0, 0), (1.3, 1, 1)),
        ((0, 0, float("nan")), (1, 1, 1)),
        ((0, 0), (1, 1, 1)),
    ],
)
def test_values_no_part_has_are_refused(offset, scale):
    with pytest.raises(ModelError):
        AccelerometerCalibration(offset, scale)


# While the sensor is turned over ----------------------------------------------------------------------------
def _so_far(table, seconds):
    return poses_so_far(*(part[: round(seconds * RATE)] for part in table))


def test_a_rest_grows_until_its_pose_counts():
    table = stream(SIDES[:2])
    grown = [_so_far(table, seconds) for seconds in (0.3, 1.0, 1.7, 2.5, 3.0)]
    assert [one.lying_s for one in grown] == pytest.approx([0.0, 1.0, 1.5, 2.5, 3.0])
    assert [one.counts for one in grown] == [False, False, False, True, True]
    assert [one.poses for one in grown] == [0, 0, 0, 1, 1]


def test_turning_is_no_rest_and_takes_no_pose_away():
    table = stream(SIDES[:2])
    turning, laid_down = _so_far(table, 3.6), _so_far(table, 6.9)
    assert (turning.lying_s, turning.counts, turning.poses) == (0.0, False, 1)
    assert (laid_down.counts, laid_down.again, laid_down.poses) == (True, False, 2)


def test_a_pose_lain_in_before_is_named():
    there_and_back = stream([SIDES[0], SIDES[1], SIDES[0]])
    found = _so_far(there_and_back, 11.0)
    assert (found.counts, found.again, found.poses) == (True, True, 2)


def test_what_is_found_at_the_end_is_what_the_fit_finds():
    table = stream(list(SIDES))
    assert _so_far(table, 1e9).poses == fit_accelerometer(*table).poses == 6


def test_nothing_yet_is_neither_rest_nor_pose():
    nothing = (np.empty(0, np.int64), np.empty((0, 3)), np.empty((0, 3)))
    assert lying_s(*nothing) == 0.0
    assert poses_so_far(*nothing).poses == 0
