"""What a plain table holds once it is read and put in order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import Placement


class NoticeReason(StrEnum):
    """What the reader put right or left out."""

    UNKNOWN_COLUMNS = "unknown_columns"
    COLUMN_ABSENT = "column_absent"
    QUATERNION_INCOMPLETE = "quaternion_incomplete"
    QUATERNION_BAD = "quaternion_bad"
    QUATERNION_TURNED = "quaternion_turned"
    OTHER_SENSORS = "other_sensors"
    MALFORMED_ROWS = "malformed_rows"
    UNREADABLE_ROWS = "unreadable_rows"
    DOUBLED = "doubled"
    SORTED_BACK = "sorted_back"
    LATE = "late"
    COUNTER_UNUSABLE = "counter_unusable"
    RATE_DISAGREES = "rate_disagrees"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know about a file that was accepted."""

    reason: NoticeReason
    sentence: str


@dataclass(frozen=True, slots=True)
class RowCounts:
    """What became of one sensor's rows."""

    rows: int = 0
    unreadable: int = 0  # a number missing: left out, a gap
    doubled: int = 0  # seen before: left out
    sorted_back: int = 0  # out of order by less than a second: put back
    late: int = 0  # came more than a second after newer ones: left out


@dataclass(frozen=True, slots=True, eq=False)
class PlainSensor:
    """One sensor's samples in the order it took them; its counters may begin anew (``starts``).

    ``quat_wxyz`` rows are NaN where the sensor gave none. ``starts``: indices at which a batch must begin,
    because a counter goes back there or quaternions come or go; the first is 0.
    """

    placement: Placement
    t_arrival_ns: Integers  # (n,) does not go back
    gyr_radps: Floats  # (n, 3)
    acc_mps2: Floats | None  # (n, 3)
    quat_wxyz: Floats | None  # (n, 4)
    t_device_ns: Integers | None  # (n,)
    seq: Integers | None  # (n,)
    starts: Integers
    counts: RowCounts
    rate_hz: float  # measured by arrival
    seq_modulo: int | None = None  # where seq was seen to wrap
    clock_modulo_ns: int | None = None  # where t_device_s was seen to wrap

    def __len__(self) -> int:
        return len(self.t_arrival_ns)


@dataclass(frozen=True, slots=True)
class PlainRecording:
    """A whole plain table."""

    path: Path
    sensors: Mapping[Placement, PlainSensor]
    notices: tuple[Notice, ...] = ()

    @property
    def start_ns(self) -> int:
        """Arrival of the first sample."""
        return min(int(sensor.t_arrival_ns[0]) for sensor in self.sensors.values())

    @property
    def end_ns(self) -> int:
        """Arrival of the last sample."""
        return max(int(sensor.t_arrival_ns[-1]) for sensor in self.sensors.values())
