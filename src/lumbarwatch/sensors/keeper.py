"""Keeps one sensor's link up: find, connect, start, watch, and again, until told to stop."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkEvent, LinkReason, LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.sensors.arrivals import Arrivals, silence_limit_s
from lumbarwatch.sensors.backoff import pause_s, rescan_due
from lumbarwatch.sensors.base import Driver, FoundSensor, GattClient, SensorError
from lumbarwatch.sensors.bulletin import Bulletin
from lumbarwatch.sensors.link_types import LinkTiming, OpenLink, SensorDetails, SensorStatus
from lumbarwatch.sensors.reasons import sentence
from lumbarwatch.sensors.waiting import called_off, finish, wait_for_any
from lumbarwatch.wire.errors import DecodeError

_LOG = logging.getLogger(__name__)

GOLDEN_RATIO = 0.6180339887498949
STUBBORN = 3
"""Connections in a row that break before any data came: someone else has the sensor (convention)."""


class Keeper:
    """One sensor's link. Built by :class:`lumbarwatch.sensors.link.LinkManager`."""

    def __init__(
        self,
        placement: Placement,
        *,
        clock: Clock,
        timing: LinkTiming,
        find: Callable[[], Awaitable[FoundSensor]],
        open_link: Callable[[FoundSensor, Callable[[str, bytearray], None], float], Awaitable[OpenLink]],
        new_driver: Callable[[str], Driver],
        on_notification: Callable[[RawNotification], None],
        on_link: Callable[[LinkEvent], None],
        on_ready: Callable[[Placement, Driver], None],
        link_errors: tuple[type[Exception], ...],
        found: FoundSensor | None = None,
    ) -> None:
        self._placement = placement
        self._clock = clock
        self._timing = timing
        self._find = find
        self._open_link = open_link
        self._new_driver = new_driver
        self._on_notification = on_notification
        self._on_ready = on_ready
        self._link_errors = link_errors
        self._found = found
        self._driver: Driver | None = None
        self._announced: object = None
        self._link: OpenLink | None = None
        self._ending = asyncio.Event()
        self._ended = asyncio.Event()
        self._running = False
        self._streamed = False  # on the connection in hand
        self._attempt: asyncio.Future[int] | None = None
        self._arrivals = Arrivals()
        self._news = Bulletin(placement, clock, timing, on_link)
        self._details = SensorDetails()
        self._connections = 0
        self._heard_on = 0  # the newest connection that samples came on

    # What others may ask -----------------------------------------------------------------------------------
    @property
    def driver(self) -> Driver | None:
        """The sensor's driver; None before it was found."""
        return self._driver

    @property
    def address(self) -> str | None:
        """The system's identifier of the sensor; None before it was found."""
        return None if self._found is None else self._found.address

    def found_as(self, sensor: FoundSensor) -> None:
        """The sensor was found by a scan for all."""
        self._found = sensor

    def status(self) -> SensorStatus:
        """How the sensor does."""
        found = self._found
        return SensorStatus(
            placement=self._placement,
            state=self._news.state,
            reason=self._news.reason,
            sentence=self._news.detail,
            family="" if found is None else found.family,
            name="" if found is None else found.name,
            address="" if found is None else found.address,
            serial=self._details.serial,
            battery_percent=self._details.battery_percent,
            firmware=self._details.firmware,
            rssi_dbm=None if found is None else found.rssi_dbm,
            rate_hz=self._arrivals.rate_hz(),
            interval_ms=self._arrivals.interval_ms(),
            connections=self._connections,
            last_arrival_ns=self._arrivals.last_ns,
        )

    def heard_garbage(self, detail: str) -> None:
        """A notification could not be decoded."""
        self._news.garbage(self._label, detail)

    async def with_link(self, action: Callable[[Driver, GattClient], Awaitable[None]]) -> None:
        """Do something on the open link; nothing while there is none or if it fails on the way."""
        if self._link is None or self._driver is None:
            return
        try:
            await action(self._driver, self._link)
        except self._link_errors:
            return

    # The life of the link ----------------------------------------------------------------------------------
    async def run(self) -> None:
        """Keep the link up until :meth:`stop`."""
        self._running = True
        failures = 0
        try:
            while not self._ending.is_set():
                self._attempt = asyncio.ensure_future(self._try(failures))
                failures = await self._attempt
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # from outside; otherwise stop() called off an attempt to connect
        finally:
            self._running = False
            self._news.say(LinkState.ENDED)
            self._ended.set()

    async def stop(self) -> None:
        """End the link; the intent is marked first, so that the disconnect is not taken for a loss."""
        self._ending.set()
        if self._attempt is not None and self._link is None:
            self._attempt.cancel()
        if self._running:
            await self._ended.wait()

    async def _try(self, failures: int) -> int:
        """One try and, if it works, one connection's life; returns the failures in a row so far."""
        try:
            await self._connect_and_stay(failures)
        except SensorError as error:
            _LOG.info("%s: %s (%r)", self._label, error.reason, error.__cause__)
            failures = 0 if self._streamed else failures + 1
            reason, words = error.reason, error.sentence
            if reason is LinkReason.CUT and failures >= STUBBORN and self._found is not None:
                reason, words = LinkReason.IN_USE, sentence(LinkReason.IN_USE, self._found.label)
            self._news.say(LinkState.LOST, reason, words)
            refused = reason is LinkReason.WRONG_FIRMWARE
            await self._pause(self._timing.refused_pause_s if refused else pause_s(failures))
        return failures

    async def _connect_and_stay(self, failures: int) -> None:
        """Find, connect, start and watch; returns only when the link is to end.

        Raises
        ------
        SensorError
            Whatever else a Bluetooth stack throws: the link is tried again and the user told.
        """
        self._streamed = False
        self._news.forget()
        try:
            if self._found is None or rescan_due(failures):
                self._news.go_on(LinkState.SEARCHING)
                self._found = await self._find()
            self._news.go_on(LinkState.CONNECTING)
            await self._one_connection(self._found)
        except SensorError:
            raise
        except Exception as error:
            reason = LinkReason.GARBAGE if isinstance(error, DecodeError) else LinkReason.CUT
            raise SensorError(reason, sentence(reason, self._label)) from error

    async def _one_connection(self, sensor: FoundSensor) -> None:
        heard = partial(self._heard, self._connections + 1)
        link = await self._open_link(sensor, heard, self._timing.connect_s)
        self._connections += 1
        try:
            driver = await self._start(sensor, link)
            self._link = link
            await self._watched(driver, link, sensor)
        finally:
            self._link = None
            await self._close(link)

    async def _watched(self, driver: Driver, link: OpenLink, sensor: FoundSensor) -> None:
        over = asyncio.Event()
        errands = asyncio.ensure_future(self._errands(driver, link, over))
        try:
            await self._watch(driver, link, sensor)
        finally:
            over.set()
            await finish(errands, self._timing.stop_s)

    async def _start(self, sensor: FoundSensor, link: OpenLink) -> Driver:
        driver = self._driver
        if driver is None or driver.family != sensor.family:
            driver = self._driver = self._new_driver(sensor.family)
        self._arrivals.clear()
        async with asyncio.timeout(self._timing.start_s):
            for characteristic in driver.notify_characteristics:
                if not link.has(characteristic):
                    raise SensorError(
                        LinkReason.WRONG_FIRMWARE, sentence(LinkReason.WRONG_FIRMWARE, sensor.label)
                    )
                await link.subscribe(characteristic, use_start_notify=driver.has_counter_or_clock)
            firmware = await driver.firmware(link)
            driver.check_firmware(firmware)
            battery = await driver.battery_percent(link)
            self._details = SensorDetails(sensor.serial or await driver.serial(link), battery, firmware)
            await driver.start(link)
        described = driver.describe()
        if described != self._announced:
            self._announced = described
            self._on_ready(self._placement, driver)
        return driver

    async def _watch(self, driver: Driver, link: OpenLink, sensor: FoundSensor) -> None:
        started_ns = self._clock.monotonic_ns()
        quiet_ticks = 0
        while not self._ending.is_set() and not called_off():
            if link.gone.is_set():
                raise SensorError(LinkReason.CUT, sentence(LinkReason.CUT, sensor.label))
            now = self._clock.monotonic_ns()
            quiet_ticks = quiet_ticks + 1 if self._quiet(driver, now, started_ns) else 0
            self._judge(sensor, quiet_ticks, now, started_ns)
            await self._pause(self._timing.tick_s, link.gone)
        if called_off():
            raise asyncio.CancelledError

    async def _errands(self, driver: Driver, link: OpenLink, over: asyncio.Event) -> None:
        """Ask for clock and battery, beside the watch: a question to a dead link must not hold it up."""
        battery_due_s, asked = self._timing.battery_every_s, 0
        while True:
            pause_s_ = self._errand_pause_s(driver, asked)
            if await wait_for_any(self._clock, pause_s_, over, link.gone):
                return
            asked += 1
            battery_due_s -= pause_s_
            with contextlib.suppress(DecodeError, *self._link_errors):
                await driver.beacon(link, asked)
                if battery_due_s <= 0:
                    battery_due_s = self._timing.battery_every_s
                    battery = await driver.battery_percent(link)
                    self._details = replace(self._details, battery_percent=battery)

    def _errand_pause_s(self, driver: Driver, asked: int) -> float:
        """Beacons at no regular time: they are to meet the radio's grid at every phase."""
        if not driver.has_beacons:
            return self._timing.battery_every_s
        return self._timing.beacon_every_s * (0.5 + asked * GOLDEN_RATIO % 1.0)

    def _quiet(self, driver: Driver, now: int, started_ns: int) -> bool:
        last = self._arrivals.last_ns
        if last is None:
            return now - started_ns > self._timing.first_packet_s * NS_PER_S
        return now - last > silence_limit_s(driver.packet_s) * NS_PER_S

    def _judge(self, sensor: FoundSensor, quiet_ticks: int, now: int, started_ns: int) -> None:
        """Tell of silence and of its end. Two ticks, so that a late loop is not taken for a silent sensor."""
        last = self._arrivals.last_ns
        if quiet_ticks >= 2:
            reason = LinkReason.ASLEEP if last is None else LinkReason.CUT
            if self._news.state is not LinkState.SILENT:
                self._news.say(LinkState.SILENT, reason, sentence(reason, sensor.label))
            if now - (last or started_ns) > self._timing.dead_s * NS_PER_S:
                raise SensorError(reason, sentence(reason, sensor.label))
        elif quiet_ticks == 0 and last is not None:
            if self._news.state is not LinkState.STREAMING:
                if self._news.state is LinkState.SILENT:
                    self._arrivals.forget()  # the pause is no rate
                self._streamed = True
                self._news.say(LinkState.STREAMING)
            self._look_after(sensor)

    def _look_after(self, sensor: FoundSensor) -> None:
        battery, rate = self._details.battery_percent, self._arrivals.rate_hz()
        if battery is not None and battery <= self._timing.battery_low_percent:
            self._news.notice(LinkReason.BATTERY_LOW, sensor.label, f"{battery} %")
        if sensor.rssi_dbm is not None and sensor.rssi_dbm <= self._timing.weak_dbm:
            self._news.notice(LinkReason.WEAK_SIGNAL, sensor.label, f"{sensor.rssi_dbm} dBm")
        nominal = self._driver.info.nominal_rate_hz if self._driver is not None else 0.0
        if rate is not None and rate < self._timing.rate_low * nominal:
            self._news.notice(LinkReason.RATE_LOW, sensor.label, f"{rate:.0f} of {nominal:.0f} Hz")

    async def _close(self, link: OpenLink) -> None:
        with contextlib.suppress(SensorError, DecodeError, *self._link_errors):  # it stops with the link
            async with asyncio.timeout(self._timing.stop_s):
                if self._ending.is_set() and self._driver is not None and not link.gone.is_set():
                    await self._driver.stop(link)
        with contextlib.suppress(*self._link_errors):  # gone already is what was wanted
            async with asyncio.timeout(self._timing.close_s):
                await link.close()

    # Small things ------------------------------------------------------------------------------------------
    def _heard(self, connection: int, characteristic: str, payload: bytearray) -> None:
        arrival_ns = self._clock.monotonic_ns()
        if connection < self._heard_on:
            return  # a busy system hands out what a lost link had left while the next one streams already
        notification = RawNotification(
            self._placement, arrival_ns, self._clock.utc_ns(), characteristic, bytes(payload)
        )
        self._on_notification(notification)
        if self._driver is not None and (n := self._driver.samples_in(characteristic, notification.payload)):
            self._heard_on = connection
            self._streamed = True
            self._arrivals.add(arrival_ns, n)

    @property
    def _label(self) -> str:
        return "" if self._found is None else self._found.label

    async def _pause(self, seconds: float, *events: asyncio.Event) -> None:
        """Wait, but no longer than until the link is gone or to be ended."""
        await wait_for_any(self._clock, seconds, self._ending, *events)
