"""Skin motion: how a sensor turns against the bone beneath it.

Model (convention; the literature gives sizes, not laws): skin follows posture, so the turn is a fixed
function of it for one person and one strap, seen through the tissue's sluggishness. Features are the
pelvis' lean back (sin pitch, 0 standing to 1 supine), the lumbar bend (extension / 15 deg) and the load
(bar on the hips, times sin pitch). Each person and site draws a coefficient per feature and axis; the
sagittal axis has the full size, the others half. With "size" s the sagittal turn at a lockout has a
standard deviation over persons of about 0.5 s, so two sensors err by about 0.7 s in extension. A low-pass
of 1.2 Hz (tissue) and a slow creep of the strap (0.1 s per square root of ten minutes) complete it.
"""

from collections.abc import Callable

import numpy as np

from lumbarwatch.model.checks import Floats
from lumbarwatch.simulate import numerics
from lumbarwatch.simulate.athlete import Performance
from lumbarwatch.simulate.jets import Jet
from lumbarwatch.simulate.stage import Channel

SHARES = np.array([0.45, 0.22, 0.28])
"""Weight of posture, lumbar bend and load (convention)."""

AXIS_SHARES = np.array([0.5, 0.5, 1.0])
"""Weight of the anterior, cranial and right axes (convention)."""

TISSUE_HZ = 1.2
CREEP_SHARE = 0.1  # per square root of 600 s
GRID_S = 0.02


class Skin:
    """The turn of one sensor against its segment over a performance."""

    def __init__(
        self, performance: Performance, size_deg: float, slip: Channel, rng: np.random.Generator
    ) -> None:
        self._performance = performance
        self._slip = slip
        self._spline = _tissue(performance, size_deg, rng) if size_deg > 0.0 else None

    def turn(self, t_s: Floats) -> Jet:
        """Turn about the segment's axes in radians, (3, n); a slip is about the right axis."""
        slip = self._performance.channel(self._slip, t_s)
        zero = slip * 0.0
        total = Jet.stack([slip * 0.15, zero, slip])
        if self._spline is not None:
            spline = self._spline
            value, rate, accel = (spline(t_s, nu).T for nu in range(3))
            total = total + Jet(value, rate, accel)
        return total * (np.pi / 180.0)


def _tissue(
    performance: Performance, size_deg: float, rng: np.random.Generator
) -> Callable[[Floats, int], Floats]:
    t_s = np.arange(-1.0, performance.duration_s + 1.0, GRID_S)
    weights = rng.normal(0.0, 1.0, (3, 3)) * SHARES[:, None] * AXIS_SHARES * size_deg
    wanted = _features(performance, t_s) @ weights
    steps = rng.normal(0.0, CREEP_SHARE * size_deg * np.sqrt(GRID_S / 600.0), wanted.shape)
    wanted += np.cumsum(steps, axis=0) * AXIS_SHARES
    return numerics.smooth_through(t_s, _sluggish(wanted))


def _features(performance: Performance, t_s: Floats) -> Floats:
    lean = np.sin(np.radians(performance.channel(Channel.PELVIS_PITCH, t_s).value))
    bend = performance.channel(Channel.EXTENSION, t_s).value / 15.0
    load = performance.channel(Channel.LOAD, t_s).value * lean
    return np.stack([lean, bend, load], axis=1)


def _sluggish(wanted: Floats) -> Floats:
    """Two equal first-order low-passes, started at rest in the first value."""
    keep = float(np.exp(-2.0 * np.pi * TISSUE_HZ * GRID_S))
    out = wanted - wanted[0]
    for _ in range(2):
        out = numerics.low_pass(out, keep)
    return out + wanted[0]
