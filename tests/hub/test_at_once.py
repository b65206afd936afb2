"""Two pages that ask at the same moment: neither undoes what the other one did."""

import asyncio
import threading

from hub.scripted import ScriptedHub
from lumbarwatch.hub import stations
from lumbarwatch.store import preferences

WAIT_S = 60.0


async def test_a_station_and_a_choice_saved_at_once_are_both_kept(scripted, page, tmp_path, monkeypatch):
    read, saved = threading.Event(), threading.Event()

    def read_slowly(path, settings=preferences.read_settings):
        found = settings(path)
        read.set()
        saved.wait(0.3)
        return found

    def save(folder, kept, save_stations=stations.save_stations):
        assert read.wait(WAIT_S)
        save_stations(folder, kept)
        saved.set()

    monkeypatch.setattr(preferences, "read_settings", read_slowly)
    monkeypatch.setattr(stations, "save_stations", save)
    answers = await asyncio.gather(
        page.post("/api/preferences", json={"tones": False}),
        page.post("/api/stations", json={"name": "Rack 2", "sensors": {"pelvis": "S3", "lumbar": "S4"}}),
    )
    assert [answer.status_code for answer in answers] == [200, 200]
    monkeypatch.undo()
    again = ScriptedHub(tmp_path, targets=None)
    with again.archive:
        kept = again.hub.message()
    assert [one.station for one in kept.stations] == ["1", "2"]
    assert kept.preferences.tones is False
