"""The findings of a recording, put together as an analysis."""

from collections.abc import Mapping
from dataclasses import replace

from lumbarwatch.core.findings import Findings
from lumbarwatch.exchange.plain.recording import RowCounts
from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration


def as_analysis(
    findings: Findings,
    *,
    pipeline_version: str,
    duration_s: float,
    quality: Mapping[Placement, SensorQuality],
    counts: Mapping[Placement, RowCounts],
    preset: Calibration | None = None,
    notices: tuple[str, ...] = (),
) -> Analysis:
    """Put the findings of a recording together."""
    return replace(
        findings.analysis(pipeline_version, duration_s, preset),
        sensors={place: _with_counts(one, counts.get(place)) for place, one in quality.items()},
        notices=notices,
    )


def _with_counts(quality: SensorQuality, counts: RowCounts | None) -> SensorQuality:
    """Add what the reader of the file left out before the pipeline saw it."""
    if counts is None:
        return quality
    return replace(quality, doubled=quality.doubled + counts.doubled, late=quality.late + counts.late)
