"""Which sensor is worn where, by serial number: kept in this computer's settings in the data folder."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from lumbarwatch.model.samples import Placement
from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.folder import DataFolder

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
        places = cast("dict[str, dict[str, str]]", _settings(folder.config).get(KEY, {}))
        return {Placement(place): PairedSensor(**sensor) for place, sensor in places.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise _damaged(folder.config) from error


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
    _write(folder.config, json.dumps(_settings(folder.config) | {KEY: sensors}, indent=2))


def _settings(path: Path) -> dict[str, object]:
    try:
        settings: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise from_os(error, "Reading the settings", path) from error
    except ValueError as error:
        raise _damaged(path) from error
    if not isinstance(settings, dict):
        raise _damaged(path)
    return cast("dict[str, object]", settings)


def _write(path: Path, text: str) -> None:
    beside = path.with_suffix(".new")
    try:
        with beside.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise from_os(error, "Writing the settings", path) from error


def _damaged(path: Path) -> StoreError:
    return StoreError(
        StoreReason.DAMAGED,
        f"The settings {path} can't be read: delete the file, then pair again by 'lumbarwatch pair'.",
    )
