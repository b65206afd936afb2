"""What was found in the samples: poses, phases, reps, sets."""

from dataclasses import dataclass, field
from enum import StrEnum

from lumbarwatch.model import checks
from lumbarwatch.model.checks import Booleans, Floats, Integers, ModelError
from lumbarwatch.model.verdicts import NotGraded, WarningId, WarningVerdict


class Phase(StrEnum):
    """Where in a lift the athlete is (definitions 4)."""

    IDLE = "idle"
    ARMED = "armed"
    CONCENTRIC = "concentric"
    LOCKOUT = "lockout"
    ECCENTRIC = "eccentric"
    BOTTOM = "bottom"


PHASES: tuple[Phase, ...] = tuple(Phase)
"""Phases in the order of their codes in PoseBatch.phase_code."""


@dataclass(frozen=True, slots=True, eq=False)
class PoseBatch:
    """Both segments' angles on the common grid; n >= 0 points. NaN = unknown (a lost sensor, no calibration).

    All angles in degrees with the signs of definitions 1. ``valid`` is true where both sensors gave a trusted
    angle. ``phase_code`` indexes :data:`PHASES`.
    """

    t_ns: Integers  # (n,) host time base
    pelvis_pitch_deg: Floats
    lumbar_pitch_deg: Floats
    posterior_pelvic_tilt_deg: Floats
    lumbar_extension_deg: Floats
    pelvis_sigma_deg: Floats
    lumbar_extension_sigma_deg: Floats
    pelvis_roll_deg: Floats
    lumbar_roll_deg: Floats
    phase_code: Integers
    valid: Booleans

    def __post_init__(self) -> None:
        n = len(self.t_ns)
        for name in self.__slots__:
            if getattr(self, name).shape != (n,):
                raise ModelError(f"{name}: shape {getattr(self, name).shape} where {(n,)} is needed")
        checks.increasing("t_ns", self.t_ns)

    def __len__(self) -> int:
        return len(self.t_ns)


FIGURE_DIGITS = 7
"""A rep's figures are rounded to this many decimals when it is made: far below any sigma, the same number in
the live feed, every file and the history, which needs half the room for it (convention)."""


SAME_REP_NS = 500_000_000
"""Lockouts nearer than this belong to the same rep, whichever analysis found it (convention)."""


@dataclass(frozen=True, slots=True)
class RepQuality:
    """What the samples of a rep were worth."""

    lost_fraction: float = 0.0
    longest_gap_s: float = 0.0
    gap_at_lockout: bool = False
    slip_suspected: bool = False
    saturated: bool = False

    def __post_init__(self) -> None:
        for name in ("lost_fraction", "longest_gap_s"):
            checks.finite(name, getattr(self, name))
            object.__setattr__(self, name, round(float(getattr(self, name)), FIGURE_DIGITS))


_FIGURES = (
    "rom_deg",
    "rom_m",
    "rom_fraction",
    "phi_top_deg",
    "tilt_lockout_deg",
    "lambda_lockout_deg",
    "lambda_peak_deg",
    "lambda_eccentric_max_deg",
    "roll_lockout_deg",
    "rate_peak_dps",
    "rate_mean_dps",
    "tilt_sigma_deg",
    "lambda_sigma_deg",
)


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition (definitions 4). Times on the host time base in ns; None = not known.

    Figures (deg, m, deg/s, fractions) are rounded to :data:`FIGURE_DIGITS` decimals at construction.
    """

    set_number: int
    rep_number: int
    t_start_ns: int
    t_lockout_ns: int
    t_lower_ns: int
    t_end_ns: int
    rom_deg: float
    rom_m: float
    rom_fraction: float | None
    phi_top_deg: float | None  # None without a zero
    tilt_lockout_deg: float | None
    lambda_lockout_deg: float | None
    lambda_peak_deg: float | None
    lambda_eccentric_max_deg: float | None
    roll_lockout_deg: float | None
    rate_peak_dps: float
    rate_mean_dps: float
    tilt_sigma_deg: float | None
    lambda_sigma_deg: float | None
    partial: bool
    lowered: bool  # false: the set ended at the top, t_lower and t_end are the last sample's
    quality: RepQuality
    graded: bool
    not_graded: tuple[NotGraded, ...] = ()
    borderline: tuple[WarningId, ...] = ()
    warnings: tuple[WarningVerdict, ...] = ()
    single_leg: bool = False
    clear: tuple[WarningId, ...] = field(default=(), compare=False)
    """Better than their limit by half a sigma: for what stands on display, not kept."""

    def __post_init__(self) -> None:
        times = (self.t_start_ns, self.t_lockout_ns, self.t_lower_ns, self.t_end_ns)
        if list(times) != sorted(times):
            raise ModelError(f"t_start_ns, t_lockout_ns, t_lower_ns, t_end_ns: {times} are not in order")
        for name in _FIGURES:
            value = getattr(self, name)
            checks.finite(name, value)
            if value is not None:
                object.__setattr__(self, name, round(float(value), FIGURE_DIGITS))

    @property
    def concentric_s(self) -> float:
        """Seconds from the start to lockout."""
        return (self.t_lockout_ns - self.t_start_ns) / 1e9

    @property
    def hold_s(self) -> float:
        """Seconds from lockout to the start of lowering."""
        return (self.t_lower_ns - self.t_lockout_ns) / 1e9

    @property
    def eccentric_s(self) -> float:
        """Seconds from the start of lowering to the end."""
        return (self.t_end_ns - self.t_lower_ns) / 1e9

    def is_at(self, t_lockout_ns: int) -> bool:
        """Whether this is the rep with its lockout about then: analyses differ by a little."""
        return abs(self.t_lockout_ns - t_lockout_ns) < SAME_REP_NS


@dataclass(frozen=True, slots=True)
class SetSummary:
    """A set as it ended: counts, and the warnings that are judged once per set (W6)."""

    set_number: int
    t_start_ns: int
    t_end_ns: int
    reps: int  # full and partial together
    partial: int
    single_leg: bool = False
    bar_kg: float | None = None
    warnings: tuple[WarningVerdict, ...] = ()
    not_graded: tuple[NotGraded, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class SetExtra:
    """What belongs to a set beside its summary. None: not known."""

    set_number: int
    rpe: float | None = None
    dose_n2m2s: float | None = None
    dose_sigma_n2m2s: float | None = None
    dose_unknown_reps: int | None = None  # more than 0: the dose is a lower bound
    peak_moment_nm: float | None = None  # of the heaviest rep, at L5/S1
    peak_sigma_nm: float | None = None
    drift_deg: float | None = None  # of lambda at lockout from the first graded rep to the last
