"""Gives a recording's sensors the accelerometer calibrations of a file."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.sensor_calibration import CalibratedSensor, read_sensor_calibration
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.model.samples import Placement, SensorInfo


def with_sensor_calibration(replay: Replay, path: Path) -> Replay:
    """Return the replay whose readings are corrected by a file's calibrations.

    A calibration belongs to a serial number; where the recording or the file does not tell it, to a place.

    Raises
    ------
    InputError
        The file cannot be used, or none of its sensors is in the recording.
    """
    known = read_sensor_calibration(path)
    sensors = {place: _calibrated(place, info, known) for place, info in replay.setup.sensors.items()}
    if all(sensors[place] is info for place, info in replay.setup.sensors.items()):
        serials = ", ".join(info.serial for info in sensors.values() if info.serial)
        raise InputError(
            InputReason.BAD_SENSOR_CALIBRATION,
            f"{path} holds no calibration of this recording's sensors"
            f"{f' ({serials})' if serials else ''}; leave --sensor-calibration out or name another file.",
        )
    return replace(replay, setup=replace(replay.setup, sensors=MappingProxyType(sensors)))


def _calibrated(place: Placement, info: SensorInfo, known: Sequence[CalibratedSensor]) -> SensorInfo:
    for one in known:
        named = bool(info.serial and one.serial)
        if (one.serial == info.serial) if named else (one.placement is place):
            return replace(info, accelerometer=one.calibration)
    return info
