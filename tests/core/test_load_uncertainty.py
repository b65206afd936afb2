import contextlib

import numpy as np
import pytest

from core.load_equilibrium import solve
from lumbarwatch.core.load import hip_thrust_load
from lumbarwatch.core.load_uncertainty import (
    COARSE,
    FINE,
    LoadSpread,
    draws,
    free_standing_sigma_nm,
    hip_thrust_sigma,
)
from lumbarwatch.model.load import Lift, LoadError, LoadSetup, LumbarLoad

FIGURES = LumbarLoad.__slots__
LOCKOUT = np.array([90.0])
SETUP = LoadSetup(100.0, 75.0, 1.75)


def test_about_a_sixth_of_the_moment_and_a_fifth_of_the_compression():
    value, sigma = hip_thrust_load(LOCKOUT, LOCKOUT, SETUP), hip_thrust_sigma(LOCKOUT, LOCKOUT, SETUP)
    assert sigma.m_l5s1_nm / value.m_l5s1_nm == pytest.approx(0.16, rel=0.25)
    assert sigma.compression_n / value.compression_n == pytest.approx(0.20, rel=0.25)


def random_sigma(pelvis_deg, lumbar_deg, setup, *, contact_sigma_m=0.03, n=200_000):
    """The same by random numbers, with equations of the test's own for moment, bench and floor."""
    chance = np.random.default_rng(7)
    kappa, ahead = chance.uniform(0.0, 0.25, n), chance.uniform(0.0, 0.05, n)
    shift, lever = chance.normal(0.0, contact_sigma_m, n), chance.normal(0.06, 0.006, n)
    phi_p = np.radians(chance.normal(pelvis_deg, np.hypot(2.0, 2.5), n))
    phi_l = np.radians(chance.normal(lumbar_deg, np.hypot(2.0, 2.5), n))
    bar_n = 9.80665 * setup.bar_kg * chance.normal(1.0, 0.01, n)
    body_n, h = 9.80665 * setup.mass_kg, setup.stature_m
    turn = {"P": np.exp(1j * phi_p), "L": np.exp(1j * phi_l), "J": np.exp(0.5j * (phi_p + phi_l))}
    bench = 0.230j * h
    j = bench + h * (turn["L"] * (0.035 - 0.070j) - 0.100j * turn["J"])
    hip = j + h * turn["P"] * (0.020 - 0.060j)
    upper = j + 0.157j * h * np.exp(1j * (0.75 * phi_l + 0.25 * phi_p))
    ankle = h * (0.475 + 0.039j)
    way = ankle - hip
    cosine = ((0.245 * h) ** 2 + np.abs(way) ** 2 - (0.246 * h) ** 2) / (2 * 0.245 * h * np.abs(way))
    knee = hip + 0.245 * h * way / np.abs(way) * np.exp(1j * np.arccos(cosine))
    push, foot_x = bench + 1j * turn["L"] * shift, ankle.real + ahead
    carried = [
        (0.536 * body_n, upper), (0.142 * body_n, j - 0.020j * h * turn["P"]),
        (bar_n, hip + 0.060 * h * turn["P"]), (0.200 * body_n, hip + 0.433 * (knee - hip)),
        (0.093 * body_n, knee + 0.433 * (ankle - knee)), (0.029 * body_n, ankle + 0.05 * h / 1.75),
    ]  # fmt: skip
    whole = body_n + bar_n
    # Floor from moments about the bench's push.
    floor_n = sum(w * (at.real - push.real) for w, at in carried) / (foot_x - push.real - kappa * push.imag)
    hx, bench_n = kappa * floor_n, whole - floor_n
    moment = (j - push).real * bench_n + (push - j).imag * hx + 0.536 * body_n * (upper - j).real
    muscle = np.maximum(moment, 0.0) / lever
    trunk = hx + 1j * (bench_n - 0.536 * body_n)
    slope = np.radians(5.0)
    return {
        "m_l5s1_nm": moment.std(),
        "compression_n": (muscle * np.cos(slope) - (trunk * np.conj(1j * turn["J"])).real).std(),
        "shear_n": ((trunk * np.conj(turn["J"])).real - muscle * np.sin(slope)).std(),
        "bench_n": bench_n.std(),
        "foot_n": floor_n.std(),
        "horizontal_n": hx.std(),
    }


@pytest.mark.parametrize(("lattice", "off"), [(FINE, 0.01), (COARSE, 0.03)])
@pytest.mark.parametrize(("pelvis", "lumbar", "bar"), [(90.0, 90.0, 100.0), (60.0, 70.0, 40.0)])
def test_the_lattice_gives_what_random_numbers_give(pelvis, lumbar, bar, lattice, off):
    setup = LoadSetup(bar, 75.0, 1.75)
    sigma = hip_thrust_sigma(np.array([pelvis]), np.array([lumbar]), setup, lattice=lattice)
    for name, expected in random_sigma(pelvis, lumbar, setup).items():
        assert getattr(sigma, name)[0] == pytest.approx(expected, rel=off + 0.01), name


def test_the_same_twice_and_alone_as_among_many():
    pelvis, lumbar = np.linspace(45.0, 95.0, 700), np.linspace(50.0, 92.0, 700)  # more than one block
    many = hip_thrust_sigma(pelvis, lumbar, SETUP, lattice=COARSE)
    again = hip_thrust_sigma(pelvis, lumbar, SETUP, lattice=COARSE)
    alone = hip_thrust_sigma(pelvis[600:601], lumbar[600:601], SETUP, lattice=COARSE)
    for name in FIGURES:
        assert np.array_equal(getattr(many, name), getattr(again, name))
        assert getattr(alone, name)[0] == getattr(many, name)[600]


def test_a_tape_measure_narrows_the_interval():
    taped = LoadSetup(100.0, 75.0, 1.75, contact_to_l1_m=0.1225)
    free, measured = (hip_thrust_sigma(LOCKOUT, LOCKOUT, setup) for setup in (SETUP, taped))
    assert hip_thrust_load(LOCKOUT, LOCKOUT, taped).m_l5s1_nm == pytest.approx(171.71, rel=1e-3)
    expected = random_sigma(90.0, 90.0, taped, contact_sigma_m=0.01)["m_l5s1_nm"]
    assert measured.m_l5s1_nm[0] == pytest.approx(expected, rel=0.02)
    assert measured.m_l5s1_nm < 0.7 * free.m_l5s1_nm


def test_worse_angles_widen_and_weights_scale_it():
    usual = hip_thrust_sigma(LOCKOUT, LOCKOUT, SETUP)
    worse = hip_thrust_sigma(LOCKOUT, LOCKOUT, SETUP, pelvis_sigma_deg=12.0, lumbar_sigma_deg=12.0)
    heavier = hip_thrust_sigma(LOCKOUT, LOCKOUT, SETUP, dynamic_factor=1.5)
    assert worse.m_l5s1_nm > 1.05 * usual.m_l5s1_nm
    for name in FIGURES:
        assert getattr(heavier, name) == pytest.approx(1.5 * getattr(usual, name))


def test_postures_out_of_reach_are_left_out_of_the_draws():
    pelvis, lumbar = 113.0, 138.0  # close to the limit of reach
    angles_only = LoadSpread((0.1, 0.1), 0.0, 0.0, (0.0, 0.0), 0.0, 0.0)
    sigma = hip_thrust_sigma(
        np.array([pelvis]), np.array([lumbar]), SETUP, pelvis_sigma_deg=2.0, lumbar_sigma_deg=3.0,
        spread=angles_only, lattice=COARSE,
    )  # fmt: skip
    drawn, possible = draws(COARSE, SETUP, angles_only), []
    for p, q in zip(pelvis + 2.0 * drawn.pelvis, lumbar + 3.0 * drawn.lumbar, strict=True):
        with contextlib.suppress(ValueError):  # no such triangle
            possible.append(solve(p, q, 100.0, 75.0, 1.75))
    assert 100 < len(possible) < 450
    for name in FIGURES:
        assert getattr(sigma, name)[0] == pytest.approx(np.std([one[name] for one in possible])), name
    with pytest.raises(LoadError):
        hip_thrust_sigma(np.array([125.0]), np.array([150.0]), SETUP)


def test_each_unsure_input_is_drawn_with_its_own_spread():
    drawn = draws(FINE, SETUP)
    assert drawn.kappa.min() > 0.0
    assert drawn.kappa.max() < 0.25
    assert drawn.kappa.mean() == pytest.approx(0.125)
    assert drawn.pressure_ahead_m.std() == pytest.approx(0.05 / np.sqrt(12.0), rel=1e-3)
    sigmas = {"contact_m": 0.03, "lever_m": 0.006, "pelvis": 1.0, "lumbar": 1.0, "bar": 0.01}
    for name, sigma in sigmas.items():
        assert getattr(drawn, name).std() == pytest.approx(sigma, rel=2e-3), name
    assert drawn.lever_m.mean() == pytest.approx(0.06)
    together = np.corrcoef([getattr(drawn, name) for name in drawn.__slots__]) - np.eye(7)
    assert np.abs(together).max() < 0.03


def test_with_one_spread_only_sigma_is_the_slope_times_it():
    only_bar = LoadSpread((0.1, 0.1), 0.0, 0.0, (0.0, 0.0), 0.0, 0.01)
    sigma = hip_thrust_sigma(
        LOCKOUT, LOCKOUT, SETUP, pelvis_sigma_deg=0.0, lumbar_sigma_deg=0.0, spread=only_bar
    )
    one_kg = [solve(90.0, 90.0, bar, 75.0, 1.75) for bar in (100.0, 101.0)]
    for name in FIGURES:
        slope = abs(one_kg[1][name] - one_kg[0][name])
        assert getattr(sigma, name)[0] == pytest.approx(slope, rel=2e-3), name


def test_free_standing_lifts():
    # Upright the angles decide, far forward the bar.
    pelvis, lumbar = np.array([0.0, -90.0]), np.array([0.0, -90.0])
    sigma = free_standing_sigma_nm(pelvis, lumbar, LoadSetup(80.0, 75.0, 1.75), Lift.SQUAT)
    upright = (0.536 * 75.0 * 0.157 + 80.0 * 0.25) * 1.75 * 9.80665
    assert sigma[0] == pytest.approx(upright * np.radians(np.hypot(2.0, 2.5)) / np.sqrt(2.0), rel=0.03)
    assert sigma[1] == pytest.approx(0.01 * 80.0 * 0.25 * 1.75 * 9.80665, rel=0.10)
