"""One sensor's rows put into the order in which it took them; doubles and strays left out.

The radio may deliver packets twice or swapped, and tools may write rows in any order. Rows are ordered by
arrival, then by the sensor's own clock (or its sample number) over at most a second. A counter that goes back
by more is a restart or a wrap: what follows it stays behind it.
"""

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lumbarwatch.exchange.plain.recording import RowCounts
from lumbarwatch.model.checks import Booleans, Floats, Integers

REORDER_S = 1.0
"""Rows this much out of order are put back; the lateness that the live path allows (design 3)."""

STUCK_SHARE = 0.01
"""A counter that stands still on more than this share of different samples tells nothing (convention)."""

JUMPING_SHARE = 0.1
"""One that goes back far more often than this is no counter (convention; a 4-bit one wraps at 1 in 16)."""

WRAP_COUNTS = (1 << 8, 1 << 16, 1 << 24, 1 << 32)
WRAP_CLOCK_NS = tuple(
    tick * count for tick in (1_000, 10_000, 1_000_000, 10_000_000) for count in WRAP_COUNTS
)
"""Usual counters: 8 to 32 bits, ticking every 1 us, 10 us, 1 ms or 10 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Some rows of one sensor, complete numbers only."""

    t_arrival_ns: Integers
    gyr_radps: Floats
    acc_mps2: Floats | None
    quat_wxyz: Floats | None
    t_device_ns: Integers | None
    seq: Integers | None

    def __len__(self) -> int:
        return len(self.t_arrival_ns)

    def take(self, which: Integers | Booleans) -> "Rows":
        """Rows by index or mask."""
        taken: dict[str, Any] = {}
        for field in fields(self):
            column = getattr(self, field.name)
            taken[field.name] = None if column is None else column[which]
        return Rows(**taken)

    def same_as_previous(self) -> Booleans:
        """Which rows hold the same measured values as the row before."""
        values = [column for column in (self.gyr_radps, self.acc_mps2) if column is not None]
        same = np.ones(len(self), dtype=np.bool_)
        same[:1] = False
        for column in values:
            same[1:] &= (column[1:] == column[:-1]).all(axis=1)
        return same


def ordered(rows: Rows, counts: RowCounts) -> tuple[Rows, RowCounts, list[str]]:
    """Put rows in order.

    Returns
    -------
    rows, counts, unusable
        The rows that remain, what became of the others, and the names of counters that tell nothing.
    """
    moved = _behind(rows.t_arrival_ns)
    rows = rows.take(np.argsort(rows.t_arrival_ns, kind="stable"))
    rows, unusable = _without_useless_counters(rows)
    if (key := _key_ns(rows, sample_period_ns(rows.t_arrival_ns))) is None:
        double = rows.same_as_previous()
        double[1:] &= rows.t_arrival_ns[1:] == rows.t_arrival_ns[:-1]
        late = np.zeros(len(rows), dtype=np.bool_)
    else:
        reach_ns = min(
            REORDER_S * 1e9, 0.4 * float(np.ptp(key))
        )  # less than half of a counter that wraps soon
        late = _strays(key, rows.t_arrival_ns, reach_ns)
        rows, key = rows.take(~late), key[~late]
        epoch: Integers = np.cumsum(np.diff(key, prepend=key[0]) < -reach_ns, dtype=np.int64)
        moved += _behind(key, epoch)
        order = np.lexsort((key, epoch))
        rows, key, epoch = rows.take(order), key[order], epoch[order]
        double = np.zeros(len(rows), dtype=np.bool_)
        double[1:] = (key[1:] == key[:-1]) & (epoch[1:] == epoch[:-1])
    counts = replace(counts, doubled=int(double.sum()), late=int(late.sum()), sorted_back=moved)
    rows = rows.take(~double)
    return replace(rows, t_arrival_ns=np.maximum.accumulate(rows.t_arrival_ns)), counts, unusable


def starts(rows: Rows) -> Integers:
    """Where a batch must begin: at the start, where a counter goes back, where quaternions come or go."""
    cut = np.zeros(len(rows), dtype=np.bool_)
    cut[0] = True
    for counter in (rows.t_device_ns, rows.seq):
        if counter is not None:
            cut[1:] |= counter[1:] <= counter[:-1]
    if rows.quat_wxyz is not None:
        there = np.isfinite(rows.quat_wxyz[:, 0])
        cut[1:] |= there[1:] != there[:-1]
    return np.flatnonzero(cut)


def wrap_of(counter: Integers | None, moduli: tuple[int, ...], margin: int) -> int | None:
    """Modulus at which a counter was seen to wrap: from within ``margin`` below it to below ``margin``."""
    if counter is None:
        return None
    back = np.flatnonzero(counter[1:] < counter[:-1])
    for modulus in moduli:
        before, after = counter[back], counter[back + 1]
        wraps = (before < modulus) & (before >= modulus - margin) & (after >= 0) & (after < margin)
        if wraps.any() and int(counter.max()) < modulus:
            return modulus
    return None


def sample_period_ns(t_arrival_ns: Integers) -> float:
    """Sample period by arrival, from spans of many samples so that neither packets nor gaps matter."""
    span = max(1, min(100, len(t_arrival_ns) // 4))
    whole = (t_arrival_ns[span:] - t_arrival_ns[:-span]) / span
    return float(np.median(whole)) if len(whole) else 0.0


def clashes(rows: Rows) -> float:
    """Share of rows whose own time (or number) is also that of another row with other values."""
    key = _key_ns(rows, sample_period_ns(rows.t_arrival_ns))
    if key is None or len(rows) < 2:
        return 0.0
    rows = rows.take(np.argsort(key, kind="stable"))
    key = np.sort(key, kind="stable")
    clash: Booleans = (key[1:] == key[:-1]) & ~rows.same_as_previous()[1:]
    return float(clash.mean())


def _key_ns(rows: Rows, period_ns: float) -> Integers | None:
    if rows.t_device_ns is not None:
        return rows.t_device_ns
    if rows.seq is not None:
        return np.rint(rows.seq * period_ns).astype(np.int64)
    return None


def _without_useless_counters(rows: Rows) -> tuple[Rows, list[str]]:
    """Drop counters that stand still over different samples or jump about."""
    useless: list[str] = []
    period_ns = sample_period_ns(rows.t_arrival_ns)
    for name in ("t_device_ns", "seq"):
        counter: Integers | None = getattr(rows, name)
        if counter is None:
            continue
        stuck = (counter[1:] == counter[:-1]) & ~rows.same_as_previous()[1:]
        key = counter * (1.0 if name == "t_device_ns" else period_ns)
        back = np.diff(key) < -_reach_ns(key)
        if stuck.mean() > STUCK_SHARE or back.mean() > JUMPING_SHARE:
            useless.append(name)
    dropped: dict[str, Any] = dict.fromkeys(useless)
    return replace(rows, **dropped), useless


def _reach_ns(key: NDArray[Any]) -> float:
    """How far back a row may lie: a second, but less than half of a counter that wraps sooner."""
    return min(REORDER_S * 1e9, 0.4 * float(np.ptp(key)))


def _behind(key: Integers, epoch: Integers | None = None) -> int:
    """Count rows behind a row with a larger key (of the same epoch)."""
    if epoch is None:
        return int((key < np.maximum.accumulate(key)).sum())
    lifted = key - key.min() + epoch * (int(np.ptp(key)) + 1)
    return int((lifted < np.maximum.accumulate(lifted)).sum())


def _strays(key: Integers, t_arrival_ns: Integers, reach: float) -> Booleans:
    """Rows that came later than ``reach``: the counter goes back far and soon runs on where it was."""
    late = np.zeros(len(key), dtype=np.bool_)
    step = np.diff(key)
    forward = np.flatnonzero(step > reach)
    for back in np.flatnonzero(step < -reach):
        if (next_forward := np.searchsorted(forward, back)) == len(forward):
            break
        resumed = int(forward[next_forward]) + 1
        soon = t_arrival_ns[resumed] - t_arrival_ns[back] < reach
        if soon and 0 <= key[resumed] - key[back] < 2 * reach:
            late[back + 1 : resumed] = True
    return late
