"""What the terminal shows of a session that is being recorded."""

from dataclasses import dataclass

from rich.console import Group
from rich.table import Table
from rich.text import Text

from lumbarwatch.cli.sensor_words import UNKNOWN, WORN, said, table
from lumbarwatch.hub.messages import RepMessage, SensorMessage, StationMessage
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.verdicts import Level
from lumbarwatch.presenters.words import LINKS, PHASES, WARNINGS

STYLES = {Level.AMBER: "yellow", Level.RED: "bold red"}
REPS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Angles:
    """The newest angles, degrees; None: not known. Not ``valid``: not to be judged by."""

    tilt_deg: float | None
    lumbar_extension_deg: float | None
    valid: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything that is drawn."""

    message: StationMessage
    angles: Angles | None
    recorded_s: float
    duration_s: float | None


def drawn(picture: Picture) -> Group:
    """Return the view: time, sensors, angles, the latest reps."""
    message = picture.message
    return Group(
        _clock(picture),
        _sensors(message.sensors),
        _posture(picture),
        *(_rep(rep) for rep in message.reps[-REPS_SHOWN:]),
        Text("Ctrl-C ends and saves.", "dim"),
    )


def _clock(picture: Picture) -> Text:
    whole = "" if picture.duration_s is None else f" of {_time(picture.duration_s)}"
    calibration = picture.message.calibration
    zero = "calibrated" if calibration is not None and calibration.valid else "not calibrated"
    line = Text.assemble(("REC ", "bold red"), f"{_time(picture.recorded_s)}{whole}, {zero}")
    if not picture.message.analysing:
        line.append(", recording only: the analysis stopped with an error", "yellow")
    return line


def _sensors(sensors: list[SensorMessage]) -> Table:
    made = table("", ("worn", "sensor", "state"), ("battery",))
    for sensor in sensors:
        style = "" if sensor.state is LinkState.STREAMING else "yellow"
        state = sensor.detail or LINKS[sensor.state]
        made.add_row(
            WORN[sensor.placement],
            Text(said(sensor.device)),
            Text(state, style),
            said(sensor.battery_percent, " %"),
        )
    return made


def _posture(picture: Picture) -> Text:
    message, angles = picture.message, picture.angles
    words = f"{PHASES[message.phase]}; set {message.set_number or UNKNOWN}, {len(message.reps)} reps"
    if angles is None or not angles.valid:
        return Text(words)
    tilt, extension = _degrees(angles.tilt_deg), _degrees(angles.lumbar_extension_deg)
    return Text(f"{words}; posterior pelvic tilt {tilt}, lumbar extension {extension}")


def _rep(rep: RepMessage) -> Text:
    line = Text(f"set {rep.set} rep {rep.rep}: tilt {_degrees(rep.tilt_lockout_deg)} at the top")
    for warning in rep.warnings:
        line.append(f"; {WARNINGS[warning.id].title} ({warning.level})", STYLES[warning.level])
    if rep.partial:
        line.append("; partial")
    elif not rep.graded:
        line.append("; not graded", "dim")
    return line


def _degrees(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:+.0f} deg"


def _time(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
