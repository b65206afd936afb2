"""From what arrives to what it means, in the one order that loses nothing: record, decode, push."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol, TypeAlias

from lumbarwatch.core.carried import Carried
from lumbarwatch.model.events import ControlEvent, Event, LinkEvent
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import ClockReading, ImuBatch, Placement
from lumbarwatch.sensors.base import DecodeError

_LOG = logging.getLogger(__name__)

Arrival: TypeAlias = RawNotification | ControlEvent | LinkEvent
Read: TypeAlias = Callable[[RawNotification], list[ImuBatch | ClockReading]]


class RecorderLike(Protocol):
    """What intake needs of a recording."""

    def notification(self, notification: RawNotification) -> None:
        """Append bytes as they arrived."""
        ...

    def control(self, event: ControlEvent) -> None:
        """Append a button, step or load."""
        ...

    def link(self, event: LinkEvent) -> None:
        """Append a change of a link."""
        ...


class PipelineLike(Protocol):
    """What intake needs of the analysis (see :class:`lumbarwatch.core.pipeline.Pipeline`)."""

    def push(self, *items: ImuBatch | ClockReading | ControlEvent | LinkEvent) -> list[Event]:
        """Take items that arrived together."""
        ...

    def finish(self) -> list[Event]:
        """End of the stream."""
        ...

    def to_carry(self) -> Carried | None:
        """What a next session may go on with."""
        ...


class Intake:
    """One session's door. An error in decoding or analysis never ends the recording.

    Parameters
    ----------
    recorder
        Gets everything first, bytes that can't be decoded included.
    read
        Samples and clock readings of a notification, by each sensor's decoder.
    pipeline
        The analysis.
    on_garbage
        Told of each notification that could not be decoded, and why.
    """

    def __init__(
        self,
        recorder: RecorderLike,
        read: Mapping[Placement, Read],
        pipeline: PipelineLike,
        on_garbage: Callable[[Placement, str], None] = lambda _place, _why: None,
    ) -> None:
        self._recorder = recorder
        self._read = read
        self._pipeline = pipeline
        self._on_garbage = on_garbage
        self.undecodable: Counter[Placement] = Counter()
        self.analysing = True

    def take(self, arrivals: Iterable[Arrival]) -> list[Event]:
        """Record, decode and push what arrived, in its order; return what came of it."""
        waiting = list(arrivals)
        for arrival in waiting:
            self._record(arrival)
        items = [item for arrival in waiting for item in self._readable(arrival)]
        return self._analysed(lambda: self._pipeline.push(*items)) if items else []

    def finish(self) -> list[Event]:
        """Return the analysis' last events."""
        return self._analysed(self._pipeline.finish)

    def to_carry(self) -> Carried | None:
        """Return what a next session may go on with, should this one be cut off."""
        return self._pipeline.to_carry() if self.analysing else None

    def _record(self, arrival: Arrival) -> None:
        if isinstance(arrival, RawNotification):
            self._recorder.notification(arrival)
        elif isinstance(arrival, LinkEvent):
            self._recorder.link(arrival)
        else:
            self._recorder.control(arrival)

    def _readable(self, arrival: Arrival) -> list[ImuBatch | ClockReading] | list[ControlEvent | LinkEvent]:
        if not isinstance(arrival, RawNotification):
            return [arrival]
        try:
            return self._read[arrival.placement](arrival)
        except DecodeError as error:
            self.undecodable[arrival.placement] += 1
            self._on_garbage(arrival.placement, str(error))
            return []

    def _analysed(self, step: Callable[[], list[Event]]) -> list[Event]:
        if not self.analysing:
            return []
        try:
            return step()
        except Exception:  # noqa: BLE001  (a fault in the analysis must not end the recording)
            _LOG.exception("The analysis stopped with an error; the recording goes on.")
            self.analysing = False
            return []
