"""Warnings: clear cases of W1 to W4, and sets of ten that lie 5 deg on either side of a limit.

    python tests/accuracy/warning_rates.py [--seeds N] [--json OUT]

Clear cases lie 5 deg, 0.10 of range or 0.3 s from the amber limit (the simulator's own labels of the
truth). Each session draws a person and ten reps, of which every other shows a fault of random size. Amber
or red counts as said; what is not graded is neither right nor wrong and is counted apart. Sets of ten:
every rep lies 5 deg beyond a limit or 5 deg on the safe side of it, all else being well.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from sessions import GROUPS, Job, analysed, in_parallel, matched, options, write
from varied import profile_of, tempo_of

from lumbarwatch.model.verdicts import Level, WarningId
from lumbarwatch.simulate.everyday import Rest
from lumbarwatch.simulate.lifts import SetOf
from lumbarwatch.simulate.repetition import Rep
from lumbarwatch.simulate.scenario import Scenario, calibrated, leave
from lumbarwatch.simulate.stage import AthleteProfile

MARGIN_DEG = 5.0
MARGIN_RANGE = 0.1
MARGIN_S = 0.3
JUDGED = tuple(
    id_ for id_ in WarningId if id_.value.startswith(("W1", "W2", "W3", "W4")) and id_ != WarningId.W1C
)


def beyond(rng: np.random.Generator, clear: float, most: float) -> float:
    """How far past a limit: mostly clearly, up to ``most``, else anywhere on the safe side up to as much."""
    return float(rng.uniform(1.1 * clear, most) if rng.random() < 0.7 else -rng.uniform(0.0, most))


def untucked(p: AthleteProfile, rng: np.random.Generator) -> dict[str, float]:
    less = 4.0 + beyond(rng, MARGIN_DEG, 8.0)
    return {"top_deg": p.top_deg - p.reference_less_deg - less - 1.0, "hold_s": 1.0}


def arched(p: AthleteProfile, rng: np.random.Generator) -> dict[str, float]:
    return {"top_lambda_deg": 0.25 * p.lam_max_deg + beyond(rng, MARGIN_DEG, 13.0), "hold_s": 1.0}


def hyperextended(p: AthleteProfile, rng: np.random.Generator) -> dict[str, float]:
    limit = max(7.5, 0.75 * p.lam_max_deg)
    return {"rise_lambda_deg": limit + beyond(rng, MARGIN_DEG, 13.0), "up_s": 2.2, "hold_s": 1.0}


def short(p: AthleteProfile, rng: np.random.Generator) -> dict[str, float]:
    share = 0.8 - beyond(rng, MARGIN_RANGE, 0.3)
    return {"top_deg": p.bottom_deg + min(share, 1.0) * (p.top_deg - p.bottom_deg)}


def dropped(_p: AthleteProfile, rng: np.random.Generator) -> dict[str, float]:
    return {"down_s": 1.0 - beyond(rng, MARGIN_S, 0.6)}


def tilt_lost(p: AthleteProfile, rng: np.random.Generator) -> dict[str, float]:
    return {"descent_lambda_deg": p.top_lambda_deg + 6.0 + beyond(rng, MARGIN_DEG, 15.0), "down_s": 1.9}


def tucked(p: AthleteProfile, rng: np.random.Generator) -> dict[str, float]:
    return {"top_lambda_deg": -0.9 * p.tau_max_deg - beyond(rng, MARGIN_DEG, 9.0), "hold_s": 1.0}


def over_bridged(p: AthleteProfile, rng: np.random.Generator) -> dict[str, float]:
    more = 8.0 + beyond(rng, MARGIN_DEG, 9.0)
    return {"top_deg": p.top_deg - p.reference_less_deg + more, "hold_s": 1.0}


FAULTS: Sequence[Callable[[AthleteProfile, np.random.Generator], dict[str, float]]] = (
    untucked, arched, hyperextended, short, dropped, tilt_lost, tucked, over_bridged,
)  # fmt: skip


def with_room(profile: AthleteProfile) -> AthleteProfile:
    """A person who can stop 10 deg short of the lockout without a partial rep, and who stands still."""
    return replace(profile, bottom_deg=min(profile.bottom_deg, 34.0), liveliness=min(profile.liveliness, 1.3))


def faulty(seed: int) -> Scenario:
    """A set of good reps and reps with one fault, by turns."""
    rng = np.random.default_rng((seed, 31))
    profile, tempo = with_room(profile_of(rng)), tempo_of(rng)
    tempo["hold_s"] = max(tempo["hold_s"], 0.5)
    reps: list[Rep] = []
    for k in range(6):
        fault = FAULTS[(seed + k) % len(FAULTS)]
        reps += [Rep(**tempo), Rep(**(tempo | fault(profile, rng)))]
    return Scenario(
        f"faulty_{seed}",
        "reps with faults",
        lambda _p: [*calibrated(Rest(3.0), SetOf(reps)), *leave()],
        12,
        profile=profile,
    )


def clear_cases(job: Job) -> dict[str, Any]:
    """Right and wrong verdicts on clear cases."""
    found = analysed(job)
    labels = {
        (rep.set_number, rep.rep_number): those
        for rep, those in zip(found.session.reps, found.session.labels, strict=True)
    }
    counts: Counter[str] = Counter()
    wrong: list[Any] = []
    for true, rep in matched(found.analysis.reps, found.session.reps):
        said = {warning.id for warning in rep.warnings}
        silent = {entry.id for entry in rep.not_graded}
        for label in labels[true.set_number, true.rep_number]:
            if not label.clear or label.id not in JUDGED:
                continue
            bad = label.beyond > 0
            if label.id in silent:
                counts[f"{label.id.value} not graded"] += 1
                continue
            right = (label.id in said) == bad
            counts[f"{label.id.value} {'bad' if bad else 'fine'} {'right' if right else 'wrong'}"] += 1
            if not right:
                mine = [round(w.value, 3) for w in rep.warnings if w.id is label.id]
                wrong.append(
                    [job.group, job.seed, true.rep_number, label.id.value, label.value, label.amber, *mine]
                )
    return {
        "group": job.group,
        "counts": dict(counts),
        "wrong": wrong,
        "unmatched": len(found.session.reps) - len(matched(found.analysis.reps, found.session.reps)),
    }


def edge(kind: str, seed: int, *, over: bool) -> Scenario:
    """Ten reps that lie 5 deg beyond a limit (or on its safe side), rep to rep variation aside."""
    rng = np.random.default_rng((seed, 57))
    profile = with_room(profile_of(rng))
    sign = 1.0 if over else -1.0
    lam = profile.lam_max_deg
    plain = {"up_s": 1.3, "hold_s": 1.0, "down_s": 1.7}
    if kind == "W1":
        own = {"top_deg": profile.top_deg - profile.reference_less_deg - 4.0 - sign * MARGIN_DEG}
    elif kind == "W1b":
        own = {"top_lambda_deg": max(2.5, 0.25 * lam) + sign * MARGIN_DEG}
    else:
        own = {"rise_lambda_deg": max(7.5, 0.75 * lam) + sign * MARGIN_DEG, "up_s": 2.2}
    reps = [Rep(**(plain | own))] * 10
    return Scenario(
        f"edge_{kind}_{seed}",
        "ten reps near a limit",
        lambda _p: [*calibrated(Rest(3.0), SetOf(reps)), *leave()],
        10,
        profile=profile,
    )


def ten_reps(work: tuple[str, bool, str, int]) -> dict[str, Any]:
    """Whether a set near a limit was flagged red."""
    kind, over, group, seed = work
    found = analysed(Job(edge(kind, seed, over=over), group, seed))
    reds = {w.id.value for rep in found.analysis.reps for w in rep.warnings if w.level is Level.RED}
    said = {w.id.value for rep in found.analysis.reps for w in rep.warnings}
    return {"kind": kind, "over": over, "group": group, "seed": seed, "reds": sorted(reds),
            "said": sorted(said),
            "calibrated": found.analysis.calibration.valid}  # fmt: skip


def rates(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Sensitivity and specificity of each warning."""
    total: Counter[str] = Counter()
    for result in results:
        total.update(result["counts"])
    found: dict[str, Any] = {}
    for id_ in (id_.value for id_ in JUDGED):
        bad, fine = total[f"{id_} bad right"], total[f"{id_} fine right"]
        n_bad, n_fine = bad + total[f"{id_} bad wrong"], fine + total[f"{id_} fine wrong"]
        found[id_] = {
            "sensitivity": bad / n_bad if n_bad else float("nan"),
            "specificity": fine / n_fine if n_fine else float("nan"),
            "bad": n_bad,
            "fine": n_fine,
            "not_graded": total[f"{id_} not graded"],
        }
    return found


def sets(results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Share of sets with a false red, and of those found."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for r in results:
        if not r["calibrated"]:
            tally[f"{r['group']} not calibrated"][2] += 1
            continue
        side = "over" if r["over"] else "safe"
        entry = tally[f"{r['group']} {r['kind']} {side}"]
        others = set(r["reds"]) - {r["kind"]}
        entry[0] += r["kind"] in r["reds"]
        entry[1] += bool(others) and not r["over"]
        entry[2] += 1
        entry[3] += r["kind"] in r["said"]
    return {
        name: {"red": red, "amber_or_red": said, "other_red": other, "sets": n}
        for name, (red, other, n, said) in sorted(tally.items())
    }


def main() -> None:
    args = options(__doc__, seeds=24)
    seeds = range(args.first, args.first + args.seeds)
    drawn = range(args.first, args.first + 4 * args.seeds)
    jobs = [Job(faulty(seed), group, seed, any_mounting=seed % 2 == 0) for seed in drawn for group in GROUPS]
    cases = in_parallel(clear_cases, jobs, args.processes)
    work = [
        (k, over, g, s) for s in seeds for k in ("W1", "W1b", "W2") for over in (False, True) for g in GROUPS
    ]
    tens = in_parallel(ten_reps, work, args.processes)
    figures: dict[str, Any] = {
        "clear_cases": {group: rates([r for r in cases if r["group"] == group]) for group in GROUPS},
        "sets_of_ten": sets(tens),
        "wrong": [entry for r in cases for entry in r["wrong"]],
        "unmatched_reps": sum(r["unmatched"] for r in cases),
    }
    write(args.json, figures)


if __name__ == "__main__":
    main()
