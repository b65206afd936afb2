"""What people choose on the Settings page: cues and units of display. Nothing is computed from it."""

from dataclasses import dataclass
from enum import StrEnum

from lumbarwatch.model.verdicts import WarningId


class MassUnit(StrEnum):
    """Unit in which masses are shown and typed; kept are kilograms."""

    KG = "kg"
    LB = "lb"


class LengthUnit(StrEnum):
    """Unit in which statures and ranges are shown and typed; kept are metres."""

    CM = "cm"
    IN = "in"


@dataclass(frozen=True, slots=True)
class Preferences:
    """Choices of this computer. Angles are always degrees.

    ``muted`` cues are shown but neither voiced nor felt; ``haptic`` is for sensors that have a motor.
    """

    tones: bool = True
    speech: bool = True
    haptic: bool = True
    muted: frozenset[WarningId] = frozenset()
    mass_unit: MassUnit = MassUnit.KG
    length_unit: LengthUnit = LengthUnit.CM
