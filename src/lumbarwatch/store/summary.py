"""A session, and each of its sets, in one line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from lumbarwatch.core.drift import drift_deg
from lumbarwatch.core.supine import lambda_shift_deg, tilt_shift_deg
from lumbarwatch.model.load import Dose, RepLoad, SessionLoad
from lumbarwatch.model.motion import Rep, SetExtra, SetSummary
from lumbarwatch.model.session import Calibration
from lumbarwatch.model.verdicts import Level, WarningId
from lumbarwatch.store.records import SessionSummary


def summarise(
    calibration: Calibration,
    sets: Sequence[SetSummary],
    reps: Sequence[Rep],
    load: SessionLoad | None = None,
) -> SessionSummary:
    """Count the verdicts and take the medians of the full, graded reps."""
    full = [rep for rep in reps if _full(rep)]
    levels = [{warning.level for warning in rep.warnings} for rep in reps]
    own, zero = calibration.own_range, calibration.supine
    weight = _weight(load.session, load.reps) if load else _NO_WEIGHT
    return SessionSummary(
        sets=len(sets),
        reps=len(reps),
        partial=sum(rep.partial for rep in reps),
        graded=sum(rep.graded for rep in reps),
        red=sum(Level.RED in found for found in levels),
        amber=sum(Level.AMBER in found and Level.RED not in found for found in levels),
        tilt_lockout_deg=_median(rep.tilt_lockout_deg for rep in full),
        lambda_lockout_deg=_median(rep.lambda_lockout_deg for rep in full),
        lambda_peak_deg=_largest(rep.lambda_peak_deg for rep in reps if rep.graded),
        tilt_sigma_deg=_median(rep.tilt_sigma_deg for rep in full),
        lambda_sigma_deg=_median(rep.lambda_sigma_deg for rep in full),
        eccentric_s=_median(rep.eccentric_s for rep in reps if rep.lowered and not rep.partial),
        drift_deg=_largest(set_drift_deg(one, reps) for one in sets),
        lam_max_deg=own and own.lam_max_deg - own.standing_deg,  # from standing, whatever the zero
        tau_max_deg=own and own.tau_max_deg + own.standing_deg,
        habit=own and own.habit,
        bar_kg=_largest(one.bar_kg for one in sets),
        dose_n2m2s=weight.dose_n2m2s,
        dose_sigma_n2m2s=weight.dose_sigma_n2m2s,
        dose_unknown_reps=weight.dose_unknown_reps,
        peak_moment_nm=weight.peak_moment_nm,
        peak_sigma_nm=weight.peak_sigma_nm,
        tilt_zero_deg=zero and tilt_shift_deg(zero),
        lambda_zero_deg=zero and lambda_shift_deg(zero),
    )


def set_extra(
    one: SetSummary, reps: Sequence[Rep], rpe: Mapping[int, float], load: SessionLoad | None
) -> SetExtra:
    """Return a set's effort, load and drift; ``reps`` may be the whole session's."""
    number = one.set_number
    own = [] if load is None else [rep for rep in load.reps if rep.set_number == number]
    weight = _weight(load.sets.get(number), own) if load else _NO_WEIGHT
    return SetExtra(
        set_number=number,
        rpe=rpe.get(number),
        dose_n2m2s=weight.dose_n2m2s,
        dose_sigma_n2m2s=weight.dose_sigma_n2m2s,
        dose_unknown_reps=weight.dose_unknown_reps,
        peak_moment_nm=weight.peak_moment_nm,
        peak_sigma_nm=weight.peak_sigma_nm,
        drift_deg=set_drift_deg(one, reps),
    )


def set_drift_deg(one: SetSummary, reps: Sequence[Rep]) -> float | None:
    """Drift of lambda at lockout over a set, as W6 judges it; None where W6 was not graded.

    W6 keeps its value only where it exceeds a limit; a trend needs the others too.
    """
    if any(refused.id is WarningId.W6 for refused in one.not_graded):
        return None
    lambdas = [
        rep.lambda_lockout_deg
        for rep in reps
        if rep.set_number == one.set_number and _full(rep) and rep.lambda_lockout_deg is not None
    ]
    return drift_deg(lambdas)


@dataclass(frozen=True, slots=True)
class _Weight:
    """Load of a set or session."""

    dose_n2m2s: float | None = None
    dose_sigma_n2m2s: float | None = None
    dose_unknown_reps: int | None = None
    peak_moment_nm: float | None = None
    peak_sigma_nm: float | None = None


_NO_WEIGHT = _Weight()


def _weight(dose: Dose | None, reps: Sequence[RepLoad]) -> _Weight:
    if dose is None:
        return _NO_WEIGHT
    heaviest = max(reps, key=lambda rep: rep.peak_moment_nm or 0.0, default=None)
    return _Weight(
        dose.dose_n2m2s,
        dose.sigma_n2m2s,
        dose.unknown_reps,
        heaviest.peak_moment_nm if heaviest else None,
        heaviest.peak_sigma_nm if heaviest else None,
    )


def _full(rep: Rep) -> bool:
    return rep.graded and not rep.partial


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
