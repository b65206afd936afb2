"""A plain recording as the batches that the pipeline takes."""

from collections.abc import Iterable, Iterator

import numpy as np

from lumbarwatch.exchange.plain.recording import PlainRecording, PlainSensor
from lumbarwatch.model.samples import NS_PER_S, ImuBatch

SLICE_S = 60.0
"""Length of a slice; results do not depend on it, speed does."""


def slices(
    recording: PlainRecording, cuts_ns: Iterable[int] = (), slice_s: float = SLICE_S
) -> Iterator[tuple[int, list[ImuBatch]]]:
    """Cut a recording by arrival time.

    Parameters
    ----------
    cuts_ns
        Arrival times that must end a slice, so that an event at that time can be pushed after it.
    slice_s
        Longest slice.

    Yields
    ------
    end_ns, batches
        All batches of both sensors that arrived up to ``end_ns``, this included, and after the slice before.
        Slices without samples are left out unless a cut ends them.
    """
    cuts = {cut for cut in cuts_ns if cut < recording.end_ns}
    step_ns = max(1, round(slice_s * NS_PER_S))
    regular = range(recording.start_ns + step_ns, recording.end_ns, step_ns)
    done = dict.fromkeys(recording.sensors, 0)
    for end_ns in sorted(cuts.union(regular, [recording.end_ns])):
        batches: list[ImuBatch] = []
        for place, sensor in recording.sensors.items():
            stop = int(np.searchsorted(sensor.t_arrival_ns, end_ns, side="right"))
            batches += _batches(sensor, done[place], stop)
            done[place] = stop
        if batches or end_ns in cuts:
            yield end_ns, batches


def to_batches(recording: PlainRecording, slice_s: float = SLICE_S) -> Iterator[ImuBatch]:
    """Both sensors' batches, one slice of arrival time after the other."""
    for _, batches in slices(recording, slice_s=slice_s):
        yield from batches


def _batches(sensor: PlainSensor, start: int, stop: int) -> Iterator[ImuBatch]:
    """Samples start to stop, cut where a counter begins anew."""
    if start == stop:
        return
    low, high = np.searchsorted(sensor.starts, [start, stop], side="left")
    inner = [int(edge) for edge in sensor.starts[low:high] if edge > start]
    for first, last in zip([start, *inner], [*inner, stop], strict=True):
        yield _batch(sensor, slice(first, last))


def _batch(sensor: PlainSensor, cut: slice) -> ImuBatch:
    quat = None if sensor.quat_wxyz is None else sensor.quat_wxyz[cut]
    return ImuBatch(
        placement=sensor.placement,
        t_arrival_ns=sensor.t_arrival_ns[cut],
        gyr_radps=sensor.gyr_radps[cut],
        acc_mps2=None if sensor.acc_mps2 is None else sensor.acc_mps2[cut],
        quat_wxyz=None if quat is None or np.isnan(quat[0, 0]) else quat,
        t_device_ns=None if sensor.t_device_ns is None else sensor.t_device_ns[cut],
        seq=None if sensor.seq is None else sensor.seq[cut],
    )
