"""What a visit and the sensor desk need of the links to sensors; ``sensors.link.LinkManager`` has it."""

from collections.abc import Mapping
from typing import Protocol

from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor
from lumbarwatch.sensors.link import Target
from lumbarwatch.sensors.link_types import SensorDetails, SensorStatus
from lumbarwatch.store.pairing import PairedSensor


def sensor_of(target: Target) -> PairedSensor:
    """Return a sensor that is to be connected to as it is written down."""
    if isinstance(target, str):
        return PairedSensor(family="", name="", serial=target)
    return PairedSensor(target.family, target.name, target.serial, target.address)


class Links(Protocol):
    """Links to the sensors of one station, or to none."""

    async def run(self, assignments: Mapping[Placement, Target]) -> None:
        """Keep the sensors streaming until :meth:`stop`."""
        ...

    async def stop(self) -> None:
        """End every link."""
        ...

    async def scan(self, timeout_s: float = ...) -> list[FoundSensor]:
        """Sensors in range."""
        ...

    async def inspect(self, sensor: FoundSensor, *, identify: bool = False) -> SensorDetails:
        """Ask a sensor that nobody uses."""
        ...

    async def identify(self, placement: Placement) -> None:
        """Make a sensor in use show itself."""
        ...

    async def haptic(self, placement: Placement, pattern: int, strength: int, ms: int) -> None:
        """Vibrate."""
        ...

    def status(self) -> Mapping[Placement, SensorStatus]:
        """How each sensor does."""
        ...

    def heard_garbage(self, placement: Placement, detail: str = "") -> None:
        """A notification could not be decoded."""
        ...
