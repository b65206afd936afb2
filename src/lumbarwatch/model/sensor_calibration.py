"""What is known of one part's accelerometer: offset and scale of each axis, found at rest in many poses."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lumbarwatch.model import checks
from lumbarwatch.model.checks import Floats, ModelError

Axes = tuple[float, float, float]
"""A value for each of the sensor's own axes x, y, z."""

LARGEST_OFFSET_MPS2 = 2.0
"""Beyond 0.2 g an accelerometer is broken, or its units are wrong (poor parts reach 0.1 g; convention)."""

LARGEST_SCALE_ERROR = 0.2
"""Likewise for its scale (poor parts stay below 0.05; convention)."""


class AccelerometerReason(StrEnum):
    """Why a recording gives no accelerometer calibration."""

    NO_RAW_DATA = "no_raw_data"  # the sensor sent orientations only
    NOT_STILL = "not_still"  # it never lay still
    TOO_FEW_POSES = "too_few_poses"
    POSES_TOO_ALIKE = "poses_too_alike"  # enough of them, but an axis is left open
    IMPLAUSIBLE = "implausible"  # no accelerometer is as wrong as that
    RESIDUAL_TOO_LARGE = "residual_too_large"  # offset and scale do not explain the readings


@dataclass(frozen=True, slots=True)
class AccelerometerCalibration:
    """Offset and scale of an accelerometer: specific force = (reading - offset) * scale, axis by axis.

    ``residual_mps2`` is how far the corrected norms lie from g over the poses (None: six alone can't
    disagree); the sigmas are one sigma of offset and scale. None where nothing is known, as ``when_utc_ns``.
    """

    offset_mps2: Axes
    scale: Axes
    offset_sigma_mps2: Axes | None = None
    scale_sigma: Axes | None = None
    residual_mps2: float | None = None
    poses: int | None = None
    when_utc_ns: int | None = None

    def __post_init__(self) -> None:
        for field, values in (("offset_mps2", self.offset_mps2), ("scale", self.scale)):
            if len(values) != 3:
                raise ModelError(f"{field}: three axes are needed, not {len(values)}")
        for offset in self.offset_mps2:
            checks.finite("offset_mps2", offset, low=-LARGEST_OFFSET_MPS2, high=LARGEST_OFFSET_MPS2)
        for scale in self.scale:
            checks.finite("scale", scale, low=1.0 - LARGEST_SCALE_ERROR, high=1.0 + LARGEST_SCALE_ERROR)

    def apply(self, acc_mps2: Floats) -> Floats:
        """Correct readings (n, 3) in m/s^2, each by itself: the same however a stream is cut."""
        return (acc_mps2 - np.array(self.offset_mps2)) * np.array(self.scale)

    def reach_mps2(self, range_mps2: float) -> float:
        """Smallest corrected magnitude at which an axis is at the end of its range."""
        axes = zip(self.offset_mps2, self.scale, strict=True)
        return min((range_mps2 - abs(offset)) * scale for offset, scale in axes)
