"""Posture of a hip thrust in the sagittal plane, from both angles (definitions 7).

World: x from the bench to the feet, z up, floor at z = 0. Angles pass through sines and cosines only, so any
shapes that broadcast will do.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lumbarwatch.model.body import CHAIN, MASS_CENTRES
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.load import LoadError, LoadReason, LoadSetup


class Planar(NamedTuple):
    """A point (m), direction or force (N) in the plane."""

    x: Floats
    z: Floats

    def along(self, direction: "Planar", length: float) -> "Planar":
        """The point so far (m) along a direction."""
        return Planar(self.x + length * direction.x, self.z + length * direction.z)

    def toward(self, other: "Planar", fraction: float) -> "Planar":
        """The point at a fraction of the way."""
        return Planar(self.x + fraction * (other.x - self.x), self.z + fraction * (other.z - self.z))


@dataclass(frozen=True, slots=True, eq=False)
class Posture:
    """Joints, points of contact, and where the segments' masses act."""

    bench: Planar
    thoracolumbar: Planar
    l5s1: Planar
    hip: Planar
    bar: Planar
    knee: Planar
    ankle: Planar
    upper_body: Planar
    pelvis: Planar
    thighs: Planar
    shanks: Planar
    feet: Planar
    trunk_cranial: Planar  # of the lumbar segment (phi_L)
    spine_cranial: Planar  # of the chord between the segments (phi_J)
    spine_anterior: Planar
    reachable: Booleans  # the legs reach from the hip to the ankle; elsewhere the knee lies on that line


def cranial(angle_rad: Floats) -> Planar:
    """Cranial direction of a segment at a pitch."""
    return Planar(-np.sin(angle_rad), np.cos(angle_rad))


def anterior(cranial_direction: Planar) -> Planar:
    """Anterior direction of the segment with this cranial one."""
    return Planar(cranial_direction.z, -cranial_direction.x)


def posture_of(pelvis_pitch_deg: Floats, lumbar_pitch_deg: Floats, setup: LoadSetup) -> Posture:
    """Follow the chain from the bench contact to the ankle; ``reachable`` says where that is possible.

    Parameters
    ----------
    pelvis_pitch_deg, lumbar_pitch_deg : arrays of shapes that broadcast
        phi_P and phi_L, deg.
    """
    h = setup.stature_m
    pelvis_rad, lumbar_rad = np.radians(pelvis_pitch_deg), np.radians(lumbar_pitch_deg)
    trunk, pelvis = cranial(lumbar_rad), cranial(pelvis_rad)
    spine = cranial(0.5 * (pelvis_rad + lumbar_rad))
    bench = Planar(np.zeros(1), np.full(1, setup.bench_m))
    thoracolumbar = bench.along(anterior(trunk), CHAIN.thorax_depth * h).along(trunk, -setup.contact_m)
    l5s1 = thoracolumbar.along(spine, -CHAIN.thoracolumbar_to_l5s1 * h)
    forward = anterior(pelvis)
    hip = l5s1.along(pelvis, -CHAIN.l5s1_to_hip_caudal * h).along(forward, CHAIN.l5s1_to_hip_anterior * h)
    ankle = Planar(np.full(1, setup.ankle_x_m), np.full(1, CHAIN.ankle_height * h))
    knee, reachable = _knee(hip, ankle, CHAIN.thigh * h, CHAIN.shank * h)
    upper = cranial(0.75 * lumbar_rad + 0.25 * pelvis_rad)  # mean of phi_L and phi_J
    return Posture(
        bench=bench,
        thoracolumbar=thoracolumbar,
        l5s1=l5s1,
        hip=hip,
        bar=hip.along(forward, CHAIN.hip_to_bar * h),
        knee=knee,
        ankle=ankle,
        upper_body=l5s1.along(upper, MASS_CENTRES.upper_body_above_l5s1 * h),
        pelvis=l5s1.along(pelvis, -MASS_CENTRES.pelvis_below_l5s1 * h),
        thighs=hip.toward(knee, MASS_CENTRES.limb_from_proximal),
        shanks=knee.toward(ankle, MASS_CENTRES.limb_from_proximal),
        feet=Planar(ankle.x + MASS_CENTRES.feet_ahead_of_ankle * h, np.full(1, MASS_CENTRES.feet_height_m)),
        trunk_cranial=trunk,
        spine_cranial=spine,
        spine_anterior=anterior(spine),
        reachable=reachable,
    )


def check_reachable(
    posture: Posture, pelvis_pitch_deg: Floats, lumbar_pitch_deg: Floats, setup: LoadSetup
) -> None:
    """Refuse postures in which the feet can't be where they stand.

    Raises
    ------
    LoadError
        With UNREACHABLE, naming the first such posture.
    """
    if posture.reachable.all():
        return
    first = int(np.argmin(posture.reachable))
    pelvis_deg, lumbar_deg = (float(np.ravel(angle)[first]) for angle in (pelvis_pitch_deg, lumbar_pitch_deg))
    raise LoadError(
        LoadReason.UNREACHABLE,
        f"The legs don't reach from the hip to the feet with the pelvis at {pelvis_deg:.0f} deg, the lumbar "
        f"segment at {lumbar_deg:.0f} deg, a stature of {setup.stature_m:g} m and a bench of "
        f"{setup.bench_m:.2f} m: check these four.",
    )


def _knee(hip: Planar, ankle: Planar, thigh_m: float, shank_m: float) -> tuple[Planar, Booleans]:
    """Two-link inverse kinematics, the higher of both knees; and where there is a solution."""
    dx, dz = ankle.x - hip.x, ankle.z - hip.z
    distance = np.hypot(dx, dz)
    reachable = (distance <= thigh_m + shank_m) & (distance >= abs(thigh_m - shank_m)) & (distance > 0.0)
    apart = np.maximum(distance, np.finfo(np.float64).tiny)
    along = (thigh_m**2 - shank_m**2 + apart**2) / (2.0 * apart)
    beside = np.sqrt(np.maximum(thigh_m**2 - along**2, 0.0))
    along, ux, uz = np.clip(along, -thigh_m, thigh_m), dx / apart, dz / apart
    side = np.where(ux >= 0.0, beside, -beside)  # the normal (-uz, ux) points up where ux > 0
    return Planar(hip.x + along * ux - side * uz, hip.z + along * uz + side * ux), reachable
