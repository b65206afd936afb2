"""What kind of recording a file is, told by its first bytes, not by its name."""

from enum import StrEnum
from pathlib import Path

from lumbarwatch.exchange.errors import InputError, InputReason

GZIP_MAGIC = b"\x1f\x8b"
PARQUET_MAGIC = b"PAR1"
MCAP_MAGIC = b"\x89MCAP0\r\n"


class RecordingFormat(StrEnum):
    """The formats of recordings."""

    CSV = "csv"
    CSV_GZ = "csv.gz"
    PARQUET = "parquet"
    MCAP = "mcap"


def recording_format(path: Path) -> RecordingFormat:
    """Tell a recording's format.

    Raises
    ------
    InputError
        No such file, a folder, unreadable, empty, or a name that promises what the content is not.
    """
    head = _head(path)
    for magic, kind in (
        (MCAP_MAGIC, RecordingFormat.MCAP),
        (PARQUET_MAGIC, RecordingFormat.PARQUET),
        (GZIP_MAGIC, RecordingFormat.CSV_GZ),
    ):
        if head.startswith(magic):
            return kind
    for suffix in (".gz", ".parquet", ".mcap"):
        if path.suffix.lower() == suffix:
            raise InputError(
                InputReason.UNKNOWN_FORMAT,
                f"{path} is named {suffix} but its content is not; export or copy the recording again.",
            )
    return RecordingFormat.CSV


def _head(path: Path) -> bytes:
    if path.is_dir():
        raise InputError(
            InputReason.DIRECTORY,
            f"{path} is a folder; name one recording (.mcap, .parquet, .csv or .csv.gz).",
        )
    if not path.exists():
        raise InputError(InputReason.MISSING, f"There is no file {path}; check the name.")
    if not path.is_file():
        raise InputError(
            InputReason.UNREADABLE, f"{path} is not an ordinary file; copy the recording into one."
        )
    try:
        with path.open("rb") as file:
            head = file.read(8)
    except OSError as error:
        raise InputError(
            InputReason.UNREADABLE, f"{path} cannot be read ({error.strerror}); check its permissions."
        ) from error
    if not head:
        raise InputError(InputReason.EMPTY, f"{path} is empty; export or copy the recording again.")
    return head
