"""Turns live files into finished recordings: indexed, compressed, verified; only then the original goes."""

import contextlib
import os
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mcap.writer import CompressionType, Writer

from lumbarwatch.store.codec import dumps
from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.framing import Topic
from lumbarwatch.store.lock import try_lock
from lumbarwatch.store.reading import RECOVERY, Recording, read_recording
from lumbarwatch.store.recorder import LIBRARY, PROFILE, register

CHUNK_BYTES: Final = 32 * 1024
"""A damaged byte in a finished file costs one chunk: about 3 s of two sensors (convention)."""

UNREADABLE: Final = ".unreadable"
"""Added to the name of a live file that nothing could be read from."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A live file found at start. ``path`` is the finished recording, None if nothing could be read."""

    live: Path
    path: Path | None
    session_id: str
    recovered: bool  # cut off; false: closed properly, but not compacted yet
    messages: int
    lost_messages: int
    message: str  # for the user


def compact(path: Path, recordings: Path | None = None, *, keep_live: bool = False) -> Path:
    """Rewrite a recording as indexed zstd MCAP and delete the original.

    Safe to be killed at any moment and to be called again: the target appears under its name only when it is
    complete, synced and verified (same messages, same hash), and the original goes last.

    Parameters
    ----------
    path
        Live file, finished or cut off.
    recordings
        Folder of the target; by default ``recordings`` beside the live file's folder.
    keep_live
        Leave the original until :func:`discard_live`, so that the history can be written first.

    Raises
    ------
    StoreError
        Unreadable source, full disk, or a target that differs; the original is left as it is.
    """
    recordings = recordings or path.parent.parent / "recordings"
    target = recordings / path.name
    if not path.exists() and target.exists():
        return target
    with _locked(path):
        source = read_recording(path)
        if not _done_before(source, target):
            _write_verified(source, target)
    if not keep_live:
        discard_live(path)
    return target


def discard_live(path: Path) -> None:
    """Delete a live file whose compacted recording and history row are safe."""
    try:
        path.unlink(missing_ok=True)
        _sync_folder(path.parent)
    except OSError as error:
        raise from_os(error, "Deleting the live file", path) from error


def recover(folder: DataFolder, *, keep_live: bool = False) -> list[Recovered]:
    """Compact what a crash left in ``live/``; files that another process is writing are left alone.

    Cut-off recordings are marked: ``read_recording`` says ``recovered``. A file from which nothing can be
    read is renamed to ``*.unreadable``, never deleted (an empty one is).
    """
    found = [path for path in sorted(folder.live.glob("*.mcap")) if not being_written(path)]
    return [result for path in found if (result := _recover(path, folder, keep_live=keep_live)) is not None]


def _recover(path: Path, folder: DataFolder, *, keep_live: bool) -> Recovered | None:
    if path.stat().st_size == 0:
        path.unlink()
        return None
    try:
        source = read_recording(path)
        target = compact(path, folder.recordings, keep_live=keep_live)
    except StoreError as error:
        return _unreadable(path, error)
    cut = not source.finished
    lost = f", {source.lost_messages} damaged packets were left out" if source.lost_messages else ""
    what = "was cut off and has been recovered" if cut else "had been finished"
    message = f"Session {source.header.session_id} {what}: {source.messages} packets{lost}."
    return Recovered(
        live=path,
        path=target,
        session_id=source.header.session_id,
        recovered=cut,
        messages=source.messages,
        lost_messages=source.lost_messages,
        message=message,
    )


def _unreadable(path: Path, error: StoreError) -> Recovered:
    """Set a hopeless file aside; one that merely can't be copied now (disk full) stays for the next start."""
    if error.reason in (StoreReason.NOT_OURS, StoreReason.DAMAGED):
        path.rename(path.with_name(path.name + UNREADABLE))
    return Recovered(
        live=path,
        path=None,
        session_id=path.stem,
        recovered=True,
        messages=0,
        lost_messages=0,
        message=str(error),
    )


@contextlib.contextmanager
def _locked(path: Path) -> Generator[None]:
    """Hold the lock that the recorder holds while it writes."""
    with contextlib.ExitStack() as stack:
        try:
            file = stack.enter_context(path.open("r+b"))
        except OSError:
            pass  # read-only or gone: reading it will tell
        else:
            if not try_lock(file):
                raise StoreError(StoreReason.IN_USE, f"The recording {path} is still being written.")
        yield


def being_written(path: Path) -> bool:
    """Whether another recorder, of this program or of another one, holds a live file."""
    try:
        with _locked(path):
            return False
    except StoreError:
        return True


def _done_before(source: Recording, target: Path) -> bool:
    """Whether an earlier, interrupted compaction got as far as the target."""
    if not target.exists():
        return False
    there = read_recording(target)
    if there.intact and there.digest == source.digest:
        return True
    message = (
        f"The recording {target} is there already and differs from {source.path}; both are left as they are."
    )
    raise StoreError(StoreReason.EXISTS, message)


def _write_verified(source: Recording, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(source, part)
        _verify(part, source)
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise from_os(error, "Writing the recording", target) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _write(source: Recording, part: Path) -> None:
    channels: dict[Topic, int] = {}
    with part.open("wb") as file:
        writer = Writer(file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD, enable_data_crcs=True)
        writer.start(profile=PROFILE, library=LIBRARY)
        writer.add_metadata(PROFILE, {"header": dumps(source.header)})
        if source.recovered or not source.intact:
            writer.add_metadata(RECOVERY, _recovery(source))
        for frame in source.frames():
            channel = channels.get(frame.topic)
            if channel is None:
                channel = channels[frame.topic] = register(writer, frame.topic)
            writer.add_message(channel, frame.log_ns, frame.data, frame.publish_ns, frame.sequence)
        writer.finish()
        file.flush()
        os.fsync(file.fileno())


def _recovery(source: Recording) -> dict[str, str]:
    return {
        "cut_off": str(not source.finished).lower(),
        "cut_bytes": str(source.cut_bytes),
        "lost_messages": str(source.lost_messages),
        "damaged": "; ".join(f"{one.what} at {one.offset}, {one.length} bytes" for one in source.damaged),
    }


def _verify(part: Path, source: Recording) -> None:
    """Read the new file back from disk and compare it with the original."""
    copy = read_recording(part)
    whole = copy.finished and not copy.damaged and copy.messages == source.messages
    if not whole or copy.header != source.header or copy.digest != source.digest:
        message = f"The compacted copy of {source.path} does not read back as written; the original is kept."
        raise StoreError(StoreReason.IO_ERROR, message)


def _sync_folder(folder: Path) -> None:
    """Make a rename or deletion survive a power cut (not needed, and not possible, on Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
