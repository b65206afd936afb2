"""Constants of the body and the world, with sources. Lengths: fractions of stature, masses of body mass."""

from dataclasses import dataclass

STANDARD_GRAVITY_MPS2 = 9.80665

DEFAULT_STATURE_M = 1.75
"""Used for lengths when the stature is unknown (convention; ratios such as rom_fraction hardly feel it)."""


@dataclass(frozen=True, slots=True)
class Chain:
    """Lengths of the hip-thrust chain as fractions of stature (definitions 7; thigh, shank: Winter 2009)."""

    thorax_depth: float = 0.035  # bench contact to the thorax joint line, anterior
    thorax_to_thoracolumbar: float = 0.070
    thoracolumbar_to_l5s1: float = 0.100
    l5s1_to_hip_caudal: float = 0.060
    l5s1_to_hip_anterior: float = 0.020
    hip_to_bar: float = 0.060
    thigh: float = 0.245
    shank: float = 0.246
    ankle_height: float = 0.039
    ankle_from_bench: float = 0.475


CHAIN = Chain()


@dataclass(frozen=True, slots=True)
class Masses:
    """Segment masses as fractions of body mass (Winter, Biomechanics and Motor Control, 4th ed., 2009)."""

    upper_body: float = 0.536
    pelvis: float = 0.142
    thighs: float = 0.200
    shanks: float = 0.093
    feet: float = 0.029


MASSES = Masses()


@dataclass(frozen=True, slots=True)
class MassCentres:
    """Where segments' masses act, in fractions of stature unless said (definitions 7; limbs: Winter 2009)."""

    upper_body_above_l5s1: float = 0.157  # along the mean direction of the thorax and of the lumbar spine
    pelvis_below_l5s1: float = 0.020
    limb_from_proximal: float = 0.433  # fraction of the thigh's and of the shank's length
    feet_ahead_of_ankle: float = 0.05 / 1.75
    feet_height_m: float = 0.02  # metres


MASS_CENTRES = MassCentres()

EXTENSOR_LEVER_M = 0.06
"""Lever arm of the back extensors about L5/S1 (definitions 7)."""

EXTENSOR_SLOPE_DEG = 5.0
"""The extensors pull so far off the trunk's axis, backwards (definitions 7)."""

BAR_ON_BACK = 0.25
"""L5/S1 to a bar on the back, along the trunk, fraction of stature (definitions 7)."""

BAR_HANGING = 0.228
"""L5/S1 to the shoulders that a hanging bar pulls at, fraction of stature (definitions 7)."""
