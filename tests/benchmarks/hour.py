"""An hour of two sensors at 100 Hz on disk: compaction, samples as Parquet, reading them back.

    PYTHONPATH=tests uv run python -m benchmarks.hour [--minutes 60]

A simulated session (good sensors) becomes LM-1 packets of two samples, is recorded as the hub does it, and
finished. The fastest of several runs counts; the exit code is 1 when a target is missed.
"""

import argparse
import sys
import tempfile
import time
from itertools import chain
from pathlib import Path

import numpy as np

from lumbarwatch.jobs.samples import decode_recording
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.store.compaction import compact
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.recording import Recorder, RecordingHeader
from lumbarwatch.store.samples import read_samples
from lumbarwatch.wire import lm1

DESCRIPTION = {"rate_hz": 100.0, "acc_scale_mps2": 0.0024, "gyr_scale_radps": 0.0006, "serial": "A1"}
TARGETS = {"compaction s": 5.0, "Parquet MB": 10.0, "reading ms": 150.0}


def packets(placement, received):
    """Two samples each, as whole numbers of the sensor's scales."""
    acc = received.acc_mps2 / DESCRIPTION["acc_scale_mps2"]
    gyr = received.gyr_radps / DESCRIPTION["gyr_scale_radps"]
    counts = np.clip(np.rint(np.concatenate([acc, gyr], axis=1)), -(2**15), 2**15 - 1).astype(np.int16)
    device_us = np.rint(np.asarray(received.t_device_s) * 1e6).astype(np.int64)
    arrival_ns = np.rint(np.asarray(received.t_arrival_s) * 1e9).astype(np.int64)
    for first in range(0, len(counts) - 1, 2):
        packet = lm1.DataPacket(
            lm1.Kind.MOTION, first % 65536, int(device_us[first]) % 2**32, counts[first : first + 2]
        )
        t_ns = int(arrival_ns[first + 1])
        yield RawNotification(placement, t_ns, t_ns + 10**18, lm1.DATA, bytes(packet))


def record(folder, minutes):
    """Write the session as it would have come live; return the live file."""
    session = simulate_session("session", "good", 1, minutes=minutes)
    told = [packets(place, received) for place, received in session.received.items()]
    arrivals = sorted(chain.from_iterable(told), key=lambda one: one.t_arrival_ns)
    about = RecordingHeader(
        session_id=new_id(),
        athlete_id=new_id(),
        started_at_utc_ns=10**18,
        started_at_monotonic_ns=arrivals[0].t_arrival_ns,
        sensors={place: {"family": "lm1", **DESCRIPTION} for place in Placement},
    )
    recorder = Recorder.open(folder, about)
    for one in arrivals:
        recorder.notification(one)
    return recorder.close()


def fastest_s(work, times):
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def processor_s(work):
    """Time on a processor, which others on the same machine hardly lengthen."""
    began = time.process_time()
    work()
    return time.process_time() - began


def measure(minutes, times):
    """Return each figure by its name."""
    with tempfile.TemporaryDirectory() as name:
        folder = DataFolder(Path(name) / "data").create()
        live = record(folder, minutes)
        target = folder.recordings / live.name
        samples = folder.samples(live.stem)

        def finish():
            target.unlink(missing_ok=True)
            compact(live, keep_live=True)

        figures = {"live MB": live.stat().st_size / 1e6, "compaction s": fastest_s(finish, times)}
        figures["of a processor s"] = processor_s(finish)
        figures["MCAP MB"] = target.stat().st_size / 1e6
        figures["decoding and Parquet s"] = fastest_s(lambda: decode_recording(target, samples), times)
        figures["of a processor too s"] = processor_s(lambda: decode_recording(target, samples))
        figures["Parquet MB"] = samples.stat().st_size / 1e6
        figures["reading ms"] = 1e3 * fastest_s(lambda: read_samples(samples), 2 * times)
        figures["samples"] = sum(
            len(batch) for batches in read_samples(samples).batches.values() for batch in batches
        )
    return figures


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    figures = measure(options.minutes, options.times)
    for name, value in figures.items():
        aim = TARGETS.get(name)
        print(f"{name:24} {value:10.2f}{'' if aim is None else f'  (under {aim:g})'}")
    sys.exit(0 if all(figures[name] < aim for name, aim in TARGETS.items()) else 1)


if __name__ == "__main__":
    main()
