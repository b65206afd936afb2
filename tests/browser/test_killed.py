"""The measuring process is killed: the demo says so, and the next start brings the session back."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest

from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(sys.platform != "linux", reason="finds the process that writes by /proc"),
]


def _writer(folder: DataFolder) -> int:
    """The process that has the live recording open."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                target = descriptor.readlink()
            except OSError:
                continue
            if target.parent == folder.live and target.suffix == ".mcap" and target.stat().st_size > 200_000:
                return int(descriptor.parts[2])
        time.sleep(0.2)
    raise AssertionError("nobody writes a recording")


def test_a_killed_hub_is_said_and_its_session_comes_back(demo_at):
    demo = demo_at("--speed", "8")
    folder = DataFolder(demo.data)
    os.kill(_writer(folder), signal.SIGKILL)
    assert demo.process.wait(60) == 1
    assert "ended unexpectedly; its data is kept" in demo.said[-1]
    (live,) = folder.live.glob("*.mcap")
    again = demo_at("--speed", "8", data=demo.data)
    assert any("was cut off and has been recovered" in line for line in again.said)
    with History.open(folder.history) as history:
        (session,) = [row for row in history.sessions() if row.id == live.stem]
    assert session.recovered
    assert session.simulated
    assert session.duration_s > 5
    assert (folder.recordings / live.name).exists()
    assert not live.exists()
