"""The symptom diary and the referral words."""

from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.symptoms import Advice, Sign
from lumbarwatch.presenters.diary import advice, asked_words, diary_rows
from lumbarwatch.presenters.report_data import Felt


def felt(at, session, kind, pain=None, signs=None):
    return Felt(at, Symptom(at, kind, pain, signs), session)


NONE, STIFF, PAIN = SymptomKind.NONE, SymptomKind.STIFF, SymptomKind.PAIN


def test_the_newest_comes_first_and_none_is_counted_only():
    entries = [felt(1, "a", NONE), felt(2, "a", STIFF), felt(3, "b", PAIN, 5, (Sign.NIGHT_PAIN,))]
    rows = diary_rows(entries)
    assert [row["Felt"] for row in rows] == ["pain 5 of 10", "stiff or cramping"]
    assert rows[0]["Said yes to"] == "Pain at night"
    assert asked_words(entries) == "3 answers, 1 of them none."


def test_advice_follows_the_newest_session_and_stiffness_that_comes_again():
    assert advice([]) == ()
    assert advice([felt(1, "a", NONE)]) == ()
    assert advice([felt(1, "a", PAIN, 5, ())]) == (Advice.END_SESSION,)
    assert advice([felt(1, "a", PAIN, 2, (Sign.NUMB_SADDLE,))])[0] is Advice.EMERGENCY
    assert advice([felt(1, "a", STIFF), felt(2, "b", NONE), felt(3, "c", STIFF)]) == (Advice.EASE_OFF,)
    assert advice([felt(1, "a", PAIN, 6, ()), felt(2, "b", NONE)]) == ()
