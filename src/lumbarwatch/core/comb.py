"""The pattern in packets' delays where packet period and connection interval are in a simple ratio."""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from lumbarwatch.model.checks import Floats


@dataclass(frozen=True, slots=True)
class CombParams:
    """Tuning (convention)."""

    least_ns: float = 2.5e6  # finer combs do not matter
    greatest_ns: float = 15e6
    step_ns: float = 0.25e6
    least_packets: int = 80
    clear: float = 3.3  # mean phasor of delays on the comb, in units of what chance gives: 1 / sqrt(packets)
    spread: float = 0.8  # of a tooth, between the delays' 5th and 90th percentile: one tooth is no comb


@dataclass(frozen=True, slots=True)
class Delays:
    """What a link's delays look like."""

    comb_ns: float  # distance of the teeth on which they lie, 0 where they lie on none
    spread_ns: float  # median above the least


def delays(arrival_ns: Floats, delay_ns: Floats, params: CombParams) -> Delays:
    """Describe the delays of samples (n,) in order; those that arrived together are one packet."""
    last = np.flatnonzero(np.diff(arrival_ns, append=np.inf))
    of_packets = delay_ns[last]
    spread_ns = float(np.median(of_packets) - of_packets.min())
    return Delays(_comb_ns(of_packets, params), spread_ns)


def _comb_ns(delays: Floats, params: CombParams) -> float:
    if len(delays) < params.least_packets:
        return 0.0
    teeth = np.arange(params.least_ns, params.greatest_ns + 1.0, params.step_ns)
    phases = (2.0 * np.pi / teeth)[:, None] * (delays - delays[0])
    clarity = np.hypot(np.cos(phases).mean(axis=1), np.sin(phases).mean(axis=1))
    best = int(clarity.argmax())
    low, high = np.quantile(delays, [0.05, 0.9])
    if clarity[best] < params.clear / sqrt(len(delays)) or high - low < params.spread * teeth[best]:
        return 0.0
    return float(teeth[best])
