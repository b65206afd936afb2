"""Uncertainty that was raised by an event and fades."""

from math import ceil, sqrt

import numpy as np

from lumbarwatch.model.checks import Floats


class FadingSigma:
    """Sigma above the base: after the start, after small gaps, after recovery. Fades as 1/(1 + t/T)."""

    def __init__(self, base_deg: float) -> None:
        self._base_deg = base_deg
        self._excess = 0.0
        self._halving = 1.0  # samples
        self._count = 0
        self._gone = 0  # count at which nothing to speak of is left

    def set(self, sigma_deg: float, halving: float) -> None:
        """Now sigma is this; what exceeds the base halves in ``halving`` samples."""
        self._excess = sqrt(max(0.0, sigma_deg**2 - self._base_deg**2))
        self._halving, self._count = halving, 0
        self._gone = ceil(halving * self._excess / (0.05 * self._base_deg))

    @property
    def sigma_deg(self) -> float:
        """At the next sample."""
        if self._count >= self._gone:
            return self._base_deg
        return sqrt(self._base_deg**2 + (self._excess / (1.0 + self._count / self._halving)) ** 2)

    def step(self, n: int) -> Floats:
        """Sigma (n,) of the next n samples."""
        first = self._count
        self._count += n
        out = np.full(n, self._base_deg)
        fading = min(n, self._gone - first)
        if fading > 0:
            excess = self._excess / (1.0 + np.arange(first, first + fading) / self._halving)
            out[:fading] = np.sqrt(self._base_deg**2 + excess * excess)
        return out
