"""``lumbarwatch pair``: which sensor is worn where."""

from enum import StrEnum
from typing import Annotated

import typer

from lumbarwatch.cli.options import Data


class PairBy(StrEnum):
    """How the sensors are told apart."""

    TAP = "tap"
    LIGHT = "light"


def pair(
    pelvis: Annotated[
        str | None, typer.Option(help="Serial number, address or name of the sensor over the sacrum.")
    ] = None,
    lumbar: Annotated[
        str | None, typer.Option(help="Serial number, address or name of the sensor over L1.")
    ] = None,
    by: Annotated[
        PairBy,
        typer.Option(help="Tap one of the two strongest sensors, or let each in range show its light."),
    ] = PairBy.TAP,
    data: Data = None,
) -> None:
    """Say which sensor is worn where; run and record use these from then on, by their serial numbers."""
    import asyncio

    from rich.console import Console

    from lumbarwatch.cli import pairing
    from lumbarwatch.sensors.clock import SystemClock
    from lumbarwatch.store.folder import DataFolder, default_data_folder

    if (pelvis is None) != (lumbar is None):
        raise typer.BadParameter("Name both sensors, by --pelvis and --lumbar, or none.")
    folder = DataFolder(data or default_data_folder())
    talk = pairing.Talk(Console(), SystemClock(), folder)
    if pelvis is not None and lumbar is not None:
        asyncio.run(pairing.as_named(talk, pelvis, lumbar))
    elif by is PairBy.TAP:
        asyncio.run(pairing.by_tap(talk))
    else:
        asyncio.run(pairing.by_light(talk))
