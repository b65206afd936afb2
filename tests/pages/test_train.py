"""Train, stage by stage: what is offered follows from the hub's state, and every tap reaches the hub."""

import json

import pytest

from lumbarwatch.core.life_calibration import STEPS, CalibrationStage
from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import ApiError, Refusal
from lumbarwatch.model.session import CalibrationReason
from lumbarwatch.presenters import keys
from pages.a_session import (
    ADA,
    BEA,
    RESTED,
    RUNNING,
    WORN,
    calibration,
    labels,
    progress,
    rep,
    texts,
)
from pages.answering import AnsweringHub, station


def test_who_which_sensors_and_where_then_it_begins(train):
    hub, page = train(assigned=WORN)
    assert page.selectbox(keys.ATHLETE).options == ["Ada", "Bea", "Nobody in particular", "New athlete …"]
    assert "62 kg, 168 cm" in texts(page)
    assert "S0" in texts(page)
    assert "over S2" in texts(page)
    assert "over L1" in texts(page)
    page.button(keys.START_SESSION).click().run()
    ((path, body),) = hub.asked
    assert path == "/api/1/session/start"
    assert (body["athlete"]["id"], body.get("quick", False)) == ("a1", False)


def test_the_one_who_trained_last_is_chosen_and_quick_start_says_what_it_means(train):
    hub, page = train(assigned=WORN, athlete=BEA)
    assert page.selectbox(keys.ATHLETE).value == "b2"
    assert "absolute limits" in texts(page).lower()
    page.button(keys.QUICK_START).click().run()
    assert hub.asked[0][1]["quick"] is True


def test_without_sensors_nothing_can_begin(train):
    _, page = train(assigned=WORN[:1])
    assert page.button(keys.START_SESSION).disabled
    assert "not known yet" in texts(page)


def test_somebody_new_is_added_and_stays_chosen(train):
    hub, page = train(assigned=WORN)
    page.selectbox(keys.ATHLETE).set_value("New athlete …").run()
    assert page.button(keys.START_SESSION).disabled
    page.text_input(keys.NEW_NAME).set_value(" Cleo ")
    page.number_input(keys.NEW_STATURE_CM).set_value(171.0)
    cleo = wire.AthleteMessage(id="c3", name="Cleo", stature_m=1.71)
    hub.adds = cleo
    page.button(keys.ADD_ATHLETE).click().run()
    assert not page.exception
    assert page.selectbox(keys.ATHLETE).value == "c3"
    said = [body for path, body in hub.asked if path == "/api/athletes"]
    assert said[0]["name"] == "Cleo"
    assert (said[0]["mass_kg"], said[0]["stature_m"]) == (None, 1.71)


def test_why_there_is_no_session_is_said(train):
    _, page = train(assigned=WORN, problem="Bluetooth is off: switch it on.")
    assert page.error[0].value == "Bluetooth is off: switch it on."


def test_a_simulated_session_that_runs_by_itself_offers_no_start(train, open_page):
    hub, _ = train(assigned=WORN)
    hub.state = hub.state.model_copy(update={"simulated": True})
    page = open_page()
    assert keys.START_SESSION not in {button.key for button in page.button}
    hub.state = hub.state.model_copy(update={"obeys": True})
    assert "Start and calibrate" in labels(open_page())


def test_the_live_view_may_lead_only_an_athlete_who_listens(train, open_page):
    hub, page = train()
    told = json.loads(page.get("bidi_component")[0].proto.json)
    assert told["station"] == "1"
    assert told["words"]["guide_leads"] is True
    hub.state = hub.state.model_copy(update={"simulated": True})
    told = json.loads(open_page().get("bidi_component")[0].proto.json)
    assert told["words"]["guide_leads"] is False


def test_while_calibrating_the_rest_can_be_left_out_once_standing_and_bows_passed(train):
    early = RUNNING | {"calibration": None, "progress": progress(CalibrationStage.ASKING, passed=1)}
    _, page = train(**early)
    assert labels(page) == {"End session"}
    later = RUNNING | {"progress": progress(CalibrationStage.ASKING, valid=True, passed=2)}
    hub, page = train(**later)
    page.button(keys.SKIP_REST).click().run()
    assert {path for path, _ in hub.asked} == {"/api/1/calibration"}
    assert {body["step"] for _, body in hub.asked} == {"arch", "tuck", "reference_thrusts"}
    assert {body["action"] for _, body in hub.asked} == {"skip"}


def test_the_zero_lying_down_is_offered_and_nobody_is_asked_for_it(train):
    for stage in (
        {"progress": progress(CalibrationStage.ASKING, valid=True, passed=2)},
        {"progress": progress(CalibrationStage.READY, valid=True, passed=len(STEPS))},
    ):
        hub, page = train(**RUNNING | stage)
        page.button(keys.SUPINE_ZERO).click().run()
        assert hub.asked == [("/api/1/calibration", {"step": "supine", "action": "choose"})]
    early = RUNNING | {"calibration": None, "progress": progress(CalibrationStage.ASKING, passed=1)}
    assert keys.SUPINE_ZERO not in {button.key for button in train(**early)[1].button}
    lifting = train(**RUNNING | {"set_open": True, "set_number": 1})[1]
    assert keys.SUPINE_ZERO not in {button.key for button in lifting.button}


def test_the_bar_is_said_as_soon_as_it_is_typed(train):
    hub, page = train(**RUNNING)
    page.number_input(keys.BAR_KG).set_value(62.5).run()
    assert hub.asked == [("/api/1/load", {"bar_kg": 62.5})]


def test_absolute_limits_are_said_and_calibrating_is_offered(train):
    hub, page = train(**RUNNING | {"calibration": calibration(quick=True, lam_max_deg=None)})
    assert "absolute limits" in page.info[0].value
    page.button(keys.CALIBRATE_AGAIN).click().run()
    assert hub.asked[0][0] == "/api/1/calibration/again"


def test_a_refused_calibration_is_said_with_its_reason(train):
    refused = calibration(valid=False, reasons=[CalibrationReason.AXIS_UNCLEAR])
    _, page = train(
        **RUNNING | {"calibration": refused, "reps": [rep(1, graded=False)], "set_number": 1, "sets": []}
    )
    assert "nothing is graded" in page.warning[0].value
    assert "bow slowly, straight ahead" in page.warning[0].value


def test_a_session_is_ended_from_every_running_stage(train):
    for state in (RUNNING, RESTED, RUNNING | {"set_open": True, "set_number": 1}):
        hub, page = train(**state)
        page.button(keys.END_SESSION).click().run()
        assert hub.asked == [("/api/1/session/end", None)]


def test_a_recording_shown_again_is_marked_and_nothing_can_be_said(train):
    _, page = train(**RUNNING | {"replay": True})
    assert "shown again" in page.info[0].value
    assert not labels(page)
    assert not page.number_input
    _, page = train(**RESTED | {"replay": True})
    assert page.subheader[0].value == "Set 1: 3 reps, 1 with a red warning"
    assert not labels(page)
    assert not page.button_group


def test_a_recording_that_is_over_is_shown_once_more(train):
    hub, page = train(replay=True)
    assert "The recording is over." in page.info[0].value
    assert labels(page) == {"Show it again"}  # without sensors, too
    page.button(keys.SHOW_AGAIN).click().run()
    assert [path for path, _ in hub.asked] == ["/api/1/session/start"]


def test_a_refusal_is_shown_in_its_own_words(train):
    hub, page = train(**RUNNING)
    hub.refuses = Refusal(error=ApiError.NO_SESSION, message="No session runs: start one first.")
    page.button(keys.END_SESSION).click().run()
    assert page.warning[0].value == "No session runs: start one first."
    assert not page.exception


def test_a_hub_that_is_gone_is_one_sentence_and_the_live_view_stays(train):
    hub, page = train(**RUNNING)
    hub.gone = True
    page.run()
    assert "does not answer" in page.warning[0].value
    assert len(page.get("bidi_component")) == 1
    assert not page.exception


def test_one_of_several_stations_is_chosen_by_the_address(open_page, monkeypatch):
    hub = AnsweringHub(station("1"), station("2", **RUNNING)).behind(monkeypatch)
    hub.answers["/api/athletes"] = wire.AthleteList(athletes=[ADA])
    page = open_page()
    assert page.selectbox(keys.STATION).value == "1"
    page.selectbox(keys.STATION).set_value("2").run()
    assert json.loads(page.get("bidi_component")[0].proto.json)["station"] == "2"
    page.button(keys.END_SESSION).click().run()
    assert hub.asked == [("/api/2/session/end", None)]


@pytest.mark.parametrize(
    ("kept", "end"), [(True, "graded as before."), (False, "begins with the calibration.")]
)
def test_a_restart_in_the_midst_of_a_session_is_said_in_one_sentence(train, kept, end):
    resumed = wire.ResumedMessage(session_id="s0", stopped_utc_s=1e9, calibration_kept=kept)
    _, page = train(**RUNNING | {"resumed": resumed, "started_utc_s": 1e9 + 9})
    (said,) = [one.value for one in page.info if "restarted" in one.value]
    assert said.endswith(end)
