"""Links to simulated sensors without a Bluetooth stack (see :mod:`lumbarwatch.simulate.direct`).

They stand in for :class:`lumbarwatch.sensors.link.LinkManager`; the driver is the real one.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkEvent, LinkReason, LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.sensors.base import Driver, FoundSensor
from lumbarwatch.sensors.link import Target
from lumbarwatch.sensors.link_types import SensorDetails, SensorStatus
from lumbarwatch.sensors.lm1 import Lm1Driver
from lumbarwatch.sensors.reasons import sentence
from lumbarwatch.simulate.direct import BATCH, DATA, DirectClient, DirectSensor

LEAD_S = 0.3
"""Time between the link's start and the first sample, of the session (convention)."""

_OUTAGE_S = 5.0


@dataclass(slots=True)
class DirectRadio:
    """All simulated sensors in range, by serial number; ``cut_at_s``: when the sensor's link fails."""

    sensors: dict[str, DirectSensor] = field(default_factory=dict[str, DirectSensor])
    cut_at_s: dict[str, float] = field(default_factory=dict[str, float])

    def links(
        self,
        clock: Clock,
        *,
        on_notification: Callable[[RawNotification], None],
        on_link: Callable[[LinkEvent], None],
        on_ready: Callable[[Placement, Driver], None],
        backend: object = None,  # noqa: ARG002  (there is no Bluetooth here)
        adapter: object = None,  # noqa: ARG002
    ) -> "DirectLinks":
        """Return links; stands in for the class LinkManager."""
        return DirectLinks(self, clock, on_notification, on_link, on_ready)


class DirectLinks:
    """The links of one pair of simulated sensors."""

    def __init__(
        self,
        radio: DirectRadio,
        clock: Clock,
        on_notification: Callable[[RawNotification], None],
        on_link: Callable[[LinkEvent], None],
        on_ready: Callable[[Placement, Driver], None],
    ) -> None:
        self._radio = radio
        self._clock = clock
        self._on_notification = on_notification
        self._on_link = on_link
        self._on_ready = on_ready
        self._stopped = asyncio.Event()
        self._worn: dict[Placement, DirectSensor] = {}
        self._states: dict[Placement, LinkState] = {}
        self.start_ns = 0
        self.begun = asyncio.Event()

    async def run(self, assignments: Mapping[Placement, Target]) -> None:
        """Send every packet when it is due, until :meth:`stop`."""
        self._worn = {place: self._radio.sensors[_serial(target)] for place, target in assignments.items()}
        for place, sensor in self._worn.items():
            driver = Lm1Driver(batch=BATCH)
            await driver.start(DirectClient(sensor))
            self._on_ready(place, driver)
            self._say(place, LinkState.STREAMING)
        self.start_ns = self._clock.monotonic_ns() + round(LEAD_S * NS_PER_S)
        self.begun.set()
        sending = asyncio.create_task(self._send())
        await self._stopped.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        for place in self._worn:
            self._say(place, LinkState.ENDED)

    async def stop(self) -> None:
        """End the links."""
        self._stopped.set()
        await asyncio.sleep(0)

    async def scan(self, timeout_s: float = 1.0, **_: object) -> list[FoundSensor]:
        """All simulated sensors."""
        await asyncio.sleep(min(timeout_s, 1.0))
        return [
            FoundSensor("lm1", one.name, serial, serial, -55) for serial, one in self._radio.sensors.items()
        ]

    async def inspect(self, sensor: FoundSensor, *, identify: bool = False) -> SensorDetails:  # noqa: ARG002
        """What a sensor says of itself."""
        await asyncio.sleep(0)
        return SensorDetails(sensor.serial, 90, "1.0.0")

    async def identify(self, placement: Placement) -> None:
        """Nobody sees a simulated light."""

    async def haptic(self, placement: Placement, pattern: int, strength: int, ms: int) -> None:
        """Nobody feels a simulated motor."""

    def heard_garbage(self, placement: Placement, detail: str = "") -> None:
        """Simulated packets can be read."""

    def status(self) -> Mapping[Placement, SensorStatus]:
        """How each sensor does."""
        return {place: self._status(place, sensor) for place, sensor in self._worn.items()}

    def _status(self, place: Placement, sensor: DirectSensor) -> SensorStatus:
        return SensorStatus(
            placement=place,
            state=self._states[place],
            family="lm1",
            name=sensor.name,
            address=sensor.serial,
            serial=sensor.serial,
            battery_percent=90,
            firmware="1.0.0",
            rssi_dbm=-55,
            rate_hz=sensor.signals.rate_hz,
            connections=1,
        )

    def _say(self, place: Placement, state: LinkState, reason: LinkReason | None = None) -> None:
        self._states[place] = state
        words = "" if reason is None else sentence(reason, self._worn[place].name)
        self._on_link(LinkEvent(self._clock.monotonic_ns(), place, state, reason, words))

    async def _send(self) -> None:
        due = sorted(
            (sensor.due_s(index), place.value, index)
            for place, sensor in self._worn.items()
            for index in range(sensor.packets)
        )
        for due_s, place, index in due:
            wait_s = due_s - (self._clock.monotonic_ns() - self.start_ns) / NS_PER_S
            if wait_s > 0:
                await self._clock.sleep(wait_s)
            self._packet(Placement(place), index, due_s)

    def _packet(self, place: Placement, index: int, due_s: float) -> None:
        sensor = self._worn[place]
        cut_s = self._radio.cut_at_s.get(sensor.serial)
        if cut_s is not None and cut_s <= due_s < cut_s + _OUTAGE_S:
            if self._states[place] is LinkState.STREAMING:
                self._say(place, LinkState.LOST, LinkReason.CUT)
            return
        if self._states[place] is LinkState.LOST:
            self._say(place, LinkState.STREAMING)
        self._on_notification(
            RawNotification(
                place, self._clock.monotonic_ns(), self._clock.utc_ns(), DATA, sensor.packet(index)
            )
        )


def _serial(target: Target) -> str:
    return target if isinstance(target, str) else target.serial
