"""The data folder: where recordings, archive and history lie. File names carry ids, never names of people."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs

from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.ids import checked_id

HISTORY_URL: Final = "LUMBARWATCH_HISTORY"
"""Environment variable that names a server's database, ``postgresql://user@host/name``, for the history."""

CARD_SUFFIX: Final = ".import.json"
"""Behind the id of an imported session: the card that says whose session a table is."""


def default_data_folder() -> Path:
    """The user's own data folder of this operating system."""
    return platformdirs.user_data_path("lumbarwatch", appauthor=False)


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Layout of a data folder. Nothing is touched until :meth:`create`."""

    path: Path

    @property
    def recordings(self) -> Path:
        """Finished recordings (MCAP): the truth, never changed."""
        return self.path / "recordings"

    @property
    def live(self) -> Path:
        """Recordings being written, or cut off by a crash."""
        return self.path / "live"

    @property
    def archive(self) -> Path:
        """Decoded samples (Parquet); derived, can be rebuilt."""
        return self.path / "archive"

    @property
    def history(self) -> Path:
        """The SQLite database; derived rows can be rebuilt, names, notes and symptoms can't."""
        return self.path / "history.db"

    @property
    def database(self) -> str | Path:
        """Where the history is kept: on the server that the environment names, else in the SQLite file."""
        return os.environ.get(HISTORY_URL) or self.history

    @property
    def config(self) -> Path:
        """Settings of this computer: paired sensors, window, sounds."""
        return self.path / "config.json"

    def live_recording(self, session_id: str) -> Path:
        """File of a session while it is recorded."""
        return self.live / f"{checked_id(session_id)}.mcap"

    def recording(self, session_id: str) -> Path:
        """File of a finished session."""
        return self.recordings / f"{checked_id(session_id)}.mcap"

    def samples(self, session_id: str) -> Path:
        """Decoded samples of a session."""
        return self.archive / f"{checked_id(session_id)}.parquet"

    def import_card(self, session_id: str) -> Path:
        """Card of a session that was imported as a table."""
        return self.recordings / f"{checked_id(session_id)}{CARD_SUFFIX}"

    def angles(self, session_id: str) -> Path:
        """Angles over a session's sets, as its last analysis found them."""
        return self.archive / f"{checked_id(session_id)}.angles.parquet"

    def create(self) -> "DataFolder":
        """Make the folders that are missing, for this user only, and check that they can be written.

        Raises
        ------
        StoreError
            No permission, a read-only or full disk, a file in the way.
        """
        for folder in (self.path, self.recordings, self.live, self.archive):
            _make(folder)
        _probe(self.live)
        return self

    def existing(self) -> "DataFolder":
        """Check that there is something here; nothing is made.

        Raises
        ------
        StoreError
            There is no history and no recording.
        """
        if (
            isinstance(self.database, str)
            or self.history.exists()
            or any(self.recordings.glob("*"))
            or any(self.live.glob("*"))
        ):
            return self
        raise StoreError(
            StoreReason.MISSING, f"There are no sessions in {self.path}: name the folder by --data."
        )


def _make(folder: Path) -> None:
    if folder.is_dir():
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except FileExistsError:
        message = f"{folder} is a file, but a folder is needed there: choose another data folder with --data."
        raise StoreError(StoreReason.NOT_A_FOLDER, message) from None
    except OSError as error:
        raise from_os(error, "Making the folder", folder) from error


def _probe(folder: Path) -> None:
    """Write and remove a file: permissions alone do not tell (root, network disks, read-only mounts)."""
    probe = folder / ".writable"
    try:
        probe.write_bytes(b"1")
        probe.unlink()
    except OSError as error:
        raise from_os(error, "Writing into", folder) from error
