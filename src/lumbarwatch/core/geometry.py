"""Angles of definitions 1 and the hip height of definitions 4 and 7, for arrays of any length."""

import numpy as np

from lumbarwatch.model.body import CHAIN
from lumbarwatch.model.checks import Floats


def turned(rotation: Floats, vectors: Floats) -> Floats:
    """Vectors (n, 3) turned by a rotation (3, 3), or by some of its rows (m, 3): (n, m).

    The same to the bit for any n, and worked out component by component, which is several times as fast. A
    single vector is worked out as two: numpy takes another path for it, which rounds otherwise.
    """
    columns = np.ascontiguousarray(vectors.T)
    if len(vectors) == 1:
        columns = np.repeat(columns, 2, axis=1)
    return np.einsum("ij,jn->in", rotation, columns)[:, : len(vectors)].T


def pitch_deg(up: Floats) -> Floats:
    """Pitch phi of a segment (deg, (-180, 180]) from world up (..., 3) in its anatomical frame.

    0 standing, +90 lying face up. The four-quadrant form has no singularity in a lift (definitions 1).
    """
    return np.degrees(np.arctan2(up[..., 0], up[..., 1]))


def roll_deg(up: Floats) -> Floats:
    """Roll psi of a segment (deg), right side up positive, from world up (..., 3) in its anatomical frame."""
    x, y, z = up[..., 0], up[..., 1], up[..., 2]
    sine = z / np.sqrt((x * x + y * y) + z * z)
    return np.degrees(np.arcsin(np.minimum(np.maximum(sine, -1.0), 1.0)))


def about_right(pitch_deg: float) -> Floats:
    """Rotation (3, 3) of segment vectors that takes a pitch (deg) to zero."""
    c, s = np.cos(np.radians(pitch_deg)), np.sin(np.radians(pitch_deg))
    return np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])


def wrap180_deg(angle: Floats) -> Floats:
    """Wrap angles (deg) to (-180, 180]."""
    return angle - 360.0 * np.ceil((angle - 180.0) / 360.0)


def filled(values: Floats, otherwise: Floats) -> Floats:
    """Values (n,) with those that are NaN taken from ``otherwise``."""
    both = values.copy()
    missing = np.isnan(values)
    both[missing] = otherwise[missing]
    return both


def hip_height_m(pelvis_pitch_deg: Floats, lumbar_pitch_deg: Floats, stature_m: float) -> Floats:
    """Height of the hip joint above the bench contact (m): z of HIP in the chain of definitions 7."""
    pelvis, lumbar = np.radians(pelvis_pitch_deg), np.radians(lumbar_pitch_deg)
    spine = 0.5 * (pelvis + lumbar)
    return stature_m * (
        CHAIN.thorax_depth * np.sin(lumbar)
        - CHAIN.thorax_to_thoracolumbar * np.cos(lumbar)
        - CHAIN.thoracolumbar_to_l5s1 * np.cos(spine)
        - CHAIN.l5s1_to_hip_caudal * np.cos(pelvis)
        + CHAIN.l5s1_to_hip_anterior * np.sin(pelvis)
    )
