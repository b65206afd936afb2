"""Dose of lumbar load: squared moment over time, per rep, set, session and 28 days (definitions 5 and 7).

Squaring weighs a heavy moment more than a long one (Coenen 2014, doi:10.1136/oemed-2013-101862). The
dynamic factor is 1: a dose depends on postures and masses, not on how jerky a sensor was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np

from lumbarwatch.core.chain import posture_of
from lumbarwatch.core.geometry import hip_height_m
from lumbarwatch.core.load import Loading, dynamic_factor, statics
from lumbarwatch.core.load_uncertainty import COARSE, Draws, drawn_loads, draws
from lumbarwatch.core.rules import Verdicts
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.load import DatedDose, Dose, LoadSetup, RepLoad, SessionLoad
from lumbarwatch.model.motion import PoseBatch, Rep, SetSummary
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.session import Athlete, Limit, Limits
from lumbarwatch.model.verdicts import Level, NotGradedReason, WarningId, WarningVerdict

DAYS_OF_HISTORY: Final = 28
NS_PER_DAY: Final = 86_400 * NS_PER_S

LEAST_EARLIER_SESSIONS: Final = 4
"""Below this the own median session is not known (definitions 5, W7)."""

SESSION_DOSE_LIMIT: Final = Limit(amber=1.3, red=1.6)
"""W7: ratio to the own median session (convention)."""

LEAST_KNOWN: Final = 0.9
"""Share of a rep's points that must be known; the rest is bridged by straight lines (convention)."""

LEAST_POINTS: Final = 3

SPREAD_POINTS: Final = 12
"""Points of a rep at which the dose's sigma is taken: M^2 is smooth within a rep (convention)."""


@dataclass(frozen=True, slots=True, eq=False)
class _Stretch:
    """A rep's postures, known throughout."""

    rep: Rep
    t_s: Floats  # from the rep's start; both ends included
    pelvis_pitch_deg: Floats
    lumbar_pitch_deg: Floats
    pelvis_sigma_deg: Floats
    lumbar_sigma_deg: Floats


def squared_moment_dose(t_s: Floats, moment_nm: Floats) -> float:
    """Integral of M^2 dt where M > 0, N^2 m^2 s, by the trapezoid rule; times and moments (n,)."""
    return float(np.trapezoid(np.square(np.maximum(moment_nm, 0.0)), t_s))


def session_load(
    poses: PoseBatch,
    reps: Sequence[Rep],
    sets: Sequence[SetSummary],
    athlete: Athlete,
    *,
    bench_height_m: float | None = None,
    contact_to_l1_m: float | None = None,
) -> SessionLoad | None:
    """Load of a session's hip thrusts.

    Reps of a set without a bar mass have no load. A rep of which more than a tenth is unknown (a lost sensor,
    no trusted angle, feet out of reach) has none either and makes its set's dose a lower bound.

    Parameters
    ----------
    poses : PoseBatch
        Of the whole session, or at least of the reps.

    Returns
    -------
    None without body mass or stature.
    """
    if athlete.mass_kg is None or athlete.stature_m is None:
        return None
    loads: list[RepLoad] = []
    doses: dict[int, Dose] = {}
    drawn_sum: Floats = np.zeros(COARSE.points)
    for one in sets:
        if one.bar_kg is None:
            continue
        setup = LoadSetup(
            one.bar_kg, athlete.mass_kg, athlete.stature_m, bench_height_m, contact_to_l1_m=contact_to_l1_m
        )
        own = [rep for rep in reps if rep.set_number == one.set_number]
        drawn = draws(COARSE, setup)
        found = [_rep_load(poses, rep, setup, drawn) for rep in own]
        loads += [load for load, _ in found]
        of_set = np.sum([spread for _, spread in found], axis=0) if found else np.zeros(COARSE.points)
        drawn_sum = drawn_sum + of_set
        doses[one.set_number] = _dose([load for load, _ in found], of_set)
    return SessionLoad(tuple(loads), doses, _dose(loads, drawn_sum) if doses else None)


def dose_of_days(earlier: Sequence[DatedDose], now_utc_ns: int, days: int = DAYS_OF_HISTORY) -> float:
    """Dose of the last days before a time, N^2 m^2 s."""
    return sum(one.dose_n2m2s for one in _within(earlier, now_utc_ns, days))


def judge_session_dose(
    dose: Dose | None,
    earlier: Sequence[DatedDose],
    started_at_utc_ns: int,
    t_ns: int,
    limits: Limits | None = None,
) -> Verdicts:
    """W7: the session's dose against the own median session of the 28 days before; ungated.

    A dose that is only a lower bound can exceed the limit, but is not graded below it. The verdict's sigma is
    that of the dose alone, an upper bound: most of it is the same in every session of a person.

    Parameters
    ----------
    earlier : sequence of DatedDose
        Sessions of the same athlete and exercise; those out of the 28 days are left out here.
    t_ns : int
        When the session ended, host time.
    """
    verdicts = Verdicts()
    past = [one.dose_n2m2s for one in _within(earlier, started_at_utc_ns, DAYS_OF_HISTORY)]
    if dose is None:
        verdicts.skip(NotGradedReason.NO_LOAD, WarningId.W7)
    elif len(past) < LEAST_EARLIER_SESSIONS or median(past) <= 0.0:
        verdicts.skip(NotGradedReason.NO_HISTORY, WarningId.W7)
    else:
        limit = (limits.get(WarningId.W7) if limits else None) or SESSION_DOSE_LIMIT
        _judge(verdicts, dose, median(past), limit, t_ns)
    return verdicts


def _judge(verdicts: Verdicts, dose: Dose, usual: float, limit: Limit, t_ns: int) -> None:
    ratio, sigma = dose.dose_n2m2s / usual, dose.sigma_n2m2s / usual
    for level, bound in ((Level.RED, limit.red), (Level.AMBER, limit.amber)):
        if bound is not None and ratio > bound:
            verdicts.warnings.append(WarningVerdict(WarningId.W7, level, ratio, bound, sigma, t_ns))
            break
    else:
        if dose.unknown_reps:
            verdicts.skip(NotGradedReason.GAP, WarningId.W7)
            return
    verdicts.judged.add(WarningId.W7)
    if limit.amber is not None and abs(ratio - limit.amber) <= sigma:
        verdicts.borderline.append(WarningId.W7)


def _within(earlier: Sequence[DatedDose], now_utc_ns: int, days: int) -> list[DatedDose]:
    since = now_utc_ns - days * NS_PER_DAY
    return [one for one in earlier if since <= one.started_at_utc_ns < now_utc_ns]


def _dose(loads: Sequence[RepLoad], drawn: Floats) -> Dose:
    known = [load.dose_n2m2s for load in loads if load.dose_n2m2s is not None]
    return Dose(sum(known), float(drawn.std()), len(loads) - len(known))


# One rep ---------------------------------------------------------------------------------------------------
def _rep_load(poses: PoseBatch, rep: Rep, setup: LoadSetup, drawn: Draws) -> tuple[RepLoad, Floats]:
    """Load of a rep, and its dose under every draw (zeros where it is unknown)."""
    stretch = _stretch(poses, rep, setup)
    if stretch is None:
        unknown = RepLoad(rep.set_number, rep.rep_number, None, None, None, None, None)
        return unknown, np.zeros(len(drawn.kappa))
    posture = posture_of(stretch.pelvis_pitch_deg, stretch.lumbar_pitch_deg, setup)
    moment = statics(posture, Loading(setup.bar_kg, setup.mass_kg, setup.kappa)).m_l5s1_nm
    peak = int(np.argmax(moment))
    load = RepLoad(
        set_number=rep.set_number,
        rep_number=rep.rep_number,
        peak_moment_nm=float(moment[peak]),
        peak_sigma_nm=float(_drawn_moments(stretch, stretch.t_s[[peak]], setup, drawn)[0].std()),
        t_peak_ns=rep.t_start_ns + round(float(stretch.t_s[peak]) * NS_PER_S),
        peak_dynamic_moment_nm=float(np.max(moment * _factor(stretch, setup))),
        dose_n2m2s=squared_moment_dose(stretch.t_s, moment),
    )
    return load, _drawn_doses(stretch, setup, drawn)


def _stretch(poses: PoseBatch, rep: Rep, setup: LoadSetup) -> _Stretch | None:
    """Postures from the rep's start to its end, gaps bridged; None where too little is known."""
    inside = slice(
        max(int(np.searchsorted(poses.t_ns, rep.t_start_ns, side="right")) - 1, 0),
        int(np.searchsorted(poses.t_ns, rep.t_end_ns)) + 1,
    )
    t_s = (poses.t_ns[inside] - rep.t_start_ns) / NS_PER_S
    end_s = (rep.t_end_ns - rep.t_start_ns) / NS_PER_S
    if len(t_s) < LEAST_POINTS:
        return None
    known = _known(poses, inside, setup)
    if np.count_nonzero(known) * float(np.median(np.diff(t_s))) < LEAST_KNOWN * end_s:
        return None
    at_s = np.concatenate(([0.0], t_s[(t_s > 0.0) & (t_s < end_s)], [end_s]))

    def filled(values: Floats) -> Floats:
        return np.interp(at_s, t_s[known], values[inside][known])

    return _Stretch(
        rep=rep,
        t_s=at_s,
        pelvis_pitch_deg=filled(poses.pelvis_pitch_deg),
        lumbar_pitch_deg=filled(poses.lumbar_pitch_deg),
        pelvis_sigma_deg=filled(poses.pelvis_sigma_deg),
        lumbar_sigma_deg=filled(poses.lumbar_extension_sigma_deg),
    )


def _known(poses: PoseBatch, inside: slice, setup: LoadSetup) -> Booleans:
    pelvis, lumbar = poses.pelvis_pitch_deg[inside], poses.lumbar_pitch_deg[inside]
    finite = poses.valid[inside] & np.isfinite(pelvis) & np.isfinite(lumbar)
    return finite & posture_of(pelvis, lumbar, setup).reachable


def _factor(stretch: _Stretch, setup: LoadSetup) -> Floats:
    """Dynamic factor at the rep's points, from the hip height on a regular grid."""
    step_s = float(np.median(np.diff(stretch.t_s)))
    regular = np.arange(0.0, float(stretch.t_s[-1]) + step_s, step_s)
    height = hip_height_m(stretch.pelvis_pitch_deg, stretch.lumbar_pitch_deg, setup.stature_m)
    factor = dynamic_factor(np.interp(regular, stretch.t_s, height), step_s)
    return np.interp(stretch.t_s, regular, factor)


def _drawn_doses(stretch: _Stretch, setup: LoadSetup, drawn: Draws) -> Floats:
    """The rep's dose under every draw, (points,): what is unsure is the same for the whole session."""
    length_s = float(stretch.t_s[-1])
    middles: Floats = (np.arange(SPREAD_POINTS, dtype=np.float64) + 0.5) * (length_s / SPREAD_POINTS)
    moments = _drawn_moments(stretch, middles, setup, drawn)
    return np.square(np.maximum(moments, 0.0)).mean(axis=0) * length_s


def _drawn_moments(stretch: _Stretch, at_s: Floats, setup: LoadSetup, drawn: Draws) -> Floats:
    """L5/S1 moments at some times under every draw, (times, points)."""

    def column(values: Floats) -> Floats:
        return np.interp(at_s, stretch.t_s, values)[:, np.newaxis]

    angles = (column(stretch.pelvis_pitch_deg), column(stretch.lumbar_pitch_deg))
    sigmas = (column(stretch.pelvis_sigma_deg), column(stretch.lumbar_sigma_deg))
    return drawn_loads(drawn, setup, angles, sigmas)[0].m_l5s1_nm
