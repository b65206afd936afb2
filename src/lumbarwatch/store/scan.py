"""Walks through the bytes of a recording, finished or not, and finds every message that is whole.

``mcap``'s own readers stop at the first damaged byte or need the index at the end; here a damaged stretch is
stepped over, and named.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final

import zstandard
from mcap.data_stream import ReadDataStream
from mcap.exceptions import McapError
from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Metadata
from mcap.stream_reader import get_chunk_data_stream

from lumbarwatch.store.framing import MESSAGE_HEAD_BYTES, Frame, Topic, frame_at

MAGIC: Final = b"\x89MCAP0\r\n"
_RECORD = struct.Struct("<BQ")
_DATA_END = struct.Struct("<I")
_FOOTER = struct.Struct("<BQQQI")  # the whole record, its last field a CRC over the summary and the rest
_RECORD_LIMIT: Final = 64 * 2**20  # far above any record of ours; a longer one is a damaged length
_CHUNK_LIMIT: Final = 256 * 2**20
_MESSAGE: Final = int(Opcode.MESSAGE)
_OPCODES = frozenset(int(opcode) for opcode in Opcode)


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch of the file that could not be used."""

    offset: int
    length: int
    what: str


@dataclass(slots=True)
class Scan:
    """One walk. Iterate :meth:`frames`; afterwards the other fields say what was met."""

    data: bytes
    finished: bool = False  # the end of the data section was reached
    damage: list[Damage] = field(default_factory=list[Damage])
    metadata: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    _topics: dict[int, Topic] = field(default_factory=dict[int, Topic])

    def frames(self) -> Iterator[Frame]:
        """Yield every message whose CRC fits, in the order of the file."""
        if not self.data.startswith(MAGIC):
            self._damaged(0, len(MAGIC), "this is not how an MCAP file begins")
        yield from self._walk(self.data, len(MAGIC), outer=True)

    def _walk(self, data: bytes, position: int, *, outer: bool) -> Iterator[Frame]:
        end = len(data)
        while position < end:
            frame = frame_at(data, position, self._topics)
            if frame is not None:
                position += MESSAGE_HEAD_BYTES + len(frame.data)
                yield frame
                continue
            record = _record_at(data, position)
            if record is None:
                found = self._next_message(data, position + 1)
                what = "cut off" if found is None else "unreadable record"
                self._damaged(position, (end if found is None else found) - position, what, outer=outer)
                position = end if found is None else found
                continue
            opcode, start, stop = record
            if opcode == _MESSAGE:
                stop = self._step_over(data, position, stop, outer=outer)
            elif opcode == Opcode.DATA_END and outer and stop - start == _DATA_END.size:
                self._finish(data, position)
                return
            else:
                yield from self._other(opcode, data[start:stop], position, outer=outer)
            position = stop

    def _finish(self, data: bytes, position: int) -> None:
        """Check the sums over the whole file, which also cover what no message's CRC does."""
        self.finished = True
        (expected,) = _DATA_END.unpack_from(data, position + _RECORD.size)
        if expected and expected != zlib.crc32(data[:position]):
            self._damaged(0, position, "the sum over all records does not fit")
        if not _index_fits(data, position + _RECORD.size + _DATA_END.size):
            self._damaged(position, len(data) - position, "the index is damaged")

    def _step_over(self, data: bytes, position: int, stop: int, *, outer: bool) -> int:
        """Return where to go on after a damaged message: behind it, or where the next whole one begins."""
        if stop != len(data) and _record_at(data, stop) is None:
            found = self._next_message(data, position + 1)
            stop = len(data) if found is None else found
        self._damaged(position, stop - position, "damaged message", outer=outer)
        return stop

    def _next_message(self, data: bytes, position: int) -> int | None:
        while (position := data.find(b"\x05", position)) >= 0:
            if frame_at(data, position, self._topics) is not None:
                return position
            position += 1
        return None

    def _other(self, opcode: int, body: bytes, position: int, *, outer: bool) -> Iterator[Frame]:
        try:
            if opcode == Opcode.CHANNEL:
                self._channel(body)
            elif opcode == Opcode.METADATA:
                record = Metadata.read(_stream(body))
                self.metadata[record.name] = record.metadata
            elif opcode == Opcode.CHUNK and outer:
                yield from self._walk(_unpacked(body), 0, outer=False)
        except (McapError, struct.error, ValueError, zstandard.ZstdError) as error:
            self._damaged(
                position, len(body) + _RECORD.size, f"damaged {Opcode(opcode).name.lower()}: {error}"
            )

    def _channel(self, body: bytes) -> None:
        channel = Channel.read(_stream(body))
        topic = Topic.parse(channel.topic, channel.message_encoding)
        if topic is not None:
            self._topics[channel.id] = topic

    def _damaged(self, offset: int, length: int, what: str, *, outer: bool = True) -> None:
        self.damage.append(Damage(offset, length, what if outer else f"{what} (within a chunk)"))


def _record_at(data: bytes, position: int) -> tuple[int, int, int] | None:
    """Return opcode, start and stop of the record's body; None if no whole record can lie here."""
    if position + _RECORD.size > len(data):
        return None
    opcode, length = _RECORD.unpack_from(data, position)
    start = position + _RECORD.size
    whole = opcode in _OPCODES and length <= _RECORD_LIMIT and start + length <= len(data)
    return (opcode, start, start + length) if whole else None


def _index_fits(data: bytes, summary_start: int) -> bool:
    footer = len(data) - len(MAGIC) - _FOOTER.size
    if footer < summary_start or not data.endswith(MAGIC):
        return False
    opcode, _, start, _, crc = _FOOTER.unpack_from(data, footer)
    return opcode == Opcode.FOOTER and start == summary_start and crc == zlib.crc32(data[start : footer + 25])


def _unpacked(body: bytes) -> bytes:
    chunk = Chunk.read(_stream(body))
    if chunk.uncompressed_size > _CHUNK_LIMIT:
        raise ValueError(f"{chunk.uncompressed_size} bytes are too many")
    stream, length = get_chunk_data_stream(chunk, validate_crc=True)
    return stream.read(length)


def _stream(body: bytes) -> ReadDataStream:
    return ReadDataStream(BytesIO(body))
