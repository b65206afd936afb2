"""A recording becomes reps, angles and warnings: the live pipeline, fed from a file."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from lumbarwatch.core.findings import Findings
from lumbarwatch.core.pipeline import PIPELINE_VERSION, Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.source import RecordingFormat, recording_format
from lumbarwatch.jobs.findings import as_analysis
from lumbarwatch.jobs.replay import Item, Replay
from lumbarwatch.jobs.replay_recording import replay_recording
from lumbarwatch.jobs.replay_table import replay_table
from lumbarwatch.jobs.second_pass import late_calibration, second_pass
from lumbarwatch.jobs.sensor_calibration import with_sensor_calibration
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.events import Event
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import OrientationSource, Placement
from lumbarwatch.model.session import Calibration

Progress = Callable[[str, float], None]
"""Told what is being done and the share of it that is done, 0 to 1."""


class PipelineLike(Protocol):
    """What the analysis needs of :class:`lumbarwatch.core.pipeline.Pipeline`."""

    def push(self, *items: Item) -> list[Event]:
        """Take items that arrived together."""
        ...

    def finish(self) -> list[Event]:
        """End of the stream."""
        ...

    def sensor_quality(self) -> Mapping[Placement, SensorQuality]:
        """Figures of each sensor."""
        ...

    def best_effort_calibration(self) -> Calibration:
        """Axes for drawing where no calibration was found; never valid."""
        ...


def analyze(
    recording_path: Path,
    meta_path: Path | None = None,
    *,
    orientation: OrientationSource | None = None,
    sensor_calibration: Path | None = None,
    progress: Progress | None = None,
    make_pipeline: Callable[[PipelineSetup], PipelineLike] = Pipeline,
) -> Analysis:
    """Analyse a recording: an MCAP file of ours or a plain table (design 10).

    Parameters
    ----------
    recording_path
        ``.mcap``, ``.csv``, ``.csv.gz`` or ``.parquet``; the content decides.
    meta_path
        META.json of a plain table.
    orientation
        Which orientation counts; None: raw data, or what the live session used.
    sensor_calibration
        Accelerometer calibrations as ``calibrate-sensor`` writes them.
    progress
        Called with what is being done and its share.

    Raises
    ------
    InputError
        A file cannot be used; one sentence says why.
    """
    tell = progress or _silent
    replay = read_replay(recording_path, meta_path, orientation, tell)
    if sensor_calibration is not None:
        replay = with_sensor_calibration(replay, sensor_calibration)
    return analyze_replay(replay, tell, make_pipeline)


def read_replay(
    recording_path: Path,
    meta_path: Path | None = None,
    orientation: OrientationSource | None = None,
    progress: Progress | None = None,
) -> Replay:
    """Read a recording of any format, ready for :func:`analyze_replay`."""
    tell = progress or _silent
    if recording_format(recording_path) is not RecordingFormat.MCAP:
        return replay_table(
            recording_path,
            meta_path,
            orientation or OrientationSource.RAW,
            lambda share: tell("reading", share),
        )
    if meta_path is not None:
        raise InputError(
            InputReason.BAD_META,
            f"{recording_path} carries its own calibration and limits; leave --meta out.",
        )
    tell("reading", 0.0)
    return replay_recording(recording_path, orientation)


def analyze_replay(
    replay: Replay,
    progress: Progress | None = None,
    make_pipeline: Callable[[PipelineSetup], PipelineLike] = Pipeline,
) -> Analysis:
    """Push a whole recording through the pipeline; once more if its calibration came late or not at all."""
    tell = progress or _silent
    pipeline = make_pipeline(replay.setup)
    findings = _run(pipeline, replay, "analysing", tell)
    preset = late_calibration(replay, findings)
    if not replay.as_lived and not findings.calibration(preset).valid:
        preset = pipeline.best_effort_calibration()  # angles to look at, which grade no one
    if preset is not None and preset.mountings:
        replay = second_pass(replay, preset)
        pipeline = make_pipeline(replay.setup)
        findings = _run(pipeline, replay, "analysing again with the calibration", tell)
    return as_analysis(
        findings,
        pipeline_version=PIPELINE_VERSION,
        duration_s=replay.duration_s,
        quality=pipeline.sensor_quality(),
        counts=replay.counts,
        preset=replay.setup.preset,
        notices=replay.notices,
    )


def _run(pipeline: PipelineLike, replay: Replay, doing: str, tell: Progress) -> Findings:
    findings = Findings()
    tell(doing, 0.0)
    for chunk in replay.chunks():
        findings.take(pipeline.push(*chunk.items))
        tell(doing, chunk.share)
    findings.take(pipeline.finish())
    return findings


def _silent(_doing: str, _share: float) -> None:
    """Tell nobody."""
