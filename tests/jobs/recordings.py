"""A session recorded by the hub's own door from LM-1 packets, and what it said live."""

from itertools import chain

import numpy as np

from exchange.tables import columns, part
from lumbarwatch.core.pipeline import PIPELINE_VERSION, Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.hub.intake import Intake
from lumbarwatch.model.events import BarLoad, LinkEvent, LinkState, SessionEnd, StepBegun, StepDone
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationSource, CalibrationStep
from lumbarwatch.sensors import catalogue
from lumbarwatch.store.codec import to_json
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.recording import Recorder, RecordingHeader
from lumbarwatch.wire import lm1

SECOND = 1_000_000_000
DESCRIPTION = {"rate_hz": 100.0, "acc_scale_mps2": 0.0024, "gyr_scale_radps": 0.0006, "serial": "A1"}
GARBAGE = b"\xff\x00\x01"
BATCH = 2


def packets(placement, seconds=20.0):
    """LM-1 data packets of one sensor, one of them lost, one garbage."""
    mine = columns(seconds)
    mine = part(mine, mine["sensor"] == placement.value)
    acc = np.stack([mine[name] for name in ("ax", "ay", "az")], axis=1) / DESCRIPTION["acc_scale_mps2"]
    gyr = np.stack([mine[name] for name in ("gx", "gy", "gz")], axis=1) / DESCRIPTION["gyr_scale_radps"]
    counts = np.rint(np.concatenate([acc, gyr], axis=1)).astype(np.int16)
    for first in range(0, len(counts), BATCH):
        rows = slice(first, first + BATCH)
        t_ns = round(float(mine["t_arrival_s"][rows][-1]) * 1e9)
        packet = lm1.DataPacket(lm1.Kind.MOTION, first % 65536, round(first * 1e4), counts[rows])
        payload = GARBAGE if first == 600 else bytes(packet)
        if first != 900:
            yield RawNotification(placement, t_ns, t_ns + 10**18, lm1.DATA, payload)


def beacons(placement, seconds=20.0):
    """Once a second the sensor's clock alone, sooner with the host than any sample taken then."""
    for k in range(1, round(seconds)):
        t_ns = 100 * SECOND + k * SECOND + 500_000
        payload = bytes(lm1.ClockBeacon(k, k * 1_000_000))
        yield RawNotification(placement, t_ns, t_ns + 10**18, lm1.CLOCK, payload)


def events():
    """Buttons and links between the packets."""
    stand, hinge = CalibrationStep.STAND, CalibrationStep.HINGE
    return [
        LinkEvent(round(100.1 * SECOND), Placement.PELVIS, LinkState.STREAMING),
        StepBegun(round(100.5 * SECOND), stand),
        StepDone(round(105.5 * SECOND), stand, round(100.5 * SECOND), round(105.5 * SECOND)),
        StepBegun(round(105.6 * SECOND), hinge),
        StepDone(round(115.6 * SECOND), hinge, round(105.6 * SECOND), round(115.6 * SECOND)),
        BarLoad(round(117 * SECOND), 60.0),
        SessionEnd(121 * SECOND),
    ]


def arrivals(seconds=20.0):
    """Everything that reaches the hub, in the order in which it does."""
    told = (source(place, seconds) for place in Placement for source in (packets, beacons))
    everything = [*chain.from_iterable(told), *events()]
    return sorted(everything, key=lambda item: getattr(item, "t_arrival_ns", None) or item.t_ns)


def header(setup):
    return RecordingHeader(
        session_id=new_id(),
        athlete_id=new_id(),
        started_at_utc_ns=10**18,
        started_at_monotonic_ns=100 * SECOND,
        pipeline_version=PIPELINE_VERSION,
        sensors={place: {"family": "lm1", **DESCRIPTION} for place in Placement},
        setup=to_json(setup),
    )


def lived(folder):
    """Record a session as the hub does; return the file and the events it gave live."""
    decoders = {place: catalogue.decoder("lm1", DESCRIPTION) for place in Placement}
    setup = PipelineSetup(
        sensors={place: decoder.info for place, decoder in decoders.items()},
        calibration_source=CalibrationSource.GUIDED,
    )
    recorder = Recorder.open(DataFolder(folder / "data").create(), header(setup))
    decode = {place: decoder.read for place, decoder in decoders.items()}
    intake = Intake(recorder, decode, Pipeline(setup))
    said = []
    for item in arrivals():
        said += intake.take([item])
    said += intake.finish()
    assert intake.analysing
    return recorder.close(), said
