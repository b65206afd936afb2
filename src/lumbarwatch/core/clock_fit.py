"""A sensor's clock on the host's time base, from the arrival times of its packets.

Packets are late by a varying delay and never early, so the fastest ones tell the true offset: the line
under the delays (Moon, Skelly, Towsley 1999, doi:10.1109/INFCOM.1999.749287). A fit through the *mean*
delay would depend on each link's connection interval and pull two sensors apart.
"""

from collections import deque
from dataclasses import dataclass

import numpy as np

from lumbarwatch.core.envelope import Line, supporting_line
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import NS_PER_S


@dataclass(frozen=True, slots=True)
class ClockFitParams:
    """Tuning of the fit (convention, chosen in tests/accuracy/timebase.py)."""

    bin_ns: int = 5 * NS_PER_S  # the fastest packet of each bin is kept
    start_ns: int = NS_PER_S  # the first second: fine bins, the offset may jump
    start_bin_ns: int = NS_PER_S // 10
    early_ns: int = 30 * NS_PER_S  # bins of a second until then
    early_bin_ns: int = NS_PER_S
    memory_bins: int = 100  # 8 min: longer than packet grid and connection interval take to beat
    skew_limit: float = 150e-6  # crystals are within 50 ppm each, both ends, and a margin
    slew_limit: float = 5e-3  # at most 5 ms per s of correction: time neither jumps nor goes back
    sigma_start_ns: float = 10e6  # of the offset while nothing is known: a connection interval / 3


class ClockFit:
    """Maps one run of a device clock (no restart inside) to host time; ns from any fixed origin.

    What ``map`` returns for a sample depends on that sample and those before it only, however they are cut
    into calls: the line changes at borders that the device clock sets.
    """

    def __init__(self, params: ClockFitParams, skew: float = 0.0) -> None:
        self._params = params
        self._bins: deque[tuple[float, float]] = deque(maxlen=params.memory_bins)
        self._fastest = (0.0, np.inf)  # device time and delay of the fastest packet in the open bin
        self._first_ns: float | None = None
        self._border_ns = 0.0  # device time at which the open bin ends
        self._knot_ns = 0.0
        self._knot_delay = 0.0
        self._slope = skew
        self.skew = skew
        self.sigma_ns = params.sigma_start_ns

    def bin_end(self, device_ns: Floats) -> int:
        """How many of the samples (n >= 1, increasing) lie in the open bin; a bin that is over is closed."""
        now = float(device_ns[0])
        if self._first_ns is None:
            self._first_ns = now
            self._knot_ns = now
            self._border_ns = now + self._params.start_bin_ns
        elif now >= self._border_ns:
            self._close_bin(now)
        if device_ns[-1] < self._border_ns:
            return len(device_ns)
        return int(np.searchsorted(device_ns, self._border_ns, side="left"))

    def map(self, device_ns: Floats, arrival_ns: Floats) -> Floats:
        """Host time (n,) of samples of the open bin, taken at ``device_ns``, which came at ``arrival_ns``."""
        delay = arrival_ns - device_ns
        if not self._bins:  # nothing better is known than the fastest packet so far
            running = np.minimum(np.minimum.accumulate(delay), self._fastest[1])
            self._keep_fastest(device_ns, delay)
            self._knot_delay = float(running[-1])
            return device_ns + running
        self._keep_fastest(device_ns, delay)
        return device_ns + (self._knot_delay + self._slope * (device_ns - self._knot_ns))

    def _keep_fastest(self, device_ns: Floats, delay: Floats) -> None:
        first = int(delay.argmin())
        if delay[first] < self._fastest[1]:
            self._fastest = (float(device_ns[first]), float(delay[first]))

    def note_beacon(self, device_ns: float, arrival_ns: float) -> None:
        """Use a clock reading that came without samples: its phase against the connection is free."""
        if arrival_ns - device_ns < self._fastest[1]:
            self._fastest = (device_ns, arrival_ns - device_ns)

    def _close_bin(self, now_ns: float) -> None:
        """Refit at a bin's end and steer towards the new line."""
        self._bins.append(self._fastest)
        self._fastest = (now_ns, np.inf)
        width = self._width(now_ns)
        line = supporting_line(list(self._bins), self.skew, self._params.skew_limit)
        self._steer(line, now_ns, width)
        self._border_ns = now_ns + width

    def _width(self, now_ns: float) -> int:
        params = self._params
        age = now_ns - (self._first_ns or 0.0)
        if age < params.start_ns:
            return params.start_bin_ns
        return params.early_bin_ns if age < params.early_ns else params.bin_ns

    def _steer(self, line: Line, now_ns: float, width: int) -> None:
        params = self._params
        current = self._knot_delay + self._slope * (now_ns - self._knot_ns)
        target = line.at(now_ns)
        pull = 0.0
        if width == params.start_bin_ns:
            current = target
        else:
            pull = min(max((target - current) / width, -params.slew_limit), params.slew_limit)
        self._knot_ns, self._knot_delay = now_ns, current
        self._slope = line.slope + pull
        self.skew = line.slope
        self.sigma_ns = line.sigma
