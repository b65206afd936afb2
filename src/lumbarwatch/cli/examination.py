"""The doctor's report on the terminal."""

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lumbarwatch import __version__
from lumbarwatch.cli.sensor_words import UNKNOWN, said, table
from lumbarwatch.jobs import doctor
from lumbarwatch.jobs.doctor import DoctorReport, SensorReport, SystemReport
from lumbarwatch.model.clock import Clock
from lumbarwatch.sensors.link import Backend

FIGURES = (
    "signal",
    "battery",
    "samples",
    "lost",
    "rate Hz",
    "stated",
    "clock ppm",
    "timing ms",
    "interval ms",
)


async def examination(
    console: Console, clock: Clock, *, seconds: float, scan_s: float = 5.0, backend: Backend | None = None
) -> None:
    """Examine, and print what was found.

    Raises
    ------
    SensorError
        There was no way to a sensor at all; what is known of the system has been printed.
    """
    err = Console(stderr=True)
    report = await doctor.examine(
        clock,
        seconds=seconds,
        scan_s=scan_s,
        on_step=lambda step: err.print(Text(f"{step} ...", "dim")),
        backend=backend,
    )
    console.print(_system(report.system))
    if report.problem is not None:
        raise report.problem
    console.print(_sensors(report))
    for line in _advice(report):
        console.print(line)


def _system(system: SystemReport) -> Text:
    lines = [f"lumbarwatch {__version__}, Python {system.python}, bleak {system.bleak}", system.system]
    if system.system.startswith("Linux"):
        adapters = ", ".join(system.adapters) or "none that the kernel knows"
        lines.append(f"BlueZ {system.bluez or 'not found'}, adapters: {adapters}")
    return Text("\n".join(lines))


def _sensors(report: DoctorReport) -> Table:
    made = table("Sensors", ("sensor", "firmware"), FIGURES)
    for sensor in report.sensors:
        made.add_row(*(Text(cell) for cell in _cells(sensor)))
    return made


def _cells(sensor: SensorReport) -> tuple[str, ...]:
    status = sensor.status
    whole = sensor.samples + sensor.lost
    return (
        sensor.found.label,
        said(None if status is None else status.firmware),
        said(sensor.found.rssi_dbm, " dBm"),
        said(None if status is None else status.battery_percent, " %"),
        str(sensor.samples),
        f"{sensor.lost} ({sensor.lost / whole:.2%})" if whole else UNKNOWN,
        _figure(sensor.rate_hz, 2),
        _figure(sensor.nominal_rate_hz, 1),
        _figure(sensor.clock_ppm, 0),
        _figure(sensor.clock_sigma_ms, 1),
        _figure(None if status is None else status.interval_ms, 2),
    )


def _figure(value: float | None, digits: int) -> str:
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def _advice(report: DoctorReport) -> list[Text]:
    advice = [Text(f"- {line}", "yellow") for sensor in report.sensors for line in sensor.advice]
    if len(report.sensors) < 2:
        advice.append(Text("- Only one sensor is in range; a session needs two.", "yellow"))
    return advice or [Text("All is well.", "green")]
