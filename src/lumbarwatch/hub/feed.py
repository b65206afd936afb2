"""The live feed: one stream of numbered frames, many viewers, none of whom can hold up the hub.

Each frame is encoded once. A viewer that is too slow loses its oldest samples, never an event; one that comes
back within the ring's 60 s goes on from the number it saw last.
"""

import asyncio
import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from lumbarwatch.hub.frames import Frame, Hello, Poses, SessionFrame, StationsFrame

RING_S = 60.0
SAMPLES_WAITING = 50
"""Sample frames kept for a slow viewer: one second at the feed's highest rate (convention)."""
EVENTS_WAITING = 5_000
"""A viewer with so many events waiting is gone; it may come back for the whole state (convention)."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A frame as it goes out."""

    seq: int
    text: str
    droppable: bool
    published_s: float
    station: str = ""  # whose it is; empty: the whole hub's


class ViewerGone(Exception):  # noqa: N818  (not an error of ours)
    """The viewer takes nothing any more."""


@dataclass(slots=True)
class Viewer:
    """One viewer's waiting frames.

    ``station``: whose frames it wants, None: everybody's. ``gap_s``: least time between two frames of samples
    of one station.
    """

    station: str | None = None
    gap_s: float = 0.0
    waiting: deque[Numbered] = field(default_factory=deque[Numbered])
    samples: int = 0
    dropped: int = 0
    gone: bool = False
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    _sampled_s: dict[str, float] = field(default_factory=dict[str, float])

    def offer(self, frame: Numbered) -> None:
        """Queue a frame that is wanted; drop the oldest sample when too many wait.

        A viewer that was given up gets nothing any more: what came after the hole would hide the hole.
        """
        if self.gone or not self._wants(frame):
            return
        self.waiting.append(frame)
        self.samples += frame.droppable
        if self.samples > SAMPLES_WAITING:
            self._drop_oldest_sample()
        elif len(self.waiting) - self.samples > EVENTS_WAITING:
            self.gone = True
            self.waiting.clear()
        self.ready.set()

    async def next(self) -> Numbered:
        """Return the next frame, waiting for one.

        Raises
        ------
        ViewerGone
            The viewer was given up.
        """
        while not self.waiting:
            if self.gone:
                raise ViewerGone
            self.ready.clear()
            await self.ready.wait()
        frame = self.waiting.popleft()
        self.samples -= frame.droppable
        return frame

    def _wants(self, frame: Numbered) -> bool:
        if self.station is not None and frame.station not in ("", self.station):
            return False
        if frame.droppable and self.gap_s > 0:
            if frame.published_s - self._sampled_s.get(frame.station, -math.inf) < self.gap_s:
                return False
            self._sampled_s[frame.station] = frame.published_s
        return True

    def _drop_oldest_sample(self) -> None:
        oldest = next(index for index, frame in enumerate(self.waiting) if frame.droppable)
        del self.waiting[oldest]
        self.samples -= 1
        self.dropped += 1


class Feed:
    """Numbers frames, keeps the last 60 s of them, hands them to viewers.

    Parameters
    ----------
    epoch
        Name of this run of the hub: numbers of another run mean nothing here.
    now_s
        Real monotonic seconds.
    """

    def __init__(self, epoch: str, now_s: Callable[[], float]) -> None:
        self.epoch = epoch
        self._now_s = now_s
        self._seq = 0
        self._ring: deque[Numbered] = deque()
        self._viewers: list[Viewer] = []

    @property
    def viewers(self) -> int:
        """How many watch."""
        return len(self._viewers)

    def publish(self, frame: Frame) -> None:
        """Send a frame to every viewer and keep it for those who come back."""
        self._seq += 1
        body = frame.model_dump_json()
        numbered = Numbered(
            seq=self._seq,
            text=f'{{"seq":{self._seq},{body[1:]}',
            droppable=isinstance(frame, Poses),
            published_s=self._now_s(),
            station=_station_of(frame),
        )
        self._ring.append(numbered)
        self._forget_old()
        for viewer in self._viewers:
            viewer.offer(numbered)

    def can_resume(self, after: int | None, epoch: str | None) -> bool:
        """Whether everything after number ``after`` is still here, and no more than a viewer is handed."""
        if after is None or epoch != self.epoch or not 0 <= after <= self._seq:
            return False
        self._forget_old()
        oldest = self._ring[0].seq if self._ring else self._seq + 1
        if after < oldest - 1:
            return False
        return sum(not frame.droppable for frame in self._ring if frame.seq > after) <= EVENTS_WAITING

    def join(self, after: int | None, *, station: str | None = None, gap_s: float = 0.0) -> Viewer:
        """Add a viewer (see there); with ``after`` (see :meth:`can_resume`) what it missed waits already."""
        viewer = Viewer(station, gap_s)
        if after is not None:
            missed = [frame for frame in self._ring if frame.seq > after]
            for frame in missed:
                viewer.offer(frame)
        self._viewers.append(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Take a viewer out."""
        self._viewers = [other for other in self._viewers if other is not viewer]

    @property
    def last_seq(self) -> int:
        """Number of the newest frame."""
        return self._seq

    def _forget_old(self) -> None:
        oldest_s = self._now_s() - RING_S
        while self._ring and self._ring[0].published_s < oldest_s:
            self._ring.popleft()


def _station_of(frame: Frame) -> str:
    if isinstance(frame, SessionFrame):
        return frame.state.station
    return "" if isinstance(frame, (Hello, StationsFrame)) else frame.station
