"""Train after a set and after the session: what was done and felt, the next set, the summary."""

import pytest

from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import SessionState
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.symptoms import Advice, Sign
from lumbarwatch.presenters import keys
from pages.a_session import (
    OVER,
    RESTED,
    RUNNING,
    SUMMARY,
    WORN,
    done,
    labels,
    rep,
    texts,
)


def test_after_a_set_what_happened_and_one_sentence(train):
    _, page = train(**RESTED)
    assert page.subheader[0].value == "Set 1: 3 reps, 1 with a red warning"
    assert "Dropped in 1 of 3 reps: count two seconds on the way down." in texts(page)


def test_effort_and_the_next_set(train):
    hub, page = train(**RESTED)
    page.button_group(f"{keys.RPE}_1").set_value(8).run()
    assert hub.asked == [("/api/1/load", {"rpe": 8.0})]
    assert page.number_input(keys.NEXT_BAR_KG).value == 60.0
    page.number_input(keys.NEXT_BAR_KG).set_value(70.0)
    page.button(keys.NEXT_SET).click().run()
    assert hub.asked[1:] == [("/api/1/load", {"bar_kg": 70.0})]
    assert "begins with your first rep" in texts(page)


def test_the_next_set_is_marked_as_one_on_one_leg(train):
    for stage in (RUNNING, RESTED):
        hub, page = train(**stage)
        assert page.toggle(keys.SINGLE_LEG).value is False
        page.toggle(keys.SINGLE_LEG).set_value(True).run()
        assert hub.asked == [("/api/1/set", {"start": True, "single_leg": True})]
        _, page = train(**stage | {"single_leg": True})  # said elsewhere
        assert page.toggle(keys.SINGLE_LEG).value is True


def test_a_set_can_be_ended_by_hand(train):
    hub, page = train(**RUNNING | {"set_open": True, "set_number": 1})
    page.button(keys.END_SET).click().run()
    assert hub.asked == [("/api/1/set", {"start": False})]
    assert not page.toggle


def test_a_tap_and_a_button_pressed_at_once_both_count(train):
    hub, page = train(**RESTED)
    page.button_group(f"{keys.SYMPTOM}_1").set_value(SymptomKind.NONE)
    page.button_group(f"{keys.RPE}_1").set_value(6)
    page.button(keys.NEXT_SET).click().run()
    assert sorted(path for path, _ in hub.asked) == ["/api/1/load", "/api/1/load", "/api/1/symptom"]


def test_one_tap_says_a_symptom_and_pain_opens_the_list(train):
    hub, page = train(**RESTED)
    page.button_group(f"{keys.SYMPTOM}_1").set_value(SymptomKind.PAIN).run()
    assert hub.asked[0] == ("/api/1/symptom", {"kind": "pain", "pain": 3, "signs": None, "seized": False})
    assert len(page.checkbox) == len(Sign)
    page.slider(f"{keys.PAIN}_1").set_value(6).run()
    assert hub.asked[1][1]["pain"] == 6
    page.checkbox(f"{keys.SIGNS}_1_leg_weakness").check().run()
    page.button(keys.SAVE_SIGNS).click().run()
    assert hub.asked[2][1] == {"kind": "pain", "pain": 6, "signs": ["leg_weakness"], "seized": False}


def test_a_list_that_does_not_apply_is_an_answer_too(train):
    hub, page = train(**RESTED)
    page.button_group(f"{keys.SYMPTOM}_1").set_value(SymptomKind.PAIN).run()
    page.button(keys.SAVE_SIGNS).click().run()
    assert hub.asked[-1][1]["signs"] == []


def test_a_back_that_seized_is_said_with_stiffness(train):
    hub, page = train(**RESTED)
    page.button_group(f"{keys.SYMPTOM}_1").set_value(SymptomKind.STIFF).run()
    page.checkbox(f"{keys.SEIZED}_1").check().run()
    assert [body["seized"] for _, body in hub.asked] == [False, True]


def test_a_reload_shows_what_was_said_before(train):
    felt = wire.SymptomMessage(t_s=21.0, set=1, kind=SymptomKind.PAIN, pain=5, signs=[Sign.FEVER])
    _, page = train(**RESTED | {"symptoms": [felt], "sets": [done(rpe=7.0)]})
    assert page.button_group(f"{keys.SYMPTOM}_1").value == SymptomKind.PAIN
    assert page.slider(f"{keys.PAIN}_1").value == 5
    assert page.checkbox(f"{keys.SIGNS}_1_fever").value is True
    assert page.button_group(f"{keys.RPE}_1").value == 7


def test_what_was_said_is_still_there_after_a_look_at_another_page(train):
    felt = wire.SymptomMessage(t_s=21.0, set=1, kind=SymptomKind.PAIN, pain=5, signs=[Sign.FEVER])
    _, page = train(**RESTED | {"symptoms": [felt], "sets": [done(rpe=7.0)]})
    page.switch_page("views/safety.py").run()
    page.switch_page("views/train.py").run()
    assert page.button_group(f"{keys.SYMPTOM}_1").value == SymptomKind.PAIN
    assert page.slider(f"{keys.PAIN}_1").value == 5
    assert page.checkbox(f"{keys.SIGNS}_1_fever").value is True
    assert page.button_group(f"{keys.RPE}_1").value == 7


def test_a_bar_that_the_hub_knows_is_not_told_again(train):
    hub, page = train(**RUNNING | {"bar_kg": 60.0})
    page.number_input(keys.BAR_KG).set_value(None).run()  # sent before the browser had heard of 60 kg
    page.number_input(keys.BAR_KG).set_value(60.0).run()
    assert not hub.asked


def test_the_bar_is_still_there_when_the_hub_is_back(train):
    hub, page = train(**RUNNING | {"bar_kg": 60.0})
    hub.gone = True
    page.run()
    hub.gone = False
    assert page.run().number_input(keys.BAR_KG).value == 60.0
    assert not hub.asked


def test_other_pain_after_a_reload_takes_no_answer_back(train):
    felt = wire.SymptomMessage(t_s=21.0, set=1, kind=SymptomKind.PAIN, pain=5, signs=[Sign.FEVER])
    hub, page = train(**RESTED | {"symptoms": [felt]})
    page.slider(f"{keys.PAIN}_1").set_value(6).run()
    ((_, body),) = hub.asked
    assert (body["pain"], body["signs"]) == (6, ["fever"])


@pytest.mark.parametrize(
    ("advice", "words", "goes_on"),
    [
        (Advice.EMERGENCY, "Stop and get emergency help now.", False),
        (Advice.SEE_DOCTOR, "See a doctor before training again.", False),
        (Advice.END_SESSION, "End the session here.", False),
        (Advice.EASE_OFF, "Learn the pelvic tilt unloaded", True),
    ],
)
def test_the_words_of_referral_stand_over_a_green_set(train, advice, words, goes_on):
    green = RESTED | {"reps": [rep(1), rep(2), rep(3)], "advice": [advice], "hold_load": True}
    _, page = train(**green)
    assert words in texts(page)
    assert ("Next set" in labels(page)) is goes_on
    assert ("keep it like this" in texts(page)) is goes_on
    _, over = train(**(green | {"session_state": SessionState.SAVED, "summary": SUMMARY}))
    assert ("keep it like this" in texts(over)) is goes_on
    if goes_on:
        assert "No more weight than last time." in texts(page)


def test_the_summary_has_numbers_with_units_and_an_export(train):
    _, page = train(**OVER)
    told = {metric.label: metric.value for metric in page.metric}
    assert told["Duration (min)"] == "3:50"
    assert told["Tilt at the top"] == "+8.4° ± 1.0°"
    assert told["Lumbar at the top"] == "−7.6° ± 2.0°"
    assert told["With a red warning"] == "1"
    assert len(page.get("download_button")) == 2
    assert "bar 60 kg: 3 reps, 1 with a red warning." in texts(page)


def test_somebody_elses_session_is_moved(train):
    hub, page = train(**OVER)
    assert page.selectbox(keys.MOVE_TO).options == ["Bea"]  # not the one whose it is now
    hub.answers["/api/sessions/s1/move"] = wire.Done()
    page.selectbox(keys.MOVE_TO).set_value("b2").run()
    page.button(keys.MOVE_SESSION).click().run()
    assert hub.asked == [("/api/sessions/s1/move", {"athlete_id": "b2"})]


def test_a_session_is_deleted_only_when_one_is_sure(train):
    hub, page = train(**OVER)
    hub.answers["/api/sessions/s1/delete"] = wire.Done()
    assert page.button(keys.DELETE_SESSION).disabled
    page.checkbox(keys.DELETE_SURE).check().run()
    page.button(keys.DELETE_SESSION).click().run()
    assert [path for path, _ in hub.asked] == ["/api/sessions/s1/delete"]
    assert "Start and calibrate" in labels(page)


def test_another_session_follows(train):
    _, page = train(**OVER | {"assigned": WORN})
    page.button(keys.NEW_SESSION).click().run()
    assert "Start and calibrate" in labels(page)
    assert not page.metric
