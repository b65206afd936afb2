"""Train, stage by stage: what is offered follows from the hub's state, and every tap reaches the hub."""

import json

import pytest

from lumbarwatch.core.life_calibration import STEPS, CalibrationStage
from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import ApiError, Refusal, SessionState, StepState
from lumbarwatch.model.events import LinkState, SymptomKind
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationReason, CalibrationSource, CalibrationStep
from lumbarwatch.model.symptoms import Advice, Sign
from lumbarwatch.model.verdicts import Level, WarningId
from lumbarwatch.presenters import keys
from pages.answering import AnsweringHub, station

ADA = wire.AthleteMessage(id="a1", name="Ada", mass_kg=62.0, stature_m=1.68)
BEA = wire.AthleteMessage(id="b2", name="Bea")
WORN = [wire.AssignedMessage(placement=place, serial=f"S{i}") for i, place in enumerate(Placement)]
SENSORS = [wire.SensorMessage(placement=place, state=LinkState.STREAMING) for place in Placement]


def rep(number, *, in_set=1, warned=None, graded=True):
    warnings = [] if warned is None else [warning(warned)]
    return wire.RepMessage(
        set=in_set, rep=number, t_start_s=1.0, t_lockout_s=2.0, t_lower_s=3.0, t_end_s=4.0, concentric_s=1.0,
        hold_s=1.0, eccentric_s=1.5, rom_deg=55.0, rom_m=0.37, rom_fraction=1.0, phi_top_deg=98.0,
        tilt_lockout_deg=8.0, lambda_lockout_deg=-8.0, lambda_peak_deg=-7.0, roll_lockout_deg=0.5,
        tilt_sigma_deg=1.0, lambda_sigma_deg=2.0, partial=False, graded=graded, lost_fraction=0.0,
        not_graded=[], borderline=[], warnings=warnings,
    )  # fmt: skip


def warning(id_, level=Level.RED):
    return wire.WarningMessage(id=id_, level=level, value=-6.0, limit=0.0, sigma=2.0)


def done(number=1, reps=3, bar_kg=60.0, rpe=None):
    return wire.SetMessage(
        set=number, t_start_s=1.0, t_end_s=20.0, reps=reps, partial=0, bar_kg=bar_kg, warnings=[],
        not_graded=[], rpe=rpe,
    )  # fmt: skip


def calibration(**changes):
    values = {
        "source": CalibrationSource.GUIDED, "valid": True, "reasons": [], "swapped": False,
        "lam_max_deg": 18.0, "tau_max_deg": 20.0, "habit": 0.5, "tilt_lock_ref_deg": 7.0,
        "lam_lock_ref_deg": -7.0, "limits": [],
    }  # fmt: skip
    return wire.CalibrationMessage(**(values | changes))


def progress(stage, *, valid=False, passed=0):
    states = [StepState.PASSED] * passed + [StepState.NONE] * (len(STEPS) - passed)
    states[STEPS.index(CalibrationStep.SUPINE)] = StepState.SKIPPED  # nobody chose it
    steps = [
        wire.StepMessage(step=step, state=state, optional=index > 1)
        for index, (step, state) in enumerate(zip(STEPS, states, strict=True))
    ]
    return wire.ProgressMessage(
        stage=stage, current=None if stage is CalibrationStage.READY else passed, steps=steps, quick=False,
        valid=valid, stale=None,
    )  # fmt: skip


RUNNING = {
    "session_id": "s1",
    "session_state": SessionState.RUNNING,
    "athlete": ADA,
    "sensors": SENSORS,
    "calibration": calibration(),
    "progress": progress(CalibrationStage.READY, valid=True, passed=len(STEPS)),
}
RESTED = RUNNING | {
    "set_number": 1,
    "sets": [done()],
    "reps": [rep(1), rep(2, warned=WarningId.W4), rep(3)],
    "bar_kg": 60.0,
}


@pytest.fixture
def train(open_page, monkeypatch):
    """Open the page on a station in some state."""

    def opened(**state):
        hub = AnsweringHub(station("1", **state)).behind(monkeypatch)
        hub.answers["/api/athletes"] = wire.AthleteList(athletes=[ADA, BEA])
        page = open_page()
        assert not page.exception
        return hub, page

    return opened


def labels(page):
    return {button.label for button in page.button}


def texts(page):
    shown = [*page.markdown, *page.caption, *page.info, *page.warning, *page.error, *page.subheader]
    return " | ".join(str(element.value) for element in shown)


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


def test_a_session_is_ended_from_every_running_stage(train):
    for state in (RUNNING, RESTED, RUNNING | {"set_open": True, "set_number": 1}):
        hub, page = train(**state)
        page.button(keys.END_SESSION).click().run()
        assert hub.asked == [("/api/1/session/end", None)]


SUMMARY = wire.SummaryMessage(
    duration_s=230.0, sets=1, reps=3, partial=0, graded=3, red=1, amber=0, tilt_lockout_deg=8.4,
    tilt_sigma_deg=1.0, lambda_lockout_deg=-7.6, lambda_sigma_deg=2.0, lambda_peak_deg=-6.0, eccentric_s=1.5,
    drift_deg=None, bar_kg=60.0,
)  # fmt: skip
OVER = RESTED | {"session_state": SessionState.SAVED, "summary": SUMMARY}


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
