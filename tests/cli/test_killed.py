"""A hub that is killed at any moment loses nothing that a second start does not bring back by itself.

A short form of the long loop: the real hub process with virtual sensors, killed while it records, while it
finishes a session, and while it makes whole what the kill before had left.
"""

import multiprocessing
import random
import sys
import time

import pytest

from cli import killed_hub
from lumbarwatch.cli.child import Ready
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.housekeeping import compare
from lumbarwatch.store.recording import read_recording
from lumbarwatch.store.samples import read_samples

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="kills as this system does not"),
]

KILLS = ("recording", "restoring", "ending", "recording", "restoring", "ending")
LOSS_NS = 1 * NS_PER_S
STREAMING_BYTES = 8_000
WITHIN_S = 60.0


class Hub:
    """One life of the hub process."""

    def __init__(self, folder, journal):
        self.folder, self.journal = folder, journal
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["lumbarwatch.cli.hub_process"])
        self.channel, theirs = context.Pipe()
        self.process = context.Process(
            target=killed_hub.main, args=(theirs, folder.path, journal), daemon=True
        )
        self.process.start()
        theirs.close()

    def wait_streaming(self):
        """Until a good part of a session has arrived."""
        until = time.monotonic() + WITHIN_S
        while not self.journal.exists() or self.journal.stat().st_size < STREAMING_BYTES:
            assert self.process.is_alive()
            assert time.monotonic() < until
            time.sleep(0.01)

    def kill(self):
        self.process.kill()
        self.process.join(WITHIN_S)
        self.channel.close()

    def stop(self):
        assert self.channel.poll(WITHIN_S)
        assert isinstance(self.channel.recv(), Ready)
        self.channel.send("stop")
        self.process.join(WITHIN_S)
        assert self.process.exitcode == 0
        self.channel.close()


@pytest.fixture(scope="module")
def after(tmp_path_factory):
    """The data folder after all kills and one more start, and the journals of every life."""
    random_ = random.Random(6)
    base = tmp_path_factory.mktemp("killed")
    folder = DataFolder(base / "data").create()
    journals = []
    for number, moment in enumerate(KILLS):
        journals.append(base / f"journal{number}")
        hub = Hub(folder, journals[-1])
        if moment != "restoring":
            hub.wait_streaming()
        if moment == "ending":
            hub.channel.send("stop")
        time.sleep(random_.uniform(0.0, {"recording": 1.5, "restoring": 2.0, "ending": 0.4}[moment]))
        hub.kill()
    Hub(folder, base / "journal").stop()
    return folder, journals


def _rows(folder):
    with History.open(folder.history) as history:
        return {row.id: (row, history.reps(row.id)) for row in history.sessions(limit=None)}


def test_files_and_history_agree_without_anybody_having_done_anything(after):
    folder, journals = after
    with History.open(folder.history) as history:
        history.check()
        found = compare(folder, history)
    assert (found.unlisted, found.missing) == ((), ())
    assert not list(folder.live.iterdir())
    assert not list(folder.path.rglob("*.part"))
    assert len(_rows(folder)) >= sum(journal.exists() and journal.stat().st_size > 0 for journal in journals)


def test_every_recording_opens_and_its_row_says_what_is_in_it(after):
    folder, _ = after
    rows = _rows(folder)
    for session_id, (row, reps) in rows.items():
        recording = read_recording(folder.recording(session_id))
        assert recording.intact
        assert recording.finished
        assert row.recovered == recording.recovered
        if folder.samples(session_id).exists():
            assert read_samples(folder.samples(session_id)).batches
            assert analyze(folder.recording(session_id)).reps == reps
    assert any(row.recovered for row, _ in rows.values())


def test_nothing_older_than_a_second_is_missing(after):
    folder, journals = after
    recorded = {
        (item.placement, item.t_arrival_ns)
        for path in folder.recordings.glob("*.mcap")
        for item in read_recording(path)
        if isinstance(item, RawNotification)
    }
    arrived = 0
    for journal in filter(lambda path: path.exists(), journals):
        entries = killed_hub.journal_of(journal)
        last_ns = max((real_ns for _, _, real_ns in entries), default=0)
        old = {(place, t_ns) for place, t_ns, real_ns in entries if real_ns <= last_ns - LOSS_NS}
        assert not old - recorded
        arrived += len(entries)
    assert arrived > 1000
