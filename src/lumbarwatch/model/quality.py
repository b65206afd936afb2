"""What a sensor's stream was worth."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples lost in a row, as where a link was cut."""

    t_ns: int  # of the first sample after it, host time base
    seconds: float  # from the last sample before it
    lost: int
    estimated: bool  # by time alone: the sensor has no sample number, or began to count anew


@dataclass(frozen=True, slots=True)
class SensorQuality:
    """Figures of one sensor over a recording; None = could not be measured."""

    samples: int = 0
    lost: int = 0
    loss_estimated: bool = False  # true without a sample counter
    doubled: int = 0  # samples seen before, dropped
    late: int = 0  # samples that came after newer ones, dropped
    longest_gap_s: float = 0.0
    gaps: tuple[Gap, ...] = ()  # of 0.1 s and more, the newest thousand
    rate_hz: float | None = None  # measured
    clock_ppm: float | None = None  # sensor clock against host clock
    clock_sigma_ms: float | None = None  # one sigma of the time mapping
    restarts: int = 0
    saturated: int = 0  # samples at the end of a range
    gyr_bias_dps: float | None = None  # norm
    orientation_source: str = "raw"
    quaternion_check_deg: float | None = None  # RMS of own quaternion against fused gravity
    quaternion_distrusted: bool = False

    @property
    def lost_fraction(self) -> float:
        """Share of samples lost."""
        whole = self.samples + self.lost
        return self.lost / whole if whole else 0.0
