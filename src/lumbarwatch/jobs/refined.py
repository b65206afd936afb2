"""A recording analysed with hindsight: the non-causal pass, beside the causal result and labelled."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from lumbarwatch.core.refined import GatheringPipeline, RefinedPipeline
from lumbarwatch.jobs.analyze import Progress, analyze_replay, read_replay
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.jobs.sensor_calibration import with_sensor_calibration
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.samples import OrientationSource

NOTICE: Final = (
    "Refined: each sensor's vertical is smoothed with what came after (not causal), {share:.0f} % of the "
    "samples; "
    "live feedback and the history's own results are causal and may differ."
)


def analyze_file(
    recording_path: Path,
    meta_path: Path | None = None,
    *,
    orientation: OrientationSource | None = None,
    sensor_calibration: Path | None = None,
    progress: Progress | None = None,
) -> Analysis:
    """Analyse a recording with hindsight; see :func:`lumbarwatch.jobs.analyze.analyze`."""
    replay = read_replay(recording_path, meta_path, orientation, progress)
    if sensor_calibration is not None:
        replay = with_sensor_calibration(replay, sensor_calibration)
    return analyze_refined(replay, progress)


def _silent(_doing: str, _share: float) -> None:
    """Tell nobody."""


def analyze_refined(replay: Replay, progress: Progress | None = None) -> Analysis:
    """Analyse a recording non-causally: offline VQF over each whole piece, then the same pipeline.

    Raises
    ------
    InputError
        The recording can't be used.
    """
    tell = progress or _silent
    gathering = GatheringPipeline(replay.setup)
    for chunk in replay.chunks():
        gathering.push(*chunk.items)
        tell("smoothing", chunk.share)
    gathering.finish()
    smoothed = gathering.smoothed()
    shares = [stream.share for stream in smoothed.values()]
    analysis = analyze_replay(replay, tell, partial(RefinedPipeline, smoothed=smoothed))
    notice = NOTICE.format(share=100.0 * (sum(shares) / len(shares) if shares else 0.0))
    return replace(analysis, refined=True, notices=(*analysis.notices, notice))
