"""What can go wrong with files and database, in words a user can act on."""

import errno
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lumbarwatch.model.errors import ErrorKind, UserError


class StoreReason(StrEnum):
    """Every reason a user can do something about."""

    DISK_FULL = "disk_full"
    READ_ONLY = "read_only"
    NO_PERMISSION = "no_permission"
    FOLDER_GONE = "folder_gone"
    NOT_A_FOLDER = "not_a_folder"
    IO_ERROR = "io_error"
    MEMORY_FULL = "memory_full"  # the disk refused for so long that packets had to be dropped
    RESCUED = "rescued"  # kept elsewhere
    MISSING = "missing"
    EXISTS = "exists"
    IN_USE = "in_use"
    NOT_OURS = "not_ours"
    DAMAGED = "damaged"
    NEWER_VERSION = "newer_version"
    UNKNOWN_ATHLETE = "unknown_athlete"
    UNKNOWN_SESSION = "unknown_session"
    UNKNOWN_REP = "unknown_rep"
    UNREACHABLE = "unreachable"
    DRIVER_MISSING = "driver_missing"


class StoreError(UserError):
    """Something in the store can't be done; the message says what is wrong and what to do."""

    kind = ErrorKind.STORE

    def __init__(self, reason: StoreReason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class StoreProblem:
    """Writing is in trouble, or (``resolved``) works again. The session goes on either way."""

    reason: StoreReason
    message: str
    resolved: bool = False
    waiting_bytes: int = 0  # held in memory until the disk takes them
    dropped: int = 0  # records lost so far because memory was full too


_REASONS = {
    errno.ENOSPC: StoreReason.DISK_FULL,
    errno.EDQUOT: StoreReason.DISK_FULL,
    errno.EFBIG: StoreReason.DISK_FULL,
    errno.EROFS: StoreReason.READ_ONLY,
    errno.EACCES: StoreReason.NO_PERMISSION,
    errno.EPERM: StoreReason.NO_PERMISSION,
    errno.ENOENT: StoreReason.FOLDER_GONE,
    errno.ENODEV: StoreReason.FOLDER_GONE,
    errno.ENXIO: StoreReason.FOLDER_GONE,
    errno.ESTALE: StoreReason.FOLDER_GONE,
    errno.ENOTDIR: StoreReason.NOT_A_FOLDER,
    errno.EEXIST: StoreReason.EXISTS,
}

_ADVICE = {
    StoreReason.DISK_FULL: "the disk is full: free some space",
    StoreReason.READ_ONLY: "the disk is read-only: choose another data folder with --data",
    StoreReason.NO_PERMISSION: "writing is not permitted: choose another data folder with --data",
    StoreReason.FOLDER_GONE: "the folder or its disk is gone: plug it in again, or choose another by --data",
    StoreReason.NOT_A_FOLDER: "a file is where a folder is needed: choose another data folder with --data",
    StoreReason.EXISTS: "it is there already",
    StoreReason.IO_ERROR: "the disk reports an error: check it, or choose another data folder with --data",
}


def reason_of(error: OSError) -> StoreReason:
    """The user's reason behind an operating system's error."""
    return _REASONS.get(error.errno or 0, StoreReason.IO_ERROR)


def advice(reason: StoreReason) -> str:
    """What is wrong and what to do, as the end of a sentence."""
    return _ADVICE.get(reason, _ADVICE[StoreReason.IO_ERROR])


def from_os(error: OSError, doing: str, path: Path) -> StoreError:
    """Return a StoreError for an operating system's error met while ``doing`` something with ``path``."""
    reason = reason_of(error)
    return StoreError(reason, f"{doing} {path}: {advice(reason)}.")


def damaged_history(path: str) -> StoreError:
    """Return the StoreError for a SQLite file that is damaged."""
    return StoreError(
        StoreReason.DAMAGED,
        f"The history {path} is damaged; nothing was changed. Restore a backup (lumbarwatch restore), or "
        "move the file away and rebuild the history from the recordings (lumbarwatch reanalyze).",
    )


def unreadable_history(place: str, error: Exception) -> StoreError:
    """Return the StoreError for a history in which something stands that can't be."""
    what = str(error).splitlines()[0] if str(error) else type(error).__name__
    return StoreError(
        StoreReason.DAMAGED,
        f"The history {place} holds something that can't be read ({what}): it is damaged, or was written by "
        "a newer lumbarwatch; nothing was changed. Restore a backup (lumbarwatch restore), or update.",
    )


def from_sqlite(error: sqlite3.Error, path: str) -> StoreError | None:
    """Return a StoreError for a damaged, locked or full SQLite file; None for anything else."""
    name = getattr(error, "sqlite_errorname", "") or ""
    if (
        name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")) or name == "SQLITE_ERROR"
    ):  # a schema that is not ours
        return damaged_history(path)
    if name.startswith("SQLITE_FULL"):
        return StoreError(
            StoreReason.DISK_FULL, f"Writing the history {path}: {advice(StoreReason.DISK_FULL)}."
        )
    if name.startswith(("SQLITE_READONLY", "SQLITE_PERM")):
        return StoreError(
            StoreReason.READ_ONLY, f"Writing the history {path}: {advice(StoreReason.READ_ONLY)}."
        )
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
        return StoreError(StoreReason.IN_USE, f"The history {path} is in use by another program; try again.")
    if name.startswith(("SQLITE_CANTOPEN", "SQLITE_IOERR")):
        return StoreError(StoreReason.IO_ERROR, f"The history {path} can't be read or written: {error}.")
    return None


_SERVER = {
    "22P02": (StoreReason.UNKNOWN_SESSION, "an id is a UUID, and what was asked for is none"),
    "25006": (StoreReason.READ_ONLY, "the server takes no changes (it is read-only)"),
    "40001": (StoreReason.IN_USE, "it is in use by another program; try again"),
    "40P01": (StoreReason.IN_USE, "it is in use by another program; try again"),
    "42501": (
        StoreReason.NO_PERMISSION,
        "its user may not make tables there: grant CREATE",
    ),
    "53100": (StoreReason.DISK_FULL, "the server's disk is full: free some space"),
    "55P03": (StoreReason.IN_USE, "it is in use by another program; try again"),
}
"""What PostgreSQL's codes mean to a user (appendix A of its manual)."""


def from_server(code: str | None, place: str) -> StoreError | None:
    """Return a StoreError for an error code of PostgreSQL; None for any other."""
    if code not in _SERVER:
        return None
    reason, what = _SERVER[code]
    return StoreError(reason, f"The history at {place}: {what}.")
