"""A plain table written."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from lumbarwatch.exchange import arrow
from lumbarwatch.exchange.arrow import pa
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.files import check_outputs, replacing


def write_plain(path: Path, columns: Mapping[str, ArrayLike]) -> None:
    """Write columns as ``.csv``, ``.csv.gz`` or ``.parquet``, whole or not at all.

    Parameters
    ----------
    path
        The file; its name says the format.
    columns
        Arrays of one length by column name (design 10). NaN becomes an empty field.

    Raises
    ------
    InputError
        The name's ending is none of the three, or the file cannot be written.
    """
    check_outputs(path)
    if not path.name.lower().endswith((".csv", ".csv.gz", ".parquet")):
        raise InputError(InputReason.BAD_OUTPUT, f"{path}: name it .csv, .csv.gz or .parquet.")
    table = pa.table(
        {name: pa.array(np.asarray(column), from_pandas=True) for name, column in columns.items()}
    )
    with replacing(path) as (temporary,):
        if path.name.lower().endswith(".parquet"):
            arrow.parquet.write_table(table, temporary, compression="zstd")
            return
        compression = "gzip" if path.name.lower().endswith(".gz") else None
        options = arrow.csv.WriteOptions(quoting_style="none", quoting_header="none")
        with pa.output_stream(str(temporary), compression=compression) as stream:
            arrow.csv.write_csv(table, stream, options)
