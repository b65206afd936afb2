"""A history with twenty sessions of one athlete: tilt gets better beyond the MDC, the standing stays."""

import numpy as np

from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.load import Dose, RepLoad, SessionLoad
from lumbarwatch.model.motion import Rep, RepQuality, SetSummary
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import (
    Athlete,
    Calibration,
    CalibrationSource,
    OwnRange,
    ReferenceThrusts,
    Session,
)
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.records import SessionAbout

DAY_NS = 86_400 * NS_PER_S
T0_UTC_NS = 1_770_000_000 * NS_PER_S
ANNA = Athlete(name="Anna Łukasiewicz", mass_kg=72.0, stature_m=1.75)


def rep(rng, set_number, rep_number, tilt_deg, lambda_deg, **changes):
    """A rep, judged against 0 deg of tilt and 12 deg of extension."""
    t = round((600 * set_number + 5 * rep_number) * NS_PER_S)
    tilt = tilt_deg + rng.normal(0.0, 1.5)
    lam = lambda_deg + rng.normal(0.0, 1.5)
    peak = lam + abs(rng.normal(2.0, 1.0))
    warnings = []
    if tilt < 0.0:
        level = Level.RED if tilt < -5.2 else Level.AMBER
        warnings.append(WarningVerdict(WarningId.W1, level, tilt, 0.0, 3.2, t + NS_PER_S))
    if peak > 12.0:
        level = Level.RED if peak > 15.28 else Level.AMBER
        warnings.append(WarningVerdict(WarningId.W2, level, peak, 12.0, 2.0, t + NS_PER_S))
    values = {
        "set_number": set_number,
        "rep_number": rep_number,
        "t_start_ns": t,
        "t_lockout_ns": t + round(1.1 * NS_PER_S),
        "t_lower_ns": t + round(1.6 * NS_PER_S),
        "t_end_ns": t + round((1.6 + rng.uniform(1.2, 2.0)) * NS_PER_S),
        "rom_deg": 44.0,
        "rom_m": 0.31 + rng.normal(0, 0.01),
        "rom_fraction": 0.98,
        "phi_top_deg": 90.0 + tilt,
        "tilt_lockout_deg": tilt,
        "lambda_lockout_deg": lam,
        "lambda_peak_deg": peak,
        "lambda_eccentric_max_deg": lam + 1.0,
        "roll_lockout_deg": rng.normal(0, 1.0),
        "rate_peak_dps": 95.0,
        "rate_mean_dps": 40.0,
        "tilt_sigma_deg": 3.2,
        "lambda_sigma_deg": 3.4,
        "partial": False,
        "lowered": True,
        "quality": RepQuality(lost_fraction=0.001),
        "graded": True,
        "not_graded": (NotGraded(WarningId.W5, NotGradedReason.BASELINE_REPS),) if rep_number < 4 else (),
        "warnings": tuple(warnings),
    }
    return Rep(**values | changes)


def ungraded(rng, set_number, rep_number):
    """A rep in which samples were missing."""
    reasons = tuple(
        NotGraded(id_, NotGradedReason.GAP) for id_ in (WarningId.W1, WarningId.W1B, WarningId.W2)
    )
    return rep(rng, set_number, rep_number, 2.0, 1.0, graded=False, warnings=(), not_graded=reasons,
               tilt_lockout_deg=None, tilt_sigma_deg=None)  # fmt: skip


def session_content(index, sets=4, reps=8, seed=0):
    """Sets and reps of the session with an index from 0 to 19."""
    rng = np.random.default_rng(100 * seed + index)
    tilt, lam = -5.0 + 0.75 * index + rng.normal(0, 1.0), 7.0 + rng.normal(0, 2.0)
    found = [rep(rng, s, r, tilt, lam + 0.5 * s) for s in range(1, sets + 1) for r in range(1, reps + 1)]
    if len(found) > 10:
        found[10] = ungraded(rng, found[10].set_number, found[10].rep_number)
    summaries = [
        SetSummary(s, 600 * s * NS_PER_S, (600 * s + 60) * NS_PER_S, reps, 0, bar_kg=60.0 + 10.0 * s)
        for s in range(1, sets + 1)
    ]
    loads = SessionLoad(
        tuple(RepLoad(one.set_number, one.rep_number, 130.0 + 8 * one.set_number, 24.0, one.t_lockout_ns,
                      150.0, 4e4)
              for one in found),
        {s: Dose(reps * 4e4, reps * 1.2e4, 0) for s in range(1, sets + 1)},
        Dose(sets * reps * 4e4, sets * reps * 1.2e4, 0),
    )  # fmt: skip
    calibration = Calibration(
        CalibrationSource.GUIDED,
        valid=True,
        own_range=OwnRange(16.0, 11.0 + rng.normal(0, 1.5), 1.2),
        reference=ReferenceThrusts(45.0, 97.0, 4.0, 1.0, 0.5, 0.31) if index == 3 else None,
    )
    return calibration, summaries, found, loads


def save(history, athlete, index, *, simulated=False, version="1", **content):
    """Put one session into the history; return its id."""
    calibration, sets, reps, loads = session_content(index, **content)
    session = Session(new_id(), athlete.id, T0_UTC_NS + index * 4 * DAY_NS, simulated=simulated)
    about = SessionAbout(
        duration_s=2820.0,
        software_version="0.1.0",
        sensors={place: {"family": "lm1", "serial": f"{place.value[0].upper()}17"} for place in Placement},
        rpe={one.set_number: 7.0 + 0.5 * one.set_number for one in sets},
        load=loads,
    )
    felt = Symptom(2000 * NS_PER_S, SymptomKind.STIFF if index in (18, 19) else SymptomKind.NONE)
    history.save_session(
        session, calibration, sets, reps, pipeline_version=version, about=about, symptoms=(felt,)
    )
    return session.id


def twenty_sessions(place, athlete=ANNA, count=20):
    """Make a history; return its ids, oldest first, and the athlete as stored."""
    with History.open(place) as history:
        athlete = history.add_athlete(athlete)
        ids = [save(history, athlete, index) for index in range(count)]
        history.annotate_rep(
            ids[-1], 2, 3, CorrectedField.COUNTED, value=False, text="that was a shuffle", author="JK"
        )
        history.add_note(ids[-1], "Better control at the top; standing unchanged. Keep 80 kg.", "J. Kowalska")
        return ids, athlete
