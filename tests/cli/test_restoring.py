"""A session that a crash had cut off gets its row in the history at the next start."""

import asyncio

import pytest

from hub.scripted import ScriptedHub, settle
from lumbarwatch.cli.restoring import restore
from lumbarwatch.hub.archive import Archive
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Athlete
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import Recovered, recover

ATHLETE = Athlete(id="01980000-0000-7000-8000-000000000001", name="Anna")


@pytest.fixture
async def crashed(tmp_path):
    """A data folder as a killed hub leaves it, and the session's id."""
    hub = ScriptedHub(tmp_path)
    with hub.archive:
        visit = hub.station.start(ATHLETE)
        await settle()
        for place in Placement:
            hub.links[-1].ready(place)
            hub.links[-1].packet(place, b"some bytes")
        await settle()
        hub.station._task.cancel()
        await asyncio.gather(hub.station._task, return_exceptions=True)
    return hub.folder, visit.session.id


async def test_the_recording_is_analysed_and_the_row_says_that_it_was_cut_off(crashed):
    folder, session_id = crashed
    with History.open(folder.history) as history:
        history.add_athlete(ATHLETE)
    (found,) = recover(folder)
    with Archive.open(folder) as archive:
        restore(archive, found)
        restore(archive, found)  # a second time changes nothing
    with History.open(folder.history) as history:
        (row,) = history.sessions()
        assert (row.id, row.athlete_id, row.recording) == (session_id, ATHLETE.id, f"{session_id}.mcap")
        assert history.athlete(ATHLETE.id).name == "Anna"  # the file does not know it, the history does


async def test_an_athlete_nobody_knows_is_nobody(crashed):
    folder, session_id = crashed
    (found,) = recover(folder)
    with Archive.open(folder) as archive:
        restore(archive, found)
    with History.open(folder.history) as history:
        assert history.session(session_id).record.athlete_id == ""


async def test_what_cannot_be_restored_is_said_and_stops_nothing(crashed, caplog):
    folder, session_id = crashed
    (found,) = recover(folder)
    found.path.write_bytes(b"not a recording any more")
    with Archive.open(folder) as archive:
        restore(archive, found)
        restore(archive, Recovered(found.live, None, session_id, True, 0, 0, "nothing could be read"))
    assert session_id in caplog.text
    with History.open(folder.history) as history:
        assert history.sessions() == ()
