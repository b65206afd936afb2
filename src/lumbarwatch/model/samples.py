"""What a sensor measured, as it arrived."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from lumbarwatch.model import checks
from lumbarwatch.model.checks import Floats, Integers, ModelError
from lumbarwatch.model.sensor_calibration import AccelerometerCalibration

NS_PER_S = 1_000_000_000


class Placement(StrEnum):
    """Where a sensor is worn."""

    PELVIS = "pelvis"  # over S2
    LUMBAR = "lumbar"  # over the L1 spinous process

    @property
    def other(self) -> "Placement":
        """The other of the two places."""
        return Placement.LUMBAR if self is Placement.PELVIS else Placement.PELVIS


class OrientationSource(StrEnum):
    """Which of a sensor's outputs gives its orientation."""

    RAW = "raw"  # fused here from specific force and angular rate; a quaternion is a check
    SENSOR = "sensor"  # the sensor's own quaternion


@dataclass(frozen=True, slots=True)
class SensorInfo:
    """What is known of a sensor before its first sample.

    ``seq_modulo`` and ``clock_modulo_ns`` say where its counters wrap (None: never).
    ``nominal_rate_hz`` is a starting value only: the measured period is what counts.
    ``filter_delay_s``: group delay of its own filters, by which a sample is older than its time stamp. None:
    not known; then half a sample period (at most 5 ms), as of a mean over the interval before the time stamp.
    ``accelerometer``: what six poses told of it; its readings are corrected by it before anything else.
    """

    nominal_rate_hz: float = 100.0
    seq_modulo: int | None = None
    clock_modulo_ns: int | None = None
    gyr_range_radps: float | None = None
    acc_range_mps2: float | None = None
    serial: str = ""
    family: str = ""
    filter_delay_s: float | None = None
    accelerometer: AccelerometerCalibration | None = None

    def __post_init__(self) -> None:
        checks.finite("nominal_rate_hz", self.nominal_rate_hz, low=1.0, high=5000.0)
        if self.filter_delay_s is not None:
            checks.finite("filter_delay_s", self.filter_delay_s, low=0.0, high=0.1)
        for field, value in (("seq_modulo", self.seq_modulo), ("clock_modulo_ns", self.clock_modulo_ns)):
            if value is not None and value < 2:
                raise ModelError(f"{field}: {value} is no modulus")


@dataclass(frozen=True, slots=True, eq=False)
class ImuBatch:
    """n >= 1 samples of one sensor, in the order it took them.

    Parameters
    ----------
    placement
        Where the sensor is worn.
    t_arrival_ns : (n,) int, ns
        Host's monotonic clock when the bytes of each sample arrived; does not go back.
    gyr_radps : (n, 3) float, rad/s
        Angular rate in the sensor's frame.
    acc_mps2 : (n, 3) float, m/s^2, or None
        Specific force in the sensor's frame (+9.81 up at rest).
    quat_wxyz : (n, 4) float, or None
        The sensor's own orientation: sensor to earth, scalar first, unit; heading arbitrary.
    t_device_ns : (n,) int, ns, or None
        The sensor's own clock, increasing within the batch (a counter that wraps inside it runs on past
        its modulus); None for sensors without a clock.
    seq : (n,) int, or None
        The sensor's count of samples, increasing within the batch (likewise); None without a counter.

    Raises
    ------
    ModelError
        A wrong shape, a number that is not finite, time that goes back, a quaternion that is not unit.
    """

    placement: Placement
    t_arrival_ns: Integers
    gyr_radps: Floats
    acc_mps2: Floats | None = None
    quat_wxyz: Floats | None = None
    t_device_ns: Integers | None = None
    seq: Integers | None = None

    def __post_init__(self) -> None:
        set_ = object.__setattr__
        set_(self, "t_arrival_ns", checks.integers("t_arrival_ns", self.t_arrival_ns, (-1,)))
        n = len(self.t_arrival_ns)
        if n == 0:
            raise ModelError("t_arrival_ns: a batch needs at least one sample")
        checks.non_decreasing("t_arrival_ns", self.t_arrival_ns)
        set_(self, "gyr_radps", checks.floats("gyr_radps", self.gyr_radps, (n, 3)))
        if self.acc_mps2 is None and self.quat_wxyz is None:
            raise ModelError("acc_mps2: needed where there is no quat_wxyz")
        if self.acc_mps2 is not None:
            set_(self, "acc_mps2", checks.floats("acc_mps2", self.acc_mps2, (n, 3)))
        if self.quat_wxyz is not None:
            set_(self, "quat_wxyz", checks.floats("quat_wxyz", self.quat_wxyz, (n, 4)))
            checks.unit_quaternions("quat_wxyz", self.quat_wxyz)
        for field in ("t_device_ns", "seq"):
            if (values := getattr(self, field)) is not None:
                counted = checks.integers(field, values, (n,))
                checks.increasing(field, counted)
                set_(self, field, counted)

    def __len__(self) -> int:
        return len(self.t_arrival_ns)

    def continued_by(self, other: "ImuBatch") -> bool:
        """Whether another batch goes on where this one ends, so that both can be one."""
        for name in ("acc_mps2", "quat_wxyz", "t_device_ns", "seq"):
            if (getattr(self, name) is None) != (getattr(other, name) is None):
                return False
        ends = ((self.t_device_ns, other.t_device_ns), (self.seq, other.seq))
        rising = all(one is None or two is None or one[-1] < two[0] for one, two in ends)
        return self.placement is other.placement and rising and self.t_arrival_ns[-1] <= other.t_arrival_ns[0]

    @staticmethod
    def joined(batches: "Sequence[ImuBatch]") -> "ImuBatch":
        """One batch of several that continue each other; their samples were checked when they were made."""
        if len(batches) == 1:
            return batches[0]
        whole = object.__new__(ImuBatch)
        object.__setattr__(whole, "placement", batches[0].placement)
        for name in ("t_arrival_ns", "gyr_radps", "acc_mps2", "quat_wxyz", "t_device_ns", "seq"):
            parts = [getattr(batch, name) for batch in batches]
            array = None if parts[0] is None else np.concatenate(parts)
            if array is not None:
                array.flags.writeable = False
            object.__setattr__(whole, name, array)
        return whole

    def part(self, start: int, stop: int) -> "ImuBatch":
        """Samples start to stop (exclusive) as a batch of their own."""
        cut = slice(start, stop)
        return ImuBatch(
            placement=self.placement,
            t_arrival_ns=self.t_arrival_ns[cut],
            gyr_radps=self.gyr_radps[cut],
            acc_mps2=None if self.acc_mps2 is None else self.acc_mps2[cut],
            quat_wxyz=None if self.quat_wxyz is None else self.quat_wxyz[cut],
            t_device_ns=None if self.t_device_ns is None else self.t_device_ns[cut],
            seq=None if self.seq is None else self.seq[cut],
        )


@dataclass(frozen=True, slots=True)
class ClockReading:
    """A sensor's clock read without a sample (it wraps as its samples' clock does), and when that arrived."""

    placement: Placement
    t_device_ns: int
    t_arrival_ns: int
