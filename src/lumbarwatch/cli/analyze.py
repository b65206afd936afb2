"""``lumbarwatch analyze``: a recording becomes reps, angles and warnings."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def analyze(
    recording: Annotated[
        Path, typer.Argument(metavar="RECORDING", help="Recording: .mcap, .parquet, .csv or .csv.gz.")
    ],
    *,
    meta: Annotated[
        Path | None,
        typer.Option(
            metavar="META.json", help="Athlete, sets, calibration windows, limits of a plain table."
        ),
    ] = None,
    json: Annotated[Path | None, typer.Option(metavar="OUT.json", help="Write the analysis here.")] = None,
    series: Annotated[
        Path | None, typer.Option(metavar="OUT.parquet", help="Write the angles over time here.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(metavar="OUT.png", help="Draw the angles here.")] = None,
    orientation: Annotated[
        Literal["raw", "sensor"] | None,
        typer.Option(help="Angles from the raw data (default), or from the sensors' own quaternions."),
    ] = None,
    sensor_calibration: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="Accelerometer calibrations written by calibrate-sensor."),
    ] = None,
    refined: Annotated[
        bool,
        typer.Option(
            "--refined", help="With hindsight (not causal), labelled: live feedback could not have known it."
        ),
    ] = False,
) -> None:
    """Find reps, angles and warnings in a recording.

    A training aid, not a medical device: angles are estimates, and it cannot detect injury.
    """
    from lumbarwatch.cli import analyze_table, progress
    from lumbarwatch.exchange.outputs import check_analysis_outputs, write_analysis
    from lumbarwatch.jobs.analyze import analyze as run
    from lumbarwatch.jobs.refined import analyze_file
    from lumbarwatch.model.samples import OrientationSource

    inputs = tuple(path for path in (recording, meta, sensor_calibration) if path is not None)
    check_analysis_outputs(json, series, plot, inputs=inputs)
    source = None if orientation is None else OrientationSource(orientation)
    with progress.bar() as tell:
        find = analyze_file if refined else run
        result = find(
            recording, meta, orientation=source, sensor_calibration=sensor_calibration, progress=tell
        )
    write_analysis(result, json, series, plot, title=recording.name)
    analyze_table.show(result)
