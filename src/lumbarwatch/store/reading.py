"""Reads a recording back, finished or cut off, in the order in which things arrived."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lumbarwatch.model.events import ControlEvent, LinkEvent
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.store import framing
from lumbarwatch.store.codec import (
    CodecError,
    JsonObject,
    control_from_json,
    from_json,
    link_from_json,
    loads,
)
from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.framing import Frame
from lumbarwatch.store.header import RECORDING_SCHEMA, RecordingHeader
from lumbarwatch.store.scan import Damage, Scan

RECOVERY: Final = "lumbarwatch.recovery"
"""Metadata record of a recording that was cut off and saved."""

RecordedItem = RawNotification | ControlEvent | LinkEvent


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing that the pipeline does not see."""

    t_ns: int
    kind: str
    content: JsonObject


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording whose every message has been checked. Iterate it for its items in order of arrival."""

    path: Path
    header: RecordingHeader
    finished: bool  # closed properly
    recovered: bool  # cut off, now or before it was compacted
    damaged: tuple[Damage, ...]  # what could not be used; a mere cut at the end is not in here
    cut_bytes: int  # length of the last, incomplete record
    messages: int  # whole ones, the header among them
    lost_messages: int  # missing from the count that runs through the file
    digest: str  # SHA-256 over all messages, whose own CRCs tie each to its channel, place and times
    span_ns: tuple[int, int] | None  # arrival of the first and of the last notification; None without any
    data: bytes
    said: tuple[Frame, ...]  # the messages that are no notifications: few, so that they are kept at hand

    @property
    def intact(self) -> bool:
        """Whether nothing inside is damaged or missing (a cut at the end is no damage)."""
        return not self.damaged and self.lost_messages == 0

    def __iter__(self) -> Iterator[RecordedItem]:
        for frame in self.frames():
            item = _item(frame, self.path)
            if item is not None:
                yield item

    def events(self) -> Iterator[ControlEvent | LinkEvent]:
        """Yield what was said and what became of the links, in order of arrival."""
        for frame in self.said:
            item = _event(frame, self.path)
            if item is not None:
                yield item

    def notes(self) -> Iterator[Note]:
        """Yield the notes in order of arrival."""
        for frame in self.said:
            if frame.topic.name == framing.NOTE_TOPIC:
                content = frame.json()
                yield Note(frame.log_ns, str(content["kind"]), content["content"])

    def frames(self) -> Iterator[Frame]:
        """Yield every whole message as it lies in the file."""
        return Scan(self.data).frames()


def read_recording(path: Path) -> Recording:
    """Read and check a recording.

    Works for finished, unfinished and damaged files; what is not whole is left out and reported.

    Raises
    ------
    StoreError
        The file is missing or can't be read, is no recording of ours, or was written by a newer version.
    """
    data = _bytes(path)
    scan = Scan(data)
    header: RecordingHeader | None = None
    digest = hashlib.sha256()
    messages, last = 0, -1
    first_ns = last_ns = None
    said: list[Frame] = []
    for frame in scan.frames():
        digest.update(frame.data)
        messages, last = messages + 1, max(last, frame.sequence)
        if frame.topic.placement is not None:
            last_ns = frame.log_ns
            first_ns = last_ns if first_ns is None else first_ns
            continue
        said.append(frame)
        if header is None and frame.topic.name == framing.HEADER_TOPIC:
            header = _header(frame.json(), path)
    header = header or _spare_header(scan, path)
    damaged, cut_bytes = _without_cut(scan)
    return Recording(
        path=path,
        header=header,
        finished=scan.finished,
        recovered=not scan.finished or RECOVERY in scan.metadata,
        damaged=damaged,
        cut_bytes=cut_bytes,
        messages=messages,
        lost_messages=last + 1 - messages,
        digest=digest.hexdigest(),
        span_ns=None if first_ns is None or last_ns is None else (first_ns, last_ns),
        data=data,
        said=tuple(said),
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise StoreError(StoreReason.MISSING, f"The recording {path} is not there.") from None
    except IsADirectoryError:
        raise StoreError(StoreReason.NOT_OURS, f"{path} is a folder, not a recording.") from None
    except OSError as error:
        raise from_os(error, "Reading the recording", path) from error


def _header(content: JsonObject, path: Path) -> RecordingHeader:
    try:
        header = from_json(RecordingHeader, content)
    except CodecError as error:
        message = f"The recording {path} has a header that this version can't read ({error})."
        raise StoreError(StoreReason.NEWER_VERSION, message) from error
    if header.schema != RECORDING_SCHEMA:
        message = (
            f"The recording {path} is of the kind {header.schema}: a newer lumbarwatch is needed to read it."
        )
        raise StoreError(StoreReason.NEWER_VERSION, message)
    return header


def _spare_header(scan: Scan, path: Path) -> RecordingHeader:
    """Return the header from the metadata, where it lies a second time."""
    text = scan.metadata.get("lumbarwatch", {}).get("header")
    if text is None:
        message = f"{path} is no recording of lumbarwatch, or its beginning is damaged beyond use."
        raise StoreError(StoreReason.NOT_OURS, message)
    try:
        return _header(loads(text), path)
    except CodecError as error:
        message = f"The beginning of the recording {path} is damaged beyond use."
        raise StoreError(StoreReason.DAMAGED, message) from error


def _without_cut(scan: Scan) -> tuple[tuple[Damage, ...], int]:
    """Tell the incomplete record at the end of a cut-off file from damage inside."""
    if scan.damage and not scan.finished and scan.damage[-1].what == "cut off":
        return tuple(scan.damage[:-1]), scan.damage[-1].length
    return tuple(scan.damage), 0


def _item(frame: Frame, path: Path) -> RecordedItem | None:
    placement = frame.topic.placement
    if placement is not None:
        uuid = frame.topic.characteristic
        return RawNotification(placement, frame.log_ns, frame.publish_ns, uuid, frame.payload)
    return _event(frame, path)


def _event(frame: Frame, path: Path) -> ControlEvent | LinkEvent | None:
    try:
        if frame.topic.name == framing.CONTROL_TOPIC:
            return control_from_json(frame.json())
        if frame.topic.name == framing.LINK_TOPIC:
            return link_from_json(frame.json())
    except CodecError as error:
        message = (
            f"The recording {path} holds an event that this version can't read ({error}): use a newer one."
        )
        raise StoreError(StoreReason.NEWER_VERSION, message) from error
    return None
