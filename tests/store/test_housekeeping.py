"""Files and history agree, or it is said where they do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lumbarwatch.model.session import Athlete
from lumbarwatch.store.folder import DataFolder, default_data_folder
from lumbarwatch.store.history import History
from lumbarwatch.store.housekeeping import compare, erase_athlete, erase_session
from lumbarwatch.store.recording import Recorder, compact
from store.samples_of_life import a_session
from store.test_history import about, visit
from store.test_recording import ITEMS, header, put


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path).create()


@pytest.fixture
def history(folder: DataFolder) -> Iterator[History]:
    with History.open(folder.history) as history:
        yield history


def keep(
    folder: DataFolder, history: History, athlete_id: str, *, row: bool = True, file: bool = True
) -> str:
    session = visit(athlete_id)
    calibration, sets, reps = a_session(1)
    if file:
        recorder = Recorder.open(folder, header(session_id=session.id))
        put(recorder, ITEMS)
        compact(recorder.close())
        folder.samples(session.id).write_bytes(b"")
    if row:
        context = about(recording=folder.recording(session.id).name)
        history.save_session(session, calibration, sets, reps, pipeline_version="1", about=context)
    return session.id


def test_disagreement_is_found(folder: DataFolder, history: History) -> None:
    keep(folder, history, "")
    unlisted = keep(folder, history, "", row=False)
    missing = keep(folder, history, "", file=False)
    (folder.recordings / "holiday.mcap").write_bytes(b"")
    found = compare(folder, history)
    assert (found.unlisted, found.missing) == ((folder.recording(unlisted),), (missing,))


def test_erasing_takes_rows_and_files(folder: DataFolder, history: History) -> None:
    anna, ben = history.add_athlete(Athlete(name="Anna")), history.add_athlete(Athlete(name="Ben"))
    kept = keep(folder, history, ben.id)
    for _ in range(3):
        keep(folder, history, anna.id)
    one = keep(folder, history, ben.id)
    erase_athlete(folder, history, anna.id)
    erase_session(folder, history, one)
    assert [record.id for record in history.sessions()] == [kept]
    assert history.athletes() == (ben,)
    assert [path.stem for path in folder.recordings.iterdir()] == [kept]
    assert [path.stem for path in folder.archive.iterdir()] == [kept]


def test_the_default_folder_is_the_users_own() -> None:
    path = default_data_folder()
    assert path.name == "lumbarwatch"
    assert Path.home() in path.parents


def test_folders_are_for_their_user_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "new" / "data").create()
    assert folder.path.stat().st_mode & 0o077 == 0
    assert folder.create() == folder
