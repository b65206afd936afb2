"""A recording shown again as if it happened now: the same analysis, the same feed, nothing recorded."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.hub import encode
from lumbarwatch.hub.intake import PipelineLike
from lumbarwatch.hub.people import athlete_message
from lumbarwatch.hub.progress import Kept
from lumbarwatch.hub.snapshot import About
from lumbarwatch.hub.teller import Teller
from lumbarwatch.hub.values import SessionState, StationMessage
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import ControlEvent, LinkEvent, LinkState
from lumbarwatch.model.samples import NS_PER_S, ClockReading, ImuBatch, Placement
from lumbarwatch.model.session import Athlete, CalibrationSource
from lumbarwatch.store.summary import summarise

Item = ImuBatch | ClockReading | ControlEvent | LinkEvent

STEP_NS = 20_000_000
"""What arrived within this time is shown together: a display's rate."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A recording to show. ``items`` begins anew at each call: what arrived, and when on the host's clock."""

    items: Callable[[], Iterator[tuple[int, Item]]]
    setup: PipelineSetup
    athlete: Athlete
    session_id: str = ""
    started_utc_s: float = 0.0


class RecordedClock:
    """The recording's own time, going on with the hub's clock (implements ``model.clock.Clock``)."""

    def __init__(self, clock: Clock, start_ns: int) -> None:
        self._clock = clock
        self._ahead_ns = start_ns - clock.monotonic_ns()

    def monotonic_ns(self) -> int:
        """Host time when the recording was made."""
        return self._clock.monotonic_ns() + self._ahead_ns

    def utc_ns(self) -> int:
        """Wall time now."""
        return self._clock.utc_ns()

    async def sleep(self, seconds: float) -> None:
        """Sleep for seconds of the recording."""
        await self._clock.sleep(seconds)


class Rerun:
    """One showing of a recording at a station."""

    def __init__(self, parts: Parts, station: str, shown: Shown) -> None:
        self._shown = shown
        self._items = shown.items()
        self._first = next(self._items, None)
        start_ns = 0 if self._first is None else self._first[0]
        self._clock = RecordedClock(parts.clock, start_ns)
        self._start_ns = start_ns
        self._pipeline: PipelineLike = Pipeline(shown.setup)
        self._ending = asyncio.Event()
        self._ended = asyncio.Event()
        about = About(
            station, athlete_message(shown.athlete), shown.session_id, shown.started_utc_s, replay=True
        )
        carried = shown.setup.carried
        self.teller = Teller(
            parts.feed,
            self._clock,
            parts.real_ns,
            about,
            shown.setup.athlete.limits,
            t0_ns=start_ns,
            speed=parts.speed,
            guided=shown.setup.calibration_source is CalibrationSource.GUIDED,
            kept=None if carried is None else Kept(carried.calibration, start_ns),
        )
        self._t_ns = start_ns

    @property
    def running(self) -> bool:
        """Whether it is still shown."""
        return not self._ended.is_set()

    def message(self) -> StationMessage:
        """Return the session as it stood."""
        return self.teller.message()

    async def end(self) -> None:
        """Stop showing."""
        self._ending.set()
        await self._ended.wait()

    async def run(self) -> None:
        """Show it at its own pace (times the clock's speed) until it is over or stopped."""
        self.teller.session(SessionState.RUNNING)
        for place in Placement:
            self.teller.link(LinkEvent(self._start_ns, place, LinkState.STREAMING))
        try:
            for t_ns, items in self._steps():
                if self._ending.is_set():
                    break
                await self._clock.sleep((t_ns - self._clock.monotonic_ns()) / NS_PER_S)
                self._show(items)
                self._t_ns = t_ns
        finally:
            try:
                self._close()
            finally:  # an analysis that broke must not leave a showing that never ends
                self._ended.set()
                self.teller.over(recorded=False)

    def _show(self, items: Iterable[Item]) -> None:
        shown = list(items)
        for item in shown:
            if isinstance(item, LinkEvent):
                self.teller.link(item)
            elif not isinstance(item, ImuBatch | ClockReading):
                self.teller.control(item)
        self.teller.tell(self._pipeline.push(*shown))

    def _close(self) -> None:
        self.teller.tell(self._pipeline.finish())
        found = self.teller.findings
        summary = summarise(found.calibration(), tuple(found.sets.values()), tuple(found.reps.values()))
        self.teller.snapshot.summary = encode.summary(summary, (self._t_ns - self._start_ns) / NS_PER_S)
        for place in Placement:
            self.teller.link(LinkEvent(self._t_ns, place, LinkState.ENDED))
        self.teller.session(SessionState.NONE)

    def _steps(self) -> Iterator[tuple[int, list[Item]]]:
        """What arrived within one step, and when the last of it did."""
        if self._first is None:
            return
        until_ns, waiting = self._start_ns + STEP_NS, [self._first[1]]
        last_ns = self._start_ns
        for t_ns, item in self._items:
            if t_ns >= until_ns:
                yield last_ns, waiting
                waiting, until_ns = [], t_ns + STEP_NS
            waiting.append(item)
            last_ns = t_ns
        yield last_ns, waiting
