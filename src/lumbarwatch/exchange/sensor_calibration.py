"""Accelerometer calibrations as a file: what ``calibrate-sensor`` writes and ``analyze`` takes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.files import replacing
from lumbarwatch.model.checks import ModelError
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.sensor_calibration import AccelerometerCalibration, Axes

SCHEMA = "lumbarwatch.sensor-calibration/1"
SIZE_LIMIT_BYTES = 1_000_000


class AccelerometerEntry(BaseModel):
    """One accelerometer: specific force = (reading - offset_mps2) * scale. Also found in META.json."""

    model_config = ConfigDict(allow_inf_nan=False, frozen=True)

    offset_mps2: Axes
    scale: Axes = (1.0, 1.0, 1.0)
    offset_sigma_mps2: Axes | None = None
    scale_sigma: Axes | None = None
    residual_mps2: float | None = None
    poses: int | None = None
    when_utc_ns: int | None = None

    def calibration(self) -> AccelerometerCalibration:
        """Return the model's value.

        Raises
        ------
        ModelError
            Beyond any accelerometer.
        """
        return AccelerometerCalibration(**self.model_dump())


class _Sensor(AccelerometerEntry):
    serial: str = ""
    family: str = ""


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True)

    schema_: Literal["lumbarwatch.sensor-calibration/1"] = Field(alias="schema")
    sensors: dict[Placement, _Sensor]


@dataclass(frozen=True, slots=True)
class CalibratedSensor:
    """A sensor and its calibration; ``serial`` is empty where the recording did not tell it."""

    placement: Placement
    calibration: AccelerometerCalibration
    serial: str = ""
    family: str = ""


def read_sensor_calibration(path: Path) -> tuple[CalibratedSensor, ...]:
    """Read calibrations.

    Raises
    ------
    InputError
        With reason BAD_SENSOR_CALIBRATION: missing, not such a file, or a value in it is wrong.
    """
    try:
        document = _Document.model_validate_json(_text(path))
        sensors = document.sensors.items()
        return tuple(
            CalibratedSensor(place, _calibration(one), one.serial, one.family) for place, one in sensors
        )
    except ValidationError as error:
        raise _refused(path, _first_problem(error)) from error
    except ModelError as error:
        raise _refused(path, str(error)) from error


def write_sensor_calibration(path: Path, sensors: Sequence[CalibratedSensor]) -> None:
    """Write calibrations, whole or not at all.

    Raises
    ------
    InputError
        With reason BAD_OUTPUT.
    """
    document = {"schema": SCHEMA, "sensors": {one.placement.value: _entry(one) for one in sensors}}
    with replacing(path) as (temporary,):
        temporary.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _calibration(entry: _Sensor) -> AccelerometerCalibration:
    return AccelerometerEntry(**entry.model_dump(exclude={"serial", "family"})).calibration()


def _entry(one: CalibratedSensor) -> Mapping[str, Any]:
    fields = {name: getattr(one.calibration, name) for name in AccelerometerEntry.model_fields}
    return {"serial": one.serial, "family": one.family, **fields}


def _text(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(SIZE_LIMIT_BYTES + 1)
    except FileNotFoundError as error:
        raise InputError(
            InputReason.BAD_SENSOR_CALIBRATION,
            f"There is no file {path}; check the name after --sensor-calibration.",
        ) from error
    except OSError as error:
        raise _refused(path, f"cannot be read ({error.strerror})") from error
    if len(text) > SIZE_LIMIT_BYTES:
        raise _refused(path, "is far too long for a sensor calibration")
    return text


def _first_problem(error: ValidationError) -> str:
    problem = error.errors(include_url=False, include_context=False)[0]
    if problem["type"] == "json_invalid":
        return "is no JSON"
    where = ".".join(str(part) for part in problem["loc"]) or "the document"
    return f"{where}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _refused(path: Path, problem: str) -> InputError:
    return InputError(
        InputReason.BAD_SENSOR_CALIBRATION,
        f"{path} is no usable sensor calibration ({problem}); write one with `lumbarwatch calibrate-sensor`.",
    )
