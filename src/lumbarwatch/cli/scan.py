"""``lumbarwatch scan``: which sensors are in range."""

from typing import Annotated

import typer

from lumbarwatch.cli.options import Data


def scan(
    seconds: Annotated[float, typer.Option(min=1.0, max=120.0, help="How long to listen.")] = 5.0,
    *,
    ask: Annotated[
        bool, typer.Option(help="Connect to each for a moment: serial number, battery, firmware.")
    ] = True,
    data: Data = None,
) -> None:
    """List the sensors in range: model, name, serial number, signal, battery, firmware, place."""
    import asyncio

    from rich.console import Console

    from lumbarwatch.cli.scanning import scanning
    from lumbarwatch.sensors.clock import SystemClock
    from lumbarwatch.store.folder import DataFolder, default_data_folder

    folder = DataFolder(data or default_data_folder())
    asyncio.run(scanning(Console(), SystemClock(), folder, seconds=seconds, ask=ask))
