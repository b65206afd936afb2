"""How often the truth lies within the stated sigma: tilt and lambda at lockout, by group with skin motion.

    python tests/accuracy/coverage.py [--seeds N] [--json OUT]

A short session a person (varied.py): what is unsure of a zero or a part is shared by all reps of a session,
so many persons count, not many reps. The share that is right is 68 %; its own error is given, sessions
resampled.
"""

from typing import Any

import numpy as np
from sessions import Job, analysed, in_parallel, matched, options, rms, write
from varied import varied

GROUPS_WITH_SKIN = ("good", "cheap")


def measure(job: Job) -> dict[str, Any]:
    """Errors and sigmas of one session."""
    found = analysed(job)
    pairs = matched(found.analysis.reps, found.session.reps)
    result: dict[str, Any] = {"group": job.group, "tilt": [], "lambda": []}
    for true, rep in pairs:
        if rep.tilt_lockout_deg is not None and rep.tilt_sigma_deg is not None:
            result["tilt"].append((rep.tilt_lockout_deg - true.tilt_lockout_deg, rep.tilt_sigma_deg))
        if rep.lambda_lockout_deg is not None and rep.lambda_sigma_deg is not None:
            result["lambda"].append((rep.lambda_lockout_deg - true.lambda_lockout_deg, rep.lambda_sigma_deg))
    return result


def covered(results: list[dict[str, Any]], name: str) -> dict[str, Any]:
    """Share of reps within one sigma, its standard error over sessions, and the sizes."""
    rng = np.random.default_rng(1)
    shares = np.array([np.mean([abs(e) <= s for e, s in r[name]]) for r in results if r[name]])
    weights = np.array([len(r[name]) for r in results if r[name]])
    draws = rng.integers(0, len(shares), (2000, len(shares)))
    means = (shares[draws] * weights[draws]).sum(axis=1) / weights[draws].sum(axis=1)
    pairs = [pair for r in results for pair in r[name]]
    return {
        "within_one_sigma": float(np.average(shares, weights=weights)),
        "standard_error": float(means.std()),
        "reps": len(pairs),
        "rms_error_deg": rms(error for error, _ in pairs),
        "rms_sigma_deg": rms(sigma for _, sigma in pairs),
    }


def main() -> None:
    args = options(__doc__, seeds=60)
    jobs = [
        Job(varied(seed, sets=1), group, seed, any_mounting=seed % 2 == 0)
        for seed in range(args.first, args.first + args.seeds)
        for group in GROUPS_WITH_SKIN
    ]
    results = in_parallel(measure, jobs, args.processes)
    figures: dict[str, Any] = {"sessions_each": args.seeds}
    for group in GROUPS_WITH_SKIN:
        mine = [r for r in results if r["group"] == group]
        figures[group] = {name: covered(mine, name) for name in ("tilt", "lambda")}
    write(args.json, figures)


if __name__ == "__main__":
    main()
