"""Disks that fill up, vanish or refuse, processes that are killed: the session goes on, nothing is lost."""

import asyncio
import errno
import io
import os
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from lumbarwatch.store.errors import StoreError, StoreProblem, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.live_file import LiveFile
from lumbarwatch.store.recorder import Recorder
from lumbarwatch.store.recording import compact, read_recording, recover
from store.test_recording import ITEMS, header, put, raw

MANY = tuple(raw(number) for number in range(400))


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data").create()


class Disk(io.FileIO):
    """A file on a disk that takes ``room`` more bytes and then fails with ``error``."""

    room: int | None = None
    error = errno.ENOSPC

    def write(self, data: object) -> int:
        view = memoryview(data)
        if self.room is None:
            return super().write(view)
        if self.room == 0:
            raise OSError(self.error, os.strerror(self.error))
        taken = super().write(view[: self.room])
        self.room -= taken
        return taken


class Session:
    """A recorder on such a disk, and what its user is told."""

    def __init__(self, folder: DataFolder, **bounds: int) -> None:
        about = header()
        self.told: list[StoreProblem] = []
        self.path = folder.live_recording(about.session_id)
        self.disk = Disk(self.path, "x+b")
        file = LiveFile(self.disk, self.path, self.told.append, **bounds)
        self.rescue = folder.path.parent / "rescue"
        self.recorder = Recorder(file, about, self.told.append, [self.rescue])


@pytest.mark.parametrize("room", [0, 1, 100, 1234])
def test_a_full_disk_that_is_freed_again_loses_nothing(folder: DataFolder, room: int) -> None:
    session = Session(folder)
    put(session.recorder, MANY[:10])
    session.disk.room = room
    put(session.recorder, MANY[10:100])
    assert session.recorder.failing
    (problem,) = session.told
    assert problem.reason is StoreReason.DISK_FULL
    assert "disk is full" in problem.message
    session.disk.room = None
    put(session.recorder, MANY[100:])
    assert [one.resolved for one in session.told] == [False, True]
    assert "Nothing was lost" in session.told[1].message
    there = read_recording(session.recorder.close())
    assert (tuple(there), there.intact, there.finished) == (MANY, True, True)


def test_memory_has_a_bound_and_the_loss_is_counted(folder: DataFolder) -> None:
    session = Session(folder, bound_bytes=2000)
    put(session.recorder, MANY[:10])
    session.disk.room = 0
    put(session.recorder, MANY[10:200])
    assert [one.reason for one in session.told] == [StoreReason.DISK_FULL, StoreReason.MEMORY_FULL]
    session.disk.room = None
    put(session.recorder, MANY[200:])
    there = read_recording(session.recorder.close())
    kept = tuple(there)
    assert session.told[-1].dropped == there.lost_messages == len(MANY) - len(kept) > 0
    assert kept[:10] == MANY[:10]
    assert kept[-200:] == MANY[200:]
    assert not there.intact


def test_packets_lost_a_second_time_are_told_again(folder: DataFolder) -> None:
    session = Session(folder, bound_bytes=2000)
    for room in (0, None, 0, None):
        session.disk.room = room
        put(session.recorder, MANY[:100])
    full, lost = StoreReason.DISK_FULL, StoreReason.MEMORY_FULL
    trouble = [one.reason for one in session.told if not one.resolved]
    assert trouble == [full, lost, full, lost]
    session.recorder.close()


def test_what_a_disk_refuses_to_the_end_goes_elsewhere(folder: DataFolder) -> None:
    session = Session(folder)
    put(session.recorder, MANY[:100])
    session.disk.room = 777
    put(session.recorder, MANY[100:])
    path = session.recorder.close()
    assert path == session.rescue / session.path.name
    assert session.told[-1].reason is StoreReason.RESCUED
    assert str(path) in session.told[-1].message
    there = read_recording(path)
    assert (tuple(there), there.intact) == (MANY, True)
    assert set(read_recording(session.path)) < set(MANY)


def torn_out(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> tuple[Session, Path]:
    """A session whose disk went in the midst of a write, and where the rest of its recording is."""
    session = Session(folder)
    put(session.recorder, MANY[:100])
    session.disk.room, session.disk.error = 7, errno.EIO

    def gone(*_: object) -> bytes:
        raise OSError(errno.EIO, "gone")

    put(session.recorder, MANY[100:])
    monkeypatch.setattr("lumbarwatch.store.live_file.os.read", gone)
    rescued = session.recorder.close()
    monkeypatch.undo()
    return session, rescued


def test_a_disk_that_is_torn_out_leaves_what_is_in_memory(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, path = torn_out(folder, monkeypatch)
    there = read_recording(path)
    assert tuple(there) == MANY[101:]
    assert there.lost_messages == 101
    assert [one.reason for one in session.told] == [StoreReason.IO_ERROR, StoreReason.RESCUED]


@pytest.mark.parametrize("started_between", [False, True])
def test_what_went_elsewhere_comes_back_at_the_next_start(folder: DataFolder, started_between: bool) -> None:
    session = Session(folder)
    put(session.recorder, MANY[:100])
    session.disk.room = 777
    put(session.recorder, MANY[100:])
    session.recorder.close()
    if started_between:
        (found,) = recover(folder, rescued_to=[])
        assert found.recovered
        assert len(tuple(read_recording(folder.recording(session.path.stem)))) < len(MANY)
    *_, found = recover(folder, rescued_to=[session.rescue])
    assert found.rescued
    there = read_recording(folder.recording(session.path.stem))
    assert (tuple(there), there.intact, there.recovered) == (MANY, True, False)
    assert not list(folder.live.iterdir())
    assert not list(session.rescue.iterdir())
    assert recover(folder, rescued_to=[session.rescue]) == []


def test_a_disk_that_is_back_and_what_was_in_memory_make_a_whole(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, rescued = torn_out(folder, monkeypatch)
    part = rescued.read_bytes()
    for _ in range(2):  # the second time as after a kill before the files went
        recover(folder, keep_live=True, rescued_to=[session.rescue])
        there = read_recording(folder.recording(session.path.stem))
        assert MANY[:100] + MANY[101:] == tuple(there)  # one was being written
        assert (there.recovered, there.lost_messages, there.damaged) == (True, 1, ())
    assert rescued.read_bytes() == part


def test_what_was_rescued_of_another_data_folder_is_left_there(folder: DataFolder, tmp_path: Path) -> None:
    session = Session(DataFolder(tmp_path / "other").create())
    put(session.recorder, MANY[:10])
    session.disk.room = 0
    put(session.recorder, MANY[10:])
    rescued = session.recorder.close()
    assert recover(folder, rescued_to=[session.rescue]) == []
    assert rescued.exists()


def test_nowhere_to_go_is_no_exception(folder: DataFolder) -> None:
    session = Session(folder)
    session.disk.room = 0
    session.rescue.write_text("a file where a folder is needed")
    put(session.recorder, MANY)
    assert session.recorder.close() == session.path


@pytest.mark.skipif(sys.platform == "win32", reason="open files can't be deleted there")
async def test_a_folder_deleted_under_the_recorder_is_made_again(folder: DataFolder) -> None:
    told: list[StoreProblem] = []
    recorder = Recorder.open(folder, header(), told.append)
    put(recorder, MANY[:200])
    shutil.rmtree(folder.path)
    recorder.sync()
    put(recorder, MANY[200:])
    there = read_recording(recorder.close())
    assert (tuple(there), there.intact, there.finished) == (MANY, True, True)
    assert [(one.reason, one.resolved) for one in told][:1] == [(StoreReason.FOLDER_GONE, False)]
    assert told[-1].resolved


async def test_synced_every_second_until_closed(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("lumbarwatch.store.live_file.os.fdatasync", synced.append, raising=False)
    slept: list[float] = []
    recorder = Recorder.open(folder, header())

    class Clock:
        async def sleep(self, seconds: float) -> None:
            slept.append(seconds)
            if len(slept) == 4:
                recorder.close()

    await asyncio.wait_for(recorder.run_sync(Clock()), 5)
    assert slept == [1.0] * 4
    assert len(synced) == 4  # thrice by the second, once at the end


def test_a_failing_sync_is_told_once_and_resolved(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[StoreProblem] = []
    recorder = Recorder.open(folder, header(), told.append)

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "bad block")

    monkeypatch.setattr("lumbarwatch.store.live_file.os.fdatasync", fail, raising=False)
    for _ in range(3):
        recorder.sync()
        put(recorder, MANY[:1])
    assert [one.reason for one in told] == [StoreReason.IO_ERROR]
    monkeypatch.undo()
    recorder.sync()
    put(recorder, MANY[:1])
    assert [one.resolved for one in told] == [False, True]
    recorder.close()


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A real file system of 200 kB."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small file system needs root on Linux")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_real_full_disk(tiny_disk: Path, tmp_path: Path) -> None:
    folder = DataFolder(tiny_disk / "data").create()
    told: list[StoreProblem] = []
    ballast = tiny_disk / "ballast"
    recorder = Recorder.open(folder, header(), told.append, rescue_to=[])
    ballast.write_bytes(b"x" * 150_000)
    big = tuple(raw(number, payload=bytes(200)) for number in range(600))
    put(recorder, big[:500])
    assert [one.reason for one in told] == [StoreReason.DISK_FULL]
    ballast.unlink()
    put(recorder, big[500:])
    live = recorder.close()
    there = read_recording(live)
    assert (tuple(there), there.intact) == (big, True)
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    with pytest.raises(StoreError) as caught:
        compact(live)
    assert caught.value.reason is StoreReason.DISK_FULL
    assert list(folder.recordings.iterdir()) == []
    ballast.unlink()
    assert tuple(read_recording(compact(live))) == big


WRITER = """
    import sys, time
    from pathlib import Path
    from lumbarwatch.model.notification import RawNotification
    from lumbarwatch.model.samples import Placement
    from lumbarwatch.store.folder import DataFolder
    from lumbarwatch.store.recording import Recorder, RecordingHeader

    about = RecordingHeader(sys.argv[2], "", 10, 20)
    recorder = Recorder.open(DataFolder(Path(sys.argv[1])), about)
    for number in range(10**6):
        payload = number.to_bytes(4, "little") * 5
        recorder.notification(RawNotification(Placement.PELVIS, 20 + number, 10 + number, "u", payload))
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there")
@pytest.mark.parametrize("lines", [1, 50, 2000])
def test_a_killed_writer_loses_nothing_it_was_given(folder: DataFolder, lines: int) -> None:
    command = [sys.executable, "-c", textwrap.dedent(WRITER), str(folder.path), new_id()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        last = [int(process.stdout.readline()) for _ in range(lines)][-1]
        os.kill(process.pid, signal.SIGKILL)
        last = max([last, *(int(line) for line in process.stdout if line.endswith("\n"))])
    (found,) = recover(folder)
    assert found.recovered
    there = read_recording(found.path)
    numbers = [int.from_bytes(item.payload[:4], "little") for item in there]
    assert numbers == list(range(len(numbers)))
    assert len(numbers) > last
    assert there.recovered


@pytest.mark.parametrize("keep_live", [False, True])
@pytest.mark.parametrize("step", ["_write", "_verify", "_sync_folder", "discard_live"])
def test_compaction_killed_at_any_step_is_done_again(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch, step: str, keep_live: bool
) -> None:
    recorder = Recorder.open(folder, header())
    put(recorder, ITEMS)
    live = recorder.close()

    class Killed(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(f"lumbarwatch.store.compaction.{step}", killed)
    try:
        compact(live, keep_live=keep_live)
    except Killed:
        assert live.exists()
    monkeypatch.undo()
    (found,) = recover(folder)
    assert not found.recovered
    assert tuple(read_recording(found.path)) == ITEMS
    assert not live.exists()
    assert compact(live, folder.recordings) == found.path
    assert [path.name for path in folder.recordings.iterdir()] == [found.path.name]


def test_a_different_recording_of_the_same_name_is_never_overwritten(folder: DataFolder) -> None:
    about = header()
    recorder = Recorder.open(folder, about)
    put(recorder, ITEMS)
    target = compact(recorder.close())
    before = target.read_bytes()
    recorder = Recorder.open(folder, about)
    put(recorder, ITEMS[1:])
    live = recorder.close()
    with pytest.raises(StoreError, match="differs") as caught:
        compact(live)
    assert caught.value.reason is StoreReason.EXISTS
    assert target.read_bytes() == before
    assert live.exists()


def test_a_read_only_folder_is_named(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(StoreError, match="file") as caught:
        DataFolder(blocked / "data").create()
    assert caught.value.reason is StoreReason.NOT_A_FOLDER
    with pytest.raises(StoreError) as caught:
        DataFolder(blocked).create()
    assert caught.value.reason is StoreReason.NOT_A_FOLDER


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.EROFS, StoreReason.READ_ONLY),
        (errno.EACCES, StoreReason.NO_PERMISSION),
        (errno.ENOSPC, StoreReason.DISK_FULL),
        (errno.EIO, StoreReason.IO_ERROR),
    ],
)
def test_why_a_folder_can_not_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, reason: StoreReason
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(StoreError, match=r"free|--data") as caught:
        DataFolder(tmp_path / "data").create()
    assert caught.value.reason is reason


def test_the_wall_clock_may_be_set_back(folder: DataFolder) -> None:
    from dataclasses import replace

    back = tuple(replace(item, t_utc_ns=item.t_utc_ns - 10**15) for item in MANY[200:])
    recorder = Recorder.open(folder, header())
    put(recorder, MANY[:200] + back)
    assert tuple(read_recording(compact(recorder.close()))) == MANY[:200] + back
