"""Two virtual sensors, a link manager over them, and everything that came through."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkEvent, LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.sensors import catalogue
from lumbarwatch.sensors.base import DecodeError, Decoder, Driver
from lumbarwatch.sensors.link import LinkManager, Target
from lumbarwatch.sensors.link_types import LinkTiming
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.simulate.virtual_radio import VirtualRadio, VirtualSensor
from virtual_radio.virtual_time import LoopClock


def signals(
    placement: Placement,
    seconds: float,
    rate_hz: float = 104.0,
    *,
    seed: int = 0,
    clock_ppm: float = 0.0,
    clock_offset_s: float = 0.0,
) -> SensorSignals:
    """Random motion: no two samples alike, so that a lost, doubled or swapped one shows."""
    random = np.random.default_rng([seed, list(Placement).index(placement)])
    n = round(seconds * rate_hz)
    t = np.arange(1, n + 1) / rate_hz
    quat = random.normal(size=(n, 4))
    return SensorSignals(
        placement=placement,
        rate_hz=rate_hz,
        t_true_s=t,
        t_device_s=clock_offset_s + t * (1.0 + clock_ppm * 1e-6),
        acc_mps2=random.normal(scale=8.0, size=(n, 3)),
        gyr_radps=random.normal(scale=3.0, size=(n, 3)),
        quat_wxyz=quat / np.linalg.norm(quat, axis=1, keepdims=True),
    )


@dataclass
class Heard:
    """What came out of the link, decoded as the hub does it: bytes first, then the described decoder."""

    raw: list[RawNotification] = field(default_factory=list)
    links: list[LinkEvent] = field(default_factory=list)
    batches: dict[Placement, list[ImuBatch]] = field(
        default_factory=lambda: {place: [] for place in Placement}
    )
    errors: list[DecodeError] = field(default_factory=list)
    described: list[tuple[int, Placement, str, dict]] = field(default_factory=list)
    decoders: dict[Placement, Decoder] = field(default_factory=dict)
    manager: LinkManager | None = None

    def on_notification(self, notification: RawNotification) -> None:
        self.raw.append(notification)
        decoder = self.decoders.get(notification.placement)
        if decoder is None:
            return
        try:
            self.batches[notification.placement].extend(decoder.decode(notification))
        except DecodeError as error:
            self.errors.append(error)
            self.manager.heard_garbage(notification.placement, str(error))

    def on_ready(self, placement: Placement, driver: Driver) -> None:
        self.described.append((len(self.raw), placement, driver.family, driver.describe()))
        self.decoders[placement] = catalogue.decoder(driver.family, driver.describe())

    def states(self, placement: Placement) -> list[LinkState]:
        return [event.state for event in self.links if event.placement is placement]

    def reasons(self, placement: Placement) -> set:
        return {event.reason for event in self.links if event.placement is placement} - {None}

    def column(self, placement: Placement, name: str) -> np.ndarray:
        return np.concatenate([getattr(batch, name) for batch in self.batches[placement]])


async def stream(
    sensors: Sequence[VirtualSensor],
    *,
    clock: Clock | None = None,
    timing: LinkTiming | None = None,
    targets: Mapping[Placement, Target] | None = None,
    extra_s: float = 0.3,
    **radio_options,
) -> tuple[Heard, VirtualRadio]:
    """Run the whole session of the sensors and return what was heard."""
    clock = clock or LoopClock()
    heard = Heard()
    async with VirtualRadio(sensors, clock, **radio_options) as radio:
        manager = LinkManager(
            clock,
            on_notification=heard.on_notification,
            on_link=heard.links.append,
            on_ready=heard.on_ready,
            backend=radio.backend,
            timing=timing,
        )
        heard.manager = manager
        running = asyncio.create_task(manager.run(targets or radio.assignments))
        await radio.finished()
        await clock.sleep(extra_s)
        await manager.stop()
        await running
    return heard, radio
