"""Which sensor is worn where: found out by tapping one, or by making each show its light."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from lumbarwatch.jobs.taps import TapListener, tapped
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.events import LinkEvent, LinkReason
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.sensors import catalogue
from lumbarwatch.sensors.base import DecodeError, Decoder, Driver, FoundSensor, SensorError
from lumbarwatch.sensors.link import Backend, LinkManager
from lumbarwatch.sensors.reasons import sentence
from lumbarwatch.store.pairing import PairedSensor, Pairing

SCAN_S = 5.0
CONNECT_S = 20.0
TAP_S = 60.0
"""How long to wait for taps (convention)."""
SETTLE_S = 0.5
"""From the last tap to the decision, so that the other sensor's share of it has arrived too (convention)."""
LOOK_EVERY_S = 0.1


class PairReason(StrEnum):
    """Why sensors could not be paired."""

    NO_TAPS = "no_taps"
    ALIKE = "alike"
    NOT_CHOSEN = "not_chosen"
    NO_LIGHT = "no_light"


class PairError(UserError):
    """The user did not say, or not clearly, which sensor is which."""

    def __init__(self, reason: PairReason) -> None:
        super().__init__(_SENTENCES[reason])
        self.reason = reason


_SENTENCES = {
    PairReason.NO_TAPS: (
        "No taps were felt: tap the sensor's case three times with a fingertip, about twice a second, or use "
        "'lumbarwatch pair --by light'."
    ),
    PairReason.ALIKE: (
        "Both sensors felt the taps alike: lay them apart, tap one and leave the other alone, or use "
        "'lumbarwatch pair --by light'."
    ),
    PairReason.NOT_CHOSEN: (
        "Not both places were given a sensor: try again, or name the sensors by --pelvis and --lumbar."
    ),
    PairReason.NO_LIGHT: (
        "These sensors have no light that can be switched on from here: tell them apart by tapping one, with "
        "'lumbarwatch pair --by tap'."
    ),
}


class TapStep(StrEnum):
    """What the user is to know while pairing by taps."""

    SEARCHING = "searching"
    CONNECTING = "connecting"
    TAP_PELVIS = "tap_pelvis"
    ALIKE = "alike"  # both felt it: tap again


OnStep = Callable[[TapStep, Sequence[FoundSensor]], None]
Choose = Callable[[FoundSensor, Sequence[Placement]], Awaitable[Placement | None]]
"""Asks the user where the sensor that shows its light now is to be worn; None: nowhere."""


async def pair_by_tap(
    clock: Clock,
    *,
    on_step: OnStep = lambda _step, _sensors: None,
    seconds: float = TAP_S,
    backend: Backend | None = None,
) -> Pairing:
    """Stream the two strongest sensors; the one that is tapped three times is the pelvis'.

    Raises
    ------
    SensorError
        No adapter, not two sensors in range, or one that does not stream.
    PairError
        No taps within ``seconds``, or taps that both sensors felt alike.
    """
    ear = _Ear(clock, backend)
    on_step(TapStep.SEARCHING, ())
    found = (await ear.links.scan(SCAN_S))[: len(Placement)]
    if len(found) < len(Placement):
        raise _too_few(found)
    on_step(TapStep.CONNECTING, found)
    held = dict(zip(Placement, found, strict=True))
    tapped_at = await ear.listen(held, seconds, lambda step: on_step(step, found))
    pelvis = held[tapped_at]
    lumbar = held[tapped_at.other]
    return await paired(ear.links, {Placement.PELVIS: pelvis, Placement.LUMBAR: lumbar})


async def pair_by_light(clock: Clock, choose: Choose, *, backend: Backend | None = None) -> Pairing:
    """Make each sensor in range that has a light show it in turn, until both places have theirs.

    Raises
    ------
    SensorError
        No adapter, not two sensors in range, or one that can't be reached.
    PairError
        Not both places were given a sensor, or not two have a light.
    """
    links = _silent_links(clock, backend)
    found = await links.scan(SCAN_S)
    if len(found) < len(Placement):
        raise _too_few(found)
    found = [sensor for sensor in found if catalogue.driver(sensor.family).has_light]
    if len(found) < len(Placement):
        raise PairError(PairReason.NO_LIGHT)
    chosen: dict[Placement, FoundSensor] = {}
    for sensor in found:
        open_places = [place for place in Placement if place not in chosen]
        if not open_places:
            break
        await links.inspect(sensor, identify=True)
        place = await choose(sensor, open_places)
        if place is not None and place in open_places:
            chosen[place] = sensor
    if len(chosen) < len(Placement):
        raise PairError(PairReason.NOT_CHOSEN)
    return await paired(links, {place: chosen[place] for place in Placement})


async def pair_as_named(
    clock: Clock, sensors: Mapping[Placement, FoundSensor], *, backend: Backend | None = None
) -> Pairing:
    """Pair sensors that the user has named and a scan has found.

    Raises
    ------
    SensorError
        One can't be asked for its serial number.
    """
    return await paired(_silent_links(clock, backend), sensors)


async def paired(links: LinkManager, sensors: Mapping[Placement, FoundSensor]) -> Pairing:
    """Learn the serial numbers that are not advertised."""
    pairing: dict[Placement, PairedSensor] = {}
    for place, sensor in sensors.items():
        serial = sensor.serial or (await links.inspect(sensor)).serial or ""
        pairing[place] = PairedSensor(sensor.family, sensor.name, serial, sensor.address)
    return pairing


@dataclass(slots=True)
class _Ear:
    """Connects two sensors and listens for taps."""

    clock: Clock
    backend: Backend | None
    links: LinkManager = field(init=False)
    listeners: dict[Placement, TapListener] = field(init=False, default_factory=dict[Placement, TapListener])
    decoders: dict[Placement, Decoder] = field(init=False, default_factory=dict[Placement, Decoder])
    streaming: set[Placement] = field(init=False, default_factory=set[Placement])
    told: dict[Placement, LinkEvent] = field(init=False, default_factory=dict[Placement, LinkEvent])

    def __post_init__(self) -> None:
        self.links = LinkManager(
            self.clock,
            on_notification=self._on_notification,
            on_link=self._on_link,
            on_ready=self._on_ready,
            backend=self.backend,
        )

    async def listen(
        self, held: Mapping[Placement, FoundSensor], seconds: float, on_step: Callable[[TapStep], None]
    ) -> Placement:
        running = asyncio.ensure_future(self.links.run(held))
        try:
            await self._wait_for_streams(held)
            on_step(TapStep.TAP_PELVIS)
            return await self._wait_for_taps(seconds, on_step)
        finally:
            await self.links.stop()
            await running

    async def _wait_for_streams(self, held: Mapping[Placement, FoundSensor]) -> None:
        end_ns = self.clock.monotonic_ns() + round(CONNECT_S * NS_PER_S)
        while self.clock.monotonic_ns() < end_ns:
            if self.streaming == set(held):
                return
            await self.clock.sleep(LOOK_EVERY_S)
        for place in set(held) - self.streaming:
            event = self.told.get(place)
            reason = LinkReason.ASLEEP if event is None or event.reason is None else event.reason
            raise SensorError(reason, sentence(reason, held[place].label))

    async def _wait_for_taps(self, seconds: float, on_step: Callable[[TapStep], None]) -> Placement:
        end_ns = self.clock.monotonic_ns() + round(seconds * NS_PER_S)
        alike = False
        while self.clock.monotonic_ns() < end_ns:
            await self.clock.sleep(LOOK_EVERY_S)
            _, felt = tapped(self.listeners)
            if not felt:
                continue
            await self.clock.sleep(SETTLE_S)
            place, _ = tapped(self.listeners)
            if place is not None:
                return place
            alike = True
            on_step(TapStep.ALIKE)
            for listener in self.listeners.values():
                listener.forget()
        raise PairError(PairReason.ALIKE if alike else PairReason.NO_TAPS)

    def _on_ready(self, placement: Placement, driver: Driver) -> None:
        self.decoders[placement] = catalogue.decoder(driver.family, driver.describe())
        self.listeners[placement] = TapListener(driver.info.nominal_rate_hz)

    def _on_link(self, event: LinkEvent) -> None:
        if event.reason is not None:
            self.told[event.placement] = event

    def _on_notification(self, notification: RawNotification) -> None:
        decoder = self.decoders.get(notification.placement)
        if decoder is None:
            return
        try:
            batches = decoder.decode(notification)
        except DecodeError:
            return  # taps are felt by what can be read
        for batch in batches:
            self.streaming.add(notification.placement)
            self.listeners[notification.placement].add(batch)


def _silent_links(clock: Clock, backend: Backend | None) -> LinkManager:
    return LinkManager(clock, on_notification=lambda _: None, on_link=lambda _: None, backend=backend)


def _too_few(found: Sequence[FoundSensor]) -> SensorError:
    if not found:
        return SensorError(LinkReason.NOT_FOUND, sentence(LinkReason.NOT_FOUND, "A sensor"))
    return SensorError(
        LinkReason.NOT_FOUND,
        f"Only {found[0].label} was found, two are needed: wake the other and try again.",
    )
