"""Lumbar extension against truth in reps, by group of sensors, beside the floor of an exact estimator.

    python tests/accuracy/angles.py [--seeds N] [--json OUT]

Sessions are drawn at random (varied.py), worn at any rotation in every second one. RMSE over all samples of
all true reps (start to end); samples of which the program says that they are unsure (``valid`` false) are
left out and counted. The floor has exact gravity and mounting (floors.py).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from floors import floor_of
from sessions import GROUPS, Analysed, Job, analysed, in_parallel, matched, options, rms, write
from varied import varied

from lumbarwatch.core.accelerometer import fit_accelerometer
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.simulate.session import SimulatedSession, simulate_session
from lumbarwatch.simulate.truth import TruthRep

TROUBLE = ("swapped", "slip_between_sets", "restart_mid_set")
ANGLES = ("lumbar_extension_deg", "pelvis_pitch_deg")


def six_poses(setup: PipelineSetup, session: SimulatedSession) -> PipelineSetup:
    """The same two parts were calibrated on a table before."""
    table = simulate_session("six_pose", session.group, session.seed, rate_hz=session.rate_hz)
    sensors = dict(setup.sensors)
    for place, signals in table.signals.items():
        t_ns = np.round(signals.t_true_s * NS_PER_S).astype(np.int64)
        fit = fit_accelerometer(t_ns, signals.gyr_radps, signals.acc_mps2)
        sensors[place] = replace(sensors[place], accelerometer=fit.calibration)
    return replace(setup, sensors=sensors)


def measure(work: tuple[Job, bool]) -> dict[str, Any]:
    """Figures of one session; whether its sensors were calibrated in six poses."""
    job, posed = work
    found = analysed(job, six_poses if posed else None)
    poses, session = found.analysis.poses, found.session
    t_s, true_t_s = poses.t_ns / 1e9, np.asarray(session.series["t_s"], np.float64)
    in_rep = inside(session.reps, t_s)
    floor = floor_of(session)
    floor_in_rep = inside(session.reps, floor.t_s)
    result: dict[str, Any] = {"scenario": job.name, "group": job.group, "seed": job.seed, "posed": posed}
    result["calibrated"] = found.analysis.calibration.valid
    result["left_out"] = float(np.mean(~poses.valid[in_rep])) if in_rep.any() else 1.0
    for name in ANGLES:
        true = np.interp(t_s, true_t_s, np.asarray(session.series[name], np.float64))
        off = (getattr(poses, name) - true)[in_rep]
        result[name] = rms(off[poses.valid[in_rep]])
        result[f"{name}_all"] = rms(off)
        result[f"{name}_skin_floor"] = rms(floor.skin[name][floor_in_rep])
        result[f"{name}_part_floor"] = rms(floor.part[name][floor_in_rep])
    result["lockout"] = lockouts(found)
    return result


def inside(reps: Sequence[TruthRep], t_s: Floats) -> Booleans:
    """Whether each time lies in a rep."""
    hit = np.zeros(len(t_s), np.bool_)
    for rep in reps:
        hit |= (t_s >= rep.t_start_s) & (t_s <= rep.t_end_s)
    return hit


def lockouts(found: Analysed) -> dict[str, float]:
    """RMSE of the lockout's medians and the own range."""
    pairs = matched(found.analysis.reps, found.session.reps)
    own, known = found.analysis.calibration.own_range, found.session.calibration
    return {
        "lambda_lockout_deg": rms(
            r.lambda_lockout_deg - t.lambda_lockout_deg for t, r in pairs if r.lambda_lockout_deg is not None
        ),
        "tilt_lockout_deg": rms(
            r.tilt_lockout_deg - t.tilt_lockout_deg for t, r in pairs if r.tilt_lockout_deg is not None
        ),
        "lam_max_deg": float("nan")
        if own is None or known.lam_max_deg is None
        else own.lam_max_deg - known.lam_max_deg,
        "tau_max_deg": float("nan")
        if own is None or known.tau_max_deg is None
        else own.tau_max_deg - known.tau_max_deg,
    }


def pooled(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Over calibrated sessions: root of the mean square of each session's RMSE, and the middle session."""
    everyone, results = results, [r for r in results if r["calibrated"]]
    names = [f"{name}{end}" for name in ANGLES for end in ("", "_skin_floor", "_part_floor")]
    found: dict[str, Any] = {name: rms(r[name] for r in results) for name in names}
    found["lumbar_extension_deg_median"] = float(np.median([r["lumbar_extension_deg"] for r in results]))
    found["lumbar_extension_deg_all"] = rms(r["lumbar_extension_deg_all"] for r in results)
    found["left_out"] = float(np.mean([r["left_out"] for r in results]))
    found["over_part_floor"] = found["lumbar_extension_deg"] / max(
        found["lumbar_extension_deg_part_floor"], 1e-9
    )
    for name in results[0]["lockout"]:
        found[f"{name}_rms_error"] = rms(r["lockout"][name] for r in results)
    found["calibrated"] = f"{len(results)} of {len(everyone)}"
    return found


def main() -> None:
    args = options(__doc__, seeds=24)
    seeds = range(args.first, args.first + args.seeds)
    kinds = [*((group, False) for group in GROUPS), ("cheap", True)]
    jobs = [
        (Job(varied(seed), group, seed, any_mounting=seed % 2 == 0), posed)
        for seed in seeds
        for group, posed in kinds
    ]
    trouble = max(2, args.seeds // 3)
    jobs += [
        (Job(name, group, seed), False)
        for name in TROUBLE
        for group in GROUPS[1:]
        for seed in range(args.first, args.first + trouble)
    ]
    results = in_parallel(measure, jobs, args.processes)
    figures: dict[str, Any] = {}
    for group, posed in kinds:
        mine = [r for r in results if (r["group"], r["posed"]) == (group, posed)]
        title = f"{group} six poses" if posed else group
        figures[title] = pooled([r for r in mine if r["scenario"].startswith("varied")])
        for name in TROUBLE:
            if those := [r for r in mine if r["scenario"] == name]:
                figures[f"{name} {group}"] = pooled(those)
    write(args.json, {"sessions_each": args.seeds, "trouble_sessions_each": trouble, **figures})


if __name__ == "__main__":
    main()
