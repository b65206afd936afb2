"""A plain table (design 10) for the pipeline."""

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.meta import Meta, read_meta
from lumbarwatch.exchange.plain import PlainRecording, PlainSensor, read_plain, slices
from lumbarwatch.exchange.plain.batches import SLICE_S
from lumbarwatch.exchange.source import RecordingFormat, recording_format
from lumbarwatch.jobs.replay import Chunk, Replay
from lumbarwatch.jobs.replay_samples import holds_samples, read_samples_as_table
from lumbarwatch.model.samples import NS_PER_S, OrientationSource, SensorInfo


def replay_table(
    path: Path,
    meta_path: Path | None = None,
    orientation: OrientationSource = OrientationSource.RAW,
    progress: Callable[[float], None] | None = None,
) -> Replay:
    """Read a plain table (or our own Parquet of decoded samples) and its META.

    Raises
    ------
    InputError
        Either file cannot be used.
    """
    meta = Meta() if meta_path is None else read_meta(meta_path)
    recording = read_samples_as_table(path) if _ours(path) else read_plain(path, progress)
    if orientation is OrientationSource.SENSOR:
        _check_quaternions(recording)
    setup = PipelineSetup(
        sensors=MappingProxyType({place: _info(sensor, meta) for place, sensor in recording.sensors.items()}),
        athlete=meta.athlete,
        calibration_source=meta.calibration_source,
        orientation=orientation,
    )
    notices = [notice.sentence for notice in recording.notices]
    return Replay(
        setup=setup,
        chunks=functools.partial(chunks, recording, meta),
        duration_s=(recording.end_ns - recording.start_ns) / NS_PER_S,
        as_lived=False,
        counts={place: sensor.counts for place, sensor in recording.sensors.items()},
        notices=(*notices, *meta.notices, *_misplaced(recording, meta)),
        controls=meta.events,
    )


def _ours(path: Path) -> bool:
    return recording_format(path) is RecordingFormat.PARQUET and holds_samples(path)


def _check_quaternions(recording: PlainRecording) -> None:
    for place, sensor in recording.sensors.items():
        if sensor.quat_wxyz is None:
            raise InputError(
                InputReason.COLUMNS_MISSING,
                f"{recording.path}: sensor {place} has no quaternions (qw, qx, qy, qz); "
                "leave --orientation sensor out.",
            )


def _info(sensor: PlainSensor, meta: Meta) -> SensorInfo:
    """What META says of a sensor, completed by what its samples show."""
    given = meta.sensors.get(sensor.placement)
    info = given or SensorInfo(nominal_rate_hz=sensor.rate_hz)
    return replace(
        info,
        seq_modulo=info.seq_modulo or sensor.seq_modulo,
        clock_modulo_ns=info.clock_modulo_ns or sensor.clock_modulo_ns,
    )


def chunks(recording: PlainRecording, meta: Meta, slice_s: float = SLICE_S) -> Iterator[Chunk]:
    """Samples and META's events in order; an event comes after the samples that arrived up to its time."""
    waiting = list(meta.events)
    span_ns = max(1, recording.end_ns - recording.start_ns)
    for end_ns, batches in slices(recording, (event.t_ns for event in meta.events), slice_s):
        due = [event for event in waiting if event.t_ns <= end_ns]
        waiting = waiting[len(due) :]
        yield Chunk((end_ns - recording.start_ns) / span_ns, (*batches, *due))
    if waiting:
        yield Chunk(1.0, tuple(waiting))


def _misplaced(recording: PlainRecording, meta: Meta) -> list[str]:
    late = [event for event in meta.events if not recording.start_ns <= event.t_ns <= recording.end_ns]
    if not late:
        return []
    first, last = recording.start_ns / NS_PER_S, recording.end_ns / NS_PER_S
    return [
        f"META: {len(late)} times lie outside the recording ({first:.1f} to {last:.1f} s of t_arrival_s); "
        "are they host times?"
    ]
