"""A plain table read, judged and put in order."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain import columns, order, units
from lumbarwatch.exchange.plain.order import Rows
from lumbarwatch.exchange.plain.quaternions import aligned_quaternions, unit_quaternions
from lumbarwatch.exchange.plain.recording import Notice, NoticeReason, PlainRecording, PlainSensor, RowCounts
from lumbarwatch.exchange.plain.table import Table, read_table
from lumbarwatch.exchange.source import RecordingFormat, recording_format
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.samples import Placement

LEAST_S = 1.0
"""Shortest recording of a sensor that can be judged at all (convention)."""

MOST_S = 9e9
"""More seconds than this can't be counted in ns of 64 bits (285 years)."""

SAME_LABEL_SHARE = 0.3
"""Share of clashing rows from which one label must stand for two sensors (convention; about 0.5 then)."""

BAD_SHARE = 0.05
"""Share of rows without the value of a counter in use that is tolerated (convention)."""

COUNTER_NAMES = {"t_device_ns": "t_device_s", "seq": "seq"}


def read_plain(path: Path, progress: Callable[[float], None] | None = None) -> PlainRecording:
    """Read a plain table of samples: ``.csv``, ``.csv.gz`` or ``.parquet`` (design 10).

    Parameters
    ----------
    path
        The file. Its format is told by its content.
    progress
        Called with the share that is done, 0 to 1.

    Returns
    -------
    PlainRecording
        Both sensors' samples in order, and notices of what was put right or left out.

    Raises
    ------
    InputError
        The file cannot give a right angle: missing, damaged, without a column or a sensor, in wrong units.
    """
    kind = recording_format(path)
    if kind is RecordingFormat.MCAP:
        raise InputError(InputReason.UNKNOWN_FORMAT, f"{path} is an MCAP recording, not a table of samples.")
    step = progress or _silent
    table = read_table(path, kind)
    step(0.5)
    notices = list(table.notices)
    _check_labels(path, table, notices)
    sensors: dict[Placement, PlainSensor] = {}
    for place in Placement:
        sensors[place] = _sensor(path, table, place, notices)
        step(0.5 + 0.25 * len(sensors))
    _check_two(path, sensors)
    return PlainRecording(path, MappingProxyType(sensors), tuple(notices))


def _silent(_share: float) -> None:
    """Tell nobody."""


def _check_labels(path: Path, table: Table, notices: list[Notice]) -> None:
    present = [place for place in Placement if place.value in table.labels]
    others = [label for label in table.labels if label not in (place.value for place in Placement)]
    if not present:
        found = ", ".join(repr(label) for label in others[:5]) or "nothing"
        raise InputError(
            InputReason.UNKNOWN_SENSOR,
            f"{path}: the column sensor holds {found}; it must say pelvis or lumbar.",
        )
    if len(present) == 1:
        raise _one_sensor(path, table, present[0], others)
    if others:
        text = f"Rows of other sensors were ignored: {', '.join(repr(label) for label in others[:5])}."
        notices.append(Notice(NoticeReason.OTHER_SENSORS, text))


def _one_sensor(path: Path, table: Table, place: Placement, others: list[str]) -> InputError:
    if others:
        return InputError(
            InputReason.UNKNOWN_SENSOR,
            f"{path}: sensor {others[0]!r} is unknown and {place.other} is missing; "
            "label the two sensors pelvis and lumbar.",
        )
    rows, _ = _complete_rows(table, place)
    if len(rows) and order.clashes(rows) > SAME_LABEL_SHARE:
        return InputError(
            InputReason.SAME_LABEL,
            f"{path}: both sensors are labelled {place}; label the rows of the other one {place.other}.",
        )
    return InputError(
        InputReason.ONE_SENSOR,
        f"{path}: all rows are of one sensor, {place}; rows labelled {place.other} are needed too.",
    )


def _check_two(path: Path, sensors: dict[Placement, PlainSensor]) -> None:
    pelvis, lumbar = (sensors[place].gyr_radps for place in Placement)
    if len(pelvis) == len(lumbar) and (pelvis == lumbar).all():
        raise InputError(
            InputReason.SAME_LABEL,
            f"{path}: pelvis and lumbar hold the same data; export both sensors' own samples.",
        )
    first, last = zip(
        *((sensor.t_arrival_ns[0], sensor.t_arrival_ns[-1]) for sensor in sensors.values()), strict=True
    )
    if max(first) > min(last):
        raise InputError(
            InputReason.NO_TIME,
            f"{path}: pelvis and lumbar were not recorded at the same time; "
            "t_arrival_s must be one clock for both.",
        )


def _sensor(path: Path, table: Table, place: Placement, notices: list[Notice]) -> PlainSensor:
    where = f"{path}, sensor {place}"
    rows, counts = _complete_rows(table, place)
    if not len(rows):
        raise InputError(
            InputReason.NOT_A_NUMBER,
            f"{where}: no row has all of t_arrival_s, ax, ay, az, gx, gy and gz; export them.",
        )
    rows, odd = unit_quaternions(where, rows, place)
    rows, counts, unusable = order.ordered(rows, counts)
    _check_length(where, rows)
    units.check_times(where, rows)
    units.check_acceleration(where, rows)
    units.check_rate_size(where, rows)
    possible = units.possible(rows)
    rows = rows.take(possible)
    counts = replace(counts, unreadable=counts.unreadable + int((~possible).sum()))
    ratio = units.check_rate(where, rows)
    rows, turned = aligned_quaternions(rows, place)
    notices += [*odd, *_notices(place, counts, unusable, ratio), *turned]
    second = round(1e9 / order.sample_period_ns(rows.t_arrival_ns))
    return PlainSensor(
        placement=place,
        t_arrival_ns=rows.t_arrival_ns,
        gyr_radps=rows.gyr_radps,
        acc_mps2=rows.acc_mps2,
        quat_wxyz=rows.quat_wxyz,
        t_device_ns=rows.t_device_ns,
        seq=rows.seq,
        starts=order.starts(rows),
        counts=counts,
        rate_hz=1e9 / order.sample_period_ns(rows.t_arrival_ns),
        seq_modulo=order.wrap_of(rows.seq, order.WRAP_COUNTS, second),
        clock_modulo_ns=order.wrap_of(rows.t_device_ns, order.WRAP_CLOCK_NS, 1_000_000_000),
    )


def _complete_rows(table: Table, place: Placement) -> tuple[Rows, RowCounts]:
    """Rows of one sensor that have all numbers they need."""
    mine = table.label == table.labels.index(place.value)
    acc: Floats | None = _vectors(table, columns.ACC, mine)
    gyr = _vectors(table, columns.GYR, mine)
    has_quat = all(name in table.numbers for name in columns.QUAT)
    quat = _vectors(table, columns.QUAT, mine) if has_quat else None
    if quat is not None and np.isnan(quat).all():
        quat = None
    if quat is not None and np.isnan(acc).all():
        acc = None  # a sensor that sends only its orientation and rate
    t_arrival_s = table.numbers["t_arrival_s"][mine]
    good = np.isfinite(t_arrival_s) & np.isfinite(gyr).all(axis=1)
    good &= np.isfinite(acc).all(axis=1) if acc is not None else True
    t_device_s, good = _counter(table, "t_device_s", mine, good)
    seq, good = _counter(table, "seq", mine, good)
    rows = Rows(
        t_arrival_ns=_ns(t_arrival_s[good]),
        gyr_radps=gyr[good],
        acc_mps2=None if acc is None else acc[good],
        quat_wxyz=None if quat is None else quat[good],
        t_device_ns=None if t_device_s is None else _ns(t_device_s[good]),
        seq=None if seq is None else np.rint(seq[good]).astype(np.int64),
    )
    return rows, RowCounts(rows=int(mine.sum()), unreadable=int((~good).sum()))


def _counter(table: Table, name: str, mine: Booleans, good: Booleans) -> tuple[Floats | None, Booleans]:
    """A counter's values, or None where it is empty; rows without the value of a used counter are no good."""
    if name not in table.numbers:
        return None, good
    values = table.numbers[name][mine]
    there = np.isfinite(values)
    if not there.any() or (there & good).sum() < (1 - BAD_SHARE) * good.sum():
        return None, good
    return values, good & there


def _vectors(table: Table, names: tuple[str, ...], mine: Booleans) -> Floats:
    return np.column_stack([table.numbers[name][mine] for name in names])


def _ns(seconds: Floats) -> Integers:
    """Whole ns; beyond what they can count, the last one (its unit is refused then)."""
    return np.rint(np.clip(seconds, -MOST_S, MOST_S) * 1e9).astype(np.int64)


def _check_length(where: str, rows: Rows) -> None:
    span_s = (rows.t_arrival_ns[-1] - rows.t_arrival_ns[0]) / 1e9
    if len(rows) < 10 or (0 < span_s < LEAST_S and len(rows) < 1000):
        raise InputError(
            InputReason.TOO_SHORT,
            f"{where}: {len(rows)} samples over {span_s:.2g} s are too few; record at least {LEAST_S:g} s.",
        )


def _notices(place: Placement, counts: RowCounts, unusable: list[str], ratio: float | None) -> list[Notice]:
    found = [
        (
            counts.unreadable,
            NoticeReason.UNREADABLE_ROWS,
            "rows with a missing or impossible number were left out (a gap)",
        ),
        (counts.doubled, NoticeReason.DOUBLED, "doubled rows were left out"),
        (counts.sorted_back, NoticeReason.SORTED_BACK, "rows out of order were put back"),
        (counts.late, NoticeReason.LATE, "rows more than a second late were left out"),
    ]
    notices = [Notice(reason, f"{place}: {count} {text}.") for count, reason, text in found if count]
    notices += [
        Notice(
            NoticeReason.COUNTER_UNUSABLE,
            f"{place}: {COUNTER_NAMES[name]} does not count the samples and was ignored.",
        )
        for name in unusable
    ]
    low, high = units.RATE_ACCEPTED
    if ratio is not None and not low < ratio < high:
        notices.append(
            Notice(
                NoticeReason.RATE_DISAGREES,
                f"{place}: gravity turns {ratio:.2g} times as much as gx, gy, gz say; check axes and unit.",
            )
        )
    return notices
