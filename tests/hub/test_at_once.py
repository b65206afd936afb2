"""Two pages that ask at the same moment: neither undoes what the other one did."""

import asyncio
import threading

from hub.scripted import ScriptedHub
from lumbarwatch.hub import stations
from lumbarwatch.hub.desk import Desk

WAIT_S = 60.0


async def test_the_older_of_two_lists_of_stations_is_not_written_last(scripted, page, tmp_path, monkeypatch):
    begun, second, calls = threading.Event(), threading.Event(), []

    def save(folder, kept, save_stations=stations.save_stations):
        calls.append(len(kept))
        begun.set()
        if len(calls) == 1:
            second.wait(0.5)  # as a thread that does not get its turn
        save_stations(folder, kept)
        if len(calls) == 2:
            second.set()

    monkeypatch.setattr(stations, "save_stations", save)
    adding = asyncio.create_task(page.post("/api/stations", json={"name": "Rack 2"}))
    assert await asyncio.to_thread(begun.wait, WAIT_S)
    added = await page.post("/api/stations", json={"name": "Rack 3"})
    assert (added.status_code, (await adding).status_code) == (200, 200)
    monkeypatch.undo()
    again = ScriptedHub(tmp_path, targets=None)
    with again.archive:
        assert list(again.hub.stations) == ["1", "2", "3"]


async def test_a_sensor_that_is_taken_while_an_athlete_is_looked_up_is_not_begun_with(
    scripted, page, monkeypatch
):
    look_up = Desk.trainee

    async def overtaken(self, message, *, save=False):
        found = await look_up(self, message, save=save)
        answer = await page.post("/api/sensors/poses", json={"sensor": "AA"})
        assert answer.status_code == 200
        return found

    monkeypatch.setattr(Desk, "trainee", overtaken)
    answer = await page.post("/api/1/session/start", json={"athlete": {"name": "Anna"}})
    assert (answer.status_code, answer.json()["error"]) == (409, "busy")
    assert not scripted.station.running
    await page.post("/api/sensors/poses/cancel")


async def test_a_station_that_is_removed_while_an_athlete_is_looked_up_begins_nothing(
    scripted, page, monkeypatch
):
    await page.post("/api/stations", json={"name": "Rack 2", "sensors": {"pelvis": "S3", "lumbar": "S4"}})
    look_up = Desk.trainee

    async def overtaken(self, message, *, save=False):
        found = await look_up(self, message, save=save)
        assert (await page.delete("/api/stations/2")).status_code == 200
        return found

    monkeypatch.setattr(Desk, "trainee", overtaken)
    running = len(scripted.links)
    answer = await page.post("/api/2/session/start", json={"athlete": {"name": "Anna"}})
    assert (answer.status_code, answer.json()["error"]) == (404, "no_station")
    assert len(scripted.links) == running
