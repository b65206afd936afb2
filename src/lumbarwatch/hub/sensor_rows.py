"""What the page is told of each sensor: worn or in range, how it does, whether it was calibrated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lumbarwatch.hub.station import Station
from lumbarwatch.hub.stations import sensors_of
from lumbarwatch.hub.values import ScannedMessage
from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.sensors.base import FoundSensor
from lumbarwatch.sensors.catalogue import families
from lumbarwatch.sensors.link_types import SensorDetails, SensorStatus
from lumbarwatch.store.calibrations import accelerometer_of
from lumbarwatch.store.pairing import PairedSensor
from lumbarwatch.store.records import SensorRecord


@dataclass(frozen=True, slots=True)
class Worn:
    """A sensor that has its place at a station, and how it does if it is in use."""

    station: Station
    placement: Placement
    paired: PairedSensor | None
    status: SensorStatus | None

    @property
    def serial(self) -> str:
        """Serial number, if known."""
        told = self.status.serial if self.status else None
        return told or (self.paired.serial if self.paired else "")

    @property
    def address(self) -> str:
        """Address, if known."""
        told = self.status.address if self.status else ""
        return told or (self.paired.address if self.paired else "")

    def is_(self, serial: str, address: str) -> bool:
        """Whether this is the sensor of that serial number or address."""
        own = {self.serial, self.address} - {""}
        return bool(own & {serial, address})


def found_row(sensor: FoundSensor, details: SensorDetails, known: Sequence[SensorRecord]) -> ScannedMessage:
    """Return a sensor of the last scan; ``details``: what it said of itself."""
    serial = sensor.serial or details.serial or ""
    return ScannedMessage(
        sensor=serial or sensor.address,
        name=sensor.name,
        family=sensor.family,
        model=model_of(sensor.family),
        serial=serial,
        address=sensor.address,
        rssi_dbm=sensor.rssi_dbm,
        battery_percent=details.battery_percent,
        firmware=details.firmware or "",
        accelerometer_utc_s=_calibrated_utc_s(known, sensor.family, serial),
        raw=_raw(sensor.family),
    )


def worn_at(station: Station) -> list[Worn]:
    """Return the sensors that have their place at a station."""
    visit = station.visit
    statuses: Mapping[Placement, SensorStatus] = {}
    if visit is not None and visit.running:
        statuses = visit.links.status()
    paired = sensors_of(station)
    places = [place for place in Placement if place in statuses or place in paired]
    return [Worn(station, place, paired.get(place), statuses.get(place)) for place in places]


def worn_row(one: Worn, known: Sequence[SensorRecord], seen: ScannedMessage | None) -> ScannedMessage:
    """Return a sensor worn; ``seen``: what the last scan said of it, its running link knows newer."""
    status, paired = one.status, one.paired
    family = status.family if status and status.family else (paired.family if paired else "")
    family = family or (seen.family if seen else "")
    told = ScannedMessage(
        sensor=one.serial or one.address,
        name=_name(status, paired, seen),
        family=family,
        model=model_of(family),
        serial=one.serial,
        address=one.address,
        placement=one.placement,
        station=one.station.name,
        in_use=status is not None and status.state is LinkState.STREAMING,
        accelerometer_utc_s=_calibrated_utc_s(known, family, one.serial),
        raw=_raw(family),
    )
    if status is None and seen is not None:
        return told.model_copy(update=_as_scanned(seen))
    return told if status is None else told.model_copy(update=_as_linked(status))


def _as_scanned(seen: ScannedMessage) -> dict[str, object]:
    return seen.model_dump(include={"rssi_dbm", "battery_percent", "firmware", "problem"})


def _as_linked(status: SensorStatus) -> dict[str, object]:
    return {
        "rssi_dbm": status.rssi_dbm,
        "battery_percent": status.battery_percent,
        "firmware": status.firmware or "",
        "problem": status.sentence if status.reason not in (None, LinkReason.BATTERY_LOW) else "",
    }


def model_of(family: str) -> str:
    """Return what a family is called by people."""
    known = families().get(family)
    return "" if known is None else known.label


def _raw(family: str) -> bool:
    known = families().get(family)
    return known is None or known.raw


def _calibrated_utc_s(known: Sequence[SensorRecord], family: str, serial: str) -> float | None:
    found = accelerometer_of(known, family, serial)
    if found is None:
        return None
    return 0.0 if found.when_utc_ns is None else round(found.when_utc_ns / NS_PER_S, 3)


def _name(status: SensorStatus | None, paired: PairedSensor | None, seen: ScannedMessage | None) -> str:
    return next((one.name for one in (status, paired, seen) if one is not None and one.name), "")
