import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.load_equilibrium import G, skeleton, solve
from lumbarwatch.core.chain import posture_of
from lumbarwatch.core.geometry import hip_height_m
from lumbarwatch.core.load import (
    Loading,
    dynamic_factor,
    free_body,
    free_standing_moment_nm,
    hip_thrust_load,
    moment_from_below,
    statics,
)
from lumbarwatch.model.load import Lift, LoadError, LoadReason, LoadSetup, LumbarLoad

FIGURES = LumbarLoad.__slots__
POSTURES = {
    "pelvis": st.floats(40.0, 105.0),
    "lumbar": st.floats(40.0, 100.0),
    "bar": st.floats(0.0, 300.0),
    "mass": st.floats(40.0, 150.0),
    "stature": st.floats(1.4, 2.1),
    "kappa": st.floats(0.0, 0.25),
}


def one(pelvis_deg, lumbar_deg, setup, factor=1.0):
    """Every figure of one posture."""
    load = hip_thrust_load(np.array([pelvis_deg]), np.array([lumbar_deg]), setup, factor)
    return {name: float(getattr(load, name)[0]) for name in FIGURES}


@pytest.mark.parametrize(
    ("angle", "bar", "kappa", "moment", "bench", "compression", "shear"),
    [
        (90.0, 100.0, 0.00, 187.30, 993.66, 3109.8, 327.4),
        (90.0, 100.0, 0.10, 171.71, 956.89, 2926.9, 313.2),
        (90.0, 0.0, 0.10, 31.47, 475.24, 548.6, 35.3),
        (45.0, 100.0, 0.10, 175.08, 941.06, 2575.1, 187.2),
    ],
)
def test_check_values_of_the_definitions(angle, bar, kappa, moment, bench, compression, shear):
    found = one(angle, angle, LoadSetup(bar, 75.0, 1.75, kappa=kappa))
    assert found["m_l5s1_nm"] == pytest.approx(moment, rel=1e-3)
    assert found["bench_n"] == pytest.approx(bench, rel=1e-3)
    assert found["compression_n"] == pytest.approx(compression, rel=1e-3)
    assert found["shear_n"] == pytest.approx(shear, rel=1.5e-3)  # printed to 0.1 N


@given(**POSTURES, dynamic=st.floats(0.5, 2.0), bench=st.none() | st.floats(0.3, 0.5))
def test_every_figure_is_that_of_five_rigid_bodies_in_equilibrium(
    pelvis, lumbar, bar, mass, stature, kappa, dynamic, bench
):
    setup = LoadSetup(bar, mass, stature, bench, kappa=kappa)
    assume(posture_of(np.array([pelvis]), np.array([lumbar]), setup).reachable[0])
    found = one(pelvis, lumbar, setup, dynamic)
    expected = solve(pelvis, lumbar, bar, mass, stature, kappa, dynamic, bench)
    assert found == pytest.approx(expected, rel=1e-8, abs=1e-8 * (bar + mass) * G)


@given(**POSTURES, shift=st.floats(-0.1, 0.1), ahead=st.floats(0.0, 0.05))
def test_upper_and_lower_free_body_agree(pelvis, lumbar, bar, mass, stature, kappa, shift, ahead):
    setup = LoadSetup(bar, mass, stature, kappa=kappa)
    posture = posture_of(np.array([pelvis]), np.array([lumbar]), setup)
    loading = Loading(bar, mass, kappa, contact_shift_m=shift, pressure_ahead_m=ahead)
    from_above = statics(posture, loading).m_l5s1_nm[0]
    from_below = moment_from_below(free_body(posture, loading), posture.l5s1)[0]
    assert from_below == pytest.approx(from_above, rel=1e-9, abs=1e-9 * (mass + bar) * G * stature)


@given(**POSTURES)
def test_moment_is_affine_in_the_bar_mass(pelvis, lumbar, bar, mass, stature, kappa):
    at = {
        kg: one(pelvis, lumbar, LoadSetup(kg, mass, stature, kappa=kappa))["m_l5s1_nm"]
        for kg in (0.0, bar, 2.0 * bar)
    }
    assert at[2.0 * bar] - at[bar] == pytest.approx(at[bar] - at[0.0], abs=1e-9 * (mass + bar) * G)


@given(**POSTURES, factor=st.floats(0.2, 3.0))
def test_all_is_proportional_to_the_dynamic_factor(pelvis, lumbar, bar, mass, stature, kappa, factor):
    setup = LoadSetup(bar, mass, stature, kappa=kappa)
    still, moving = one(pelvis, lumbar, setup), one(pelvis, lumbar, setup, factor)
    for name in FIGURES:
        assert moving[name] == pytest.approx(factor * still[name], rel=1e-9, abs=1e-6)


def test_a_massless_body_is_a_simply_supported_beam():
    # Bar 0.4025 m from the bench, feet at 0.83125 m, L5/S1 at 0.2975 m: W b / l at the bench, times its arm.
    found = one(90.0, 90.0, LoadSetup(100.0, 0.0, 1.75, kappa=0.0))
    bench_n = 100.0 * G * (0.83125 - 0.4025) / 0.83125
    assert found["bench_n"] == pytest.approx(bench_n, rel=1e-12)
    assert found["m_l5s1_nm"] == pytest.approx(0.2975 * bench_n, rel=1e-12)
    assert found["m_hip_nm"] == pytest.approx(0.4025 * bench_n, rel=1e-12)
    assert found["m_knee_nm"] == pytest.approx(0.0, abs=1e-9)
    assert found["foot_n"] == pytest.approx(100.0 * G - bench_n, rel=1e-12)
    assert found["horizontal_n"] == 0.0


def test_nothing_weighs_nothing():
    assert set(one(80.0, 85.0, LoadSetup(0.0, 0.0, 1.75)).values()) == {0.0}


def test_arching_and_tucking_by_hand():
    # At 100/80 the spine's chord lies level: its cranial direction is (-1, 0), its anterior one (0, 1).
    found = one(100.0, 80.0, LoadSetup(60.0, 70.0, 1.80))
    at, _ = skeleton(100.0, 80.0, 1.80)
    upper_n = 0.536 * 70.0 * G
    arm_b, arm_u = at["J"] - at["B"], at["upper"] - at["J"]
    moment = arm_b.real * found["bench_n"] - arm_b.imag * found["horizontal_n"] + upper_n * arm_u.real
    assert found["m_l5s1_nm"] == pytest.approx(moment, rel=1e-12)
    muscle = moment / 0.06
    assert found["compression_n"] == pytest.approx(muscle * np.cos(np.radians(5)) + found["horizontal_n"])
    assert found["shear_n"] == pytest.approx(found["bench_n"] - upper_n - muscle * np.sin(np.radians(5)))


def test_a_moment_the_other_way_needs_no_extensors():
    # Feet far ahead of a light trunk on a bench that pushes hard: flexors carry it, the muscle force is none.
    setup = LoadSetup(0.0, 75.0, 1.75, contact_to_l1_m=0.0, kappa=0.6)
    found = one(90.0, 90.0, setup)
    assert found["m_l5s1_nm"] < 0.0
    assert found["compression_n"] == pytest.approx(found["horizontal_n"])
    assert found["shear_n"] == pytest.approx(found["bench_n"] - 0.536 * 75.0 * G)


@pytest.mark.parametrize(
    ("pelvis", "lumbar", "bench"), [(120.0, 140.0, None), (90.0, 90.0, 1.0), (150.0, 150.0, None)]
)
def test_unreachable_feet_raise(pelvis, lumbar, bench):
    with pytest.raises(LoadError, match="don't reach") as refused:
        one(pelvis, lumbar, LoadSetup(100.0, 75.0, 1.75, bench))
    assert refused.value.reason is LoadReason.UNREACHABLE


def test_one_unreachable_posture_of_many_raises_and_is_named():
    pelvis, lumbar = np.array([45.0, 90.0, 121.0, 90.0]), np.array([45.0, 90.0, 140.0, 90.0])
    with pytest.raises(LoadError, match="pelvis at 121 deg"):
        hip_thrust_load(pelvis, lumbar, LoadSetup(100.0, 75.0, 1.75))


@pytest.mark.parametrize(("pelvis", "lumbar", "factor"), [(np.nan, 90, 1), (90, np.inf, 1), (90, 90, np.nan)])
def test_unknown_numbers_raise(pelvis, lumbar, factor):
    with pytest.raises(LoadError) as refused:
        one(float(pelvis), float(lumbar), LoadSetup(100.0, 75.0, 1.75), factor)
    assert refused.value.reason is LoadReason.BAD_VALUE


@pytest.mark.parametrize(
    "changed",
    [
        {"bar_kg": -1.0}, {"bar_kg": np.nan}, {"mass_kg": -75.0}, {"mass_kg": np.inf}, {"stature_m": 175.0},
        {"stature_m": 0.0}, {"bench_height_m": -0.1}, {"bench_height_m": 40.0},
        {"kappa": -0.1}, {"kappa": 10.0}, {"contact_to_l1_m": 12.0},
    ],
)  # fmt: skip
def test_inputs_that_cannot_be_meant_raise(changed):
    with pytest.raises(LoadError, match=r"can't be used: give a number from .*\.$") as refused:
        LoadSetup(**({"bar_kg": 100.0, "mass_kg": 75.0, "stature_m": 1.75} | changed))
    assert refused.value.reason is LoadReason.BAD_VALUE


@given(pelvis=POSTURES["pelvis"], lumbar=POSTURES["lumbar"], stature=POSTURES["stature"])
def test_the_chains_points(pelvis, lumbar, stature):
    setup = LoadSetup(0.0, 75.0, stature)
    posture = posture_of(np.array([pelvis]), np.array([lumbar]), setup)
    assume(posture.reachable[0])
    at, _ = skeleton(pelvis, lumbar, stature)
    names = {"J": "l5s1", "hip": "hip", "bar": "bar", "knee": "knee", "ankle": "ankle"}
    for short, name in names.items():
        point = getattr(posture, name)
        assert complex(point.x[0], point.z[0]) == pytest.approx(at[short], abs=1e-9)
    height = hip_height_m(np.array([pelvis]), np.array([lumbar]), stature)
    assert posture.hip.z - setup.bench_m == pytest.approx(height, abs=1e-12)


def test_at_lockout_the_thigh_is_level_and_the_shin_vertical():
    for contact in (None, 0.20):
        posture = posture_of(
            np.array([90.0]), np.array([90.0]), LoadSetup(0.0, 75.0, 1.75, contact_to_l1_m=contact)
        )
        assert posture.knee.z == pytest.approx(posture.hip.z)
        assert posture.knee.x == pytest.approx(posture.ankle.x)
    assert LoadSetup(0.0, 75.0, 1.75).bench_m == pytest.approx(0.4025)


def test_many_postures_are_each_what_they_are_alone():
    pelvis, lumbar = np.linspace(45.0, 100.0, 23), np.linspace(50.0, 92.0, 23)
    factor = np.linspace(0.8, 1.3, 23)
    setup = LoadSetup(100.0, 75.0, 1.75)
    many = hip_thrust_load(pelvis, lumbar, setup, factor)
    for i in range(23):
        alone = one(pelvis[i], lumbar[i], setup, factor[i])
        assert alone == {name: getattr(many, name)[i] for name in FIGURES}


def test_the_dynamic_factor_is_the_hips_acceleration():
    t = np.arange(400) * 0.01
    factor = dynamic_factor(0.7 + 0.1 * t - 1.5 * t**2, 0.01)
    assert factor[20:-20] == pytest.approx(1.0 - 3.0 / G, abs=1e-9)
    assert dynamic_factor(np.full(50, 0.6), 0.01) == pytest.approx(1.0, abs=1e-12)
    assert dynamic_factor(0.2 + 0.5 * t, 0.01) == pytest.approx(1.0, abs=1e-9)  # also at the ends


@pytest.mark.parametrize(("hz", "gain"), [(0.5, 0.995), (4.0, 0.7071), (16.0, 0.004)])
def test_the_dynamic_factor_is_low_passed_at_4_hz(hz, gain):
    t = np.arange(1000) * 0.01
    factor = dynamic_factor(0.001 * np.sin(2 * np.pi * hz * t), 0.01)
    full = 0.001 * (2 * np.pi * hz) ** 2 / G
    assert np.abs(factor[300:700] - 1.0).max() == pytest.approx(gain * full, rel=0.02, abs=0.001 * full)


def test_the_dynamic_factor_depends_on_its_neighbourhood_only():
    height = 0.6 + 0.15 * np.sin(np.arange(600) / 47.0)
    whole, part = dynamic_factor(height, 0.01), dynamic_factor(height[100:400], 0.01)
    assert np.array_equal(whole[120:380], part[20:280])


@pytest.mark.parametrize(
    ("lift", "arm"),
    [
        (Lift.SQUAT, 0.25), (Lift.GOOD_MORNING, 0.25), (Lift.DEADLIFT, 0.228), (Lift.ROMANIAN_DEADLIFT, 0.228)
    ],
)  # fmt: skip
def test_free_standing_lifts(lift, arm):
    # Leaning forward 30 and 60 deg in the mean of both angles, upright, and leaning back.
    pelvis, lumbar = np.array([-40.0, -50.0, 0.0, 10.0]), np.array([-20.0, -70.0, 0.0, 10.0])
    moment = free_standing_moment_nm(pelvis, lumbar, LoadSetup(80.0, 75.0, 1.75), lift)
    upright = (0.536 * 75.0 * 0.157 + 80.0 * arm) * 1.75 * G
    expected = [0.5 * upright, np.sqrt(0.75) * upright, 0.0, -np.sin(np.radians(10.0)) * upright]
    assert moment == pytest.approx(expected, abs=1e-9)


def test_a_hip_thrust_is_not_free_standing():
    with pytest.raises(LoadError):
        free_standing_moment_nm(np.zeros(1), np.zeros(1), LoadSetup(80.0, 75.0, 1.75), Lift.HIP_THRUST)
