"""Who trained, with which zero and limits, lifting what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from lumbarwatch.model import checks
from lumbarwatch.model.checks import Floats, ModelError
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import WarningId


@dataclass(frozen=True, slots=True)
class Limit:
    """Amber and red limit of one warning, in the sign and unit of its value. None: no such level."""

    amber: float | None = None
    red: float | None = None

    def __post_init__(self) -> None:
        checks.finite("amber", self.amber)
        checks.finite("red", self.red)


@dataclass(frozen=True, slots=True)
class Limits:
    """An athlete's own limits; a warning that is not in ``overrides`` has the default of definitions 5."""

    overrides: Mapping[WarningId, Limit] = field(default_factory=lambda: MappingProxyType({}))
    tuck_training: bool = False  # W1c is judged only in training mode

    def get(self, warning: WarningId) -> Limit | None:
        """The athlete's own limit of a warning, or None for the default."""
        return self.overrides.get(warning)


@dataclass(frozen=True, slots=True)
class Athlete:
    """Body measures and limits. ``name`` may stay empty: nothing is computed from it."""

    id: str = ""
    name: str = ""
    mass_kg: float | None = None
    stature_m: float | None = None
    limits: Limits = field(default_factory=Limits)
    bench_height_m: float | None = None  # of the own bench; None: the thigh is level at lockout
    contact_to_l1_m: float | None = None  # by tape measure, bench edge to lumbar sensor; None: from stature

    def __post_init__(self) -> None:
        checks.finite("mass_kg", self.mass_kg, low=20.0, high=400.0)
        checks.finite("stature_m", self.stature_m, low=1.0, high=2.5)
        checks.finite("bench_height_m", self.bench_height_m, low=0.0, high=1.0)
        checks.finite("contact_to_l1_m", self.contact_to_l1_m, low=0.0, high=0.5)


@dataclass(frozen=True, slots=True)
class LiftSetup:
    """What is lifted, and on what."""

    bar_kg: float | None = None
    bench_height_m: float | None = None
    rpe: float | None = None
    single_leg: bool | None = None  # None: found from the roll
    contact_to_l1_m: float | None = None  # by tape measure, bench edge to lumbar sensor

    def __post_init__(self) -> None:
        checks.finite("bar_kg", self.bar_kg, low=0.0, high=1000.0)
        checks.finite("bench_height_m", self.bench_height_m, low=0.0, high=1.0)
        checks.finite("rpe", self.rpe, low=0.0, high=10.0)
        checks.finite("contact_to_l1_m", self.contact_to_l1_m, low=0.0, high=0.5)


class CalibrationSource(StrEnum):
    """Where the calibration's windows came from."""

    GUIDED = "guided"
    META = "meta"
    AUTOMATIC = "automatic"
    NONE = "none"


class CalibrationStep(StrEnum):
    """The steps of definitions 3."""

    STAND = "stand"
    HINGE = "hinge"  # the bows
    ARCH = "arch"
    TUCK = "tuck"
    SUPINE = "supine"  # optional, and asked for only where the athlete chooses it
    REFERENCE_THRUSTS = "reference_thrusts"


class CalibrationReason(StrEnum):
    """Why a calibration, or a part of it, was refused or is limited."""

    NO_STANDING = "no_standing"
    NOT_STILL = "not_still"
    NO_BOWS = "no_bows"
    AXIS_UNCLEAR = "axis_unclear"
    AXIS_NOT_HORIZONTAL = "axis_not_horizontal"
    ELEVATIONS_DIFFER = "elevations_differ"
    MOVED_TOO_LITTLE = "moved_too_little"
    SENSOR_MISSING = "sensor_missing"
    GAP = "gap"
    SWAPPED = "swapped"
    SWAP_UNDECIDED = "swap_undecided"
    NO_RANGE = "no_range"
    RANGE_TOO_SMALL = "range_too_small"
    RANGE_UNSTEADY = "range_unsteady"
    REFERENCE_NOT_TUCKED = "reference_not_tucked"
    REFERENCE_ARCHED = "reference_arched"
    REFERENCE_TOO_SHORT = "reference_too_short"
    NO_REFERENCE = "no_reference"
    STALE = "stale"
    NOT_STILL_LYING = "not_still_lying"
    NOT_SUPINE = "not_supine"


@dataclass(frozen=True, slots=True, eq=False)
class Mounting:
    """How one sensor sits on its segment.

    ``segment_from_sensor`` (3, 3): rotates a sensor-frame vector into the anatomical frame
    (X anterior, Y cranial, Z right). ``gyr_bias_radps`` (3,) in the sensor's frame.
    """

    segment_from_sensor: Floats
    gyr_bias_radps: Floats
    axis_explained: float  # share of the bows' movement about the axis, 0..1
    axis_elevation_deg: float  # raw axis against the horizontal
    bow_range_deg: float
    still_sd_deg: float

    def __post_init__(self) -> None:
        rotation = checks.floats("segment_from_sensor", self.segment_from_sensor, (3, 3))
        object.__setattr__(self, "segment_from_sensor", rotation)
        bias = checks.floats("gyr_bias_radps", self.gyr_bias_radps, (3,))
        object.__setattr__(self, "gyr_bias_radps", bias)
        x, y, z = rotation
        off = max(
            abs(float(x @ y)),
            abs(float(y @ z)),
            abs(float(z @ x)),
            abs(float(x @ x) - 1),
            abs(float(y @ y) - 1),
        )
        if off > 1e-6:
            raise ModelError("segment_from_sensor: not a rotation")


@dataclass(frozen=True, slots=True)
class OwnRange:
    """The athlete's own maximal extension and tuck, both positive (step 3).

    ``standing_deg``: lambda of the athlete's own standing; not 0 where another zero is in use (step 5).
    """

    lam_max_deg: float
    tau_max_deg: float
    spread_deg: float
    standing_deg: float = 0.0

    @property
    def habit(self) -> float | None:
        """Where the athlete stands in the own range: 0 at the full tuck, 1 at the full arch."""
        whole = self.tau_max_deg + self.lam_max_deg
        return (self.tau_max_deg + self.standing_deg) / whole if whole > 0 else None


@dataclass(frozen=True, slots=True)
class ReferenceThrusts:
    """The unloaded reference thrusts (step 4)."""

    phi_bottom_deg: float
    phi_top_deg: float
    tilt_lock_deg: float
    lam_lock_deg: float
    psi_lock_deg: float
    rom_m: float  # hip-height range

    @property
    def rom_deg(self) -> float:
        """Pelvis range from bottom to top."""
        return self.phi_top_deg - self.phi_bottom_deg


@dataclass(frozen=True, slots=True)
class SupineZero:
    """The neutral posture lying face up as the zero (step 5).

    ``shift_deg``: what it takes from each pitch against the standing zero, which the mountings turned back by
    as much give again; ``spread_deg``: of both stillnesses together, of the sensor with the larger one.
    """

    shift_deg: Mapping[Placement, float]
    spread_deg: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """The zero and the axes of a session, and what is known of the athlete's own range."""

    source: CalibrationSource
    valid: bool
    reasons: tuple[CalibrationReason, ...] = ()
    mountings: Mapping[Placement, Mounting] = field(default_factory=lambda: MappingProxyType({}))
    own_range: OwnRange | None = None
    reference: ReferenceThrusts | None = None
    swapped: bool | None = False  # None: undecided
    sigma_deg: float = 2.5  # of the zero; convention until measured
    lift_recognised: bool = False  # not valid, but the lift showed itself: counted, not graded
    supine: SupineZero | None = None  # the zero in use, where it is not the standing one

    @classmethod
    def none(cls, *reasons: CalibrationReason) -> "Calibration":
        """No usable calibration, with the reasons."""
        return cls(source=CalibrationSource.NONE, valid=False, reasons=reasons)


@dataclass(frozen=True, slots=True)
class CalibrationWindows:
    """When the steps were done, in ns on the host time base; half-open. None or empty: step not done."""

    stand: tuple[int, int] | None = None
    hinge: tuple[int, int] | None = None
    arch: tuple[tuple[int, int], ...] = ()
    tuck: tuple[tuple[int, int], ...] = ()
    reference_thrusts: tuple[int, int] | None = None
    supine: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        names = ("stand", "hinge", "reference_thrusts", "supine")
        single = [(name, getattr(self, name)) for name in names]
        many = [("arch", window) for window in self.arch] + [("tuck", window) for window in self.tuck]
        for name, window in single + many:
            if window is not None and window[1] <= window[0]:
                raise ModelError(f"{name}: ends before it starts")


@dataclass(frozen=True, slots=True)
class Session:
    """One visit."""

    id: str
    athlete_id: str
    started_at_utc_ns: int
    simulated: bool = False
    recovered: bool = False
    note: str = ""
