"""Column types that keep a history of hundreds of thousands of reps small, without losing a digit."""

import zlib
from typing import Any, Final

from sqlalchemy import CHAR, BigInteger, Dialect, LargeBinary, Uuid
from sqlalchemy.types import TypeDecorator, TypeEngine

from lumbarwatch.model.motion import FIGURE_DIGITS

_SCALE: Final = 10**FIGURE_DIGITS


_COMMON: Final = (
    b'"nominal_rate_hz":100.0,"seq_modulo":65536,"clock_modulo_ns":null,"gyr_range_radps":null,'
    b'"acc_range_mps2":null,"serial":"","family":"lm1","filter_delay_s":0.0,"accelerometer":null}'
    b'{"sensors":{"pelvis":{"nominal_rate_hz":100.0,"seq_modulo":null,"athlete":{"id":"","name":"","mass_kg":'
    b',"stature_m":1.,"bench_height_m":null,"contact_to_l1_m":null},"preset":null,"orientation":"raw"}'
    b',"calibration_source":"guided","calibration_source":"automatic"'
    b'{"source":"automatic","valid":true,"reasons":["no_range","no_reference"],"mountings":{"pelvis":{'
    b'{"source":"guided","valid":true,"reasons":[],"mountings":{"pelvis":{"segment_from_sensor":[[0.'
    b'],[-0.]],"gyr_bias_radps":[-0.00,"axis_explained":0.9,"axis_elevation_deg":,"bow_range_deg":'
    b',"still_sd_deg":0.}},"lumbar":{"segment_from_sensor":[[-0."own_range":{"lam_max_deg":,"tau_max_deg":1'
    b',"spread_deg":},"own_range":null,"reference":null,"reference":{"phi_bottom_deg":,"phi_top_deg":9'
    b',"tilt_lock_deg":,"lam_lock_deg":-,"psi_lock_deg":,"rom_m":0.},"swapped":false,"sigma_deg":2.'
    b',"lift_recognised":false}"limits":{"overrides":{},"tuck_training":false}'
)
"""What nearly all of these texts say alike; every stored one needs it to be read, so it is never changed."""


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


class Id(TypeDecorator[str]):
    """A UUID as text: on a server its own type, in SQLite 32 digits, put together without an object for each.

    A page of the history reads thousands; SQLAlchemy's own way through ``UUID`` was a third of its time.
    """

    impl = Uuid
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the database's own type."""
        return dialect.type_descriptor(CHAR(32) if dialect.name == "sqlite" else Uuid(as_uuid=False))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is stored."""
        return value.replace("-", "") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return the text with its dashes."""
        if value is None or dialect.name != "sqlite":
            return value
        return f"{value[:8]}-{value[8:12]}-{value[12:16]}-{value[16:20]}-{value[20:]}"


class Packed(TypeDecorator[str]):
    """Text that is read whole or not at all (JSON), deflated against :data:`_COMMON` (a third smaller)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Return the bytes."""
        del dialect
        if value is None:
            return None
        packer = zlib.compressobj(9, zdict=_COMMON)
        return packer.compress(value.encode()) + packer.flush()

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Return the text; the first version's was deflated against nothing."""
        del dialect
        return None if value is None else zlib.decompressobj(zdict=_COMMON).decompress(value).decode()
