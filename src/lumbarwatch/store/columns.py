"""Column types that keep a history of hundreds of thousands of reps small, without losing a digit."""

import zlib
from typing import Final

from sqlalchemy import BigInteger, Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from lumbarwatch.model.motion import FIGURE_DIGITS

_SCALE: Final = 10**FIGURE_DIGITS


class Figure(TypeDecorator[float]):
    """A number with :data:`FIGURE_DIGITS` decimals as a whole number: in SQLite 4 bytes for a float's 8."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: float | None, dialect: Dialect) -> int | None:
        """Return the whole number."""
        del dialect
        return None if value is None else round(value * _SCALE)

    def process_result_value(self, value: int | None, dialect: Dialect) -> float | None:
        """Return the number, the same float that ``round`` gives."""
        del dialect
        return None if value is None else value / _SCALE


class Packed(TypeDecorator[str]):
    """Text that is read whole or not at all (JSON), deflated."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Return the bytes."""
        del dialect
        return None if value is None else zlib.compress(value.encode(), 9)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Return the text."""
        del dialect
        return None if value is None else zlib.decompress(value).decode()
