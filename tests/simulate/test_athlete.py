"""The body's motion is physics: orientation, rate, place and specific force agree with each other."""

import numpy as np
import pytest

from lumbarwatch.model.body import CHAIN
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate import frames
from lumbarwatch.simulate.athlete import perform
from lumbarwatch.simulate.chain import S2_CAUDAL, S2_POSTERIOR, hip_from_bench
from lumbarwatch.simulate.everyday import GetUp, LieDown, Move, Stand, Support, Walk
from lumbarwatch.simulate.jets import Jet
from lumbarwatch.simulate.lifts import SetOf, arched, dropped
from lumbarwatch.simulate.repetition import Rep
from lumbarwatch.simulate.stage import AthleteProfile, Channel

G = 9.80665
STATUE = AthleteProfile(liveliness=0.0, variation_deg=0.0, restand_deg=0.0)
LIVELY = AthleteProfile()


def _lifting(profile=LIVELY):
    segments = [
        Stand(3.0, zero=True),
        Walk(3.0),
        LieDown(),
        SetOf([Rep(), arched(profile), dropped()]),
        GetUp(),
    ]
    return perform(segments, profile, np.random.default_rng(5))


@pytest.fixture(scope="module")
def lifting():
    return _lifting()


def test_at_rest_only_gravity_is_felt():
    still = perform([Stand(4.0, zero=True)], STATUE, np.random.default_rng(0))
    for site in still.sites(np.arange(0.0, 4.0, 0.01)).values():
        norm = np.linalg.norm(site.specific_force_mps2, axis=0)
        assert norm == pytest.approx(np.full(400, G), abs=1e-6)
        up = frames.seen_from(site.axes.value, site.specific_force_mps2)
        assert up[0] == pytest.approx([0.0, G, 0.0], abs=1e-9)  # cranial is up


@pytest.mark.parametrize("place", list(Placement))
def test_specific_force_is_the_second_difference_of_the_place(lifting, place):
    step = 1e-3
    t = np.arange(2.0, lifting.duration_s - 1.0, step)
    site = lifting.sites(t)[place]
    p = site.place.value
    second = (-p[:, :-4] + 16 * p[:, 1:-3] - 30 * p[:, 2:-2] + 16 * p[:, 3:-1] - p[:, 4:]) / (12 * step**2)
    felt = site.specific_force_mps2[:, 2:-2] - np.array([[0.0], [0.0], [G]])
    assert np.abs(second - felt).max() < 0.6  # keys: jerk jumps there (the landing's is 2000 m/s^3)
    assert np.quantile(np.abs(second - felt), 0.95) < 2e-5
    assert np.abs(felt).max() > 5.0  # the landing


@pytest.mark.parametrize("place", list(Placement))
def test_the_rate_carries_the_orientation_along(lifting, place):
    """Second-order integration at 1 kHz over the whole set stays within 0.01 deg."""
    step = 1e-3
    t = np.arange(0.0, lifting.duration_s, step)
    axes = lifting.sites(t)[place].axes
    rate = frames.body_rate(axes)
    turned = np.eye(3)
    middle = 0.5 * (rate[1:] + rate[:-1]) * step
    angle = np.linalg.norm(middle, axis=1)
    for vector, size in zip(middle, angle, strict=True):
        turned = turned @ _rodrigues(vector, size)
    back = axes.value[..., 0] @ turned @ axes.value[..., -1].T
    error = np.degrees(np.arccos(np.clip((np.trace(back) - 1.0) / 2.0, -1.0, 1.0)))
    assert error < 0.01


def _rodrigues(v, size):
    cross = np.array([[0.0, -v[2], v[1]], [v[2], 0.0, -v[0]], [-v[1], v[0], 0.0]])
    if size < 1e-12:
        return np.eye(3) + cross
    return np.eye(3) + np.sin(size) / size * cross + (1.0 - np.cos(size)) / size**2 * cross @ cross


def test_axes_are_rotations(lifting):
    t_s = np.arange(0.0, lifting.duration_s, 0.1)
    axes = np.moveaxis(lifting.sites(t_s)[Placement.PELVIS].axes.value, -1, 0)
    unit = np.broadcast_to(np.eye(3), axes.shape)
    assert np.einsum("nji,njk->nik", axes, axes) == pytest.approx(unit, abs=1e-12)
    assert np.linalg.det(axes) == pytest.approx(np.ones(len(axes)), abs=1e-12)


@pytest.mark.parametrize("heading", [0.0, 70.0, -160.0])
@pytest.mark.parametrize(
    ("pitch", "roll"), [(0.0, 0.0), (90.0, 0.0), (104.0, 5.0), (45.0, -12.0), (-60.0, 3.0)]
)
def test_up_seen_from_a_segment_gives_its_angles_back(heading, pitch, roll):
    one = np.zeros(1)
    angles = [Jet.constant(np.radians(a), one) for a in (heading, roll, pitch)]
    ux, uy, uz = frames.segment_axes(*angles).value[2, :, 0]
    assert np.degrees(np.arctan2(ux, uy)) == pytest.approx(pitch)
    assert np.degrees(np.arcsin(uz)) == pytest.approx(roll)


def test_lying_face_up_is_plus_90_and_arching_is_positive():
    flat = LieDown(Support.FLOOR, pitch_deg=90.0, lambda_deg=0.0)
    arch = Move(1.0, {Channel.EXTENSION: 15.0}, 1.0)
    body = perform([Stand(2.0, zero=True), flat, arch], STATUE, np.random.default_rng(0))
    sites = body.sites(np.array([0.5, body.duration_s - 0.1]))
    standing, lying = (sites[Placement.PELVIS].axes.value[..., i] for i in range(2))
    assert standing[2] == pytest.approx([0.0, 1.0, 0.0], abs=1e-9)
    assert lying[2] == pytest.approx([1.0, 0.0, 0.0], abs=1e-9)  # anterior is up
    # arched: the lumbar segment leans back beyond the pelvis, so its cranial end points below the horizontal
    assert sites[Placement.LUMBAR].axes.value[2, 1, 1] == pytest.approx(np.cos(np.radians(105.0)))


def test_the_bench_carries_the_back():
    """While lifting, the hip is where the chain from the bench contact puts it."""
    body = _lifting(STATUE)
    lift = body.sets[0].reps[0]
    t = np.array([lift.top_s + 0.3])
    pelvis = body.sites(t)[Placement.PELVIS]
    h = STATUE.stature_m
    anterior = CHAIN.l5s1_to_hip_anterior + S2_POSTERIOR
    cranial = S2_CAUDAL - CHAIN.l5s1_to_hip_caudal
    axes = pelvis.axes.value[..., 0]
    hip = pelvis.place.value[:, 0] + h * (anterior * axes[:, 0] + cranial * axes[:, 1])
    reach = hip_from_bench(np.array(STATUE.top_deg), np.array(STATUE.top_deg + STATUE.top_lambda_deg), h)
    assert hip[2] == pytest.approx(STATUE.bench_height * h + reach[1], abs=2e-3)


def test_hip_height_of_the_chain():
    """Level, the hip lies above the bench by the depths; hanging, below it by the trunk's length."""
    level = hip_from_bench(np.array(90.0), np.array(90.0), 1.0)
    assert level == pytest.approx([0.070 + 0.100 + 0.060, 0.035 + 0.020])
    hanging = hip_from_bench(np.array(0.0), np.array(0.0), 1.0)
    assert hanging == pytest.approx([0.035 + 0.020, -0.230])


def test_standing_is_zero_on_average():
    body = perform([Stand(6.0, zero=True)], LIVELY, np.random.default_rng(2))
    pelvis, lumbar = body.angles(np.arange(0.2, 5.8, 0.01))
    for angles in (pelvis, lumbar):
        assert angles.value[1:].mean(axis=1) == pytest.approx([0.0, 0.0], abs=1e-9)
        assert 0.02 < angles.value[2].std() < 0.6  # a living person sways, within what calibration accepts
