"""Stretches of a recording in which a sensor lay still, as on a table."""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.samples import NS_PER_S


@dataclass(frozen=True, slots=True)
class StillParams:
    """Conventions: well above the noise of poor parts (0.1 deg/s, 2 mg), below a hand or a swaying body."""

    block_s: float = 0.25
    rate_sd_dps: float = 0.5  # of any axis within a block
    force_sd_mps2: float = 0.06
    creep_mps2: float = 0.05  # between neighbouring blocks' means, about 0.3 deg
    drift_mps2: float = 0.10  # over a whole stretch
    longest_gap_s: float = 1.0  # lost samples: what lies still before and after lay still meanwhile
    least_s: float = 1.5
    settle_s: float = 0.25  # left out at both ends: being put down and picked up


@dataclass(frozen=True, slots=True)
class StillWindow:
    """A stretch of stillness, half-open on the host time base, and the mean reading in it."""

    start_ns: int
    end_ns: int
    mean_mps2: tuple[float, float, float]
    samples: int

    @property
    def seconds(self) -> float:
        """Length."""
        return (self.end_ns - self.start_ns) / NS_PER_S

    @property
    def norm_mps2(self) -> float:
        """Norm of the mean reading."""
        return float(np.sqrt(sum(value * value for value in self.mean_mps2)))


def still_windows(
    t_ns: Integers, gyr_radps: Floats, acc_mps2: Floats, params: StillParams | None = None
) -> tuple[StillWindow, ...]:
    """Find all stretches of stillness in a closed recording of one sensor.

    The recording is cut into short blocks of equally many samples; a block is still if rate and specific
    force hardly vary in it and little is missing. Neighbouring still blocks of one mean make a stretch.

    Parameters
    ----------
    t_ns : (n,) int, ns
        Host time of each sample; not decreasing.
    gyr_radps, acc_mps2 : (n, 3) float
        Rate and specific force, sensor frame.
    """
    p = params or StillParams()
    blocks = _cut(t_ns, gyr_radps, acc_mps2, p)
    if blocks is None:
        return ()
    settle = round(p.settle_s / p.block_s)
    found: list[StillWindow] = []
    for first, last in _runs(blocks.still(p), blocks.means, p):
        window = blocks.window(first + settle, last - settle)
        if window is not None and window.seconds >= p.least_s - p.block_s / 2:
            found.append(window)
    return tuple(found)


def lying_s(t_ns: Integers, gyr_radps: Floats, acc_mps2: Floats, params: StillParams | None = None) -> float:
    """Return for how long a sensor has lain still by now, in s; 0: it moves, or nothing is known yet.

    Parameters as for :func:`still_windows`, the same rule: what lies for ``least_s`` and the settling at both
    ends is a window.
    """
    p = params or StillParams()
    blocks = _cut(t_ns, gyr_radps, acc_mps2, p)
    runs = [] if blocks is None else _runs(blocks.still(p), blocks.means, p)
    if blocks is None or not runs or runs[-1][1] < len(blocks.means):
        return 0.0
    return (runs[-1][1] - runs[-1][0]) * p.block_s


def _cut(t_ns: Integers, gyr_radps: Floats, acc_mps2: Floats, p: StillParams) -> "_Blocks | None":
    """The recording in blocks; None where it is too short."""
    size = _block_size(t_ns, p.block_s)
    count = len(t_ns) // size if size else 0
    return None if count < 2 else _Blocks(t_ns, gyr_radps, acc_mps2, size, count)


class _Blocks:
    """A recording cut into blocks of ``size`` samples."""

    def __init__(self, t_ns: Integers, gyr: Floats, acc: Floats, size: int, count: int) -> None:
        self._t_ns, self._acc, self._size = t_ns, acc, size
        self._gyr_blocks = gyr[: size * count].reshape(count, size, 3)
        self._acc_blocks = acc[: size * count].reshape(count, size, 3)
        starts = t_ns[: size * count : size]
        self._spans = np.diff(starts, append=t_ns[size * count - 1])
        self.means: Floats = self._acc_blocks.mean(axis=1)

    def still(self, p: StillParams) -> Booleans:
        """Which blocks are still and whole, (count,)."""
        rate_sd = np.degrees(self._gyr_blocks.std(axis=1).max(axis=1))
        force_sd = self._acc_blocks.std(axis=1).max(axis=1)
        whole = self._spans < (p.block_s + p.longest_gap_s) * NS_PER_S
        return (rate_sd < p.rate_sd_dps) & (force_sd < p.force_sd_mps2) & whole

    def window(self, first: int, last: int) -> StillWindow | None:
        """Blocks first to last (exclusive) as one window."""
        if last <= first:
            return None
        start, stop = first * self._size, last * self._size
        x, y, z = (float(value) for value in self._acc[start:stop].mean(axis=0))
        return StillWindow(int(self._t_ns[start]), int(self._t_ns[stop - 1]), (x, y, z), stop - start)


def _runs(still: Booleans, means: Floats, p: StillParams) -> list[tuple[int, int]]:
    """Neighbouring still blocks (first, last exclusive) that read the same."""
    runs: list[tuple[int, int]] = []
    first: int | None = None
    for block in range(len(still)):
        if first is not None and not (still[block] and _same(means, first, block, p)):
            runs.append((first, block))
            first = None
        if first is None and still[block]:
            first = block
    if first is not None:
        runs.append((first, len(still)))
    return runs


def _same(means: Floats, first: int, block: int, p: StillParams) -> bool:
    creep = float(np.linalg.norm(means[block] - means[block - 1]))
    drift = float(np.linalg.norm(means[block] - means[first]))
    return creep < p.creep_mps2 and drift < p.drift_mps2


def _block_size(t_ns: Integers, block_s: float) -> int:
    """Samples in a block, by the typical pace (median over stretches of 20: packets arrive in bursts)."""
    if len(t_ns) < 42:
        return 0
    pace_ns = float(np.median(t_ns[20:] - t_ns[:-20])) / 20.0
    return max(2, round(block_s * NS_PER_S / pace_ns)) if pace_ns > 0 else 0
