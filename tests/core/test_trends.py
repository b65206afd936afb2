import itertools

import numpy as np
import pytest

from lumbarwatch.core.trends import (
    NS_PER_WEEK,
    by_exercise,
    compare,
    minimal_detectable_change,
    stiffness_recurs,
    theil_sen,
    trend,
    trends,
)
from lumbarwatch.model.checks import ModelError
from lumbarwatch.model.trends import Answer, Quantity, Scope, SessionPoint

DAY = NS_PER_WEEK // 7
WITHIN, BETWEEN = Scope.WITHIN_SESSION, Scope.BETWEEN_SESSIONS


def course(quantity, values, days=None, **common):
    """Sessions three days apart, or on given days."""
    days = range(0, 3 * len(values), 3) if days is None else days
    fields = {"exercise": "hip_thrust", "reps": 30} | common
    return [
        SessionPoint(10**18 + day * DAY, **(fields | {quantity.value: value}))
        for day, value in zip(days, values, strict=True)
    ]


@pytest.mark.parametrize(
    ("quantity", "first", "last", "expected"),
    [
        (Quantity.TILT_LOCKOUT, -4.0, 8.0, Answer.IMPROVED),
        (Quantity.TILT_LOCKOUT, 8.0, -4.0, Answer.WORSENED),
        (Quantity.TILT_LOCKOUT, 0.0, 7.0, Answer.WITHIN_NOISE),  # 1.645 sqrt(2) 3.2 = 7.4 deg
        (Quantity.TILT_LOCKOUT, 0.0, 8.0, Answer.IMPROVED),
        (Quantity.LAMBDA_LOCKOUT, 12.0, 0.0, Answer.WITHIN_NOISE),  # 12.5 deg
        (Quantity.LAMBDA_LOCKOUT, 13.0, 0.0, Answer.IMPROVED),
        (Quantity.LAMBDA_PEAK, 0.0, 13.0, Answer.WORSENED),
        (Quantity.OWN_TUCK, 20.0, 8.0, Answer.WITHIN_NOISE),
        (Quantity.OWN_TUCK, 22.0, 8.0, Answer.DECREASED),
        (Quantity.OWN_ARCH, 8.0, 22.0, Answer.INCREASED),
        (Quantity.SHARE_RED, 0.6, 0.1, Answer.IMPROVED),
        (Quantity.SHARE_RED, 0.3, 0.2, Answer.WITHIN_NOISE),
        (Quantity.SHARE_NOT_GRADED, 0.0, 0.5, Answer.WORSENED),
        (Quantity.ECCENTRIC, 1.0, 1.1, Answer.WITHIN_NOISE),
        (Quantity.ECCENTRIC, 1.0, 1.4, Answer.IMPROVED),
        (Quantity.ECCENTRIC, 2.5, 4.0, Answer.INCREASED),  # slow enough before: no better, but no noise
        (Quantity.ECCENTRIC, 4.0, 2.5, Answer.DECREASED),
        (Quantity.ECCENTRIC, 2.5, 2.6, Answer.WITHIN_NOISE),
        (Quantity.DRIFT, 8.0, 2.0, Answer.IMPROVED),
        (Quantity.DRIFT, 5.0, 2.0, Answer.WITHIN_NOISE),
        (Quantity.PAIN, 5.0, 3.5, Answer.WITHIN_NOISE),
        (Quantity.PAIN, 1.0, 5.0, Answer.WORSENED),
        (Quantity.BAR, 100.0, 140.0, Answer.INCREASED),
        (Quantity.BAR, 100.0, 101.0, Answer.WITHIN_NOISE),
        (Quantity.DOSE, 1.0e6, 1.2e6, Answer.WITHIN_NOISE),
        (Quantity.DOSE, 2.0e6, 1.0e6, Answer.DECREASED),
    ],
)
def test_a_steady_change_over_twenty_sessions(quantity, first, last, expected):
    found = trend(course(quantity, np.linspace(first, last, 20)), quantity)
    assert found.answer is expected
    assert (found.start, found.end) == pytest.approx((first, last))
    assert found.change == pytest.approx(last - first)
    assert found.slope_per_week == pytest.approx((last - first) / (57.0 / 7.0))


def test_habit_needs_more_than_the_lordosis_mdc_of_the_own_range():
    def habits(last):
        points = course(Quantity.HABIT, np.linspace(0.5, last, 10), lam_max_deg=30.0, tau_max_deg=20.0)
        return trend(points, Quantity.HABIT)

    assert habits(0.74).mdc == pytest.approx(12.5 / 50.0)
    assert habits(0.74).answer is Answer.WITHIN_NOISE
    assert habits(0.76).answer is Answer.INCREASED  # never better or worse
    unknown_range = course(Quantity.HABIT, np.linspace(0.1, 0.9, 10))
    assert trend(unknown_range, Quantity.HABIT).answer is Answer.WITHIN_NOISE


@pytest.mark.parametrize("values", [[], [1.0], [1.0, 9.0, 20.0], [None] * 20, [None, 1.0, None, 30.0, 60.0]])
def test_too_few_known_sessions_are_not_enough_data(values):
    found = trend(course(Quantity.TILT_LOCKOUT, values), Quantity.TILT_LOCKOUT)
    assert found.answer is Answer.NOT_ENOUGH_DATA
    assert found.known == sum(value is not None for value in values)
    assert (found.start, found.end, found.change, found.slope_per_week, found.mdc) == (None,) * 5


def test_sessions_at_one_time_are_not_enough_data():
    found = trend(course(Quantity.TILT_LOCKOUT, [0.0, 5.0, 10.0, 15.0], days=[1] * 4), Quantity.TILT_LOCKOUT)
    assert found.answer is Answer.NOT_ENOUGH_DATA


def test_unknown_sessions_and_their_order_do_not_matter():
    values = np.linspace(-4.0, 8.0, 12)
    whole = course(Quantity.TILT_LOCKOUT, values)
    holed = course(Quantity.TILT_LOCKOUT, [None if i in {3, 4, 8} else v for i, v in enumerate(values)])
    found = trend(holed[::-1], Quantity.TILT_LOCKOUT)
    assert found.answer is Answer.IMPROVED
    assert found.known == 9
    assert found.slope_per_week == pytest.approx(trend(whole, Quantity.TILT_LOCKOUT).slope_per_week)


def test_pauses_are_named_and_the_line_goes_by_real_time():
    days = [0, 3, 7, 10, 100, 103, 107, 110]
    found = trend(course(Quantity.TILT_LOCKOUT, [0.1 * day for day in days], days), Quantity.TILT_LOCKOUT)
    assert found.breaks == ((10**18 + 10 * DAY, 10**18 + 100 * DAY),)
    assert found.slope_per_week == pytest.approx(0.7)
    assert found.answer is Answer.IMPROVED


def test_noise_is_called_noise_and_outliers_do_not_make_a_trend():
    chance = np.random.default_rng(3)
    named = 0
    for _ in range(200):
        values = chance.normal(2.0, 3.2, 20)
        named += (
            trend(course(Quantity.TILT_LOCKOUT, values), Quantity.TILT_LOCKOUT).answer
            is not Answer.WITHIN_NOISE
        )
    assert named <= 2
    steady = np.full(20, 3.0)
    steady[[4, 18, 19]] = (-40.0, 60.0, 60.0)
    assert trend(course(Quantity.TILT_LOCKOUT, steady), Quantity.TILT_LOCKOUT).answer is Answer.WITHIN_NOISE


@pytest.mark.parametrize(
    "values", [[-8.2, 1.2, -0.9, 4.9], [5.2, 2.1, 0.5, -1.8, 6.6, 4.9, 1.3, -9.3]], ids=["four", "eight"]
)
def test_a_steep_line_through_few_sessions_may_still_be_chance(values):
    found = trend(course(Quantity.TILT_LOCKOUT, values), Quantity.TILT_LOCKOUT)
    assert abs(found.change) > found.mdc
    assert found.slope_low_per_week < 0.0 < found.slope_high_per_week
    assert found.answer is Answer.WITHIN_NOISE


def test_a_true_change_beyond_noise_is_found():
    chance = np.random.default_rng(4)
    found = [
        trend(
            course(Quantity.TILT_LOCKOUT, np.linspace(-6.0, 8.0, 20) + chance.normal(0.0, 2.0, 20)),
            Quantity.TILT_LOCKOUT,
        ).answer
        for _ in range(100)
    ]
    assert found.count(Answer.IMPROVED) >= 95


def test_own_scatter_widens_what_a_change_must_exceed():
    chance = np.random.default_rng(5)
    values = np.linspace(1.0, 1.5, 20) + chance.normal(0.0, 0.3, 20)
    found = trend(course(Quantity.ECCENTRIC, values), Quantity.ECCENTRIC)
    assert found.mdc == pytest.approx(1.645 * np.sqrt(2.0) * 0.3, rel=0.5)
    assert found.mdc > 0.3


def test_within_one_application_four_degrees_count():
    before, after = course(Quantity.LAMBDA_LOCKOUT, [0.0, 5.0])
    assert compare(before, after)[Quantity.LAMBDA_LOCKOUT].answer is Answer.WITHIN_NOISE
    within = compare(before, after, WITHIN)[Quantity.LAMBDA_LOCKOUT]
    assert (within.answer, within.before, within.after, within.mdc) == (Answer.WORSENED, 0.0, 5.0, 4.2)
    sets = course(Quantity.LAMBDA_LOCKOUT, [0.0, 2.0, 4.0, 6.0], days=[0, 1, 2, 3])
    assert trend(sets, Quantity.LAMBDA_LOCKOUT, WITHIN).answer is Answer.WORSENED
    assert trend(sets, Quantity.LAMBDA_LOCKOUT, BETWEEN).answer is Answer.WITHIN_NOISE


def test_two_sessions_side_by_side():
    before = SessionPoint(0, "hip_thrust", tilt_lockout_deg=-3.0, eccentric_s=1.8, share_red=0.5, reps=10)
    after = SessionPoint(DAY, "hip_thrust", tilt_lockout_deg=6.0, eccentric_s=3.0, share_red=0.4, reps=10)
    found = compare(before, after)
    assert set(found) == set(Quantity)
    assert found[Quantity.TILT_LOCKOUT].answer is Answer.IMPROVED
    assert found[Quantity.ECCENTRIC].answer is Answer.IMPROVED  # 1.8 to the two seconds asked for
    slower = compare(after, SessionPoint(2 * DAY, "hip_thrust", eccentric_s=4.0, reps=10))
    assert slower[Quantity.ECCENTRIC].answer is Answer.INCREASED  # slow enough before: no better
    assert found[Quantity.SHARE_RED].answer is Answer.WITHIN_NOISE
    assert found[Quantity.PAIN].answer is Answer.NOT_ENOUGH_DATA
    assert found[Quantity.PAIN].mdc is None


def test_a_share_of_few_reps_is_less_sure():
    def mdc(share, reps):
        points = course(Quantity.SHARE_RED, [share, share], reps=reps)
        return minimal_detectable_change(Quantity.SHARE_RED, points, BETWEEN)

    assert mdc(0.5, 100) == pytest.approx(1.645 * np.sqrt(2.0 * 0.25 / 100.0))
    assert mdc(0.5, 10) > 3.0 * mdc(0.5, 100)
    assert 0.0 < mdc(0.0, 30) < mdc(0.5, 30)


def test_theil_sen_against_all_pairs_and_its_interval():
    chance = np.random.default_rng(6)
    inside = 0
    for _ in range(200):
        times = np.sort(chance.uniform(0.0, 10.0, 15))
        values = 1.5 * times + chance.normal(0.0, 2.0, 15)
        line = theil_sen(times, values)
        slopes = [
            (values[j] - values[i]) / (times[j] - times[i]) for i, j in itertools.combinations(range(15), 2)
        ]
        assert line.slope == pytest.approx(np.median(slopes))
        assert line.low <= line.slope <= line.high
        inside += line.low <= 1.5 <= line.high
    assert inside / 200 == pytest.approx(0.9, abs=0.06)


def test_theil_sen_leaves_out_pairs_of_one_time():
    line = theil_sen(np.array([0.0, 0.0, 1.0, 2.0]), np.array([5.0, -5.0, 2.0, 4.0]))
    slopes = [2.0 - 5.0, 2.0 + 5.0, (4.0 - 5.0) / 2.0, (4.0 + 5.0) / 2.0, 2.0]
    assert line.slope == pytest.approx(np.median(slopes))


def test_exercises_are_apart_and_every_quantity_is_followed():
    thrusts = course(Quantity.TILT_LOCKOUT, np.linspace(-4.0, 8.0, 6))
    squats = course(Quantity.TILT_LOCKOUT, [0.0, 1.0], exercise="squat")
    sorted_points = by_exercise([*squats[::-1], *thrusts[::-1]])
    assert sorted_points == {"hip_thrust": tuple(thrusts), "squat": tuple(squats)}
    found = trends(sorted_points["hip_thrust"])
    assert set(found) == set(Quantity)
    assert found[Quantity.TILT_LOCKOUT].answer is Answer.IMPROVED
    assert found[Quantity.DOSE].answer is Answer.NOT_ENOUGH_DATA


@pytest.mark.parametrize(
    ("stiff", "expected"),
    [
        ([True, True, False], True), ([True, False, True], True), ([True, True, False, False], False),
        ([True, None, True], True), ([True], False), ([], False), ([False, False, True], False),
    ],
)  # fmt: skip
def test_stiffness_in_two_of_the_last_three(stiff, expected):
    points = [SessionPoint(i * DAY, "hip_thrust", stiff=one) for i, one in enumerate(stiff)]
    assert stiffness_recurs(points[::-1]) is expected


@pytest.mark.parametrize(
    "bad", [{"share_red": 1.2}, {"habit": -0.1}, {"pain": 11}, {"tilt_lockout_deg": float("nan")}]
)
def test_values_that_cannot_be_are_refused(bad):
    with pytest.raises(ModelError):
        SessionPoint(0, "hip_thrust", **bad)
