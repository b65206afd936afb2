"""How one message lies in a recording: topics, clocks, and a CRC-32 of its own.

Every message's ``log_time`` is the host's monotonic clock, ``publish_time`` the wall clock, ``sequence`` a
count over the whole file (a missing record shows as a jump). The CRC covers the channel's identity, the three
numbers and the content, so that no flipped bit can move bytes to another sensor or another time.

- raw notification: CRC-32 (u32, little-endian), then the notification's bytes, topic ``/sensor/PLACE/UUID``;
- everything else: a JSON object whose first entry is ``"crc32":"8 hex digits"``, over the text after it.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Final

from lumbarwatch.model.samples import Placement
from lumbarwatch.store.codec import CodecError, JsonObject, dumps, loads

RAW_ENCODING: Final = "lumbarwatch.raw"
JSON_ENCODING: Final = "json"
RAW_SCHEMA: Final = b"u32 little-endian CRC-32, then the bytes of one Bluetooth notification as they arrived"
JSON_SCHEMA: Final = b'{"type":"object","properties":{"crc32":{"type":"string"}}}'

HEADER_TOPIC: Final = "/header"
CONTROL_TOPIC: Final = "/control"
LINK_TOPIC: Final = "/link"
NOTE_TOPIC: Final = "/note"

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

    @property
    def seed(self) -> int:
        """What each message's CRC starts from, so that a message can't change channels unseen."""
        return zlib.crc32(f"{self.encoding} {self.name}".encode())


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it lies in the file."""

    topic: Topic
    sequence: int
    log_ns: int
    publish_ns: int
    data: bytes

    def payload(self) -> bytes | None:
        """Return what was framed (for JSON: an object's text); None when the CRC does not fit."""
        if self.topic.encoding == RAW_ENCODING:
            stored, payload = self.data[: _CRC.size], self.data[_CRC.size :]
            sealed = _CRC.pack(self._crc(payload))
            return payload if stored == sealed else None
        payload = self.data[_JSON_START:]
        sealed = _json_start(self._crc(payload))
        return b"{" + payload if self.data[:_JSON_START] == sealed else None

    def json(self) -> JsonObject:
        """Return the JSON content of a frame whose CRC fits.

        Raises
        ------
        CodecError
            Damaged, or no JSON.
        """
        payload = self.payload()
        if payload is None:
            raise CodecError("damaged")
        return loads(payload)

    def _crc(self, payload: bytes) -> int:
        return _crc_of(self.topic.seed, self.sequence, self.log_ns, self.publish_ns, payload)


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
