"""Decoded samples as Parquet: compact, exact, in SI units, for any tool that reads Parquet.

One row per sample, one sensor after the other, each in row groups of its own. Sensors send whole numbers
times a scale, so a column has few different values: a dictionary of float64 keeps them bit for bit in about
1.5 bytes (smaller than byte-stream-split float32, and nothing has to be scaled back). Columns with many
values fall back to float32 where that is exact, else to float64, both byte-stream split. Times and counters
are delta-coded, every page has a checksum. This file is derived from the recording and can be built again.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any, Final

import numpy as np

from lumbarwatch.model.checks import Floats, Integers, ModelError
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.store.arrow import pa, pq
from lumbarwatch.store.codec import CodecError, JsonObject, dumps, loads
from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.whole_file import in_place_of

SAMPLES_SCHEMA: Final = "lumbarwatch.samples/1"
_METADATA_KEY: Final = b"lumbarwatch"
_DICTIONARY_VALUES: Final = 2**16  # what 16-bit sensors can send
_DICTIONARY_BYTES: Final = 8 * _DICTIONARY_VALUES
_ACC: Final = ("ax", "ay", "az")
_GYR: Final = ("gx", "gy", "gz")
_QUAT: Final = ("qw", "qx", "qy", "qz")
_WHOLE: Final = ("t_arrival_ns", "t_device_ns", "seq")
_UNITS: Final = MappingProxyType(
    dict.fromkeys(_ACC, "m/s^2") | dict.fromkeys(_GYR, "rad/s") | dict.fromkeys(_QUAT, "1") | {"seq": "1"}
)

Columns = dict[str, Floats | Integers]
"""Columns of one sensor; a quantity it does not send is absent."""


@dataclass(frozen=True, slots=True)
class Samples:
    """What a samples file holds: batches of each sensor in order, and what was said about the session."""

    batches: Mapping[Placement, tuple[ImuBatch, ...]]
    about: JsonObject


def write_samples(path: Path, batches: Iterable[ImuBatch], about: JsonObject | None = None) -> None:
    """Write decoded samples; the file appears under its name only when it is complete and synced.

    Raises
    ------
    StoreError
        No room, no permission.
    """
    sensors = {place: _columns(own) for place, own in _by_sensor(batches).items()}
    sums = {place.value: _sums(own) for place, own in sensors.items()}
    try:
        with in_place_of(path) as file:
            _write(file, sensors, {**(about or {}), "schema": SAMPLES_SCHEMA, "sensors": sums})
    except OSError as error:
        raise from_os(error, "Writing the samples", path) from error


def read_samples(path: Path) -> Samples:
    """Read the samples back, in batches that end only where a counter or clock began anew.

    Raises
    ------
    StoreError
        Missing, damaged, not ours, or from a newer version.
    """
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            about = _about(file.schema_arrow.metadata or {}, path)
            tables = [file.read_row_group(number) for number in range(file.num_row_groups)]
    except FileNotFoundError:
        raise StoreError(StoreReason.MISSING, f"The samples {path} are not there.") from None
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, error) from error
    try:
        found = dict(_sensor(table, about["sensors"]) for table in tables)
        if sorted(found) != sorted(about["sensors"]):
            raise ValueError("a sensor is missing")
    except (KeyError, ValueError, ModelError) as error:
        raise _damaged(path, error) from error
    return Samples(MappingProxyType(found), about)


def _by_sensor(batches: Iterable[ImuBatch]) -> dict[Placement, list[ImuBatch]]:
    found: dict[Placement, list[ImuBatch]] = {}
    for batch in batches:
        found.setdefault(batch.placement, []).append(batch)
    return found


def _columns(batches: Sequence[ImuBatch]) -> Columns:
    columns: Columns = {}
    for name in _WHOLE:
        _put(columns, (name,), [getattr(batch, name) for batch in batches])
    for names, field in ((_ACC, "acc_mps2"), (_GYR, "gyr_radps"), (_QUAT, "quat_wxyz")):
        _put(columns, names, [getattr(batch, field) for batch in batches])
    return columns


def _put(columns: Columns, names: tuple[str, ...], parts: Sequence[Any]) -> None:
    """Add a quantity, if every batch of the sensor has it."""
    if any(part is None for part in parts):
        return
    whole = np.concatenate(parts)
    for axis, name in enumerate(names):
        columns[name] = whole if whole.ndim == 1 else np.ascontiguousarray(whole[:, axis])


def _write(file: IO[bytes], sensors: Mapping[Placement, Columns], about: JsonObject) -> None:
    names = [name for name in (*_WHOLE, *_ACC, *_GYR, *_QUAT) if any(name in own for own in sensors.values())]
    kinds = {name: _kind(name, sensors) for name in names}
    schema = _schema(kinds, about)
    encodings = {name: "DELTA_BINARY_PACKED" for name in names if name in _WHOLE}
    encodings |= {
        name: "BYTE_STREAM_SPLIT" for name, (_, few) in kinds.items() if not few and name not in _WHOLE
    }
    dictionary = ["sensor", *(name for name, (_, few) in kinds.items() if few)]
    with pq.ParquetWriter(
        file,
        schema,
        compression="zstd",
        use_dictionary=dictionary,
        column_encoding=encodings,
        dictionary_pagesize_limit=_DICTIONARY_BYTES,
        write_page_checksum=True,
    ) as writer:
        for place, own in sensors.items():
            writer.write_table(_table(schema, place, own), row_group_size=len(own["t_arrival_ns"]))


def _kind(name: str, sensors: Mapping[Placement, Columns]) -> tuple[Any, bool]:
    """Return the smallest type that keeps a column exactly, and whether a dictionary pays."""
    if name in _WHOLE:
        return pa.int64(), False
    values = [own[name] for own in sensors.values() if name in own]
    if all(len(np.unique(one)) <= _DICTIONARY_VALUES for one in values):
        return pa.float64(), True
    exact = all(np.array_equal(one.astype(np.float32).astype(np.float64), one) for one in values)
    return (pa.float32() if exact else pa.float64()), False


def _schema(kinds: Mapping[str, tuple[Any, bool]], about: JsonObject) -> Any:  # a pyarrow schema
    fields = [pa.field("sensor", pa.dictionary(pa.int8(), pa.string()), nullable=False)]
    for name, (kind, _) in kinds.items():
        unit = _UNITS.get(name, "ns")
        fields.append(pa.field(name, kind, metadata={"unit": unit}))
    return pa.schema(fields, metadata={_METADATA_KEY: dumps(about)})


def _table(schema: Any, place: Placement, own: Columns) -> Any:  # pyarrow's
    rows = len(own["t_arrival_ns"])
    arrays = [pa.DictionaryArray.from_arrays(np.zeros(rows, dtype=np.int8), [place.value])]
    for field in list(schema)[1:]:
        values = own.get(field.name)
        arrays.append(pa.nulls(rows, field.type) if values is None else pa.array(values).cast(field.type))
    return pa.Table.from_arrays(arrays, schema=schema)


def _sums(own: Columns) -> JsonObject:
    """What Parquet has no checksum for: which columns there are and that they hold what was written."""
    return {name: zlib.crc32(values.tobytes()) for name, values in own.items()}


def _sensor(table: Any, sums: JsonObject) -> tuple[Placement, tuple[ImuBatch, ...]]:
    place = Placement(str(table["sensor"][0]))
    columns: Columns = {}
    for name in sums[place]:
        values = table[name].to_numpy()
        columns[name] = values if name in _WHOLE else values.astype(np.float64, copy=False)
    if _sums(columns) != sums[place]:
        raise ValueError("the values are not those that were written")
    return place, tuple(_batches(place, columns))


def _batches(place: Placement, columns: Columns) -> list[ImuBatch]:
    """Return a sensor's samples, cut where its clock or counter does not increase."""
    cuts = {0, len(columns["t_arrival_ns"])}
    for name in ("t_device_ns", "seq"):
        if name in columns:
            cuts.update((np.flatnonzero(np.diff(columns[name]) <= 0) + 1).tolist())
    edges = sorted(cuts)
    return [_batch(place, columns, slice(a, b)) for a, b in pairwise(edges) if b > a]


def _batch(place: Placement, columns: Columns, part: slice) -> ImuBatch:
    def stacked(names: tuple[str, ...]) -> Any:
        return np.stack([columns[name][part] for name in names], axis=1) if names[0] in columns else None

    def single(name: str) -> Any:
        return columns[name][part] if name in columns else None

    return ImuBatch(
        placement=place,
        t_arrival_ns=single("t_arrival_ns"),
        gyr_radps=stacked(_GYR),
        acc_mps2=stacked(_ACC),
        quat_wxyz=stacked(_QUAT),
        t_device_ns=single("t_device_ns"),
        seq=single("seq"),
    )


def _about(metadata: Mapping[bytes, bytes], path: Path) -> JsonObject:
    try:
        about = loads(metadata.get(_METADATA_KEY, b""))
    except CodecError:
        raise StoreError(StoreReason.NOT_OURS, f"{path} holds no samples of lumbarwatch.") from None
    if about.get("schema") != SAMPLES_SCHEMA:
        message = f"The samples {path} are of the kind {about.get('schema')}: a newer lumbarwatch is needed."
        raise StoreError(StoreReason.NEWER_VERSION, message)
    return about


def _damaged(path: Path, error: Exception) -> StoreError:
    what = str(error).splitlines()[0] if str(error) else type(error).__name__
    message = f"The samples {path} are damaged ({what}); they can be rebuilt from the recording."
    return StoreError(StoreReason.DAMAGED, message)
