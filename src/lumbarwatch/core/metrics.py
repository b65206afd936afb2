"""What a rep measured (definitions 4), from the angles between two bottoms."""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.core.geometry import filled, hip_height_m
from lumbarwatch.core.hip_path import (
    bottom_before,
    first_at_least,
    first_at_most,
    last_at_least,
    last_at_most,
    top_between_bottoms,
)
from lumbarwatch.core.history import History
from lumbarwatch.core.known_values import (
    bridged,
    highest_known,
    longest_run,
    lowest_known,
    mean_known,
    median_known,
)
from lumbarwatch.core.phases import Closed
from lumbarwatch.core.windows import highest_over, lowest_over
from lumbarwatch.model.checks import Floats
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
    pelvis_top_hidden: bool  # part of the pelvis' samples at lockout; roll and top need no others
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
        bottom = lowest_known(self._angle(closed.bottom_from, closed.top + 1)) or 0.0
        phi_top = highest_known(self._angle(lock0, max(int(lower) + 1, lock1))) or 0.0
        rate = np.abs(self._of("pelvis_rate_dps", a, z))
        held_high, high_at = _held(lam, p.held_points)
        held_low, low_at = _held(-lam, p.held_points)
        lowered_at = int(np.floor(lower))
        pelvis_there = self._of("pelvis_present", a, z) > 0
        lumbar_there = self._of("lumbar_present", a, z) > 0
        tilt = median_known(pelvis[at_lockout])
        return Measured(
            start=start,
            lockout=lockout,
            lower=lower,
            end=end,
            bottom_deg=bottom,
            bottom_after_deg=lowest_known(self._angle(closed.top, closed.bottom_until + 1)) or 0.0,
            rom_deg=phi_top - bottom,
            rom_m=rise_m,
            phi_top_deg=phi_top,
            tilt_lockout_deg=None if tilt is None else tilt - 90.0,
            lambda_lockout_deg=median_known(lam[at_lockout]),
            lambda_peak_deg=held_high,
            lambda_peak_at=a + high_at,
            lambda_low_held_deg=None if held_low is None else -held_low,
            lambda_low_at=a + low_at,
            lambda_eccentric_max_deg=highest_known(lam[lowered_at - a :]) if closed.lowered else None,
            roll_lockout_deg=median_known(self._of("pelvis_roll_deg", lock0, lock1)),
            rate_peak_dps=highest_known(rate) or 0.0,
            rate_mean_dps=mean_known(rate) or 0.0,
            impact_g_mps2=self._impact(end) if closed.lowered else None,
            pelvis_sigma_deg=median_known(self._of("pelvis_sigma_deg", lock0, lock1)),
            lumbar_sigma_deg=median_known(self._of("lumbar_sigma_deg", lock0, lock1)),
            pelvis_hidden=self._hidden_bottom(closed, a, z),
            lockout_hidden=not (pelvis_there & lumbar_there)[at_lockout].all(),
            pelvis_top_hidden=not pelvis_there[at_lockout].all(),
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
        top = top_between_bottoms(height, min(max(closed.top - first, 1), len(height) - 1))
        up, down = height[: top + 1], height[top:]
        bottom = bottom_before(up, p.leave_fraction)
        rise, descent = height[top] - bottom, height[top] - down.min()
        if rise <= 0:
            return None
        start = last_at_most(up, bottom + p.leave_fraction * rise)
        lockout = first_at_least(up, bottom + p.reach_fraction * rise, int(start))
        if not closed.lowered or descent <= 0:
            end = float(len(height) - 1)
            return first + start, first + lockout, first + end, first + end, float(rise)
        lower = top + last_at_least(down, down.min() + p.reach_fraction * descent)
        end = top + first_at_most(down, down.min() + p.leave_fraction * descent, int(lower - top))
        return first + start, first + lockout, first + lower, first + end, float(rise)

    def _height(self, start: int, stop: int) -> Floats | None:
        """Hip height (m), short gaps bridged; for a sensor lost long the other stands in (definitions 1)."""
        pelvis, lumbar = self._of("pelvis_pitch_deg", start, stop), self._of("lumbar_pitch_deg", start, stop)
        longest = self._params.bridged_points
        if longest_run(np.isnan(pelvis)) > longest:
            pelvis = lumbar
        elif longest_run(np.isnan(lumbar)) > longest:
            lumbar = pelvis
        whole = bridged(pelvis), bridged(lumbar)
        if whole[0] is None or whole[1] is None:
            return None
        return hip_height_m(whole[0], whole[1], self._stature_m)

    def lockout_so_far(self, bottom_from: int, index: int) -> tuple[float | None, float | None]:
        """Provisional posterior tilt and lambda (deg) at the top, from what is known at a grid index."""
        first = max(bottom_from, self._history.first)
        height = self._height(first, index + 1)
        if height is None:
            return None, None
        low = int(np.argmin(height))  # before it lies the descent of the rep before, perhaps from higher up
        first, height = first + low, height[low:]
        top = int(np.argmax(height))
        rise = height[top] - bottom_before(height[: top + 1], self._params.leave_fraction)
        reached = first_at_least(height[: top + 1], height[top] - 0.05 * rise, 0)
        lock0 = first + int(np.ceil(reached))
        lock1 = min(lock0 + self._params.lockout_points, index + 1)
        tilt = median_known(self._of("pelvis_pitch_deg", lock0, lock1))
        lam = median_known(self._of("lumbar_extension_deg", lock0, lock1))
        return None if tilt is None else tilt - 90.0, lam

    def rest_norms(self, index: int) -> list[float]:
        """Norm of each sensor's specific force (m/s^2) over the half second of stillness up to an index."""
        names = ("pelvis_acc_norm_mps2", "lumbar_acc_norm_mps2")
        norms = (median_known(self._of(name, index - self._params.lockout_points, index)) for name in names)
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
        return highest_known(
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
            longest_gap_s=round(longest_run(missing) * self._step_s, 3),
            gap_at_lockout=bool(missing[at_lockout].any()),
            saturated=bool((self._of("unsettled", a, z) > 0).any()),
        )


def _held(values: Floats, points: int) -> tuple[float | None, int]:
    """Highest value that was held for so many points, and the index at which it had been held."""
    windows = lowest_over(values, points)
    highest = highest_known(windows)
    return (None, 0) if highest is None else (highest, int(np.argmax(windows == highest)) + points - 1)
