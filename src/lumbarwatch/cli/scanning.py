"""The scan with its table on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from lumbarwatch.cli.sensor_words import UNKNOWN, WORN, said, table
from lumbarwatch.jobs import scan
from lumbarwatch.jobs.scan import ScannedSensor
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import SensorError
from lumbarwatch.sensors.link import Backend
from lumbarwatch.sensors.reasons import sentence
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.pairing import load_pairing


async def scanning(
    console: Console,
    clock: Clock,
    folder: DataFolder,
    *,
    seconds: float,
    ask: bool = True,
    backend: Backend | None = None,
) -> None:
    """Scan and show the table as it fills.

    Raises
    ------
    SensorError
        No adapter, Bluetooth off, no permission, or nothing in range.
    """
    paired = _places(folder)
    with Live(_table(()), console=console, auto_refresh=False, transient=True) as live:
        rows = await scan.scan(
            clock,
            seconds=seconds,
            paired=paired,
            ask=ask,
            on_change=lambda found: live.update(_table(found), refresh=console.is_terminal),
            backend=backend,
        )
    if not rows:
        raise SensorError(LinkReason.NOT_FOUND, sentence(LinkReason.NOT_FOUND, "A sensor"))
    console.print(_table(rows))
    for row in rows:
        if row.problem is not None:
            console.print(Text(str(row.problem), "yellow"))


def _places(folder: DataFolder) -> dict[str, Placement]:
    pairing = load_pairing(folder)
    return {
        identity: place
        for place, sensor in pairing.items()
        for identity in (sensor.serial, sensor.address)
        if identity
    }


def _table(rows: Sequence[ScannedSensor]) -> Table:
    left = ("model", "name", "serial", "worn", "firmware")
    made = table("Sensors in range", left, ("signal", "battery"))
    for row in rows:
        made.add_row(*(Text(cell) for cell in _cells(row)))
    return made


def _cells(row: ScannedSensor) -> tuple[str, ...]:
    details = row.details
    return (
        row.model,
        said(row.found.name),
        said(row.serial or row.found.address),
        UNKNOWN if row.placement is None else WORN[row.placement],
        said(None if details is None else details.firmware),
        said(row.found.rssi_dbm, " dBm"),
        said(None if details is None else details.battery_percent, " %"),
    )
