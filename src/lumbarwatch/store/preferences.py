"""Choices of the Settings page, kept in this computer's settings in the data folder."""

from typing import Final, cast

from lumbarwatch.model.preferences import LengthUnit, MassUnit, Preferences
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.settings import change_settings, damaged_settings, read_settings

KEY: Final = "preferences"


def load_preferences(folder: DataFolder) -> Preferences:
    """Return what was chosen, the defaults where nothing was.

    Raises
    ------
    StoreError
        The settings can't be read.
    """
    kept = read_settings(folder.config).get(KEY)
    if kept is None:
        return Preferences()
    try:
        found = cast("dict[str, object]", kept)
        return Preferences(
            tones=bool(found["tones"]),
            speech=bool(found["speech"]),
            haptic=bool(found["haptic"]),
            muted=frozenset(WarningId(id_) for id_ in cast("list[str]", found["muted"])),
            mass_unit=MassUnit(cast("str", found["mass_unit"])),
            length_unit=LengthUnit(cast("str", found["length_unit"])),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise damaged_settings(folder.config) from error


def save_preferences(folder: DataFolder, preferences: Preferences) -> None:
    """Keep what is chosen.

    Raises
    ------
    StoreError
        The settings can't be read or written.
    """
    kept = {
        "tones": preferences.tones,
        "speech": preferences.speech,
        "haptic": preferences.haptic,
        "muted": sorted(id_.value for id_ in preferences.muted),
        "mass_unit": preferences.mass_unit.value,
        "length_unit": preferences.length_unit.value,
    }
    change_settings(folder.config, KEY, kept)
