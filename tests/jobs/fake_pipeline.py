"""A pipeline by script: it notes what is pushed and says what it is told to say."""

import numpy as np

from lumbarwatch.model.events import CalibrationClosed, StepBegun, StepDone
from lumbarwatch.model.motion import PoseBatch
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.model.session import Calibration, CalibrationReason, CalibrationSource, Mounting

SECOND = 1_000_000_000


def mounting(rotation=None):
    values = {"axis_explained": 1.0, "axis_elevation_deg": 0.0, "bow_range_deg": 60.0, "still_sd_deg": 0.1}
    return Mounting(np.eye(3) if rotation is None else rotation, np.zeros(3), **values)


def calibration(**changes):
    values = {
        "source": CalibrationSource.META,
        "valid": True,
        "mountings": dict.fromkeys(Placement, mounting()),
    }
    return Calibration(**(values | changes))


def pose(t_ns):
    n = len(t_ns)
    columns = {name: np.zeros(n) for name in PoseBatch.__slots__}
    columns |= {"t_ns": t_ns, "phase_code": np.zeros(n, np.int64), "valid": np.ones(n, np.bool_)}
    return PoseBatch(**columns)


class FakePipeline:
    """Says the events of ``script`` (arrival ns, event) when samples came so far; poses of the pelvis."""

    def __init__(self, setup, script=()):
        self.setup = setup
        self.script = sorted(script, key=lambda entry: entry[0])
        self.pushed = []

    def push(self, *items):
        self.pushed += items
        events = []
        for item in items:
            if isinstance(item, ImuBatch) and item.placement is Placement.PELVIS:
                events.append(pose(np.unique(item.t_arrival_ns)))
                while self.script and self.script[0][0] <= item.t_arrival_ns[-1]:
                    events.append(self.script.pop(0)[1])
        return events

    def finish(self):
        return [event for _, event in self.script]

    def sensor_quality(self):
        counts = dict.fromkeys(Placement, 0)
        for item in self.pushed:
            if isinstance(item, ImuBatch):
                counts[item.placement] += len(item)
        return {place: SensorQuality(samples=count, doubled=1) for place, count in counts.items()}

    def best_effort_calibration(self):
        return Calibration.none(CalibrationReason.NO_BOWS)

    @property
    def steps(self):
        return [item for item in self.pushed if isinstance(item, StepBegun | StepDone)]


def scripted(script):
    """A maker of fake pipelines that all play one script, and the list of those made."""
    made = []

    def make(setup):
        made.append(FakePipeline(setup, script))
        return made[-1]

    return make, made


def closed(t_s, **changes):
    return CalibrationClosed(round(t_s * SECOND), calibration(**changes))
