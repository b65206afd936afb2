"""Writes a session while it happens: one MCAP file, unchunked, every message handed to the system at once."""

import asyncio
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final, cast

from mcap.writer import CompressionType, Writer

from lumbarwatch import __version__
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import ControlEvent, LinkEvent
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.store import framing
from lumbarwatch.store.codec import JsonObject, dumps, to_json, to_tagged
from lumbarwatch.store.errors import StoreError, StoreProblem, StoreReason, from_os
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.framing import Topic, framed_bytes, framed_json
from lumbarwatch.store.header import RecordingHeader
from lumbarwatch.store.live_file import LiveFile
from lumbarwatch.store.lock import try_lock
from lumbarwatch.store.rescue import rescue, rescue_folders

PROFILE: Final = "lumbarwatch"
LIBRARY: Final = f"lumbarwatch {__version__}"
SYNC_PERIOD_S: Final = 1.0
"""What a power cut may cost (design)."""


def _ignore(problem: StoreProblem) -> None:
    del problem


class Recorder:
    """One live recording, made by :meth:`open`. No method raises for the disk: ``on_problem`` tells."""

    def __init__(
        self,
        file: LiveFile,
        header: RecordingHeader,
        on_problem: Callable[[StoreProblem], None],
        rescue_to: Sequence[Path],
    ) -> None:
        self._file = file
        self._header = header
        self._on_problem = on_problem
        self._channels: dict[Topic, int] = {}
        self._sequence = 0
        self._last_ns = header.started_at_monotonic_ns
        self._closed = False
        self._path = file.path
        self._rescue_to = rescue_to
        self._writer = _opening(file, header)
        self._json(framing.HEADER_TOPIC, header.started_at_monotonic_ns, header_content(header))

    @classmethod
    def open(
        cls,
        folder: DataFolder,
        header: RecordingHeader,
        on_problem: Callable[[StoreProblem], None] = _ignore,
        *,
        rescue_to: Sequence[Path] | None = None,
    ) -> "Recorder":
        """Begin a new file ``live/SESSION.mcap``.

        Parameters
        ----------
        on_problem
            Told when writing fails, when packets begin to be lost, and when all is well again.
        rescue_to
            Folders for what the disk refuses to the end of the session; by default :func:`rescue_folders`.

        Raises
        ------
        StoreError
            The file can't be made: there already, no permission, disk full.
        """
        path = folder.live_recording(header.session_id)
        try:
            raw = path.open("x+b", buffering=0)
        except OSError as error:
            raise from_os(error, "Beginning the recording", path) from error
        if not try_lock(raw):
            raw.close()
            raise StoreError(StoreReason.IN_USE, f"The recording {path} is being written by another program.")
        folders = rescue_folders() if rescue_to is None else rescue_to
        return cls(LiveFile(raw, path, on_problem), header, on_problem, folders)

    @property
    def path(self) -> Path:
        """The live file."""
        return self._path

    @property
    def messages(self) -> int:
        """Messages taken so far, the header among them."""
        return self._sequence

    @property
    def failing(self) -> bool:
        """Whether the disk refuses at the moment."""
        return self._file.failing

    def notification(self, notification: RawNotification) -> None:
        """Keep the bytes of a notification with both clocks."""
        topic = Topic.raw(notification.placement, notification.characteristic)
        log_ns, publish_ns = notification.t_arrival_ns, notification.t_utc_ns
        data = framed_bytes(topic, self._sequence, log_ns, publish_ns, notification.payload)
        self._add(topic, log_ns, publish_ns, data)

    def control(self, event: ControlEvent) -> None:
        """Keep a control event at its place in the order of arrival."""
        self._json(framing.CONTROL_TOPIC, event.t_ns, to_tagged(event))

    def link(self, event: LinkEvent) -> None:
        """Keep a link event at its place in the order of arrival."""
        self._json(framing.LINK_TOPIC, event.t_ns, to_tagged(event))

    def note(self, kind: str, content: JsonObject, t_ns: int | None = None) -> None:
        """Keep anything else worth knowing (sensor settings, clock steps); the pipeline never sees it."""
        self._json(
            framing.NOTE_TOPIC, self._last_ns if t_ns is None else t_ns, {"kind": kind, "content": content}
        )

    def sync(self) -> None:
        """Make all that was written survive a power cut. Blocks: from asyncio use :meth:`run_sync`."""
        self._file.flush()
        self._report(self._file.sync())

    async def run_sync(self, clock: Clock) -> None:
        """Sync once a second in a thread, until cancelled or closed."""
        while not self._closed:
            await clock.sleep(SYNC_PERIOD_S)
            if self._closed:
                return
            self._file.flush()
            self._report(await asyncio.to_thread(self._file.sync))

    def close(self) -> Path:
        """End the file and let go of it; return its path. Closing twice does nothing.

        If the disk refuses to the last, a copy goes to the first rescue folder that takes it; its path is
        returned, and told as a problem.
        """
        if not self._closed:
            self._closed = True
            self._writer.finish()
            self._file.flush()
            if self._file.waiting_bytes:
                self._rescue()
            else:
                self._report(self._file.sync())
            self._file.close()
        return self._path

    def _rescue(self) -> None:
        saved = rescue(self._file, self._preamble(), self._rescue_to)
        if saved is not None:
            self._path, problem = saved
            self._on_problem(problem)

    def _preamble(self) -> bytes:
        """What a reader needs ahead of messages whose beginning is out of reach."""
        buffer = BytesIO()
        writer = _opening(buffer, self._header)
        channels = {topic: register(writer, topic) for topic in self._channels}
        log_ns, publish_ns = self._header.started_at_monotonic_ns, self._header.started_at_utc_ns
        topic = Topic(framing.HEADER_TOPIC, framing.JSON_ENCODING)
        data = framed_json(topic, 0, log_ns, publish_ns, header_content(self._header))
        writer.add_message(channels[topic], log_ns, data, publish_ns, 0)
        return buffer.getvalue()

    def _json(self, name: str, t_ns: int, content: JsonObject) -> None:
        topic = Topic(name, framing.JSON_ENCODING)
        log_ns, publish_ns = max(t_ns, 0), max(self._header.utc_ns(t_ns), 0)
        self._add(topic, log_ns, publish_ns, framed_json(topic, self._sequence, log_ns, publish_ns, content))

    def _add(self, topic: Topic, log_ns: int, publish_ns: int, data: bytes) -> None:
        channel = self._channels.get(topic) or self._register(topic)
        self._writer.add_message(channel, log_ns, data, publish_ns, self._sequence)
        self._sequence += 1
        self._last_ns = log_ns

    def _register(self, topic: Topic) -> int:
        self._channels[topic] = register(self._writer, topic)
        return self._channels[topic]

    def _report(self, problem: StoreProblem | None) -> None:
        if problem is not None:
            self._file.tell_problem(problem)


def header_content(header: RecordingHeader) -> JsonObject:
    """A header as JSON."""
    return cast("JsonObject", to_json(header))


def _opening(stream: LiveFile | BytesIO, header: RecordingHeader) -> Writer:
    """Begin an unchunked file. Here the header is for any tool; a message has it with a CRC for ourselves."""
    target = cast("IO[Any]", stream)
    writer = Writer(target, compression=CompressionType.NONE, use_chunking=False, enable_data_crcs=True)
    writer.start(profile=PROFILE, library=LIBRARY)
    writer.add_metadata(PROFILE, {"header": dumps(header_content(header))})
    return writer


def register(writer: Writer, topic: Topic) -> int:
    """Declare a channel with the schema of its encoding."""
    if topic.encoding == framing.RAW_ENCODING:
        schema = writer.register_schema("lumbarwatch.RawNotification", "text", framing.RAW_SCHEMA)
    else:
        schema = writer.register_schema(
            f"lumbarwatch{topic.name.replace('/', '.')}", "jsonschema", framing.JSON_SCHEMA
        )
    return writer.register_channel(topic.name, topic.encoding, schema)
