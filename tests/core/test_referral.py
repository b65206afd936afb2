"""What follows from a symptom: the rules of definitions 6, one by one."""

import pytest

from lumbarwatch.core.referral import refer
from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.symptoms import Advice, Sign

FINE = Symptom(1, SymptomKind.NONE)
STIFF = Symptom(1, SymptomKind.STIFF)


def pain(level, *signs, answered=True):
    return Symptom(1, SymptomKind.PAIN, level, tuple(signs) if answered else None)


def test_nothing_felt_is_nothing_advised():
    assert refer([FINE], [[FINE], []]).advice == ()
    assert not refer([FINE]).hold_load


def test_stiff_in_two_of_the_last_three_sessions_is_one_too_many():
    assert refer([STIFF]).advice == ()
    assert refer([STIFF], [[FINE], [STIFF]]).advice == (Advice.EASE_OFF,)
    assert refer([], [[STIFF], [STIFF]]).advice == (Advice.EASE_OFF,)
    assert refer([STIFF], [[FINE], [FINE], [STIFF]]).advice == ()
    assert refer([STIFF], [[FINE], [STIFF]]).hold_load


def test_a_session_that_has_just_begun_does_not_push_one_out_of_the_last_three():
    assert refer([], [[FINE], [STIFF], [STIFF]]).advice == (Advice.EASE_OFF,)
    assert refer([FINE], [[FINE], [STIFF], [STIFF]]).advice == ()


def test_a_back_that_seizes_counts_at_once():
    assert refer([Symptom(1, SymptomKind.STIFF, seized=True)]).advice == (Advice.EASE_OFF,)


def test_pain_from_four_on_ends_the_session():
    assert refer([pain(3)]).advice == ()
    assert refer([pain(4)]).advice == (Advice.END_SESSION,)
    assert refer([pain(4), FINE]).advice == (Advice.END_SESSION,)  # a green set overrides nothing


def test_any_pain_asks_for_the_checklist_until_it_is_answered():
    assert Advice.CHECKLIST in refer([pain(1, answered=False)]).advice
    assert Advice.CHECKLIST not in refer([pain(1)]).advice
    assert Advice.CHECKLIST not in refer([pain(0, answered=False)]).advice


@pytest.mark.parametrize("sign", list(Sign))
def test_each_sign_has_its_advice(sign):
    urgent = {Sign.NUMB_SADDLE, Sign.BLADDER_OR_BOWEL, Sign.LEG_WEAKNESS, Sign.MAJOR_TRAUMA}
    expected = Advice.EMERGENCY if sign in urgent else Advice.SEE_DOCTOR
    found = refer([pain(2, sign)])
    assert found.advice == (expected,)
    assert found.hold_load


def test_who_was_to_see_a_doctor_is_asked_at_the_next_session():
    assert refer([], [[pain(2, Sign.FEVER)]]).advice == (Advice.SEE_DOCTOR,)
    assert refer([], [[FINE], [pain(2, Sign.FEVER)]]).advice == ()


def test_the_most_urgent_comes_first():
    found = refer([STIFF, pain(6, Sign.NIGHT_PAIN, Sign.NUMB_SADDLE)], [[STIFF]])
    assert found.advice == (Advice.EMERGENCY, Advice.SEE_DOCTOR, Advice.END_SESSION, Advice.EASE_OFF)
