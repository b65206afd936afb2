"""Quaternion arithmetic against scipy's."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from lumbarwatch.core.rotations import (
    FEW_ROWS,
    cross,
    levelling,
    multiply,
    rotation_matrices,
    rotation_vector,
    to_earth,
    to_sensor,
    unit,
    up_in_sensor,
    up_later,
)

RNG = np.random.default_rng(5)
ROTATIONS = Rotation.random(50, random_state=6)
QUATS = ROTATIONS.as_quat(scalar_first=True)
VECTORS = RNG.normal(size=(50, 3))


def test_rotations_match():
    np.testing.assert_allclose(to_earth(QUATS, VECTORS), ROTATIONS.apply(VECTORS), atol=1e-12)
    np.testing.assert_allclose(to_sensor(QUATS, VECTORS), ROTATIONS.inv().apply(VECTORS), atol=1e-12)
    np.testing.assert_allclose(up_in_sensor(QUATS), ROTATIONS.inv().apply([0.0, 0.0, 1.0]), atol=1e-12)


def test_products_match():
    other = Rotation.random(50, random_state=7)
    expected = (ROTATIONS * other).as_matrix()
    product = multiply(QUATS, other.as_quat(scalar_first=True))
    np.testing.assert_allclose(
        Rotation.from_quat(product, scalar_first=True).as_matrix(), expected, atol=1e-12
    )


def test_levelling_takes_the_vertical_up():
    up = unit(VECTORS)
    level = levelling(up)
    np.testing.assert_allclose(to_earth(level, up), np.tile([0.0, 0.0, 1.0], (50, 1)), atol=1e-9)
    assert level[:, 3] == pytest.approx(0.0)  # about a horizontal axis: no heading


def test_the_vector_between_two_orientations_is_in_the_sensors_frame():
    step = np.array([0.3, -0.2, 0.5])
    after = (ROTATIONS[0] * Rotation.from_rotvec(step)).as_quat(scalar_first=True)
    np.testing.assert_allclose(rotation_vector(QUATS[0], after), step, atol=1e-12)
    np.testing.assert_allclose(rotation_vector(QUATS[0], -after), step, atol=1e-12)


def test_turning_on_is_turning():
    rate = np.tile([0.0, 2.0, 0.0], (1, 1))
    up = np.array([[0.0, 0.0, 1.0]])
    expected = Rotation.from_rotvec([0.0, -2.0 * 0.004, 0.0]).apply(up[0])
    level = np.array([[1.0, 0.0, 0.0, 0.0]])
    np.testing.assert_allclose(up_later(level, rate, np.array([0.004]))[0], expected, atol=1e-6)


def test_matrices_are_those_of_the_quaternions():
    np.testing.assert_allclose(rotation_matrices(QUATS), ROTATIONS.as_matrix(), atol=1e-12)


def test_few_rows_give_the_same_bits_as_many():
    many = up_in_sensor(QUATS)
    for n in range(1, FEW_ROWS + 1):
        np.testing.assert_array_equal(up_in_sensor(QUATS[:n]), many[:n])
    np.testing.assert_array_equal(cross(VECTORS[:1], VECTORS[1:2]), cross(VECTORS[:49], VECTORS[1:])[:1])
