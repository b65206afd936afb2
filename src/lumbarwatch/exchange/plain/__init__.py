"""The plain table of samples (design 10): ``.csv``, ``.csv.gz`` and ``.parquet``, read and written."""

from lumbarwatch.exchange.plain.batches import slices, to_batches
from lumbarwatch.exchange.plain.reading import read_plain
from lumbarwatch.exchange.plain.recording import Notice, NoticeReason, PlainRecording, PlainSensor
from lumbarwatch.exchange.plain.writing import write_plain

__all__ = [
    "Notice",
    "NoticeReason",
    "PlainRecording",
    "PlainSensor",
    "read_plain",
    "slices",
    "to_batches",
    "write_plain",
]
