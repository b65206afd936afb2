"""Masses and lengths as they are shown and typed; kept are kilograms and metres, angles are degrees."""

from dataclasses import dataclass

from scipy.constants import inch, pound

from lumbarwatch.model.preferences import LengthUnit, MassUnit

CM = 0.01


@dataclass(frozen=True, slots=True)
class Shown:
    """A unit of display: its name, how much of the kept unit one of it is, and a handy step."""

    name: str
    size: float
    step: float
    digits: int = 1

    def shown(self, kept: float | None) -> float | None:
        """Return a kept value in this unit, rounded as it is shown."""
        return None if kept is None else round(kept / self.size, self.digits)

    def kept(self, shown: float | None, before: float | None = None) -> float | None:
        """Return a typed value in the kept unit; what was not changed stays exactly as it was."""
        if shown is None:
            return None
        return before if before is not None and self.shown(before) == shown else shown * self.size

    def words(self, kept: float | None) -> str:
        """Return a value with its unit; a dash for what is not known."""
        value = self.shown(kept)
        return "–" if value is None else f"{value:g} {self.name}"


def mass(unit: MassUnit) -> Shown:
    """Return how masses (kept in kg) are shown."""
    return Shown("lb", pound, 5.0) if unit is MassUnit.LB else Shown("kg", 1.0, 2.5)


def length(unit: LengthUnit) -> Shown:
    """Return how statures and ranges (kept in m) are shown."""
    return Shown("in", inch, 0.5) if unit is LengthUnit.IN else Shown("cm", CM, 1.0)
