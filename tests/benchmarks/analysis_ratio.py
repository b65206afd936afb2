"""How long the analysis of an hour takes against bare orientation filtering of the same samples.

    python tests/benchmarks/analysis_ratio.py [--minutes 60] [--live]

Two sensors at 100 Hz. The analysis is everything after imports and reading the file; the yardstick is
``VQF.updateBatch`` over the same samples of both sensors. Each is run several times and the fastest counts.
``--live`` adds 1 s chunks, and 20 ms packets as they arrive live. Peak memory is that of the whole command.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from vqf import VQF

from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.exchange.meta import Meta, read_meta
from lumbarwatch.exchange.plain import PlainRecording, read_plain
from lumbarwatch.jobs.analyze import analyze_replay, read_replay
from lumbarwatch.jobs.replay_table import chunks

SEED = 1
ONE_HOUR_LIMIT = 3.0
ONE_SECOND_LIMIT = 10.0
MEMORY_LIMIT_MB = 1000.0


def simulate(folder: Path, minutes: float) -> Path:
    """A session with good sensors, written as CSV with its META."""
    from lumbarwatch.exchange.plain import write_plain
    from lumbarwatch.simulate import documents
    from lumbarwatch.simulate.session import simulate_session

    session = simulate_session("session", "good", SEED, minutes=minutes)
    path = folder / "hour.csv"
    write_plain(path, documents.rows(session))
    (folder / "hour.meta.json").write_text(json.dumps(documents.meta(session)))
    return path


def fastest(work, times):
    """Least seconds of several runs: on the wall's clock and of the processor."""
    runs = []
    for _ in range(times):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        runs.append((time.perf_counter() - wall, time.process_time() - processor))
    return min(run[0] for run in runs), min(run[1] for run in runs)


def bare(recording: PlainRecording):
    """The yardstick: VQF over all samples of both sensors."""
    for sensor in recording.sensors.values():
        gyr, acc = np.ascontiguousarray(sensor.gyr_radps), np.ascontiguousarray(sensor.acc_mps2)
        VQF(1.0 / sensor.rate_hz).updateBatch(gyr, acc)


def pushed(recording: PlainRecording, meta: Meta, setup: PipelineSetup, slice_s: float):
    """The whole recording through a pipeline in slices of arrival time; the batches are made beforehand."""
    parts = [chunk.items for chunk in chunks(recording, meta, slice_s)]

    def work():
        pipeline = Pipeline(setup)
        for items in parts:
            pipeline.push(*items)
        pipeline.finish()

    return work


def peak_memory_mb(path: Path, meta: Path) -> float:
    """Largest resident size of the whole command, started as a user does."""
    code = (
        "import resource, sys; from lumbarwatch.cli.main import app;"
        "app(sys.argv[1:], standalone_mode=False);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    outputs = [f"{path}.json", f"{path}.parquet", f"{path}.png"]
    options = ["--meta", str(meta), "--json", outputs[0], "--series", outputs[1], "--plot", outputs[2]]
    done = subprocess.run(
        [sys.executable, "-c", code, "analyze", str(path), *options],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stderr.split()[-1]) / 1024.0


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--live", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        path = simulate(Path(name), options.minutes)
        measure(path, path.with_name("hour.meta.json"), options.times, live=options.live)


def measure(path: Path, meta_path: Path, times: int, *, live: bool):
    """Print the figures of one file."""
    reading = fastest(lambda: read_plain(path), 1)
    recording, meta, replay = read_plain(path), read_meta(meta_path), read_replay(path, meta_path)
    print(f"{replay.duration_s / 60:.1f} min, {path.stat().st_size / 1e6:.0f} MB, read in {reading[0]:.2f} s")
    print(f"{'':28}  wall s   cpu s   ratio (wall, cpu)")
    yardstick = fastest(lambda: bare(recording), times)
    report("VQF.updateBatch", yardstick, yardstick)
    report("analysis", fastest(lambda: analyze_replay(replay), times), yardstick, ONE_HOUR_LIMIT)

    def of(slice_s):
        return pushed(recording, meta, replay.setup, slice_s)

    report("push in 60 s chunks", fastest(of(60.0), times), yardstick, ONE_HOUR_LIMIT)
    if live:
        report("push in 1 s chunks", fastest(of(1.0), 2), yardstick, ONE_SECOND_LIMIT)
        packets = fastest(of(0.02), 1)
        report("push in 20 ms packets", packets, yardstick)
        print(f"{'':28} {packets[1] / replay.duration_s:.2%} of a core (at most 2 %)")
    memory = peak_memory_mb(path, meta_path)
    print(f"{'peak memory of the command':28} {memory:7.0f} MB (at most {MEMORY_LIMIT_MB:.0f})")


def report(what, taken, yardstick, limit=None):
    """One line: seconds and their ratio to the yardstick's."""
    wall, processor = taken[0] / yardstick[0], taken[1] / yardstick[1]
    allowed = "" if limit is None else f"  (at most {limit:g})"
    print(f"{what:28} {taken[0]:7.3f} {taken[1]:7.3f}   {wall:.2f} {processor:.2f}{allowed}", flush=True)


if __name__ == "__main__":
    main()
