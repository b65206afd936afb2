"""Points of the trunk as a chain of segments, from the back's contact to the hip and to both sensor sites."""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.body import CHAIN
from lumbarwatch.model.checks import Floats
from lumbarwatch.simulate.jets import Jet

S2_POSTERIOR = 0.045
"""Depth of the skin over S2 behind the lumbosacral joint, fraction of stature (convention)."""

S2_CAUDAL = 0.030
"""Distance of S2 below the lumbosacral joint, fraction of stature (convention)."""

L1_POSTERIOR = 0.040
"""Depth of the skin over L1 behind the spine's joint line, fraction of stature (convention)."""

L1_CAUDAL = 0.010
"""Distance of the L1 spinous process below the thoracolumbar joint, fraction of stature (convention)."""


@dataclass(frozen=True, slots=True, eq=False)
class TrunkPoints:
    """Points relative to the back's contact with the bench, m, earth coordinates, (3, n) each."""

    hip: Jet
    s2: Jet
    l1: Jet


def trunk_points(lumbar: Jet, middle: Jet, pelvis: Jet, stature_m: float) -> TrunkPoints:
    """Follow the chain of definitions 7 down from the bench contact.

    Parameters
    ----------
    lumbar, middle, pelvis : (3, 3, n)
        Axes of the L1 segment, of the segment between (mean of both angles), and of the pelvis.
    """
    thorax = lumbar[:, 0] * (CHAIN.thorax_depth * stature_m)
    thoracolumbar = thorax - lumbar[:, 1] * (CHAIN.thorax_to_thoracolumbar * stature_m)
    l5s1 = thoracolumbar - middle[:, 1] * (CHAIN.thoracolumbar_to_l5s1 * stature_m)
    return TrunkPoints(
        hip=_offset(l5s1, pelvis, CHAIN.l5s1_to_hip_anterior, -CHAIN.l5s1_to_hip_caudal, stature_m),
        s2=_offset(l5s1, pelvis, -S2_POSTERIOR, -S2_CAUDAL, stature_m),
        l1=_offset(thoracolumbar, lumbar, -L1_POSTERIOR, -L1_CAUDAL, stature_m),
    )


def hip_from_bench(pelvis_pitch_deg: Floats, lumbar_pitch_deg: Floats, stature_m: float) -> Floats:
    """Hip joint seen from the bench contact in the sagittal plane: (2, ...) of x to the feet, z up; m."""
    upper, lower = np.radians(lumbar_pitch_deg), np.radians(pelvis_pitch_deg)
    middle = 0.5 * (upper + lower)
    reach = (
        (CHAIN.thorax_depth, upper, 0.0),
        (CHAIN.thorax_to_thoracolumbar, upper, -0.5 * np.pi),
        (CHAIN.thoracolumbar_to_l5s1, middle, -0.5 * np.pi),
        (CHAIN.l5s1_to_hip_caudal, lower, -0.5 * np.pi),
        (CHAIN.l5s1_to_hip_anterior, lower, 0.0),
    )  # each link points along the segment's anterior direction, or a quarter turn below it: caudal
    x = sum(
        (length * np.cos(angle + quarter) for length, angle, quarter in reach), start=np.zeros_like(middle)
    )
    z = sum(
        (length * np.sin(angle + quarter) for length, angle, quarter in reach), start=np.zeros_like(middle)
    )
    return stature_m * np.stack([x, z])


def _offset(point: Jet, axes: Jet, anterior: float, cranial: float, stature_m: float) -> Jet:
    return point + axes[:, 0] * (anterior * stature_m) + axes[:, 1] * (cranial * stature_m)
