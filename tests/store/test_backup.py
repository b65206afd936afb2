"""Everything in one file, and back."""

import importlib
import zipfile
from pathlib import Path

import pytest

from lumbarwatch.model.session import Athlete
from lumbarwatch.store.backup import MANIFEST, Backup, backup, restore
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import Recorder, compact, read_recording, recover
from store.samples_of_life import a_session
from store.test_history import about, visit
from store.test_recording import ITEMS, header, put


@pytest.fixture
def full(tmp_path: Path) -> DataFolder:
    """A folder with a history, a finished recording, a running one, samples and settings."""
    folder = DataFolder(tmp_path / "data").create()
    calibration, sets, reps = a_session(30)
    session = visit()
    with History.open(folder.history) as history:
        history.add_athlete(Athlete(name="Anna"))
        history.save_session(session, calibration, sets, reps, pipeline_version="1", about=about())
    recorder = Recorder.open(folder, header(session_id=session.id))
    put(recorder, ITEMS)
    compact(recorder.close())
    cut = Recorder.open(folder, header())
    put(cut, ITEMS[:5])
    live = cut.path.read_bytes()
    cut.close().write_bytes(live)
    folder.samples(session.id).write_bytes(b"PAR1" * 1000)
    folder.config.write_text("{}")
    return folder


def contents(folder: DataFolder) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder.path)): path.read_bytes()
        for path in folder.path.rglob("*")
        if path.is_file() and not path.name.startswith("history.db")
    }


def test_everything_comes_back(full: DataFolder, tmp_path: Path) -> None:
    shares: list[float] = []
    made = backup(full, tmp_path / "all.zip", shares.append)
    assert (made.files, shares[-1]) == (5, 1.0)
    other = DataFolder(tmp_path / "elsewhere" / "data")
    assert restore(tmp_path / "all.zip", other) == made
    assert contents(other) == contents(full)
    with History.open(full.history) as one, History.open(other.history) as two:
        assert one.sessions() == two.sessions()
        assert [a.name for a in two.athletes()] == ["Anna"]
        (session,) = two.sessions()
        assert one.reps(session.id) == two.reps(session.id)
        two.check()
    assert tuple(read_recording(other.recording(session.id))) == ITEMS
    (found,) = recover(other)
    assert found.recovered
    assert sorted(path.name for path in tmp_path.iterdir()) == ["all.zip", "data", "elsewhere"]


def test_a_session_may_be_running(full: DataFolder, tmp_path: Path) -> None:
    with History.open(full.history) as history:
        calibration, sets, reps = a_session(31)
        history.save_session(visit(), calibration, sets, reps, pipeline_version="1")
        backup(full, tmp_path / "all.zip")
        other = DataFolder(tmp_path / "other")
        restore(tmp_path / "all.zip", other)
        with History.open(other.history) as restored:
            assert restored.sessions() == history.sessions()


def test_a_session_may_end_and_another_be_deleted_meanwhile(
    full: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with History.open(full.history) as history:
        (kept,) = history.sessions()
    (running,) = full.live.glob("*.mcap")
    module = importlib.import_module("lumbarwatch.store.backup")
    write = module._write

    def meanwhile(*arguments: object) -> Backup:
        compact(running, full.recordings)
        full.samples(kept.id).unlink()
        return write(*arguments)

    monkeypatch.setattr(module, "_write", meanwhile)
    backup(full, tmp_path / "all.zip")
    other = DataFolder(tmp_path / "other")
    restore(tmp_path / "all.zip", other)
    recover(other)
    assert {path.stem for path in other.recordings.iterdir()} == {kept.id, running.stem}
    assert not other.samples(kept.id).exists()


def test_a_flipped_byte_is_found_and_nothing_is_restored(full: DataFolder, tmp_path: Path) -> None:
    file = tmp_path / "all.zip"
    backup(full, file)
    data = file.read_bytes()
    for position in range(40, len(data), len(data) // 60):
        file.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
        other = DataFolder(tmp_path / "other")
        try:
            restore(file, other)
        except StoreError:
            assert not other.path.exists()
            continue
        assert contents(other) == contents(full), position  # a date or a spare field of the ZIP
        other.path.rename(tmp_path / f"was{position}")


def test_a_folder_with_data_is_not_overwritten(full: DataFolder, tmp_path: Path) -> None:
    backup(full, tmp_path / "all.zip")
    before = contents(full)
    with pytest.raises(StoreError, match="holds data already") as caught:
        restore(tmp_path / "all.zip", full)
    assert caught.value.reason is StoreReason.EXISTS
    assert contents(full) == before
    with pytest.raises(StoreError, match="choose another name"):
        backup(full, tmp_path / "all.zip")


def test_a_history_that_would_not_be_used_is_not_restored(
    full: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(full, tmp_path / "all.zip")
    monkeypatch.setenv("LUMBARWATCH_HISTORY", "postgresql://somebody@nowhere/history")
    other = DataFolder(tmp_path / "other")
    with pytest.raises(StoreError, match="without LUMBARWATCH_HISTORY"):
        restore(tmp_path / "all.zip", other)
    assert not other.path.exists()


def test_nothing_to_keep(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="nothing to back up"):
        backup(DataFolder(tmp_path / "none"), tmp_path / "all.zip")
    assert list(tmp_path.iterdir()) == []


def test_no_room_for_the_backup(full: DataFolder, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        backup(full, tmp_path / "gone" / "all.zip")
    assert caught.value.reason is StoreReason.FOLDER_GONE


def test_missing_and_foreign_archives(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "data")
    with pytest.raises(StoreError) as caught:
        restore(tmp_path / "none.zip", folder)
    assert caught.value.reason is StoreReason.MISSING
    noise = tmp_path / "noise.zip"
    noise.write_bytes(bytes(range(256)) * 10)
    with pytest.raises(StoreError) as caught:
        restore(noise, folder)
    assert caught.value.reason is StoreReason.DAMAGED
    foreign = tmp_path / "foreign.zip"
    with zipfile.ZipFile(foreign, "w") as archive:
        archive.writestr("a", "b")
    with pytest.raises(StoreError) as caught:
        restore(foreign, folder)
    assert caught.value.reason is StoreReason.NOT_OURS
    assert not folder.path.exists()


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "C:\\evil"])
def test_an_archive_can_not_reach_out_of_the_folder(tmp_path: Path, name: str) -> None:
    import hashlib
    import json

    file = tmp_path / "evil.zip"
    sums = {name: {"size": 1, "sha256": hashlib.sha256(b"x").hexdigest()}}
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, "x")
        archive.writestr(MANIFEST, json.dumps({"schema": "lumbarwatch.backup/1", "files": sums}))
    with pytest.raises(StoreError, match="outside"):
        restore(file, DataFolder(tmp_path / "data"))
    assert [path.name for path in tmp_path.iterdir()] == ["evil.zip"]


def test_a_newer_backup_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "new.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(MANIFEST, '{"schema": "lumbarwatch.backup/2", "files": {}}')
    with pytest.raises(StoreError) as caught:
        restore(file, DataFolder(tmp_path / "data"))
    assert caught.value.reason is StoreReason.NEWER_VERSION
