"""Coach: the wall, one athlete in its place and back, a word to one or to all."""

import json

import pytest

from lumbarwatch.hub.messages import ApiError, AthleteMessage, Refusal
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.coach import SHORT_MESSAGES
from pages.answering import AnsweringHub, station

VIEW = "views/coach.py"


@pytest.fixture
def hub(monkeypatch):
    anna, ben = (AthleteMessage(id=name, name=name) for name in ("Anna", "Ben"))
    return AnsweringHub(station("1", athlete=anna), station("2", athlete=ben)).behind(monkeypatch)


def _component(page):
    (found,) = page.get("bidi_component")
    return found.proto.component_name, json.loads(found.proto.json)


def _open_athlete(page, name):
    page.query_params["athlete"] = name
    return page.run()


def test_the_wall_knows_where_to_look_and_no_secret(open_page, hub):
    page = open_page(VIEW)
    assert not page.exception
    name, told = _component(page)
    assert name == "lumbarwatch.wall"
    assert set(told) == {"feed_url", "ticket_url", "words"}


def test_a_word_goes_to_everybody(open_page, hub):
    page = open_page(VIEW)
    page.button(f"{keys.COACH_TO_ALL}_0").click().run()
    text = {"text": SHORT_MESSAGES[0]}
    assert hub.asked == [("/api/1/message", text), ("/api/2/message", text)]
    assert not page.exception


def test_one_athlete_in_place_and_back(open_page, hub):
    page = _open_athlete(open_page(VIEW), "2")
    assert not page.exception
    name, told = _component(page)
    assert (name, told["station"]) == ("lumbarwatch.live_view", "2")
    assert not page.warning
    page.button(keys.COACH_BACK).click().run()
    assert _component(page)[0] == "lumbarwatch.wall"


def test_a_station_that_is_gone_is_said(open_page, hub):
    page = _open_athlete(open_page(VIEW), "7")
    assert "station is gone" in page.warning[0].value


def test_own_words_go_to_the_athlete_who_is_looked_at(open_page, hub):
    page = _open_athlete(open_page(VIEW), "2")
    page.text_input(f"{keys.COACH_SEND}_{keys.COACH_TEXT}").input("  Feet a hand further out.  ")
    page.button(keys.COACH_SEND).click().run()
    assert hub.asked == [("/api/2/message", {"text": "Feet a hand further out."})]
    page.button(keys.COACH_SEND).click().run()
    assert len(hub.asked) == 1  # nothing is no message


def test_a_message_that_is_refused_says_why(open_page, hub):
    hub.refuses = Refusal(error=ApiError.NO_STATION, message="There is no station '2' here.")
    page = _open_athlete(open_page(VIEW), "2")
    page.button(f"{keys.COACH_SEND}_0").click().run()
    assert page.warning[0].value == "There is no station '2' here."
    assert not page.exception


def test_without_a_hub_the_wall_stays_and_says_so_by_itself(open_page, hub):
    hub.gone = True
    page = open_page(VIEW)
    assert not page.exception
    assert _component(page)[0] == "lumbarwatch.wall"
    page = _open_athlete(page, "2")
    assert not page.exception
    assert _component(page)[0] == "lumbarwatch.live_view"
