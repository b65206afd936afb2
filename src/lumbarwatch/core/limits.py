"""Where each warning's limits lie (definitions 5), by the athlete's own range, reference and wishes.

An athlete's own limit replaces the whole expression. Red is gated by the budget of definitions 2 for
differences, by the stated sigma for angles against the zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from lumbarwatch.core.uncertainty import BUDGET, Budget
from lumbarwatch.model.session import Calibration, Limit, Limits
from lumbarwatch.model.verdicts import NotGradedReason, WarningId

LEAST_RANGE_DEG = 10.0

DEFAULT_LIMITS: Mapping[WarningId, Limit] = MappingProxyType(
    {
        WarningId.W1: Limit(0.0, 0.0),  # against the own neutral; with reference thrusts -4 against theirs
        WarningId.W1B: Limit(2.5, 5.0),  # this and W2: without an own range
        WarningId.W2: Limit(7.5, 10.0),
        WarningId.W3: Limit(0.80, 0.70),
        WarningId.W3B: Limit(8.0, 12.0),
        WarningId.W4: Limit(1.0, 0.60),
        WarningId.W4B: Limit(6.0, 6.0),
        WarningId.W5: Limit(4.0, 7.0),
        WarningId.W6: Limit(4.0, 6.0),
    }
)
"""Limits of definitions 5 as plain numbers, where no own range or reference replaces them."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where a value is judged: ``high`` says on which side it is bad."""

    amber: float | None
    red: float | None
    high: bool
    sigma: float


@dataclass(frozen=True, slots=True)
class Context:
    """What a rep is judged against."""

    calibration: Calibration
    limits: Limits
    blocked: NotGradedReason | None = None  # no calibration, stale, slip: angles accuse no one
    roll_baseline_deg: float | None = None
    earlier_roll_off_deg: tuple[float, ...] = ()  # of the last reps, against the same baseline
    own_reference: bool = True  # the reference thrusts apply (not in a single-leg set)
    budget: Budget = BUDGET
    stated_tilt_deg: float | None = None  # one sigma of an angle against the zero, where it is known better
    stated_lambda_deg: float | None = None

    @property
    def tilt_sigma_deg(self) -> float:
        """Of a tilt against the zero: as stated, else the budget."""
        return self.budget.absolute_deg() if self.stated_tilt_deg is None else self.stated_tilt_deg

    @property
    def lambda_sigma_deg(self) -> float:
        """Of lambda against the zero: as stated, else the budget."""
        return self.budget.absolute_deg() if self.stated_lambda_deg is None else self.stated_lambda_deg


def lockout_limits(context: Context) -> tuple[float, Thresholds]:
    """W1: what is subtracted from the tilt, and the limits."""
    own = context.limits.get(WarningId.W1)
    fusion = context.calibration
    if own is not None:
        return 0.0, _own(own, high=False, sigma=context.tilt_sigma_deg)
    if fusion.reference is not None and context.own_reference:
        sigma = context.budget.against_reference_deg()
        return fusion.reference.tilt_lock_deg, Thresholds(-4.0, -4.0, high=False, sigma=sigma)
    return 0.0, _default(WarningId.W1, high=False, sigma=context.tilt_sigma_deg)


def arched_limits(context: Context) -> Thresholds:
    """W1b: lambda at lockout."""
    sigma = context.lambda_sigma_deg
    if (own := context.limits.get(WarningId.W1B)) is not None:
        return _own(own, high=True, sigma=sigma)
    lam_max = usable_lam_max_deg(context.calibration)
    if lam_max is None:
        return _default(WarningId.W1B, high=True, sigma=sigma)
    return Thresholds(0.25 * lam_max, max(2.5, 0.25 * lam_max), high=True, sigma=sigma)


def extension_limits(context: Context) -> Thresholds:
    """W2: lambda held inside the rep."""
    if (own := context.limits.get(WarningId.W2)) is not None:
        return _own(own, high=True, sigma=context.lambda_sigma_deg)
    lam_max = usable_lam_max_deg(context.calibration)
    if lam_max is None:
        return _default(WarningId.W2, high=True, sigma=context.lambda_sigma_deg)
    limit = max(7.5, 0.75 * lam_max)
    return Thresholds(limit, limit, high=True, sigma=context.budget.against_range_deg())


def tuck_limits(context: Context) -> Thresholds | None:
    """W2b: tuck held inside the rep (as a positive number); None where the own tuck is not known."""
    sigma = context.budget.against_range_deg()
    if (own := context.limits.get(WarningId.W2B)) is not None:
        return _own(own, high=True, sigma=sigma)
    if context.calibration.own_range is None or usable_lam_max_deg(context.calibration) is None:
        return None
    return Thresholds(0.9 * context.calibration.own_range.tau_max_deg, None, high=True, sigma=sigma)


def target_limits(context: Context) -> Thresholds | None:
    """W1c: tuck at lockout (as a positive number); None where the own tuck is not known."""
    sigma = context.lambda_sigma_deg
    if (own := context.limits.get(WarningId.W1C)) is not None:
        return _own(own, high=False, sigma=sigma)
    if context.calibration.own_range is None:
        return None
    return Thresholds(0.25 * context.calibration.own_range.tau_max_deg, None, high=False, sigma=sigma)


def partial_limits(limits: Limits, budget: Budget = BUDGET) -> Thresholds:
    """W3: fraction of the reference range of hip height."""
    return plain_limits(WarningId.W3, limits, high=False, sigma=budget.rom_fraction)


def usable_lam_max_deg(calibration: Calibration) -> float | None:
    """The athlete's own maximal extension where it is large enough to grade by."""
    own = calibration.own_range
    return own.lam_max_deg if own is not None and own.lam_max_deg >= LEAST_RANGE_DEG else None


def _own(limit: Limit, *, high: bool, sigma: float) -> Thresholds:
    return Thresholds(limit.amber, limit.red, high, sigma)


def _default(id_: WarningId, *, high: bool, sigma: float) -> Thresholds:
    return _own(DEFAULT_LIMITS[id_], high=high, sigma=sigma)


def plain_limits(id_: WarningId, limits: Limits, *, high: bool, sigma: float) -> Thresholds:
    """The athlete's own limit, else the default."""
    return _own(limits.get(id_) or DEFAULT_LIMITS[id_], high=high, sigma=sigma)
