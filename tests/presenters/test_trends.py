"""What the page says of a course: judged against the MDC, pauses told, within and between kept apart."""

from dataclasses import replace

import pytest

from lumbarwatch.model.trends import Answer, Quantity, SessionPoint
from lumbarwatch.presenters.report_course import zero_words
from lumbarwatch.presenters.report_words import QUANTITIES
from lumbarwatch.presenters.trends import (
    GROUPS,
    WITHIN_QUANTITIES,
    between_rows,
    compare_rows,
    course_chart,
    courses,
    headline,
    pooled,
    symbolled,
    within_rows,
)

DAY_NS = 86_400_000_000_000
TILT = QUANTITIES[Quantity.TILT_LOCKOUT][0]


def point(day: float, tilt: float | None, **values) -> SessionPoint:
    return SessionPoint(
        round(day * DAY_NS), "hip_thrust", session_id=f"s{day}", reps=24, tilt_lockout_deg=tilt, **values
    )


def rising(sessions: int = 12, step: float = 1.5) -> list[SessionPoint]:
    return [point(3 * number, -4.0 + step * number, lam_max_deg=20.0) for number in range(sessions)]


def row_of(rows, quantity=TILT):
    return next(row for row in rows if row["Quantity"] == quantity)


def test_every_quantity_is_drawn_in_one_group_only():
    drawn = [quantity for group in GROUPS.values() for quantity in group]
    assert sorted(drawn) == sorted(Quantity)


def test_a_change_beyond_the_mdc_is_named_and_one_within_is_noise():
    assert row_of(between_rows(rising()))["Judgement"] == "▲ improved beyond the MDC"
    assert row_of(between_rows(rising(step=0.2)))["Judgement"] == "≈ within noise"
    assert row_of(between_rows(rising(sessions=3)))["Judgement"] == "? not enough data"


def test_a_course_with_both_zeros_says_from_where_it_is_told():
    assert zero_words(rising()) == ""
    some = [replace(one, supine_zero=number < 2) for number, one in enumerate(rising())]
    assert zero_words(some) == (
        "2 of 12 sessions have a zero lying face up; all angles here are from standing."
    )


def test_a_change_beyond_the_mdc_that_may_have_either_sign_is_not_called_noise():
    steep = [point(3 * number, tilt) for number, tilt in enumerate([-8.2, 1.2, -0.9, 4.9])]
    row = row_of(between_rows(steep))
    assert (row["Judgement"], row["Change"]) == ("~ without clear direction", "+12.0°")
    chart = course_chart(steep, [], Quantity.TILT_LOCKOUT)
    for sentence in (headline(steep, Quantity.TILT_LOCKOUT)[2], chart.sentence):
        assert sentence.startswith("~ without clear direction: +12.0° over 9 days, MDC ")


def test_every_answer_has_a_symbol_of_its_own():
    assert len({symbolled(answer)[0] for answer in Answer}) == len(Answer)


def test_the_chart_has_band_line_and_sets_in_the_unit_shown():
    points = [point(4 * day, 0.0, share_red=day / 40, dose_n2m2s=1e6) for day in range(10)]
    chart = course_chart(points, [(1, points[0]), (2, points[1])], Quantity.SHARE_RED)
    assert chart.unit == "%"
    assert chart.sessions[-1]["value"] == pytest.approx(22.5)
    assert [row["set"] for row in chart.sets] == [1, 2]
    (band,) = chart.band
    assert band["t"] == 0
    assert band["t_end"] == 36 * DAY_NS // 1_000_000
    assert chart.line[0]["value"] == pytest.approx((band["low"] + band["high"]) / 2)


def test_a_long_pause_breaks_the_line_and_is_told():
    points = [point(day, 2.0) for day in (0, 4, 8, 60, 64, 68)]
    chart = course_chart(points, [], Quantity.TILT_LOCKOUT)
    assert [row["piece"] for row in chart.line] == [0, 0, 1, 1]
    assert [row["weeks"] for row in chart.pauses] == ["pause of 7 weeks"]


def test_what_is_not_known_is_not_drawn():
    chart = course_chart([point(0, None), point(3, 1.0)], [], Quantity.TILT_LOCKOUT)
    assert len(chart.sessions) == 1
    assert chart.band == chart.line == ()
    assert chart.sentence == "? not enough data (1 session)"


def test_within_a_session_another_mdc_counts():
    first, last = point(0, 2.0), point(0, 7.0)
    within, between = row_of(within_rows([first, last])), row_of(compare_rows(first, last))
    assert (within["MDC within a session"], within["Judgement"]) == ("4.2°", "▲ improved beyond the MDC")
    assert (between["MDC between sessions"], between["Judgement"]) == ("7.4°", "≈ within noise")
    assert len(within_rows([first, last])) == len(WITHIN_QUANTITIES)
    assert within_rows([first]) == []


def test_the_newest_known_value_is_the_headline():
    name, newest, judgement = headline([*rising(), point(99, None)], Quantity.TILT_LOCKOUT)
    assert (name, newest) == (TILT, "+12.5°")
    assert judgement.startswith("▲ improved beyond the MDC: +16.5° over ")


def test_several_sessions_count_as_one_by_their_medians_and_the_worst_symptom():
    points = [point(0, 1.0, pain=0.0, stiff=False), point(1, 9.0, pain=3.0, stiff=True), point(2, 2.0)]
    one = pooled(points)
    assert one is not None
    assert (one.tilt_lockout_deg, one.pain, one.stiff) == (2.0, 3.0, True)
    assert one.lambda_lockout_deg is None
    assert pooled([]) is None


def test_exercises_are_never_one_course():
    squat = SessionPoint(0, "squat")
    found = courses([squat, *rising(3)])
    assert [(name, len(own)) for name, own in found.items()] == [("hip_thrust", 3), ("squat", 1)]
