"""When a table must be gone through twice: its calibration came too late for what was lifted before.

Someone may import a recording that begins with a set, or name META windows that lie after one. The pipeline
is causal and cannot use a zero before it is known; a second pass through the same pipeline starts with it.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from lumbarwatch.core.findings import Findings
from lumbarwatch.core.geometry import pitch_deg
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.core.supine import standing_mountings
from lumbarwatch.jobs.replay import Chunk, Item, Replay
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.events import CalibrationClosed, StepBegun, StepDone
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, Placement
from lumbarwatch.model.session import Calibration, CalibrationStep

LYING_PITCH_DEG = (45.0, 135.0)
"""Pelvis pitch of a hip thrust from the bottom to beyond lockout (definitions 1)."""

LYING_S = 2.0
"""Time in that range from which a lift may have been missed (convention; bows go the other way)."""


def late_calibration(replay: Replay, findings: Findings) -> Calibration | None:
    """Return the calibration with which a second pass must start, None if the first one missed nothing."""
    valid = [event for event in findings.calibrations if event.calibration.valid]
    if replay.as_lived or not valid:
        return None
    first = valid[0]
    same = [event for event in valid if _same_zero(event.calibration, first.calibration)]
    if _gained_after_a_rep(same[-1], findings) or _lay_before(replay, first):
        return same[-1].calibration
    return None


def second_pass(replay: Replay, preset: Calibration) -> Replay:
    """Return the replay that starts with a calibration; steps that would make a new zero are left out."""
    setup: PipelineSetup = replace(replay.setup, preset=preset)

    def chunks() -> Iterator[Chunk]:
        for chunk in replay.chunks():
            yield Chunk(chunk.share, tuple(item for item in chunk.items if not _makes_zero(item)))

    return replace(replay, setup=setup, chunks=chunks)


def _makes_zero(item: Item) -> bool:
    is_step = isinstance(item, StepBegun | StepDone)
    return is_step and item.step is not CalibrationStep.REFERENCE_THRUSTS


def _same_zero(one: Calibration, other: Calibration) -> bool:
    """Whether two rest on the same standing; a supine zero is found on top of one."""
    if one.mountings.keys() != other.mountings.keys():
        return False
    pair = ((one.mountings[place], other.mountings[place]) for place in one.mountings)
    if one.supine is None and other.supine is None:
        return all(np.array_equal(a.segment_from_sensor, b.segment_from_sensor) for a, b in pair)
    standing = standing_mountings(one), standing_mountings(other)
    return all(
        np.allclose(standing[0][place].segment_from_sensor, standing[1][place].segment_from_sensor)
        for place in one.mountings
    )


def _gained_after_a_rep(last: CalibrationClosed, findings: Findings) -> bool:
    """Whether a range or a reference became known only after reps had been judged without it."""
    return any(rep.t_end_ns < last.t_ns for rep in findings.reps.values())


def _lay_before(replay: Replay, closed: CalibrationClosed) -> bool:
    """Whether the pelvis was in a lift's posture before the calibration closed."""
    mounting = closed.calibration.mountings.get(Placement.PELVIS)
    if mounting is None:
        return False
    lying_ns = 0
    for batch in _pelvis_before(replay, closed.t_ns):
        up = np.einsum("ij,nj->ni", mounting.segment_from_sensor, _up(batch))
        pitch = pitch_deg(up)
        lying = (pitch > LYING_PITCH_DEG[0]) & (pitch < LYING_PITCH_DEG[1])
        lying_ns += int(np.diff(batch.t_arrival_ns, prepend=batch.t_arrival_ns[0])[lying].sum())
    return lying_ns > LYING_S * NS_PER_S


def _pelvis_before(replay: Replay, t_ns: int) -> Iterator[ImuBatch]:
    for chunk in replay.chunks():
        batches = [item for item in chunk.items if isinstance(item, ImuBatch)]
        for batch in batches:
            if batch.placement is Placement.PELVIS:
                count = int(np.searchsorted(batch.t_arrival_ns, t_ns))
                if count:
                    yield batch.part(0, count)
        if batches and min(int(batch.t_arrival_ns[-1]) for batch in batches) > t_ns:
            return


def _up(batch: ImuBatch) -> Floats:
    """Roughly world up in the sensor's frame: direction of the specific force, else from the quaternion."""
    if batch.acc_mps2 is not None:
        return batch.acc_mps2
    assert batch.quat_wxyz is not None
    w, x, y, z = batch.quat_wxyz.T
    return np.stack([2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)], axis=1)
