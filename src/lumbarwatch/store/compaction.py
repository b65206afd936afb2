"""Turns live files into finished recordings: indexed, compressed, verified; only then the original goes."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mcap.writer import CompressionType, Writer

from lumbarwatch.store.codec import dumps
from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.framing import Frame, Topic
from lumbarwatch.store.header import RecordingHeader
from lumbarwatch.store.lock import try_lock
from lumbarwatch.store.reading import RECOVERY, Recording, read_recording
from lumbarwatch.store.recorder import LIBRARY, PROFILE, register
from lumbarwatch.store.rescue import rescue_folders

CHUNK_BYTES: Final = 32 * 1024
"""A damaged byte in a finished file costs one chunk: about 3 s of two sensors (convention)."""

UNREADABLE: Final = ".unreadable"
"""Added to the name of a live file that nothing could be read from."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """A live file found at start. ``path`` is the finished recording, None if nothing could be read.

    ``rescued``: it lay where its recorder had put it as the disk refused; earlier results know less of it.
    """

    live: Path
    path: Path | None
    session_id: str
    recovered: bool  # cut off; false: closed properly, but not compacted yet
    messages: int
    lost_messages: int
    message: str  # for the user
    rescued: bool = False


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
        Unreadable source, full disk, or a target that contradicts; the original is left as it is.
    """
    recordings = recordings or path.parent.parent / "recordings"
    target = recordings / path.name
    if not path.exists() and target.exists():
        return target
    with _locked(path):
        source = read_recording(path)
        if not target.exists():
            _write_verified(_all_of(source), target)
        elif not _holds(there := read_recording(target), source):
            _write_verified(_joined(there, source), target)
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


def recover(
    folder: DataFolder, *, keep_live: bool = False, rescued_to: Sequence[Path] | None = None
) -> list[Recovered]:
    """Compact what a crash left in ``live/``; files that another process is writing are left alone.

    Cut-off recordings are marked: ``read_recording`` says ``recovered``. A file from which nothing can be
    read is renamed to ``*.unreadable``, never deleted (an empty one is). What was rescued from a disk that
    refused (by default into :func:`rescue_folders`) joins what that disk has of the same session.
    """
    found = [path for path in sorted(folder.live.glob("*.mcap")) if not being_written(path)]
    found += _rescued(folder, rescue_folders() if rescued_to is None else rescued_to)
    return [result for path in found if (result := _recover(path, folder, keep_live=keep_live)) is not None]


def _rescued(folder: DataFolder, places: Iterable[Path]) -> list[Path]:
    """Return rescued recordings of sessions that began in this data folder."""
    own = {path.name for kind in (folder.live, folder.recordings) for path in kind.glob("*.mcap")}
    return [path for place in places for path in sorted(place.glob("*.mcap")) if path.name in own]


def _recover(path: Path, folder: DataFolder, *, keep_live: bool) -> Recovered | None:
    try:
        if path.stat().st_size == 0:
            path.unlink()
            return None
    except FileNotFoundError:
        return None  # whoever recorded it has finished it meanwhile
    try:
        source = read_recording(path)
        target = compact(path, folder.recordings, keep_live=keep_live)
    except StoreError as error:
        return _unreadable(path, error)
    kept = read_recording(target)  # it may have been there already, or hold more than this file
    cut = not source.finished and kept.recovered
    lost = f", {kept.lost_messages} damaged packets were left out" if kept.lost_messages else ""
    what = "was cut off and has been recovered" if cut else "had been finished"
    message = f"Session {source.header.session_id} {what}: {kept.messages} packets{lost}."
    return Recovered(
        live=path,
        path=target,
        session_id=source.header.session_id,
        recovered=cut,
        messages=kept.messages,
        lost_messages=kept.lost_messages,
        message=message,
        rescued=path.parent != folder.live,
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


@dataclass(frozen=True, slots=True)
class _Content:
    """What a finished recording is to hold. ``recovery``: what is said of one that was cut off or damaged."""

    sources: str  # for the user
    header: RecordingHeader
    frames: Callable[[], Iterable[Frame]]
    digest: str
    recovery: dict[str, str] | None


def _all_of(source: Recording) -> _Content:
    recovery = None
    if source.recovered or not source.intact:
        recovery = {
            "cut_off": str(not source.finished).lower(),
            "cut_bytes": str(source.cut_bytes),
            "lost_messages": str(source.lost_messages),
            "damaged": "; ".join(f"{one.what} at {one.offset}, {one.length} bytes" for one in source.damaged),
        }
    return _Content(str(source.path), source.header, source.frames, source.digest, recovery)


def _joined(there: Recording, source: Recording) -> _Content:
    """Return what two files have of one session, each message once.

    Raises
    ------
    StoreError
        One contradicts the other.
    """
    found = {frame.sequence: frame for frame in there.frames()}
    same = all(found.setdefault(frame.sequence, frame) == frame for frame in source.frames())
    if not same or there.header != source.header:
        message = (
            f"The recording {there.path} is there already and differs from {source.path}; "
            "both are left as they are."
        )
        raise StoreError(StoreReason.EXISTS, message)
    frames = [found[sequence] for sequence in sorted(found)]
    cut, lost = there.recovered and source.recovered, frames[-1].sequence + 1 - len(frames)
    recovery = {"cut_off": str(cut).lower(), "lost_messages": str(lost)} if cut or lost else None
    digest = hashlib.sha256(b"".join(frame.data for frame in frames)).hexdigest()
    return _Content(f"{there.path} and {source.path}", source.header, lambda: frames, digest, recovery)


def _holds(more: Recording, less: Recording) -> bool:
    """Whether a finished recording has all that another file of the same session has."""
    if more.damaged or more.header != less.header:
        return False
    own = {frame.sequence: frame for frame in more.frames()}
    return more.digest == less.digest or all(own.get(one.sequence) == one for one in less.frames())


def _write_verified(content: _Content, target: Path) -> None:
    part = target.with_name(target.name + ".part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(content, part)
        _verify(part, content)
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise from_os(error, "Writing the recording", target) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _write(content: _Content, part: Path) -> None:
    channels: dict[Topic, int] = {}
    with part.open("wb") as file:
        writer = Writer(file, chunk_size=CHUNK_BYTES, compression=CompressionType.ZSTD, enable_data_crcs=True)
        writer.start(profile=PROFILE, library=LIBRARY)
        writer.add_metadata(PROFILE, {"header": dumps(content.header)})
        if content.recovery is not None:
            writer.add_metadata(RECOVERY, content.recovery)
        for frame in content.frames():
            channel = channels.get(frame.topic)
            if channel is None:
                channel = channels[frame.topic] = register(writer, frame.topic)
            writer.add_message(channel, frame.log_ns, frame.data, frame.publish_ns, frame.sequence)
        writer.finish()
        file.flush()
        os.fsync(file.fileno())


def _verify(part: Path, content: _Content) -> None:
    """Read the new file back from disk and compare it with what was to be in it."""
    copy = read_recording(part)
    whole = copy.finished and not copy.damaged
    if not whole or copy.header != content.header or copy.digest != content.digest:
        message = (
            f"The compacted copy of {content.sources} does not read back as written; nothing is deleted."
        )
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
