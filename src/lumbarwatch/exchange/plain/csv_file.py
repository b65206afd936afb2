"""A CSV file, plain or gzipped, as Arrow columns."""

import csv
import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lumbarwatch.exchange import arrow
from lumbarwatch.exchange.arrow import pa
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain import columns
from lumbarwatch.exchange.plain.names import check_names
from lumbarwatch.exchange.plain.recording import Notice, NoticeReason

HEADER_LIMIT_BYTES = 1 << 16
BLOCK_BYTES = 1 << 22

MALFORMED_TOLERATED = 0.01
"""Share of rows with too few or too many fields that is left out rather than refused (convention)."""

MALFORMED_COUNTED = 50_000
"""Such rows after which a file is given up: each costs 10 us."""

NO_NUMBER = [
    "",
    "nan",
    "NaN",
    "NAN",
    "-nan",
    "null",
    "NULL",
    "None",
    "NA",
    "N/A",
    "#N/A",
    "nan(ind)",
    "-nan(ind)",
]
"""Ways in which tools write that there is no number."""


@dataclass(frozen=True, slots=True)
class CsvFile:
    """A CSV file whose header has been read."""

    path: Path
    gzipped: bool
    names: list[str]

    @property
    def known(self) -> list[str]:
        """Columns of the plain table that the file has."""
        return [name for name in columns.ALL if name in self.names]

    def parse(self, types: dict[str, Any], on_bad_row: Callable[[Any], str]) -> Any:
        """Parse the known columns as the given Arrow types."""
        with pa.input_stream(str(self.path), compression="gzip" if self.gzipped else None) as stream:
            return arrow.csv.read_csv(
                stream,
                read_options=arrow.csv.ReadOptions(
                    column_names=self.names, skip_rows=1, block_size=BLOCK_BYTES
                ),
                parse_options=arrow.csv.ParseOptions(invalid_row_handler=on_bad_row),
                convert_options=arrow.csv.ConvertOptions(
                    include_columns=self.known,
                    column_types=types,
                    null_values=NO_NUMBER,
                    strings_can_be_null=True,
                ),
            )


def read_csv(path: Path, *, gzipped: bool) -> tuple[Any, list[Notice]]:
    """Read a CSV file's known columns as an Arrow table, with notices.

    Raises
    ------
    InputError
        It is no such table, or damaged.
    """
    file = CsvFile(path, gzipped, _header(path, gzipped=gzipped))
    notices = check_names(path, file.names)
    bad_rows: list[Any] = []

    def leave_out(row: Any) -> str:
        bad_rows.append(row.actual_columns)
        return "skip" if len(bad_rows) < MALFORMED_COUNTED else "error"

    try:
        table = file.parse({name: pa.float64() for name in file.known} | {"sensor": pa.string()}, leave_out)
    except pa.ArrowInvalid as error:
        raise _unparsable(file, error) from error
    if len(bad_rows) > max(3, MALFORMED_TOLERATED * table.num_rows):
        wanted = f"the header's {len(file.names)} fields"
        text = f"{path}: {len(bad_rows)} rows do not have {wanted}; export it again."
        raise InputError(InputReason.MALFORMED, text)
    if bad_rows:
        text = f"{len(bad_rows)} rows with missing or extra fields were left out."
        notices.append(Notice(NoticeReason.MALFORMED_ROWS, text))
    return table, notices


def _header(path: Path, *, gzipped: bool) -> list[str]:
    head = _first_bytes(path, gzipped=gzipped)
    line, newline, _ = head.partition(b"\n")
    if b"\0" in head or (not newline and len(head) == HEADER_LIMIT_BYTES):
        raise _not_text(path)
    try:
        text = line.decode("utf-8-sig").strip("\r\n")
    except UnicodeDecodeError as error:
        raise _not_text(path) from error
    if not newline and "," in text:
        raise no_rows(path)
    for row in csv.reader([text]):
        return [name.strip() for name in row]
    return []


def _first_bytes(path: Path, *, gzipped: bool) -> bytes:
    if not gzipped:
        with path.open("rb") as file:
            return file.read(HEADER_LIMIT_BYTES)
    try:
        with gzip.open(path, "rb") as file:
            return file.read(HEADER_LIMIT_BYTES)
    except (EOFError, zlib.error, OSError) as error:
        raise damaged(path, error) from error


def _unparsable(file: CsvFile, error: Exception) -> InputError:
    text = str(error)
    if "UTF8" in text:
        return _not_text(file.path)
    if "conversion error" not in text:
        wanted = f"a table with {len(file.names)} columns"
        return InputError(InputReason.MALFORMED, f"{file.path} cannot be read as {wanted}; export it again.")
    try:
        strings = file.parse(dict.fromkeys(file.known, pa.binary()), _leave_out)
    except pa.ArrowInvalid:
        return InputError(
            InputReason.MALFORMED, f"{file.path} is damaged and cannot be read; export it again."
        )
    for name in file.known:
        if name != "sensor" and (found := _first_bad(strings.column(name).to_pylist())):
            row, value = found
            return InputError(
                InputReason.NOT_A_NUMBER,
                f"{file.path}, row {row}, column {name}: {value!r} is not a number; "
                "correct it or leave it empty.",
            )
    return InputError(
        InputReason.NOT_A_NUMBER, f"{file.path} holds fields that are not numbers; export it again."
    )


def _leave_out(_row: Any) -> str:
    return "skip"


def _first_bad(fields: list[bytes | None]) -> tuple[int, str] | None:
    for row, field in enumerate(fields, start=2):
        text = (field or b"").decode("utf-8", "replace").strip()
        if text not in NO_NUMBER and not _is_number(text):
            return row, text[:30]
    return None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text


def no_rows(path: Path) -> InputError:
    """The refusal of a file that has only a header."""
    return InputError(InputReason.NO_ROWS, f"{path} has a header but no rows; export the recording again.")


def _not_text(path: Path) -> InputError:
    return InputError(
        InputReason.NOT_TEXT,
        f"{path} is not UTF-8 text; export the table as CSV in UTF-8 (or as .csv.gz, .parquet).",
    )


def damaged(path: Path, error: Exception) -> InputError:
    """The refusal of a file that ends too early or is damaged."""
    if isinstance(error, EOFError) or "runcated" in str(error):
        return InputError(
            InputReason.TRUNCATED, f"{path} ends too early: it was cut off; copy or export it again."
        )
    return InputError(
        InputReason.MALFORMED, f"{path} is damaged and cannot be read; copy or export it again."
    )
