"""Finds the sensors and keeps one link each; knows no Bluetooth library."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Protocol, TypeAlias

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkEvent, LinkReason, LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import Driver, FoundSensor, SensorError
from lumbarwatch.sensors.catalogue import Family
from lumbarwatch.sensors.keeper import Keeper
from lumbarwatch.sensors.link_types import LinkTiming, OpenLink, SensorDetails, SensorStatus
from lumbarwatch.sensors.reasons import sentence

Target: TypeAlias = FoundSensor | str
"""A sensor found by a scan, or a serial number (or address) to look for."""

SCAN_S = 5.0


class Radio(Protocol):
    """The adapter."""

    link_errors: tuple[type[Exception], ...]
    """What a link can throw."""

    async def scan(
        self, timeout_s: float, enough: Callable[[list[FoundSensor]], bool] = ...
    ) -> list[FoundSensor]:
        """Sensors in range, strongest first; ends early once ``enough`` says so. Raises SensorError."""
        ...

    async def open(
        self, sensor: FoundSensor, on_payload: Callable[[str, bytearray], None], timeout_s: float
    ) -> OpenLink:
        """Connect. Raises SensorError."""
        ...

    def explained(self, error: Exception, sensor: FoundSensor) -> SensorError:
        """Why a link failed."""
        ...


class SensorManager:
    """Finds sensors and keeps the assigned ones streaming, for ever.

    Built by :class:`lumbarwatch.sensors.link.LinkManager`, which brings the radio.
    """

    def __init__(
        self,
        clock: Clock,
        radio: Radio,
        known: Mapping[str, Family],
        timing: LinkTiming,
        *,
        on_notification: Callable[[RawNotification], None],
        on_link: Callable[[LinkEvent], None],
        on_ready: Callable[[Placement, Driver], None],
    ) -> None:
        self._clock = clock
        self._radio = radio
        self._known = known
        self._timing = timing
        self._on_notification = on_notification
        self._on_link = on_link
        self._on_ready = on_ready
        self._keepers: dict[Placement, Keeper] = {}
        self._asking = asyncio.Lock()
        self._serials: dict[str, str] = {}  # by address, read over GATT where the advertisement has none

    async def scan(
        self,
        timeout_s: float = SCAN_S,
        *,
        expected: int | None = None,
        enough: Callable[[list[FoundSensor]], bool] = lambda _: False,
    ) -> list[FoundSensor]:
        """Sensors in range, strongest first; ends once ``expected`` are found or ``enough`` says so.

        ``enough`` gets all found so far, each time one is heard.

        Raises
        ------
        SensorError
            No adapter, Bluetooth off, no permission.
        """

        def over(found: list[FoundSensor]) -> bool:
            return enough(found) or (expected is not None and len(found) >= expected)

        return await self._radio.scan(timeout_s, over)

    async def inspect(self, sensor: FoundSensor, *, identify: bool = False) -> SensorDetails:
        """Connect for a moment: serial number, battery, firmware; ``identify`` makes it show itself.

        Raises
        ------
        SensorError
            It can't be reached.
        """
        link = await self._radio.open(sensor, lambda _uuid, _payload: None, self._timing.connect_s)
        try:
            async with asyncio.timeout(self._timing.start_s):
                return await self._details(sensor, link, identify=identify)
        except self._radio.link_errors as error:
            raise self._radio.explained(error, sensor) from error
        finally:
            await self._close_quietly(link)

    async def run(self, assignments: Mapping[Placement, Target]) -> None:
        """Connect the sensors and keep their links up until :meth:`stop`.

        Raises
        ------
        SensorError
            At the start only: no adapter, Bluetooth off, no permission.
        """
        self._keepers = {place: self._keeper(place, target) for place, target in assignments.items()}
        await self._search(
            {place: target for place, target in assignments.items() if isinstance(target, str)}
        )
        async with asyncio.TaskGroup() as group:
            for keeper in self._keepers.values():
                group.create_task(keeper.run())

    async def stop(self) -> None:
        """End every link in good order; :meth:`run` then returns."""
        await asyncio.gather(*(keeper.stop() for keeper in self._keepers.values()))

    def driver(self, placement: Placement) -> Driver | None:
        """The driver of the sensor worn there; None before it was found."""
        keeper = self._keepers.get(placement)
        return None if keeper is None else keeper.driver

    def status(self) -> Mapping[Placement, SensorStatus]:
        """How each sensor does."""
        return {place: keeper.status() for place, keeper in self._keepers.items()}

    def heard_garbage(self, placement: Placement, detail: str = "") -> None:
        """Tell the link that a notification could not be decoded; the user hears of it if it goes on."""
        self._keepers[placement].heard_garbage(detail)

    async def identify(self, placement: Placement) -> None:
        """Make the sensor worn there show itself; nothing while it is not connected."""
        await self._keepers[placement].with_link(lambda driver, link: driver.identify(link))

    async def haptic(self, placement: Placement, pattern: int, strength: int, ms: int) -> None:
        """Vibrate; nothing while it is not connected or where it can't."""
        await self._keepers[placement].with_link(
            lambda driver, link: driver.haptic(link, pattern, strength, ms)
        )

    def _keeper(self, placement: Placement, target: Target) -> Keeper:
        return Keeper(
            placement,
            clock=self._clock,
            timing=self._timing,
            find=partial(self._find, placement, target),
            open_link=self._radio.open,
            new_driver=lambda family: self._known[family].driver(),
            on_notification=self._on_notification,
            on_link=self._on_link,
            on_ready=self._on_ready,
            link_errors=self._radio.link_errors,
            found=target if isinstance(target, FoundSensor) else None,
        )

    async def _search(self, wanted: Mapping[Placement, str]) -> None:
        """One scan for all sensors that are known by their number only."""
        if not wanted:
            return
        for place in wanted:
            self._on_link(LinkEvent(self._clock.monotonic_ns(), place, LinkState.SEARCHING))

        def complete(sensors: list[FoundSensor]) -> bool:
            return all(any(self._is(sensor, target) for sensor in sensors) for target in wanted.values())

        found = await self._radio.scan(self._timing.scan_s, complete)
        for place, target in wanted.items():
            sensor = await self._pick(found, target, place)
            if sensor is not None:
                self._keepers[place].found_as(sensor)

    async def _find(self, placement: Placement, target: Target) -> FoundSensor:
        """Look for one sensor afresh."""

        def there(sensors: list[FoundSensor]) -> bool:
            return any(self._is(sensor, target) for sensor in sensors)

        found = await self._radio.scan(self._timing.scan_s, there)
        sensor = await self._pick(found, target, placement)
        if sensor is None:
            words = f"The sensor {target}" if isinstance(target, str) else target.label
            raise SensorError(LinkReason.NOT_FOUND, sentence(LinkReason.NOT_FOUND, words))
        return sensor

    def _is(self, sensor: FoundSensor, target: Target) -> bool:
        serial = sensor.serial or self._serials.get(sensor.address, "")
        if isinstance(target, str):
            return target in (serial, sensor.address)
        return sensor.address == target.address or (serial != "" and serial == target.serial)

    async def _pick(
        self, found: list[FoundSensor], target: Target, placement: Placement
    ) -> FoundSensor | None:
        sensor = next((sensor for sensor in found if self._is(sensor, target)), None)
        if sensor is None and isinstance(target, str):
            return await self._by_serial(found, target, placement)
        return sensor

    async def _by_serial(
        self, found: list[FoundSensor], wanted: str, placement: Placement
    ) -> FoundSensor | None:
        """Ask those whose advertisement has no serial number, except sensors in use at the other place."""
        async with self._asking:  # one search at a time, or each would find the other's sensor busy
            taken = {keeper.address for place, keeper in self._keepers.items() if place is not placement}
            for sensor in found:
                if not sensor.serial and sensor.address not in {*self._serials, *taken}:
                    await self._learn_serial(sensor)
                if self._serials.get(sensor.address) == wanted:
                    return replace(sensor, serial=wanted)
        return None

    async def _learn_serial(self, sensor: FoundSensor) -> None:
        try:
            self._serials[sensor.address] = (await self.inspect(sensor)).serial or ""
        except SensorError:
            return  # asked again at the next search

    async def _details(self, sensor: FoundSensor, link: OpenLink, *, identify: bool) -> SensorDetails:
        driver = self._known[sensor.family].driver()
        for characteristic in driver.notify_characteristics:
            await link.subscribe(characteristic, use_start_notify=driver.has_counter_or_clock)
        if identify:
            await driver.identify(link)
        return SensorDetails(
            serial=sensor.serial or await driver.serial(link),
            battery_percent=await driver.battery_percent(link),
            firmware=await driver.firmware(link),
        )

    async def _close_quietly(self, link: OpenLink) -> None:
        with contextlib.suppress(*self._radio.link_errors):  # gone already is what was wanted
            async with asyncio.timeout(self._timing.close_s):
                await link.close()
