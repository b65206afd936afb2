"""Mountings found from standing and bows, against rotations that were put in."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from core.made import moved
from lumbarwatch.core.alignment import AlignmentParams, Stretch, align, mount, principal_axis
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationReason

G = 9.80665
PARAMS = AlignmentParams()
STAND, BOWS = (0, 5_000_000_000), (5_000_000_000, 17_000_000_000)


def stretch(mounting, depth_deg=60.0, sway_deg=0.0, bias=(0.0, 0.0, 0.0), axis=(0.0, 0.0, 1.0)):
    """Five seconds of standing and three bows of a segment, as a sensor with this mounting measures them."""
    bow = [(2.0, -depth_deg), (2.0, 0.0)]
    pitch = moved((5.0, 0.0), *bow * 3)
    t_s = np.arange(len(pitch)) / 100
    pitch = pitch + sway_deg * np.sin(2 * np.pi * 0.5 * t_s)
    turns = Rotation.from_rotvec(np.radians(pitch)[:, None] * np.asarray(axis))  # segment to earth, Y up
    up = turns.inv().apply([0.0, 1.0, 0.0])
    rate = np.radians(np.gradient(pitch) * 100)[:, None] * np.asarray(axis)
    inverse = mounting.inv()  # segment to sensor
    return Stretch(
        (t_s * 1e9).astype(np.int64), inverse.apply(rate) + np.asarray(bias), inverse.apply(up * G)
    )


@pytest.mark.parametrize("seed", range(6))
def test_any_mounting_is_found(seed):
    mounting = Rotation.random(rng=np.random.default_rng(seed))
    found, refused = mount(stretch(mounting, bias=(0.02, -0.01, 0.015)), STAND, BOWS, PARAMS)
    assert refused == []
    assert found is not None
    np.testing.assert_allclose(found.segment_from_sensor, mounting.as_matrix(), atol=1e-3)
    np.testing.assert_allclose(found.gyr_bias_radps, (0.02, -0.01, 0.015), atol=1e-4)
    assert found.bow_range_deg == pytest.approx(60.0, abs=2.0)


def test_zero_comes_from_the_averaged_force_in_spite_of_sway():
    found, _ = mount(stretch(Rotation.identity(), sway_deg=0.5), STAND, BOWS, PARAMS)
    assert found is not None
    np.testing.assert_allclose(found.segment_from_sensor, np.eye(3), atol=2e-3)


@pytest.mark.parametrize(("changes", "reason"), [
    ({"sway_deg": 2.0}, CalibrationReason.NOT_STILL),
    ({"depth_deg": 15.0}, CalibrationReason.MOVED_TOO_LITTLE),
    ({"axis": (0.0, 0.2079, 0.9781)}, CalibrationReason.AXIS_NOT_HORIZONTAL),  # 12 deg
])  # fmt: skip
def test_each_refusal_has_its_reason(changes, reason):
    _, refused = mount(stretch(Rotation.identity(), **changes), STAND, BOWS, PARAMS)
    assert reason in refused


def test_a_gap_in_the_bows_is_refused():
    whole = stretch(Rotation.identity())
    keep = (whole.t_ns < 8_000_000_000) | (whole.t_ns > 13_000_000_000)
    assert whole.acc_mps2 is not None
    holed = Stretch(whole.t_ns[keep], whole.gyr_radps[keep], whole.acc_mps2[keep])
    assert mount(holed, STAND, BOWS, PARAMS) == (None, [CalibrationReason.GAP])


@pytest.mark.parametrize(("pelvis_deg", "lumbar_deg", "swapped"), [
    (32.0, 64.0, False), (64.0, 32.0, True), (50.0, 55.0, None),
])  # fmt: skip
def test_swap_is_told_by_the_depth_of_the_bows(pelvis_deg, lumbar_deg, swapped):
    stretches = {
        Placement.PELVIS: stretch(Rotation.identity(), pelvis_deg),
        Placement.LUMBAR: stretch(Rotation.from_euler("xyz", [0.4, 1.0, -2.0]), lumbar_deg),
    }
    aligned = align(stretches, STAND, BOWS, PARAMS)
    assert aligned.reasons == ()
    assert aligned.swapped is swapped


def test_the_principal_axis_and_its_share():
    rates = np.array([[0.0, 0.0, 2.0], [0.0, 0.0, -2.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.01]])
    axis, share = principal_axis(rates, 0.1)
    assert np.abs(axis) == pytest.approx([0.0, 0.0, 1.0])
    assert share == pytest.approx(8.0 / 9.0)
