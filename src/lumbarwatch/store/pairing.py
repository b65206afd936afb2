"""Which sensor is worn where, by serial number: kept in this computer's settings in the data folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from lumbarwatch.model.samples import Placement
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.settings import change_settings, damaged_settings, read_settings

KEY = "sensors"
"""The pairing's entry in the settings; other entries are left as they are."""


@dataclass(frozen=True, slots=True)
class PairedSensor:
    """A sensor that has its place. ``address`` serves where a family tells no serial number."""

    family: str
    name: str
    serial: str = ""
    address: str = ""

    @property
    def identity(self) -> str:
        """What to look for."""
        return self.serial or self.address


Pairing = Mapping[Placement, PairedSensor]


def load_pairing(folder: DataFolder) -> Pairing:
    """Return the stored pairing, empty without one.

    Raises
    ------
    StoreError
        The settings can't be read.
    """
    try:
        places = cast("dict[str, dict[str, str]]", read_settings(folder.config).get(KEY, {}))
        return {Placement(place): PairedSensor(**sensor) for place, sensor in places.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise damaged_settings(folder.config) from error


def save_pairing(folder: DataFolder, pairing: Pairing) -> None:
    """Store a pairing in place of the one before; whole or not at all.

    Raises
    ------
    StoreError
        The settings can't be read or written.
    """
    sensors = {
        place.value: {name: getattr(sensor, name) for name in PairedSensor.__slots__}
        for place, sensor in pairing.items()
    }
    change_settings(folder.config, KEY, sensors)
