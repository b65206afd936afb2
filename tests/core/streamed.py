"""Sensor streams made by hand for the tests of this folder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lumbarwatch.core.fusion import Fusion
from lumbarwatch.core.streams import FusedBatch, TimedBatch
from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.samples import ImuBatch, Placement

MS = 1_000_000
S = 1_000_000_000
G = 9.80665


@dataclass(frozen=True)
class Stream:
    """Samples in the order in which they arrive; clock and number may go back (they are cut there)."""

    arrival_ns: np.ndarray
    gyr: np.ndarray
    acc: np.ndarray | None
    clock_ns: np.ndarray | None
    seq: np.ndarray | None
    quat: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.arrival_ns)

    def take(self, index: np.ndarray) -> "Stream":
        def some(values):
            return None if values is None else values[index]

        return Stream(
            self.arrival_ns[index], self.gyr[index], some(self.acc), some(self.clock_ns),
            some(self.seq), some(self.quat),
        )  # fmt: skip

    def without(self, *spans: tuple[int, int]) -> "Stream":
        keep = np.ones(len(self), bool)
        for start, stop in spans:
            keep[start:stop] = False
        return self.take(np.flatnonzero(keep))

    def then(self, other: "Stream") -> "Stream":
        def both(one, two):
            return None if one is None else np.concatenate([one, two])

        return Stream(
            both(self.arrival_ns, other.arrival_ns), both(self.gyr, other.gyr), both(self.acc, other.acc),
            both(self.clock_ns, other.clock_ns), both(self.seq, other.seq), both(self.quat, other.quat),
        )  # fmt: skip

    def plain(self, *, clock: bool = True, seq: bool = True) -> "Stream":
        return replace(self, clock_ns=self.clock_ns if clock else None, seq=self.seq if seq else None)

    def batches(self, sizes: Sequence[int] = (100,)) -> Iterator[ImuBatch]:
        back = np.zeros(len(self) - 1, bool)
        for values in (self.clock_ns, self.seq):
            if values is not None:
                back |= np.diff(values) <= 0
        borders = {0, len(self), *(np.flatnonzero(back) + 1).tolist()}
        at, k = 0, 0
        while at < len(self):
            stop = min([border for border in borders if border > at] + [at + sizes[k % len(sizes)]])
            part = self.take(np.arange(at, stop))
            yield ImuBatch(
                Placement.PELVIS, part.arrival_ns, part.gyr, part.acc, part.quat, part.clock_ns, part.seq
            )
            at, k = stop, k + 1


def steady(
    n: int, rate_hz: float = 100.0, latency_ns: int = 20 * MS, gyr: np.ndarray | None = None,
    acc: np.ndarray | None = None,
) -> Stream:  # fmt: skip
    """n samples of a sensor at rest (or as given), each arriving a constant time after it was taken."""
    t = np.rint(np.arange(n) * S / rate_hz).astype(np.int64)
    return Stream(
        arrival_ns=t + latency_ns,
        gyr=np.zeros((n, 3)) if gyr is None else gyr,
        acc=np.tile([0.0, 0.0, G], (n, 1)) if acc is None else acc,
        clock_ns=t,
        seq=np.arange(n),
    )


def timed(timebase: Timebase, stream: Stream, sizes: Sequence[int] = (100,)) -> TimedBatch:
    """All that comes out of a timebase."""
    return whole([timebase.step(batch) for batch in stream.batches(sizes)])


def fused(timebase: Timebase, fusion: Fusion, stream: Stream, sizes: Sequence[int] = (100,)) -> FusedBatch:
    """All that comes out of timebase and fusion."""
    return whole([fusion.step(timebase.step(batch)) for batch in stream.batches(sizes)])


def whole(parts):
    """Batches of one kind as one."""
    kind = type(parts[0])
    columns = {}
    for name in kind.__slots__:
        values = [getattr(part, name) for part in parts]
        columns[name] = None if values[0] is None else np.concatenate(values)
    return kind(**columns)


def inclination_error_deg(up: np.ndarray, true_up: np.ndarray) -> np.ndarray:
    """Angle between unit vectors (n, 3)."""
    sine = np.linalg.norm(np.cross(up, true_up), axis=1)
    return np.degrees(np.arctan2(sine, (up * true_up).sum(axis=1)))
