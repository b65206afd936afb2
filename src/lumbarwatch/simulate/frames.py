"""Rotations of segments and sensors over time, as matrices (3, 3, n) whose columns are the axes in the earth.

Earth is East-North-Up. Anatomical axes: X anterior, Y cranial, Z right (definitions 1).
"""

import numpy as np

from lumbarwatch.model.checks import Floats
from lumbarwatch.simulate import numerics
from lumbarwatch.simulate.jets import Jet, product, sin_cos


def segment_axes(heading_rad: Jet, roll_rad: Jet, pitch_rad: Jet) -> Jet:
    """Axes of a segment from its angles.

    Upright, the segment faces ``heading`` (counter-clockwise from East). Roll turns it about that horizontal
    direction, right side up positive; pitch then about its own right axis, leaning back positive. So up, seen
    from the segment, is (sin pitch cos roll, cos pitch cos roll, sin roll).

    Returns
    -------
    Jet of shape (3, 3, n)
        Columns anterior, cranial, right in earth coordinates.
    """
    sin_h, cos_h = sin_cos(heading_rad)
    sin_r, cos_r = sin_cos(roll_rad)
    sin_p, cos_p = sin_cos(pitch_rad)
    zero = Jet.constant(0.0, heading_rad.value)
    forward = Jet.stack([cos_h, sin_h, zero])
    rightward = Jet.stack([sin_h, -cos_h, zero])
    upward = Jet.stack([zero, zero, zero + 1.0])
    spine = upward * cos_r - rightward * sin_r
    anterior = forward * cos_p + spine * sin_p
    cranial = spine * cos_p - forward * sin_p
    right = upward * sin_r + rightward * cos_r
    return _columns(anterior, cranial, right)


def small_turn(vector_rad: Jet) -> Jet:
    """Rotation by successive turns about X, Y and Z of a (3, n) vector of small angles; shape (3, 3, n)."""
    sin_x, cos_x = sin_cos(vector_rad[0])
    sin_y, cos_y = sin_cos(vector_rad[1])
    sin_z, cos_z = sin_cos(vector_rad[2])
    zero = Jet.constant(0.0, sin_x.value)
    one = zero + 1.0
    about_x = _columns(
        Jet.stack([one, zero, zero]), Jet.stack([zero, cos_x, sin_x]), Jet.stack([zero, -sin_x, cos_x])
    )
    about_y = _columns(
        Jet.stack([cos_y, zero, -sin_y]), Jet.stack([zero, one, zero]), Jet.stack([sin_y, zero, cos_y])
    )
    about_z = _columns(
        Jet.stack([cos_z, sin_z, zero]), Jet.stack([-sin_z, cos_z, zero]), Jet.stack([zero, zero, one])
    )
    return turn(turn(about_x, about_y), about_z)


def turn(first: Jet, then: Jet) -> Jet:
    """Matrix product of two (3, 3, n) rotations."""
    return product(lambda a, b: np.einsum("ijn,jkn->ikn", a, b), first, then)


def body_rate(axes: Jet) -> Floats:
    """Angular rate in the rotating frame itself, rad/s, shape (n, 3)."""
    x, y, z = axes.value[:, 0], axes.value[:, 1], axes.value[:, 2]
    x_rate, y_rate, z_rate = axes.rate[:, 0], axes.rate[:, 1], axes.rate[:, 2]
    return np.stack([(y_rate * z).sum(0), (z_rate * x).sum(0), (x_rate * y).sum(0)], axis=1)


def seen_from(axes: Floats, vectors: Floats) -> Floats:
    """Earth vectors (3, n) in a rotating frame's coordinates, shape (n, 3)."""
    return np.einsum("ijn,in->nj", axes, vectors)


def quaternions_wxyz(axes: Floats, yaw_rad: float) -> Floats:
    """Sensor-to-earth quaternions (n, 4) of (3, 3, n) matrices, the earth turned by ``yaw`` about up."""
    about_up = numerics.rotation_about("z", float(np.degrees(yaw_rad)))
    return numerics.quaternions_wxyz(np.ascontiguousarray(np.einsum("ij,jkn->nik", about_up, axes)))


def _columns(first: Jet, second: Jet, third: Jet) -> Jet:
    stacked = Jet.stack([first, second, third])
    return Jet(*(np.swapaxes(part, 0, 1) for part in (stacked.value, stacked.rate, stacked.accel)))
