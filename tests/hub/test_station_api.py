"""What a page says to a station during and between sessions, and what comes back after a reload."""

import asyncio

import pytest

from hub.scripted import both_on, rep, settle
from lumbarwatch.hub import messages as wire
from lumbarwatch.model.events import (
    BarLoad,
    CalibrationStepJudged,
    RepFinished,
    SetButton,
    SetFinished,
    SetStarted,
    StepDone,
    StepLeft,
    Symptom,
)
from lumbarwatch.model.motion import SetSummary
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Athlete, CalibrationReason, CalibrationStep

ANNA = "01980000-0000-7000-8000-000000000001"
BEN = "01980000-0000-7000-8000-000000000002"
S = 1_000_000_000


async def _train(scripted, page, **request):
    """A session with both sensors on; the request is the page's."""
    answer = await page.post("/api/1/session/start", json=request)
    assert answer.status_code == 200, answer.text
    await settle()
    await both_on(scripted.links[-1])
    return answer.json()


async def _say(scripted, *events):
    scripted.pipelines[-1].next = list(events)
    scripted.links[-1].packet(Placement.PELVIS)
    await settle()


async def _state(page, station="1"):
    state = wire.HubMessage.model_validate_json((await page.get("/api/state")).content)
    return next(one for one in state.stations if one.station == station)


def _set(number, now, reps=2, bar_kg=60.0):
    summary = SetSummary(number, now - 9 * S, now - 3 * S, reps=reps, partial=0, bar_kg=bar_kg)
    return SetFinished(now, summary)


# Guided calibration ----------------------------------------------------------------------------------------
async def test_a_reloaded_page_finds_the_calibration_where_it_was(scripted, page):
    await _train(scripted, page)
    await page.post("/api/1/calibration", json={"step": "stand", "action": "begin"})
    await page.post("/api/1/calibration", json={"step": "stand", "action": "end"})
    await settle()
    done = next(event for event in scripted.pipelines[-1].pushed if isinstance(event, StepDone))
    await _say(
        scripted,
        CalibrationStepJudged(done.end_ns, CalibrationStep.STAND, (CalibrationReason.NOT_STILL,)),
    )
    progress = (await _state(page)).progress
    assert progress is not None
    assert progress.current == 0
    assert (progress.steps[0].state, progress.steps[0].reasons) == ("failed", ["not_still"])
    assert progress.steps[0].ended_s is not None


async def test_progress_goes_out_on_the_feed(scripted, page):
    viewer = scripted.feed.join(None)
    await _train(scripted, page)
    scripted.frames(viewer)
    await page.post("/api/1/calibration", json={"step": "stand", "action": "begin"})
    frames = {frame["type"]: frame for frame in scripted.frames(viewer)}
    assert frames["progress"]["progress"]["steps"][0]["state"] == "running"
    assert frames["calibration_begun"]["step"] == "stand"


async def test_steps_that_can_be_left_out_are_and_standing_is_not(scripted, page):
    await _train(scripted, page)
    refused = await page.post("/api/1/calibration", json={"step": "hinge", "action": "skip"})
    assert (refused.status_code, refused.json()["error"]) == (409, "step_needed")
    answer = await page.post("/api/1/calibration", json={"step": "arch", "action": "skip"})
    states = [step["state"] for step in answer.json()["progress"]["steps"]]
    assert states[2:4] == ["skipped", "skipped"]


@pytest.mark.parametrize("again", [False, True], ids=["skipped", "calibrated again"])
async def test_a_step_under_way_that_is_given_up_is_recorded_as_left(scripted, page, again):
    await _train(scripted, page)
    await page.post("/api/1/calibration", json={"step": "reference_thrusts", "action": "begin"})
    if again:
        await page.post("/api/1/calibration/again", json={"restrapped": False})
    else:
        await page.post("/api/1/calibration", json={"step": "reference_thrusts", "action": "skip"})
    await settle()
    left = [event.step for event in scripted.pipelines[-1].pushed if isinstance(event, StepLeft)]
    assert left == [CalibrationStep.REFERENCE_THRUSTS]


async def test_a_step_that_is_never_ended_is_left_after_its_time(scripted, page, monkeypatch):
    monkeypatch.setattr("lumbarwatch.hub.visit.STATUS_EVERY_S", 0.01)
    await _train(scripted, page)
    await page.post("/api/1/calibration", json={"step": "reference_thrusts", "action": "begin"})
    now_ns = scripted.clock.monotonic_ns
    monkeypatch.setattr(scripted.clock, "monotonic_ns", lambda: now_ns() + 61 * S, raising=False)
    await asyncio.sleep(0.1)
    left = [event.step for event in scripted.pipelines[-1].pushed if isinstance(event, StepLeft)]
    assert left == [CalibrationStep.REFERENCE_THRUSTS]
    assert "timed_out" in [step.reasons for step in (await _state(page)).progress.steps][7]


async def test_a_step_that_was_not_under_way_leaves_nothing(scripted, page):
    await _train(scripted, page)
    await page.post("/api/1/calibration", json={"step": "arch", "action": "skip"})
    await settle()
    assert not [event for event in scripted.pipelines[-1].pushed if isinstance(event, StepLeft)]


async def test_the_zero_lying_down_can_be_chosen_and_no_other_step(scripted, page):
    begun = await _train(scripted, page)
    (before,) = [step for step in begun["progress"]["steps"] if step["step"] == "supine"]
    assert (before["state"], before["optional"]) == ("skipped", True)
    answer = await page.post("/api/1/calibration", json={"step": "supine", "action": "choose"})
    (chosen,) = [step for step in answer.json()["progress"]["steps"] if step["step"] == "supine"]
    assert chosen["state"] == "none"
    refused = await page.post("/api/1/calibration", json={"step": "arch", "action": "choose"})
    assert (refused.status_code, refused.json()["error"]) == (400, "bad_request")


async def test_a_quick_start_says_so_from_the_first_moment_on(scripted, page):
    begun = await _train(scripted, page, quick=True)
    assert begun["progress"]["quick"]
    assert {step["state"] for step in begun["progress"]["steps"] if step["optional"]} == {"skipped"}


async def test_calibrating_again_opens_the_steps(scripted, page):
    await _train(scripted, page, quick=True)
    answer = await page.post("/api/1/calibration/again", json={"restrapped": True})
    progress = answer.json()["progress"]
    assert not progress["quick"]
    asked = [step for step in progress["steps"] if step["step"] != "supine"]  # asked for if chosen
    assert [step["state"] for step in asked] == ["none"] * 7


# Bar, effort, rest -----------------------------------------------------------------------------------------
async def test_effort_after_a_set_leaves_the_bar_and_belongs_to_the_set(scripted, page):
    await _train(scripted, page)
    now = scripted.clock.monotonic_ns()
    await page.post("/api/1/load", json={"bar_kg": 60})
    await _say(scripted, SetStarted(now, 1), RepFinished(now, rep(1, now)), _set(1, now))
    await page.post("/api/1/load", json={"rpe": 8})
    await settle()
    loads = [event for event in scripted.pipelines[-1].pushed if isinstance(event, BarLoad)]
    assert [(load.bar_kg, load.rpe) for load in loads] == [(60.0, None), (60.0, 8.0)]
    state = await _state(page)
    assert (state.bar_kg, state.sets[0].rpe, state.sets[0].bar_kg) == (60.0, 8.0, 60.0)


async def test_a_bar_named_after_its_set_is_kept_with_that_set(scripted, page):
    await _train(scripted, page)
    now = scripted.clock.monotonic_ns()
    await _say(scripted, SetStarted(now, 1), RepFinished(now, rep(1, now)), _set(1, now, reps=1, bar_kg=None))
    viewer = scripted.feed.join(None)
    await page.post("/api/1/load", json={"set": 1, "bar_kg": 80, "rpe": 7})
    (frame,) = [frame for frame in scripted.frames(viewer) if frame["type"] == "load"]
    assert (frame["set"]["bar_kg"], frame["set"]["rpe"]) == (80.0, 7.0)
    scripted.pipelines[-1].last = []
    ended = (await page.post("/api/1/session/end")).json()
    (one,) = scripted.archive.history.sets(ended["session_id"])
    (extra,) = scripted.archive.history.set_extras(ended["session_id"])
    assert (one.bar_kg, extra.rpe) == (80.0, 7.0)


async def test_rest_counts_from_the_last_reps_end_and_ends_with_the_next_set(scripted, page):
    await _train(scripted, page)
    now = scripted.clock.monotonic_ns()
    await _say(scripted, SetStarted(now, 1))
    assert (await _state(page)).set_open
    await _say(scripted, RepFinished(now, rep(1, now)), _set(1, now))
    resting = await _state(page)
    assert (resting.set_open, resting.rest_since_s) == (False, resting.sets[0].t_end_s)
    assert resting.symptom_wanted
    await _say(scripted, SetStarted(now + S, 2))
    assert (await _state(page)).rest_since_s is None


# One leg ---------------------------------------------------------------------------------------------------
async def test_a_set_marked_as_single_leg_is_marked_until_it_is_over(scripted, page):
    await _train(scripted, page)
    marked = (await page.post("/api/1/set", json={"start": True, "single_leg": True})).json()
    assert marked["single_leg"] is True
    await _say(scripted, _set(1, scripted.links[-1].clock.monotonic_ns()))
    assert (await _state(page)).single_leg is False
    await page.post("/api/1/set", json={"start": True, "single_leg": True})
    taken_back = (await page.post("/api/1/set", json={"start": True})).json()
    assert taken_back["single_leg"] is False
    await settle()
    said = [event for event in scripted.pipelines[-1].pushed if isinstance(event, SetButton)]
    assert [(event.start, event.single_leg) for event in said] == [(True, True), (True, True), (True, None)]


# Symptoms --------------------------------------------------------------------------------------------------
async def test_pain_opens_the_checklist_and_its_answers_replace_the_question(scripted, page):
    await _train(scripted, page)
    answer = (await page.post("/api/1/symptom", json={"kind": "pain", "pain": 5})).json()
    assert answer["advice"] == ["end_session", "checklist"]
    assert answer["hold_load"]
    answer = (
        await page.post("/api/1/symptom", json={"kind": "pain", "pain": 5, "signs": ["numb_saddle"]})
    ).json()
    assert answer["advice"] == ["emergency", "end_session"]
    assert len(answer["symptoms"]) == 1
    await settle()
    told = [event for event in scripted.pipelines[-1].pushed if isinstance(event, Symptom)]
    assert told[0].t_ns == told[1].t_ns


async def test_earlier_sessions_count(scripted, page):
    for _ in range(2):
        await _train(scripted, page, athlete={"id": ANNA, "name": "Anna"})
        await page.post("/api/1/symptom", json={"kind": "stiff"})
        assert (await page.post("/api/1/session/end")).json()["session_state"] == "saved"
    chosen = (await page.post("/api/1/athlete", json={"id": ANNA})).json()
    assert chosen["advice"] == ["ease_off"]
    other = (await page.post("/api/1/athlete", json={"id": BEN, "name": "Ben"})).json()
    assert other["advice"] == []


# People ----------------------------------------------------------------------------------------------------
async def test_an_athlete_is_added_listed_changed_and_trains_with_own_limits(scripted, page):
    added = (await page.post("/api/athletes", json={"name": "Anna", "mass_kg": 70})).json()
    limits = {"W1": {"amber": 3.0, "red": 1.0}}
    await page.post(
        "/api/athletes", json={"id": added["id"], "name": "Anna", "mass_kg": 71, "limits": limits}
    )
    changed = (await page.post("/api/athletes", json={"id": added["id"], "name": "Anna K."})).json()
    assert changed["limits"] == limits  # not said: unchanged
    listed = (await page.get("/api/athletes")).json()["athletes"]
    assert [one["name"] for one in listed] == ["Anna K."]

    await _train(scripted, page, athlete={"id": added["id"]})
    setup = scripted.pipelines[-1].setup
    assert setup.athlete.limits.overrides["W1"].amber == 3.0
    assert setup.athlete.name == ""  # names stay out of files
    ended = (await page.post("/api/1/session/end")).json()
    assert ended["athlete"]["name"] == "Anna K."
    kept = scripted.archive.history.session(ended["session_id"]).limits
    assert (kept.overrides["W1"].amber, kept.overrides["W1"].red) == (3.0, 1.0)


async def test_limits_changed_while_the_athlete_trains_are_not_undone_by_the_sessions_end(scripted, page):
    await _train(scripted, page, athlete={"id": ANNA, "name": "Anna"})
    await settle()
    await page.post("/api/athletes", json={"id": ANNA, "name": "Anna", "limits": {"W2": {"amber": 9}}})
    await page.post("/api/1/session/end")
    assert scripted.archive.history.athlete(ANNA).limits.overrides["W2"].amber == 9


async def test_no_limit_beyond_numbers(scripted, page):
    answer = await page.post("/api/athletes", json={"name": "A", "limits": {"W2": {"amber": "high"}}})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")


# The coach's words -----------------------------------------------------------------------------------------
async def test_a_coachs_word_stands_until_it_is_dismissed(scripted, page):
    viewer = scripted.feed.join(None)
    said = (await page.post("/api/1/message", json={"text": "Feet wider."})).json()
    (frame,) = scripted.frames(viewer)
    assert frame["type"] == "message"
    assert [message["text"] for message in frame["messages"]] == ["Feet wider."]
    assert (await _state(page)).messages[0].text == "Feet wider."  # after a reload
    await page.post("/api/1/message/dismiss", json={"id": said["messages"][0]["id"]})
    assert scripted.frames(viewer)[0]["messages"] == []
    assert (await _state(page)).messages == []


@pytest.mark.parametrize("text", ["", "x" * 201])
async def test_a_word_is_neither_empty_nor_an_essay(page, text):
    assert (await page.post("/api/1/message", json={"text": text})).status_code == 400


# Finished sessions -----------------------------------------------------------------------------------------
async def test_a_summary_stands_at_the_end(scripted, page):
    await _train(scripted, page, athlete={"id": ANNA, "name": "Anna"})
    now = scripted.clock.monotonic_ns()
    await _say(
        scripted,
        SetStarted(now, 1),
        RepFinished(now, rep(1, now)),
        RepFinished(now + 4 * S, rep(2, now + 4 * S, tilt_lockout_deg=9.0)),
        _set(1, now + 8 * S),
    )
    summary = (await page.post("/api/1/session/end")).json()["summary"]
    assert (summary["sets"], summary["reps"], summary["tilt_lockout_deg"], summary["bar_kg"]) == (
        1,
        2,
        8.0,
        60,
    )


async def test_a_session_of_the_wrong_athlete_is_moved_or_deleted(scripted, page):
    scripted.archive.history.add_athlete(Athlete(BEN, "Ben"))
    begun = await _train(scripted, page, athlete={"id": ANNA, "name": "Anna"})
    session = begun["session_id"]
    early = await page.post(f"/api/sessions/{session}/delete")
    assert (early.status_code, early.json()["error"]) == (409, "session_running")
    await page.post("/api/1/session/end")

    assert (await page.post(f"/api/sessions/{session}/move", json={"athlete_id": BEN})).status_code == 200
    assert scripted.archive.history.session(session).record.athlete_id == BEN
    assert (await _state(page)).athlete.name == "Ben"
    nobody = await page.post(f"/api/sessions/{session}/move", json={"athlete_id": ANNA[:-1] + "9"})
    assert (nobody.status_code, nobody.json()["error"]) == (404, "no_athlete")

    assert (await page.post(f"/api/sessions/{session}/delete")).status_code == 200
    assert not scripted.archive.history.has_session(session)
    assert not scripted.folder.recording(session).exists()
    assert (await _state(page)).session_state == "none"


async def test_a_sign_for_the_doctor_is_kept_and_asked_about_at_the_next_session(scripted, page):
    await _train(scripted, page, athlete={"id": ANNA, "name": "Anna"})
    await page.post("/api/1/symptom", json={"kind": "pain", "pain": 2, "signs": ["night_pain"]})
    ended = (await page.post("/api/1/session/end")).json()
    (kept,) = scripted.archive.history.symptoms(ended["session_id"])
    assert kept.answers == {"signs": ["night_pain"], "seized": False}
    chosen = (await page.post("/api/1/athlete", json={"id": ANNA})).json()
    await page.post("/api/1/athlete", json={"id": BEN, "name": "Ben"})
    back = (await page.post("/api/1/athlete", json={"id": ANNA})).json()
    assert chosen["advice"] == back["advice"] == ["see_doctor"]
    assert back["hold_load"]
