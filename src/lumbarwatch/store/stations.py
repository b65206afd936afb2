"""Stations of this computer, with names and sensors: kept in its settings, so that they outlive a restart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from lumbarwatch.model.samples import Placement
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.pairing import PairedSensor, Pairing, load_pairing, save_pairing
from lumbarwatch.store.settings import change_settings, damaged_settings, read_settings

KEY = "stations"
FIRST = "1"
"""The station that is always there; its sensors are those of ``lumbarwatch pair``."""


@dataclass(frozen=True, slots=True)
class KeptStation:
    """A station: its name for people and its sensors."""

    name: str = ""
    sensors: Pairing = field(default_factory=dict[Placement, PairedSensor])


def load_stations(folder: DataFolder) -> dict[str, KeptStation]:
    """Return all stations by their short names, the first one always.

    Raises
    ------
    StoreError
        The settings can't be read.
    """
    try:
        kept = cast("dict[str, dict[str, Any]]", read_settings(folder.config).get(KEY, {}))
        found = {key: KeptStation(str(one["name"]), _sensors(one["sensors"])) for key, one in kept.items()}
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged_settings(folder.config) from error
    first = KeptStation(found[FIRST].name if FIRST in found else "", load_pairing(folder))
    return {FIRST: first, **{key: one for key, one in found.items() if key != FIRST}}


def save_stations(folder: DataFolder, stations: Mapping[str, KeptStation]) -> None:
    """Store all stations in place of those before.

    Raises
    ------
    StoreError
        The settings can't be read or written.
    """
    kept = {key: {"name": one.name, "sensors": _plain(one.sensors)} for key, one in stations.items()}
    change_settings(folder.config, KEY, kept)
    if FIRST in stations:
        save_pairing(folder, stations[FIRST].sensors)


def _plain(sensors: Pairing) -> dict[str, dict[str, str]]:
    return {
        place.value: {name: getattr(sensor, name) for name in PairedSensor.__slots__}
        for place, sensor in sensors.items()
    }


def _sensors(places: Mapping[str, Mapping[str, str]]) -> Pairing:
    return {Placement(place): PairedSensor(**sensor) for place, sensor in places.items()}
