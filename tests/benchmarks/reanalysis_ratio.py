"""How much faster two processes analyse an archive again than one.

    python tests/benchmarks/reanalysis_ratio.py [--sessions 50] [--minutes 60] [--rate-hz 100] [--data DIR]

Makes an archive of recordings (one simulated lift, said over and over until the session is long enough, with
fresh counters), analyses it again with one process and with two, and prints times and their ratio: at least
1.7 is wanted on two idle cores. Exit code 1 below. With ``--data`` the archive is kept and used again.
"""

import argparse
import json
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).parents[1]))

from lumbarwatch.core.pipeline import PIPELINE_VERSION
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.jobs.reanalyze import reanalyze
from lumbarwatch.jobs.restore import restore
from lumbarwatch.model.events import SessionEnd, StepBegun, StepDone
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Athlete, CalibrationSource
from lumbarwatch.sensors import catalogue
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.store.codec import to_json
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.recording import Recorder, RecordingHeader, compact
from lumbarwatch.wire import lm1

WANTED = 1.7
BATCH = 8
T0_UTC_NS = 1_790_000_000 * NS_PER_S


def packets(session, description, minutes):
    """The session's packets, its sets repeated until it is long enough, and the calibration's steps."""
    found = []
    length_s = session.duration_s
    first_set_s = min(one.start_s for one in session.performance.sets) - 5.0
    for place, rows in session.received.items():
        acc = rows.acc_mps2 / description["acc_scale_mps2"]
        gyr = rows.gyr_radps / description["gyr_scale_radps"]
        counts = np.rint(np.concatenate([acc, gyr], axis=1)).astype(np.int16)
        in_sets = rows.t_device_s - rows.t_device_s[0] >= first_set_s
        shift_s, shift_n, part = 0.0, 0, np.arange(len(counts))
        while shift_s < 60.0 * minutes:
            t_device_s, seq = rows.t_device_s[part] + shift_s, rows.seq[part] + shift_n
            arrival_s, values = rows.t_arrival_s[part] + shift_s, counts[part]
            edges = [0, *(np.flatnonzero(np.diff(seq) != 1) + 1), len(seq)]
            for begin, end in pairwise(edges):
                for at in range(begin, end, BATCH):
                    cut = slice(at, min(at + BATCH, end))
                    t_ns = round(float(arrival_s[cut][-1]) * NS_PER_S)
                    t_us = round(float(t_device_s[at]) * 1e6) % 2**32
                    packet = lm1.DataPacket(lm1.Kind.MOTION, int(seq[at]) % 65536, t_us, values[cut])
                    found.append(RawNotification(place, t_ns, t_ns + T0_UTC_NS, lm1.DATA, bytes(packet)))
            part = np.flatnonzero(in_sets)
            shift_s += length_s - first_set_s
            shift_n += round((length_s - first_set_s) * session.rate_hz)
    for step, windows in session.performance.windows.items():
        for begin_s, end_s in windows:
            begin, end = round(begin_s * NS_PER_S), round(end_s * NS_PER_S)
            found += [StepBegun(begin, step), StepDone(end, step, begin, end)]
    found.append(SessionEnd(max(getattr(item, "t_arrival_ns", 0) for item in found)))
    return sorted(found, key=lambda item: getattr(item, "t_arrival_ns", None) or item.t_ns)


def make_archive(data, sessions, minutes, rate_hz):
    """Write the recordings and their rows."""
    folder = DataFolder(data).create()
    described = {"rate_hz": rate_hz, "acc_scale_mps2": 0.0024, "gyr_scale_radps": 0.0006}
    decoders = {place: catalogue.decoder("lm1", described | {"serial": place.value}) for place in Placement}
    setup = PipelineSetup(
        sensors={place: decoder.info for place, decoder in decoders.items()},
        athlete=Athlete(mass_kg=75.0, stature_m=1.75),
        calibration_source=CalibrationSource.GUIDED,
    )
    items = packets(simulate_session("touch_and_go", "good", 1, rate_hz=rate_hz), described, minutes)
    for number in range(sessions):
        header = RecordingHeader(
            session_id=new_id(),
            athlete_id="",
            started_at_utc_ns=T0_UTC_NS + number * 86_400 * NS_PER_S,
            started_at_monotonic_ns=0,
            pipeline_version=PIPELINE_VERSION,
            sensors={place: {"family": "lm1", **described, "serial": place.value} for place in Placement},
            setup=to_json(setup),
        )
        recorder = Recorder.open(folder, header)
        for item in items:
            put = recorder.notification if isinstance(item, RawNotification) else recorder.control
            put(item)
        compact(recorder.close(), folder.recordings)
        print(f"\rrecorded {number + 1} of {sessions}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    restore(data)


def timed(data, processes):
    """Seconds to analyse all again, and how many."""
    begun = time.perf_counter()
    result = reanalyze(data, again=True, jobs=processes)
    if result.failed:
        raise SystemExit(f"failed: {result.failed[0]}")
    return time.perf_counter() - begun, result.done


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--sessions", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate-hz", type=float, default=100.0)
    parser.add_argument("--data", type=Path, help="make the archive here, or use the one that is there")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = args.data or Path(temporary) / "data"
        if not (data / "history.db").exists():
            make_archive(data, args.sessions, args.minutes, args.rate_hz)
        seconds = {processes: timed(data, processes) for processes in (1, 2)}
    (one_s, done), (two_s, _) = seconds[1], seconds[2]
    ratio = one_s / two_s
    figures = {"sessions": done, "one_process_s": one_s, "two_processes_s": two_s, "ratio": ratio}
    print(json.dumps({name: round(value, 2) for name, value in figures.items()}))
    raise SystemExit(0 if ratio >= WANTED else 1)


if __name__ == "__main__":
    main()
