"""A clock that runs faster than life, for demonstrations and tests."""

import asyncio
import time


class SpeedClock:
    """Host time at ``speed`` times the real pace (implements ``model.clock.Clock``).

    Both clocks start at the machine's own time and run on from there together.
    """

    def __init__(self, speed: float = 1.0) -> None:
        if not speed > 0:
            raise ValueError(f"speed: {speed} is not above 0")
        self._speed = speed
        self._origin_ns = time.monotonic_ns()
        self._utc_origin_ns = time.time_ns()

    @property
    def speed(self) -> float:
        """Seconds of this clock per real second."""
        return self._speed

    def monotonic_ns(self) -> int:
        """Host's monotonic time in ns."""
        return self._origin_ns + self._elapsed_ns()

    def utc_ns(self) -> int:
        """Wall time, ns since 1970 UTC, running on at the same pace."""
        return self._utc_origin_ns + self._elapsed_ns()

    async def sleep(self, seconds: float) -> None:
        """Sleep for seconds of this clock."""
        await asyncio.sleep(max(seconds, 0.0) / self._speed)

    def _elapsed_ns(self) -> int:
        return int((time.monotonic_ns() - self._origin_ns) * self._speed)
