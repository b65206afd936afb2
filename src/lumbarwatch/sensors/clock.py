"""The clock of a real session."""

import asyncio
import time


class SystemClock:
    """The machine's own clocks (implements ``model.clock.Clock``)."""

    def monotonic_ns(self) -> int:
        """Host's monotonic time in ns."""
        return time.monotonic_ns()

    def utc_ns(self) -> int:
        """Wall time, ns since 1970 UTC."""
        return time.time_ns()

    async def sleep(self, seconds: float) -> None:
        """Sleep."""
        await asyncio.sleep(max(seconds, 0.0))
