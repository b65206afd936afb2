"""Keeps a running visit's note up to date, so that the next start can go on should this process die."""

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable

from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.unfinished import UnfinishedVisit, remove_unfinished, write_unfinished

_LOG = logging.getLogger(__name__)

EVERY_S = 10.0
"""Longest time between two signs of life (convention)."""


class SignOfLife:
    """One visit's note: written at once when something in it changes, else every ten seconds."""

    def __init__(self, folder: DataFolder, session_id: str, note: Callable[[], UnfinishedVisit]) -> None:
        self._folder = folder
        self._session_id = session_id
        self._note = note
        self._changed = asyncio.Event()
        self._lock = threading.Lock()
        self._ended = False
        self._told = False  # that it can't be written

    def changed(self) -> None:
        """Something that the note holds is no longer as written."""
        self._changed.set()

    async def run(self) -> None:
        """Write the note again and again, until cancelled."""
        while True:
            self._changed.clear()
            note = self._note()
            await asyncio.to_thread(self._write, note)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):  # wait_for may swallow a cancellation (Python 3.11)
                    await self._changed.wait()

    async def end(self) -> None:
        """The visit ends: nothing is to go on by itself."""
        await asyncio.to_thread(self._remove)

    def _write(self, note: UnfinishedVisit) -> None:
        """A write under way when the visit ends must not bring the note back."""
        with self._lock:
            if self._ended:
                return
            try:
                write_unfinished(self._folder, note)
            except StoreError as error:
                if not self._told:
                    _LOG.warning("Killed now, this session would not go on by itself: %s", error)
                self._told = True
            else:
                self._told = False

    def _remove(self) -> None:
        with self._lock:
            if not self._ended:
                remove_unfinished(self._folder, self._session_id)
            self._ended = True
