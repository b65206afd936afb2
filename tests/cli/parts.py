"""Processes for the supervisor's tests; importable by name from a new process."""

import asyncio
import sys
import time

from lumbarwatch.cli import child
from lumbarwatch.cli.supervise import StoreRefusedError


def _line(path, text):
    with path.open("a", encoding="utf-8") as file:
        file.write(f"{text}\n")


def good(channel, path):
    """Serves until told to stop."""

    async def body(stop, ready):
        _line(path, "ready")
        ready()
        await stop.wait()
        _line(path, "stopped")

    child.live(channel, body)


def refusing(channel, path):
    """Can't start."""

    async def body(stop, ready):
        raise StoreRefusedError("The disk is full: free some space.")

    child.live(channel, body)


def dying(channel, path):
    """Ends by itself, soon after it was ready."""

    async def body(stop, ready):
        _line(path, "ready")
        ready()
        await asyncio.sleep(0.05)

    child.live(channel, body)


def crashing(channel, path):
    """Ends before it is ready."""
    sys.exit(3)


def deaf(channel, path):
    """Never says a word and heeds none."""
    time.sleep(60)
