"""Load of a session for the page: moments in N m and relative dose, each with its interval; never a risk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from lumbarwatch.core.dose import DAYS_OF_HISTORY, LEAST_EARLIER_SESSIONS, NS_PER_DAY
from lumbarwatch.core.load import hip_thrust_load
from lumbarwatch.core.load_uncertainty import COARSE, hip_thrust_sigma
from lumbarwatch.model.load import Lift, LoadError, LoadSetup
from lumbarwatch.model.motion import Rep, SetExtra, SetSummary
from lumbarwatch.model.session import Athlete
from lumbarwatch.model.trends import SessionPoint
from lumbarwatch.presenters.report_words import UNKNOWN, kilo_dose, mass, moment, number, plural

Row = dict[str, str | int | float | None]

NIOSH_TICK_N: Final = 3400.0
"""NIOSH's action limit for lifting; here only a tick on an axis (definitions 7)."""

NIOSH_WORDS: Final = "3400 N (NIOSH, lifting): not validated for this lift"

EXPLAINED: Final = (
    "Quasi-static estimate in the sagittal plane; every interval is one sigma (Monte Carlo over bench "
    "contact, foot pressure, horizontal push, lever arm, angles and bar). For comparing an athlete's own "
    "lifts. Nothing here is an alarm, and nothing is said of an injury."
)

COMPRESSION_EXPLAINED: Final = (
    "Compression probably reads low: muscles that work against each other are left out. Compression and "
    "shear follow the trunk's chord, not the sloped L5/S1 disc: don't compare shear with tolerances."
)


@dataclass(frozen=True, slots=True)
class LockoutLoad:
    """Load in a set's median posture at lockout, with one sigma each."""

    set_number: int
    moment_nm: float
    moment_sigma_nm: float
    compression_n: float
    compression_sigma_n: float


def missing_words(athlete: Athlete | None, sets: Sequence[SetSummary], exercise: str) -> str:
    """Return why there is no load; empty if all that it needs is known."""
    if exercise != Lift.HIP_THRUST:
        return "Dose and bench forces are computed for the hip thrust only."
    missing = [
        name
        for name, is_missing in (
            ("bar mass", all(one.bar_kg is None for one in sets)),
            ("body mass", athlete is None or athlete.mass_kg is None),
            ("stature", athlete is None or athlete.stature_m is None),
        )
        if is_missing
    ]
    if not missing:
        return ""
    verb, them = ("is", "it") if len(missing) == 1 else ("are", "them")
    return f"No load: {' and '.join(missing)} {verb} not known. Enter {them} before or during a session."


def set_rows(sets: Sequence[SetSummary], facts: Mapping[int, SetExtra]) -> list[Row]:
    """Return every set's bar, effort, peak moment and dose."""
    return [_set_row(one, facts.get(one.set_number, SetExtra(one.set_number))) for one in sets]


def _set_row(one: SetSummary, facts: SetExtra) -> Row:
    unknown = facts.dose_unknown_reps or 0
    return {
        "Set": one.set_number,
        "Reps": one.reps,
        "Bar": mass(one.bar_kg),
        "Effort (0 to 10)": facts.rpe,
        "Peak moment at L5/S1": moment(facts.peak_moment_nm, facts.peak_sigma_nm),
        "Dose (10⁶ N²m²s)": kilo_dose(facts.dose_n2m2s, facts.dose_sigma_n2m2s),
        "Remark": f"lower bound: {plural(unknown, 'rep')} without load" if unknown else "",
    }


def relative_dose_words(points: Sequence[SessionPoint], session_id: str, sigma_n2m2s: float | None) -> str:
    """Return a session's dose against the own median session of the 28 days before, with its interval.

    Parameters
    ----------
    points
        The athlete's sessions of the same exercise, oldest first.
    """
    own = next((point for point in points if point.session_id == session_id), None)
    if own is None or own.dose_n2m2s is None:
        return ""
    earlier = _doses_before(points, own)
    if len(earlier) < LEAST_EARLIER_SESSIONS or median(earlier) <= 0.0:
        return (
            f"Not enough data to compare: {len(earlier)} of {LEAST_EARLIER_SESSIONS} earlier sessions with a "
            f"dose in the {DAYS_OF_HISTORY} days before."
        )
    usual = median(earlier)
    interval = "" if sigma_n2m2s is None else f" ± {number(sigma_n2m2s / usual, 2)}"
    ratio = number(own.dose_n2m2s / usual, 2)
    return f"{ratio}{interval} times the own median session of the {DAYS_OF_HISTORY} days before."


def days_dose_words(points: Sequence[SessionPoint], session_id: str) -> str:
    """Return the dose of the 28 days up to a session, itself included, with its sigma.

    What is unsure of a dose is the same in all sessions, so their sigmas add up.
    """
    own = next((point for point in points if point.session_id == session_id), None)
    if own is None or own.dose_n2m2s is None:
        return UNKNOWN
    sigmas = [one.dose_sigma_n2m2s for one in [*_dosed_before(points, own), own]]
    known = [sigma for sigma in sigmas if sigma is not None]
    dose = sum(_doses_before(points, own)) + own.dose_n2m2s
    return kilo_dose(dose, sum(known) if len(known) == len(sigmas) else None)


def _doses_before(points: Sequence[SessionPoint], own: SessionPoint) -> list[float]:
    return [one.dose_n2m2s for one in _dosed_before(points, own) if one.dose_n2m2s is not None]


def _dosed_before(points: Sequence[SessionPoint], own: SessionPoint) -> list[SessionPoint]:
    since = own.started_at_utc_ns - DAYS_OF_HISTORY * NS_PER_DAY
    return [
        point
        for point in points
        if point.dose_n2m2s is not None and since <= point.started_at_utc_ns < own.started_at_utc_ns
    ]


def lockout_loads(
    athlete: Athlete | None, sets: Sequence[SetSummary], reps: Sequence[Rep]
) -> list[LockoutLoad]:
    """Return the load of each set in its median lockout posture.

    Sets without a bar mass have none, nor have those whose angles are not trusted (no rep is graded).
    """
    if athlete is None or athlete.mass_kg is None or athlete.stature_m is None:
        return []
    found = [
        _lockout_load(athlete, one, [rep for rep in reps if rep.set_number == one.set_number]) for one in sets
    ]
    return [one for one in found if one is not None]


def _lockout_load(athlete: Athlete, one: SetSummary, reps: Sequence[Rep]) -> LockoutLoad | None:
    full = [rep for rep in reps if rep.graded and not rep.partial]
    tilts = [rep.tilt_lockout_deg for rep in full if rep.tilt_lockout_deg is not None]
    lambdas = [rep.lambda_lockout_deg for rep in full if rep.lambda_lockout_deg is not None]
    if one.bar_kg is None or athlete.mass_kg is None or athlete.stature_m is None or not tilts or not lambdas:
        return None
    setup = LoadSetup(
        bar_kg=one.bar_kg,
        mass_kg=athlete.mass_kg,
        stature_m=athlete.stature_m,
        bench_height_m=athlete.bench_height_m,
        contact_to_l1_m=athlete.contact_to_l1_m,
    )
    pelvis = np.array([90.0 + median(tilts)])
    lumbar = pelvis + median(lambdas)
    try:
        load = hip_thrust_load(pelvis, lumbar, setup)
        sigma = hip_thrust_sigma(pelvis, lumbar, setup, lattice=COARSE)
    except LoadError:  # a posture that the legs don't reach: no load, never a wrong one
        return None
    return LockoutLoad(
        set_number=one.set_number,
        moment_nm=float(load.m_l5s1_nm[0]),
        moment_sigma_nm=float(sigma.m_l5s1_nm[0]),
        compression_n=float(load.compression_n[0]),
        compression_sigma_n=float(sigma.compression_n[0]),
    )
