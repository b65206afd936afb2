"""Checks that values run at construction. Each refusal names the field and says what is wrong with it."""

import operator
from collections.abc import Callable
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]

UNIT_QUATERNION_TOLERANCE = 0.02
"""Largest accepted deviation of a quaternion's norm from 1 (int16 and float32 senders stay far below)."""


_SMALL = 24
"""Up to here a list is faster than numpy's calls: a packet has one to eight samples."""


class ModelError(ValueError):
    """A value that can't be right; the message names the field."""


def floats(field: str, values: object, shape: tuple[int, ...]) -> Floats:
    """Return ``values`` as a read-only float64 array of ``shape`` (-1: any length), finite throughout."""
    array = _shaped(field, np.array(values, dtype=np.float64, order="C"), shape)
    if not _all_finite(array):
        bad = int(np.argmin(np.isfinite(array).reshape(len(array), -1).all(axis=1))) if array.ndim else 0
        raise ModelError(f"{field}: value {bad} is not a finite number")
    return array


def integers(field: str, values: object, shape: tuple[int, ...]) -> Integers:
    """Return ``values`` as a read-only int64 array of ``shape`` (-1: any length)."""
    raw = np.asarray(values)
    if raw.dtype.kind not in "iu" and raw.size:
        raise ModelError(f"{field}: whole numbers are needed, not {raw.dtype}")
    return _shaped(field, np.array(raw, dtype=np.int64), shape)


def non_decreasing(field: str, values: Integers) -> None:
    """Refuse times that go back."""
    if not _in_order(values, operator.le):
        raise ModelError(f"{field}: goes back at value {int(np.argmax(values[1:] < values[:-1])) + 1}")


def increasing(field: str, values: Integers) -> None:
    """Refuse times or counters that stand still or go back."""
    if not _in_order(values, operator.lt):
        raise ModelError(
            f"{field}: does not increase at value {int(np.argmax(values[1:] <= values[:-1])) + 1}"
        )


def unit_quaternions(field: str, values: Floats) -> None:
    """Refuse quaternions (n, 4) whose norm is not 1."""
    norms = np.sqrt(np.einsum("ij,ij->i", values, values))
    off = np.abs(norms - 1.0) > UNIT_QUATERNION_TOLERANCE
    if off.any():
        bad = int(np.argmax(off))
        raise ModelError(f"{field}: quaternion {bad} has norm {norms[bad]:.3f}, not 1")


def finite(field: str, value: float | None, *, low: float | None = None, high: float | None = None) -> None:
    """Refuse a number that is not finite or lies outside [low, high]; None passes."""
    if value is None:
        return
    if not isfinite(value):
        raise ModelError(f"{field}: {value} is not a finite number")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ModelError(f"{field}: {value} is outside {low} to {high}")


def _all_finite(array: Floats) -> bool:
    if array.size <= _SMALL:
        return all(map(isfinite, array.ravel().tolist()))
    return bool(np.isfinite(array).all())


def _in_order(values: Integers, before: Callable[[Any, Any], Any]) -> bool:
    """Whether each value stands in the wanted order to the next."""
    if values.size <= _SMALL:
        plain = values.tolist()
        return all(map(before, plain, plain[1:]))
    return bool(before(values[:-1], values[1:]).all())


def _shaped(field: str, array: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    fits = array.shape == shape or (
        array.ndim == len(shape)
        and all(want in (-1, got) for want, got in zip(shape, array.shape, strict=True))
    )
    if not fits:
        wanted = tuple("n" if size == -1 else size for size in shape)
        raise ModelError(f"{field}: shape {array.shape} where {wanted} is needed")
    array.flags.writeable = False
    return array
