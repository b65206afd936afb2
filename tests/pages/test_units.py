"""Units of display: the page shows and takes pounds and inches, the hub hears kilograms and metres."""

import pytest

from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import AthleteMessage, PreferencesMessage, SessionState
from lumbarwatch.model.preferences import LengthUnit, MassUnit
from lumbarwatch.presenters import keys
from pages.answering import AnsweringHub, station

POUNDS = PreferencesMessage(mass_unit=MassUnit.LB, length_unit=LengthUnit.IN)


def _hub(monkeypatch, one, chosen=POUNDS):
    found = AnsweringHub(one, preferences=chosen).behind(monkeypatch)
    found.answers["/api/athletes"] = wire.AthleteList(
        athletes=[AthleteMessage(id="a", name="Anna", mass_kg=70.0, stature_m=1.75)]
    )
    return found


def _running(**changes):
    return station(session_id="s", session_state=SessionState.RUNNING, **changes)


def test_a_bar_in_pounds(open_page, monkeypatch):
    hub = _hub(monkeypatch, _running(bar_kg=100.0))
    page = open_page()
    assert not page.exception
    bar = page.number_input(f"{keys.BAR_KG}_lb")
    assert (bar.label, bar.value) == ("Bar (lb)", 220.5)
    bar.set_value(225.0).run()
    (path, said), *_ = hub.asked
    assert path == "/api/1/load"
    assert said["bar_kg"] == pytest.approx(102.058, abs=1e-3)


def test_kilograms_are_what_nobody_has_to_choose(open_page, monkeypatch):
    hub = _hub(monkeypatch, _running(), PreferencesMessage())
    page = open_page()
    page.number_input(keys.BAR_KG).set_value(60.0).run()
    assert hub.asked[0] == ("/api/1/load", {"bar_kg": 60.0})


def test_measures_of_an_athlete_in_pounds_and_inches(open_page, monkeypatch):
    _hub(monkeypatch, station())
    page = open_page()
    assert not page.exception
    assert "154.3 lb, 68.9 in" in [caption.value for caption in page.caption]
