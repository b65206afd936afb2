"""The hub killed a hundred times at random moments, and with a disk that fills up: nothing may be lost.

``PYTHONPATH=tests uv run python -m benchmarks.kills [--kills 100] [--full-disks 10]``; small disks need root
(a tmpfs of 4 MB is mounted for each). Prints what was lost; the exit code is 1 when that is too much.
"""

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cli import kill_loop
from cli.kill_loop import Hub
from lumbarwatch.cli.child import Ready
from lumbarwatch.store.folder import DataFolder

MOMENTS = ("recording", "ending", "recording", "restoring")
"""The hub and the compaction in turn: at the end of a session, and at the start after a kill."""

DISK_MB = 4
ROOM_BYTES = (20_000, 300_000)
"""What is left of the small disk once a session streams."""


def kill_often(base: Path, kills: int) -> kill_loop.Found:
    """Kill the hub so often in one data folder, start it once more, check everything."""
    random_ = random.Random(100)
    folder = DataFolder(base / "data").create()
    journals = [base / f"journal{number}" for number in range(kills)]
    for number, journal in enumerate(journals):
        kill_loop.live_and_die(folder, journal, MOMENTS[number % len(MOMENTS)], random_)
        sys.stderr.write(f"\r{number + 1} kills")
    Hub(folder, base / "journal").stop()
    kill_loop.check_whole(folder)
    kill_loop.check_rows(folder)
    return kill_loop.count(folder, journals)


def fill_disk(base: Path, random_: random.Random, *, killed: bool) -> kill_loop.Found:
    """A session on a disk that fills up: killed then, or going on until room is made and killed later."""
    folder = DataFolder(base / "data").create()
    ballast = base / "ballast"
    journal = Path(tempfile.mkdtemp()) / "journal"
    hub = Hub(folder, journal)
    hub.wait_streaming()
    with ballast.open("wb") as file:
        file.write(b"x" * (kill_loop.free_bytes(base) - random_.randrange(*ROOM_BYTES)))
    hub.wait(lambda: kill_loop.free_bytes(base) < 4096)
    time.sleep(random_.uniform(0.0, 1.5))
    if killed:
        hub.kill()
    ballast.unlink()
    if not killed:
        assert isinstance(kill_loop.answer(hub.channel), Ready)
        time.sleep(random_.uniform(0.5, 1.5))
        hub.kill()
    Hub(folder, journal.with_name("after")).stop()
    kill_loop.check_whole(folder)
    kill_loop.check_rows(folder)
    return kill_loop.count(folder, [journal], disk_full_too=not killed)


@contextlib.contextmanager
def small_disk():
    """A file system of its own."""
    with tempfile.TemporaryDirectory() as place:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", place], check=True)
        try:
            yield Path(place)
        finally:
            subprocess.run(["umount", "-l", place], check=True)


def good(found: kill_loop.Found) -> bool:
    return found.missing_older == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--full-disks", type=int, default=0)
    arguments = parser.parse_args()
    results = []
    if arguments.kills:
        with tempfile.TemporaryDirectory() as place:
            results.append(kill_often(Path(place), arguments.kills))
        print(f"\n{arguments.kills} kills: {results[-1]}", flush=True)
    random_ = random.Random(200)
    for number in range(arguments.full_disks):
        with small_disk() as place:
            results.append(fill_disk(place, random_, killed=number % 2 == 0))
        print(f"full disk {number + 1}: {results[-1]}", flush=True)
    sys.exit(0 if all(map(good, results)) else 1)


if __name__ == "__main__":
    main()
