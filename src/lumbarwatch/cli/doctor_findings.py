"""The doctor's report as lines for the page Sensors."""

from lumbarwatch.hub.values import FindingKind, FindingMessage
from lumbarwatch.jobs import doctor
from lumbarwatch.jobs.doctor import DoctorReport, SensorReport
from lumbarwatch.model.clock import Clock
from lumbarwatch.sensors.link import Backend

SECONDS = 6.0
"""Shorter than the command's: somebody waits for the page (convention)."""


async def examined(clock: Clock, backend: Backend | None = None) -> list[FindingMessage]:
    """Examine system, adapter and sensors in range."""
    return findings(await doctor.examine(clock, seconds=SECONDS, backend=backend))


def findings(report: DoctorReport) -> list[FindingMessage]:
    """Return the report's lines, the worst first."""
    system = report.system
    lines = [FindingMessage(kind=FindingKind.FINE, subject="System", text=_system(report))]
    if report.problem is not None:
        text = report.problem.sentence
        lines.append(FindingMessage(kind=FindingKind.PROBLEM, subject="Bluetooth", text=text))
    elif system.adapters:
        adapters = f"Adapter {', '.join(system.adapters)} works."
        lines.append(FindingMessage(kind=FindingKind.FINE, subject="Bluetooth", text=adapters))
    lines += [line for sensor in report.sensors for line in _sensor(sensor)]
    order = [FindingKind.PROBLEM, FindingKind.NOTICE, FindingKind.FINE]
    return sorted(lines, key=lambda line: order.index(line.kind))


def _system(report: DoctorReport) -> str:
    system = report.system
    bluez = f", BlueZ {system.bluez}" if system.bluez else ""
    return f"{system.system}, Python {system.python}, bleak {system.bleak}{bluez}."


def _sensor(sensor: SensorReport) -> list[FindingMessage]:
    label = sensor.found.label
    if not sensor.samples:
        silent = ("It sent nothing: wake it, charge it, bring it nearer and try again.",)
        texts, kind = sensor.advice or silent, FindingKind.PROBLEM
    else:
        texts, kind = sensor.advice, FindingKind.NOTICE
    lines = [FindingMessage(kind=kind, subject=label, text=text) for text in texts]
    return lines or [FindingMessage(kind=FindingKind.FINE, subject=label, text=_figures(sensor))]


def _figures(sensor: SensorReport) -> str:
    whole = sensor.samples + sensor.lost
    rate = "" if sensor.rate_hz is None else f" at {sensor.rate_hz:.1f} Hz"
    return f"{sensor.samples} samples{rate}, {100 * sensor.lost / whole:.1f} % lost."
