"""What hindsight gains: the refined pass beside the causal one, on the same simulated sessions.

    python tests/accuracy/refined.py [--seeds N] [--json OUT]

RMSE over all trusted samples of all true reps, lumbar extension and pelvis pitch; and of lockout medians.
"""

from typing import Any

import numpy as np
from angles import ANGLES, inside
from sessions import GROUPS, Job, chunks, in_parallel, matched, meta_of, options, rms, simulated, write
from varied import varied

from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.jobs.analyze import analyze_replay
from lumbarwatch.jobs.refined import analyze_refined
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.samples import Placement, SensorInfo
from lumbarwatch.simulate.session import SimulatedSession

WAYS = {"causal": analyze_replay, "refined": analyze_refined}


def measure(job: Job) -> dict[str, Any]:
    """Figures of one session, both ways."""
    session = simulated(job)
    meta = meta_of(session, told=job.told)
    info = SensorInfo(nominal_rate_hz=session.rate_hz, seq_modulo=session.seq_modulo)
    setup = PipelineSetup(
        sensors=dict.fromkeys(Placement, info),
        athlete=meta.athlete,
        calibration_source=meta.calibration_source,
    )
    replay = Replay(setup, lambda: chunks(session, meta), session.duration_s, as_lived=False)
    found = {name: errors(analyse(replay), session) for name, analyse in WAYS.items()}
    return {"group": job.group, **found}


def errors(analysis: Analysis, session: SimulatedSession) -> dict[str, float]:
    """RMSE against truth."""
    poses = analysis.poses
    t_s, true_t_s = poses.t_ns / 1e9, np.asarray(session.series["t_s"], np.float64)
    told = inside(session.reps, t_s) & poses.valid
    result: dict[str, float] = {"reps": len(analysis.reps)}
    for name in ANGLES:
        true = np.interp(t_s, true_t_s, np.asarray(session.series[name], np.float64))
        result[name] = rms((getattr(poses, name) - true)[told])
    for name in ("lambda_lockout_deg", "tilt_lockout_deg"):
        pairs = [
            (getattr(rep, name), getattr(true, name)) for true, rep in matched(analysis.reps, session.reps)
        ]
        result[name] = rms(one - other for one, other in pairs if one is not None)
    return result


def pooled(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Root of the mean square over sessions each way, and in how many hindsight was better."""
    names = (*ANGLES, "lambda_lockout_deg", "tilt_lockout_deg")
    figures: dict[str, Any] = {
        way: {name: rms(one[way][name] for one in results) for name in names} for way in WAYS
    }
    better = sum(one["refined"][ANGLES[0]] < one["causal"][ANGLES[0]] for one in results)
    figures["refined_better_in"] = f"{better} of {len(results)}"
    figures["same_count_in"] = sum(one["refined"]["reps"] == one["causal"]["reps"] for one in results)
    return figures


def main() -> None:
    args = options(__doc__, seeds=12)
    jobs = [
        Job(varied(seed), group, seed, any_mounting=seed % 2 == 0)
        for group in GROUPS
        for seed in range(1, args.seeds + 1)
    ]
    results = in_parallel(measure, jobs, args.processes)
    figures = {group: pooled([one for one in results if one["group"] == group]) for group in GROUPS}
    write(args.json, {"sessions_each": args.seeds, **figures})


if __name__ == "__main__":
    main()
