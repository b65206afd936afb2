"""Files and history agree, or it is said where they do not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lumbarwatch.model.session import Athlete
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder, default_data_folder
from lumbarwatch.store.history import History
from lumbarwatch.store.housekeeping import (
    compare,
    discard_parts,
    erase_athlete,
    erase_session,
    finish_erasing,
)
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.recording import Recorder, compact
from lumbarwatch.store.whole_file import in_place_of
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


STEPS = ("mark", "rows", "first file", "last file", "all but the mark")


class Killed(BaseException):
    """Nothing may catch this."""


def kill_at(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end before one step of erasing."""

    def dies(*_: object, **__: object) -> None:
        raise Killed

    real_unlink, unlinked = Path.unlink, []

    def dies_at(count: int, suffix: str) -> None:
        def unlink(path: Path, missing_ok: bool = False) -> None:
            unlinked.append(path)
            if len(unlinked) == count or (suffix and path.suffix == suffix):
                raise Killed
            real_unlink(path, missing_ok)

        monkeypatch.setattr(Path, "unlink", unlink)

    if step == "mark":
        monkeypatch.setattr(Path, "replace", dies)
    elif step == "rows":
        monkeypatch.setattr(History, "delete_session", dies)
        monkeypatch.setattr(History, "delete_athlete", dies)
    else:
        dies_at({"first file": 1, "last file": 2}.get(step, 0), "" if "file" in step else ".erasing")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("whole_athlete", [False, True])
def test_erasing_that_is_killed_is_wholly_done_at_the_next_start_or_not_at_all(
    folder: DataFolder, history: History, monkeypatch: pytest.MonkeyPatch, step: str, whole_athlete: bool
) -> None:
    anna = history.add_athlete(Athlete(name="Anna"))
    gone, kept = keep(folder, history, anna.id), keep(folder, history, "")
    history.add_note(gone, "a word to be forgotten")
    kill_at(step, monkeypatch)
    with pytest.raises(Killed):
        erase_athlete(folder, history, anna.id) if whole_athlete else erase_session(folder, history, gone)
    monkeypatch.undo()
    discard_parts(folder)
    finish_erasing(folder, history)
    if step == "mark":
        assert {record.id for record in history.sessions()} == {gone, kept}
        assert folder.recording(gone).exists()
        assert folder.samples(gone).exists()
    else:
        assert [record.id for record in history.sessions()] == [kept]
        assert history.athletes() == (() if whole_athlete else (anna,))
        assert not list(folder.path.rglob(f"*{gone}*"))
        assert not found_in(folder, gone.replace("-", ""), gone, "a word to be forgotten")
        assert whole_athlete is not bool(found_in(folder, "Anna"))
    assert not list(folder.path.glob("*.erasing*"))
    assert compare(folder, history).unlisted == ()


def found_in(folder: DataFolder, *words: str) -> list[Path]:
    """Files in which any of the words can be read."""
    files = [path for path in folder.path.rglob("*") if path.is_file()]
    return [path for path in files if any(word.encode() in path.read_bytes() for word in words)]


def test_what_a_crash_left_half_done_goes_and_what_another_program_writes_stays(folder: DataFolder) -> None:
    about = header()
    abandoned = folder.samples(new_id())
    abandoned.with_name(abandoned.name + ".part").write_bytes(b"half")
    compacting = folder.recordings / f"{about.session_id}.mcap.part"
    recorder = Recorder.open(folder, about)
    compacting.write_bytes(b"half")
    with in_place_of(folder.config) as settings, in_place_of(folder.samples(about.session_id)) as samples:
        settings.write(b"{}")
        samples.write(b"PAR1")
        assert discard_parts(folder) == [abandoned.stem]
        assert compacting.exists()
    assert (folder.config.read_bytes(), folder.samples(about.session_id).read_bytes()) == (b"{}", b"PAR1")
    recorder.close()
    assert discard_parts(folder) == []
    assert not list(folder.path.rglob("*.part"))


def test_a_session_moved_and_then_its_former_athlete_deleted(folder: DataFolder, history: History) -> None:
    anna, ben = history.add_athlete(Athlete(name="Anna")), history.add_athlete(Athlete(name="Ben"))
    moved = keep(folder, history, anna.id)
    history.move_session(moved, ben.id)
    erase_athlete(folder, history, anna.id)
    assert [record.athlete_id for record in history.sessions()] == [ben.id]
    assert folder.recording(moved).exists()


def test_what_is_not_there_cannot_be_erased(folder: DataFolder, history: History) -> None:
    for erase in (erase_session, erase_athlete):
        with pytest.raises(StoreError, match="There is no"):
            erase(folder, history, new_id())
    assert not list(folder.path.glob("*.erasing*"))


def test_the_default_folder_is_the_users_own() -> None:
    path = default_data_folder()
    assert path.name == "lumbarwatch"
    assert Path.home() in path.parents


def test_folders_are_for_their_user_alone(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "new" / "data").create()
    assert folder.path.stat().st_mode & 0o077 == 0
    assert folder.create() == folder
