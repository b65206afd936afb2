"""What a crash left behind is whole again after the next start, row, samples and all."""

import asyncio
import shutil

import pytest

from hub.scripted import ScriptedHub, settle
from jobs.recordings import lived
from lumbarwatch.jobs import restore as restoring
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.jobs.restore import restore
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Athlete
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import compact, read_recording
from lumbarwatch.store.samples import read_samples

ATHLETE = Athlete(id="01980000-0000-7000-8000-000000000001", name="Anna")


@pytest.fixture(scope="module")
def left_behind(tmp_path_factory):
    """A data folder as a killed hub leaves it in mid-session."""
    live, _ = lived(tmp_path_factory.mktemp("left"))
    whole = live.read_bytes()
    live.parent.parent.with_name("whole").write_bytes(whole)
    live.write_bytes(whole[:-20_000])
    return live.parent.parent


@pytest.fixture
def whole(left_behind):
    """The live file as it would have been."""
    return left_behind.with_name("whole").read_bytes()


@pytest.fixture
def cut_off(left_behind, tmp_path):
    """The same in a folder of one's own."""
    return DataFolder(shutil.copytree(left_behind, tmp_path / "data"))


def _row(folder):
    with History.open(folder.history) as history:
        (row,) = history.sessions()
    return row


def test_a_cut_off_session_gets_recording_samples_and_row(cut_off):
    (live,) = cut_off.live.glob("*.mcap")
    restore(cut_off.path)
    row = _row(cut_off)
    assert row.recovered
    assert row.recording == live.name
    recording = cut_off.recordings / live.name
    assert read_recording(recording).recovered
    assert row.duration_s == pytest.approx(analyze(recording).duration_s, abs=0.1)
    assert set(read_samples(cut_off.samples(row.id)).batches) == set(Placement)
    assert not list(cut_off.live.iterdir())


def test_what_was_rescued_is_in_recording_and_row(cut_off, whole, tmp_path, monkeypatch):
    (live,) = cut_off.live.glob("*.mcap")
    restore(cut_off.path)
    before = _row(cut_off)
    rescued = tmp_path / "rescue" / live.name
    rescued.parent.mkdir()
    rescued.write_bytes(whole)
    monkeypatch.setattr("lumbarwatch.store.compaction.rescue_folders", lambda: [rescued.parent])
    restore(cut_off.path)
    after = _row(cut_off)
    assert (before.recovered, after.recovered) == (True, False)
    assert after.duration_s > before.duration_s
    assert not rescued.exists()


def test_a_second_time_changes_nothing(cut_off):
    restore(cut_off.path)
    before = {path: path.stat().st_mtime_ns for path in cut_off.recordings.iterdir()}
    restore(cut_off.path)
    assert _row(cut_off).recovered
    assert {path: path.stat().st_mtime_ns for path in cut_off.recordings.iterdir()} == before


def test_killed_between_recording_and_row_the_row_comes_later(cut_off):
    (live,) = cut_off.live.glob("*.mcap")
    compact(live, cut_off.recordings)
    restore(cut_off.path)
    assert _row(cut_off).id == live.stem


@pytest.mark.parametrize("fault", [UserError("The disk is full."), RuntimeError("a bug")])
def test_what_fails_is_said_stops_nothing_and_is_tried_again(cut_off, monkeypatch, caplog, fault):
    def failing(*_args):
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(restoring, "finish_recording", failing)
        restore(cut_off.path)
    (live,) = cut_off.live.glob("*.mcap")
    assert live.stem in caplog.text
    with History.open(cut_off.history) as history:
        assert history.sessions() == ()
    restore(cut_off.path)
    assert _row(cut_off).id == live.stem


def test_what_is_no_recording_is_set_aside(tmp_path, caplog):
    folder = DataFolder(tmp_path).create()
    (folder.live / "01980000-0000-7000-8000-000000000009.mcap").write_bytes(b"holiday pictures")
    restore(tmp_path)
    assert [path.suffix for path in folder.live.iterdir()] == [".unreadable"]
    assert "no recording of lumbarwatch" in caplog.text


def test_an_athlete_nobody_knows_is_nobody(cut_off):
    restore(cut_off.path)
    assert _row(cut_off).athlete_id == ""


def _told_when_remembered(archive):
    known, loop, remember = asyncio.Event(), asyncio.get_running_loop(), archive.remember

    def telling(athlete):
        remember(athlete)
        loop.call_soon_threadsafe(known.set)

    archive.remember = telling
    return known


async def test_who_trained_for_the_first_time_is_known_after_a_crash(tmp_path):
    hub = ScriptedHub(tmp_path)
    known = _told_when_remembered(hub.archive)
    with hub.archive:
        hub.station.start(ATHLETE)
        await settle()
        for place in Placement:
            hub.links[-1].ready(place)
            hub.links[-1].packet(place, b"some bytes")
        await settle()
        await asyncio.wait_for(known.wait(), 10)
        hub.station._task.cancel()
        await asyncio.gather(hub.station._task, return_exceptions=True)
    restore(tmp_path)
    row = _row(hub.folder)
    assert row.athlete_id == ATHLETE.id
    with History.open(hub.folder.history) as history:
        assert history.athlete(ATHLETE.id).name == "Anna"  # the file does not know it, the history does
    assert not hub.folder.samples(row.id).exists()  # nothing could be decoded


def test_a_recording_without_packets_has_a_row_too(cut_off):
    (live,) = cut_off.live.glob("*.mcap")
    whole = live.read_bytes()
    live.write_bytes(whole[: whole.index(b"/pelvis/")])
    assert not any(isinstance(item, RawNotification) for item in read_recording(live))
    restore(cut_off.path)
    assert _row(cut_off).summary.reps == 0
