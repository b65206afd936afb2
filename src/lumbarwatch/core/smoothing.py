"""A causal low-pass of the phase angle, with gaps."""

import numpy as np
from scipy.signal import butter, lfilter, lfilter_zi

from lumbarwatch.model.checks import Floats

CUTOFF_HZ = 6.0
"""Within the 4 to 6 Hz of definitions 4; a second-order Butterworth delays by 37 ms at this cut-off."""


SETTLING = 6
"""Points after a (re)start at which a moving angle would seem to stand still (two delays of the filter)."""


class LowPass:
    """Second-order Butterworth low-pass that starts anew, settled, after every gap."""

    def __init__(self, rate_hz: float, cutoff_hz: float = CUTOFF_HZ) -> None:
        b, a = butter(2, cutoff_hz / (rate_hz / 2))
        self._b, self._a = np.asarray(b), np.asarray(a)
        self._rest = np.asarray(lfilter_zi(self._b, self._a))
        self._state: Floats | None = None
        self._last = np.nan
        self._blind = 0
        self._rate_hz = rate_hz

    def step(self, values: Floats) -> tuple[Floats, Floats]:
        """Return smoothed values and their rate per second, (n,) each; NaN where the input is NaN."""
        known = ~np.isnan(values)
        if known.all():
            return self._run(values)
        smooth, rate = np.full(len(values), np.nan), np.full(len(values), np.nan)
        edges = np.flatnonzero(np.diff(known, prepend=False, append=False))
        if not known[0]:
            self._state = None
        for start, stop in zip(edges[::2], edges[1::2], strict=True):
            if start > 0:
                self._state = None
            smooth[start:stop], rate[start:stop] = self._run(values[start:stop])
        if not known[-1]:
            self._state = None
        return smooth, rate

    def _run(self, values: Floats) -> tuple[Floats, Floats]:
        if self._state is None:
            self._state = self._rest * values[0]
            self._last, self._blind = values[0], SETTLING
        smooth, state = lfilter(self._b, self._a, values, zi=self._state)
        self._state = np.asarray(state)
        rate = np.empty(len(smooth))
        rate[0] = smooth[0] - self._last
        np.subtract(smooth[1:], smooth[:-1], out=rate[1:])
        rate *= self._rate_hz
        self._last = smooth[-1]
        if self._blind:
            blind = min(self._blind, len(smooth))
            smooth[:blind] = rate[:blind] = np.nan
            self._blind -= blind
        return smooth, rate
