"""Counting: every scenario of the list and sessions drawn at random, in three groups of sensors.

    python tests/accuracy/counter.py [--seeds N] [--only NAME] [--json OUT]

Truth is what the simulated athlete did. A count is exact when the full and the partial repetitions are
those of the truth and none lies outside; the last reps of a shrinking set may be partial or not. Times are
compared rep by rep. Also shown: which flags were raised where the scenario calls for them. Sessions drawn
at random are worn anyhow, at 25 to 286 Hz, every second one without META (the calibration is found
automatically).
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from sessions import GROUPS, Analysed, Job, analysed, in_parallel, matched, options, write
from varied import slipping, varied

from lumbarwatch.model.motion import Rep
from lumbarwatch.model.session import CalibrationReason
from lumbarwatch.simulate.scenarios import SCENARIOS

RATES = (100.0, 50.0, 208.0, 25.0, 286.0)
"""Hz; of the sessions drawn at random."""

UNTOLD = {"no_standing", "no_calibration", "cold_start_at_top"}
"""Without any calibration: the program is told nothing."""


def measure(job: Job) -> dict[str, Any]:
    """Figures of one session."""
    found = analysed(job)
    reps, truth = counted(found), found.session.reps
    pairs = matched(reps, truth)
    full, partial = sum(not r.partial for r in reps), sum(r.partial for r in reps)
    wanted = found.session.scenario.full, found.session.scenario.partial
    total_only = job.name == "shrinking_range"
    exact = full + partial == sum(wanted) if total_only else (full, partial) == wanted
    return {
        "scenario": job.name,
        "group": job.group,
        "seed": job.seed,
        "found": [full, partial],
        "wanted": list(wanted),
        "exact": bool(exact and len(pairs) == sum(wanted)),
        "invented": len(reps) - len(pairs),
        "calibrated": found.analysis.calibration.valid,
        "lockout_s": [rep.t_lockout_ns / 1e9 - true.t_lockout_s for true, rep in pairs],
        "start_s": [rep.t_start_ns / 1e9 - true.t_start_s for true, rep in pairs],
        "lower_s": [rep.t_lower_ns / 1e9 - true.t_lower_s for true, rep in pairs],
        "end_s": [rep.t_end_ns / 1e9 - true.t_end_s for true, rep in pairs if true.lowered],
        "flags": flags(found),
    }


def counted(found: Analysed) -> list[Rep]:
    """Reps found; where META did not tell of the reference thrusts, those are lifts like others: left out."""
    thrusts = [] if found.job.told else found.session.performance.reference
    return [
        rep
        for rep in found.analysis.reps
        if not any(plan.start_s < rep.t_lockout_ns / 1e9 < plan.end_s for plan in thrusts)
    ]


def flags(found: Analysed) -> dict[str, Any]:
    """What the program says of the sensors."""
    calibration = found.analysis.calibration
    return {
        "slips": [
            min((abs(slip.t_ns / 1e9 - true.t_s) for true in found.session.slips), default=None)
            for slip in found.analysis.slips
        ],
        "swapped": calibration.swapped is True and CalibrationReason.SWAPPED in calibration.reasons,
        "ungraded": sum(not rep.graded for rep in found.analysis.reps),
        "gaps": sum(rep.quality.longest_gap_s > 0.25 for rep in found.analysis.reps),
        "not_lowered": sum(not rep.lowered for rep in found.analysis.reps),
    }


def summary(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Figures over all sessions."""
    wrong = [
        f"{r['scenario']} {r['group']} {r['seed']}: {r['found']} of {r['wanted']}, {r['invented']} outside"
        for r in results
        if not r["exact"]
    ]
    return {
        "sessions": len(results),
        "exact": sum(r["exact"] for r in results),
        "invented": sum(r["invented"] for r in results),
        "wrong": wrong,
        "times": {name: times(results, name) for name in ("lockout_s", "start_s", "lower_s", "end_s")},
        "times_by_group": {
            group: {
                name: times([r for r in results if r["group"] == group], name)
                for name in ("lockout_s", "start_s", "end_s")
            }
            for group in GROUPS
        },
        "times_by_scenario": by_scenario(results),
        "flags": flag_summary(results),
    }


def times(results: Sequence[dict[str, Any]], name: str) -> dict[str, float]:
    """Errors in s of all matched reps."""
    errors = np.abs([error for r in results for error in r[name]])
    if not len(errors):
        return {}
    return {
        "mean_abs_s": float(errors.mean()),
        "p95_abs_s": float(np.percentile(errors, 95)),
        "worst_s": float(errors.max()),
    }


def by_scenario(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Mean absolute time errors (lockout, start, end) in ms."""
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for result in results:
        found[result["scenario"].rstrip("0123456789")].append(result)
    return {
        scenario: [
            round(1000 * times(those, name).get("mean_abs_s", float("nan")), 1)
            for name in ("lockout_s", "start_s", "end_s")
        ]
        for scenario, those in found.items()
        if any(r["lockout_s"] for r in those)
    }


def flag_summary(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Slips found within 2 s, false slips, swaps."""
    slipped = [r for r in results if r["scenario"].startswith("slip_") and "between" not in r["scenario"]]
    others = [r for r in results if not r["scenario"].startswith("slip_")]
    swapped = [r for r in results if r["scenario"] == "swapped"]
    return {
        "slips_found_within_2_s": [
            sum(any(off is not None and off < 2.0 for off in r["flags"]["slips"]) for r in slipped),
            len(slipped),
        ],
        "slip_flags_without_slip": sum(len(r["flags"]["slips"]) for r in others),
        "slip_flags_where": [
            f"{r['scenario']} {r['group']} {r['seed']}" for r in others if r["flags"]["slips"]
        ],
        "swaps_found": [sum(r["flags"]["swapped"] for r in swapped), len(swapped)],
        "swap_flags_without_swap": sum(r["flags"]["swapped"] for r in results if r["scenario"] != "swapped"),
        "gap_reps": {
            r["scenario"] + " " + r["group"]: [r["flags"]["gaps"], r["flags"]["ungraded"]]
            for r in results
            if "gap" in r["scenario"] or "lost" in r["scenario"] or "restart" in r["scenario"]
        },
        "slips_missed": [
            f"{r['scenario']} {r['group']}"
            for r in slipped
            if not any(off is not None and off < 2.0 for off in r["flags"]["slips"])
        ],
        "calibrated": sum(r["calibrated"] for r in results),
    }


def main() -> None:
    args = options(__doc__, seeds=3)
    names = [name for name in SCENARIOS if args.only is None or args.only in name]
    jobs = [
        Job(name, group, seed, told=name not in UNTOLD)
        for seed in range(args.first, args.first + args.seeds)
        for name in names
        for group in GROUPS
        if not (name == "drift_100ppm_hour" and seed > args.first)
    ]
    drawn = range(args.first, args.first + 4 * args.seeds)
    jobs += [
        Job(scenario, group, seed, rate_hz=RATES[seed % len(RATES)], any_mounting=True, told=seed % 2 == 0)
        for seed in drawn
        for scenario in (varied(seed), slipping(seed))
        for group in GROUPS
        if args.only is None or args.only in scenario.name
    ]
    write(args.json, summary(in_parallel(measure, jobs, args.processes)))


if __name__ == "__main__":
    main()
