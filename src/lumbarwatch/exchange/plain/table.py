"""A plain table's file as columns of numbers; nothing is judged here but whether it is such a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from lumbarwatch.exchange import arrow
from lumbarwatch.exchange.arrow import pa
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain import columns
from lumbarwatch.exchange.plain.csv_file import damaged, no_rows, read_csv
from lumbarwatch.exchange.plain.names import check_names
from lumbarwatch.exchange.plain.recording import Notice
from lumbarwatch.exchange.source import RecordingFormat
from lumbarwatch.model.checks import Floats, Integers


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of a plain table; NaN where a field is empty."""

    numbers: Mapping[str, Floats]  # by column name, those that are there
    label: Integers  # (n,) index into labels, -1 where empty
    labels: tuple[str, ...]  # stripped, lower case
    notices: tuple[Notice, ...]


def read_table(path: Path, kind: RecordingFormat) -> Table:
    """Read the known columns of a plain table.

    Raises
    ------
    InputError
        The file is no such table, or damaged.
    """
    try:
        if kind is RecordingFormat.PARQUET:
            raw, notices = _read_parquet(path)
        else:
            raw, notices = read_csv(path, gzipped=kind is RecordingFormat.CSV_GZ)
    except OSError as error:
        raise damaged(path, error) from error
    if raw.num_rows == 0:
        raise no_rows(path)
    label, labels = _labels(raw.column("sensor"))
    numbers = {name: _numbers(path, raw, name) for name in columns.NUMERIC if name in raw.column_names}
    return Table(numbers, label, labels, tuple(notices))


def _read_parquet(path: Path) -> tuple[Any, list[Notice]]:
    try:
        file = arrow.parquet.ParquetFile(path)
        names: list[str] = file.schema_arrow.names
        notices = check_names(path, names)
        return file.read(columns=[name for name in columns.ALL if name in names]), notices
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise damaged(path, error) from error


def _labels(column: Any) -> tuple[Integers, tuple[str, ...]]:
    encoded = arrow.compute.dictionary_encode(pa.concat_arrays(column.cast(pa.string()).chunks))
    written = [str(label).strip().lower() for label in encoded.dictionary.to_pylist()]
    labels = tuple(dict.fromkeys(label for label in written if label))
    code_of = {label: code for code, label in enumerate(labels)}
    codes = np.array([code_of.get(label, -1) for label in written] + [-1], dtype=np.int64)
    return codes[encoded.indices.fill_null(len(written)).to_numpy()], labels


def _numbers(path: Path, raw: Any, name: str) -> Floats:
    try:
        values: Floats = raw.column(name).cast(pa.float64()).to_numpy()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        text = f"{path}: the column {name} does not hold numbers; store it as numbers."
        raise InputError(InputReason.NOT_A_NUMBER, text) from error
    return np.where(np.isfinite(values), values, np.nan)
