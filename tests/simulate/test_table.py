"""Sensors on a table, and the parts that are the same whatever they are used for."""

import numpy as np
import pytest

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2 as G
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate import documents
from lumbarwatch.simulate.scenario import Scenario
from lumbarwatch.simulate.session import simulate_session


def sides(made, place):
    """Mean force on each side, by when a perfect sensor begins to turn; it is lifted 0.8 s before."""
    ideal = simulate_session("six_pose", "ideal", made.seed).signals[place]
    slow = np.linalg.norm(ideal.gyr_radps, axis=1) < 1e-3
    edges = np.flatnonzero(np.diff(np.concatenate(([0], slow, [0]))))
    ends_s = [ideal.t_true_s[b - 1] for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 280]
    signals = made.signals[place]
    t_s = signals.t_true_s
    windows = [(t_s > end - 2.6) & (t_s < end - 1.0) for end in ends_s]
    return np.array([signals.acc_mps2[window].mean(axis=0) for window in windows])


@pytest.mark.parametrize("place", Placement)
def test_six_sides_are_up_for_three_seconds_each(place):
    found = sides(simulate_session("six_pose", "ideal", 3), place)
    assert len(found) == 6
    assert np.linalg.norm(found, axis=1) == pytest.approx(G, abs=1e-6)
    cosines = (found @ found.T)[np.triu_indices(6, 1)] / G**2
    assert cosines.max() < np.cos(np.radians(60.0))
    assert (cosines < -0.9).sum() == 3  # three pairs of opposite sides


def test_one_seed_is_one_pair_of_sensors():
    """The same seed draws the same offsets and scales, whatever the scenario, its length and the skin."""
    table, worn = simulate_session("six_pose", "cheap", 4), simulate_session("walking", "cheap", 4)
    other = simulate_session("six_pose", "cheap", 5)
    for place in Placement:
        assert (table.parts[place].acc_offset_mps2 == worn.parts[place].acc_offset_mps2).all()
        assert (table.parts[place].acc_scale == worn.parts[place].acc_scale).all()
        assert (table.parts[place].acc_scale != other.parts[place].acc_scale).all()
    assert (table.parts[Placement.PELVIS].acc_scale != table.parts[Placement.LUMBAR].acc_scale).all()


def test_truth_tells_what_undoes_a_parts_errors():
    made = simulate_session("six_pose", "cheap", 4)
    for place in Placement:
        told = documents.truth(made)["sensors"][place.value]["accelerometer"]
        read = sides(made, place)
        raw_mg = np.abs(np.linalg.norm(read, axis=1) / G - 1.0) * 1e3
        right = (read - np.array(told["offset_mps2"])) * np.array(told["scale"])
        assert raw_mg.max() > 5.0
        assert np.abs(np.linalg.norm(right, axis=1) / G - 1.0).max() * 1e3 < 0.5


def test_a_swapped_part_is_told_under_its_label():
    plain = simulate_session("six_pose", "cheap", 4)
    swapped = Scenario(
        **{name: getattr(plain.scenario, name) for name in Scenario.__slots__} | {"swapped": True}
    )
    made = simulate_session(swapped, "cheap", 4)
    assert (
        made.parts[Placement.PELVIS].acc_offset_mps2 == plain.parts[Placement.LUMBAR].acc_offset_mps2
    ).all()
