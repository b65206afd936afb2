"""Several athletes at once: stations are added, named and removed on the page Sensors."""

import pytest

from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import ApiError, Refusal
from lumbarwatch.presenters import keys
from pages.answering import AnsweringHub, station

VIEW = "views/sensors.py"


@pytest.fixture
def hub(monkeypatch):
    found = AnsweringHub(station("1", name="Door"), station("2", name="Window")).behind(monkeypatch)
    found.answers["/api/sensors"] = wire.SensorList(sensors=[], scanned_utc_s=None)
    found.answers["/api/sensors/poses"] = wire.PosesMessage()
    return found


def test_a_station_is_added_under_the_next_number(open_page, hub):
    page = open_page(VIEW)
    page.button(key=keys.STATION_ADD).click().run()
    assert hub.asked == [("/api/stations", {"name": "Station 3"})]
    assert not page.exception


def test_a_station_is_named_and_an_empty_name_changes_nothing(open_page, hub):
    page = open_page(VIEW)
    page.text_input(key=f"{keys.STATION_NAME}_2_Window").input("  ").run()
    assert hub.asked == []
    page.text_input(key=f"{keys.STATION_NAME}_2_Window").input(" Rack 2 ").run()
    assert hub.asked == [("/api/stations/2", {"name": "Rack 2"})]
    assert not page.exception


def test_any_station_but_the_first_can_be_removed_and_a_refusal_is_said(open_page, hub):
    page = open_page(VIEW)
    offered = [button.key for button in page.button if button.label == "Remove"]
    assert offered == [f"{keys.STATION_REMOVE}_2"]
    hub.refuses = Refusal(error=ApiError.SESSION_RUNNING, message="A session runs at station Window.")
    page.button(key=offered[0]).click().run()
    assert "A session runs at station Window." in [warning.value for warning in page.warning]
    assert not page.exception


def test_a_recording_that_is_shown_has_no_stations_to_change(open_page, hub):
    hub.state = hub.state.model_copy(update={"replay": True})
    assert "Stations" not in [one.label for one in open_page(VIEW).expander]
