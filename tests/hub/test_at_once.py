"""Two pages that ask at the same moment: neither undoes what the other one did."""

import asyncio
import threading

from hub.scripted import ScriptedHub
from lumbarwatch.hub import stations
from lumbarwatch.hub.desk import Desk
from lumbarwatch.store import preferences

WAIT_S = 60.0


async def test_a_station_and_a_choice_saved_at_once_are_both_kept(scripted, page, tmp_path, monkeypatch):
    read, saved = threading.Event(), threading.Event()

    def read_slowly(path, settings=preferences.read_settings):
        found = settings(path)
        read.set()
        saved.wait(0.5)
        return found

    def save(folder, kept, save_stations=stations.save_stations):
        save_stations(folder, kept)
        saved.set()

    monkeypatch.setattr(preferences, "read_settings", read_slowly)
    monkeypatch.setattr(stations, "save_stations", save)
    choosing = asyncio.create_task(page.post("/api/preferences", json={"tones": False}))
    assert await asyncio.to_thread(read.wait, WAIT_S)
    added = await page.post("/api/stations", json={"name": "Rack 2", "sensors": {"pelvis": "S3"}})
    assert (added.status_code, (await choosing).status_code) == (200, 200)
    monkeypatch.undo()
    again = ScriptedHub(tmp_path, targets=None)
    with again.archive:
        kept = again.hub.message()
    assert [one.station for one in kept.stations] == ["1", "2"]
    assert kept.preferences.tones is False


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
