"""What a rep measures, against hand-worked values."""

import numpy as np
import pytest

from core.made import history_of, moved
from lumbarwatch.core.hip_path import bottom_before
from lumbarwatch.core.metrics import Meter, _held
from lumbarwatch.core.phases import Closed

STATURE_M = 1.75
PARTS = [(1.0, 45.0), (1.5, 90.0), (1.0, 90.0), (2.0, 45.0), (1.0, 45.0)]
CLOSED = Closed(index=640, bottom_from=0, top=300, bottom_until=620)


def hip_m(phi_p: float, phi_l: float) -> float:
    """z of HIP in the chain of definitions 7, written out."""
    p, lum, mid = np.radians(phi_p), np.radians(phi_l), np.radians(0.5 * (phi_p + phi_l))
    thorax = 0.035 * np.sin(lum)
    spine = thorax - 0.070 * np.cos(lum) - 0.100 * np.cos(mid)
    return float(STATURE_M * (spine - 0.060 * np.cos(p) + 0.020 * np.sin(p)))


def crossing_s(start_s, seconds, from_deg, to_deg, share):
    """When a stroke has covered a share of the hip's way; bisection on the hip's own height."""
    low, high = 0.0, 1.0
    target = hip_m(from_deg, from_deg) + share * (hip_m(to_deg, to_deg) - hip_m(from_deg, from_deg))
    rising = to_deg > from_deg
    for _ in range(60):
        u = 0.5 * (low + high)
        angle = from_deg + (to_deg - from_deg) * (10 * u**3 - 15 * u**4 + 6 * u**5)
        below = hip_m(angle, angle) < target
        low, high = (u, high) if below == rising else (low, u)
    return start_s + seconds * low


def test_times_are_at_5_and_95_percent_of_the_hip_s_way():
    rep = Meter(history_of(moved(*PARTS)), STATURE_M).measure(CLOSED)
    assert rep is not None
    # moved() puts the value of time t at index t * 100 - 1 after the first part
    offset = -0.01
    assert rep.start / 100 == pytest.approx(crossing_s(1.0, 1.5, 45.0, 90.0, 0.05) + offset, abs=0.004)
    assert rep.lockout / 100 == pytest.approx(crossing_s(1.0, 1.5, 45.0, 90.0, 0.95) + offset, abs=0.004)
    assert rep.lower / 100 == pytest.approx(crossing_s(3.5, 2.0, 90.0, 45.0, 0.05) + offset, abs=0.004)
    assert rep.end / 100 == pytest.approx(crossing_s(3.5, 2.0, 90.0, 45.0, 0.95) + offset, abs=0.004)


def test_ranges_and_lockout_medians():
    pelvis = moved(*PARTS)
    lumbar = pelvis - 7.0
    rep = Meter(history_of(pelvis, lumbar), STATURE_M).measure(CLOSED)
    assert rep is not None
    assert rep.rom_deg == pytest.approx(45.0)
    assert rep.rom_m == pytest.approx(hip_m(90.0, 83.0) - hip_m(45.0, 38.0))
    assert rep.tilt_lockout_deg == pytest.approx(0.0, abs=0.3)
    assert rep.lambda_lockout_deg == pytest.approx(-7.0)
    assert rep.lambda_eccentric_max_deg == pytest.approx(-7.0)
    assert rep.phi_top_deg == pytest.approx(90.0)
    assert rep.impact_g_mps2 == pytest.approx(9.80665)
    assert not rep.lockout_hidden


def test_lambda_counts_when_it_was_held_150_ms():
    pelvis = moved(*PARTS)
    bump = np.zeros(len(pelvis))
    bump[200:214] = 30.0  # 140 ms
    short = Meter(history_of(pelvis, pelvis + bump), STATURE_M).measure(CLOSED)
    bump[200:216] = 30.0
    held = Meter(history_of(pelvis, pelvis + bump), STATURE_M).measure(CLOSED)
    assert short is not None
    assert held is not None
    assert short.lambda_peak_deg == pytest.approx(0.0)
    assert held.lambda_peak_deg == pytest.approx(30.0)


def test_a_lost_lumbar_sensor_is_stood_in_for_and_said():
    pelvis = moved(*PARTS)
    lumbar = np.where(np.arange(len(pelvis)) > 150, np.nan, pelvis)
    there = (~np.isnan(lumbar)).astype(float)
    rep = Meter(history_of(pelvis, lumbar, lumbar_present=there), STATURE_M).measure(CLOSED)
    assert rep is not None
    assert rep.lumbar_missing
    assert (rep.lockout_hidden, rep.pelvis_top_hidden) == (True, False)
    assert rep.lambda_lockout_deg is None
    assert rep.rom_m == pytest.approx(hip_m(90.0, 90.0) - hip_m(45.0, 45.0))


def test_the_bottom_is_the_last_rest_before_the_rise_not_a_sit_up_before():
    sat_up = moved((4.0, 20.0), (1.4, 42.0), (3.0, 42.0), (1.5, 95.0))
    assert bottom_before(sat_up, 0.05) == pytest.approx(42.0, abs=0.4)


def test_a_sticking_point_is_no_bottom():
    stuck = moved((1.0, 45.0), (1.0, 74.0), (0.5, 67.0), (1.0, 90.0))
    assert bottom_before(stuck, 0.05) == pytest.approx(45.0)


def test_a_dip_before_the_rise_is_the_bottom():
    assert bottom_before(moved((1.0, 45.0), (0.4, 37.0), (1.0, 90.0)), 0.05) == pytest.approx(37.0)


def test_held_takes_the_highest_of_lowest():
    values = np.array([1.0, 5.0, 5.0, 2.0, 4.0, 4.0, 4.0])
    assert _held(values, 3) == (4.0, 6)
    assert _held(values[:2], 3) == (None, 0)
