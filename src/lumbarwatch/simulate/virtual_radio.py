"""Virtual Bluetooth sensors worn by the simulated athlete, in range of a virtual adapter.

Real: bleak's front, HCI, L2CAP, ATT and GATT packets, MTU exchange, disconnect events. Not real: the
operating system's stack and the radio's timing.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from bumble.controller import Controller
from bumble.device import Device
from bumble.link import LocalLink

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.bleak_backend import Backend, make_backend
from lumbarwatch.simulate.peripherals.base import Peripheral, device_on
from lumbarwatch.simulate.peripherals.lm1 import Lm1Peripheral
from lumbarwatch.simulate.peripherals.movella import MovellaPeripheral
from lumbarwatch.simulate.peripherals.movesense import MovesensePeripheral
from lumbarwatch.simulate.peripherals.options import RadioOptions
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.simulate.peripherals.witmotion import WitMotionPeripheral
from lumbarwatch.simulate.signals import SensorSignals

__all__ = ["FAMILIES", "NOMINAL_RATE_HZ", "RadioOptions", "VirtualRadio", "VirtualSensor"]

CENTRAL_ADDRESS = "F0:F1:F2:F3:F4:01"

FAMILIES: Mapping[str, type[Peripheral]] = MappingProxyType(
    {
        "lm1": Lm1Peripheral,
        "witmotion": WitMotionPeripheral,
        "movesense": MovesensePeripheral,
        "movella": MovellaPeripheral,
    }
)
"""Virtual sensor of each family, by the family's name."""

NOMINAL_RATE_HZ: Mapping[str, float] = MappingProxyType(
    {"lm1": 104.0, "witmotion": 100.0, "movesense": 104.0, "movella": 60.0}
)
"""The rate at which each family is used; the simulated athlete's signals are to have it."""

LEAD_S = 0.1
"""Real time between the last sensor's start and the session's, in which the host hears that it started."""


@dataclass(frozen=True, slots=True)
class VirtualSensor:
    """One sensor in range. Without signals it advertises and connects, but has nothing to send."""

    family: str
    signals: SensorSignals | None = None
    options: RadioOptions = field(default_factory=RadioOptions)


class VirtualRadio:
    """The sensors, the adapter and the link between them.

    The session (``t_true_s`` = 0) begins when every sensor with signals has been told to stream, so that no
    sample is missed while the host connects; :meth:`begin` begins it by hand.

    Parameters
    ----------
    sensors
        What is in range.
    clock
        Paces the samples; the same object as the link's.
    doubles_after_reconnect
        Deliver each notification n times from the n-th connection of a sensor on, as BlueZ does.
    """

    def __init__(
        self, sensors: Sequence[VirtualSensor], clock: Clock, *, doubles_after_reconnect: bool = False
    ) -> None:
        self.time = SessionTime(clock)
        self.link = LocalLink()
        self.central, self.central_controller = _central(self.link)
        self.peripherals = [
            FAMILIES[sensor.family](index, sensor.signals, sensor.options, self.time)
            for index, sensor in enumerate(sensors)
        ]
        self._doubles = doubles_after_reconnect
        self._starter: asyncio.Task[None] | None = None

    @property
    def backend(self) -> Backend:
        """Client and scanner class for ``LinkManager(backend=...)``."""
        return make_backend(
            self.central,
            self.central_controller,
            {peripheral.address: peripheral.options.rssi_dbm for peripheral in self.peripherals},
            doubles=self._doubles,
        )

    @property
    def assignments(self) -> Mapping[Placement, str]:
        """Address of the sensor worn at each place, for ``LinkManager.run``."""
        worn = [p for p in self.peripherals if p.signals is not None]
        return {p.signals.placement: p.address for p in worn if p.signals is not None}

    async def start(self) -> None:
        """Power on the adapter and the sensors."""
        logging.getLogger("bumble").setLevel(logging.CRITICAL)  # a lost link is this radio's daily business
        await self.central.power_on()
        for peripheral in self.peripherals:
            await peripheral.power_on(self.link)
        self._starter = asyncio.get_running_loop().create_task(self._begin_when_all_stream())

    async def stop(self) -> None:
        """Power off everything."""
        if self._starter is not None:
            self._starter.cancel()
            await asyncio.gather(self._starter, return_exceptions=True)
        for peripheral in self.peripherals:
            await peripheral.power_off()
        await self.central.power_off()

    def begin(self) -> None:
        """The athlete begins now."""
        self.time.begin()

    async def finished(self) -> None:
        """Wait until every sensor's signals are over and sent, however busy the machine is."""
        await self.time.begun.wait()
        for peripheral in self.peripherals:
            await peripheral.finished()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _begin_when_all_stream(self) -> None:
        for peripheral in self.peripherals:
            if peripheral.signals is not None:
                await peripheral.started.wait()
        await asyncio.sleep(LEAD_S)
        self.time.begin()


def _central(link: LocalLink) -> tuple[Device, Controller]:
    return device_on(link, "lumbarwatch", CENTRAL_ADDRESS)
