"""The child's end of a supervised process: says that it is ready or why it can't be, and stops when told."""

import asyncio
import contextlib
import logging
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection

from lumbarwatch.model.errors import ErrorKind, UserError


@dataclass(frozen=True, slots=True)
class Ready:
    """The child serves."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The child can't serve, for a reason that a user can do something about."""

    kind: ErrorKind
    sentence: str


Body = Callable[[asyncio.Event, Callable[[], None]], Awaitable[None]]
"""What a child does: gets the event that stops it and a function to say that it is ready."""


def live(channel: Connection, body: Body) -> None:
    """Run a child's body in its one event loop.

    It stops when the supervisor says so or is gone. Ctrl-C goes to the whole group: only the supervisor
    heeds it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logging.basicConfig(level=logging.WARNING, format="lumbarwatch: %(message)s", stream=sys.stderr)
    try:
        asyncio.run(_live(channel, body))
    except UserError as error:
        channel.send(Failed(error.kind, error.sentence))
        sys.exit(1)


async def _live(channel: Connection, body: Body) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    if sys.platform != "win32":
        loop.add_signal_handler(signal.SIGTERM, stop.set)
    threading.Thread(target=_watch, args=(channel, loop, stop), daemon=True).start()
    await body(stop, lambda: channel.send(Ready()))


def _watch(channel: Connection, loop: asyncio.AbstractEventLoop, stop: asyncio.Event) -> None:
    """Wait for a word from the supervisor, or for its end."""
    with contextlib.suppress(EOFError, OSError):
        channel.recv()
    try:
        loop.call_soon_threadsafe(stop.set)
    except RuntimeError:
        return  # the loop has ended already
