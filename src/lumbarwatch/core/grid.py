"""Both sensors on one time grid: which samples belong together, and which sensor is missing when.

Whether a sensor counts at a grid point depends on the samples alone (their times and arrival times), never on
how the stream was cut into calls. So live and batch agree to the bit (design 3).
"""

from dataclasses import dataclass, field

import numpy as np

from lumbarwatch.core.streams import FusedBatch
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.samples import NS_PER_S, Placement


@dataclass(frozen=True, slots=True)
class GridParams:
    """Tuning of the grid (conventions)."""

    step_ns: int = 10_000_000
    bridge_ns: int = 150_000_000  # longest stretch between two samples that is interpolated
    trailing_ns: int = NS_PER_S  # a sensor this far behind (arrival time) is lost until it returns
    lateness_ns: int = NS_PER_S // 2  # calls may bring the sensors this much out of order
    least_points: int = 2  # grid points worth a step


@dataclass(frozen=True, slots=True, eq=False)
class SegmentGrid:
    """One sensor on the grid; (n,) or (n, 3). Rows where ``present`` is false hold NaN."""

    up: Floats
    gyr_radps: Floats
    acc_norm_mps2: Floats
    sigma_deg: Floats
    lost: Floats  # share of samples missing around this point, 0..1
    unsettled: Booleans  # restarted or saturated nearby
    present: Booleans

    def part(self, cut: slice) -> "SegmentGrid":
        """Some of the points."""
        return SegmentGrid(
            self.up[cut], self.gyr_radps[cut], self.acc_norm_mps2[cut], self.sigma_deg[cut],
            self.lost[cut], self.unsettled[cut], self.present[cut],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class GridBatch:
    """Both sensors at n >= 0 grid points, ``first`` being the index of the first since the start."""

    first: int
    t_ns: Integers
    segments: dict[Placement, SegmentGrid]

    def __len__(self) -> int:
        return len(self.t_ns)

    def part(self, start: int, stop: int) -> "GridBatch":
        """Points start to stop (exclusive)."""
        if start == 0 and stop == len(self):
            return self
        cut = slice(start, stop)
        segments = {place: segment.part(cut) for place, segment in self.segments.items()}
        return GridBatch(self.first + start, self.t_ns[cut], segments)


@dataclass(slots=True)
class _Stream:
    """Samples of one sensor that the grid has not passed yet, and one before."""

    t_ns: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    arrival_ns: Integers = field(default_factory=lambda: np.empty(0, np.int64))
    values: Floats = field(default_factory=lambda: np.empty((8, 0)))  # rows: up, gyr, |acc|, sigma
    lost: Floats = field(default_factory=lambda: np.empty(0))  # running count of lost samples
    flags: Booleans = field(default_factory=lambda: np.empty(0, np.bool_))
    lost_before: float = 0.0

    def add(self, fused: FusedBatch) -> None:
        values = np.empty((8, len(fused)))
        values[0:3] = fused.up.T
        values[3:6] = fused.gyr_radps.T
        values[6] = fused.acc_norm_mps2
        values[7] = fused.sigma_deg
        lost: Floats = np.cumsum(fused.lost, dtype=np.float64) + self.lost_before
        self.lost_before = float(lost[-1])
        flags = fused.saturated | fused.restarted
        if len(self.t_ns) == 0:
            self.t_ns, self.arrival_ns, self.values = fused.t_ns, fused.arrival_ns, values
            self.lost, self.flags = lost, flags
            return
        self.t_ns = np.concatenate((self.t_ns, fused.t_ns))
        self.arrival_ns = np.concatenate((self.arrival_ns, fused.arrival_ns))
        self.values = np.concatenate((self.values, values), axis=1)
        self.lost = np.concatenate((self.lost, lost))
        self.flags = np.concatenate((self.flags, flags))

    def forget_before(self, t_ns: int) -> None:
        """Keep the last sample before a time and all that follow."""
        keep = int(np.searchsorted(self.t_ns, t_ns)) - 1
        if keep > 0:
            self.t_ns, self.arrival_ns = self.t_ns[keep:], self.arrival_ns[keep:]
            self.values = self.values[:, keep:]
            self.lost, self.flags = self.lost[keep:], self.flags[keep:]


class Grid:
    """Puts two fused streams on one grid of ``step_ns``."""

    def __init__(self, params: GridParams | None = None) -> None:
        self._params = params or GridParams()
        self._streams = {place: _Stream() for place in Placement}
        self._anchor_ns: int | None = None
        self._next = 0  # index of the next grid point
        self._newest_arrival_ns = -(2**62)

    def add(self, placement: Placement, fused: FusedBatch) -> None:
        """Take a sensor's fused samples."""
        if len(fused):
            self._streams[placement].add(fused)
            self._newest_arrival_ns = max(self._newest_arrival_ns, int(fused.arrival_ns[-1]))

    def step(self, *, finish: bool = False) -> GridBatch | None:
        """Return the grid points that can be decided now, or None."""
        if not self._anchored(finish):
            return None
        count = self._decidable(finish)
        if count < (1 if finish else self._params.least_points):
            return None
        t_ns = self._times(count)
        batch = GridBatch(self._next, t_ns, self._at(t_ns))
        self._next += count
        for stream in self._streams.values():
            stream.forget_before(int(t_ns[-1]))
        return batch

    def _times(self, count: int) -> Integers:
        assert self._anchor_ns is not None
        step = self._params.step_ns
        return self._anchor_ns + step * np.arange(self._next, self._next + count, dtype=np.int64)

    def _anchored(self, finish: bool) -> bool:
        """The grid starts at the earlier of the sensors' first samples."""
        if self._anchor_ns is not None:
            return True
        started = [stream for stream in self._streams.values() if len(stream.t_ns)]
        if not started:
            return False
        earliest_arrival = min(int(stream.arrival_ns[0]) for stream in started)
        trailing = self._newest_arrival_ns >= earliest_arrival + self._params.trailing_ns
        if len(started) == len(self._streams) or trailing or finish:
            self._anchor_ns = min(int(stream.t_ns[0]) for stream in started)
            return True
        return False

    def _decidable(self, finish: bool) -> int:
        """How many grid points have all samples that can count for them."""
        ends = [int(stream.t_ns[-1]) for stream in self._streams.values() if len(stream.t_ns)]
        newest = max(ends)
        if finish:
            return self._points_until(newest)
        both = min(ends) if len(ends) == len(self._streams) else None
        count = 0 if both is None else self._points_until(both)
        ahead = max(
            self._streams.values(), key=lambda stream: int(stream.t_ns[-1]) if len(stream.t_ns) else -1
        )
        decided = int(
            np.searchsorted(ahead.arrival_ns, self._newest_arrival_ns - self._params.trailing_ns, "right")
        )
        if decided > 0:
            count = max(count, self._points_until(int(ahead.t_ns[decided - 1])))
        return count

    def _points_until(self, t_ns: int) -> int:
        assert self._anchor_ns is not None
        return max(0, (t_ns - self._anchor_ns) // self._params.step_ns + 1 - self._next)

    def _at(self, t_ns: Integers) -> dict[Placement, SegmentGrid]:
        after = {place: np.searchsorted(stream.t_ns, t_ns) for place, stream in self._streams.items()}
        arrival = {place: self._arrival_of(self._streams[place], after[place]) for place in Placement}
        deadline = np.minimum(*arrival.values()) + (self._params.trailing_ns - self._params.lateness_ns)
        return {
            place: self._segment(self._streams[place], t_ns, after[place], arrival[place] <= deadline)
            for place in Placement
        }

    @staticmethod
    def _arrival_of(stream: _Stream, after: Integers) -> Integers:
        """Arrival of the first sample at or after each point; the far future where there is none yet."""
        size = len(stream.arrival_ns)
        if size > int(after[-1]):
            return stream.arrival_ns[after]
        never = np.iinfo(np.int64).max // 2
        if size == 0:
            return np.full(len(after), never)
        return np.where(after < size, stream.arrival_ns[np.minimum(after, size - 1)], never)

    def _segment(self, stream: _Stream, t_ns: Integers, after: Integers, in_time: Booleans) -> SegmentGrid:
        size = len(stream.t_ns)
        if size == 0:
            return _absent(len(t_ns))
        right = after if int(after[-1]) < size else np.minimum(after, size - 1)
        right_ns = stream.t_ns[right]
        left = np.where(right_ns == t_ns, right, np.maximum(right - 1, 0))
        left_ns = stream.t_ns[left]
        span_ns, since_ns = right_ns - left_ns, t_ns - left_ns
        inside = (after < size) & (since_ns >= 0)
        present = inside & in_time & (span_ns <= self._params.bridge_ns)
        before = stream.values.take(left, axis=1)
        values = stream.values.take(right, axis=1)
        values -= before
        values *= since_ns / np.maximum(span_ns, 1)
        values += before
        if not present.all():
            values[:, ~present] = np.nan
        lost = np.where(present, 0.0, 1.0)
        if stream.lost[-1] > stream.lost[0]:
            between = stream.lost[right] - stream.lost[left]
            lost = np.where(present, between / (between + 1.0), 1.0)
        return SegmentGrid(
            up=values[0:3].T,
            gyr_radps=values[3:6].T,
            acc_norm_mps2=values[6],
            sigma_deg=values[7],
            lost=lost,
            unsettled=present & (stream.flags[left] | stream.flags[right]),
            present=present,
        )


def _absent(n: int) -> SegmentGrid:
    nan = np.full(n, np.nan)
    return SegmentGrid(
        up=np.full((n, 3), np.nan),
        gyr_radps=np.full((n, 3), np.nan),
        acc_norm_mps2=nan,
        sigma_deg=nan,
        lost=np.ones(n),
        unsettled=np.zeros(n, np.bool_),
        present=np.zeros(n, np.bool_),
    )
