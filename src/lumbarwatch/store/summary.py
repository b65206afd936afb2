"""A session in one line, from its sets and reps."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from lumbarwatch.model.motion import Rep, SetSummary
from lumbarwatch.model.session import Calibration
from lumbarwatch.model.verdicts import Level, WarningId
from lumbarwatch.store.records import SessionSummary


def summarise(
    calibration: Calibration,
    sets: Sequence[SetSummary],
    reps: Sequence[Rep],
    doses_n2m2s: Mapping[int, float] | None = None,
) -> SessionSummary:
    """Count the verdicts and take the medians of the full, graded reps."""
    full = [rep for rep in reps if rep.graded and not rep.partial]
    levels = [{warning.level for warning in rep.warnings} for rep in reps]
    own = calibration.own_range
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
        drift_deg=_largest(found.value for one in sets for found in one.warnings if found.id is WarningId.W6),
        lam_max_deg=own and own.lam_max_deg,
        tau_max_deg=own and own.tau_max_deg,
        habit=own and own.habit,
        bar_kg=_largest(one.bar_kg for one in sets),
        dose_n2m2s=sum(doses_n2m2s.values()) if doses_n2m2s else None,
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def _largest(values: Iterable[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)
