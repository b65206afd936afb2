"""Files and history together: what is in one and not in the other, and deleting from both."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from lumbarwatch.store.errors import StoreError, from_os
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import checked_id


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Where files and history disagree."""

    unlisted: tuple[Path, ...]  # recordings without a row: analyse them again to get it
    missing: tuple[str, ...]  # sessions whose recording is gone: their results stay readable


def compare(folder: DataFolder, history: History) -> Mismatch:
    """Find recordings without a row and rows without their recording."""
    listed = {record.id: record.recording for record in history.sessions(limit=None)}
    files = {path.stem: path for path in sorted(folder.recordings.glob("*.mcap")) if _is_id(path.stem)}
    return Mismatch(
        unlisted=tuple(path for session_id, path in files.items() if session_id not in listed),
        missing=tuple(
            session_id
            for session_id, recording in listed.items()
            if recording and not (folder.recordings / recording).exists()
        ),
    )


def erase_session(folder: DataFolder, history: History, session_id: str) -> None:
    """Delete a session: its rows, then its files.

    Raises
    ------
    StoreError
        The session is not known, or a file can't be deleted.
    """
    history.delete_session(session_id)
    delete_files(folder, session_id)


def erase_athlete(folder: DataFolder, history: History, athlete_id: str) -> None:
    """Delete an athlete with all sessions and their files.

    Raises
    ------
    StoreError
        The athlete is not known, or a file can't be deleted.
    """
    sessions = [record.id for record in history.sessions(athlete_id, limit=None)]
    history.delete_athlete(athlete_id)
    for session_id in sessions:
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
    """Remove files that were being written when the process ended; sessions whose samples were among them."""
    halves = [path for place in (folder.recordings, folder.archive) for path in place.glob("*.part")]
    for path in halves:
        path.unlink(missing_ok=True)
    return [path.name.split(".", 1)[0] for path in halves if path.parent == folder.archive]
