"""Accelerometer calibrations on the terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from lumbarwatch.core.stillness import StillWindow
from lumbarwatch.jobs.calibrate_sensor import FittedSensor
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.sensor_calibration import AccelerometerCalibration, Axes
from lumbarwatch.presenters.accelerometer import MG_PER_MPS2, scaled

UNKNOWN = "-"


def show(
    sensors: Sequence[FittedSensor], stored: Sequence[FittedSensor], console: Console | None = None
) -> None:
    """Print the poses, offset and scale of each sensor, and where the result went."""
    out = console or Console()
    for one in sensors:
        out.print(Text(_title(one), "bold"))
        if one.fit.windows:
            out.print(_poses(one.fit.windows))
        if one.fit.calibration is None:
            reasons = ", ".join(reason.value.replace("_", " ") for reason in one.fit.reasons)
            out.print(Text(f"Refused: {reasons}", "yellow"))
        else:
            _show_result(out, one, one.fit.calibration)
            out.print(Text(_kept(one, stored), "dim"), soft_wrap=True)


def _title(one: FittedSensor) -> str:
    return " ".join(part for part in (one.placement.value, "sensor", one.family, one.serial) if part)


def _poses(windows: Sequence[StillWindow]) -> Table:
    table = Table("still from s", "for s", "up", "off mg", box=None, pad_edge=False)
    start_ns = windows[0].start_ns
    for window in windows:
        excess_mg = MG_PER_MPS2 * window.norm_mps2 - 1e3
        since_s = (window.start_ns - start_ns) / NS_PER_S
        row = (f"{since_s:.1f}", f"{window.seconds:.1f}", _up(window.mean_mps2), f"{excess_mg:+.1f}")
        table.add_row(*row)
    return table


def _up(mean_mps2: Axes) -> str:
    """The axis that points up, as "+x"."""
    axis = max(range(3), key=lambda i: abs(mean_mps2[i]))
    return ("-" if mean_mps2[axis] < 0 else "+") + "xyz"[axis]


def _show_result(out: Console, one: FittedSensor, calibration: AccelerometerCalibration) -> None:
    table = Table("", "x", "y", "z", box=None, pad_edge=False)
    x, y, z = (100.0 * (value - 1.0) for value in calibration.scale)
    offset, offset_sigma = (
        _times(MG_PER_MPS2, given) for given in (calibration.offset_mps2, calibration.offset_sigma_mps2)
    )
    assert offset is not None
    table.add_row("offset mg", *_each(offset, offset_sigma, 1))
    table.add_row("scale %", *_each((x, y, z), _times(100.0, calibration.scale_sigma), 2))
    out.print(table)
    out.print(Text(_agreement(one, calibration)), soft_wrap=True)


def _each(values: Axes, sigmas: Axes | None, digits: int) -> list[str]:
    """Each axis with its one sigma."""
    parts = [f"{value:+.{digits}f}" for value in values]
    if sigmas is None:
        return parts
    return [f"{part} +- {sigma:.{digits}f}" for part, sigma in zip(parts, sigmas, strict=True)]


def _times(factor: float, values: Axes | None) -> Axes | None:
    return None if values is None else scaled(factor, values)


def _agreement(one: FittedSensor, calibration: AccelerometerCalibration) -> str:
    before = UNKNOWN if one.fit.before_mps2 is None else f"{MG_PER_MPS2 * one.fit.before_mps2:.1f} mg"
    if calibration.residual_mps2 is None:
        return f"At rest off by {before} (rms) before; six poses alone can't tell by how much after."
    after = f"{MG_PER_MPS2 * calibration.residual_mps2:.1f} mg"
    return f"At rest off by {before} (rms) before, {after} after, over {len(one.fit.windows)} poses."


def _kept(one: FittedSensor, stored: Sequence[FittedSensor]) -> str:
    if one in stored:
        return f"Stored for the sensor {one.serial}."
    return "Not stored: the recording does not tell its serial number; add --sensor and --serial."
