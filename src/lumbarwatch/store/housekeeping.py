"""Files and history together: what is in one and not in the other, and deleting from both."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lumbarwatch.store.codec import CodecError, dumps, from_json, loads
from lumbarwatch.store.compaction import being_written
from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.folder import CARD_SUFFIX, DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import checked_id
from lumbarwatch.store.whole_file import is_abandoned, write_whole

ERASING: Final = ".erasing"
"""Behind the id of a session or athlete: this is being deleted, and has to be to the end."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where files and history disagree."""

    unlisted: tuple[Path, ...]  # recordings and cards of imports without a row: analyse them to get it
    missing: tuple[str, ...]  # sessions whose recording is gone: their results stay readable


@dataclass(frozen=True, slots=True)
class Erasing:
    """What is being deleted; written down first, so that the next start goes on after a kill."""

    sessions: tuple[str, ...]
    athlete_id: str = ""  # empty: single sessions


def compare(folder: DataFolder, history: History) -> Mismatch:
    """Find recordings without a row and rows without their recording."""
    listed = {record.id: record.recording for record in history.sessions(limit=None)}
    found = [*sorted(folder.recordings.glob("*.mcap")), *sorted(folder.recordings.glob(f"*{CARD_SUFFIX}"))]
    return Mismatch(
        unlisted=tuple(path for path in found if _is_id(session_of(path)) and session_of(path) not in listed),
        missing=tuple(
            session_id
            for session_id, recording in listed.items()
            if recording and not (folder.recordings / recording).exists()
        ),
    )


def session_of(path: Path) -> str:
    """Id of the session that a file belongs to."""
    return path.name.split(".", 1)[0]


def erase_session(folder: DataFolder, history: History, session_id: str) -> None:
    """Delete a session, its rows and its files, wholly: killed in the middle, the next start goes on.

    Raises
    ------
    StoreError
        The session is not known, or a file can't be deleted.
    """
    if not history.has_session(session_id):
        message = f"There is no session {session_id} in the history."
        raise StoreError(StoreReason.UNKNOWN_SESSION, message)
    _erase(folder, history, session_id, Erasing((session_id,)))


def erase_athlete(folder: DataFolder, history: History, athlete_id: str) -> None:
    """Delete an athlete with all sessions and their files, wholly; see :func:`erase_session`.

    Raises
    ------
    StoreError
        The athlete is not known, or a file can't be deleted.
    """
    history.athlete(athlete_id)
    sessions = tuple(record.id for record in history.sessions(athlete_id, limit=None))
    _erase(folder, history, athlete_id, Erasing(sessions, athlete_id))


def finish_erasing(folder: DataFolder, history: History) -> None:
    """Delete to the end what was being deleted when the process ended.

    Raises
    ------
    StoreError
        A file can't be deleted.
    """
    for mark in sorted(folder.path.glob(f"*{ERASING}")):
        with suppress(CodecError):  # written by an atomic rename: one that can't be read is none of ours
            _erase_marked(folder, history, from_json(Erasing, loads(mark.read_bytes())))
            mark.unlink(missing_ok=True)


def _erase(folder: DataFolder, history: History, name: str, what: Erasing) -> None:
    mark = folder.path / f"{checked_id(name)}{ERASING}"
    try:
        write_whole(mark, dumps(what))
    except OSError as error:
        raise from_os(error, "Deleting", mark) from error
    _erase_marked(folder, history, what)
    mark.unlink(missing_ok=True)


def _erase_marked(folder: DataFolder, history: History, what: Erasing) -> None:
    """Rows first: they go together or not at all. What is gone already is no error."""
    with suppress(StoreError):
        if what.athlete_id:
            history.delete_athlete(what.athlete_id)
    for session_id in what.sessions:
        if history.has_session(session_id):
            history.delete_session(session_id)
        delete_files(folder, session_id)


def delete_files(folder: DataFolder, session_id: str) -> None:
    """Delete every file of a session: recording, samples, what is left of a live file, an imported table.

    Raises
    ------
    StoreError
        A file can't be deleted.
    """
    pattern = f"{checked_id(session_id)}.*"
    for place in (folder.recordings, folder.archive, folder.live):
        for path in sorted(place.glob(pattern)):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise from_os(error, "Deleting", path) from error


def _is_id(text: str) -> bool:
    with suppress(StoreError):
        return checked_id(text) == text
    return False


def discard_parts(folder: DataFolder) -> list[str]:
    """Remove files that were being written when the process ended; sessions whose samples were among them.

    What another program writes at this moment is left to it.
    """
    halves = [
        path
        for place in (folder.path, folder.recordings, folder.archive)
        for path in place.glob("*.part")
        if not being_written(folder.live / path.name.removesuffix(".part")) and is_abandoned(path)
    ]
    for path in halves:
        path.unlink(missing_ok=True)
    return [session_of(path) for path in halves if path.parent == folder.archive]
