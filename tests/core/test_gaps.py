"""What lies in a gap, how wrong the guess may be, and how the vertical is found again."""

import numpy as np
import pytest
from scipy.signal import butter, sosfilt

from lumbarwatch.core.bridging import BRIDGE_ERROR_SHARE, bridge_error, departure, straight
from lumbarwatch.core.recent import Recent
from lumbarwatch.core.recovery import Recovery, RecoveryParams

G = 9.80665
EPOCH_S = 0.05


def test_a_straight_line_is_filled_in():
    filled = straight(np.array([0.0, 1.0, 2.0]), np.array([4.0, 1.0, -2.0]), 3)
    np.testing.assert_allclose(filled, [[1.0, 1.0, 1.0], [2.0, 1.0, 0.0], [3.0, 1.0, -1.0]])


def test_the_newest_samples_are_kept():
    recent = Recent(10, (1, 2))
    rng = np.random.default_rng(0)
    everything = np.empty((0, 1))
    for n in (1, 3, 25, 2, 9, 10, 1, 4):
        new = rng.normal(size=(n, 1))
        everything = np.concatenate([everything, new])
        recent.push(new, np.repeat(new, 2, axis=1))
        first, second = recent.last(10)
        np.testing.assert_array_equal(first, everything[-10:])
        np.testing.assert_array_equal(second[:, 1:], everything[-10:])
    recent.clear()
    assert len(recent.last(5)[0]) == 0


def test_departure_of_a_sine_from_its_chords():
    """Mid-point of a chord over h of sin(w t): |1 - cos(w h / 2)| of the amplitude."""
    t = np.arange(2000) * 0.01
    values = np.stack([np.sin(2 * np.pi * t), 0 * t, 0 * t], axis=1)
    expected = (1 - np.cos(2 * np.pi * 0.1)) / np.sqrt(2)
    assert departure(values, 20) == pytest.approx(expected, rel=0.01)
    assert departure(np.tile([1.0, 2.0, 3.0], (50, 1)), 20) == pytest.approx(0.0, abs=1e-12)


def test_the_error_of_a_bridge_is_of_the_right_size():
    """Bridged rotations of random smooth movement against the true ones."""
    rng = np.random.default_rng(1)
    kernel = np.hanning(15) / np.hanning(15).sum()
    rate = np.stack([np.convolve(rng.normal(size=20_000), kernel, "same") for _ in range(3)], axis=1)
    lost, period_s = 10, 0.01
    said, true = [], []
    for start in range(500, 19_000, 37):
        before, after = rate[start - 1], rate[start + lost]
        missed = (rate[start : start + lost] - straight(before, after, lost)).sum(axis=0) * period_s
        true.append(missed @ missed)
        said.append(bridge_error(rate[start - 200 : start], before, after, lost, period_s) ** 2)
    assert np.sqrt(np.mean(said) / np.mean(true)) == pytest.approx(1.0, abs=0.35)
    assert BRIDGE_ERROR_SHARE > 0


HUMAN = butter(2, [0.3, 1.5], "bandpass", fs=1.0 / EPOCH_S, output="sos")  # Hz


def tilted(deg):
    a = np.radians(deg)
    return (float(np.sin(a)), 0.0, float(np.cos(a)))


def off_deg(found):
    return np.degrees(np.arccos(min(1.0, found.up[2])))


def test_at_rest_a_wrong_vertical_is_right_again_in_a_second():
    found = Recovery(RecoveryParams(), EPOCH_S, tilted(10.0), np.radians(15.0))
    for _ in range(20):
        found.step((0.0, 0.0, G), 0.0)
    assert off_deg(found) < 0.7
    for _ in range(40):
        found.step((0.0, 0.0, G), 0.0)
    assert np.degrees(found.sigma_rad) < 1.0


def test_swinging_does_not_tip_it():
    """1.5 m/s^2 at 0.5 Hz: the specific force swings by 8.7 deg."""
    found = Recovery(RecoveryParams(), EPOCH_S, (0.0, 0.0, 1.0), np.radians(0.5))
    worst = 0.0
    for k in range(400):
        found.step((1.5 * np.sin(2 * np.pi * 0.5 * k * EPOCH_S), 0.0, G), 0.5)
        if k > 60:
            worst = max(worst, off_deg(found))
    assert worst < 1.2


def test_sigma_covers_the_error_in_movement():
    """Many gaps in random movement of bounded velocity: the error is about as large as stated."""
    rng = np.random.default_rng(2)
    ratio = []
    for _ in range(60):
        velocity = sosfilt(HUMAN, rng.normal(size=(600, 2)), axis=0)[200:]
        velocity *= 0.3 / velocity.std()
        force = np.gradient(velocity, EPOCH_S, axis=0)
        found = Recovery(RecoveryParams(), EPOCH_S, (0.0, 0.0, 1.0), np.radians(0.5))
        for k in range(200):
            found.step((float(force[k, 0]), float(force[k, 1]), G), 0.5)
        direction = rng.normal(size=2) * np.radians(5.0)
        x, y, z = found.up
        found.reset_vertical((x + float(direction[0]), y + float(direction[1]), z), found.variance)
        found.disturb(np.radians(5.0) * np.sqrt(3.0), 0.0)
        for k in range(200, 220):
            found.step((float(force[k, 0]), float(force[k, 1]), G), 0.5)
        ratio.append(off_deg(found) / np.degrees(found.sigma_rad))
    assert 0.5 < np.sqrt(np.mean(np.square(ratio))) < 1.5


def test_a_force_that_surprises_is_believed():
    found = Recovery(RecoveryParams(), EPOCH_S, (0.0, 0.0, 1.0), np.radians(1.0))
    a = np.radians(60.0)
    found.look((G * float(np.sin(a)), 0.0, G * float(np.cos(a))), np.radians(5.0))
    assert off_deg(found) > 55.0
    assert np.degrees(found.sigma_rad) > 4.0
