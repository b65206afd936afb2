"""A large history: 500 athletes, 10,000 sessions, 400,000 reps, with plausible courses.

``PYTHONPATH=tests uv run python -m benchmarks.archive FOLDER`` fills the data folder's history, or, given a
database address (``postgresql://...``), that of a server.
"""

import argparse
import random
import sys
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from lumbarwatch.core.pipeline import PIPELINE_VERSION
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.load import Dose, Lift, RepLoad, SessionLoad
from lumbarwatch.model.motion import Rep, RepQuality, SetSummary
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Athlete, OwnRange, Session
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict
from lumbarwatch.store import saving
from lumbarwatch.store.codec import to_json
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.records import SessionAbout
from lumbarwatch.store.summary import summarise
from store.samples_of_life import a_calibration

DAY_NS = 86_400 * NS_PER_S
FIRST_DAY_UTC_NS = 1_760_000_000 * NS_PER_S
FIRST_NAMES = "Anna Ben Carla David Elena Farid Grete Hugo Ines Jonas Kira Leon Mara Nils Olga Paul".split()
LAST_NAMES = "Ahrens Brandt Costa Dietz Engel Frey Gruber Haas Ito Jansen Keller Lang Moser Novak".split()
FIGURES = (
    "rom_deg", "rom_m", "rom_fraction", "phi_top_deg", "tilt_lockout_deg", "lambda_lockout_deg",
    "lambda_peak_deg", "lambda_eccentric_max_deg", "roll_lockout_deg", "rate_peak_dps", "rate_mean_dps",
    "tilt_sigma_deg", "lambda_sigma_deg",
)  # fmt: skip
SPREAD = (3.0, 0.02, 0.05, 3.0, 2.0, 2.0, 1.0, 1.0, 1.0, 9.0, 4.0, 0.1, 0.1)


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is."""

    athletes: int = 500
    sessions: int = 20  # of each
    sets: int = 4
    reps: int = 10  # of each set


@dataclass(frozen=True, slots=True)
class Person:
    """One athlete, and where the course goes."""

    athlete: Athlete
    tilt_deg: float
    tilt_gain_deg: float  # over the whole course
    lam_max_deg: float
    bar_kg: float


def fill(place, size=Size(), seed=6, progress=lambda _share: None):
    """Fill a history; return the athletes in order. The first one's tilt improves by 14 deg."""
    random_ = random.Random(seed)
    people = [a_person(random_, number) for number in range(size.athletes)]
    with History.open(place) as history:
        people = [replace(one, athlete=history.add_athlete(one.athlete)) for one in people]
        for number, person in enumerate(people):
            with history._write() as transaction:
                for visit in range(size.sessions):
                    save_visit(transaction, random_, person, visit, size)
            progress((number + 1) / len(people))
    return [person.athlete for person in people]


def a_person(random_, number):
    """The first improves beyond doubt, of the others some do."""
    name = f"{FIRST_NAMES[number % 16]} {LAST_NAMES[number // 16 % 14]} {number:03d}"
    athlete = Athlete(name=name, mass_kg=round(random_.gauss(72, 11), 1), stature_m=random_.gauss(1.73, 0.08))
    gain = 14.0 if number == 0 else random_.choice([0.0, 0.0, 0.0, 4.0, 9.0, -5.0])
    tilt = -6.0 if number == 0 else random_.gauss(5.0, 3.0)
    return Person(athlete, tilt, gain, random_.gauss(20.0, 3.0), random_.uniform(20.0, 120.0))


def save_visit(transaction, random_, person, number, size):
    """One session, as the end of a visit writes it."""
    day = number * 7 + random_.randrange(5) + (40 if number > size.sessions * 0.7 else 0)  # and a break
    session = Session(
        id=new_id(),
        athlete_id=person.athlete.id,
        started_at_utc_ns=FIRST_DAY_UTC_NS + day * DAY_NS + random_.randrange(10 * 3600) * NS_PER_S,
        recovered=random_.random() < 0.01,
        note="" if number % 5 else "belt a little loose",
    )
    own = OwnRange(person.lam_max_deg + random_.gauss(0, 2.0), 15.0 + random_.gauss(0, 2.0), 1.0)
    calibration = replace(a_calibration(random_), own_range=own)
    sets, reps = lifts(random_, person, number / max(size.sessions - 1, 1), size)
    load = a_load(random_, person, sets, reps)
    about = SessionAbout(
        started_at_monotonic_ns=sets[0].t_start_ns - 240 * NS_PER_S,
        duration_s=1800.0,
        exercise=Lift.HIP_THRUST if number % 7 else random_.choice(list(Lift)),
        software_version="0.1.0",
        sensors={place: {"family": "lm1", "serial": f"{place}-7", "rate_hz": 100.0} for place in Placement},
        parameters=to_json(PipelineSetup(athlete=person.athlete)),
        rpe={one.set_number: random_.choice([6.5, 7.0, 8.0, 9.0]) for one in sets},
        load=load,
    )
    summary = summarise(calibration, sets, reps, load)
    saving.save_visit(transaction, session, about)
    found = saving.Findings(calibration, sets, reps, summary, PIPELINE_VERSION, about=about)
    saving.save_findings(transaction, session.id, found)
    for one in sets:
        saving.save_symptom(transaction, session.id, felt(random_, one.t_end_ns))


def lifts(random_, person, share, size):
    """Sets and reps of one session; ``share`` of the course is over."""
    tilt = person.tilt_deg + person.tilt_gain_deg * share + random_.gauss(0, 1.5)
    middle = (45.0, 0.3, 1.0, 95.0, tilt, 2.0 - 0.4 * tilt, 3.0 - 0.4 * tilt, 2.5, 0.0, 90.0, 40.0, 3.2, 3.2)
    count = size.sets * size.reps
    source = np.random.default_rng(random_.randrange(2**32))
    table = source.normal(middle, SPREAD, (count, len(middle)))
    seconds = source.uniform((0.9, 0.0, 0.7), (1.5, 0.9, 3.0), (count, 3))
    t_ns = random_.randrange(10**12, 5 * 10**14)  # up for some days
    sets, reps = [], []
    for number in range(1, size.sets + 1):
        own = []
        for rep in range(1, size.reps + 1):
            row = (number - 1) * size.reps + rep - 1
            own.append(a_rep(number, rep, t_ns, table[row], seconds[row]))
            t_ns = own[-1].t_end_ns + random_.randrange(NS_PER_S)
        sets.append(a_set(number, own, person))
        reps += own
        t_ns += 120 * NS_PER_S
    return sets, reps


def a_rep(set_number, rep_number, t_start_ns, figures, seconds):
    up_ns, hold_ns, down_ns = (int(one * NS_PER_S) for one in seconds)
    named = dict(zip(FIGURES, map(float, figures), strict=True))
    t_lockout_ns = t_start_ns + up_ns
    first = rep_number < 4
    return Rep(
        set_number=set_number,
        rep_number=rep_number,
        t_start_ns=t_start_ns,
        t_lockout_ns=t_lockout_ns,
        t_lower_ns=t_lockout_ns + hold_ns,
        t_end_ns=t_lockout_ns + hold_ns + down_ns,
        **named,
        partial=named["rom_fraction"] < 0.8,
        lowered=True,
        quality=RepQuality(lost_fraction=0.0, longest_gap_s=0.02, saturated=False),
        graded=True,
        not_graded=(NotGraded(WarningId.W5, NotGradedReason.BASELINE_REPS),) if first else (),
        borderline=(WarningId.W1,) if abs(named["tilt_lockout_deg"]) < 3.2 else (),
        warnings=rep_warnings(named, t_lockout_ns),
    )


def rep_warnings(named, t_ns):
    value, sigma = named["tilt_lockout_deg"], named["tilt_sigma_deg"]
    if value >= 0.0:
        return ()
    level = Level.RED if value + 1.64 * sigma < 0.0 else Level.AMBER
    return (WarningVerdict(WarningId.W1, level, value, 0.0, sigma, t_ns),)


def a_set(number, own, person):
    return SetSummary(
        set_number=number,
        t_start_ns=own[0].t_start_ns,
        t_end_ns=own[-1].t_end_ns,
        reps=len(own),
        partial=sum(rep.partial for rep in own),
        bar_kg=round(person.bar_kg / 2.5) * 2.5,
    )


def a_load(random_, person, sets, reps):
    def of_rep(rep):
        peak = 1.5 * person.bar_kg + 30.0 + random_.gauss(0, 5)
        dose = peak**2 * (rep.t_end_ns - rep.t_start_ns) / NS_PER_S * 0.8
        return RepLoad(rep.set_number, rep.rep_number, peak, 0.16 * peak, rep.t_lockout_ns, 1.1 * peak, dose)

    found = tuple(map(of_rep, reps))
    doses = {
        one.set_number: sum(rep.dose_n2m2s or 0.0 for rep in found if rep.set_number == one.set_number)
        for one in sets
    }
    whole = sum(doses.values())
    return SessionLoad(
        found, {number: Dose(dose, 0.3 * dose) for number, dose in doses.items()}, Dose(whole, 0.3 * whole)
    )


def felt(random_, t_ns):
    kind = random_.choices([SymptomKind.NONE, SymptomKind.STIFF, SymptomKind.PAIN], [0.93, 0.05, 0.02])[0]
    return Symptom(t_ns, kind, random_.randrange(1, 6) if kind is SymptomKind.PAIN else None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("place", help="data folder, or database address")
    parser.add_argument("--athletes", type=int, default=Size().athletes)
    arguments = parser.parse_args()
    place = arguments.place
    if "://" not in place:
        place = DataFolder(Path(place)).create().history
    began = time.monotonic()
    fill(place, Size(athletes=arguments.athletes), progress=show)
    print(f"\n{time.monotonic() - began:.0f} s")


def show(share):
    sys.stderr.write(f"\r{share:.0%}")


if __name__ == "__main__":
    main()
