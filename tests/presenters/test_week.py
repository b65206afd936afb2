"""A coach's week: what changed beyond the MDC, and what was felt."""

from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.presenters.week import NEW, NO_CHANGE, Trained, changes, symptom_words, week_row

DAY_NS = 86_400_000_000_000
MONDAY = 100 * DAY_NS


def point(day, tilt, exercise="hip_thrust", **values):
    return SessionPoint(day * DAY_NS, exercise, str(day), reps=24, tilt_lockout_deg=tilt, **values)


BEFORE = [point(day, 1.0, bar_kg=80.0) for day in (75, 82, 89, 96)]


def test_what_changed_is_named_with_both_values():
    found = changes([*BEFORE, point(102, 12.0, bar_kg=80.0)], MONDAY)
    assert found == ["▲ pelvic tilt at lockout +1.0° → +12.0°"]


def test_noise_and_no_history_are_answers():
    assert changes([*BEFORE, point(102, 2.0, bar_kg=80.0)], MONDAY) == [NO_CHANGE]
    assert changes([point(102, 2.0)], MONDAY) == [NEW]


def test_what_was_not_measured_is_not_called_noise():
    no_angles = [point(day, None, bar_kg=80.0) for day in (75, 82, 102)]
    assert changes(no_angles, MONDAY) == [f"{NO_CHANGE}; angles: not enough data"]
    nothing = [point(day, None) for day in (75, 82, 102)]
    assert changes(nothing, MONDAY) == ["? not enough data"]


def test_each_exercise_is_told_apart():
    found = changes([*BEFORE, point(101, 1.0, bar_kg=80.0), point(102, 5.0, "squat")], MONDAY)
    assert [one.split(":")[0] for one in found] == ["hip thrust", "squat"]


def test_the_worst_of_the_week_is_told_and_stiffness_that_comes_again():
    assert symptom_words([point(101, 1.0)], []) == "not asked"
    assert symptom_words([point(101, 1.0, pain=0.0, stiff=False)], []) == "none"
    week = [point(101, 1.0, pain=3.0, stiff=False), point(102, 1.0, pain=0.0, stiff=True)]
    assert symptom_words(week, week) == "pain 3 of 10"
    unnumbered = [point(101, 1.0, stiff=False), point(102, 1.0, pain=0.0, stiff=False)]
    assert symptom_words(unnumbered, unnumbered) == "pain"
    stiff = [point(day, 1.0, pain=0.0, stiff=True) for day in (98, 101)]
    assert symptom_words(stiff[1:], stiff) == "stiff or cramping; stiff in two of the last three sessions"


def test_a_row_counts_what_was_done():
    row = week_row(Trained("Anna", 2, 48, 3, 102 * DAY_NS), [*BEFORE, point(102, 1.0)], MONDAY)
    assert (row["Athlete"], row["Sessions"], row["Reps"], row["Reps with red"]) == ("Anna", 2, 48, 3)
