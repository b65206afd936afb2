"""The athlete who does what the page says: what is called is played, in an order a body can follow."""

import pytest

from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.simulate.obedient import LOOP_S, LYING, SETS, STEPS, Director, story
from lumbarwatch.simulate.scenario import Scenario
from lumbarwatch.simulate.session import perform_scenario


@pytest.fixture(scope="module")
def marks():
    found = {}
    perform_scenario(Scenario("guided", "", story(found, 3), 6), 1)
    return found


def played(director, decisions=12):
    """Chapters that are begun, in their order; quiet in between is left out."""
    begun = [director.after(number) for number in range(decisions)]
    return [name for t_s, name in begun if t_s == director.marks[name][0]]


def test_every_chapter_that_can_be_called_is_on_the_tape(marks):
    called = {name for names in STEPS.values() for name in names} | set(SETS) | LYING | {"still", "up"}
    assert called == set(marks)
    starts = [start for start, _ in marks.values()]
    assert starts == sorted(starts)


def test_without_a_call_the_quiet_end_is_repeated_for_ever(marks):
    director = Director(marks)
    assert played(director) == []
    assert director.after(3) == (marks["still"][1] - LOOP_S, "still")


def test_both_sensors_are_told_the_same_whenever_they_ask(marks):
    director = Director(marks)
    first = [director.after(number) for number in range(2)]
    director.step(CalibrationStep.STAND)
    assert [director.after(number) for number in range(2)] == first
    assert director.after(2) == (marks["stand"][0], "stand")


def test_a_whole_calibration_and_two_sets(marks):
    director = Director(marks)
    steps = ["STAND", "HINGE", "HINGE", "ARCH", "ARCH", "TUCK", "TUCK", "REFERENCE_THRUSTS"]
    for number, step in enumerate(steps):
        director.step(CalibrationStep[step])
        director.after(number)
    assert played(director, 9) == [
        "stand", "small_bows", "bows", "arch1", "arch2", "tuck1", "tuck2", "lie", "thrusts",
    ]  # fmt: skip
    director.after(9)
    director.lift()
    assert director.after(10)[1] == "set1"
    director.lift()  # the set is under way
    director.after(11)
    director.lift()
    assert director.after(12)[1] == "set2"


def test_a_step_called_while_lying_lets_the_athlete_get_up_first(marks):
    director = Director(marks)
    director.lift()
    director.step(CalibrationStep.STAND)
    assert played(director, 4) == ["lie", "set1", "up", "stand"]


def test_who_is_asked_for_the_zero_lying_down_lies_flat_first_and_is_back_at_the_bottom_for_the_set(marks):
    director = Director(marks)
    for _ in range(2):
        director.asked(CalibrationStep.SUPINE)
    director.step(CalibrationStep.SUPINE)
    assert played(director, 6) == ["lie", "flat", "neutral"]
    director.lift()
    assert played(director) == ["lie", "flat", "neutral", "bottom", "set1"]


def test_who_begins_to_lie_flat_without_being_asked_lies_down_for_it(marks):
    director = Director(marks)
    director.step(CalibrationStep.SUPINE)
    director.step(CalibrationStep.STAND)
    assert played(director) == ["lie", "flat", "neutral", "bottom", "up", "stand"]
