"""A fast clock that would rather slow down than run away: a busy computer is not a lost sensor."""

import asyncio
import time
from collections.abc import Callable
from weakref import WeakSet

from lumbarwatch.model.samples import NS_PER_S

LONGEST_STEP_NS = NS_PER_S // 4
"""Most that the clock goes on between two looks at it, of its own time: well below what counts as a lost
sensor (1 s, design 3) or overflows a sensor's buffer (2 s)."""

LATE_S = 0.05
"""Whoever is later than this with what it does by the clock makes the clock wait (convention)."""


class ElasticClock:
    """Host time at up to ``speed`` times the real pace (implements ``model.clock.Clock``).

    Whatever kept the process from running (a full computer, a lid that was closed) is left out, and the clock
    stands still while anybody who paces its work by it is behind.
    """

    def __init__(self, speed: float = 1.0, real_ns: Callable[[], int] = time.monotonic_ns) -> None:
        if not speed > 0:
            raise ValueError(f"speed: {speed} is not above 0")
        self._speed = speed
        self._real_ns = real_ns
        self._seen_ns = real_ns()
        self._now_ns = self._seen_ns
        self._utc_ahead_ns = time.time_ns() - self._now_ns
        self._late: WeakSet[asyncio.Task[object]] = WeakSet()

    def monotonic_ns(self) -> int:
        """Host's monotonic time in ns."""
        seen_ns = self._real_ns()
        if not self._waits():
            self._now_ns += min(round((seen_ns - self._seen_ns) * self._speed), LONGEST_STEP_NS)
        self._seen_ns = seen_ns
        return self._now_ns

    def utc_ns(self) -> int:
        """Wall time, ns since 1970 UTC, running on at the same pace."""
        return self.monotonic_ns() + self._utc_ahead_ns

    async def sleep(self, seconds: float) -> None:
        """Sleep for seconds of this clock; a negative number says how late the caller is."""
        self._note(seconds)
        until_ns = self.monotonic_ns() + round(seconds * NS_PER_S)
        await asyncio.sleep(max(seconds, 0.0) / self._speed)
        while (left_ns := until_ns - self.monotonic_ns()) > 0:  # noqa: ASYNC110  (time itself is waited for)
            await asyncio.sleep(max(left_ns / NS_PER_S / self._speed, 0.0005))

    def _note(self, seconds: float) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        if seconds < -LATE_S:
            self._late.add(task)
        else:
            self._late.discard(task)

    def _waits(self) -> bool:
        return bool(self._late) and any(not task.done() for task in self._late)
