"""Taps are told from handling, swinging and putting down."""

import numpy as np
import pytest

from lumbarwatch.jobs.taps import TapListener, in_a_row, spikes, tapped
from lumbarwatch.model.samples import ImuBatch, Placement

G = 9.80665
PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR


def lying(seconds, rate_hz, seed=0):
    n = round(seconds * rate_hz)
    return np.array([0.0, 0.0, G]) + np.random.default_rng(seed).normal(0, 0.05, (n, 3))


def knocked(acc, rate_hz, times_s, size, axis=0):
    """A blow of some 20 ms at each time, as a part's filter lets it through."""
    acc = acc.copy()
    t = np.arange(len(acc)) / rate_hz
    for t_s in times_s:
        acc[:, axis] += size * np.exp(-0.5 * ((t - t_s) / 0.008) ** 2)
    return acc


@pytest.mark.parametrize("rate_hz", [52.0, 100.0, 104.0, 200.0])
def test_each_tap_is_found_once_whatever_its_direction(rate_hz):
    step = 1.0 / rate_hz
    times = [round(t / step) * step for t in (1.0, 1.4, 1.8)]
    for axis in range(3):
        found = spikes(knocked(lying(4, rate_hz), rate_hz, times, 12.0, axis), rate_hz, 3.0)
        assert [index * step for index, _ in found] == pytest.approx(times, abs=2 * step)
        assert all(strength == pytest.approx(4.0, rel=0.15) for _, strength in found)


def test_swinging_turning_and_putting_down_are_no_taps():
    t = np.arange(400) / 100.0
    swing = 8.0 * np.sin(2 * np.pi * 1.5 * t)  # waved about
    turned = G * np.stack([np.sin(t), np.zeros_like(t), np.cos(t)], axis=1)
    assert spikes(turned + swing[:, None], 100.0, 3.0) == []
    lifted = lying(4, 100.0) + np.where((t > 1) & (t < 1.3), 6.0, 0.0)[:, None]
    assert spikes(lifted, 100.0, 3.0) == []
    assert spikes(lying(4, 100.0), 100.0, 3.0) == []


def test_three_in_time_are_a_row():
    assert in_a_row([(1.0, 2.0), (1.5, 3.0), (2.0, 4.0)]) == pytest.approx(3.0)
    assert in_a_row([(1.0, 9.0), (1.5, 9.0)]) == 0.0
    assert in_a_row([(1.0, 2.0), (1.5, 2.0), (4.0, 2.0)]) == 0.0
    assert in_a_row([(0.0, 9.0), (5.0, 2.0), (5.4, 2.0), (5.8, 2.0)]) == pytest.approx(2.0)


def batch(place, acc, first, rate_hz=100.0, n=5, *, gyr=None):
    rows = slice(first, first + n)
    arrival = np.full(len(acc[rows]), round((first + n) / rate_hz * 1e9))
    still = np.zeros((len(arrival), 3))
    if gyr is None:
        return ImuBatch(place, arrival, still, acc_mps2=acc[rows])
    return ImuBatch(place, arrival, gyr[rows], quat_wxyz=np.tile([1.0, 0, 0, 0], (len(arrival), 1)))


def heard(pelvis, lumbar, **more):
    listeners = {place: TapListener(100.0) for place in Placement}
    for place, acc in ((PELVIS, pelvis), (LUMBAR, lumbar)):
        for first in range(0, len(acc), 5):
            listeners[place].add(batch(place, acc, first, **more))
    return tapped(listeners)


def test_the_tapped_one_is_told_from_the_one_that_shook_with_it():
    quiet, times = lying(3, 100.0), (1.0, 1.5, 2.0)
    hard, soft = (knocked(quiet, 100.0, times, size) for size in (20.0, 8.0))
    assert heard(quiet, quiet) == (None, False)
    assert heard(hard, quiet) == (PELVIS, True)
    assert heard(soft, hard) == (LUMBAR, True)
    assert heard(hard, hard) == (None, True)


def test_without_specific_force_the_rate_tells():
    quiet, times = np.zeros((300, 3)), (1.0, 1.5, 2.0)
    rate = knocked(quiet, 100.0, times, 3.0)
    listener = TapListener(100.0)
    for first in range(0, 300, 5):
        listener.add(batch(PELVIS, quiet, first, gyr=rate))
    assert in_a_row(listener.taps()) == pytest.approx(3.0 / 0.8, rel=0.1)


def test_old_samples_are_let_go():
    listener = TapListener(100.0)
    acc = knocked(lying(8, 100.0), 100.0, (1.0, 1.5, 2.0), 20.0)
    for first in range(0, 300, 5):
        listener.add(batch(PELVIS, acc, first))
    assert len(listener.taps()) == 3
    for first in range(300, 800, 5):
        listener.add(batch(PELVIS, acc, first))
    assert listener.taps() == []
