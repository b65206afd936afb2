"""Load on the lumbar spine: a quasi-static hip thrust in the sagittal plane, and free-standing lifts.

Definitions 7. The bench pushes the trunk and the floor the feet; what share of the floor's push is horizontal
(kappa) is open in statics and closed by an assumption. Compression probably reads low (no co-contraction).
Not validated for this lift: a moment to compare an athlete's own lifts by, never a risk.
"""

from dataclasses import dataclass, fields

import numpy as np
from scipy.ndimage import gaussian_filter1d

from lumbarwatch.core.chain import Planar, Posture, check_reachable, posture_of
from lumbarwatch.model.body import (
    BAR_HANGING,
    BAR_ON_BACK,
    EXTENSOR_LEVER_M,
    EXTENSOR_SLOPE_DEG,
    MASS_CENTRES,
    MASSES,
    STANDARD_GRAVITY_MPS2,
)
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.load import Lift, LoadError, LoadReason, LoadSetup, LumbarLoad, check_value

Number = float | Floats

HIP_CUTOFF_HZ = 4.0
"""Low-pass of the hip's height before its acceleration (definitions 7)."""


@dataclass(frozen=True, slots=True, eq=False)
class Loading:
    """What acts on a posture; every number may be an array that broadcasts with the posture's."""

    bar_kg: Number
    mass_kg: float
    kappa: Number
    dynamic_factor: Number = 1.0  # 1 + a/g
    contact_shift_m: Number = 0.0  # of the bench's push along the trunk, cranial
    pressure_ahead_m: Number = 0.0  # of the floor's push, ahead of the ankle
    lever_m: Number = EXTENSOR_LEVER_M

    def weight_n(self, mass_kg: Number) -> Number:
        """Weight of a mass, as heavy as the movement makes it."""
        return mass_kg * STANDARD_GRAVITY_MPS2 * self.dynamic_factor


@dataclass(frozen=True, slots=True, eq=False)
class Push:
    """A force and where it acts."""

    at: Planar
    force: Planar


@dataclass(frozen=True, slots=True, eq=False)
class FreeBody:
    """The posture with everything that pushes on it."""

    bench: Push
    floor: Push
    upper_body: Push
    pelvis: Push
    bar: Push
    thighs: Push
    shanks: Push
    feet: Push


def hip_thrust_load(
    pelvis_pitch_deg: Floats,
    lumbar_pitch_deg: Floats,
    setup: LoadSetup,
    dynamic_factor: Number = 1.0,
) -> LumbarLoad:
    """Load of each posture of a hip thrust.

    Parameters
    ----------
    pelvis_pitch_deg, lumbar_pitch_deg : (n,)
        phi_P and phi_L, deg.
    dynamic_factor : float or (n,)
        1 + a/g; multiplies all weights.

    Raises
    ------
    LoadError
        With BAD_VALUE where an angle or a factor is not finite, with UNREACHABLE where the legs don't reach
        from the hip to the feet.
    """
    check_finite("pelvis angle", pelvis_pitch_deg)
    check_finite("lumbar angle", lumbar_pitch_deg)
    check_finite("dynamic factor", np.atleast_1d(dynamic_factor))
    posture = posture_of(pelvis_pitch_deg, lumbar_pitch_deg, setup)
    check_reachable(posture, pelvis_pitch_deg, lumbar_pitch_deg, setup)
    return statics(posture, Loading(setup.bar_kg, setup.mass_kg, setup.kappa, dynamic_factor))


def statics(posture: Posture, loading: Loading) -> LumbarLoad:
    """Moments and forces of postures under a loading, in the shape that both broadcast to."""
    body = free_body(posture, loading)
    m_l5s1 = -(_moment(body.bench, posture.l5s1) + _moment(body.upper_body, posture.l5s1))
    hx, rb = body.bench.force
    external = Planar(hx, rb + body.upper_body.force.z)
    extensors_n = np.maximum(m_l5s1, 0.0) / loading.lever_m
    slope = np.radians(EXTENSOR_SLOPE_DEG)
    return _same_shape(
        LumbarLoad(
            m_l5s1_nm=m_l5s1,
            m_hip_nm=moment_from_below(body, posture.hip, "thighs"),
            m_knee_nm=-moment_from_below(body, posture.knee, "shanks"),
            compression_n=extensors_n * np.cos(slope) - _projected(external, posture.spine_cranial),
            shear_n=_projected(external, posture.spine_anterior) - extensors_n * np.sin(slope),
            bench_n=rb,
            foot_n=body.floor.force.z,
            horizontal_n=hx,
        )
    )


def free_body(posture: Posture, loading: Loading) -> FreeBody:
    """Weights, and the pushes of bench and floor that carry them (moments about the floor's push)."""
    mass = loading.mass_kg
    weights = {
        "upper_body": (posture.upper_body, loading.weight_n(MASSES.upper_body * mass)),
        "pelvis": (posture.pelvis, loading.weight_n(MASSES.pelvis * mass)),
        "bar": (posture.bar, loading.weight_n(loading.bar_kg)),
        "thighs": (posture.thighs, loading.weight_n(MASSES.thighs * mass)),
        "shanks": (posture.shanks, loading.weight_n(MASSES.shanks * mass)),
        "feet": (posture.feet, loading.weight_n(MASSES.feet * mass)),
    }
    whole = sum((weight for _, weight in weights.values()), start=np.zeros(1))
    contact = Planar(
        posture.bench.x + loading.contact_shift_m * posture.trunk_cranial.x,
        posture.bench.z + loading.contact_shift_m * posture.trunk_cranial.z,
    )
    sole = Planar(posture.ankle.x + loading.pressure_ahead_m, np.zeros(1))
    carried = sum((weight * (at.x - sole.x) for at, weight in weights.values()), start=np.zeros(1))
    rise = loading.kappa * contact.z
    rb = (carried + rise * whole) / (contact.x - sole.x + rise)
    rf = whole - rb
    hx = loading.kappa * rf
    hanging = {
        name: Push(at, Planar(np.zeros(1), np.negative(weight))) for name, (at, weight) in weights.items()
    }
    return FreeBody(bench=Push(contact, Planar(hx, rb)), floor=Push(sole, Planar(-hx, rf)), **hanging)


BELOW = ("pelvis", "bar", "thighs", "shanks", "feet", "floor")
"""What acts below L5/S1, from the trunk down."""


def moment_from_below(body: FreeBody, joint: Planar, first: str = "pelvis") -> Floats:
    """Moment (N m) about a joint of everything that acts from the segment ``first`` down to the floor.

    At L5/S1 and at the hip the extensors carry it; at the knee, which opens the other way, its opposite.
    """
    acting = BELOW[BELOW.index(first) :]
    return sum((_moment(getattr(body, name), joint) for name in acting), start=np.zeros(1))


def dynamic_factor(hip_height_m: Floats, step_s: float) -> Floats:
    """1 + a/g of each point, a = second derivative of the hip's height.

    Smoothed by a Gaussian whose gain is 1/sqrt(2) at 4 Hz, cut at four of its widths (0.13 s): each value
    depends on its own neighbourhood only, so that a stream may be cut anywhere else.

    Parameters
    ----------
    hip_height_m : (n,)
        Finite, on a regular grid; beyond both ends taken to go on as straight as it comes.
    step_s : float
        Step of the grid, s.
    """
    width = float(np.sqrt(np.log(2.0))) / (2.0 * np.pi * HIP_CUTOFF_HZ) / step_s
    beyond = int(4.0 * width) + 2
    longer = np.pad(hip_height_m, beyond, mode="reflect", reflect_type="odd")
    smooth = gaussian_filter1d(longer, width, mode="nearest", truncate=4.0)[beyond - 1 : 1 - beyond]
    return 1.0 + np.diff(smooth, 2) / (step_s**2 * STANDARD_GRAVITY_MPS2)


def free_standing_moment_nm(
    pelvis_pitch_deg: Floats,
    lumbar_pitch_deg: Floats,
    setup: LoadSetup,
    lift: Lift,
    bar_kg: Number | None = None,
) -> Floats:
    """L5/S1 extensor moment (N m) of a squat, good morning, deadlift or RDL, (n,).

    Parameters
    ----------
    bar_kg : float or array, optional
        In place of the setup's.

    Raises
    ------
    LoadError
        With BAD_VALUE where an angle is not finite, or for a hip thrust.
    """
    if lift is Lift.HIP_THRUST:
        raise LoadError(LoadReason.BAD_VALUE, "A hip thrust is not free-standing: its bench carries a part.")
    check_finite("pelvis angle", pelvis_pitch_deg)
    check_finite("lumbar angle", lumbar_pitch_deg)
    lean = -np.radians(0.5 * (pelvis_pitch_deg + lumbar_pitch_deg))
    upper_kgm = MASSES.upper_body * setup.mass_kg * MASS_CENTRES.upper_body_above_l5s1
    bar_kgm = (setup.bar_kg if bar_kg is None else bar_kg) * (BAR_HANGING if lift.bar_hangs else BAR_ON_BACK)
    return (upper_kgm + bar_kgm) * setup.stature_m * STANDARD_GRAVITY_MPS2 * np.sin(lean)


def check_finite(name: str, values: Floats) -> None:
    """Refuse unknown numbers.

    Raises
    ------
    LoadError
        With BAD_VALUE.
    """
    unknown = ~np.isfinite(values)
    if unknown.any():
        check_value(f"A {name}", float(values[unknown][0]), -360.0, 360.0, "")


def _moment(push: Push, about: Planar) -> Floats:
    """Planar moment of a force about a point, (x - x0) Fz - (z - z0) Fx."""
    return (push.at.x - about.x) * push.force.z - (push.at.z - about.z) * push.force.x


def _projected(force: Planar, direction: Planar) -> Floats:
    return force.x * direction.x + force.z * direction.z


def _same_shape(load: LumbarLoad) -> LumbarLoad:
    values = [getattr(load, field.name) for field in fields(load)]
    return LumbarLoad(*np.broadcast_arrays(*values))
