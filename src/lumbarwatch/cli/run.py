"""``lumbarwatch run``: measure with real sensors."""

from pathlib import Path
from typing import Annotated

import typer

from lumbarwatch.cli.options import Data, NoBrowser, Port


def run(  # noqa: PLR0917  (options of a command)
    pelvis: Annotated[
        str | None, typer.Option(help="Serial number, address or name of the sensor over the sacrum.")
    ] = None,
    lumbar: Annotated[
        str | None, typer.Option(help="Serial number, address or name of the sensor over L1.")
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            metavar="RECORDING",
            help="Show a recording; no sensors needed.",
        ),
    ] = None,
    speed: Annotated[
        float, typer.Option(min=0.25, max=8.0, help="How many times as fast as life; with --replay only.")
    ] = 1.0,
    no_browser: NoBrowser = False,
    port: Port = 8501,
    data: Data = None,
) -> None:
    """Find both sensors, and train as the page in the browser says. Ctrl-C ends and saves a running session.

    With --replay a recording is shown in the same page, at its own pace; nothing is recorded.
    """
    from lumbarwatch.cli import launch

    how = launch.Launch(port=port, data=data, browser=not no_browser)
    if replay is not None:
        launch.replay(how, replay, speed)
    else:
        launch.run(how, pelvis=pelvis, lumbar=lumbar)
