"""The warnings of definitions 5: amber is a plain limit, red is error-gated, unknown is not graded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from lumbarwatch.core.drift import drift_deg
from lumbarwatch.core.limits import (
    Context,
    Thresholds,
    arched_limits,
    extension_limits,
    lockout_limits,
    partial_limits,
    plain_limits,
    target_limits,
    tuck_limits,
    usable_lam_max_deg,
)
from lumbarwatch.core.metrics import Measured
from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict

GATE = 1.64
"""Standard errors between a value and the red limit: one-sided 5 % (definitions 5)."""

CLEARS = 0.5
"""Standard errors by which a value must be better than its limit for a warning to clear (definitions 5)."""

IMPACT_LIMIT_G = 1.8
BASELINE_REPS = 3  # of W5 without a reference


@dataclass(slots=True)
class Verdicts:
    """What was found of one rep or set."""

    warnings: list[WarningVerdict] = field(default_factory=list[WarningVerdict])
    not_graded: list[NotGraded] = field(default_factory=list[NotGraded])
    borderline: list[WarningId] = field(default_factory=list[WarningId])
    judged: set[WarningId] = field(default_factory=set[WarningId])
    clear: list[WarningId] = field(default_factory=list[WarningId])  # better than the limit by half a sigma

    def skip(self, reason: NotGradedReason, *ids: WarningId) -> None:
        """Name warnings that can't be judged."""
        self.not_graded += [NotGraded(id_, reason) for id_ in ids]

    def judge(self, id_: WarningId, value: float, at: Thresholds, t_ns: int) -> Level | None:
        """Judge one value: red if it is past the red limit for sure, else amber, else nothing."""
        self.judged.add(id_)
        sign = 1.0 if at.high else -1.0
        level = None
        if at.red is not None and sign * (value - at.red) > GATE * at.sigma:
            level = Level.RED
        elif at.amber is not None and sign * (value - at.amber) > 0:
            level = Level.AMBER
        if at.amber is not None and abs(value - at.amber) <= at.sigma:
            self.borderline.append(id_)
        first = at.red if at.amber is None else at.amber
        if first is not None and sign * (first - value) >= CLEARS * at.sigma:
            self.clear.append(id_)
        if level is not None:
            limit = at.red if level is Level.RED else at.amber
            assert limit is not None
            self.warnings.append(WarningVerdict(id_, level, value, limit, at.sigma, t_ns))
        return level


def judge_lockout(
    verdicts: Verdicts, tilt_deg: float | None, lambda_deg: float | None, context: Context, t_ns: int
) -> None:
    """W1, W1b and, in training mode, W1c; also for the provisional lockout."""
    if tilt_deg is not None:
        reference, at = lockout_limits(context)
        verdicts.judge(WarningId.W1, tilt_deg - reference, at, t_ns)
    if lambda_deg is None:
        verdicts.skip(NotGradedReason.LUMBAR_LOST, WarningId.W1B, *_trained(context))
        return
    verdicts.judge(WarningId.W1B, lambda_deg, arched_limits(context), t_ns)
    for id_ in _trained(context):
        target = target_limits(context)
        if target is None:
            verdicts.skip(NotGradedReason.NO_RANGE, id_)
        else:
            verdicts.judge(id_, -lambda_deg, target, t_ns)


def _trained(context: Context) -> tuple[WarningId, ...]:
    """W1c in training mode, where alone it is asked for."""
    return (WarningId.W1C,) if context.limits.tuck_training else ()


def judge_rep(
    rep: Measured, rom_fraction: float | None, context: Context, times_ns: tuple[int, int, int]
) -> Verdicts:
    """Final verdicts of a rep; ``times_ns`` = lockout, end, and where lambda peaked."""
    verdicts = Verdicts()
    lockout_ns, end_ns, peak_ns = times_ns
    partial = _judge_range(verdicts, rep, rom_fraction, context, lockout_ns)
    _judge_descent_time(verdicts, rep, context, end_ns)
    if context.blocked is not None:
        verdicts.skip(context.blocked, *_ANGLES, *_trained(context))
        return verdicts
    if rep.side_lying or rep.pelvis_missing:
        reason = NotGradedReason.SIDE_LYING if rep.side_lying else NotGradedReason.PELVIS_LOST
        verdicts.skip(reason, *_ANGLES, *_trained(context))
        return verdicts
    _judge_lambda_in_rep(verdicts, rep, context, peak_ns)
    if partial:
        verdicts.skip(NotGradedReason.PARTIAL, *_OF_LOCKOUT, *_trained(context))
    elif rep.lockout_hidden and not rep.lumbar_missing:
        verdicts.skip(NotGradedReason.GAP, *_OF_LOCKOUT, *_trained(context))
    else:
        judge_lockout(verdicts, rep.tilt_lockout_deg, rep.lambda_lockout_deg, context, lockout_ns)
        _judge_tilt_on_descent(verdicts, rep, context, end_ns)
    _judge_bridge(verdicts, rep, context, lockout_ns)
    _judge_roll(verdicts, rep, context, lockout_ns)
    return verdicts


_ANGLES = (
    WarningId.W1,
    WarningId.W1B,
    WarningId.W2,
    WarningId.W2B,
    WarningId.W3B,
    WarningId.W4B,
    WarningId.W5,
)

_OF_LOCKOUT = (WarningId.W1, WarningId.W1B, WarningId.W4B)


def _judge_range(v: Verdicts, rep: Measured, fraction: float | None, context: Context, t_ns: int) -> bool:
    """W3; whether the rep is partial."""
    at = partial_limits(context.limits, context.budget)
    if fraction is None:
        v.skip(NotGradedReason.NO_REFERENCE, WarningId.W3)
        return False
    if rep.pelvis_missing:
        v.skip(NotGradedReason.PELVIS_LOST, WarningId.W3)
    elif rep.pelvis_hidden:
        v.skip(NotGradedReason.GAP, WarningId.W3)
    else:
        v.judge(WarningId.W3, fraction, at, t_ns)
    return at.amber is not None and fraction < at.amber


def _judge_descent_time(v: Verdicts, rep: Measured, context: Context, t_ns: int) -> None:
    """W4: time of lowering, or the impact at its end."""
    if not rep.lowered or rep.descent_hidden or rep.pelvis_missing:
        v.skip(NotGradedReason.NOT_LOWERED if not rep.lowered else NotGradedReason.GAP, WarningId.W4)
        return
    at = plain_limits(WarningId.W4, context.limits, high=False, sigma=context.budget.time_s)
    seconds = (rep.end - rep.lower) * 0.01
    level = v.judge(WarningId.W4, seconds, at, t_ns)
    if level is Level.RED or rep.impact_g_mps2 is None:
        return
    impact_g = rep.impact_g_mps2 / STANDARD_GRAVITY_MPS2
    if impact_g > IMPACT_LIMIT_G:
        v.warnings = [warning for warning in v.warnings if warning.id is not WarningId.W4]
        v.warnings.append(WarningVerdict(WarningId.W4, Level.RED, impact_g, IMPACT_LIMIT_G, 0.0, t_ns))
        v.clear = [id_ for id_ in v.clear if id_ is not WarningId.W4]


def _judge_lambda_in_rep(v: Verdicts, rep: Measured, context: Context, t_ns: int) -> None:
    """W2, W2b: what was held inside the rep. A gap can hide an excess but not make one."""
    if rep.lambda_peak_deg is None or rep.lumbar_missing:
        v.skip(NotGradedReason.LUMBAR_LOST, WarningId.W2, WarningId.W2B)
        return
    probe = Verdicts()
    probe.judge(WarningId.W2, rep.lambda_peak_deg, extension_limits(context), t_ns)
    tuck = tuck_limits(context)
    if tuck is None:
        small = context.calibration.own_range is not None
        v.skip(NotGradedReason.RANGE_TOO_SMALL if small else NotGradedReason.NO_RANGE, WarningId.W2B)
    elif rep.lambda_low_held_deg is not None:
        probe.judge(WarningId.W2B, -rep.lambda_low_held_deg, tuck, t_ns)
    hidden = rep.lambda_hidden
    for id_ in sorted(probe.judged):
        exceeded = [warning for warning in probe.warnings if warning.id is id_]
        if hidden and not exceeded:
            v.skip(NotGradedReason.GAP, id_)
            continue
        v.judged.add(id_)
        v.warnings += exceeded
        v.borderline += [border for border in probe.borderline if border is id_]
        v.clear += [clear for clear in probe.clear if clear is id_]


def _judge_tilt_on_descent(v: Verdicts, rep: Measured, context: Context, t_ns: int) -> None:
    """W4b: lambda gained while lowering."""
    if rep.lambda_eccentric_max_deg is None or rep.lambda_lockout_deg is None:
        reason = NotGradedReason.LUMBAR_LOST if rep.lowered else NotGradedReason.NOT_LOWERED
        v.skip(reason, WarningId.W4B)
        return
    at = plain_limits(WarningId.W4B, context.limits, high=True, sigma=context.budget.within_rep_deg())
    v.judge(WarningId.W4B, rep.lambda_eccentric_max_deg - rep.lambda_lockout_deg, at, t_ns)


def _judge_bridge(v: Verdicts, rep: Measured, context: Context, t_ns: int) -> None:
    """W3b: higher than the reference; red only together with W1b."""
    reference = context.calibration.reference
    if reference is None or not context.own_reference:
        v.skip(NotGradedReason.NO_REFERENCE, WarningId.W3B)
        return
    at = plain_limits(WarningId.W3B, context.limits, high=True, sigma=context.budget.against_reference_deg())
    excess_deg = rep.phi_top_deg - reference.phi_top_deg
    limit = at.red if at.amber is None else at.amber
    if rep.pelvis_top_hidden and (limit is None or excess_deg <= limit):  # a gap can hide an excess
        v.skip(NotGradedReason.GAP, WarningId.W3B)
        return
    arched = any(warning.id is WarningId.W1B for warning in v.warnings)
    gated = at if arched else Thresholds(at.amber, None, at.high, at.sigma)
    v.judge(WarningId.W3B, excess_deg, gated, t_ns)


def _judge_roll(v: Verdicts, rep: Measured, context: Context, t_ns: int) -> None:
    """W5: rotation against the own baseline; red when it lasts."""
    if rep.roll_lockout_deg is None or rep.pelvis_top_hidden:
        v.skip(NotGradedReason.GAP, WarningId.W5)
        return
    if context.roll_baseline_deg is None:
        v.skip(NotGradedReason.BASELINE_REPS, WarningId.W5)
        return
    at = plain_limits(WarningId.W5, context.limits, high=True, sigma=context.budget.against_range_deg())
    red = at.red
    lasting = red is not None and any(abs(off) > red for off in context.earlier_roll_off_deg[-2:])
    gated = at if lasting else Thresholds(at.amber, None, at.high, at.sigma)
    v.judge(WarningId.W5, abs(rep.roll_lockout_deg - context.roll_baseline_deg), gated, t_ns)


def judge_drift(lambdas_deg: Sequence[float], context: Context, t_ns: int) -> Verdicts:
    """W6 at the set's end: Theil-Sen drift of lambda at lockout over the graded reps."""
    v = Verdicts()
    if context.blocked is not None:
        v.skip(context.blocked, WarningId.W6)
        return v
    drift = drift_deg(lambdas_deg)
    if drift is None:
        v.skip(NotGradedReason.TOO_FEW_REPS, WarningId.W6)
        return v
    sigma = context.budget.drift_deg(len(lambdas_deg))
    lam_max = usable_lam_max_deg(context.calibration) or 0.0
    at = plain_limits(WarningId.W6, context.limits, high=True, sigma=sigma)
    if context.limits.get(WarningId.W6) is None and at.red is not None:
        at = Thresholds(at.amber, max(at.red, 0.25 * lam_max), at.high, at.sigma)
    if median(lambdas_deg[-3:]) <= median(lambdas_deg[:3]):
        at = Thresholds(at.amber, None, at.high, at.sigma)
    v.judge(WarningId.W6, drift, at, t_ns)
    return v
