"""The words of definitions 6: all of them, in their order, and no softer."""

from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.symptoms import EMERGENCY_SIGNS, Advice, Sign
from lumbarwatch.presenters.symptoms import ADVICE, ANSWERS, SIGNS, URGENT, advice_lines, signs_in_order


def test_everything_has_its_words():
    assert set(ANSWERS) == set(SymptomKind)
    assert set(SIGNS) == set(Sign)
    assert set(ADVICE) == set(Advice)


def test_the_words_of_the_definitions():
    assert ADVICE[Advice.EMERGENCY] == "Stop and get emergency help now."
    assert ADVICE[Advice.SEE_DOCTOR] == "See a doctor before training again."
    assert ADVICE[Advice.EASE_OFF].startswith(
        "Learn the pelvic tilt unloaded, choose a glute exercise with little back extension, or leave "
        "the hip thrust out; consider an exercise professional."
    )
    assert "clinician" in ADVICE[Advice.END_SESSION]


def test_the_most_urgent_comes_first_and_each_once():
    told = advice_lines([Advice.EASE_OFF, Advice.EMERGENCY, Advice.EMERGENCY])
    assert told == [ADVICE[Advice.EMERGENCY], ADVICE[Advice.EASE_OFF]]
    assert advice_lines([]) == []
    assert Advice.EASE_OFF not in URGENT


def test_a_list_that_can_no_longer_be_answered_is_not_asked_for():
    assert advice_lines([Advice.CHECKLIST]) == [ADVICE[Advice.CHECKLIST]]
    assert "Safety" in advice_lines([Advice.CHECKLIST], over=True)[0]


def test_the_checklist_begins_with_what_needs_help_at_once():
    first = signs_in_order()[: len(EMERGENCY_SIGNS)]
    assert set(first) == EMERGENCY_SIGNS
    assert len(signs_in_order()) == len(Sign)
