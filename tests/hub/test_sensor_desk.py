"""Sensors in range and in use: found, shown, given a place; what runs is not disturbed."""

import asyncio

import pytest

from hub.scripted import (
    ScriptedDriver,
    ScriptedHub,
    http,
    settle,
)
from lumbarwatch.hub.values import FindingKind, FindingMessage
from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import Placement, SensorInfo
from lumbarwatch.model.sensor_calibration import AccelerometerCalibration
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.link_types import SensorStatus
from lumbarwatch.store.calibrations import save_accelerometer
from lumbarwatch.store.pairing import load_pairing

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR
NEAR = FoundSensor("lm1", "LM-A", "AA:01", "S1", -48)
FAR = FoundSensor("witmotion", "WT-B", "AA:02", "", -71)


@pytest.fixture
def hub_options():
    return {"targets": None, "in_range": [NEAR, FAR]}


async def _scan(page, **request):
    return (await page.post("/api/sensors/scan", json=request)).json()["sensors"]


async def _training(scripted, page):
    """Both sensors assigned and streaming."""
    await _scan(page)
    await page.post("/api/sensors/assign", json={"sensor": "S1", "placement": "pelvis"})
    await page.post("/api/sensors/assign", json={"sensor": "AA:02", "placement": "lumbar"})
    await page.post("/api/1/session/start", json={})
    await settle()
    links = scripted.links[-1]
    for place, sensor in ((PELVIS, NEAR), (LUMBAR, FAR)):
        links.ready(place)
        links.link(place, LinkState.STREAMING)
        links.statuses[place] = SensorStatus(
            placement=place,
            state=LinkState.STREAMING,
            family=sensor.family,
            name=sensor.name,
            address=sensor.address,
            serial=sensor.serial or "SN-AA:02",
            battery_percent=70,
            rssi_dbm=-50,
        )
    await settle()
    return links


async def test_a_scan_lists_sensors_strongest_first_with_what_they_say_of_themselves(page):
    first, second = await _scan(page)
    assert (first["sensor"], first["model"], first["rssi_dbm"]) == (
        "S1",
        "LM-1 (reference profile)",
        -48,
    )
    assert (first["battery_percent"], first["firmware"], first["placement"]) == (80, "1.2.0", None)
    assert (second["sensor"], second["serial"]) == ("SN-AA:02", "SN-AA:02")  # asked for over the link


async def test_a_sensor_gets_its_place_which_is_kept_by_serial_number(scripted, page):
    await _scan(page)
    answer = await page.post("/api/sensors/assign", json={"sensor": "S1", "placement": "lumbar"})
    row = next(one for one in answer.json()["sensors"] if one["sensor"] == "S1")
    assert (row["placement"], row["station"], row["in_use"]) == ("lumbar", "1", False)
    assert load_pairing(scripted.folder)[LUMBAR].serial == "S1"
    moved = await page.post("/api/sensors/assign", json={"sensor": "S1", "placement": "pelvis"})
    assert moved.status_code == 200
    assert list(load_pairing(scripted.folder)) == [PELVIS]  # one sensor, one place
    await page.post("/api/sensors/assign", json={"sensor": "S1", "placement": None})
    assert load_pairing(scripted.folder) == {}


async def test_what_a_scan_said_stays_when_a_sensor_gets_its_place(page):
    await _scan(page)
    answer = await page.post("/api/sensors/assign", json={"sensor": "S1", "placement": "pelvis"})
    rows = answer.json()["sensors"]
    assert [row["sensor"] for row in rows] == ["S1", "SN-AA:02"]  # each once
    assert (rows[0]["rssi_dbm"], rows[0]["battery_percent"], rows[0]["firmware"]) == (-48, 80, "1.2.0")
    assert (rows[0]["placement"], rows[0]["in_use"], rows[0]["family"]) == ("pelvis", False, "lm1")


async def test_a_sensor_nobody_has_seen_gets_no_place(page):
    answer = await page.post("/api/sensors/assign", json={"sensor": "S9", "placement": "pelvis"})
    assert (answer.status_code, answer.json()["error"]) == (404, "no_sensor")


async def test_a_scan_asks_nobody_who_is_in_use(scripted, page):
    links = await _training(scripted, page)
    scripted.links[0].asked.clear()
    rows = await _scan(page)
    assert scripted.links[0].asked == []
    assert {row["sensor"]: row["in_use"] for row in rows} == {"S1": True, "SN-AA:02": True}
    assert links.statuses  # and they still stream


async def test_two_scans_at_once_are_one_too_many(scripted, page):
    scripted.links[0].scanned.clear()
    first = asyncio.create_task(page.post("/api/sensors/scan", json={}))
    await settle()
    second = await page.post("/api/sensors/scan", json={})
    assert (second.status_code, second.json()["error"]) == (409, "busy")
    scripted.links[0].scanned.set()
    assert (await first).status_code == 200
    assert scripted.links[0].scans == 1


async def test_no_adapter_is_said_in_one_sentence(scripted, page):
    scripted.links[0].fails = SensorError(LinkReason.NO_ADAPTER)
    answer = await page.post("/api/sensors/scan", json={})
    assert (answer.status_code, answer.json()["error"]) == (503, "bluetooth")
    assert answer.json()["message"].endswith(".")


async def test_a_sensor_shows_itself_over_its_running_link_or_one_of_its_own(scripted, page):
    await _scan(page)
    assert (await page.post("/api/sensors/identify", json={"sensor": "S1"})).status_code == 200
    assert scripted.links[0].asked[-1] == ("AA:01", True)
    links = await _training(scripted, page)
    scripted.links[0].asked.clear()
    await page.post("/api/sensors/identify", json={"sensor": "S1"})
    assert links.identified == [PELVIS]
    assert scripted.links[0].asked == []


async def test_a_running_session_keeps_its_sensors(scripted, page):
    await _training(scripted, page)
    answer = await page.post("/api/sensors/assign", json={"sensor": "S1", "placement": "lumbar"})
    assert (answer.status_code, answer.json()["error"]) == (409, "session_running")


async def test_a_six_pose_calibration_shows_and_is_used_live(scripted, page, monkeypatch):
    calibration = AccelerometerCalibration((0.1, 0.0, -0.1), (1.0, 1.01, 1.0), when_utc_ns=5_000_000_000)
    save_accelerometer(scripted.archive.history, "lm1", "S1", calibration)
    info = SensorInfo(nominal_rate_hz=104.0, family="lm1", serial="S1")
    monkeypatch.setattr(ScriptedDriver, "info", info)
    await _training(scripted, page)
    setup = scripted.pipelines[-1].setup
    assert setup.sensors[PELVIS].accelerometer == calibration
    rows = {row["sensor"]: row for row in (await page.get("/api/sensors")).json()["sensors"]}
    assert rows["S1"]["accelerometer_utc_s"] == 5.0
    assert rows["SN-AA:02"]["accelerometer_utc_s"] is None


async def test_the_doctor_speaks_while_nobody_trains(tmp_path):
    async def examine():
        return [FindingMessage(kind=FindingKind.NOTICE, subject="S1", text="Bring it closer.")]

    hub = ScriptedHub(tmp_path, targets=None, examine=examine)
    with hub.archive:
        async with http(hub) as page:
            answer = await page.post("/api/sensors/doctor")
            assert answer.json()["findings"][0]["text"] == "Bring it closer."
            hub.links[0].in_range = [NEAR, FAR]
            await _training(hub, page)
            refused = await page.post("/api/sensors/doctor")
            assert (refused.status_code, refused.json()["error"]) == (409, "session_running")
        await hub.hub.close()
