"""Loads what pages need later, while nobody waits: the first look at the history would take a second more.

The parts of the history load only when they are opened, so that the process is ready soon. A thread loads
them a little after that, one by one, with pauses in which a page that was opened meanwhile goes first.
"""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from threading import Event, Thread
from typing import Final

MODULES: Final = (
    "sqlalchemy.orm",
    "lumbarwatch.store.history",
    "tables",
    "history_link",
    "views.history_parts.sessions",
    "views.history_parts.session",
    "scipy.signal",
    "scipy.ndimage",
    "views.history_parts.load",
    "views.history_parts.compare",
    "views.history_parts.athlete",
    "views.history_parts.week",
)
"""What each loads beyond those before it is a fraction of a second."""

AFTER_S: Final = 3.0
"""By then the first page is drawn (convention)."""

PAUSE_S: Final = 0.1
"""(convention)."""


@contextmanager
def preloading() -> Generator[None]:
    """Load in a thread of its own as long as this is entered."""
    stop = Event()
    thread = Thread(target=_load_later, args=(stop.wait,), name="preload", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


def load(stopped: Callable[[float], bool]) -> None:
    """Load every module; ``stopped`` waits for some seconds and says whether to end."""
    for name in MODULES:
        if stopped(PAUSE_S):
            return
        import_module(name)


def _load_later(stopped: Callable[[float], bool]) -> None:
    if not stopped(AFTER_S):
        load(stopped)
