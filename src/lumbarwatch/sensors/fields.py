"""Fields of a decoder's description, which may come from a recording's JSON."""

from collections.abc import Mapping

from lumbarwatch.sensors.base import JSON
from lumbarwatch.wire.errors import DecodeError


def number(description: Mapping[str, JSON], field: str) -> float:
    """A positive number of a description."""
    value = description.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        raise DecodeError(f"sensor description: {field} is {value!r}, a number above 0 is needed")
    return float(value)


def text(description: Mapping[str, JSON], field: str) -> str:
    """Text of a description, empty where it is missing."""
    return str(description.get(field) or "")
