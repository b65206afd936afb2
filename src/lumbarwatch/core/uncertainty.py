"""One sigma of every number (definitions 2).

Two things are kept apart: the *budget*, a convention, and the *stated* sigma of an angle against its zero,
which follows from what is known of the sensors at hand and is checked against truth. Red warnings are gated
by the latter where an angle is judged against the zero, by the budget where differences are.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import degrees, hypot, sqrt

import numpy as np

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats


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


@dataclass(frozen=True, slots=True)
class StatedParams:
    """Parts of the stated sigma of one sensor (conventions; checked in tests/accuracy/coverage.py)."""

    skin_deg: float = 0.9  # skin against bone, standing to lockout (150 simulated persons; held by others)
    sway_deg: float = 0.1  # of the zero
    prior_bias_mps2: float = 0.06  # 6 mg, an ordinary part, worth one reading
    prior_readings: float = 0.5
    fusion_base_deg: float = 0.5  # what fusion states in the clear, for any movement; a lift is slower


@dataclass(slots=True)
class StatedSigma:
    """Sigma of tilt and lambda (deg) as far as it can be known.

    An accelerometer's offset and scale error turn its vertical, standing and lying differently. How large
    they are shows in the norm of the specific force at rest, one reading a posture and sensor.
    """

    params: StatedParams = field(default_factory=StatedParams)
    zero_deg: float = 0.0  # what a zero taken from another one adds
    _squares: float = 0.0
    _readings: int = 0

    def read_rest(self, norms_mps2: Iterable[float]) -> None:
        """Norms of the specific force (m/s^2), one for each sensor, averaged over a stillness."""
        for norm in norms_mps2:
            if abs(norm - STANDARD_GRAVITY_MPS2) < 0.1 * STANDARD_GRAVITY_MPS2:
                self._squares += (norm - STANDARD_GRAVITY_MPS2) ** 2
                self._readings += 1

    @property
    def part_deg(self) -> float:
        """What the parts' accelerometers add to a change of posture, for one sensor."""
        p = self.params
        square = (self._squares + p.prior_readings * p.prior_bias_mps2**2) / (
            self._readings + p.prior_readings
        )
        return degrees(sqrt(2.0 * square) / STANDARD_GRAVITY_MPS2)

    @property
    def sensor_deg(self) -> float:
        """One sensor's inclination against its zero, in a lift."""
        own_deg = hypot(self.params.skin_deg, self.params.sway_deg, self.part_deg)
        return hypot(own_deg, self.zero_deg) if self.zero_deg else own_deg

    def tilt_deg(self, fusion_deg: float) -> float:
        """Posterior pelvic tilt; ``fusion_deg`` is fusion's own sigma at the time."""
        return hypot(self.sensor_deg, self._excess(fusion_deg))

    def lambda_deg(self, pelvis_deg: float, lumbar_deg: float) -> float:
        """Lumbar extension; fusion's own sigma of both sensors at the time."""
        return hypot(sqrt(2.0) * self.sensor_deg, self._excess(pelvis_deg), self._excess(lumbar_deg))

    def excess_deg(self, fusion_deg: Floats) -> Floats:
        """What gaps and restarts add beyond a clear stream, for fusion's own sigmas (n,) deg."""
        return np.sqrt(np.maximum(0.0, fusion_deg**2 - self.params.fusion_base_deg**2))

    def _excess(self, fusion_deg: float) -> float:
        return sqrt(max(0.0, fusion_deg**2 - self.params.fusion_base_deg**2))
