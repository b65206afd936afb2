"""Sensors: what is here and how it does, where it is worn, what the doctor finds."""

import pytest

from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import ApiError, FindingKind, Refusal
from lumbarwatch.model.samples import Placement
from lumbarwatch.presenters import keys
from pages.answering import AnsweringHub, station

VIEW = "views/sensors.py"
FREE = wire.ScannedMessage(
    sensor="0007", name="LM-1", family="lm1", model="LM-1", serial="0007", address="AA", rssi_dbm=-70
)
WORN = FREE.model_copy(
    update={
        "sensor": "0008",
        "serial": "0008",
        "placement": Placement.LUMBAR,
        "station": "1",
        "in_use": True,
        "battery_percent": 9,
        "firmware": "2.1",
        "accelerometer_utc_s": 1_700_000_000.0,
    }
)


@pytest.fixture
def hub(monkeypatch):
    found = AnsweringHub(bluetooth="Bluetooth is off: switch it on.").behind(monkeypatch)
    sensors = wire.SensorList(sensors=[WORN, FREE], scanned_utc_s=1_700_000_000.0)
    for path in ("", "/scan", "/assign"):
        found.answers[f"/api/sensors{path}"] = sensors
    found.answers["/api/sensors/identify"] = wire.Done()
    return found


def _text(page):
    written = [markdown.value for markdown in page.markdown]
    return "\n".join(written + [html.proto.body for html in page.get("html")])


def test_every_sensor_tells_signal_battery_firmware_place_and_calibration(open_page, hub):
    page = open_page(VIEW)
    assert not page.exception
    text = _text(page)
    for words in ("LM-1 0008** · streaming", "9 %, charge soon", "2.1", "calibrated 2023", "fair (−70 dBm)"):
        assert words in text
    assert "The battery is low" in text
    assert "not calibrated" in text
    assert "calibrate-sensor" in text  # and how it is done
    assert page.warning[0].value == "Bluetooth is off: switch it on."


def test_what_a_device_says_of_itself_is_text(open_page, hub):
    sensor = FREE.model_copy(update={"firmware": "<img src=x onerror=alert(1)>"})
    hub.answers["/api/sensors"] = wire.SensorList(sensors=[sensor], scanned_utc_s=None)
    assert "<img" not in _text(open_page(VIEW))


def test_a_search_is_asked_for(open_page, hub):
    open_page(VIEW).button(keys.SCAN).click().run()
    assert hub.asked == [("/api/sensors/scan", {"seconds": 5.0})]


def test_a_sensor_shows_itself(open_page, hub):
    page = open_page(VIEW).button(f"{keys.IDENTIFY}_0007").click().run()
    assert hub.asked == [("/api/sensors/identify", {"sensor": "0007"})]
    assert "light or motor" in page.toast[0].value


def test_a_sensor_is_given_its_place(open_page, hub):
    page = open_page(VIEW)
    place = page.button_group(f"{keys.PLACE}_0007_None_")
    assert not place.disabled
    assert page.button_group(f"{keys.PLACE}_0008_lumbar_1").disabled  # streams now
    place.set_value(Placement.PELVIS).run()
    assert hub.asked == [("/api/sensors/assign", {"sensor": "0007", "placement": "pelvis", "station": "1"})]
    assert not page.exception


def test_with_several_stations_a_sensor_is_given_one_of_them(open_page, hub):
    rack = station("2", name="Rack 2")
    hub.state = hub.state.model_copy(update={"stations": [station("1", name="Rack 1"), rack]})
    page = open_page(VIEW)
    page.selectbox(f"{keys.PLACE_STATION}_0007").set_value("2").run()
    page.button_group(f"{keys.PLACE}_0007_None_").set_value(Placement.PELVIS).run()
    assert hub.asked == [("/api/sensors/assign", {"sensor": "0007", "placement": "pelvis", "station": "2"})]
    assert "Lumbar, over L1 · Rack 1" in _text(page)


def test_with_many_stations_one_looks_at_a_few_sensors(open_page, hub):
    stations = [station(str(number), name=f"Rack {number}") for number in (1, 2, 3)]
    hub.state = hub.state.model_copy(update={"stations": stations})
    page = open_page(VIEW)
    assert "0007" in _text(page)
    page.selectbox(keys.SHOWN).set_value("1").run()
    assert "0007" not in _text(page)
    assert "0008" in _text(page)


def test_the_doctors_findings_stay_on_the_page(open_page, hub):
    finding = wire.FindingMessage(
        kind=FindingKind.PROBLEM, subject="LM-1 0007", text="It lost 12 % of its samples."
    )
    hub.answers["/api/sensors/doctor"] = wire.FindingList(findings=[finding])
    page = open_page(VIEW).button(keys.EXAMINE).click().run()
    assert hub.asked == [("/api/sensors/doctor", None)]
    assert "**LM-1 0007**: It lost 12 % of its samples." in _text(page.run())


def test_a_refusal_is_said_in_its_own_words(open_page, hub):
    hub.refuses = Refusal(error=ApiError.BUSY, message="A search is under way: wait for it.")
    page = open_page(VIEW).button(keys.SCAN).click().run()
    assert "A search is under way: wait for it." in [warning.value for warning in page.warning]
    assert not page.exception


def test_without_a_hub_it_says_so(open_page, hub):
    hub.gone = True
    page = open_page(VIEW)
    assert not page.exception
    assert "does not answer" in page.warning[0].value
