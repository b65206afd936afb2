"""What a rep measured (definitions 4), from the angles between two bottoms."""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.core.geometry import filled, hip_height_m
from lumbarwatch.core.history import History
from lumbarwatch.core.phases import Closed
from lumbarwatch.core.windows import highest_over, lowest_over
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.motion import RepQuality


@dataclass(frozen=True, slots=True)
class MetricsParams:
    """Fractions and windows of definitions 4."""

    leave_fraction: float = 0.05
    reach_fraction: float = 0.95
    lockout_points: int = 50  # 0.5 s of the hold
    held_points: int = 15  # lambda counts when held for 150 ms
    bridged_points: int = 100  # a sensor missing longer is lost, its angle is not bridged
    impact_before_points: int = 10
    impact_after_points: int = 20
    side_lying_deg: float = 60.0


@dataclass(frozen=True, slots=True)
class Measured:
    """One cycle's quantities. Positions are fractional grid indices; None = not known."""

    start: float
    lockout: float
    lower: float
    end: float
    bottom_deg: float  # pelvis at the bottom before
    bottom_after_deg: float
    rom_deg: float
    rom_m: float
    phi_top_deg: float
    tilt_lockout_deg: float | None
    lambda_lockout_deg: float | None
    lambda_peak_deg: float | None
    lambda_peak_at: int
    lambda_low_held_deg: float | None  # deepest tuck held
    lambda_low_at: int
    lambda_eccentric_max_deg: float | None
    roll_lockout_deg: float | None
    rate_peak_dps: float
    rate_mean_dps: float
    impact_g_mps2: float | None  # peak norm of the pelvis' specific force around the end
    pelvis_sigma_deg: float | None  # fusion's own, at lockout
    lumbar_sigma_deg: float | None
    pelvis_hidden: bool  # missing samples of the pelvis decide the top or a bottom
    lockout_hidden: bool
    descent_hidden: bool
    lumbar_missing: bool  # the lumbar sensor gave nothing at lockout
    pelvis_missing: bool
    lambda_hidden: bool  # part of the rep has no lambda
    side_lying: bool
    quality: RepQuality
    lowered: bool
    left: bool


class Meter:
    """Measures closed cycles in the history of angles."""

    def __init__(
        self, history: History, stature_m: float, step_s: float = 0.01, params: MetricsParams | None = None
    ) -> None:
        self._stature_m = stature_m
        self._history = history
        self._step_s = step_s
        self._params = params or MetricsParams()

    def measure(self, closed: Closed) -> Measured | None:
        """Quantities of a cycle, or None where nothing of it is known."""
        timing = self.timing(closed)
        if timing is None:
            return None
        start, lockout, lower, end, rise_m = timing
        p = self._params
        a, z = int(np.floor(start)), int(np.ceil(end)) + 1
        lock0 = int(np.ceil(lockout))
        lock1 = max(lock0 + 1, min(lock0 + p.lockout_points, int(np.floor(lower)) + 1))
        pelvis = self._of("pelvis_pitch_deg", a, z)
        lam = self._of("lumbar_extension_deg", a, z)
        at_lockout = slice(lock0 - a, lock1 - a)
        bottom = _least(self._angle(closed.bottom_from, closed.top + 1)) or 0.0
        phi_top = _most(self._angle(lock0, max(int(lower) + 1, lock1))) or 0.0
        rate = np.abs(self._of("pelvis_rate_dps", a, z))
        held_high, high_at = _held(lam, p.held_points)
        held_low, low_at = _held(-lam, p.held_points)
        lowered_at = int(np.floor(lower))
        pelvis_there = self._of("pelvis_present", a, z) > 0
        lumbar_there = self._of("lumbar_present", a, z) > 0
        tilt = _median(pelvis[at_lockout])
        return Measured(
            start=start,
            lockout=lockout,
            lower=lower,
            end=end,
            bottom_deg=bottom,
            bottom_after_deg=_least(self._angle(closed.top, closed.bottom_until + 1)) or 0.0,
            rom_deg=phi_top - bottom,
            rom_m=rise_m,
            phi_top_deg=phi_top,
            tilt_lockout_deg=None if tilt is None else tilt - 90.0,
            lambda_lockout_deg=_median(lam[at_lockout]),
            lambda_peak_deg=held_high,
            lambda_peak_at=a + high_at,
            lambda_low_held_deg=None if held_low is None else -held_low,
            lambda_low_at=a + low_at,
            lambda_eccentric_max_deg=_most(lam[lowered_at - a :]) if closed.lowered else None,
            roll_lockout_deg=_median(self._of("pelvis_roll_deg", lock0, lock1)),
            rate_peak_dps=_most(rate) or 0.0,
            rate_mean_dps=_mean(rate) or 0.0,
            impact_g_mps2=self._impact(end) if closed.lowered else None,
            pelvis_sigma_deg=_median(self._of("pelvis_sigma_deg", lock0, lock1)),
            lumbar_sigma_deg=_median(self._of("lumbar_sigma_deg", lock0, lock1)),
            pelvis_hidden=self._hidden_bottom(closed, a, z),
            lockout_hidden=not (pelvis_there & lumbar_there)[at_lockout].all(),
            descent_hidden=not pelvis_there[lowered_at - a :].all(),
            lumbar_missing=not lumbar_there[at_lockout].any(),
            pelvis_missing=not pelvis_there[at_lockout].any(),
            lambda_hidden=not (pelvis_there & lumbar_there).all(),
            side_lying=self._side_lying(lock0, lock1),
            quality=self._quality(a, z, at_lockout),
            lowered=closed.lowered,
            left=closed.left,
        )

    def timing(self, closed: Closed) -> tuple[float, float, float, float, float] | None:
        """Start, lockout, start of lowering and end (fractional grid indices), and the rise (m)."""
        p = self._params
        first = max(closed.bottom_from, self._history.first)
        height = self._height(first, closed.bottom_until + 1)
        if height is None or len(height) < 3:
            return None
        top = _top(height, min(max(closed.top - first, 1), len(height) - 1))
        up, down = height[: top + 1], height[top:]
        bottom = _trough(up, p.leave_fraction)
        rise, descent = height[top] - bottom, height[top] - down.min()
        if rise <= 0:
            return None
        start = _last_at_most(up, bottom + p.leave_fraction * rise)
        lockout = _first_at_least(up, bottom + p.reach_fraction * rise, int(start))
        if not closed.lowered or descent <= 0:
            end = float(len(height) - 1)
            return first + start, first + lockout, first + end, first + end, float(rise)
        lower = top + _last_at_least(down, down.min() + p.reach_fraction * descent)
        end = top + _first_at_most(down, down.min() + p.leave_fraction * descent, int(lower - top))
        return first + start, first + lockout, first + lower, first + end, float(rise)

    def _height(self, start: int, stop: int) -> Floats | None:
        """Hip height (m), short gaps bridged; for a sensor lost long the other stands in (definitions 1)."""
        pelvis, lumbar = self._of("pelvis_pitch_deg", start, stop), self._of("lumbar_pitch_deg", start, stop)
        longest = self._params.bridged_points
        if _longest_run(np.isnan(pelvis)) > longest:
            pelvis = lumbar
        elif _longest_run(np.isnan(lumbar)) > longest:
            lumbar = pelvis
        whole = _filled(pelvis), _filled(lumbar)
        if whole[0] is None or whole[1] is None:
            return None
        return hip_height_m(whole[0], whole[1], self._stature_m)

    def lockout_so_far(self, bottom_from: int, index: int) -> tuple[float | None, float | None]:
        """Provisional posterior tilt and lambda (deg) at the top, from what is known at a grid index."""
        first = max(bottom_from, self._history.first)
        height = self._height(first, index + 1)
        if height is None:
            return None, None
        top = int(np.argmax(height))
        rise = height[top] - _trough(height[: top + 1], self._params.leave_fraction)
        reached = _first_at_least(height[: top + 1], height[top] - 0.05 * rise, 0)
        lock0 = first + int(np.ceil(reached))
        lock1 = min(lock0 + self._params.lockout_points, index + 1)
        tilt = _median(self._of("pelvis_pitch_deg", lock0, lock1))
        return None if tilt is None else tilt - 90.0, _median(self._of("lumbar_extension_deg", lock0, lock1))

    def rest_norms(self, index: int) -> list[float]:
        """Norm of each sensor's specific force (m/s^2) over the half second of stillness up to an index."""
        names = ("pelvis_acc_norm_mps2", "lumbar_acc_norm_mps2")
        norms = (_median(self._of(name, index - self._params.lockout_points, index)) for name in names)
        return [norm for norm in norms if norm is not None]

    def held(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """Extension and tuck (deg) held for 150 ms up to each point of start..stop; NaN: unknown."""
        points = self._params.held_points
        lam = self._of("lumbar_extension_deg", start - points + 1, stop)
        missing = stop - start + points - 1 - len(lam)
        if missing > 0:
            lam = np.concatenate((np.full(missing, np.nan), lam))
        return lowest_over(lam, points), -highest_over(lam, points)

    def _of(self, name: str, start: int, stop: int) -> Floats:
        return self._history.channel(name, start, stop)

    def _angle(self, start: int, stop: int) -> Floats:
        """Pelvis pitch; the lumbar pitch stands in where the pelvis sensor is lost (definitions 1)."""
        return filled(self._of("pelvis_pitch_deg", start, stop), self._of("lumbar_pitch_deg", start, stop))

    def _side_lying(self, start: int, stop: int) -> bool:
        """Either segment is turned so far that lambda means nothing (definitions 1)."""
        rolls = (self._of(name, start, stop) for name in ("pelvis_roll_deg", "lumbar_roll_deg"))
        return any(bool((np.abs(roll) > self._params.side_lying_deg).any()) for roll in rolls)

    def _impact(self, end: float) -> float | None:
        p, at = self._params, round(end)
        return _most(
            self._of("pelvis_acc_norm_mps2", at - p.impact_before_points, at + p.impact_after_points + 1)
        )

    def _hidden_bottom(self, closed: Closed, a: int, z: int) -> bool:
        """A gap touches the bottom before, the top or the bottom after."""
        there = self._of("pelvis_present", a, z) > 0
        if there.all():
            return False
        height = self._height(a, z)
        if height is None:
            return True
        low = float(height.min() + 0.1 * np.ptp(height))
        edges = np.flatnonzero(np.diff(there.astype(np.int8), prepend=1, append=1))
        around = np.clip(np.concatenate((edges - 1, edges)), 0, len(height) - 1)
        near = height[around]
        return bool((near < low).any() or not there[closed.top - a])

    def _quality(self, a: int, z: int, at_lockout: slice) -> RepQuality:
        lost = self._of("lost", a, z)
        missing = lost > 0
        return RepQuality(
            lost_fraction=float(np.mean(lost)),
            longest_gap_s=round(_longest_run(missing) * self._step_s, 3),
            gap_at_lockout=bool(missing[at_lockout].any()),
            saturated=bool((self._of("unsettled", a, z) > 0).any()),
        )


def _filled(values: Floats) -> Floats | None:
    """Gaps bridged by straight lines, so that levels can be crossed; None where nothing is known."""
    known = np.isfinite(values)
    if known.all():
        return values
    if not known.any():
        return None
    index = np.arange(len(values))
    return np.interp(index, index[known], values[known])


def _top(height: Floats, near: int) -> int:
    """The highest point on the cycle, which lies between the two bottoms around ``near``."""
    left = int(np.argmin(height[: near + 1]))
    right = near + int(np.argmin(height[near:]))
    return left + int(np.argmax(height[left : right + 1]))


def _trough(rising: Floats, prominence: float) -> float:
    """The bottom directly before the last value: back from it, until the height rises again by a fraction."""
    back = rising[_low_rest(rising) :][::-1]
    lowest = np.minimum.accumulate(back)
    deep = lowest < back.min() + 0.25 * (back[0] - back.min())  # a sticking point lies higher
    turned = deep & (back > lowest + prominence * (back[0] - lowest))
    k = int(np.argmax(turned))
    return float(lowest[k] if turned[k] else lowest[-1])


def _low_rest(rising: Floats, points: int = 100, steady: float = 0.03, low: float = 1.0 / 3.0) -> int:
    """Where the last rest of a second in the lower third of a rise has begun; 0 where there is none.

    What lies before such a rest, a sit-up or a shift of the hips, is no part of the rise (convention).
    """
    if len(rising) < points:
        return 0
    lowest = rising.min()
    whole = rising[-1] - lowest
    highest = highest_over(rising, points)
    level = highest <= lowest + low * whole
    if not level.any():
        return 0
    rests = level & (highest - lowest_over(rising, points) <= steady * whole)
    begun = np.flatnonzero(rests & ~np.concatenate(([False], rests[:-1])))
    start = int(begun[-1]) + points // 2 if len(begun) else 0  # it was come to until then
    lower_before = start > 0 and rising[:start].min() < rising[start:].min() - steady * whole
    return start if lower_before else 0


def _crossing(values: Floats, i: int, level: float) -> float:
    """Where between i and i + 1 a level is met."""
    step = values[i + 1] - values[i]
    return i + (float((level - values[i]) / step) if step else 0.0)


def _last_at_most(values: Floats, level: float) -> float:
    i = int(np.flatnonzero(values <= level)[-1])
    return _crossing(values, i, level) if i + 1 < len(values) else float(i)


def _last_at_least(values: Floats, level: float) -> float:
    return _last_at_most(-values, -level)


def _first_at_least(values: Floats, level: float, after: int) -> float:
    found = np.flatnonzero(values[after:] >= level)
    if len(found) == 0:
        return float(len(values) - 1)
    i = after + int(found[0])
    return _crossing(values, i - 1, level) if i > 0 else 0.0


def _first_at_most(values: Floats, level: float, after: int) -> float:
    return _first_at_least(-values, -level, after)


def _held(values: Floats, points: int) -> tuple[float | None, int]:
    """Highest value that was held for so many points, and the index at which it had been held."""
    windows = lowest_over(values, points)
    highest = _most(windows)
    return (None, 0) if highest is None else (highest, int(np.argmax(windows == highest)) + points - 1)


def _median(values: Floats) -> float | None:
    ordered = np.sort(values)  # NaN last
    n = len(ordered) - int(np.count_nonzero(np.isnan(ordered)))
    return float(0.5 * (ordered[(n - 1) // 2] + ordered[n // 2])) if n else None


def _mean(values: Floats) -> float | None:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else None


def _most(values: Floats) -> float | None:
    most = float(np.fmax.reduce(values, initial=-np.inf))
    return most if np.isfinite(most) else None


def _least(values: Floats) -> float | None:
    least = float(np.fmin.reduce(values, initial=np.inf))
    return least if np.isfinite(least) else None


def _longest_run(holds: Booleans) -> int:
    if not holds.any():
        return 0
    edges = np.flatnonzero(np.diff(holds, prepend=False, append=False))
    return int((edges[1::2] - edges[::2]).max()) if len(edges) else 0
