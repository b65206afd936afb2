"""Lives of a hub process that end by SIGKILL, and what must hold afterwards."""

import multiprocessing
import os
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from cli import killed_hub
from lumbarwatch.cli.child import Failed, Ready
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.housekeeping import compare
from lumbarwatch.store.recording import read_recording
from lumbarwatch.store.samples import read_samples

MOMENTS_S = {"recording": 1.5, "restoring": 2.0, "ending": 0.4}
"""When a life ends: within so many seconds of streaming, of its beginning, of being told to end."""

LOSS_NS = 1 * NS_PER_S
STREAMING_BYTES = 8_000
WITHIN_S = 60.0


class Hub:
    """One life of the hub process."""

    def __init__(self, folder: DataFolder, journal: Path) -> None:
        self.folder, self.journal = folder, journal
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["lumbarwatch.cli.hub_process"])
        self.channel, theirs = context.Pipe()
        self.process = context.Process(
            target=killed_hub.main, args=(theirs, folder.path, journal), daemon=True
        )
        self.process.start()
        theirs.close()

    def wait_streaming(self) -> None:
        """Until a good part of a session has arrived."""
        self.wait(lambda: self.journal.exists() and self.journal.stat().st_size >= STREAMING_BYTES)

    def wait(self, done) -> None:
        until = time.monotonic() + WITHIN_S
        while not done():
            assert self.process.is_alive(), answer(self.channel)
            assert time.monotonic() < until
            time.sleep(0.01)

    def kill(self) -> None:
        self.process.kill()
        self.process.join(WITHIN_S)
        self.channel.close()

    def stop(self) -> None:
        assert isinstance(answer(self.channel), Ready)
        self.channel.send("stop")
        self.process.join(WITHIN_S)
        assert self.process.exitcode == 0
        self.channel.close()


def answer(channel: Connection) -> Ready | Failed:
    assert channel.poll(WITHIN_S)
    return channel.recv()


def live_and_die(folder: DataFolder, journal: Path, moment: str, random_) -> None:
    """One life: begun, and killed at a random time around a moment."""
    hub = Hub(folder, journal)
    if moment != "restoring":
        hub.wait_streaming()
    if moment == "ending":
        hub.channel.send("stop")
    time.sleep(random_.uniform(0.0, MOMENTS_S[moment]))
    hub.kill()


@dataclass(frozen=True, slots=True)
class Found:
    """What there is after the last start."""

    recordings: int
    recovered: int
    arrived: int
    missing: int  # of those that arrived, whenever
    missing_older: int  # of those that arrived more than a second before the end of their life


def check_whole(folder: DataFolder) -> None:
    """Files and history agree, and nothing half-done is left."""
    with History.open(folder.history) as history:
        history.check()
        found = compare(folder, history)
    assert (found.unlisted, found.missing) == ((), ())
    assert not list(folder.live.iterdir())
    assert not list(folder.path.rglob("*.part"))


def check_rows(folder: DataFolder) -> int:
    """Every recording opens and its row says what is in it; return how many were cut off."""
    rows = rows_of(folder)
    for session_id, (row, reps) in rows.items():
        recording = read_recording(folder.recording(session_id))
        assert recording.intact
        assert recording.finished
        assert row.recovered == recording.recovered
        if folder.samples(session_id).exists():
            assert read_samples(folder.samples(session_id)).batches
            assert analyze(folder.recording(session_id)).reps == reps
    return sum(row.recovered for row, _ in rows.values())


def rows_of(folder: DataFolder):
    with History.open(folder.history) as history:
        return {row.id: (row, history.reps(row.id)) for row in history.sessions(limit=None)}


def count(folder: DataFolder, journals, *, disk_full_too: bool = True) -> Found:
    """Compare what arrived with what was recorded. What came while the disk was full was in memory alone."""
    paths = list(folder.recordings.glob("*.mcap"))
    recorded = {
        (item.placement, item.t_arrival_ns)
        for path in paths
        for item in read_recording(path)
        if isinstance(item, RawNotification)
    }
    arrived, missing, missing_older = 0, 0, 0
    for journal in filter(lambda path: path.exists(), journals):
        entries = [entry for entry in killed_hub.journal_of(journal) if disk_full_too or not entry.disk_full]
        last_ns = max((one.real_ns for one in entries), default=0)
        lost = [one for one in entries if (one.placement, one.t_ns) not in recorded]
        arrived += len(entries)
        missing += len(lost)
        missing_older += sum(one.real_ns <= last_ns - LOSS_NS for one in lost)
    recovered = sum(row.recovered for row, _ in rows_of(folder).values())
    return Found(len(paths), recovered, arrived, missing, missing_older)


def free_bytes(place: Path) -> int:
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize
