"""Settings: limits with default and source, cues, units, measures, and where data is kept."""

import pytest

from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import AthleteMessage, OwnLimit, PreferencesMessage
from lumbarwatch.model.preferences import LengthUnit, MassUnit
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.settings_limits import LIMITS
from pages.answering import AnsweringHub

VIEW = "views/settings.py"
ANNA = AthleteMessage(
    id="a", name="Anna", mass_kg=70.3, stature_m=1.72, limits={WarningId.W4: OwnLimit(amber=1.5, red=1.0)}
)


@pytest.fixture
def hub(monkeypatch):
    return _hub(monkeypatch)


def _hub(monkeypatch, **chosen):
    found = AnsweringHub(preferences=PreferencesMessage(**chosen)).behind(monkeypatch)
    found.answers["/api/athletes"] = wire.AthleteList(athletes=[ANNA])
    found.answers["/api/preferences"] = found.state
    return found


def _saved(hub):
    """What the athlete would be saved as."""
    path, body = hub.asked[-1]
    assert path == "/api/athletes"
    return body


@pytest.fixture(autouse=True)
def _an_athlete_is_answered(monkeypatch):
    from lumbarwatch.hub.client import HubClient

    def save(self, athlete):
        self._send("/api/athletes", athlete)
        return athlete

    monkeypatch.setattr(HubClient, "save_athlete", save)


def test_every_limit_shows_its_default_and_its_source(open_page, hub):
    page = open_page(VIEW)
    assert not page.exception
    captions = "\n".join(caption.value for caption in page.caption)
    for words in LIMITS.values():
        assert f"Default: {words.default}. Source: {words.source}." in captions
    badges = "\n".join(markdown.value for markdown in page.markdown)
    assert "Own: amber 1.5 s, red 1 s" in badges
    assert badges.count("[Default]") == len(LIMITS) - 1


def test_a_limit_is_changed_and_the_others_stay(open_page, hub):
    page = open_page(VIEW)
    page.number_input(f"{keys.LIMIT_AMBER}_W2_a_Default").set_value(12.0).run()
    page.number_input(f"{keys.LIMIT_RED}_W2_a_Default").set_value(14.0).run()
    page.button(f"{keys.SAVE_LIMIT}_W2").click().run()
    saved = _saved(hub)
    assert saved["limits"] == {"W4": {"amber": 1.5, "red": 1.0}, "W2": {"amber": 12.0, "red": 14.0}}
    assert (saved["id"], saved["name"], saved["mass_kg"]) == ("a", "Anna", 70.3)


def test_red_before_amber_cannot_be_saved(open_page, hub):
    page = open_page(VIEW)
    page.number_input(f"{keys.LIMIT_RED}_W2_a_Default").set_value(3.0).run()
    assert page.button(f"{keys.SAVE_LIMIT}_W2").disabled
    assert "must not be below amber" in page.warning[0].value


def test_an_own_limit_is_reset_to_the_default(open_page, hub):
    page = open_page(VIEW)
    assert page.button(f"{keys.RESET_LIMIT}_W2").disabled
    page.button(f"{keys.RESET_LIMIT}_W4").click().run()
    assert _saved(hub)["limits"] == {}


def test_measures_in_pounds_and_inches_are_kept_in_kilograms_and_metres(open_page, monkeypatch):
    hub = _hub(monkeypatch, mass_unit=MassUnit.LB, length_unit=LengthUnit.IN)
    page = open_page(VIEW)
    assert page.button(keys.SAVE_BODY).disabled
    assert page.number_input(f"{keys.STATURE}_a_in").value == 67.7
    page.number_input(f"{keys.MASS}_a_lb").set_value(160.0).run()
    page.button(keys.SAVE_BODY).click().run()
    saved = _saved(hub)
    assert saved["mass_kg"] == pytest.approx(72.575, abs=1e-3)
    assert saved["stature_m"] == 1.72  # not touched, so not rounded


def test_a_cue_is_muted_and_voiced_again(open_page, hub, monkeypatch):
    page = open_page(VIEW)
    page.checkbox(f"{keys.VOICED}_W4_True").uncheck().run()
    path, body = hub.asked[-1]
    assert path == "/api/preferences"
    assert body["muted"] == ["W4"]
    again = _hub(monkeypatch, muted=[WarningId.W4])
    page = open_page(VIEW)
    page.checkbox(f"{keys.VOICED}_W4_False").check().run()
    assert again.asked[-1][1]["muted"] == []


def test_how_cues_are_given_and_units_are_kept_at_once(open_page, hub):
    page = open_page(VIEW)
    assert hub.asked == []  # looking changes nothing
    page.toggle(f"{keys.SPEECH}_True").set_value(False).run()
    assert hub.asked[-1][1]["speech"] is False
    page.radio(f"{keys.MASS_UNIT}_kg").set_value(MassUnit.LB).run()
    assert hub.asked[-1][1]["mass_unit"] == "lb"
    assert not page.exception


def test_the_data_folder_is_shown_and_stays_without_a_hub(open_page, hub, data):
    hub.gone = True
    page = open_page(VIEW)
    assert not page.exception
    assert page.code[0].value == str(data)
    assert "does not answer" in page.warning[0].value


def test_tuck_training_is_turned_on(open_page, hub):
    open_page(VIEW).toggle(f"{keys.TUCK_TRAINING}_a_False").set_value(True).run()
    assert _saved(hub)["tuck_training"] is True


def test_nobody_known_is_said(open_page, hub):
    hub.answers["/api/athletes"] = wire.AthleteList(athletes=[])
    assert "Nobody is known yet" in open_page(VIEW).info[0].value
