"""A simulated session as the pipeline's input."""

from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.model.events import ControlEvent, Event, LinkEvent, StepBegun, StepDone
from lumbarwatch.model.samples import ImuBatch, Placement, SensorInfo
from lumbarwatch.model.session import CalibrationSource
from lumbarwatch.simulate.session import SimulatedSession

LONGEST_STEP_NS = 100_000_000
"""What arrives later than this after the sample before it is another packet."""

Item = ImuBatch | ControlEvent | LinkEvent


def streams(session: SimulatedSession, *, quaternions: bool = False) -> dict[Placement, list[ImuBatch]]:
    """Each sensor's rows as few batches as its clock and counter allow, in order of arrival."""
    found: dict[Placement, list[ImuBatch]] = {}
    for place, rows in session.received.items():
        arrival, device = (np.round(t * 1e9).astype(np.int64) for t in (rows.t_arrival_s, rows.t_device_s))
        back = (np.diff(arrival) < 0) | (np.diff(device) <= 0) | (np.diff(rows.seq) <= 0)
        edges = [0, *(np.flatnonzero(back) + 1), len(arrival)]
        found[place] = [
            ImuBatch(
                placement=place,
                t_arrival_ns=arrival[a:b],
                gyr_radps=rows.gyr_radps[a:b],
                acc_mps2=rows.acc_mps2[a:b],
                quat_wxyz=rows.quat_wxyz[a:b] if quaternions else None,
                t_device_ns=device[a:b],
                seq=rows.seq[a:b],
            )
            for a, b in pairwise(edges)
        ]
    return found


def steps(session: SimulatedSession) -> list[StepBegun | StepDone]:
    """The guided calibration as control events."""
    found: list[StepBegun | StepDone] = []
    for step, windows in session.performance.windows.items():
        for start_s, end_s in windows:
            start, end = round(start_s * 1e9), round(end_s * 1e9)
            found += [StepBegun(start, step), StepDone(end, step, start, end, CalibrationSource.META)]
    return sorted(found, key=lambda event: event.t_ns)


def cut(batches: Iterable[ImuBatch], sizes: Iterable[int]) -> list[ImuBatch]:
    """Batches in pieces of these sizes, over and over; no piece holds samples back over a gap."""
    pieces, all_sizes, k = [], list(sizes), 0
    for batch in batches:
        gaps = np.flatnonzero(np.diff(batch.t_arrival_ns) > LONGEST_STEP_NS) + 1
        at = 0
        while at < len(batch):
            end = min(len(batch), at + all_sizes[k % len(all_sizes)])
            end = min([end, *gaps[gaps > at]])
            pieces.append(batch.part(at, end))
            at, k = end, k + 1
    return pieces


def pipeline_of(session: SimulatedSession, source: CalibrationSource = CalibrationSource.META) -> Pipeline:
    """A pipeline set up for the session's sensors."""
    info = SensorInfo(nominal_rate_hz=session.rate_hz, seq_modulo=session.seq_modulo)
    return Pipeline(PipelineSetup(sensors=dict.fromkeys(Placement, info), calibration_source=source))


def run(pipeline: Pipeline, items: Iterable[Item]) -> list[Event]:
    """Everything that items bring about, pushed one by one."""
    events: list[Event] = []
    for item in items:
        events += pipeline.push(item)
    return events + pipeline.finish()
