"""``lumbarwatch demo``: a whole hip-thrust session measured live, without sensors and without a network."""

from enum import StrEnum
from typing import Annotated

import typer

from lumbarwatch.cli.options import Data, NoBrowser, Port


class SensorFamily(StrEnum):
    """Families of which there is a virtual sensor."""

    LM1 = "lm1"
    WITMOTION = "witmotion"
    MOVESENSE = "movesense"
    MOVELLA = "movella"


def demo(  # noqa: PLR0917  (typer's options)
    speed: Annotated[float, typer.Option(min=0.25, max=8.0, help="How many times as fast as life.")] = 1.0,
    no_browser: NoBrowser = False,
    port: Port = 8501,
    data: Data = None,
    sensors: Annotated[
        SensorFamily, typer.Option(help="Which kind of virtual sensor is worn.")
    ] = SensorFamily.LM1,
    guided: Annotated[
        bool, typer.Option("--guided", help="You use the page; the simulated athlete does what it says.")
    ] = False,
    athletes: Annotated[
        int, typer.Option(min=1, max=30, help="How many train at once, for the coach's wall.")
    ] = 1,
) -> None:
    """Show a simulated athlete's session live in the browser. Ctrl-C ends it.

    Everything is as with real sensors from the Bluetooth packet on; the session is recorded, marked as
    simulated, and kept in a data folder of its own.
    """
    from lumbarwatch.cli import launch
    from lumbarwatch.cli.plans import DemoPlan

    plan = DemoPlan(family=sensors.value, guided=guided, athletes=athletes)
    launch.demo(launch.Launch(port=port, data=data, browser=not no_browser), plan, speed=speed)
