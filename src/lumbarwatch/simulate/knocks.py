"""What a knock does to a sensor's readings: a pulse of specific force, and a wobble that turns back."""

from collections.abc import Sequence

import numpy as np

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats
from lumbarwatch.simulate.faults import Shake

PULSE_S = 0.008
"""Half width of the pulse (convention: a soft strap on a padded edge)."""

WOBBLE_DEG = 0.5
"""Turn of the sensor against the skin at the pulse's peak (convention)."""


def shaken(
    t_s: Floats, acc_mps2: Floats, gyr_radps: Floats, shakes: Sequence[Shake], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Readings (n, 3) of both kinds with the knocks on top, each in a direction of its own."""
    for shake in shakes:
        push, axis = (v / np.linalg.norm(v) for v in rng.normal(0.0, 1.0, (2, 3)))
        u = (t_s - shake.t_s) / PULSE_S
        pulse = np.exp(-0.5 * u * u)
        acc_mps2 = acc_mps2 + np.outer(pulse, push) * (shake.size_g * STANDARD_GRAVITY_MPS2)
        gyr_radps = gyr_radps + np.outer(-u * pulse / PULSE_S, axis) * np.radians(WOBBLE_DEG)
    return acc_mps2, gyr_radps
