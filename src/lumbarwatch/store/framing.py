"""How one message lies in a recording: topics, clocks, and a CRC-32 of its own.

Every message's ``log_time`` is the host's monotonic clock, ``publish_time`` the wall clock, ``sequence`` a
count over the whole file (a missing record shows as a jump). The CRC covers the channel's identity, the three
numbers and the content, so that no flipped bit can move bytes to another sensor or another time.

- raw notification: CRC-32 (u32, little-endian), then the notification's bytes, topic ``/sensor/PLACE/UUID``;
- everything else: a JSON object whose first entry is ``"crc32":"8 hex digits"``, over the text after it.
"""

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from lumbarwatch.model.samples import Placement
from lumbarwatch.store.codec import JsonObject, dumps, loads

RAW_ENCODING: Final = "lumbarwatch.raw"
JSON_ENCODING: Final = "json"
RAW_SCHEMA: Final = b"u32 little-endian CRC-32, then the bytes of one Bluetooth notification as they arrived"
JSON_SCHEMA: Final = b'{"type":"object","properties":{"crc32":{"type":"string"}}}'

HEADER_TOPIC: Final = "/header"
CONTROL_TOPIC: Final = "/control"
LINK_TOPIC: Final = "/link"
NOTE_TOPIC: Final = "/note"

_MESSAGE: Final = 0x05  # MCAP's code of a message
_RECORD: Final = struct.Struct("<BQHIQQ")
"""Head of a message record: code, length, channel, sequence, log time, publish time."""

MESSAGE_HEAD_BYTES: Final = _RECORD.size
_LEAD: Final = struct.calcsize("<BQ")
_NUMBERS = struct.Struct("<IQQ")
_CRC = struct.Struct("<I")
_JSON_LEAD = b'{"crc32":"'
_JSON_START = len(_JSON_LEAD) + 8 + len(b'",')


@dataclass(frozen=True, slots=True)
class Topic:
    """Identity of a channel. ``placement`` and ``characteristic`` belong to raw notifications only."""

    name: str
    encoding: str
    placement: Placement | None = None
    characteristic: str = ""
    seed: int = field(init=False)  # what each message's CRC starts from: none can change channels unseen

    def __post_init__(self) -> None:
        object.__setattr__(self, "seed", zlib.crc32(f"{self.encoding} {self.name}".encode()))

    @classmethod
    def raw(cls, placement: Placement, characteristic: str) -> "Topic":
        """Notifications of one characteristic of one sensor."""
        return cls(f"/sensor/{placement}/{characteristic}", RAW_ENCODING, placement, characteristic)

    @classmethod
    def parse(cls, name: str, encoding: str) -> "Topic | None":
        """Return the topic of a channel in a file; None for one that is not ours."""
        if encoding == JSON_ENCODING:
            return cls(name, encoding)
        parts = name.split("/", 3)
        known = len(parts) == 4 and parts[1] == "sensor" and parts[2] in tuple(Placement)
        return cls.raw(Placement(parts[2]), parts[3]) if encoding == RAW_ENCODING and known else None


class Frame(NamedTuple):
    """One message as it lies in the file, its CRC checked."""

    topic: Topic
    sequence: int
    log_ns: int
    publish_ns: int
    data: bytes

    @property
    def payload(self) -> bytes:
        """What was framed: a notification's bytes, or the text of a JSON object."""
        if self.topic.encoding == RAW_ENCODING:
            return self.data[_CRC.size :]
        return b"{" + self.data[_JSON_START:]

    def json(self) -> JsonObject:
        """Return the JSON content.

        Raises
        ------
        CodecError
            No JSON.
        """
        return loads(self.payload)


def frame_at(data: bytes, position: int, topics: Mapping[int, Topic]) -> Frame | None:
    """Return the message whose record begins at ``position``; None if no whole one of ours does.

    The three numbers that the CRC covers lie side by side in the record, behind the channel's number. An hour
    of two sensors is 360,000 messages, each read three times when a recording is finished: one call for each.
    """
    content = position + _RECORD.size
    if content > len(data):
        return None
    opcode, length, channel, sequence, log_ns, publish_ns = _RECORD.unpack_from(data, position)
    topic = topics.get(channel)
    if opcode != _MESSAGE or topic is None:
        return None
    stop = position + _LEAD + length
    body = data[content:stop]
    if stop > len(data) or stop < content:
        return None
    crc = zlib.crc32(data[content - _NUMBERS.size : content], topic.seed)
    if topic.encoding == RAW_ENCODING:
        sealed = body[: _CRC.size] == _CRC.pack(zlib.crc32(body[_CRC.size :], crc))
    else:
        sealed = body[:_JSON_START] == _json_start(zlib.crc32(body[_JSON_START:], crc))
    return Frame(topic, sequence, log_ns, publish_ns, body) if sealed else None


def framed_bytes(topic: Topic, sequence: int, log_ns: int, publish_ns: int, payload: bytes) -> bytes:
    """Return a notification's bytes with their CRC, as message data."""
    return _CRC.pack(_crc_of(topic.seed, sequence, log_ns, publish_ns, payload)) + payload


def framed_json(topic: Topic, sequence: int, log_ns: int, publish_ns: int, content: JsonObject) -> bytes:
    """Return a JSON object (not empty) with its CRC, as message data."""
    payload = dumps(content).encode()[1:]
    return _json_start(_crc_of(topic.seed, sequence, log_ns, publish_ns, payload)) + payload


def _json_start(crc: int) -> bytes:
    return _JSON_LEAD + b'%08x",' % crc


def _crc_of(seed: int, sequence: int, log_ns: int, publish_ns: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(_NUMBERS.pack(sequence, log_ns, publish_ns), seed))
