"""Accelerometer calibrations by serial number: kept in the history, good for every later session."""

from collections.abc import Sequence

from lumbarwatch.model.sensor_calibration import AccelerometerCalibration
from lumbarwatch.store.codec import CodecError, from_json, to_json
from lumbarwatch.store.history import History
from lumbarwatch.store.records import SensorRecord

KEY = "accelerometer"
"""Name of the entry in a sensor's stored calibration."""


def save_accelerometer(
    history: History, family: str, serial: str, calibration: AccelerometerCalibration
) -> None:
    """Keep a sensor's accelerometer calibration; it replaces the one before.

    A plain table does not tell the family: where the history knows one sensor of that serial number, that is
    the one.

    Raises
    ------
    StoreError
        The history can't be written.
    """
    known = [record.family for record in history.sensors() if record.serial == serial]
    if not family and len(known) == 1:
        family = known[0]
    history.save_sensor(family, serial, {KEY: to_json(calibration)})


def accelerometer_of(
    sensors: Sequence[SensorRecord], family: str, serial: str
) -> AccelerometerCalibration | None:
    """Return the stored calibration of a sensor, None without one (or with one this version can't read).

    One stored without its family counts for any, and any for a sensor whose family is not known (yet); the
    newest is taken.
    """
    if not serial:
        return None
    named = [record for record in sensors if record.serial == serial]
    fitting = [record for record in named if not family or record.family in (family, "")]
    for record in sorted(fitting, key=lambda one: one.updated_at_utc_ns, reverse=True):
        if record.calibration is not None and KEY in record.calibration:
            try:
                return from_json(AccelerometerCalibration, record.calibration[KEY])
            except CodecError:
                continue
    return None
