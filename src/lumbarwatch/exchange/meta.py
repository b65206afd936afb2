"""``META.json`` (design 10): what a table of samples cannot say of itself. All of it is optional."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, cast

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.sensor_calibration import AccelerometerEntry
from lumbarwatch.model.checks import ModelError
from lumbarwatch.model.events import BarLoad, ControlEvent, SetButton, StepBegun, StepDone
from lumbarwatch.model.samples import NS_PER_S, Placement, SensorInfo
from lumbarwatch.model.session import (
    Athlete,
    CalibrationSource,
    CalibrationStep,
    CalibrationWindows,
    Limit,
    Limits,
)
from lumbarwatch.model.verdicts import WarningId

SIZE_LIMIT_BYTES = 10_000_000

SET_REST_S = 12.0
"""Sets closer than this are parted by their META times; longer rests part them by themselves."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What META says, as the pipeline takes it. Times are ns on the recording's host time base."""

    athlete: Athlete = field(default_factory=Athlete)
    sensors: Mapping[Placement, SensorInfo] = field(default_factory=lambda: MappingProxyType({}))
    windows: CalibrationWindows | None = None
    events: tuple[ControlEvent, ...] = ()  # calibration steps and loads, in order of time
    notices: tuple[str, ...] = ()

    @property
    def calibration_source(self) -> CalibrationSource:
        """META where it names a standing phase or bows, otherwise automatic."""
        return CalibrationSource.AUTOMATIC if self.windows is None else CalibrationSource.META


class _Part(BaseModel):
    """An object of META; unknown keys are kept, to be named in a notice."""

    model_config = ConfigDict(extra="allow", allow_inf_nan=False, frozen=True)


def _empty_if_null(value: object) -> object:
    return [] if value is None else value


def _windows(value: object) -> object:
    """A single window may stand for a list of one."""
    if isinstance(value, list):
        entries = cast("list[object]", value)
        return [entries] if entries and not isinstance(entries[0], list) else entries
    return _empty_if_null(value)


_Window = tuple[float, float]
_Windows = Annotated[list[_Window], BeforeValidator(_windows)]


class _Athlete(_Part):
    mass_kg: float | None = None
    height_m: float | None = None
    bench_height_m: float | None = None
    contact_to_l1_m: float | None = None
    tuck_training: bool = False


class _Set(_Part):
    t_start_s: float
    t_end_s: float | None = None
    bar_kg: float | None = Field(default=None, ge=0.0, le=1000.0)


class _Sensor(_Part):
    nominal_rate_hz: float | None = None
    seq_modulo: int | None = None
    accelerometer: AccelerometerEntry | None = None


class _Calibration(_Part):
    stand: _Window | None = None
    hinge: _Window | None = None
    arch: _Windows = Field(default_factory=list[_Window])
    tuck: _Windows = Field(default_factory=list[_Window])
    reference_thrusts: _Window | None = None
    supine: _Window | None = None


class _Limit(_Part):
    amber: float | None = None
    red: float | None = None


class _Document(_Part):
    athlete: _Athlete | None = None
    sets: Annotated[list[_Set], BeforeValidator(_empty_if_null)] = Field(default_factory=list[_Set])
    sensors: dict[str, _Sensor] | None = None
    calibration: _Calibration | None = None
    limits: dict[str, _Limit] | None = None


def read_meta(path: Path) -> Meta:
    """Read META.json.

    Raises
    ------
    InputError
        With reason BAD_META and one sentence: the file is missing, no JSON, or a value in it is wrong.
    """
    try:
        document = _Document.model_validate_json(_text(path))
    except ValidationError as error:
        raise _refused(path, _first_problem(error)) from error
    try:
        return _meta(document)
    except ModelError as error:
        raise _refused(path, str(error)) from error


def _text(path: Path) -> bytes:
    if path.is_dir():
        raise _refused(path, "is a folder; name the JSON file", joint=" ")
    try:
        with path.open("rb") as file:
            text = file.read(SIZE_LIMIT_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(
            InputReason.BAD_META, f"There is no file {path}; check the name after --meta."
        ) from error
    except OSError as error:
        raise _refused(path, f"cannot be read ({error.strerror})", joint=" ") from error
    if len(text) > SIZE_LIMIT_BYTES:
        raise _refused(path, "is far too long for META.json; check the name after --meta", joint=" ")
    return text


def _meta(document: _Document) -> Meta:
    limits, unknown_limits = _limits(document.limits or {})
    athlete = document.athlete or _Athlete()
    windows = _calibration_windows(document.calibration)
    known_sensors = {place: sensor for place in Placement if (sensor := (document.sensors or {}).get(place))}
    unknown = [*_unknown(document), *unknown_limits]
    unknown += [f"sensors.{name}" for name in document.sensors or {} if name not in set(Placement)]
    events: list[ControlEvent] = [*_steps(windows), *_set_events(document.sets)]
    return Meta(
        athlete=Athlete(
            mass_kg=athlete.mass_kg,
            stature_m=athlete.height_m,
            limits=Limits(overrides=limits, tuck_training=athlete.tuck_training),
            bench_height_m=athlete.bench_height_m,
            contact_to_l1_m=athlete.contact_to_l1_m,
        ),
        sensors=MappingProxyType({place: _sensor_info(sensor) for place, sensor in known_sensors.items()}),
        windows=windows,
        events=tuple(sorted(events, key=_by_time)),
        notices=(f"META: unknown keys were ignored: {', '.join(unknown[:8])}.",) if unknown else (),
    )


def _limits(given: Mapping[str, _Limit]) -> tuple[Mapping[WarningId, Limit], list[str]]:
    warnings = {warning.value: warning for warning in WarningId}
    known = {warnings[name]: Limit(one.amber, one.red) for name, one in given.items() if name in warnings}
    return MappingProxyType(known), [f"limits.{name}" for name in given if name not in warnings]


def _sensor_info(sensor: _Sensor) -> SensorInfo:
    entry = sensor.accelerometer
    info = SensorInfo(
        seq_modulo=sensor.seq_modulo, accelerometer=None if entry is None else entry.calibration()
    )
    if sensor.nominal_rate_hz is None:
        return info
    return replace(info, nominal_rate_hz=sensor.nominal_rate_hz)


def _calibration_windows(given: _Calibration | None) -> CalibrationWindows | None:
    if given is None or (given.stand is None and given.hinge is None):
        return None
    return CalibrationWindows(
        stand=_window_ns(given.stand),
        hinge=_window_ns(given.hinge),
        arch=tuple(_ns_pair(window) for window in given.arch),
        tuck=tuple(_ns_pair(window) for window in given.tuck),
        reference_thrusts=_window_ns(given.reference_thrusts),
        supine=_window_ns(given.supine),
    )


def _window_ns(window: _Window | None) -> tuple[int, int] | None:
    return None if window is None else _ns_pair(window)


def _ns_pair(window: _Window) -> tuple[int, int]:
    return _ns(window[0]), _ns(window[1])


def _ns(seconds: float) -> int:
    return round(seconds * NS_PER_S)


def _steps(windows: CalibrationWindows | None) -> list[ControlEvent]:
    """The beginning and the end of every step."""
    if windows is None:
        return []
    single = [
        (CalibrationStep.STAND, windows.stand),
        (CalibrationStep.HINGE, windows.hinge),
        (CalibrationStep.REFERENCE_THRUSTS, windows.reference_thrusts),
        (CalibrationStep.SUPINE, windows.supine),
    ]
    given = [(step, window) for step, window in single if window is not None]
    given += [(CalibrationStep.ARCH, window) for window in windows.arch]
    given += [(CalibrationStep.TUCK, window) for window in windows.tuck]
    events: list[ControlEvent] = [StepBegun(t_ns=start, step=step) for step, (start, _) in given]
    events += [
        StepDone(t_ns=end, step=step, start_ns=start, end_ns=end, source=CalibrationSource.META)
        for step, (start, end) in given
    ]
    return events


def _by_time(event: ControlEvent) -> tuple[int, bool]:
    """By time; what ends comes before what begins at the same time."""
    return event.t_ns, isinstance(event, StepBegun)


def _set_events(sets: list[_Set]) -> list[ControlEvent]:
    """Loads of the sets; and the end of a set that the next one follows at once."""
    events: list[ControlEvent] = []
    ordered = sorted(sets, key=lambda one: one.t_start_s)
    for number, one in enumerate(ordered):
        if one.t_end_s is not None and one.t_end_s < one.t_start_s:
            raise ModelError(f"sets[{number}]: t_end_s is before t_start_s")
        if one.bar_kg is not None:
            events.append(BarLoad(t_ns=_ns(one.t_start_s), bar_kg=one.bar_kg))
        following = ordered[number + 1] if number + 1 < len(ordered) else None
        if following is not None and one.t_end_s is not None:
            rest_s = following.t_start_s - one.t_end_s
            if 0 < rest_s < SET_REST_S:
                events.append(SetButton(t_ns=_ns(one.t_end_s + rest_s / 2), start=False))
    return events


def _unknown(part: _Part, where: str = "") -> list[str]:
    names = [where + name for name in part.model_extra or {}]
    for name in type(part).model_fields:
        value: Any = getattr(part, name)
        if isinstance(value, _Part):
            names += _unknown(value, f"{where}{name}.")
    return names


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    if problem["type"] == "json_invalid":
        return f"is no JSON ({problem['msg'].removeprefix('Invalid JSON: ')})"
    where = ".".join(str(part) for part in problem["loc"]) or "the document"
    return f"{where}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _refused(path: Path, problem: str, joint: str = ": ") -> InputError:
    joint = " " if problem.startswith("is ") else joint
    return InputError(InputReason.BAD_META, f"{path}{joint}{problem}; correct it.")
