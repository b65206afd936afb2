"""Device times of the samples in a block of which only the first is stamped."""

from collections import deque

import numpy as np

from lumbarwatch.model.checks import Integers

WINDOW_BLOCKS = 64
"""Blocks over which the sample period is measured, 1 to 5 s (convention: long against stamp jitter)."""
SHORTEST_PERIOD_NS = 200_000
LONGEST_PERIOD_NS = 1_000_000_000
"""Sample periods outside 1 Hz to 5 kHz can't be (the range SensorInfo accepts)."""
JUMP = 0.3
"""A block's own period this far off the measured one means a restart, a gap or a new rate (convention)."""


class BlockClock:
    """Measures the sample period from the stamps and spreads a block's samples with it.

    The nominal period serves until two blocks have come. All arithmetic is in whole ns, so a replay gives the
    same times.

    Parameters
    ----------
    nominal_period_ns
        Used for the first block only.
    clock_modulo_ns
        Where the device's clock wraps.
    """

    def __init__(self, nominal_period_ns: int, clock_modulo_ns: int) -> None:
        self._period_ns = nominal_period_ns
        self._modulo_ns = clock_modulo_ns
        self._stamps: deque[tuple[int, int]] = deque(maxlen=WINDOW_BLOCKS)  # unwrapped time, samples before

    @property
    def period_ns(self) -> int:
        """The sample period measured so far."""
        return self._period_ns

    def spread(self, first_ns: int, n: int) -> Integers:
        """Times of a block's ``n`` samples; they run on past the clock's modulus."""
        return first_ns + self._period_ns * np.arange(n, dtype=np.int64)

    def observe(self, first_ns: int, samples_since: int) -> None:
        """Take a block's stamp; its first sample is ``samples_since`` samples after the last block's."""
        if not self._stamps:
            self._stamps.append((first_ns, 0))
            return
        last_ns, last_count = self._stamps[-1]
        step_ns = (first_ns - last_ns) % self._modulo_ns
        if not self._plausible(step_ns, samples_since):
            self._stamps.clear()
            self._stamps.append((first_ns, 0))
            return
        self._stamps.append((last_ns + step_ns, last_count + samples_since))
        start_ns, start_count = self._stamps[0]
        self._period_ns = (last_ns + step_ns - start_ns) // (last_count + samples_since - start_count)

    def _plausible(self, step_ns: int, samples: int) -> bool:
        if samples <= 0 or not SHORTEST_PERIOD_NS <= step_ns // samples <= LONGEST_PERIOD_NS:
            return False
        settled = len(self._stamps) > 2
        return not settled or abs(step_ns - samples * self._period_ns) <= JUMP * samples * self._period_ns
