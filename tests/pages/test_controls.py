"""What is said during a session reaches the hub."""

import json

import httpx
import pytest

from hub.scripted import ScriptedHub
from lumbarwatch.hub.client import HubAddress, HubClient
from lumbarwatch.hub.messages import ApiError, Refusal, SessionState
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.symptoms import advice


class Hub:
    """Answers like a hub whose first station is in a given state."""

    def __init__(self, state) -> None:
        self.state = state
        self.asked = []
        self.refuses = None

    def __call__(self, request):
        if self.state is None:
            raise httpx.ConnectError("refused", request=request)
        if request.method == "GET":
            return httpx.Response(200, content=self.state.model_dump_json())
        self.asked.append((request.url.path, json.loads(request.content or b"null")))
        if self.refuses is not None:
            return httpx.Response(409, content=self.refuses.model_dump_json())
        return httpx.Response(200, content=self.state.stations[0].model_dump_json())


@pytest.fixture
def state(tmp_path):
    """A hub's state with a session in ``session_state``."""
    scripted = ScriptedHub(tmp_path / "hub")
    with scripted.archive:
        message = scripted.hub.message()

    def made(session_state):
        station = message.stations[0].model_copy(update={"session_state": session_state})
        return message.model_copy(update={"stations": [station]})

    return made


@pytest.fixture
def open_with(open_page, monkeypatch):
    def opened(hub):
        import hub_link

        transport = httpx.MockTransport(hub)
        monkeypatch.setattr(
            hub_link.Link, "client", lambda self: HubClient(HubAddress(9, b"k" * 32), transport)
        )
        page = open_page(served=True)
        assert not page.exception
        return page

    return opened


def test_load_and_effort_are_saved(open_with, state):
    hub = Hub(state(SessionState.RUNNING))
    page = open_with(hub)
    assert page.button(keys.SAVE_LOAD).disabled
    page.number_input(keys.BAR_KG).set_value(60.0).run()
    page.number_input(keys.RPE).set_value(7.5).run()
    page.button(keys.SAVE_LOAD).click().run()
    assert hub.asked == [("/api/1/load", {"bar_kg": 60.0, "rpe": 7.5})]
    assert not page.exception


def test_a_symptom_is_saved_and_answered(open_with, state):
    hub = Hub(state(SessionState.RUNNING))
    page = open_with(hub)
    page.button_group(keys.SYMPTOM).set_value(SymptomKind.PAIN).run()
    page.slider(keys.PAIN).set_value(6).run()
    assert "End the session" in page.info[0].value
    page.button(keys.SAVE_SYMPTOM).click().run()
    assert hub.asked == [("/api/1/symptom", {"kind": "pain", "pain": 6})]


def test_a_session_is_ended_and_started(open_with, state):
    running = Hub(state(SessionState.RUNNING))
    open_with(running).button(keys.END_SESSION).click().run()
    assert [path for path, _ in running.asked] == ["/api/1/session/end"]
    saved = Hub(state(SessionState.SAVED).model_copy(update={"simulated": False}))
    open_with(saved).button(keys.START_SESSION).click().run()
    assert [path for path, _ in saved.asked] == ["/api/1/session/start"]


def test_a_refusal_is_shown_in_its_own_words(open_with, state):
    hub = Hub(state(SessionState.RUNNING))
    page = open_with(hub)
    hub.refuses = Refusal(error=ApiError.NO_SESSION, message="No session runs: start one first.")
    page.button(keys.END_SESSION).click().run()
    assert page.warning[0].value == "No session runs: start one first."
    assert not page.exception


def test_a_hub_that_is_gone_is_one_sentence_and_the_live_view_stays(open_with):
    page = open_with(Hub(None))
    assert "does not answer" in page.warning[0].value
    assert len(page.get("bidi_component")) == 1


@pytest.mark.parametrize(
    ("kind", "pain", "words"),
    [
        (SymptomKind.NONE, None, ""),
        (SymptomKind.PAIN, 0, ""),
        (SymptomKind.STIFF, None, "Safety"),
        (SymptomKind.PAIN, 3, "doctor"),
        (SymptomKind.PAIN, 4, "End the session"),
        (SymptomKind.PAIN, 10, "clinician"),
    ],
)
def test_what_is_said_about_a_symptom(kind, pain, words):
    said = advice(kind, pain)
    assert words in said
    assert bool(words) == bool(said)
