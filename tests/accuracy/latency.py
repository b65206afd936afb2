"""Latency in the samples' own time: how far the newest sample is when an answer comes out.

    python tests/accuracy/latency.py [--seeds N] [--json OUT]

Samples go in one by one in order of arrival. The clock is the true time up to which both sensors have been
heard; what the radio holds back is not in it. W2: after the estimate had been held beyond the limit for 150
ms, and after the truth had. Lockout: after the true top (hips at rest at the top) and after the true
lockout (95 %). Rep: after the true bottom (hips at rest) and after the true end (5 %).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from sessions import GROUPS, Job, in_parallel, meta_of, options, simulated, write

from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.model.events import LiveWarning, LockoutReached, RepFinished
from lumbarwatch.model.samples import Placement, SensorInfo
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.everyday import Rest
from lumbarwatch.simulate.lifts import SetOf, arched_on_the_way, good, hyperextended
from lumbarwatch.simulate.repetition import Rep
from lumbarwatch.simulate.scenario import Scenario, calibrated
from lumbarwatch.simulate.session import SimulatedSession
from lumbarwatch.simulate.stage import AthleteProfile
from simulated import streams

HELD_S = 0.15


def lifted(profile: AthleteProfile) -> list[Any]:
    """Reps of all tempi, some beyond the own extension."""
    fast, slow = Rep(up_s=0.6, hold_s=0.5, down_s=0.8, rest_s=0.6), Rep(up_s=2.5, hold_s=1.0, down_s=3.0)
    reps = [
        *good(2),
        arched_on_the_way(profile),
        fast,
        hyperextended(profile),
        slow,
        fast,
        arched_on_the_way(profile),
    ]
    return calibrated(Rest(3.0), SetOf(reps))


SCENARIO = Scenario("latency", "reps of all tempi, some beyond the own extension", lifted, 8)


def measure(job: Job) -> dict[str, Any]:
    """Latencies of one session."""
    session = simulated(job)
    meta = meta_of(session)
    info = SensorInfo(nominal_rate_hz=session.rate_hz, seq_modulo=session.seq_modulo)
    pipeline = Pipeline(
        PipelineSetup(
            sensors=dict.fromkeys(Placement, info),
            athlete=meta.athlete,
            calibration_source=meta.calibration_source,
        )
    )
    waiting = sorted(meta.events, key=lambda event: event.t_ns)
    newest = 0.0
    last = dict.fromkeys(Placement, 0.0)
    heard: list[tuple[float, Any]] = []
    for arrival_ns, t_true_s, sample in one_by_one(session):
        while waiting and waiting[0].t_ns <= arrival_ns:
            heard += [(newest, event) for event in pipeline.push(waiting.pop(0))]
        last[sample.placement] = max(last[sample.placement], t_true_s)
        newest = min(last.values())
        heard += [(newest, event) for event in pipeline.push(sample)]
    return {"group": job.group, "rate_hz": session.rate_hz, **latencies(session, heard)}


def one_by_one(session: SimulatedSession) -> list[tuple[int, float, Any]]:
    """Single samples in order of arrival, with the time at which each was taken."""
    found: list[tuple[int, float, Any]] = []
    for place, batches in streams(session).items():
        taken = session.signals[place].t_true_s[session.received[place].sample]
        singles = [batch.part(k, k + 1) for batch in batches for k in range(len(batch))]
        found += [(int(s.t_arrival_ns[0]), float(t), s) for s, t in zip(singles, taken, strict=True)]
    return sorted(found, key=lambda entry: entry[0])


def latencies(session: SimulatedSession, heard: Sequence[tuple[float, Any]]) -> dict[str, list[float]]:
    """By kind of answer."""
    found: dict[str, list[float]] = {
        name: [] for name in ("w2_own", "w2_truth", "lockout_top", "lockout_95", "rep_bottom", "rep_5")
    }
    plans = [plan for planned in session.performance.sets for plan in planned.reps]
    limit = max(7.5, 0.75 * (session.calibration.lam_max_deg or 0.0))
    warned: set[int] = set()
    for newest, event in heard:
        if isinstance(event, LiveWarning) and event.warning.id is WarningId.W2:
            if event.rep_number not in warned:
                warned.add(event.rep_number)
                found["w2_own"].append(newest - event.t_ns / 1e9)
                found["w2_truth"].append(newest - held_since(session, limit, event.t_ns / 1e9))
        elif isinstance(event, LockoutReached):
            k = event.rep_number - 1
            found["lockout_top"].append(newest - plans[k].top_s)
            found["lockout_95"].append(newest - session.reps[k].t_lockout_s)
        elif isinstance(event, RepFinished):
            k = event.rep.rep_number - 1
            found["rep_bottom"].append(newest - plans[k].end_s)
            found["rep_5"].append(newest - session.reps[k].t_end_s)
    return found


def held_since(session: SimulatedSession, limit: float, near_s: float) -> float:
    """When the truth had been beyond the limit for 150 ms, in the rep around a time; NaN: it never was."""
    rep = min(session.reps, key=lambda r: abs(r.t_lockout_s - near_s))
    t_s = np.asarray(session.series["t_s"], np.float64)
    lam = np.asarray(session.series["lumbar_extension_deg"], np.float64)
    mine = (t_s >= rep.t_start_s) & (t_s <= rep.t_end_s)
    points = round(HELD_S / (t_s[1] - t_s[0]))
    held = np.lib.stride_tricks.sliding_window_view(lam[mine], points + 1).min(axis=1)
    over = np.flatnonzero(held > limit)
    ends = t_s[mine][over + points]
    return float(ends[np.argmin(np.abs(ends - near_s))]) if len(over) else float("nan")


def main() -> None:
    args = options(__doc__, seeds=2)
    seeds = range(args.first, args.first + args.seeds)
    jobs = [Job(SCENARIO, group, seed) for seed in seeds for group in GROUPS]
    jobs += [Job(SCENARIO, "good", 1, rate_hz=rate) for rate in (50.0, 208.0)]
    results = in_parallel(measure, jobs, args.processes)
    figures: dict[str, Any] = {}
    for name in ("w2_own", "w2_truth", "lockout_top", "lockout_95", "rep_bottom", "rep_5"):
        for group in GROUPS:
            values = np.array(
                [v for r in results if r["group"] == group and r["rate_hz"] == 100.0 for v in r[name]]
            )
            values = values[np.isfinite(values)]
            figures.setdefault(name, {})[group] = {
                "median_s": float(np.median(values)) if len(values) else None,
                "worst_s": float(values.max()) if len(values) else None,
                "n": len(values),
            }
    figures["other_rates"] = {
        f"{r['rate_hz']:g} Hz": {k: max(r[k], default=None) for k in ("w2_own", "lockout_top", "rep_5")}
        for r in results
        if r["rate_hz"] != 100.0
    }
    write(args.json, figures)


if __name__ == "__main__":
    main()
