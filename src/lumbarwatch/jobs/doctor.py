"""What works and what does not: system, adapter, and each sensor's stream over some seconds, with advice."""

import asyncio
import importlib.metadata
import platform
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkEvent, LinkReason, LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, ClockReading, Placement
from lumbarwatch.sensors.base import DecodeError, Decoder, Driver, FoundSensor, SensorError
from lumbarwatch.sensors.catalogue import decoder as new_decoder
from lumbarwatch.sensors.link import Backend, LinkManager
from lumbarwatch.sensors.link_types import SensorStatus
from lumbarwatch.sensors.reasons import sentence

MEASURE_S = 10.0
CONNECT_S = 20.0
"""Two sensors are to be streaming within this time of being found."""

SLOW_INTERVAL_MS = 30.0
LOSS_NOTICED = 0.002
RATE_OFF = 0.03
SKEW_PPM = 150.0
BATTERY_LOW_PERCENT = 15
WEAK_DBM = -85
"""Beyond these, advice is given (conventions; crystals are within 50 ppm, cheap oscillators within 150)."""

KERNEL_ADAPTERS = Path("/sys/class/bluetooth")
"""Where Linux lists its Bluetooth adapters, whether or not a service uses them."""


@dataclass(frozen=True, slots=True)
class SystemReport:
    """Where the program runs."""

    system: str
    python: str
    bleak: str
    bluez: str | None  # Linux only; None: not found
    adapters: tuple[str, ...] = ()  # Linux only, as the kernel names them


@dataclass(frozen=True, slots=True)
class SensorReport:
    """One sensor over the measured seconds; None: not measurable."""

    found: FoundSensor
    status: SensorStatus | None = None
    samples: int = 0
    lost: int = 0
    doubled: int = 0
    undecodable: int = 0
    nominal_rate_hz: float | None = None
    rate_hz: float | None = None
    clock_ppm: float | None = None
    clock_sigma_ms: float | None = None
    advice: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """Everything found. ``problem`` is set where there was no way to a sensor at all."""

    system: SystemReport
    problem: SensorError | None = None
    sensors: tuple[SensorReport, ...] = ()


async def examine(
    clock: Clock,
    *,
    seconds: float = MEASURE_S,
    scan_s: float = 5.0,
    on_step: Callable[[str], None] = lambda _: None,
    backend: Backend | None = None,
) -> DoctorReport:
    """Look at the system, scan, and measure the sensors in range, two at a time, the strongest first.

    Nothing is raised: what is wrong is in the report. ``on_step`` is told what is being done.
    """
    system = await _system()
    try:
        on_step("Looking for sensors")
        found = await _Stethoscope(clock, backend).links.scan(scan_s)
    except SensorError as error:
        return DoctorReport(system, problem=error)
    if not found:
        nothing = SensorError(LinkReason.NOT_FOUND, sentence(LinkReason.NOT_FOUND, "A sensor"))
        return DoctorReport(system, problem=nothing)
    reports: list[SensorReport] = []
    for first in range(0, len(found), len(Placement)):
        worn = dict(zip(Placement, found[first : first + len(Placement)], strict=False))
        on_step(f"Measuring {' and '.join(sensor.label for sensor in worn.values())} for {seconds:.0f} s")
        reports += await _Stethoscope(clock, backend).listen(worn, seconds)
    return DoctorReport(system, sensors=tuple(reports))


@dataclass(slots=True)
class _Heard:
    """What one sensor sent."""

    decoder: Decoder
    timebase: Timebase
    undecodable: int = 0
    first_ns: int | None = None
    last_ns: int = 0


@dataclass(slots=True)
class _Stethoscope:
    """Connects sensors for some seconds and counts."""

    clock: Clock
    backend: Backend | None
    links: LinkManager = field(init=False)
    heard: dict[Placement, _Heard] = field(init=False, default_factory=dict[Placement, _Heard])
    reasons: dict[Placement, list[LinkEvent]] = field(
        init=False, default_factory=dict[Placement, list[LinkEvent]]
    )

    def __post_init__(self) -> None:
        self.links = LinkManager(
            self.clock,
            on_notification=self._on_notification,
            on_link=self._on_link,
            on_ready=self._on_ready,
            backend=self.backend,
        )

    async def listen(self, worn: Mapping[Placement, FoundSensor], seconds: float) -> tuple[SensorReport, ...]:
        running = asyncio.ensure_future(self.links.run(worn))
        try:
            await self._wait_for_streams(worn)
            await self.clock.sleep(seconds)
            status = self.links.status()
        finally:
            await self.links.stop()
            await running
        return tuple(self._report(place, sensor, status.get(place)) for place, sensor in worn.items())

    async def _wait_for_streams(self, worn: Mapping[Placement, FoundSensor]) -> None:
        end_ns = self.clock.monotonic_ns() + int(CONNECT_S * NS_PER_S)
        while self.clock.monotonic_ns() < end_ns:
            if all(place in self.heard and self.heard[place].first_ns is not None for place in worn):
                return
            await self.clock.sleep(0.1)

    def _on_ready(self, placement: Placement, driver: Driver) -> None:
        decoder = new_decoder(driver.family, driver.describe())
        self.heard[placement] = _Heard(decoder, Timebase(decoder.info))

    def _on_link(self, event: LinkEvent) -> None:
        self.reasons.setdefault(event.placement, []).append(event)
        if event.state is LinkState.LOST and event.placement in self.heard:
            self.heard[event.placement].timebase.link_cut()

    def _on_notification(self, notification: RawNotification) -> None:
        heard = self.heard.get(notification.placement)
        if heard is None:
            return
        try:
            readings = heard.decoder.read(notification)
        except DecodeError:
            heard.undecodable += 1
            return
        for reading in readings:
            if isinstance(reading, ClockReading):
                heard.timebase.beacon(reading.t_device_ns, reading.t_arrival_ns)
                continue
            heard.timebase.step(reading)
            heard.first_ns = heard.first_ns or notification.t_arrival_ns
            heard.last_ns = notification.t_arrival_ns

    def _report(self, place: Placement, sensor: FoundSensor, status: SensorStatus | None) -> SensorReport:
        heard = self.heard.get(place)
        if heard is None or heard.first_ns is None:
            told = [event.detail for event in self.reasons.get(place, []) if event.reason is not None]
            advice = told[-1:] or [sentence(LinkReason.ASLEEP, sensor.label)]
            return SensorReport(sensor, status, advice=tuple(advice))
        timebase = heard.timebase
        span_s = (heard.last_ns - heard.first_ns) / NS_PER_S
        timed = heard.decoder.info.clock_modulo_ns is not None
        report = SensorReport(
            found=sensor,
            status=status,
            samples=timebase.samples,
            lost=timebase.lost,
            doubled=timebase.doubled,
            undecodable=heard.undecodable,
            nominal_rate_hz=heard.decoder.info.nominal_rate_hz,
            rate_hz=timebase.samples / span_s if span_s > 1.0 else None,
            clock_ppm=timebase.clock_ppm if timed else None,
            clock_sigma_ms=None if timebase.sigma_ns is None else timebase.sigma_ns / 1e6,
        )
        return _advised(report)


def _advised(report: SensorReport) -> SensorReport:
    values = {name: getattr(report, name) for name in report.__dataclass_fields__ if name != "advice"}
    return SensorReport(**values, advice=tuple(_advice(report)))


def _advice(report: SensorReport) -> Sequence[str]:
    """Say what could be better, worst first."""
    label, status, out = report.found.label, report.status, list[str]()
    whole = report.samples + report.lost
    if whole and report.lost / whole > LOSS_NOTICED:
        out.append(
            f"{label} lost {100 * report.lost / whole:.1f} % of its samples: bring the computer closer."
        )
    if report.undecodable:
        out.append(sentence(LinkReason.GARBAGE, label))
    if report.rate_hz and report.nominal_rate_hz and _off(report.rate_hz, report.nominal_rate_hz) > RATE_OFF:
        out.append(
            f"{label} sends {report.rate_hz:.1f} samples/s where it says {report.nominal_rate_hz:.1f}: "
            "its rate setting or its radio is at fault; the measured rate is used."
        )
    if report.clock_ppm is not None and abs(report.clock_ppm) > SKEW_PPM:
        out.append(
            f"{label} has a clock that is off by {report.clock_ppm:.0f} ppm: more than a crystal should be."
        )
    if status is not None:
        out += _advice_on_link(label, status)
    return out


def _advice_on_link(label: str, status: SensorStatus) -> list[str]:
    out = list[str]()
    if status.interval_ms is not None and status.interval_ms > SLOW_INTERVAL_MS:
        out.append(
            f"{label} has a connection interval of {status.interval_ms:g} ms: feedback is late by as much; "
            "let its firmware ask for 15 ms."
        )
    if status.battery_percent is not None and status.battery_percent <= BATTERY_LOW_PERCENT:
        out.append(sentence(LinkReason.BATTERY_LOW, label))
    if status.rssi_dbm is not None and status.rssi_dbm <= WEAK_DBM:
        out.append(sentence(LinkReason.WEAK_SIGNAL, label))
    return out


def _off(value: float, wanted: float) -> float:
    return abs(value / wanted - 1.0)


async def _system() -> SystemReport:
    return SystemReport(
        system=platform.platform(terse=True),
        python=platform.python_version(),
        bleak=importlib.metadata.version("bleak"),
        bluez=await _bluez() if sys.platform == "linux" else None,
        adapters=_adapters(),
    )


def _adapters() -> tuple[str, ...]:
    return tuple(sorted(path.name for path in KERNEL_ADAPTERS.glob("hci*")))


async def _bluez() -> str | None:
    """Version of BlueZ's command, as of the service beside it."""
    command = shutil.which("bluetoothctl")
    if command is None:
        return None
    process = await asyncio.create_subprocess_exec(
        command, "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said, _ = await process.communicate()
    return said.decode(errors="replace").rpartition(" ")[2].strip() or None
