"""``lumbarwatch doctor``: what works, what does not, and what to do."""

from typing import Annotated

import typer


def doctor(
    seconds: Annotated[
        float, typer.Option(min=2.0, max=600.0, help="How long to measure each sensor's stream.")
    ] = 10.0,
) -> None:
    """Check adapter, permissions and the sensors in range, and advise.

    Each sensor's stream is measured: lost packets, rate, clock and connection interval. Put the output into
    a report of trouble.
    """
    import asyncio

    from rich.console import Console

    from lumbarwatch.cli.examination import examination
    from lumbarwatch.sensors.clock import SystemClock

    asyncio.run(examination(Console(), SystemClock(), seconds=seconds))
