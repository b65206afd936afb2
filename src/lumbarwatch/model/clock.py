"""The one clock that link, recording and hub share, so that a session can run faster than life."""

from typing import Protocol


class Clock(Protocol):
    """Host time. Implementations: ``sensors.clock.SystemClock``, ``simulate.clock.SpeedClock``."""

    def monotonic_ns(self) -> int:
        """Host's monotonic time in ns."""
        ...

    def utc_ns(self) -> int:
        """Wall time, ns since 1970 UTC; for names and history, never for computation."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Sleep for seconds of this clock."""
        ...
