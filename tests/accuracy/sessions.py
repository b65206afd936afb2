"""Simulated sessions through the same door as a recording, for the figures of this folder.

The simulator shares no code with the estimator. A session goes through ``analyze_replay`` as ``lumbarwatch
analyze`` does it: samples and META in slices of arrival time, and a second pass where the calibration came
late or not at all.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))

from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.exchange.meta import Meta, read_meta
from lumbarwatch.jobs.analyze import analyze_replay
from lumbarwatch.jobs.replay import Chunk, Item, Replay
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.events import Event
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.samples import ImuBatch, Placement, SensorInfo
from lumbarwatch.simulate import documents
from lumbarwatch.simulate.scenario import Scenario
from lumbarwatch.simulate.session import SimulatedSession, Wear, simulate_session
from lumbarwatch.simulate.truth import TruthRep
from simulated import streams

HERE = Path(__file__).parent
SLICE_NS = 5_000_000_000
PROCESSES = 2
GROUPS = ("ideal", "good", "cheap")
FIRST_SEED = 7001
"""Sessions that were not looked at while the estimator was built."""


@dataclass(frozen=True)
class Job:
    """One session to simulate and analyse; ``told`` says whether META names the calibration's windows."""

    scenario: str | Scenario
    group: str
    seed: int
    rate_hz: float | None = None
    any_mounting: bool = False
    told: bool = True
    skin: bool | None = None

    @property
    def name(self) -> str:
        """Name of the scenario."""
        return self.scenario if isinstance(self.scenario, str) else self.scenario.name


@dataclass(frozen=True)
class Analysed:
    """A session with what was true and what was found."""

    job: Job
    session: SimulatedSession
    analysis: Analysis
    events: Sequence[Event]  # of the last pass


def simulated(job: Job) -> SimulatedSession:
    """The job's session."""
    wear = Wear.ANY if job.any_mounting else Wear.WORN
    return simulate_session(job.scenario, job.group, job.seed, rate_hz=job.rate_hz, wear=wear, skin=job.skin)


def analysed(
    job: Job, change: Callable[[PipelineSetup, SimulatedSession], PipelineSetup] | None = None
) -> Analysed:
    """Simulate and analyse; ``change`` may tell the pipeline more (a sensor's own calibration)."""
    session = simulated(job)
    meta = meta_of(session, told=job.told)
    info = SensorInfo(nominal_rate_hz=session.rate_hz, seq_modulo=session.seq_modulo)
    setup = PipelineSetup(
        sensors=dict.fromkeys(Placement, info),
        athlete=meta.athlete,
        calibration_source=meta.calibration_source,
    )
    if change is not None:
        setup = change(setup, session)
    made: list[Recorder] = []

    def make(each: PipelineSetup) -> Recorder:
        made.append(Recorder(each))
        return made[-1]

    replay = Replay(setup, lambda: chunks(session, meta), session.duration_s, as_lived=False)
    analysis = analyze_replay(replay, make_pipeline=make)
    return Analysed(job, session, analysis, made[-1].events)


class Recorder(Pipeline):
    """A pipeline that remembers what it said."""

    def __init__(self, setup: PipelineSetup) -> None:
        super().__init__(setup)
        self.events: list[Event] = []

    def push(self, *items: Item) -> list[Event]:
        """Keep the events, too."""
        return self._kept(super().push(*items))

    def finish(self) -> list[Event]:
        """Keep the events, too."""
        return self._kept(super().finish())

    def _kept(self, events: list[Event]) -> list[Event]:
        self.events += events
        return events


def meta_of(session: SimulatedSession, *, told: bool = True) -> Meta:
    """META as the simulator writes it and the program reads it."""
    document = dict(documents.meta(session))
    if not told:
        document.pop("calibration", None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "meta.json"
        path.write_text(json.dumps(document))
        return read_meta(path)


def chunks(session: SimulatedSession, meta: Meta) -> Iterator[Chunk]:
    """Samples and META's events in slices of arrival time."""
    batches = [batch for of_sensor in streams(session).values() for batch in of_sensor]
    waiting = sorted(meta.events, key=lambda event: event.t_ns)
    end_ns = max(int(batch.t_arrival_ns[-1]) for batch in batches)
    for start in range(0, end_ns + 1, SLICE_NS):
        items: list[Item] = [piece for batch in batches for piece in _arrived(batch, start, start + SLICE_NS)]
        due = [event for event in waiting if event.t_ns < start + SLICE_NS]
        waiting = waiting[len(due) :]
        yield Chunk(start / (end_ns + 1), (*items, *due))
    yield Chunk(1.0, tuple(waiting))


def _arrived(batch: ImuBatch, start_ns: int, end_ns: int) -> Iterator[ImuBatch]:
    a, z = np.searchsorted(batch.t_arrival_ns, (start_ns, end_ns))
    if z > a:
        yield batch.part(int(a), int(z))


def matched(reps: Sequence[Rep], truth: Sequence[TruthRep]) -> list[tuple[TruthRep, Rep]]:
    """Reps that overlap by more than half of either, each used once."""
    pairs: list[tuple[TruthRep, Rep]] = []
    left = list(reps)
    for true in truth:
        best = max(left, key=lambda rep: _overlap(rep, true), default=None)
        if best is not None and _overlap(best, true) > 0.5:
            pairs.append((true, best))
            left.remove(best)
    return pairs


def _overlap(rep: Rep, true: TruthRep) -> float:
    start, end = rep.t_start_ns / 1e9, rep.t_end_ns / 1e9
    common = min(end, true.t_end_s) - max(start, true.t_start_s)
    return common / max(min(end - start, true.t_end_s - true.t_start_s), 1e-9)


def in_parallel(function: Callable[[Any], Any], jobs: Sequence[Any], processes: int = PROCESSES) -> list[Any]:
    """Results in the jobs' order. Jobs reach the children by the fork: scenarios cannot be pickled."""
    if processes == 1:
        return [function(job) for job in jobs]
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    _work[:] = [(function, job) for job in jobs]
    with ProcessPoolExecutor(processes, mp_context=get_context("fork")) as pool:
        return list(pool.map(_do, range(len(jobs)), chunksize=1))


_work: list[tuple[Callable[[Any], Any], Any]] = []


def _do(index: int) -> Any:
    function, job = _work[index]
    return function(job)


def options(doc: str | None, seeds: int) -> argparse.Namespace:
    """``--seeds``, ``--first``, ``--json``, ``--processes`` and, to look at less, ``--only``."""
    parser = argparse.ArgumentParser(description=(doc or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=seeds, help="how many sessions of a kind")
    parser.add_argument("--first", type=int, default=FIRST_SEED, help="first of the seeds")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--processes", type=int, default=PROCESSES, choices=(1, 2))
    parser.add_argument("--only", help="only what has this in its name")
    return parser.parse_args()


def write(path: Path | None, figures: dict[str, Any]) -> None:
    """Freeze figures as JSON, rounded, or only print them."""
    text = json.dumps(_rounded(figures), indent=1)
    if path is not None:
        path.write_text(text + "\n")
    print(text)


def rms(values: Iterable[float]) -> float:
    """Root mean square; NaN of nothing."""
    known = np.array([v for v in values if np.isfinite(v)])
    return float(np.sqrt(np.mean(known**2))) if len(known) else float("nan")


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _rounded(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(entry) for entry in value]
    if isinstance(value, float | np.floating):
        return round(float(value), 4) if np.isfinite(value) else None
    return value.item() if isinstance(value, np.generic) else value


def relabelled(scenario: Scenario, name: str) -> Scenario:
    """The scenario under another name."""
    return replace(scenario, name=name)
