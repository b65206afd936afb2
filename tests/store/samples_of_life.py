"""Reps, sets and sessions that look like real ones, with every field filled, by seed."""

import random

import numpy as np

from lumbarwatch.model.motion import Rep, RepQuality, SetSummary
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import (
    Calibration,
    CalibrationReason,
    CalibrationSource,
    Mounting,
    OwnRange,
    ReferenceThrusts,
)
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict

T0 = 912_345_678_901_234


def a_rep(random_: random.Random, set_number: int, rep_number: int, t_start_ns: int) -> Rep:
    t_lockout_ns = t_start_ns + random_.randrange(900_000_000, 1_500_000_000)
    t_lower_ns = t_lockout_ns + random_.randrange(0, 900_000_000)
    t_end_ns = t_lower_ns + random_.randrange(700_000_000, 3_000_000_000)
    extension = random_.gauss(1.0, 3.0)
    warnings = ()
    if extension > 4.0:
        level = Level.RED if extension > 6.0 else Level.AMBER
        warnings = (
            WarningVerdict(WarningId.W1B, level, extension, 2.5, random_.gauss(3.2, 0.1), t_lockout_ns),
        )
    return Rep(
        set_number=set_number,
        rep_number=rep_number,
        t_start_ns=t_start_ns,
        t_lockout_ns=t_lockout_ns,
        t_lower_ns=t_lower_ns,
        t_end_ns=t_end_ns,
        rom_deg=random_.gauss(45.0, 3.0),
        rom_m=random_.gauss(0.3, 0.02),
        rom_fraction=random_.gauss(1.0, 0.05) if rep_number > 1 else None,
        phi_top_deg=random_.gauss(95.0, 3.0),
        tilt_lockout_deg=random_.gauss(5.0, 3.0),
        lambda_lockout_deg=extension,
        lambda_peak_deg=extension + random_.random(),
        lambda_eccentric_max_deg=extension + random_.random(),
        roll_lockout_deg=random_.gauss(0.0, 1.0),
        rate_peak_dps=random_.gauss(90.0, 9.0),
        rate_mean_dps=random_.gauss(40.0, 4.0),
        tilt_sigma_deg=random_.gauss(3.2, 0.1),
        lambda_sigma_deg=random_.gauss(3.2, 0.1),
        partial=False,
        lowered=True,
        quality=RepQuality(
            lost_fraction=0.0, longest_gap_s=random_.choice([0.0, 0.02, 0.031]), saturated=False
        ),
        graded=True,
        not_graded=(NotGraded(WarningId.W5, NotGradedReason.BASELINE_REPS),) if rep_number < 4 else (),
        borderline=(WarningId.W1,) if extension > 3.5 else (),
        warnings=warnings,
    )


def a_session(seed: int, sets: int = 4, reps: int = 10) -> tuple[Calibration, list[SetSummary], list[Rep]]:
    random_ = random.Random(seed)
    all_sets: list[SetSummary] = []
    all_reps: list[Rep] = []
    t_ns = T0 + random_.randrange(90 * NS_PER_S)
    for set_number in range(1, sets + 1):
        own = []
        for rep_number in range(1, reps + 1):
            own.append(a_rep(random_, set_number, rep_number, t_ns))
            t_ns = own[-1].t_end_ns + random_.randrange(NS_PER_S)
        drift = WarningVerdict(WarningId.W6, Level.AMBER, random_.gauss(4.5, 0.2), 4.0, 2.0, t_ns)
        all_sets.append(
            SetSummary(
                set_number=set_number,
                t_start_ns=own[0].t_start_ns,
                t_end_ns=own[-1].t_end_ns,
                reps=reps,
                partial=0,
                bar_kg=100.0,
                warnings=(drift,) if set_number == sets else (),
                not_graded=()
                if set_number == sets
                else (NotGraded(WarningId.W6, NotGradedReason.TOO_FEW_REPS),),
            )
        )
        all_reps += own
        t_ns += 90 * NS_PER_S
    return a_calibration(random_), all_sets, all_reps


def a_calibration(random_: random.Random) -> Calibration:
    def mounting() -> Mounting:
        axes, _ = np.linalg.qr(np.array([[random_.gauss(0, 1) for _ in range(3)] for _ in range(3)]))
        bias = np.array([random_.gauss(0, 0.01) for _ in range(3)])
        numbers = [random_.gauss(value, 0.01) for value in (0.97, 1.5, 55.0, 0.2)]
        return Mounting(axes * np.sign(np.linalg.det(axes)), bias, *numbers)

    return Calibration(
        source=CalibrationSource.GUIDED,
        valid=True,
        reasons=(CalibrationReason.RANGE_UNSTEADY,),
        mountings={place: mounting() for place in Placement},
        own_range=OwnRange(random_.gauss(20.0, 2.0), random_.gauss(15.0, 2.0), random_.random()),
        reference=ReferenceThrusts(
            *(random_.gauss(value, 0.1) for value in (45.0, 96.0, 6.0, -2.0, 0.3, 0.31))
        ),
        swapped=None,
        sigma_deg=random_.gauss(2.5, 0.1),
    )
