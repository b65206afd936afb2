"""How a sensor sits on a segment: segment_from_sensor, whose columns are the sensor's axes."""

from collections.abc import Mapping

import numpy as np

from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate import numerics

ON_THE_BACK = np.array([[0.0, 0.0, -1.0], [1.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
"""Sensor x cranial, y to the left, z away from the skin."""

SURFACE_DEG = {Placement.PELVIS: -18.0, Placement.LUMBAR: 8.0}
"""Slope of the skin over the site when standing; over S2 it faces up, over L1 a little down (convention)."""

PLACEMENT_DEG = 4.0
"""One sigma of placing a sensor by hand, about each axis (convention)."""


def mountings(rng: np.random.Generator, *, upside_down: bool, anyhow: bool) -> Mapping[Placement, Floats]:
    """Draw how both sensors sit."""
    if anyhow:
        return {place: numerics.any_rotation(rng) for place in Placement}
    return {place: _on_the_back(place, rng, upside_down=upside_down) for place in Placement}


def _on_the_back(place: Placement, rng: np.random.Generator, *, upside_down: bool) -> Floats:
    slope = numerics.rotation_about("z", SURFACE_DEG[place])
    off = numerics.rotation_of(rng.normal(0.0, PLACEMENT_DEG, 3))
    return slope @ off @ ON_THE_BACK @ numerics.rotation_about("z", 180.0 if upside_down else 0.0)
