"""What really happened: angles at 100 Hz, repetitions, the own range and reference, from the motion itself.

Definitions 1, 3 and 4, worked out anew from the planned repetitions; nothing here comes from a sensor.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.athlete import Performance
from lumbarwatch.simulate.chain import hip_from_bench
from lumbarwatch.simulate.stage import PlannedRep

STEP_S = 0.005
"""Grid on which truth is worked out; every second point is in the series."""

PARTIAL_BELOW = 0.80
"""rom_fraction under which a repetition is partial: W3's amber limit (definitions 4 and 5)."""

CHUNK = 1 << 16


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Truth on the fine grid."""

    t_s: Floats
    pitch_deg: Floats  # pelvis
    lumbar_pitch_deg: Floats
    roll_deg: Floats  # pelvis
    rate_dps: Floats  # of the pelvis' pitch
    hip_m: Floats  # height above the back's contact
    pelvis_g: Floats  # norm of the specific force at the pelvis sensor's site
    extension_deg: Floats  # lumbar extension, wrapped

    def cut(self, start_s: float, end_s: float) -> slice:
        """Points from start to end, at least one."""
        first, last = np.searchsorted(self.t_s, [start_s - 1e-9, end_s + 1e-9])
        return slice(int(min(first, len(self.t_s) - 1)), int(max(last, first + 1)))


@dataclass(frozen=True, slots=True)
class TruthRep:
    """A repetition as it was (keys of design 9)."""

    set_number: int
    rep_number: int
    t_start_s: float
    t_lockout_s: float
    t_lower_s: float
    t_end_s: float
    rom_deg: float
    rom_m: float
    rom_fraction: float | None
    phi_top_deg: float
    tilt_lockout_deg: float
    lambda_lockout_deg: float
    lambda_peak_deg: float
    tuck_peak_deg: float  # largest tuck held for 150 ms, positive
    lambda_eccentric_max_deg: float
    roll_lockout_deg: float
    rate_peak_dps: float
    rate_mean_dps: float
    landing_g: float
    partial: bool
    lowered: bool
    single_leg: bool
    planted: frozenset[WarningId]

    @property
    def eccentric_s(self) -> float:
        """Seconds of lowering."""
        return self.t_end_s - self.t_lower_s


@dataclass(frozen=True, slots=True)
class TruthReference:
    """The unloaded reference thrusts."""

    phi_bottom_deg: float
    phi_top_deg: float
    tilt_lock_deg: float
    lam_lock_deg: float
    psi_lock_deg: float
    rom_m: float


@dataclass(frozen=True, slots=True)
class TruthCalibration:
    """What a perfect calibration would find; None where a step was not done."""

    lam_max_deg: float | None
    tau_max_deg: float | None
    reference: TruthReference | None


def grid(performance: Performance) -> Grid:
    """Work out the truth over the whole performance."""
    t_s = np.arange(0.0, performance.duration_s, STEP_S)
    parts = [_grid(performance, t_s[i : i + CHUNK]) for i in range(0, len(t_s), CHUNK)]
    return Grid(*(np.concatenate([getattr(part, name) for part in parts]) for name in Grid.__slots__))


def _grid(performance: Performance, t_s: Floats) -> Grid:
    pelvis, lumbar = performance.angles(t_s)
    pitch, lumbar_pitch = pelvis.value[2], lumbar.value[2]
    force = performance.sites(t_s)[Placement.PELVIS].specific_force_mps2
    return Grid(
        t_s=t_s,
        pitch_deg=pitch,
        lumbar_pitch_deg=lumbar_pitch,
        roll_deg=pelvis.value[1],
        rate_dps=pelvis.rate[2],
        hip_m=hip_from_bench(pitch, lumbar_pitch, performance.profile.stature_m)[1],
        pelvis_g=np.sqrt((force**2).sum(axis=0)) / STANDARD_GRAVITY_MPS2,
        extension_deg=np.mod(lumbar_pitch - pitch + 180.0, 360.0) - 180.0,
    )


def calibration(performance: Performance, truth: Grid) -> TruthCalibration:
    """Own range (the smaller of each pair) and reference, from the calibration's windows."""
    extension = truth.extension_deg
    held = {
        step: [float(np.median(extension[truth.cut(*w)])) for w in performance.windows.get(step, [])]
        for step in (CalibrationStep.ARCH, CalibrationStep.TUCK)
    }
    arch, tuck = held[CalibrationStep.ARCH], held[CalibrationStep.TUCK]
    return TruthCalibration(
        lam_max_deg=min(arch) if arch else None,
        tau_max_deg=min(-t for t in tuck) if tuck else None,
        reference=_reference([measure(truth, plan, 0, 0) for plan in performance.reference]),
    )


def _reference(reps: Sequence[TruthRep]) -> TruthReference | None:
    if not reps:
        return None

    def mean(name: str) -> float:
        return float(np.mean([getattr(rep, name) for rep in reps]))

    top = mean("phi_top_deg")
    return TruthReference(
        phi_bottom_deg=top - mean("rom_deg"),
        phi_top_deg=top,
        tilt_lock_deg=mean("tilt_lockout_deg"),
        lam_lock_deg=mean("lambda_lockout_deg"),
        psi_lock_deg=mean("roll_lockout_deg"),
        rom_m=mean("rom_m"),
    )


def repetitions(performance: Performance, truth: Grid, known: TruthCalibration) -> list[TruthRep]:
    """All repetitions of all sets, in order."""
    reps: list[TruthRep] = []
    for number, planned in enumerate(performance.sets, start=1):
        for index, plan in enumerate(planned.reps, start=1):
            full = [rep.rom_m for rep in reps if not rep.partial]
            whole = known.reference.rom_m if known.reference else (float(np.median(full)) if full else None)
            reps.append(measure(truth, plan, number, index, whole_m=whole, single_leg=planned.single_leg))
    return reps


def measure(
    truth: Grid,
    plan: PlannedRep,
    set_number: int,
    rep_number: int,
    *,
    whole_m: float | None = None,
    single_leg: bool = False,
) -> TruthRep:
    """One repetition by definitions 4. ``whole_m``: the rise that counts as the whole way."""
    rise = truth.cut(plan.before_s, plan.top_s + 0.05)
    top = float(truth.hip_m[truth.cut(plan.start_s, plan.leave_s)].max())
    start, lockout, rom = _up(truth, rise, top)
    lower, end = _down(truth, truth.cut(plan.top_s, plan.after_s)) if plan.lowered else (plan.leave_s,) * 2
    phi_rise, phi_top = truth.pitch_deg[rise], float(truth.pitch_deg[truth.cut(lockout, lower)].max())
    settled = truth.cut(lockout, min(lockout + 0.5, lower))
    whole, lowering = truth.cut(start, end), truth.cut(lower, end)
    going_up = truth.rate_dps[truth.cut(start, lockout)]
    landing = truth.cut(end - 0.1, end + 0.2)
    fraction = None if whole_m is None else rom / whole_m
    extension = truth.extension_deg
    return TruthRep(
        set_number=set_number,
        rep_number=rep_number,
        t_start_s=start,
        t_lockout_s=lockout,
        t_lower_s=lower,
        t_end_s=end,
        rom_deg=phi_top - float(phi_rise.min()),
        rom_m=rom,
        rom_fraction=fraction,
        phi_top_deg=phi_top,
        tilt_lockout_deg=float(np.median(truth.pitch_deg[settled])) - 90.0,
        lambda_lockout_deg=float(np.median(extension[settled])),
        lambda_peak_deg=_held_peak(extension[whole]),
        tuck_peak_deg=_held_peak(-extension[whole]),
        lambda_eccentric_max_deg=float(extension[lowering].max()),
        roll_lockout_deg=float(np.median(truth.roll_deg[settled])),
        rate_peak_dps=float(np.abs(going_up).max()),
        rate_mean_dps=float(np.abs(going_up).mean()),
        landing_g=float(truth.pelvis_g[landing].max()) if plan.lowered else 1.0,
        partial=fraction is not None and fraction < PARTIAL_BELOW,
        lowered=plan.lowered,
        single_leg=single_leg,
        planted=plan.planted,
    )


def _up(truth: Grid, rise: slice, top: float) -> tuple[float, float, float]:
    """When 5 % of the rise is left for good, when 95 % is first reached, and the rise."""
    t_s, height = truth.t_s[rise], truth.hip_m[rise]
    bottom = float(height.min())
    low, high = bottom + 0.05 * (top - bottom), bottom + 0.95 * (top - bottom)
    lockout = int(np.argmax(height >= high))
    below = np.flatnonzero(height[: lockout + 1] <= low)
    start = int(below[-1]) if len(below) else 0
    return _crossing(t_s, height, start, low), _crossing(t_s, height, max(lockout - 1, 0), high), top - bottom


def _down(truth: Grid, descent: slice) -> tuple[float, float]:
    """When 95 % of the descent is left for the last time, and when 5 % is reached."""
    t_s, height = truth.t_s[descent], truth.hip_m[descent]
    bottom, top = float(height.min()), float(height.max())
    low, high = bottom + 0.05 * (top - bottom), bottom + 0.95 * (top - bottom)
    lower = int(np.flatnonzero(height >= high)[-1])
    end = lower + int(np.argmax(height[lower:] <= low))
    return _crossing(t_s, height, lower, high), _crossing(t_s, height, end - 1, low)


def _crossing(t_s: Floats, height: Floats, before: int, level: float) -> float:
    """Time between a point and the next at which a level is crossed."""
    after = min(before + 1, len(t_s) - 1)
    step = height[after] - height[before]
    share = (level - height[before]) / step if step else 0.0
    return float(t_s[before] + np.clip(share, 0.0, 1.0) * (t_s[after] - t_s[before]))


def _held_peak(values: Floats) -> float:
    """Largest value kept for 150 ms."""
    width = round(0.15 / STEP_S) + 1
    if len(values) < width:
        return float(values.min())
    return float(np.lib.stride_tricks.sliding_window_view(values, width).min(axis=1).max())


def phase_names(performance: Performance, reps: Sequence[TruthRep], t_s: Floats) -> list[str]:
    """Phase of the lift at each time (definitions 4)."""
    codes = np.zeros(len(t_s), dtype=np.int64)
    order = tuple(Phase)
    for number, planned in enumerate(performance.sets, start=1):
        mine = [rep for rep in reps if rep.set_number == number]
        if not mine:
            continue
        _paint(codes, t_s, planned.start_s + 0.5, mine[0].t_start_s, Phase.ARMED)
        for rep, following in zip(mine, [*mine[1:], None], strict=True):
            next_s = following.t_start_s if following else planned.end_s
            _paint(codes, t_s, rep.t_start_s, rep.t_lockout_s, Phase.CONCENTRIC)
            _paint(codes, t_s, rep.t_lockout_s, rep.t_lower_s, Phase.LOCKOUT)
            _paint(codes, t_s, rep.t_lower_s, rep.t_end_s, Phase.ECCENTRIC)
            _paint(codes, t_s, rep.t_end_s, next_s, Phase.BOTTOM)
    return [order[code].value for code in codes.tolist()]


def _paint(codes: Integers, t_s: Floats, start: float, end: float, phase: Phase) -> None:
    first, last = np.searchsorted(t_s, [start, end])
    codes[int(first) : int(last)] = tuple(Phase).index(phase)


def series(performance: Performance, truth: Grid, reps: Sequence[TruthRep]) -> dict[str, Floats | list[str]]:
    """The columns of design 9 at 100 Hz."""
    every = slice(None, None, round(0.01 / STEP_S))
    t_s, pitch = truth.t_s[every], truth.pitch_deg[every]
    phases = phase_names(performance, reps, t_s)
    in_set = np.array([phase != Phase.IDLE.value for phase in phases])
    return {
        "t_s": t_s,
        "pelvis_pitch_deg": pitch,
        "lumbar_pitch_deg": truth.lumbar_pitch_deg[every],
        "posterior_pelvic_tilt_deg": np.where(in_set, pitch - 90.0, pitch),
        "lumbar_extension_deg": truth.extension_deg[every],
        "lumbar_extension_sigma_deg": np.zeros(len(t_s)),
        "pelvis_roll_deg": truth.roll_deg[every],
        "phase": phases,
        "valid": np.ones(len(t_s), dtype=bool),
    }
