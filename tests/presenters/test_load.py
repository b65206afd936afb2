"""Load on the page: never without its inputs, always with its interval, never as a risk."""

from dataclasses import replace

import pytest

from hub.scripted import rep
from lumbarwatch.model.motion import SetExtra, SetSummary
from lumbarwatch.model.session import Athlete
from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.presenters import load

ANNA = Athlete("a", "Anna", mass_kg=75.0, stature_m=1.75)
SETS = [SetSummary(1, 0, 1, reps=2, partial=0, bar_kg=100.0)]
DAY_NS = 86_400_000_000_000


@pytest.mark.parametrize(
    ("athlete", "sets", "missing"),
    [
        (None, SETS, "body mass and stature are"),
        (replace(ANNA, stature_m=None), SETS, "stature is"),
        (ANNA, [replace(SETS[0], bar_kg=None)], "bar mass is"),
    ],
)
def test_without_any_input_there_is_no_load_and_it_says_which(athlete, sets, missing):
    assert missing in load.missing_words(athlete, sets, "hip_thrust")
    assert load.lockout_loads(athlete, sets, [rep(1, 0)]) == []


def test_a_bar_of_nothing_is_a_bar():
    assert load.missing_words(ANNA, [replace(SETS[0], bar_kg=0.0)], "hip_thrust") == ""


def test_the_lockout_posture_gives_the_worked_example():
    # 90/90, kappa 0.10, bar 100, 75 kg, 1.75 m (definitions 7)
    reps = [rep(n, 0, tilt_lockout_deg=0.0, lambda_lockout_deg=0.0) for n in (1, 2)]
    (found,) = load.lockout_loads(ANNA, SETS, reps)
    assert found.moment_nm == pytest.approx(171.71, rel=1e-3)
    assert found.compression_n == pytest.approx(2926.9, rel=1e-3)
    assert 0.10 < found.moment_sigma_nm / found.moment_nm < 0.25
    assert 0.10 < found.compression_sigma_n / found.compression_n < 0.30


def test_angles_that_are_not_trusted_give_no_load():
    slipped = [rep(n, 0, tilt_lockout_deg=25.0, lambda_lockout_deg=0.0, graded=False) for n in (1, 2)]
    assert load.lockout_loads(ANNA, SETS, slipped) == []
    trusted = rep(3, 0, tilt_lockout_deg=0.0, lambda_lockout_deg=0.0)
    (found,) = load.lockout_loads(ANNA, SETS, [*slipped, trusted])
    assert found.moment_nm == pytest.approx(171.71, rel=1e-3)


def test_every_figure_of_a_set_has_its_interval():
    facts = SetExtra(
        1,
        rpe=7.0,
        dose_n2m2s=2.5e6,
        dose_sigma_n2m2s=6e5,
        dose_unknown_reps=1,
        peak_moment_nm=180.0,
        peak_sigma_nm=29.0,
    )
    (row,) = load.set_rows(SETS, {1: facts})
    assert row["Peak moment at L5/S1"] == "180 N m ± 29 N m"
    assert row["Dose (10⁶ N²m²s)"] == "2.50 ± 0.60"
    assert row["Remark"] == "lower bound: 1 rep without load"
    assert load.set_rows(SETS, {})[0]["Peak moment at L5/S1"] == "–"


def test_the_dose_is_told_against_the_own_median_of_28_days():
    usual = {"dose_n2m2s": 2e6, "dose_sigma_n2m2s": 5e5}
    points = [SessionPoint(day * DAY_NS, "hip_thrust", str(day), **usual) for day in (0, 10, 15, 20, 25, 30)]
    points.append(SessionPoint(33 * DAY_NS, "hip_thrust", "now", dose_n2m2s=3e6, dose_sigma_n2m2s=6e5))
    assert load.relative_dose_words(points, "now", 6e5).startswith("1.50 ± 0.30 times the own median session")
    of_days = load.days_dose_words(points, "now")
    assert of_days == "13.00 ± 3.10"  # five of the days before and the session itself
    unsaid = [replace(points[2], dose_sigma_n2m2s=None) if one is points[2] else one for one in points]
    assert load.days_dose_words(unsaid, "now") == "13.00"
    few = points[3:]
    assert load.relative_dose_words(few, "now", None).startswith("Not enough data to compare: 3 of 4")
    assert load.relative_dose_words(points[:-1], "now", None) == ""


def test_niosh_is_named_as_not_validated_and_no_word_is_of_a_risk():
    assert "not validated for this lift" in load.NIOSH_WORDS
    for words in (load.EXPLAINED, load.COMPRESSION_EXPLAINED, load.NIOSH_WORDS):
        assert "risk" not in words
        assert "danger" not in words
