"""What passes between the first stages of the pipeline, for one sensor. Arrays of n >= 0 samples."""

from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.checks import Booleans, Floats, Integers


@dataclass(frozen=True, slots=True, eq=False)
class TimedBatch:
    """Samples on the host time base: output of timebase, input of fusion."""

    t_ns: Integers  # (n,) host time at which each sample was taken; strictly increasing over the stream
    arrival_ns: Integers  # (n,) when it arrived
    gyr_radps: Floats  # (n, 3) sensor frame
    acc_mps2: Floats | None  # (n, 3) sensor frame
    quat_wxyz: Floats | None  # (n, 4)
    lost: Integers  # (n,) samples lost directly before this one
    restarted: Booleans  # (n,) first sample after the device's clock or counter began anew
    period_ns: Floats  # (n,) measured sample period valid at this sample

    def __len__(self) -> int:
        return len(self.t_ns)

    def part(self, start: int, stop: int) -> "TimedBatch":
        """Samples start to stop (exclusive)."""
        cut = slice(start, stop)
        return TimedBatch(
            t_ns=self.t_ns[cut],
            arrival_ns=self.arrival_ns[cut],
            gyr_radps=self.gyr_radps[cut],
            acc_mps2=None if self.acc_mps2 is None else self.acc_mps2[cut],
            quat_wxyz=None if self.quat_wxyz is None else self.quat_wxyz[cut],
            lost=self.lost[cut],
            restarted=self.restarted[cut],
            period_ns=self.period_ns[cut],
        )


@dataclass(frozen=True, slots=True, eq=False)
class FusedBatch:
    """Orientation of the sensor against gravity: output of fusion, input of kinematics."""

    t_ns: Integers  # (n,)
    arrival_ns: Integers  # (n,)
    up: Floats  # (n, 3) world up, unit, in the sensor's frame
    quat_wxyz: Floats  # (n, 4) sensor to earth, heading arbitrary
    gyr_radps: Floats  # (n, 3) bias removed, sensor frame
    acc_norm_mps2: Floats  # (n,) norm of the specific force; NaN without raw data
    sigma_deg: Floats  # (n,) one sigma of the inclination from noise, gaps and restarts
    lost: Integers  # (n,) samples lost directly before this one
    restarted: Booleans  # (n,)
    saturated: Booleans  # (n,) a channel was at the end of its range

    def __len__(self) -> int:
        return len(self.t_ns)


def empty_integers() -> Integers:
    """No samples."""
    return np.empty(0, dtype=np.int64)
