"""Choices of the Settings page: kept in the data folder, told to every page, heeded where motors buzz."""

import asyncio

from lumbarwatch.hub.values import PreferencesMessage
from lumbarwatch.model.events import Cue, Event, LiveWarning
from lumbarwatch.model.preferences import Preferences
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.preferences import load_preferences, save_preferences


class Choices:
    """What is chosen now; ``keeping``: held by whoever writes the settings.

    Raises
    ------
    StoreError
        The settings can't be read.
    """

    def __init__(self, folder: DataFolder, keeping: asyncio.Lock) -> None:
        self._folder = folder
        self._keeping = keeping
        self._now = load_preferences(folder)

    def message(self) -> PreferencesMessage:
        """Return what is chosen, for the pages."""
        now = self._now
        return PreferencesMessage(
            tones=now.tones,
            speech=now.speech,
            haptic=now.haptic,
            muted=sorted(now.muted),
            mass_unit=now.mass_unit,
            length_unit=now.length_unit,
        )

    def felt(self, event: Event) -> bool:
        """Whether a cue may be felt: motors are on and this cue is not muted."""
        if not self._now.haptic:
            return False
        if isinstance(event, LiveWarning):
            return event.warning.id not in self._now.muted
        return not isinstance(event, Cue) or event.warning not in self._now.muted

    async def keep(self, wanted: PreferencesMessage) -> None:
        """Choose otherwise, from now on and after the next start.

        Raises
        ------
        StoreError
            It can't be kept; nothing changes then.
        """
        chosen = Preferences(
            tones=wanted.tones,
            speech=wanted.speech,
            haptic=wanted.haptic,
            muted=frozenset(wanted.muted),
            mass_unit=wanted.mass_unit,
            length_unit=wanted.length_unit,
        )
        async with self._keeping:  # one after the other: what was chosen last is what is kept
            await asyncio.to_thread(save_preferences, self._folder, chosen)
            self._now = chosen
