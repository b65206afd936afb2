"""Several athletes on one hub: stations come and go, each with its own sensors, analysis and recording."""

import pytest

from hub.scripted import TARGETS, ScriptedHub, both_on, rep, settle
from lumbarwatch.hub.stations import MOST_STATIONS
from lumbarwatch.model.events import RepFinished
from lumbarwatch.model.samples import Placement
from lumbarwatch.store.recording import read_recording

SENSORS = {"pelvis": "S3", "lumbar": "S4"}


async def _two(scripted, page):
    """Sessions at two stations; return both visits' links."""
    await page.post("/api/stations", json={"name": "Rack 2", "sensors": SENSORS})
    await page.post("/api/1/session/start", json={"athlete": {"name": "Anna"}})
    await page.post("/api/2/session/start", json={"athlete": {"name": "Ben"}})
    await settle()
    first, second = scripted.links[-2:]
    await both_on(first)
    await both_on(second)
    return first, second


async def test_a_station_is_added_renamed_and_removed_and_every_page_hears_of_it(scripted, page):
    viewer = scripted.feed.join(None)
    added = (await page.post("/api/stations", json={"name": "Rack 2", "sensors": SENSORS})).json()
    assert (added["station"], added["name"]) == ("2", "Rack 2")
    assert [one["serial"] for one in added["assigned"]] == ["S3", "S4"]
    renamed = (await page.post("/api/stations/2", json={"name": "Window"})).json()
    assert renamed["name"] == "Window"
    assert [one["serial"] for one in renamed["assigned"]] == ["S3", "S4"]
    left = (await page.delete("/api/stations/2")).json()
    assert [station["station"] for station in left["stations"]] == ["1"]
    frames = scripted.frames(viewer)
    assert [frame["type"] for frame in frames] == ["stations"] * 3
    assert [len(frame["hub"]["stations"]) for frame in frames] == [2, 2, 1]


async def test_stations_outlive_the_hub(scripted, page, tmp_path):
    await page.post("/api/stations", json={"name": "Rack 2", "sensors": SENSORS})
    await page.post("/api/stations/1", json={"name": "Door", "sensors": {"pelvis": "S1", "lumbar": "S2"}})
    again = ScriptedHub(tmp_path, targets=None)
    with again.archive:
        kept = again.hub.message().stations
    assert [(one.station, one.name) for one in kept] == [("1", "Door"), ("2", "Rack 2")]
    assert [[sensor.serial for sensor in one.assigned] for one in kept] == [["S1", "S2"], ["S3", "S4"]]


async def test_each_station_has_its_own_analysis_and_its_own_recording(scripted, page):
    first, second = await _two(scripted, page)
    first.packet(Placement.PELVIS, b"of Anna")
    second.packet(Placement.PELVIS, b"of Ben")
    now = scripted.clock.monotonic_ns()
    scripted.pipelines[1].next = [RepFinished(now, rep(1, now))]
    second.packet(Placement.LUMBAR, b"of Ben")
    await settle()
    states = (await page.get("/api/state")).json()["stations"]
    assert [len(state["reps"]) for state in states] == [0, 1]
    for station in ("1", "2"):
        assert (await page.post(f"/api/{station}/session/end")).json()["session_state"] == "saved"
    payloads = []
    for state in states:
        recording = read_recording(scripted.folder.recording(state["session_id"]))
        payloads.append({item.payload for item in recording if hasattr(item, "payload")})
    assert payloads == [{b"of Anna"}, {b"of Ben"}]


async def test_one_athletes_end_and_faults_leave_the_other_alone(scripted, page, caplog):
    first, second = await _two(scripted, page)
    scripted.pipelines[0].breaks = True
    first.packet(Placement.PELVIS)
    await settle()
    await page.post("/api/1/session/end")
    second.packet(Placement.PELVIS)
    await settle()
    states = {state["station"]: state for state in (await page.get("/api/state")).json()["stations"]}
    assert (states["1"]["session_state"], states["1"]["analysing"]) == ("saved", False)
    assert (states["2"]["session_state"], states["2"]["analysing"]) == ("running", True)
    assert len(scripted.pipelines[1].pushed) > 2


async def test_all_links_and_the_scanner_share_the_adapters_lock(scripted, page):
    await _two(scripted, page)
    assert len(scripted.links) == 3  # the desk's and two visits'
    assert len({id(links.adapter) for links in scripted.links}) == 1
    assert scripted.links[0].adapter is not None


async def test_what_runs_is_not_removed_and_the_first_station_stays(scripted, page):
    await _two(scripted, page)
    running = await page.delete("/api/stations/2")
    assert (running.status_code, running.json()["error"]) == (409, "session_running")
    first = await page.delete("/api/stations/1")
    assert (first.status_code, first.json()["error"]) == (400, "bad_request")
    unknown = await page.delete("/api/stations/9")
    assert (unknown.status_code, unknown.json()["error"]) == (404, "no_station")


async def test_there_are_no_more_stations_than_the_wall_shows(scripted, page):
    for number in range(2, MOST_STATIONS + 1):
        scripted.hub.stations.lend(f"Rack {number}")
    answer = await page.post("/api/stations", json={"name": "one too many"})
    assert answer.status_code == 400
    assert len(scripted.hub.stations) == MOST_STATIONS


@pytest.mark.parametrize(
    "sensors",
    [
        {"pelvis": "S5", "lumbar": "S5"},
        {"pelvis": "S3"},  # worn at station 2
        {"pelvis": "", "lumbar": "S6"},  # an empty number is that of every sensor that tells none
    ],
)
@pytest.mark.parametrize("path", ["/api/stations", "/api/stations/1"])
async def test_a_sensor_is_worn_at_one_place_only(scripted, page, sensors, path):
    await page.post("/api/stations", json={"name": "Rack 2", "sensors": SENSORS})
    answer = await page.post(path, json={"name": "Rack 3", "sensors": sensors})
    assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    assert [one.name for one in scripted.hub.stations.values()] == ["1", "2"]
    assert scripted.station.label == ""
    again = await page.post("/api/stations/2", json={"name": "Rack 2", "sensors": SENSORS})
    assert again.status_code == 200  # its own


async def test_a_station_without_sensors_says_what_to_do(scripted, page):
    await page.post("/api/stations", json={"name": "Empty"})
    answer = await page.post("/api/2/session/start", json={})
    assert (answer.status_code, answer.json()["error"]) == (404, "no_sensor")
    assert "Sensors" in answer.json()["message"]
    assert TARGETS  # station 1 has some
