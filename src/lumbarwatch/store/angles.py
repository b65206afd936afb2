"""Angles over a session's sets as Parquet: what a replay of a rep and the load of one rep are drawn from.

Derived and made again with every analysis. Only sets are kept, with some seconds around them. Angles are
whole hundredths of a degree, far below any sigma; unknown ones are null.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from lumbarwatch.model.checks import Booleans, Floats, ModelError
from lumbarwatch.model.motion import PHASES, PoseBatch, SetSummary
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.store.arrow import pa, pq
from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.whole_file import in_place_of

_LOG = logging.getLogger(__name__)

ANGLES_SCHEMA: Final = b"lumbarwatch.angles/1"
AROUND_NS: Final = 2 * NS_PER_S
"""Kept before and after a set (convention)."""

PER_DEG: Final = 100
_KEY: Final = b"lumbarwatch"
_VERSION: Final = b"pipeline_version"
_ANGLES: Final = (
    "pelvis_pitch_deg",
    "lumbar_pitch_deg",
    "posterior_pelvic_tilt_deg",
    "lumbar_extension_deg",
    "pelvis_sigma_deg",
    "lumbar_extension_sigma_deg",
    "pelvis_roll_deg",
    "lumbar_roll_deg",
)


@dataclass(frozen=True, slots=True, eq=False)
class Angles:
    """Poses around the sets of a session, and the pipeline version they are by."""

    poses: PoseBatch
    pipeline_version: str


def write_angles(path: Path, poses: PoseBatch, sets: Sequence[SetSummary], pipeline_version: str) -> None:
    """Write the poses around the sets; the file appears under its name only when it is complete and synced.

    Raises
    ------
    StoreError
        No room, no permission.
    """
    try:
        with in_place_of(path) as file:
            table = _table(poses, _around(poses, sets), pipeline_version)
            pq.write_table(
                table,
                file,
                compression="zstd",
                use_dictionary=False,
                column_encoding=dict.fromkeys(("t_ns", *_ANGLES), "DELTA_BINARY_PACKED"),
                write_page_checksum=True,
            )
    except OSError as error:
        raise from_os(error, "Writing the angles", path) from error


def write_derived_angles(
    path: Path, poses: PoseBatch, sets: Sequence[SetSummary], pipeline_version: str
) -> None:
    """Write the angles beside an analysis: they can be made again, so that a failure costs nothing else."""
    try:
        write_angles(path, poses, sets, pipeline_version)
    except StoreError as error:
        _LOG.warning("%s", error)


def read_angles(path: Path, span_ns: tuple[int, int] | None = None) -> Angles:
    """Read the poses back, of the whole file or from one time to another (half-open, host time base).

    Raises
    ------
    StoreError
        Missing, damaged, not ours, or from a newer version.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            table: Any = file.read()
    except FileNotFoundError:
        message = f"The angles {path.name} are not there: `lumbarwatch reanalyze --again` makes them anew."
        raise StoreError(StoreReason.MISSING, message) from None
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path) from error
    about: dict[bytes, bytes] = table.schema.metadata or {}
    if about.get(_KEY) != ANGLES_SCHEMA:
        message = f"The angles {path.name} are of another kind: a newer lumbarwatch is needed to read them."
        raise StoreError(StoreReason.NEWER_VERSION, message)
    try:
        return Angles(_poses(_within(table, span_ns)), about[_VERSION].decode())
    except (KeyError, ValueError, ModelError) as error:
        raise _damaged(path) from error


def _within(table: Any, span_ns: tuple[int, int] | None) -> Any:  # pyarrow tables
    """Cut a table by its times, which increase."""
    if span_ns is None:
        return table
    begin, end = (int(np.searchsorted(table["t_ns"].to_numpy(), edge)) for edge in span_ns)
    return table.slice(begin, end - begin)


def _around(poses: PoseBatch, sets: Sequence[SetSummary]) -> Booleans:
    kept = np.zeros(len(poses), dtype=np.bool_)
    for one in sets:
        kept |= (poses.t_ns >= one.t_start_ns - AROUND_NS) & (poses.t_ns <= one.t_end_ns + AROUND_NS)
    return kept


def _table(poses: PoseBatch, kept: Booleans, pipeline_version: str) -> Any:  # a pyarrow table
    columns = {
        "t_ns": pa.array(poses.t_ns[kept], pa.int64()),
        **{name: _whole(getattr(poses, name)[kept]) for name in _ANGLES},
        "phase": pa.array(poses.phase_code[kept].astype(np.int8), pa.int8()),
        "valid": pa.array(poses.valid[kept], pa.bool_()),
    }
    fields = [pa.field(name, array.type, metadata=_unit(name)) for name, array in columns.items()]
    about = {_KEY: ANGLES_SCHEMA, _VERSION: pipeline_version.encode(), b"phases": ",".join(PHASES).encode()}
    return pa.table(list(columns.values()), schema=pa.schema(fields, metadata=about))


def _unit(name: str) -> dict[str, str]:
    return {"unit": "ns"} if name == "t_ns" else {"unit": "0.01 deg"} if name in _ANGLES else {}


def _whole(values: Floats) -> Any:  # a pyarrow array
    known = np.isfinite(values)
    return pa.array(np.rint(np.where(known, values, 0.0) * PER_DEG).astype(np.int32), mask=~known)


def _poses(table: Any) -> PoseBatch:
    angles: dict[str, Floats] = {}
    for name in _ANGLES:
        column = table[name].to_numpy()  # float64 with NaN where there are nulls, whole numbers otherwise
        angles[name] = column.astype(np.float64) / PER_DEG
    return PoseBatch(
        t_ns=table["t_ns"].to_numpy(),
        phase_code=table["phase"].to_numpy().astype(np.int64),
        valid=table["valid"].to_numpy().astype(np.bool_),
        **angles,
    )


def _damaged(path: Path) -> StoreError:
    message = f"The angles {path.name} are damaged: `lumbarwatch reanalyze --again` makes them anew."
    return StoreError(StoreReason.DAMAGED, message)
