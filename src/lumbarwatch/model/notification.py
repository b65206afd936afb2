"""Bytes of one Bluetooth notification, exactly as they arrived."""

from dataclasses import dataclass

from lumbarwatch.model.samples import Placement


@dataclass(frozen=True, slots=True)
class RawNotification:
    """What the radio delivered; the recording keeps every one, decodable or not."""

    placement: Placement
    t_arrival_ns: int  # monotonic
    t_utc_ns: int  # wall clock
    characteristic: str  # UUID
    payload: bytes
