"""What the arrival times of a sensor's packets say: silence, rate and connection interval."""

from collections import deque
from collections.abc import Sequence

import numpy as np

from lumbarwatch.model.samples import NS_PER_S

SILENT_PACKETS = 5
SILENT_AT_LEAST_S = 0.25
SILENT_AT_MOST_S = 0.39
"""Five packet times, but no shorter than a fade every link has and short enough to be shown within 0.5 s."""
WINDOW_S = 4.0
"""Rate and interval are measured over this time (convention)."""

INTERVAL_STEP_MS = 1.25
LONGEST_INTERVAL_MS = 100.0
SHORTEST_INTERVAL_MS = 7.5
"""Connection intervals are multiples of 1.25 ms from 7.5 ms up (Bluetooth Core 5.4, Vol 6 B 4.5.1)."""
CONCENTRATION = 0.7
"""Mean resultant length above which arrivals count as bound to an interval (convention)."""


def silence_limit_s(packet_s: float) -> float:
    """How long a healthy sensor may be quiet."""
    return min(max(SILENT_PACKETS * packet_s, SILENT_AT_LEAST_S), SILENT_AT_MOST_S)


class Arrivals:
    """Arrival times and sizes of one sensor's packets over the last seconds."""

    def __init__(self) -> None:
        self._packets: deque[tuple[int, int]] = deque()  # ns, samples
        self.last_ns: int | None = None

    def add(self, t_ns: int, samples: int) -> None:
        """A packet came."""
        self.last_ns = t_ns
        self._packets.append((t_ns, samples))
        while self._packets[0][0] < t_ns - WINDOW_S * NS_PER_S:
            self._packets.popleft()

    def clear(self) -> None:
        """The link is new: nothing has come yet."""
        self.forget()
        self.last_ns = None

    def forget(self) -> None:
        """Measure rate and interval anew."""
        self._packets.clear()

    def rate_hz(self) -> float | None:
        """Samples per second over the window; None before there is a second of them."""
        if len(self._packets) < 2:
            return None
        span_s = (self._packets[-1][0] - self._packets[0][0]) / NS_PER_S
        samples = sum(n for _, n in self._packets) - self._packets[0][1]
        return samples / span_s if span_s >= 1.0 else None

    def interval_ms(self) -> float | None:
        """Connection interval that the arrivals are bound to; None where none shows."""
        return connection_interval_ms([t for t, _ in self._packets])


def connection_interval_ms(arrivals_ns: Sequence[int]) -> float | None:
    """Longest connection interval whose grid the arrival times lie on, None if they lie on none.

    A packet leaves at a connection event, so arrival times modulo the interval crowd at one phase
    (mean resultant length; Fisher, Statistical Analysis of Circular Data, 1993).
    """
    if len(arrivals_ns) < 16:
        return None
    steps = np.arange(
        round(SHORTEST_INTERVAL_MS / INTERVAL_STEP_MS), round(LONGEST_INTERVAL_MS / INTERVAL_STEP_MS) + 1
    )
    candidates_ms = steps * INTERVAL_STEP_MS
    times_ms = (np.asarray(arrivals_ns, dtype=np.int64) - arrivals_ns[0]) / 1e6
    turns = np.exp(2j * np.pi * times_ms[None, :] / candidates_ms[:, None])
    bound = np.abs(turns.mean(axis=1)) > CONCENTRATION
    return float(candidates_ms[bound].max()) if bound.any() else None
