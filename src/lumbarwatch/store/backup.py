"""All data in one file, and back: for another computer, or against the day this one fails.

The archive is a plain ZIP (recordings are compressed already, so they are stored as they are), with a
``manifest.json`` that holds the SHA-256 of every file. The history is copied by SQLite's own backup, so a
session may be running meanwhile, and may end; unfinished recordings are part of it and are recovered after a
restore.
"""

import hashlib
import shutil
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from lumbarwatch import __version__
from lumbarwatch.store.codec import CodecError, JsonObject, dumps, loads
from lumbarwatch.store.errors import StoreError, StoreReason, damaged_history, from_os, from_sqlite
from lumbarwatch.store.folder import HISTORY_URL, DataFolder

BACKUP_SCHEMA: Final = "lumbarwatch.backup/1"
MANIFEST: Final = "manifest.json"
_BLOCK_BYTES: Final = 2**20
_FIXED_DATE: Final = (1980, 1, 1, 0, 0, 0)

_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""What the ZIP reader raises on a damaged archive."""

Progress = Callable[[float], None]
"""Told the share of bytes done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What went into an archive, or came out of one."""

    files: int
    size_bytes: int


def backup(folder: DataFolder, file: Path, progress: Progress | None = None) -> Backup:
    """Write all of a data folder into one archive, read it back and compare.

    Raises
    ------
    StoreError
        Nothing to keep, no room, the archive is there already, the history is damaged or on a server.
    """
    if isinstance(folder.database, str):
        message = (
            f"The history is on a server: keep it with the server's own tools, {folder.path} as files. "
            f"Without {HISTORY_URL} in the environment the folder's own history is backed up."
        )
        raise StoreError(StoreReason.UNREACHABLE, message)
    if file.exists():
        raise StoreError(StoreReason.EXISTS, f"{file} is there already: choose another name for the backup.")
    part = file.with_name(file.name + ".part")
    try:
        with tempfile.TemporaryDirectory(prefix="lumbarwatch-") as scratch:
            found = dict(_contents(folder, Path(scratch)))
            if not found:
                message = f"There is nothing to back up in {folder.path}: is it the right folder?"
                raise StoreError(StoreReason.MISSING, message)
            result = _write(part, found, progress)
        _verify(part)
        part.replace(file)
    except OSError as error:
        raise from_os(error, "Writing the backup", file) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return result


def restore(file: Path, folder: DataFolder, progress: Progress | None = None) -> Backup:
    """Unpack an archive into an empty or missing data folder; nothing appears unless every hash fits.

    Raises
    ------
    StoreError
        The archive is missing, damaged, not ours or from a newer version; the folder holds data; no room;
        or the history is on a server, where that of the archive would not be looked for.
    """
    if isinstance(folder.database, str):
        message = (
            f"The history is on a server, so that the one in {file} would not be used: "
            f"restore, and work on what was restored, without {HISTORY_URL} in the environment."
        )
        raise StoreError(StoreReason.UNREACHABLE, message)
    if folder.path.exists() and any(folder.path.iterdir()):
        message = f"{folder.path} holds data already: restore into another folder with --data."
        raise StoreError(StoreReason.EXISTS, message)
    scratch = folder.path.with_name(folder.path.name + ".restoring")
    try:
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir(mode=0o700, parents=True)
        result = _unpack(file, scratch, progress)
        if folder.path.exists():
            folder.path.rmdir()
        scratch.replace(folder.path)
    except (OSError, *_BROKEN) as error:
        raise _unreadable(file, folder, error) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    folder.create()
    return result


def _contents(folder: DataFolder, scratch: Path) -> Iterator[tuple[str, Path]]:
    """Yield the name in the archive and the file of everything that is kept.

    Live files are copied before recordings are looked for: one that goes meanwhile is found as a recording.
    """
    if folder.history.exists():
        yield folder.history.name, _copy_of_history(folder.history, scratch / folder.history.name)
    if folder.config.exists():
        yield folder.config.name, folder.config
    for path in _kept_in(folder.live):
        with suppress(FileNotFoundError):
            yield f"{folder.live.name}/{path.name}", Path(shutil.copyfile(path, scratch / path.name))
    for kind in (folder.recordings, folder.archive):
        for path in _kept_in(kind):
            yield f"{kind.name}/{path.name}", path


def _kept_in(kind: Path) -> list[Path]:
    found = (path for path in sorted(kind.glob("*")) if path.is_file())
    return [path for path in found if path.suffix != ".part" and not path.name.startswith(".")]


def _copy_of_history(history: Path, copy: Path) -> Path:
    try:
        with closing(sqlite3.connect(history)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
            (answer,) = target.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        raise from_sqlite(error, str(history)) or error from error
    if answer != "ok":  # the copy is page by page, also of a damaged file
        raise damaged_history(str(history))
    return copy


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _write(part: Path, found: dict[str, Path], progress: Progress | None) -> Backup:
    total = sum(map(_size, found.values())) or 1
    sums: dict[str, JsonObject] = {}
    done = 0
    with zipfile.ZipFile(part, "w") as archive:
        for name, path in found.items():
            stored = path.suffix in (".mcap", ".parquet")
            entry = zipfile.ZipInfo(name, _FIXED_DATE)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            try:
                source = path.open("rb")
            except FileNotFoundError:
                continue  # its session was deleted meanwhile
            with source, archive.open(entry, "w", force_zip64=True) as target:
                size, sha256 = _copy(source, target)
            sums[name] = {"size": size, "sha256": sha256}
            done += size
            if progress is not None:
                progress(min(1.0, done / total))
        manifest = {"schema": BACKUP_SCHEMA, "software_version": __version__, "files": sums}
        archive.writestr(zipfile.ZipInfo(MANIFEST, _FIXED_DATE), dumps(manifest))
    return Backup(len(sums), done)


def _verify(part: Path) -> None:
    with zipfile.ZipFile(part) as archive:
        for name, expected in _manifest(archive, part)["files"].items():
            with archive.open(name) as source:
                _compare(_copy(source, None), expected, name, part)


def _unpack(file: Path, scratch: Path, progress: Progress | None) -> Backup:
    done = 0
    with zipfile.ZipFile(file) as archive:
        files: JsonObject = _manifest(archive, file)["files"]
        total = sum(one["size"] for one in files.values()) or 1
        for name, expected in files.items():
            target = scratch / _safe(name, file)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with _entry(archive, name, file) as source, target.open("xb") as copy:
                _compare(_copy(source, copy), expected, name, file)
            done += expected["size"]
            if progress is not None:
                progress(min(1.0, done / total))
    return Backup(len(files), done)


def _manifest(archive: zipfile.ZipFile, file: Path) -> JsonObject:
    try:
        manifest = loads(archive.read(MANIFEST))
    except (KeyError, CodecError):
        raise StoreError(StoreReason.NOT_OURS, f"{file} is no backup of lumbarwatch.") from None
    if manifest.get("schema") != BACKUP_SCHEMA:
        message = (
            f"The backup {file} was written by a newer lumbarwatch ({manifest.get('schema')}): update first."
        )
        raise StoreError(StoreReason.NEWER_VERSION, message)
    return manifest


def _entry(archive: zipfile.ZipFile, name: str, file: Path) -> IO[bytes]:
    try:
        return archive.open(name)
    except KeyError:
        raise _damaged(file, name) from None


def _safe(name: str, file: Path) -> PurePosixPath:
    """Return the name as a path inside the folder; an archive may not reach out of it."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name:
        raise StoreError(
            StoreReason.NOT_OURS, f"{file} wants to write outside its folder ({name}): not restored."
        )
    return path


def _copy(source: IO[bytes], target: IO[bytes] | None) -> tuple[int, str]:
    """Copy to the end and return size and SHA-256; without a target only read."""
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK_BYTES):
        digest.update(block)
        size += len(block)
        if target is not None:
            target.write(block)
    return size, digest.hexdigest()


def _compare(got: tuple[int, str], expected: JsonObject, name: str, file: Path) -> None:
    if got != (expected["size"], expected["sha256"]):
        raise _damaged(file, name)


def _damaged(file: Path, name: str) -> StoreError:
    message = f"The backup {file} is damaged ({name} is not as it was written); nothing was restored."
    return StoreError(StoreReason.DAMAGED, message)


def _unreadable(file: Path, folder: DataFolder, error: Exception) -> StoreError:
    if not isinstance(error, OSError):
        return StoreError(
            StoreReason.DAMAGED, f"{file} is no backup, or it is damaged; nothing was restored."
        )
    if isinstance(error, FileNotFoundError) and not file.exists():
        return StoreError(StoreReason.MISSING, f"The backup {file} is not there.")
    return from_os(error, "Restoring into", folder.path)
