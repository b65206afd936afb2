"""``lumbarwatch calibrate-sensor``: offset and scale of an accelerometer from a recording of six poses."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from lumbarwatch.cli.options import Data


def calibrate_sensor(
    recording: Annotated[
        Path, typer.Argument(metavar="RECORDING", help="Recording: .mcap, .parquet, .csv or .csv.gz.")
    ],
    *,
    sensor: Annotated[
        Literal["pelvis", "lumbar", "both"], typer.Option(help="Which of the recording's sensors.")
    ] = "both",
    json: Annotated[
        Path | None, typer.Option(metavar="OUT.json", help="Write it for `analyze --sensor-calibration`.")
    ] = None,
    serial: Annotated[
        str | None,
        typer.Option(
            metavar="SN", help="Serial number to store it by.", show_default="what the recording says"
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Calibrate the accelerometer of a sensor, once: offsets and scales, from six poses or more.

    Lay both sensors on a firm table, on each of their six sides, and let go for 3 s each time; two or three
    sides more tell how good the result is. The result is stored by serial number and used from then on.
    """
    from time import time_ns

    from lumbarwatch.cli import calibrate_sensor_table, progress
    from lumbarwatch.exchange.files import check_outputs
    from lumbarwatch.exchange.sensor_calibration import write_sensor_calibration
    from lumbarwatch.jobs.calibrate_sensor import calibrate_sensors, insist, keep_calibrations
    from lumbarwatch.model.samples import Placement

    if serial is not None and sensor == "both":
        raise typer.BadParameter("--serial names one sensor: add --sensor pelvis or --sensor lumbar.")
    check_outputs(*([] if json is None else [json]), inputs=(recording,))
    places = tuple(Placement) if sensor == "both" else (Placement(sensor),)
    with progress.bar() as tell:
        fitted = calibrate_sensors(recording, places, serial=serial, when_utc_ns=time_ns(), progress=tell)
    calibrated = [one.calibrated for one in fitted if one.calibrated is not None]
    if json is not None and calibrated:
        write_sensor_calibration(json, calibrated)
    stored = keep_calibrations(fitted, data)
    calibrate_sensor_table.show(fitted, stored)
    insist(fitted)
