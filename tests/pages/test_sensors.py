"""Sensors: what is here and how it does, where it is worn, what the doctor finds."""

import pytest

from lumbarwatch.hub import messages as wire
from lumbarwatch.hub.messages import ApiError, FindingKind, Refusal
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.sensor_calibration import AccelerometerReason
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
    found.answers["/api/sensors/poses"] = wire.PosesMessage()
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


def test_a_sensor_of_orientations_has_no_accelerometer_to_calibrate(open_page, hub):
    dot = FREE.model_copy(update={"family": "movella", "raw": False})
    hub.answers["/api/sensors"] = wire.SensorList(sensors=[dot, WORN], scanned_utc_s=None)
    page = open_page(VIEW)
    offered = [button.key for button in page.button if button.label == "Calibrate"]
    assert offered == [f"{keys.POSES}_0008"]
    assert "the sensor sends orientations" in _text(page)


def test_what_a_device_says_of_itself_is_text(open_page, hub):
    sensor = FREE.model_copy(update={"firmware": "<img src=x onerror=alert(1)>"})
    hub.answers["/api/sensors"] = wire.SensorList(sensors=[sensor], scanned_utc_s=None)
    assert "<img" not in _text(open_page(VIEW))
    sensor = FREE.model_copy(update={"model": "", "name": "![](//n.example) *IMU*", "serial": "A_1_"})
    hub.answers["/api/sensors"] = wire.SensorList(sensors=[sensor], scanned_utc_s=None)
    assert r"**!\[\](//n.example) \*IMU\* A\_1\_**" in _text(open_page(VIEW))


def test_a_search_is_asked_for(open_page, hub):
    open_page(VIEW).button(keys.SCAN).click().run()
    assert hub.asked == [("/api/sensors/scan", {"seconds": 5.0})]


def test_a_search_that_found_nothing_says_what_to_do(open_page, hub):
    hub.answers["/api/sensors"] = wire.SensorList(sensors=[], scanned_utc_s=1_700_000_000.0)
    assert "Switch both on" in open_page(VIEW).info[0].value
    hub.answers["/api/sensors"] = wire.SensorList(sensors=[], scanned_utc_s=None)
    assert not open_page(VIEW).info


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


# The calibration of an accelerometer ------------------------------------------------------------------------
TABLE = wire.PosesMessage(state=wire.PosesState.WATCHING, sensor="0007", name="LM-1 0007")
FOUND = wire.AccelerometerMessage(
    reasons=[],
    offset_mps2=(0.1961, -0.0981, 0.0),
    scale=(1.01, 0.995, 1.0),
    offset_sigma_mps2=(0.0098, 0.0098, 0.0098),
    scale_sigma=(0.001, 0.001, 0.001),
    residual_mps2=0.0196,
    before_mps2=0.12,
    poses=8,
    rests=8,
    serial="0007",
)


def _table(hub, **changes):
    """What the hub tells of a calibration, however it is asked."""
    told = TABLE.model_copy(update=changes)
    for path in ("", "/finish"):
        hub.answers[f"/api/sensors/poses{path}"] = told
    hub.answers["/api/sensors/poses/cancel"] = wire.PosesMessage()


def test_a_calibration_is_asked_for_beside_the_sensor(open_page, hub):
    page = open_page(VIEW).button(f"{keys.POSES}_0007").click().run()
    assert hub.asked == [("/api/sensors/poses", {"sensor": "0007"})]
    assert not page.exception


def test_a_session_that_runs_refuses_it_in_its_words(open_page, hub):
    words = "A session runs at station 1: end it before calibrating its sensors."
    hub.refuses = Refusal(error=ApiError.SESSION_RUNNING, message=words)
    page = open_page(VIEW).button(f"{keys.POSES}_0008").click().run()
    assert words in [warning.value for warning in page.warning]
    assert not page.exception


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({}, ("Moving", "0 of 6 poses", "Lay it down and let go: flat, label up.")),
        ({"still_s": 1.25, "poses": 2}, ("Still for 1.2 s", "2 of 6 poses", "Hands off.")),
        (
            {"still_s": 2.5, "poses": 3, "counts": True},
            ("Counted", "3 of 6 poses", "Turn it over: on the other long edge."),
        ),
        ({"still_s": 9.0, "poses": 3, "counts": True, "again": True}, ("Counted before", "another side")),
        ({"poses": 6}, ("6 of 6 poses", "Enough to finish.")),
        ({"poses": 8}, ("8 of 6 poses", "All done")),
        ({"problem": "The link broke."}, ("0 of 6 poses",)),
    ],
)
def test_it_says_still_or_moving_how_many_and_what_next(open_page, hub, told, words):
    _table(hub, **told)
    page = open_page(VIEW)
    assert not page.exception
    text = _text(page)
    for word in words:
        assert word in text
    assert keys.SCAN not in [button.key for button in page.button]  # nothing else meanwhile
    assert page.button(keys.POSES_FINISH).disabled == (told.get("poses", 0) < 6)
    assert [warning.value for warning in page.warning] == ([told["problem"]] if "problem" in told else [])


def test_every_pose_has_a_picture_and_words(open_page, hub):
    _table(hub, poses=2)
    text = _text(open_page(VIEW))
    assert text.count("data:image/svg+xml") == 8
    assert text.count("✓") == 2
    assert "→ On a long edge" in text


def test_finish_again_and_cancel_are_asked_for(open_page, hub):
    _table(hub, poses=6)
    for key, path, body in (
        (keys.POSES_FINISH, "/finish", None),
        (keys.POSES_AGAIN, "", {"sensor": "0007"}),
        (keys.POSES_CLOSE, "/cancel", None),
    ):
        hub.asked.clear()
        open_page(VIEW).button(key).click().run()
        assert hub.asked == [(f"/api/sensors/poses{path}", body)]


def test_the_result_has_units_and_says_where_it_went(open_page, hub):
    _table(hub, state=wire.PosesState.DONE, result=FOUND)
    page = open_page(VIEW)
    text = _text(page)
    for words in ("Offset, mg", "+20.0 ± 1.0", "−10.0 ± 1.0", "Scale, %", "+1.00 ± 0.10", "−0.50 ± 0.10"):
        assert words in text
    assert "off by 12.2 mg (rms), corrected by 2.0 mg (residual over 8 poses)" in text
    assert page.success[0].value == (
        "Stored for the sensor with the serial number 0007; used from the next session on."
    )
    assert keys.POSES_FINISH not in [button.key for button in page.button]


def test_six_poses_alone_do_not_claim_a_residual(open_page, hub):
    _table(hub, state=wire.PosesState.DONE, result=FOUND.model_copy(update={"residual_mps2": None}))
    assert "Six poses alone cannot tell" in _text(open_page(VIEW))


@pytest.mark.parametrize(
    ("changes", "problem", "words"),
    [
        ({"not_kept": wire.NotKept.NO_SERIAL}, "", "tells no serial number"),
        ({"not_kept": wire.NotKept.STORE}, "The disk is full.", "Not stored: The disk is full."),
    ],
)
def test_what_was_not_stored_says_why(open_page, hub, changes, problem, words):
    _table(hub, state=wire.PosesState.DONE, result=FOUND.model_copy(update=changes), problem=problem)
    page = open_page(VIEW)
    assert words in page.warning[0].value
    assert not page.success


@pytest.mark.parametrize("reason", AccelerometerReason)
def test_a_refusal_says_why_and_what_to_do(open_page, hub, reason):
    result = wire.AccelerometerMessage(reasons=[reason], rests=4, missing=["-x"], after_mps2=0.06)
    _table(hub, state=wire.PosesState.DONE, result=result)
    page = open_page(VIEW)
    assert page.warning[0].value.startswith("Not calibrated: the sensor ")
    assert page.warning[0].value.endswith(".")
    assert page.button(keys.POSES_AGAIN)


def test_a_calibration_that_failed_says_so(open_page, hub):
    _table(hub, state=wire.PosesState.FAILED, problem="Bluetooth is off: switch it on.")
    page = open_page(VIEW)
    assert page.warning[0].value == "Bluetooth is off: switch it on."
    assert page.button(keys.POSES_CLOSE).label == "Close"
