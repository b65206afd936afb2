"""Finger taps on a sensor, in what it streams: short spikes of specific force, or of rate without that."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import find_peaks, peak_widths

from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, Placement

TAPS = 3
"""Taps in a row that single a sensor out; one or two happen by handling it (convention)."""
SPIKE_MPS2 = 3.0
SPIKE_RADPS = 0.8
"""A tap's least excess over the median around it (conventions: a third of g; handling stays below)."""
LONGEST_SPIKE_S = 0.08
NEAREST_S, FARTHEST_S = 0.12, 1.2
"""Width at half height, and time from one tap to the next (conventions)."""
AROUND_S = 0.25
"""Window of the median: posture and swinging are in it, a tap is not (convention)."""
KEPT_S = 4.0
STRONGER = 1.5
"""Both sensors feel a tap on a table: the tapped one so many times as strongly (convention)."""


@dataclass(slots=True)
class TapListener:
    """Latest samples of one sensor; a buffer of seconds."""

    rate_hz: float
    _times_s: deque[float] = field(default_factory=deque[float])
    _values: deque[tuple[float, float, float]] = field(default_factory=deque[tuple[float, float, float]])
    _unit: float = SPIKE_MPS2

    def add(self, batch: ImuBatch) -> None:
        """Take samples; their times count back from the batch's arrival."""
        vectors = batch.gyr_radps if batch.acc_mps2 is None else batch.acc_mps2
        self._unit = SPIKE_RADPS if batch.acc_mps2 is None else SPIKE_MPS2
        last_s, n = float(batch.t_arrival_ns[-1]) / NS_PER_S, len(batch)
        self._times_s.extend(last_s - (n - 1 - k) / self.rate_hz for k in range(n))
        self._values.extend((float(x), float(y), float(z)) for x, y, z in vectors)
        while self._times_s[0] < last_s - KEPT_S:
            self._times_s.popleft()
            self._values.popleft()

    def taps(self) -> list[tuple[float, float]]:
        """Time (s, host) and strength (in units of the least spike) of each tap in the buffer."""
        if len(self._values) < 3 * self._samples(AROUND_S):
            return []
        found = spikes(np.array(self._values), self.rate_hz, self._unit)
        return [(self._times_s[index], strength) for index, strength in found]

    def forget(self) -> None:
        """Begin anew."""
        self._times_s.clear()
        self._values.clear()

    def _samples(self, seconds: float) -> int:
        return max(1, round(seconds * self.rate_hz))


def spikes(vectors: Floats, rate_hz: float, unit: float) -> list[tuple[int, float]]:
    """Index and strength of short spikes in vectors (n, 3), a ``unit`` or more off the median around them."""
    window = 2 * max(1, round(AROUND_S * rate_hz / 2)) + 1
    excess: Floats = np.linalg.norm(vectors - median_filter(vectors, size=(window, 1)), axis=1) / unit
    peaks = np.asarray(find_peaks(excess, height=1.0, distance=max(1, round(NEAREST_S * rate_hz)))[0])
    widths = np.asarray(peak_widths(excess, peaks, rel_height=0.5)[0])
    short = peaks[widths <= max(2.0, LONGEST_SPIKE_S * rate_hz)]
    return [(int(index), float(excess[index])) for index in short]


def in_a_row(taps: list[tuple[float, float]]) -> float:
    """Strength of the last :data:`TAPS` taps if they followed each other, else 0."""
    last = taps[-TAPS:]
    steps = [after - before for (before, _), (after, _) in pairwise(last)]
    if len(last) < TAPS or not all(NEAREST_S <= step <= FARTHEST_S for step in steps):
        return 0.0
    return sum(strength for _, strength in last) / TAPS


def tapped(listeners: Mapping[Placement, TapListener]) -> tuple[Placement | None, bool]:
    """Which sensor was tapped (None: neither, or no telling), and whether any felt taps."""
    strengths = {place: in_a_row(listener.taps()) for place, listener in listeners.items()}
    strongest = max(strengths, key=lambda place: strengths[place])
    felt = strengths[strongest] > 0.0
    clear = felt and all(
        strengths[strongest] >= STRONGER * strength
        for place, strength in strengths.items()
        if place != strongest
    )
    return (strongest if clear else None), felt
