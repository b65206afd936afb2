"""A sensor in a few words: signal, battery, firmware, place, accelerometer calibration."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Protocol

from lumbarwatch.model.samples import Placement

STRONG_DBM = -65
WEAK_DBM = -85
"""Below: samples get lost at arm's length; the doctor's own limit (convention)."""
LOW_BATTERY_PERCENT = 15
"""The doctor's own limit (convention)."""

PLACES: Mapping[Placement, str] = MappingProxyType(
    {Placement.PELVIS: "Pelvis, over S2", Placement.LUMBAR: "Lumbar, over L1"}
)

NOBODY = (
    "No sensor was found. Switch both on (many wake up when shaken), keep them within 3 m, end other "
    "programs that use them, then look again."
)
NONE_HERE = "No sensor of this choice: choose another station, or all sensors."

CALIBRATE = """
An uncalibrated accelerometer can be off by 1° in each posture: for cheap sensors nothing improves more.
Once per sensor, in two minutes: press **Calibrate** beside it, lay it on a firm table on each of its **six
sides**, and let go until the page counts the pose. The result is kept by serial number and used from the next
session on.

Without this page: `lumbarwatch record`, then `lumbarwatch calibrate-sensor RECORDING`.
"""


class _Sensor(Protocol):
    """A sensor as the hub tells of it."""

    @property
    def name(self) -> str: ...
    @property
    def family(self) -> str: ...
    @property
    def model(self) -> str: ...
    @property
    def serial(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def rssi_dbm(self) -> int | None: ...
    @property
    def battery_percent(self) -> int | None: ...
    @property
    def firmware(self) -> str: ...
    @property
    def placement(self) -> Placement | None: ...
    @property
    def in_use(self) -> bool: ...
    @property
    def accelerometer_utc_s(self) -> float | None: ...
    @property
    def raw(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class SensorCard:
    """What the page shows of one sensor."""

    title: str
    state: str
    facts: tuple[tuple[str, str], ...]
    troubles: tuple[str, ...]


def card(sensor: _Sensor, station: str = "", *, looked: bool = True) -> SensorCard:
    """Return a sensor in words.

    Parameters
    ----------
    station
        How its station is called, if there is more than one.
    looked
        Sensors have been looked for: one that was not heard then is not in range.
    """
    title = sensor.model or sensor.name or sensor.family
    worn = "not assigned" if sensor.placement is None else PLACES[sensor.placement]
    return SensorCard(
        title=f"{title} {sensor.serial or sensor.address}".strip(),
        state=_state(sensor, looked=looked),
        facts=(
            ("Place", f"{worn} · {station}" if station and sensor.placement is not None else worn),
            ("Signal", signal_words(sensor.rssi_dbm)),
            ("Battery", battery_words(sensor.battery_percent)),
            ("Firmware", sensor.firmware or "not known"),
            ("Accelerometer", calibration_words(sensor.accelerometer_utc_s, raw=sensor.raw)),
        ),
        troubles=tuple(troubles(sensor)),
    )


def _state(sensor: _Sensor, *, looked: bool) -> str:
    if sensor.in_use:
        return "streaming"
    if sensor.rssi_dbm is not None:
        return "in range"
    return "not in range" if looked else "not looked for yet"


def signal_words(rssi_dbm: int | None) -> str:
    """Return a signal strength in words and dBm."""
    if rssi_dbm is None:
        return "not known"
    words = "strong" if rssi_dbm >= STRONG_DBM else "weak" if rssi_dbm <= WEAK_DBM else "fair"
    return f"{words} (−{-rssi_dbm} dBm)" if rssi_dbm < 0 else f"{words} ({rssi_dbm} dBm)"


def battery_words(percent: int | None) -> str:
    """Return a battery's charge."""
    if percent is None:
        return "not known"
    return f"{percent} %, charge soon" if percent <= LOW_BATTERY_PERCENT else f"{percent} %"


def calibration_words(utc_s: float | None, *, raw: bool = True) -> str:
    """Return whether the accelerometer was calibrated, and when; 0: at an unknown time."""
    if not raw:
        return "its own affair: the sensor sends orientations"
    if utc_s is None:
        return "not calibrated"
    if utc_s == 0:
        return "calibrated"
    return f"calibrated {datetime.fromtimestamp(utc_s, UTC).astimezone():%Y-%m-%d}"


def troubles(sensor: _Sensor) -> Sequence[str]:
    """Return what a user should do something about."""
    found = list[str]()
    if sensor.battery_percent is not None and sensor.battery_percent <= LOW_BATTERY_PERCENT:
        found.append("The battery is low: charge it before the next session.")
    if sensor.rssi_dbm is not None and sensor.rssi_dbm <= WEAK_DBM:
        found.append("The signal is weak: bring the computer closer.")
    return found


def scanned_words(utc_s: float | None) -> str:
    """Return when sensors were last looked for."""
    if utc_s is None:
        return "Not looked for yet: press the button with both sensors on."
    return f"Last looked for at {datetime.fromtimestamp(utc_s, UTC).astimezone():%H:%M:%S}."


def uncalibrated_words(sensors: Sequence[_Sensor]) -> str:
    """Return what it costs that some worn sensors were never calibrated; empty: all were."""
    worn = [sensor for sensor in sensors if sensor.placement is not None and sensor.raw]
    found = sum(sensor.accelerometer_utc_s is None for sensor in worn)
    if not found:
        return ""
    named = "One accelerometer is" if found == 1 else f"{found} accelerometers are"
    return f"{named} not calibrated: angles are less sure by about 1°. Press Calibrate to change that."
