"""``lumbarwatch record``: a session without a browser."""

from typing import Annotated

import typer

from lumbarwatch.cli.options import Data


def record(
    pelvis: Annotated[
        str | None, typer.Option(help="Serial number, address or name of the sensor over the sacrum.")
    ] = None,
    lumbar: Annotated[
        str | None, typer.Option(help="Serial number, address or name of the sensor over L1.")
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(min=1.0, metavar="SECONDS", help="End after so many seconds of data; else by Ctrl-C."),
    ] = None,
    data: Data = None,
) -> None:
    """Record a session with a live view in the terminal; recording and history are as run leaves them.

    Stand still for five seconds and bow three times slowly to calibrate.
    """
    import asyncio
    import logging

    from rich.console import Console

    from lumbarwatch.cli import recording
    from lumbarwatch.cli.wanted import wanted_sensors
    from lumbarwatch.sensors.clock import SystemClock
    from lumbarwatch.store.folder import default_data_folder

    logging.basicConfig(level=logging.WARNING, format="lumbarwatch: %(message)s")
    folder = data or default_data_folder()
    order = recording.Order(folder, wanted_sensors(folder, pelvis, lumbar), duration)
    asyncio.run(recording.until_told(order, Console(), SystemClock()))
