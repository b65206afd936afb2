"""An athlete's course with planned values, written as rows of the history: what a clinician should find."""

import random
from dataclasses import replace

from hub.scripted import red, rep
from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.load import Dose, RepLoad, SessionLoad
from lumbarwatch.model.motion import SetSummary
from lumbarwatch.model.session import Athlete, Calibration, CalibrationSource, OwnRange, Session
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.records import SessionAbout

DAY_NS = 86_400_000_000_000
FIRST_UTC_NS = 1_770_000_000_000_000_000
SESSIONS = 20
SETS, REPS = 3, 8
TILT_FROM_DEG, TILT_TO_DEG = -4.0, 9.0
OWN_TUCK_DEG, OWN_ARCH_DEG = 15.0, 22.0
WORST = (2, 5)
"""Set and rep of the newest session with two red warnings."""


def save_course(
    history: History, name: str = "Anna Planned", seed: int = 3, sessions: int = SESSIONS
) -> Athlete:
    """Save an athlete whose tilt improves by 13 deg in 20 sessions while the standing lordosis stays."""
    chance = random.Random(seed)
    athlete = history.add_athlete(Athlete("", name, mass_kg=68.0, stature_m=1.7))
    for number in range(sessions):
        pause_days = 40 if number >= sessions // 2 else 0  # nobody trained for six weeks
        started = FIRST_UTC_NS + (4 * number + pause_days) * DAY_NS
        share = number / max(1, sessions - 1)
        save_one(history, athlete, started, TILT_FROM_DEG + share * (TILT_TO_DEG - TILT_FROM_DEG), chance)
    return athlete


def save_one(
    history: History, athlete: Athlete, started_utc_ns: int, tilt_deg: float, chance: random.Random
) -> str:
    """Save one session about a tilt; return its id."""
    session = Session(new_id(), athlete.id, started_utc_ns)
    reps = [
        _rep(one, number, tilt_deg, chance) for one in range(1, SETS + 1) for number in range(1, REPS + 1)
    ]
    sets = [
        SetSummary(
            one,
            min(rep.t_start_ns for rep in reps if rep.set_number == one),
            max(rep.t_end_ns for rep in reps if rep.set_number == one),
            reps=REPS,
            partial=0,
            bar_kg=80.0 + 5.0 * one,
        )
        for one in range(1, SETS + 1)
    ]
    calibration = Calibration(
        source=CalibrationSource.GUIDED,
        valid=True,
        own_range=OwnRange(OWN_ARCH_DEG + chance.gauss(0, 1), OWN_TUCK_DEG + chance.gauss(0, 1.5), 1.0),
    )
    kind = SymptomKind.STIFF if chance.random() < 0.15 else SymptomKind.NONE
    history.save_session(
        session,
        calibration,
        sets,
        reps,
        pipeline_version="1",
        about=SessionAbout(
            duration_s=1500.0,
            software_version="0.1.0",
            rpe={1: 6.0, 2: 7.0, 3: 8.0},
            load=_load(sets, chance),
        ),
        symptoms=[Symptom(sets[-1].t_end_ns, kind)],
    )
    return session.id


def _rep(set_number: int, number: int, tilt_deg: float, chance: random.Random):
    start = ((set_number - 1) * 200 + number * 6) * 1_000_000_000
    tilt = tilt_deg + chance.gauss(0, 1.0)
    made = rep(
        number,
        start,
        set_number=set_number,
        tilt_lockout_deg=tilt,
        lambda_lockout_deg=chance.gauss(1.0, 0.8),
        lambda_peak_deg=3.0 + chance.random(),
        rom_deg=48.0 + chance.gauss(0, 1),
    )
    if (set_number, number) == WORST:
        return replace(
            made, warnings=(red(), replace(red(), id=red().id.__class__.W2, value=14.0, limit=7.5))
        )
    return replace(made, warnings=(red(),)) if tilt < -5.0 else made


def _load(sets, chance):
    doses = {one.set_number: Dose(1.1e6 + chance.gauss(0, 5e4), 3e5) for one in sets}
    reps = tuple(RepLoad(one.set_number, 1, 165.0, 27.0, 0, 180.0, 1.4e5) for one in sets)
    return SessionLoad(reps, doses, Dose(sum(one.dose_n2m2s for one in doses.values()), 8e5))
