"""What the link layer's parts pass to each other, and what it tells about a sensor."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import GattClient


@dataclass(frozen=True, slots=True)
class LinkTiming:
    """Time-outs and thresholds of a link (all conventions; the first four count real time)."""

    connect_s: float = 9.0
    start_s: float = 10.0
    stop_s: float = 2.0
    close_s: float = 8.0  # BlueZ 5.66 disconnects two seconds after it was asked to
    scan_s: float = 4.0
    tick_s: float = 0.05
    first_packet_s: float = 3.0  # after the start command; then the sensor counts as asleep
    dead_s: float = 5.0  # of silence on an open link: the system has not noticed that it is gone
    battery_every_s: float = 60.0
    beacon_every_s: float = 1.0
    battery_low_percent: int = 15
    weak_dbm: int = -85
    rate_low: float = 0.9  # of the nominal rate
    garbage_packets: int = 5  # within ...
    garbage_s: float = 3.0  # ... this long; a family may send no more than 13 packets a second
    notice_every_s: float = 10.0  # the same notice is not repeated sooner
    refused_pause_s: float = 10.0  # before a sensor with wrong firmware is asked again


@dataclass(frozen=True, slots=True)
class SensorDetails:
    """What a sensor says of itself; None: it does not say."""

    serial: str | None = None
    battery_percent: int | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class SensorStatus:
    """How one sensor does, for people to see. None: not known (yet)."""

    placement: Placement
    state: LinkState
    reason: LinkReason | None = None
    sentence: str = ""
    family: str = ""
    name: str = ""
    address: str = ""
    serial: str | None = None
    battery_percent: int | None = None
    firmware: str | None = None
    rssi_dbm: int | None = None
    rate_hz: float | None = None  # samples per second as they arrive
    interval_ms: float | None = None  # connection interval that shows in the arrival times
    connections: int = 0
    last_arrival_ns: int | None = None


class OpenLink(GattClient, Protocol):
    """A connected sensor."""

    gone: asyncio.Event

    async def subscribe(self, characteristic: str, *, use_start_notify: bool) -> None:
        """Have notifications delivered."""
        ...

    async def close(self) -> None:
        """Unsubscribe and disconnect."""
        ...
