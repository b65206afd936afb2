"""Arithmetic on functions of time known with their first two derivatives.

A value computed through jets carries its exact rate and acceleration (forward-mode differentiation to second
order, e.g. Griewank & Walther, Evaluating Derivatives, 2nd ed. 2008, doi 10.1137/1.9780898717761), so the
simulated gyroscope and accelerometer agree with the simulated pose to rounding.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Union

import numpy as np

from lumbarwatch.model.checks import Floats

Operand = Union["Jet", Floats, float]


@dataclass(frozen=True, slots=True, eq=False)
class Jet:
    """Value, first and second time derivative, arrays of one shape (time is the last axis)."""

    value: Floats
    rate: Floats
    accel: Floats

    # numpy arrays must leave `array * jet` to Jet.__rmul__ instead of looping over elements
    __array_ufunc__: ClassVar[Any] = None

    @classmethod
    def constant(cls, value: Floats | float, like: Floats) -> "Jet":
        """A value that does not change, of the shape of ``like``."""
        zero = np.zeros_like(like)
        return cls(zero + value, zero, zero)

    @classmethod
    def stack(cls, parts: Sequence["Jet"]) -> "Jet":
        """Put jets of one shape behind each other along a new first axis."""
        return cls(
            np.stack([part.value for part in parts]),
            np.stack([part.rate for part in parts]),
            np.stack([part.accel for part in parts]),
        )

    def __add__(self, other: Operand) -> "Jet":
        if isinstance(other, Jet):
            return Jet(self.value + other.value, self.rate + other.rate, self.accel + other.accel)
        return Jet(self.value + other, self.rate, self.accel)

    __radd__ = __add__

    def __neg__(self) -> "Jet":
        return Jet(-self.value, -self.rate, -self.accel)

    def __sub__(self, other: Operand) -> "Jet":
        return self + (-other)

    def __rsub__(self, other: Floats | float) -> "Jet":
        return (-self) + other

    def __mul__(self, other: Operand) -> "Jet":
        if isinstance(other, Jet):
            return product(np.multiply, self, other)
        return Jet(self.value * other, self.rate * other, self.accel * other)

    __rmul__ = __mul__

    def __getitem__(self, index: Any) -> "Jet":
        return Jet(self.value[index], self.rate[index], self.accel[index])


def product(bilinear: Callable[[Floats, Floats], Floats], a: Jet, b: Jet) -> Jet:
    """Any product that is linear in both factors (Leibniz rule): times, dot, matrix product."""
    return Jet(
        bilinear(a.value, b.value),
        bilinear(a.rate, b.value) + bilinear(a.value, b.rate),
        bilinear(a.accel, b.value) + 2.0 * bilinear(a.rate, b.rate) + bilinear(a.value, b.accel),
    )


def sin_cos(angle: Jet) -> tuple[Jet, Jet]:
    """Sine and cosine of an angle in radians."""
    s, c = np.sin(angle.value), np.cos(angle.value)
    squared = angle.rate * angle.rate
    return (
        Jet(s, c * angle.rate, c * angle.accel - s * squared),
        Jet(c, -s * angle.rate, -s * angle.accel - c * squared),
    )
