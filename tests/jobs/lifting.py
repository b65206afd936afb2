"""A simulated hip-thrust session in a data folder, as the hub leaves it, and what it said live."""

import functools
from itertools import pairwise

import numpy as np

from lumbarwatch.core.findings import Findings
from lumbarwatch.core.pipeline import PIPELINE_VERSION, Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.hub.archive import Archive, FinishedVisit
from lumbarwatch.hub.intake import Intake
from lumbarwatch.jobs.samples import decode_recording
from lumbarwatch.model.events import BarLoad, SessionEnd, StepBegun, StepDone, Symptom, SymptomKind
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Athlete, CalibrationSource, Session
from lumbarwatch.sensors import catalogue
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.store.codec import to_json
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.recording import Recorder, RecordingHeader
from lumbarwatch.wire import lm1

DESCRIPTION = {"rate_hz": 100.0, "acc_scale_mps2": 0.0024, "gyr_scale_radps": 0.0006}
ANNA = Athlete(id="01980000-0000-7000-8000-00000000a77a", name="Anna", mass_kg=75.0, stature_m=1.75)
SCENARIO = "touch_and_go"
BATCH = 8
DAY_NS = 86_400 * NS_PER_S
T0_UTC_NS = 1_790_000_000 * NS_PER_S


@functools.cache
def arrivals():
    """Packets, buttons and loads of the session, in the order in which they reach the hub."""
    session = simulate_session(SCENARIO, "good", 1)
    found = []
    for place, rows in session.received.items():
        acc = rows.acc_mps2 / DESCRIPTION["acc_scale_mps2"]
        gyr = rows.gyr_radps / DESCRIPTION["gyr_scale_radps"]
        counts = np.rint(np.concatenate([acc, gyr], axis=1)).astype(np.int16)
        steps = np.diff(rows.seq)
        edges = [0, *(np.flatnonzero(steps != 1) + 1), len(counts)]
        for begin, end in pairwise(edges):
            for first in range(begin, end, BATCH):
                part = slice(first, min(first + BATCH, end))
                t_ns = round(float(rows.t_arrival_s[part][-1]) * NS_PER_S)
                t_us = round(float(rows.t_device_s[first]) * 1e6) % 2**32
                packet = lm1.DataPacket(lm1.Kind.MOTION, int(rows.seq[first]) % 65536, t_us, counts[part])
                found.append(RawNotification(place, t_ns, t_ns + T0_UTC_NS, lm1.DATA, bytes(packet)))
    for step, windows in session.performance.windows.items():
        for begin_s, end_s in windows:
            begin, end = round(begin_s * NS_PER_S), round(end_s * NS_PER_S)
            found += [StepBegun(begin, step), StepDone(end, step, begin, end)]
    for planned in session.performance.sets:
        found.append(BarLoad(round(planned.start_s * NS_PER_S), bar_kg=100.0))
    last_ns = max(getattr(item, "t_arrival_ns", 0) for item in found)
    found += [
        BarLoad(last_ns - 2, bar_kg=100.0, rpe=7.5),
        Symptom(last_ns - 1, SymptomKind.STIFF),
        SessionEnd(last_ns),
    ]
    return sorted(found, key=lambda item: getattr(item, "t_arrival_ns", None) or item.t_ns)


def live_session(data, *, athlete=ANNA, started_at_utc_ns=T0_UTC_NS, chunk=7):
    """Record, analyse and save a session as the hub does; return its id and what was found live."""
    folder = DataFolder(data).create()
    decoders = {place: catalogue.decoder("lm1", DESCRIPTION | {"serial": place.value}) for place in Placement}
    setup = PipelineSetup(
        sensors={place: decoder.info for place, decoder in decoders.items()},
        athlete=athlete,
        calibration_source=CalibrationSource.GUIDED,
    )
    session = Session(new_id(), athlete.id, started_at_utc_ns)
    header = RecordingHeader(
        session_id=session.id,
        athlete_id=athlete.id,
        started_at_utc_ns=started_at_utc_ns,
        started_at_monotonic_ns=0,
        pipeline_version=PIPELINE_VERSION,
        sensors={place: {"family": "lm1", **DESCRIPTION, "serial": place.value} for place in Placement},
        setup=to_json(setup),
    )
    recorder = Recorder.open(folder, header)
    intake = Intake(recorder, {place: one.decode for place, one in decoders.items()}, Pipeline(setup))
    findings, items = Findings(), arrivals()
    for first in range(0, len(items), chunk):
        findings.take(intake.take(items[first : first + chunk]))
    findings.take(intake.finish())
    controls = tuple(item for item in items if not isinstance(item, RawNotification))
    analysis = findings.analysis(PIPELINE_VERSION, controls[-1].t_ns / NS_PER_S)
    with Archive.open(folder, decode_recording) as archive:
        visit = FinishedVisit(session, athlete, header, recorder.close(), analysis, controls)
        assert not archive.save(visit).problem
    return session.id, analysis
