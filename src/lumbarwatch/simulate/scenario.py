"""What a scenario is, and the pieces most of them share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from lumbarwatch.simulate.everyday import (
    ArchAndTuck,
    Bows,
    GetUp,
    LieDown,
    Move,
    Rest,
    Segment,
    Stand,
    Support,
    Walk,
)
from lumbarwatch.simulate.faults import Fault
from lumbarwatch.simulate.lifts import ReferenceThrusts, SetOf, good
from lumbarwatch.simulate.stage import AthleteProfile

Script = Callable[[AthleteProfile], Sequence[Segment]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A session to perform, what goes wrong in it, and what is true of it.

    ``full`` and ``partial`` are the repetitions that happen (the calibration's thrusts do not count).
    """

    name: str
    summary: str
    script: Script
    full: int
    partial: int = 0
    profile: AthleteProfile = field(default_factory=AthleteProfile)
    faults: tuple[Fault, ...] = ()
    skin: bool = True
    swapped: bool = False
    upside_down: bool = False
    rate_hz: float = 100.0
    minutes: float = 0.0  # filled up with rests and good sets to at least this
    doubled: float = 0.0
    delayed: float = 0.0
    clock_ppm: tuple[float, float] | None = None  # of pelvis and lumbar sensor; None: by the sensor group
    seq_modulo: int | None = None  # None: by the sensor group
    clock_modulo_s: float | None = None


def calibrated(*then: Segment, support: Support = Support.BENCH) -> list[Segment]:
    """The guided calibration of definitions 3 (about 60 s), then these segments lying at the bottom."""
    return [
        Stand(6.0, zero=True),
        Bows(),
        Move(0.8, then_wait_s=0.5),
        ArchAndTuck(),
        Walk(2.0),
        LieDown(support),
        ReferenceThrusts(),
        *then,
    ]


def calibrated_standing(*then: Segment) -> list[Segment]:
    """The calibration's first three steps, then these segments standing."""
    return [Stand(6.0, zero=True), Bows(), Move(0.8, then_wait_s=0.5), ArchAndTuck(), *then]


def leave() -> list[Segment]:
    """Get up and stand quietly at the end."""
    return [GetUp(), Stand(6.0)]


def one_set(reps: SetOf, support: Support = Support.BENCH) -> list[Segment]:
    """Calibration, a short rest lying, one set, and the end."""
    return [*calibrated(Rest(3.0), reps, support=support), *leave()]


def filler(index: int) -> list[Segment]:
    """A rest standing and another good set, from lying to lying."""
    return [GetUp(), Walk(6.0), Stand(60.0), Walk(6.0), LieDown(), SetOf(good(8 + index % 4)), Rest(12.0)]
