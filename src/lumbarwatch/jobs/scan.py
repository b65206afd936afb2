"""What is in range: sensors of known families, and what each says of itself."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.catalogue import families
from lumbarwatch.sensors.link import Backend, LinkManager
from lumbarwatch.sensors.link_types import SensorDetails

SCAN_S = 5.0
WEAKEST_DBM = -127
"""Where the signal is not known: a sensor that the system holds connected does not advertise."""


@dataclass(frozen=True, slots=True)
class ScannedSensor:
    """One row of the table. ``details`` is None before it was asked, and where ``problem`` says why not."""

    found: FoundSensor
    model: str
    placement: Placement | None = None  # as paired, by serial number
    details: SensorDetails | None = None
    problem: SensorError | None = None

    @property
    def serial(self) -> str:
        """Serial number, from the advertisement or from the sensor itself; empty if neither says."""
        told = None if self.details is None else self.details.serial
        return self.found.serial or told or ""


async def scan(
    clock: Clock,
    *,
    seconds: float = SCAN_S,
    paired: Mapping[str, Placement] | None = None,
    ask: bool = True,
    on_change: Callable[[tuple[ScannedSensor, ...]], None] = lambda _: None,
    backend: Backend | None = None,
) -> tuple[ScannedSensor, ...]:
    """List the sensors in range, strongest first, and ask each one for serial number, battery and firmware.

    Parameters
    ----------
    paired
        Placement by serial number (or address), as stored by pairing.
    ask
        Connect to each sensor for a moment; without, only what it advertises is known.
    on_change
        Called with the whole table each time a row has changed.

    Raises
    ------
    SensorError
        No adapter, Bluetooth off, no permission.
    """
    links = LinkManager(clock, on_notification=lambda _: None, on_link=lambda _: None, backend=backend)
    known, places = families(), paired or {}

    def listed(found: Sequence[FoundSensor]) -> tuple[ScannedSensor, ...]:
        strongest = sorted(found, key=lambda sensor: -(sensor.rssi_dbm or WEAKEST_DBM))
        return tuple(
            _placed(ScannedSensor(sensor, known[sensor.family].label), places) for sensor in strongest
        )

    def heard(found: list[FoundSensor]) -> bool:
        on_change(listed(found))
        return False

    rows = list(listed(await links.scan(seconds, enough=heard)))
    on_change(tuple(rows))
    for index, row in enumerate(rows if ask else []):
        rows[index] = _placed(await _asked(links, row), places)
        on_change(tuple(rows))
        await asyncio.sleep(0)
    return tuple(rows)


async def _asked(links: LinkManager, row: ScannedSensor) -> ScannedSensor:
    try:
        return replace(row, details=await links.inspect(row.found))
    except SensorError as error:
        return replace(row, problem=error)


def _placed(row: ScannedSensor, places: Mapping[str, Placement]) -> ScannedSensor:
    return replace(row, placement=places.get(row.serial) or places.get(row.found.address))
