"""The session's own time: when the simulated athlete begins, and how long ago that was."""

import asyncio

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.samples import NS_PER_S


class SessionTime:
    """Seconds since the session began, on the injected clock."""

    def __init__(self, clock: Clock) -> None:
        self.begun = asyncio.Event()
        self._clock = clock
        self._start_ns = 0

    def begin(self) -> None:
        """The session begins now; a second call changes nothing."""
        if not self.begun.is_set():
            self._start_ns = self._clock.monotonic_ns()
            self.begun.set()

    @property
    def start_ns(self) -> int:
        """When the session began, on the clock."""
        return self._start_ns

    def now_ns(self) -> int:
        """The clock's time."""
        return self._clock.monotonic_ns()

    def elapsed_s(self) -> float:
        """Time since the session began; 0 before."""
        if not self.begun.is_set():
            return 0.0
        return (self._clock.monotonic_ns() - self._start_ns) / NS_PER_S

    async def sleep(self, seconds: float) -> None:
        """Sleep on the clock."""
        await self._clock.sleep(seconds)

    async def sleep_until(self, t_s: float) -> None:
        """Sleep until a time of the session; returns at once, but lets others run, when it is over."""
        await self._clock.sleep(t_s - self.elapsed_s())
