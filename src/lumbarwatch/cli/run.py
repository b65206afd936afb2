"""``lumbarwatch run``: measure with real sensors."""

from typing import Annotated

import typer

from lumbarwatch.cli.options import Data, NoBrowser, Port


def run(
    pelvis: Annotated[
        str | None, typer.Option(help="Serial number, address or name of the sensor over the sacrum.")
    ] = None,
    lumbar: Annotated[
        str | None, typer.Option(help="Serial number, address or name of the sensor over L1.")
    ] = None,
    no_browser: NoBrowser = False,
    port: Port = 8501,
    data: Data = None,
) -> None:
    """Find both sensors, record the session and show it live in the browser. Ctrl-C ends and saves it.

    Stand still for five seconds and bow three times slowly to calibrate. Sensors worn the other way round are
    found in the bows.
    """
    from lumbarwatch.cli import launch

    launch.run(launch.Launch(port=port, data=data, browser=not no_browser), pelvis=pelvis, lumbar=lumbar)
