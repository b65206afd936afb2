"""Notes and corrections reach the history through the hub, which alone writes it."""

from dataclasses import replace

import pytest

from hub.scripted import http, rep
from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.motion import SetSummary
from lumbarwatch.model.session import Calibration, Session
from lumbarwatch.store.ids import new_id


@pytest.fixture
def session_id(scripted):
    session = Session(new_id(), "", 1_700_000_000_000_000_000, simulated=True)
    reps = [rep(1, 10_000_000_000), rep(2, 20_000_000_000)]
    one = SetSummary(1, reps[0].t_start_ns, reps[1].t_end_ns, reps=2, partial=0)
    scripted.archive.history.save_session(session, Calibration.none(), [one], reps, pipeline_version="1")
    return session.id


async def test_a_note_is_kept_and_taken_back(scripted, session_id):
    history = scripted.archive.history
    async with http(scripted) as client:
        url = f"/api/sessions/{session_id}/note"
        answer = await client.post(url, json={"text": "Ask about the hip.", "author": "Dr. Lee"})
        assert answer.status_code == 200
        (note,) = history.notes(session_id)
        assert (note.text, note.author) == ("Ask about the hip.", "Dr. Lee")
        await client.post(f"{url}/delete", json={"id": note.id})
    assert history.notes(session_id) == ()


async def test_a_correction_stands_beside_the_computed_value(scripted, session_id):
    history = scripted.archive.history
    before = history.reps(session_id)
    async with http(scripted) as client:
        url = f"/api/sessions/{session_id}/correction"
        for values in (
            {"field": "counted", "value": False, "text": "rolled the bar"},
            {"field": "tilt_lockout_deg", "value": 4.5},
            {"field": "comment", "text": "knee valgus"},
        ):
            assert (await client.post(url, json={"set": 1, "rep": 2, **values})).status_code == 200
        found = history.annotations(session_id)
        assert [(one.field, one.value) for one in found] == [
            (CorrectedField.COUNTED, False),
            (CorrectedField.TILT_LOCKOUT_DEG, 4.5),
            (CorrectedField.COMMENT, None),
        ]
        assert all(one.belongs_to(before[1]) for one in found)
        await client.post(f"{url}/delete", json={"id": found[0].id})
    assert len(history.annotations(session_id)) == 2
    assert history.reps(session_id) == before


async def test_an_analysis_made_meanwhile_puts_a_correction_on_no_other_rep(scripted, session_id):
    """What was rep 2 when somebody looked is rep 1 when the correction arrives: the first was none."""
    history = scripted.archive.history
    seen = history.reps(session_id)[1]
    now = replace(seen, rep_number=1)
    one = SetSummary(1, now.t_start_ns, now.t_end_ns, reps=1, partial=0)
    session = Session(session_id, "", 1_700_000_000_000_000_000, simulated=True)
    history.save_session(session, Calibration.none(), [one], [now], pipeline_version="2")
    body = {"set": 2, "rep": 2, "field": "counted", "value": False, "t_lockout_ns": seen.t_lockout_ns}
    async with http(scripted) as client:
        answer = await client.post(f"/api/sessions/{session_id}/correction", json=body)
    assert answer.status_code == 200
    (correction,) = history.annotations(session_id)
    assert correction.belongs_to(now)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("note", {"text": ""}),
        ("correction", {"set": 1, "rep": 9, "field": "counted", "value": False}),
        ("correction", {"set": 1, "rep": 1, "field": "counted", "value": 0.5}),
        ("correction", {"set": 1, "rep": 1, "field": "tilt_lockout_deg", "value": True}),
        ("correction", {"set": 1, "rep": 1, "field": "tilt_lockout_deg"}),
        ("correction", {"set": 1, "rep": 1, "field": "comment", "text": " "}),
    ],
)
async def test_what_does_not_fit_is_refused_in_a_sentence(scripted, session_id, path, body):
    async with http(scripted) as client:
        answer = await client.post(f"/api/sessions/{session_id}/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["message"].endswith(".")
    assert scripted.archive.history.annotations(session_id) == ()


async def test_an_unknown_session_is_refused_and_a_note_of_another_stays(scripted, session_id):
    history = scripted.archive.history
    note = history.add_note(session_id, "mine")
    async with http(scripted) as client:
        answer = await client.post(f"/api/sessions/{new_id()}/note", json={"text": "whose?"})
        assert answer.status_code == 400
        await client.post(f"/api/sessions/{new_id()}/note/delete", json={"id": note.id})
    assert len(history.notes(session_id)) == 1
