"""The budget's sums, and what the norm at rest says of a part."""

import numpy as np
import pytest

from lumbarwatch.core.uncertainty import BUDGET, StatedSigma

G = 9.80665


def test_the_budget_is_that_of_definitions_2():
    assert BUDGET.absolute_deg() == pytest.approx(3.2, abs=0.01)
    assert BUDGET.against_range_deg() == pytest.approx(2.0)
    assert BUDGET.against_reference_deg() == pytest.approx(2.4, abs=0.02)
    assert BUDGET.within_rep_deg() == pytest.approx(2.83, abs=0.01)
    assert BUDGET.drift_deg(10) == pytest.approx(2.0 * np.sqrt(12 * 9 / (10 * 11)))
    assert BUDGET.absolute_deg(4.0) == pytest.approx(np.sqrt(4.0 + 6.25 + 16.0))


def test_a_norm_far_from_g_widens_sigma_one_near_g_narrows_it():
    cheap, good, unknown = StatedSigma(), StatedSigma(), StatedSigma()
    cheap.read_rest([G + 0.2] * 4)
    good.read_rest([G + 0.003] * 4)
    assert good.part_deg < unknown.part_deg < cheap.part_deg
    # many readings of 0.2 m/s^2: sqrt(2) * 0.2 / g rad
    for _ in range(500):
        cheap.read_rest([G + 0.2, G - 0.2])
    assert cheap.part_deg == pytest.approx(np.degrees(np.sqrt(2.0) * 0.2 / G), rel=0.01)


def test_a_reading_that_is_no_rest_is_left_out():
    sigma = StatedSigma()
    before = sigma.part_deg
    sigma.read_rest([0.7 * G, 1.4 * G])
    assert sigma.part_deg == before


def test_lambda_has_two_sensors_and_gaps_add():
    sigma = StatedSigma()
    assert sigma.lambda_deg(0.0, 0.0) == pytest.approx(np.sqrt(2.0) * sigma.sensor_deg)
    clear = sigma.params.fusion_base_deg
    assert sigma.tilt_deg(clear) == sigma.tilt_deg(0.0)
    gap = float(np.hypot(clear, 3.0))
    assert sigma.tilt_deg(gap) == pytest.approx(np.hypot(sigma.sensor_deg, 3.0))
