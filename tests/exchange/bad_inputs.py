"""Files that cannot give a right angle, each with the reason for which it must be refused."""

import gzip
from pathlib import Path

import numpy as np

from exchange.tables import columns, part, scaled, write
from lumbarwatch.exchange.errors import InputReason

ACC, GYR, QUAT = ("ax", "ay", "az"), ("gx", "gy", "gz"), ("qw", "qx", "qy", "qz")


def _text(folder, text, name="samples.csv"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _csv(folder, table=None):
    return write(folder, columns() if table is None else table).read_text()


def _missing_column(folder):
    table = columns()
    del table["gz"]
    return write(folder, table)


def _all_labelled_alike(folder):
    return _text(folder, _csv(folder).replace("lumbar", "pelvis"))


def _one_sensor(folder):
    table = columns()
    return write(folder, part(table, table["sensor"] == "pelvis"))


def _same_data_twice(folder):
    table = columns()
    pelvis = part(table, table["sensor"] == "pelvis")
    twice = {name: np.repeat(column, 2) for name, column in pelvis.items()}
    return write(folder, twice | {"sensor": np.tile(["pelvis", "lumbar"], len(pelvis["seq"]))})


def _truncated_gzip(folder):
    packed = gzip.compress(_csv(folder).encode())
    return _text(folder, packed[: len(packed) // 2], "samples.csv.gz")


def _damaged_gzip(folder):
    packed = bytearray(gzip.compress(_csv(folder).encode()))
    packed[len(packed) // 2] ^= 0xFF
    return _text(folder, bytes(packed), "samples.csv.gz")


def _truncated_parquet(folder):
    path = write(folder, columns(), "samples.parquet")
    path.write_bytes(path.read_bytes()[:-100])
    return path


def _folder(folder):
    path = folder / "samples.csv"
    path.mkdir()
    return path


def _noise(folder, name="samples.csv", start=b""):
    return _text(folder, start + np.random.default_rng(5).bytes(100_000_000), name)


def _digits(folder):
    signs = np.frombuffer(b"0123456789,,,\n", np.uint8)
    header = ",".join(columns(1.0)).encode() + b"\n"
    return _text(folder, header + bytes(np.random.default_rng(5).choice(signs, 20_000_000)))


def _word_in_a_column(folder):
    lines = _csv(folder).splitlines()
    fields = lines[7].split(",")
    fields[4] = "hello"
    lines[7] = ",".join(fields)
    return _text(folder, "\n".join(lines))


def _apart_in_time(folder):
    table = columns()
    return write(
        folder, table | {"t_arrival_s": table["t_arrival_s"] + 1000.0 * (table["sensor"] == "lumbar")}
    )


BAD = {
    "missing file": (lambda folder: folder / "none.csv", InputReason.MISSING),
    "folder": (_folder, InputReason.DIRECTORY),
    "empty file": (lambda folder: _text(folder, ""), InputReason.EMPTY),
    "header only": (lambda folder: _text(folder, _csv(folder).splitlines()[0] + "\n"), InputReason.NO_ROWS),
    "header only, no newline": (
        lambda folder: _text(folder, _csv(folder).splitlines()[0]),
        InputReason.NO_ROWS,
    ),
    "missing column": (_missing_column, InputReason.COLUMNS_MISSING),
    "semicolons": (lambda folder: _text(folder, _csv(folder).replace(",", ";")), InputReason.COLUMNS_MISSING),
    "another table": (lambda folder: _text(folder, "name,age\nbo,3\n"), InputReason.COLUMNS_MISSING),
    "acceleration in g": (
        lambda folder: write(folder, scaled(columns(), ACC, 1 / 9.80665)),
        InputReason.ACC_IN_G,
    ),
    "acceleration in counts": (
        lambda folder: write(folder, scaled(columns(), ACC, 16384 / 9.80665)),
        InputReason.ACC_UNIT,
    ),
    "gravity removed": (lambda folder: write(folder, scaled(columns(), ACC, 0.01)), InputReason.ACC_UNIT),
    "rate in deg/s": (
        lambda folder: write(folder, scaled(columns(), GYR, 180 / np.pi)),
        InputReason.GYR_IN_DPS,
    ),
    "sensor clock in ms": (
        lambda folder: write(folder, scaled(columns(), ["t_device_s"], 1e3)),
        InputReason.TIME_UNIT,
    ),
    "all times in us": (
        lambda folder: write(folder, scaled(columns(), ["t_device_s", "t_arrival_s"], 1e6)),
        InputReason.TIME_UNIT,
    ),
    "arrival beyond what can be counted": (
        lambda folder: write(folder, scaled(columns(), ["t_arrival_s"], 1e12)),
        InputReason.TIME_UNIT,
    ),
    "one sensor": (_one_sensor, InputReason.ONE_SENSOR),
    "labelled alike": (_all_labelled_alike, InputReason.SAME_LABEL),
    "same data twice": (_same_data_twice, InputReason.SAME_LABEL),
    "unknown label": (
        lambda folder: _text(folder, _csv(folder).replace("lumbar", "thigh")),
        InputReason.UNKNOWN_SENSOR,
    ),
    "not recorded together": (_apart_in_time, InputReason.NO_TIME),
    "quaternions not unit": (
        lambda folder: write(folder, scaled(columns(quaternions=True), QUAT, 2.0)),
        InputReason.QUATERNION_NOT_UNIT,
    ),
    "too short": (lambda folder: write(folder, columns(0.5)), InputReason.TOO_SHORT),
    "a word among numbers": (_word_in_a_column, InputReason.NOT_A_NUMBER),
    "truncated gzip": (_truncated_gzip, InputReason.TRUNCATED),
    "damaged gzip": (_damaged_gzip, InputReason.MALFORMED),
    "no gzip": (lambda folder: _text(folder, "hello", "samples.csv.gz"), InputReason.UNKNOWN_FORMAT),
    "truncated Parquet": (_truncated_parquet, InputReason.MALFORMED),
    "Latin-1": (
        lambda folder: _text(folder, _csv(folder).replace("pelvis", "b\xe9cken").encode("latin-1")),
        InputReason.NOT_TEXT,
    ),
    "UTF-16": (lambda folder: _text(folder, _csv(folder).encode("utf-16")), InputReason.NOT_TEXT),
    "100 MB of noise": (_noise, InputReason.NOT_TEXT),
    "100 MB of noise as gzip": (
        lambda folder: _noise(folder, "samples.csv.gz", b"\x1f\x8b\x08\x00"),
        InputReason.MALFORMED,
    ),
    "100 MB of noise as Parquet": (
        lambda folder: _noise(folder, "x.parquet", b"PAR1"),
        InputReason.MALFORMED,
    ),
    "20 MB of digits": (_digits, InputReason.MALFORMED),
    "noise as MCAP": (
        lambda folder: _text(folder, b"\x89MCAP0\r\n" + bytes(range(256)) * 40, "x.mcap"),
        InputReason.UNREADABLE,
    ),
}
"""Makers of the files, by name: ``maker(folder) -> Path``."""


def make(name, folder: Path):
    """Make a bad file; return it and the reason for which it must be refused."""
    maker, reason = BAD[name]
    return maker(folder), reason
