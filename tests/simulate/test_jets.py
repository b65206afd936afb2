import numpy as np
import pytest

from lumbarwatch.simulate.jets import Jet, sin_cos
from lumbarwatch.simulate.tracks import Key, Track, Wave


def _numeric(values, step):
    """First and second derivative at the middle points, fourth order."""
    first = (values[:-4] - 8 * values[1:-3] + 8 * values[3:-1] - values[4:]) / (12 * step)
    second = (-values[:-4] + 16 * values[1:-3] - 30 * values[2:-2] + 16 * values[3:-1] - values[4:]) / (
        12 * step**2
    )
    return first, second


def test_derivatives_of_a_composed_function():
    t = np.linspace(0.0, 1.0, 2001)
    angle = Jet(t**3, 3 * t**2, 6 * t)
    s, c = sin_cos(angle * 2.0 + 0.3)
    made = (1.0 - s * c) * angle + c
    first, second = _numeric(made.value, t[1])
    assert made.rate[2:-2] == pytest.approx(first, abs=1e-7)
    assert made.accel[2:-2] == pytest.approx(second, abs=2e-4)


def test_an_array_on_the_left_multiplies_as_a_whole():
    made = np.array([1.0, 2.0]) * Jet(np.array([3.0, 4.0]), np.ones(2), np.zeros(2))
    assert isinstance(made, Jet)
    assert made.value.tolist() == [3.0, 8.0]


def test_a_track_meets_its_keys_and_stays_smooth():
    track = Track([Key(0.0, 1.0)])
    track.move(1.0, 2.5, 40.0)
    track.pass_by(Key(3.0, 35.0, -20.0, 5.0))
    track.move(4.0, 4.5, 90.0)
    for key in track.keys:
        for side in (-1e-9, 1e-9):
            found = track.sample(np.array([key.t_s + side]))
            assert found.value[0] == pytest.approx(key.value, abs=1e-5)
            if 0.0 < key.t_s < 4.5:
                assert found.rate[0] == pytest.approx(key.rate, abs=1e-4)
                assert found.accel[0] == pytest.approx(key.accel, abs=1e-3)


def test_a_track_rests_outside_its_keys():
    track = Track([Key(0.0, 1.0)])
    track.move(1.0, 2.0, 5.0)
    outside = track.sample(np.array([-3.0, 9.0]))
    assert outside.value.tolist() == [1.0, 5.0]
    assert outside.rate.tolist() == outside.accel.tolist() == [0.0, 0.0]


def test_a_key_in_the_past_is_refused():
    with pytest.raises(ValueError, match="not after"):
        Track([Key(2.0, 0.0)]).pass_by(Key(1.0, 3.0))


def test_a_wave_fades_in_and_out():
    t = np.linspace(0.0, 12.0, 24001)
    zero = np.zeros_like(t)
    total = Jet(zero.copy(), zero.copy(), zero.copy())
    Wave(3.0, 1.5, 0.2, 2.0, 10.0).add_to(total, t)
    assert np.abs(total.value[(t < 2.0) | (t > 10.0)]).max() == 0.0
    assert total.value.max() == pytest.approx(3.0, abs=1e-3)
    first, second = _numeric(total.value, t[1])
    assert total.rate[2:-2] == pytest.approx(first, abs=1e-4)
    assert total.accel[2:-2] == pytest.approx(second, abs=0.3)  # its third derivative jumps where it starts
