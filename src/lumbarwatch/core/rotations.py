"""Quaternion arithmetic on arrays (scalar first, sensor to earth).

Only element-wise operations: a matrix product rounds differently with the number of rows, and results must
not depend on how a stream is cut.
"""

from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np

from lumbarwatch.model.checks import Floats

FEW_ROWS = 4
"""Where plain floats stop being faster than arrays (measured)."""


def up_in_sensor(quat: Floats) -> Floats:
    """World up (n, 3) in the sensor's frame from quaternions (n, 4)."""
    return by_rows(_up, quat)


def _up(w: Any, x: Any, y: Any, z: Any) -> tuple[Any, Any, Any]:
    return 2.0 * (x * z - w * y), 2.0 * (w * x + y * z), (w * w - x * x) + (z * z - y * y)


def by_rows(formula: Callable[..., tuple[Any, Any, Any]], *tables: Floats) -> Floats:
    """Apply a formula to the columns of tables (n, .): results (n, 3).

    Of few rows each is worked out in plain floats, to the same bits: numpy's cost per call is that of dozens
    of them.
    """
    n = len(tables[0])
    if n <= FEW_ROWS:
        rows = zip(*(table.tolist() for table in tables), strict=True)
        return np.array([formula(*chain(*row)) for row in rows]).reshape(n, 3)
    out = np.empty((n, 3))
    columns = [column for table in tables for column in table.T]
    out[:, 0], out[:, 1], out[:, 2] = formula(*columns)
    return out


def to_earth(quat: Floats, vectors: Floats) -> Floats:
    """Sensor-frame vectors (n, 3) in the quaternions' (n, 4) earth frame."""
    return _rotate(quat[:, 0], quat[:, 1], quat[:, 2], quat[:, 3], vectors)


def to_sensor(quat: Floats, vectors: Floats) -> Floats:
    """Earth-frame vectors (n, 3) in the sensor's frame."""
    return _rotate(quat[:, 0], -quat[:, 1], -quat[:, 2], -quat[:, 3], vectors)


def multiply(first: Floats, second: Floats) -> Floats:
    """Product of quaternions (n, 4)."""
    w, x, y, z = first.T
    a, b, c, d = second.T
    out = np.empty((len(first), 4))
    out[:, 0] = w * a - x * b - y * c - z * d
    out[:, 1] = w * b + x * a + y * d - z * c
    out[:, 2] = w * c - x * d + y * a + z * b
    out[:, 3] = w * d + x * c - y * b + z * a
    return out


def levelling(up: Floats) -> Floats:
    """Shortest rotation (n, 4) that takes the unit vectors ``up`` (n, 3) to (0, 0, 1)."""
    half = np.sqrt(np.maximum((1.0 + up[:, 2]) / 2.0, 1e-12))
    out = np.empty((len(up), 4))
    out[:, 0] = half
    out[:, 1] = up[:, 1] / (2.0 * half)
    out[:, 2] = -up[:, 0] / (2.0 * half)
    out[:, 3] = 0.0
    return out


def cross(first: Floats, second: Floats) -> Floats:
    """Cross product of vectors (n, 3); numpy's own costs several times as much on short arrays."""
    out = np.empty(first.shape)
    out[:, 0] = first[:, 1] * second[:, 2] - first[:, 2] * second[:, 1]
    out[:, 1] = first[:, 2] * second[:, 0] - first[:, 0] * second[:, 2]
    out[:, 2] = first[:, 0] * second[:, 1] - first[:, 1] * second[:, 0]
    return out


def rotation_matrices(quat: Floats) -> Floats:
    """Matrices (n, 3, 3), sensor to earth, of quaternions (n, 4)."""
    w, x, y, z = np.ascontiguousarray(quat.T)
    out = np.empty((len(quat), 3, 3))
    out[:, 0, 0], out[:, 0, 1], out[:, 0, 2] = (
        1.0 - 2.0 * (y * y + z * z),
        2.0 * (x * y - w * z),
        2.0 * (x * z + w * y),
    )
    out[:, 1, 0], out[:, 1, 1], out[:, 1, 2] = (
        2.0 * (x * y + w * z),
        1.0 - 2.0 * (x * x + z * z),
        2.0 * (y * z - w * x),
    )
    out[:, 2, 0], out[:, 2, 1], out[:, 2, 2] = (
        2.0 * (x * z - w * y),
        2.0 * (y * z + w * x),
        1.0 - 2.0 * (x * x + y * y),
    )
    return out


def unit(vectors: Floats) -> Floats:
    """Vectors (n, 3) at length 1."""
    norm = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return vectors / np.maximum(norm, 1e-12)[:, None]


def turned_on(up: Floats, gyr: Floats, seconds: Floats) -> Floats:
    """World up (n, 3) in the sensor's frame ``seconds`` (n,) later, the rate (n, 3) going on."""
    return by_rows(_turned_on, up, gyr, seconds.reshape(-1, 1))


def up_later(quat: Floats, gyr: Floats, seconds: Floats) -> Floats:
    """The same from quaternions (n, 4)."""
    return by_rows(_up_later, quat, gyr, seconds.reshape(-1, 1))


def _up_later(*row: Any) -> tuple[Any, Any, Any]:
    return _turned_on(*_up(*row[:4]), *row[4:])


def _turned_on(*row: Any) -> tuple[Any, Any, Any]:
    x, y, z, a, b, c, seconds = row
    a, b, c = seconds * a, seconds * b, seconds * c
    x, y, z = x + (y * c - z * b), y + (z * a - x * c), z + (x * b - y * a)
    shorter = 1.0 / np.sqrt(x * x + y * y + z * z)
    return x * shorter, y * shorter, z * shorter


def rotation_vector(first: Floats, second: Floats) -> Floats:
    """Rotation (3,), rad, in the sensor's frame, that leads from one orientation (4,) to another."""
    relative = multiply(first[None] * np.array([1.0, -1.0, -1.0, -1.0]), second[None])[0]
    if relative[0] < 0:
        relative = -relative
    sine = float(np.sqrt(relative[1:] @ relative[1:]))
    angle = 2.0 * float(np.arctan2(sine, relative[0]))
    return relative[1:] * (angle / sine if sine > 1e-9 else 2.0)


def _rotate(w: Floats, x: Floats, y: Floats, z: Floats, v: Floats) -> Floats:
    a, b, c = v.T
    tx, ty, tz = 2.0 * (y * c - z * b), 2.0 * (z * a - x * c), 2.0 * (x * b - y * a)
    out = np.empty(v.shape)
    out[:, 0] = a + w * tx + (y * tz - z * ty)
    out[:, 1] = b + w * ty + (z * tx - x * tz)
    out[:, 2] = c + w * tz + (x * ty - y * tx)
    return out
