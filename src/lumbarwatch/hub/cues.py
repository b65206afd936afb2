"""What a sensor with a motor does for an event: the cue that is felt where nothing can be seen or heard."""

from dataclasses import dataclass

from lumbarwatch.model.events import Cue, Event, LiveWarning
from lumbarwatch.model.verdicts import Level, WarningId


@dataclass(frozen=True, slots=True)
class Haptic:
    """A vibration (reference profile: pattern, strength 0 to 255, ms)."""

    pattern: int
    strength: int
    ms: int


URGENT = Haptic(pattern=2, strength=255, ms=400)
PLAIN = Haptic(pattern=1, strength=180, ms=150)
"""Long and strong for W2 inside the rep, short for the spoken line of any other warning (convention)."""


def haptic_of(event: Event) -> Haptic | None:
    """Return the vibration that belongs to an event; W2's own line comes too late to be felt again."""
    if isinstance(event, LiveWarning):
        return URGENT if event.warning.level is Level.RED else None
    if isinstance(event, Cue):
        return None if event.warning is WarningId.W2 else PLAIN
    return None
