"""The files of an analysis: all written, or none."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from lumbarwatch.exchange.analysis import write_json, write_series
from lumbarwatch.exchange.files import check_outputs, replacing
from lumbarwatch.exchange.plot import write_plot
from lumbarwatch.model.analysis import Analysis


def check_analysis_outputs(
    json: Path | None, series: Path | None, plot: Path | None, inputs: tuple[Path, ...]
) -> None:
    """Refuse outputs that cannot be written, before any work.

    Raises
    ------
    InputError
        With reason BAD_OUTPUT.
    """
    check_outputs(*(path for path in (json, series, plot) if path is not None), inputs=inputs)


def write_analysis(
    analysis: Analysis,
    json: Path | None = None,
    series: Path | None = None,
    plot: Path | None = None,
    title: str = "",
) -> None:
    """Write the files that are asked for."""
    writers: list[tuple[Path | None, Callable[[Path, Analysis], None]]] = [
        (json, write_json),
        (series, write_series),
        (plot, partial(write_plot, title=title)),
    ]
    wanted = [(path, write) for path, write in writers if path is not None]
    with replacing(*(path for path, _ in wanted)) as temporary:
        for (_, write), path in zip(wanted, temporary, strict=True):
            write(path, analysis)
