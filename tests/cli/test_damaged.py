"""Damaged, missing and newer files by command: one sentence, nothing overwritten, the rest works."""

import shutil
import sqlite3
import sys

import pytest

from jobs import recordings
from lumbarwatch.cli.main import main
from lumbarwatch.jobs.restore import restore
from lumbarwatch.store.codec import dumps, loads
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.recording import compact


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A data folder with two sessions."""
    base = tmp_path_factory.mktemp("recorded")
    folder = DataFolder(base / "data")
    for _ in range(2):
        compact(recordings.lived(base)[0], folder.recordings)
    restore(folder.path)
    return folder


@pytest.fixture
def folder(recorded, tmp_path):
    """The same in a folder of one's own."""
    shutil.copytree(recorded.path, tmp_path / "data")
    return DataFolder(tmp_path / "data")


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command; return exit code, what was said and what was complained of."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["lumbarwatch", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def sessions_of(folder):
    return sorted(path.stem for path in folder.recordings.glob("*.mcap"))


def one_sentence(complaint):
    """Whether it is what a user can read: one line of ours."""
    return complaint.startswith("lumbarwatch: ") and complaint.count("\n") == 1


DAMAGES = {
    "overwritten": lambda content: b"this is no database" * 1000,
    "cut": lambda content: content[:5000],
    "scratched": lambda content: content[:100] + b"\xa5" * (len(content) - 100),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_history_is_named_and_left(call, folder, tmp_path, damage):
    for log in folder.path.glob("history.db-*"):
        log.unlink()
    folder.history.write_bytes(damage(folder.history.read_bytes()))
    before = folder.history.read_bytes()
    for words in (("export", "last"), ("reanalyze",), ("backup", tmp_path / "all.zip")):
        code, _, complaint = call(*words, "--data", folder.path)
        assert (code, one_sentence(complaint)) == (5, True), complaint
        assert "history.db" in complaint
    assert folder.history.read_bytes() == before
    assert not (tmp_path / "all.zip").exists()
    assert call("analyze", folder.recording(sessions_of(folder)[0]))[0] == 0
    folder.history.rename(tmp_path / "aside.db")
    assert call("reanalyze", "--jobs", "1", "--data", folder.path)[0] == 0
    assert (
        call("export", "last", "--format", "json", "--out", tmp_path / "x.json", "--data", folder.path)[0]
        == 0
    )


def test_a_history_of_a_newer_version_is_named_and_left(call, folder):
    with sqlite3.connect(folder.history) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    before = folder.history.read_bytes()
    for words in (("export", "last"), ("reanalyze",)):
        code, _, complaint = call(*words, "--data", folder.path)
        assert (code, one_sentence(complaint), "newer lumbarwatch" in complaint) == (5, True, True)
    assert folder.history.read_bytes() == before
    assert call("analyze", folder.recording(sessions_of(folder)[0]))[0] == 0


def test_a_flipped_byte_costs_a_packet_and_is_said(call, folder, tmp_path):
    one, other = sessions_of(folder)
    path = folder.recording(one)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)
    code, said, complaint = call("analyze", path)
    assert (code, "damaged" in said + complaint) == (0, True)
    out = ("--format", "csv", "--data", folder.path, "--out")
    assert call("export", one, *out, tmp_path / "x.csv")[0] == 0
    code, said, complaint = call("reanalyze", "--again", "--jobs", "1", "--data", folder.path)
    assert (code, "1 sessions analysed" in said, one_sentence(complaint)) == (5, True, True)
    assert f"session {one}" in complaint  # what was found before the damage stays
    assert path.read_bytes() == content
    assert call("export", other, *out, tmp_path / "y.csv")[0] == 0


def test_a_recording_that_is_gone_is_named(call, folder, tmp_path):
    one, other = sessions_of(folder)
    folder.recording(one).unlink()
    out = ("--format", "csv", "--out", tmp_path / "x.csv", "--data", folder.path)
    code, _, complaint = call("export", one, *out)
    assert (code, one_sentence(complaint), "restore a backup" in complaint) == (5, True, True)
    assert call("export", other, *out)[0] == 0
    code, said, _ = call("reanalyze", "--again", "--jobs", "1", "--data", folder.path)
    assert (code, "1 have no recording" in said) == (0, True)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("rate_hz", "fast", "rate_hz is 'fast'"),
        ("family", "lm9", "lm9"),
        ("acc_scale_mps2", None, "acc_scale_mps2"),
    ],
)
def test_a_sensor_description_that_cannot_be_is_a_sentence(call, folder, tmp_path, field, value, words):
    from lumbarwatch.store.recording import Recorder, read_recording

    source = read_recording(folder.recording(sessions_of(folder)[0]))
    header = loads(dumps(source.header))
    for sensor in header["sensors"].values():
        sensor[field] = value
    from lumbarwatch.store.codec import from_json
    from lumbarwatch.store.header import RecordingHeader

    other = DataFolder(tmp_path / "other").create()
    recorder = Recorder.open(other, from_json(RecordingHeader, header))
    for item in source:
        if hasattr(item, "payload"):
            recorder.notification(item)
    live = recorder.close()
    code, _, complaint = call("analyze", live)
    assert (code, one_sentence(complaint)) == (2, True), complaint
    assert words in complaint
    restore(other.path)
    assert other.recording(source.header.session_id).exists()


def test_a_damaged_backup_restores_nothing(call, folder, tmp_path):
    archive, target = tmp_path / "all.zip", tmp_path / "target"
    assert call("backup", archive, "--data", folder.path)[0] == 0
    content = bytearray(archive.read_bytes())
    content[len(content) // 2] ^= 1
    archive.write_bytes(content)
    code, _, complaint = call("restore", archive, "--data", target)
    assert (code, one_sentence(complaint), "nothing was restored" in complaint) == (5, True, True)
    assert not target.exists()
    code, _, complaint = call("restore", archive, "--data", folder.path)
    assert (code, "holds data already" in complaint) == (5, True)
