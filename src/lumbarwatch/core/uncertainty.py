"""One sigma of every number that is judged (definitions 2)."""

from dataclasses import dataclass
from math import hypot, sqrt


@dataclass(frozen=True, slots=True)
class Budget:
    """Convention of definitions 2, used where nothing better was measured; deg unless said.

    ``measured_*`` replace parts of it: the spread of the athlete's own calibration, and what fusion says of
    the samples at hand (gaps, restarts).
    """

    rep_noise_deg: float = 2.0
    calibration_deg: float = 2.5
    reference_deg: float = 1.3  # of a reference lockout, the mean of two thrusts
    rom_fraction: float = 0.03
    time_s: float = 0.05

    def absolute_deg(self, fusion_deg: float = 0.0) -> float:
        """An angle against the zero."""
        return hypot(self.rep_noise_deg, self.calibration_deg, fusion_deg)

    def against_range_deg(self, fusion_deg: float = 0.0) -> float:
        """A difference against the athlete's own range; the zero is shared."""
        return hypot(self.rep_noise_deg, fusion_deg)

    def against_reference_deg(self, fusion_deg: float = 0.0) -> float:
        """A difference against the reference lockout."""
        return hypot(self.rep_noise_deg, self.reference_deg, fusion_deg)

    def within_rep_deg(self, fusion_deg: float = 0.0) -> float:
        """A difference between two moments of one rep."""
        return hypot(sqrt(2.0) * self.rep_noise_deg, fusion_deg)

    def drift_deg(self, reps: int) -> float:
        """Of a Theil-Sen drift over a set of so many reps (W6)."""
        return self.rep_noise_deg * sqrt(12.0 * (reps - 1) / (reps * (reps + 1)))


BUDGET = Budget()
