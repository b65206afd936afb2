"""Load on the lumbar spine (definitions 7): what it is computed from, and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isfinite

from lumbarwatch.model.body import CHAIN
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.errors import UserError


class LoadReason(StrEnum):
    """Why there is no load."""

    BAD_VALUE = "bad_value"
    UNREACHABLE = "unreachable"  # the legs don't reach from the hip to the feet


class LoadError(UserError):
    """A posture or an input that has no load; the sentence says what is wrong and what to do."""

    def __init__(self, reason: LoadReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason


class Lift(StrEnum):
    """What is lifted, by the user's label."""

    HIP_THRUST = "hip_thrust"
    SQUAT = "squat"
    GOOD_MORNING = "good_morning"
    DEADLIFT = "deadlift"
    ROMANIAN_DEADLIFT = "romanian_deadlift"

    @property
    def bar_hangs(self) -> bool:
        """The bar hangs from the arms; otherwise it lies on the body."""
        return self in {Lift.DEADLIFT, Lift.ROMANIAN_DEADLIFT}


DEFAULT_KAPPA = 0.10
"""Horizontal share of the floor's push, which statics alone leaves open (convention, plausible 0 to 0.25)."""


@dataclass(frozen=True, slots=True)
class LoadSetup:
    """Bar, body and bench of a lift. Bar 0 is an unloaded lift; a body mass of 0 leaves the bare beam.

    Raises
    ------
    LoadError
        With BAD_VALUE where a number is not finite or can't be meant.
    """

    bar_kg: float
    mass_kg: float
    stature_m: float
    bench_height_m: float | None = None  # None: the thigh is horizontal at lockout
    contact_to_l1_m: float | None = None  # by tape measure: bench edge to lumbar sensor; None: from stature
    kappa: float = DEFAULT_KAPPA

    def __post_init__(self) -> None:
        check_value("A bar mass", self.bar_kg, 0.0, 1000.0, "kg")
        check_value("A body mass", self.mass_kg, 0.0, 400.0, "kg")
        check_value("A stature", self.stature_m, 1.0, 2.5, "m")
        if self.bench_height_m is not None:
            check_value("A bench height", self.bench_height_m, 0.0, 1.0, "m")
        if self.contact_to_l1_m is not None:
            check_value("A distance from bench edge to sensor", self.contact_to_l1_m, 0.0, 0.5, "m")
        check_value("A horizontal share (kappa)", self.kappa, 0.0, 1.0, "")

    @property
    def bench_m(self) -> float:
        """Height of the bench contact: as measured, else such that the thigh is horizontal at 90/90."""
        if self.bench_height_m is not None:
            return self.bench_height_m
        leg = CHAIN.shank + CHAIN.ankle_height
        return self.stature_m * (leg - CHAIN.thorax_depth - CHAIN.l5s1_to_hip_anterior)

    @property
    def contact_m(self) -> float:
        """Bench contact to the thoracolumbar joint along the trunk."""
        if self.contact_to_l1_m is not None:
            return self.contact_to_l1_m
        return self.stature_m * CHAIN.thorax_to_thoracolumbar

    @property
    def ankle_x_m(self) -> float:
        """Ankle seen from the bench contact, such that the shin is vertical at 90/90."""
        return self.stature_m * (CHAIN.ankle_from_bench - CHAIN.thorax_to_thoracolumbar) + self.contact_m


def check_value(name: str, value: float, low: float, high: float, unit: str) -> None:
    """Refuse a number that is not finite or lies outside what can be meant.

    Raises
    ------
    LoadError
        With BAD_VALUE.
    """
    if not isfinite(value) or not low <= value <= high:
        unit = f" {unit}" if unit else ""
        sentence = f"{name} of {value:g}{unit} can't be used: give a number from {low:g} to {high:g}{unit}."
        raise LoadError(LoadReason.BAD_VALUE, sentence)


@dataclass(frozen=True, slots=True, eq=False)
class LumbarLoad:
    """Moments and forces of a hip thrust, or their one sigma; (n,) each. Never a risk.

    Moments are positive where extensors carry them. Compression and shear follow the trunk's chord, not the
    sloped L5/S1 disc, and leave out co-contraction.
    """

    m_l5s1_nm: Floats
    m_hip_nm: Floats
    m_knee_nm: Floats
    compression_n: Floats
    shear_n: Floats  # anterior
    bench_n: Floats  # the bench's push, upwards
    foot_n: Floats  # the floor's push, upwards
    horizontal_n: Floats  # the bench's push towards the feet, and the floor's back


@dataclass(frozen=True, slots=True)
class RepLoad:
    """Load of one rep. None: too little of the rep is known."""

    set_number: int
    rep_number: int
    peak_moment_nm: float | None  # quasi-static, at L5/S1
    peak_sigma_nm: float | None
    t_peak_ns: int | None
    peak_dynamic_moment_nm: float | None  # with the weights as heavy as the hip's acceleration makes them
    dose_n2m2s: float | None


@dataclass(frozen=True, slots=True)
class Dose:
    """Squared moment over time, summed over reps. With ``unknown_reps`` it is a lower bound."""

    dose_n2m2s: float
    sigma_n2m2s: float
    unknown_reps: int = 0


@dataclass(frozen=True, slots=True)
class SessionLoad:
    """Load of a session: every rep, and the doses of the sets whose bar mass is known."""

    reps: tuple[RepLoad, ...]
    sets: Mapping[int, Dose]  # by set number
    session: Dose | None  # None: no set has a bar mass

    @property
    def doses_n2m2s(self) -> dict[int, float]:
        """Dose of each set by its number."""
        return {number: dose.dose_n2m2s for number, dose in self.sets.items()}


@dataclass(frozen=True, slots=True)
class DatedDose:
    """Dose of an earlier session."""

    started_at_utc_ns: int
    dose_n2m2s: float
