"""Which limits of definitions 5 the truth exceeds, by how much, and whether it is a clear case."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.verdicts import Level, WarningId
from lumbarwatch.simulate.truth import TruthCalibration, TruthRep

GATE = 1.64
"""Sigmas past the red limit that red asks for (definitions 5)."""

DEGREES_CLEAR, FRACTION_CLEAR, SECONDS_CLEAR = 5.0, 0.10, 0.3
"""Distance from the amber limit at which a case is clear (convention)."""

SIGMA = {
    WarningId.W1: 2.4,
    WarningId.W1B: 3.2,
    WarningId.W2: 2.0,
    WarningId.W2B: 2.0,
    WarningId.W3: 0.03,
    WarningId.W3B: 2.4,
    WarningId.W4: 0.05,
    WarningId.W4B: 2.8,
    WarningId.W5: 2.4,
}
"""The budget of definitions 2 (convention)."""

SMALL_RANGE_DEG = 10.0
"""Own extension below which the absolute limits apply (definitions 5)."""

LANDING_G = 1.8
"""Peak specific force at landing that makes W4 red by itself, in g."""

ROTATION_CLEAR_BELOW = 2.5
"""W5's quantity cannot lie 5 deg below its limit of 4: this is clear on that side (convention)."""


@dataclass(frozen=True, slots=True)
class Label:
    """A warning's quantity in a repetition. ``beyond`` > 0: past the amber limit, in the quantity's unit."""

    id: WarningId
    value: float
    amber: float
    red: float | None
    beyond: float
    clear: bool
    level: Level | None  # of an estimate without error whose stated sigma is the budget's
    planted: bool


@dataclass(frozen=True, slots=True)
class _Quantity:
    id: WarningId
    value: float
    amber: float
    red: float | None
    low_side: bool = False  # smaller is worse
    clear_at: float = DEGREES_CLEAR
    clear_below: float | None = None  # the same on the harmless side, where it differs
    red_anyway: bool = False


def label(rep: TruthRep, before: Sequence[TruthRep], known: TruthCalibration) -> list[Label]:
    """Labels of a repetition; ``before`` holds the earlier ones of its set."""
    quantities = [*_way(rep, known), *_tempo(rep), *_spine_range(rep, known)]
    if not rep.partial:
        quantities += _lockout(rep, known)
    labels = [_judge(quantity, rep.planted) for quantity in quantities]
    turned = None if rep.single_leg else _rotation(rep, before, known)
    return [*labels, turned] if turned else labels


def _lockout(rep: TruthRep, known: TruthCalibration) -> list[_Quantity]:
    reference, own = known.reference, _own_range(known)
    tilt = rep.tilt_lockout_deg - (reference.tilt_lock_deg if reference else 0.0)
    limit = -4.0 if reference else 0.0
    arch_amber, arch_red = (0.25 * own, max(2.5, 0.25 * own)) if own else (2.5, 5.0)
    quantities = [
        _Quantity(WarningId.W1, tilt, limit, limit, low_side=True),
        _Quantity(WarningId.W1B, rep.lambda_lockout_deg, arch_amber, arch_red),
    ]
    if rep.lowered:
        lost = rep.lambda_eccentric_max_deg - rep.lambda_lockout_deg
        quantities.append(_Quantity(WarningId.W4B, lost, 6.0, 6.0))
    return quantities


def _spine_range(rep: TruthRep, known: TruthCalibration) -> list[_Quantity]:
    own = _own_range(known)
    amber = max(7.5, 0.75 * own) if own else 7.5
    quantities = [_Quantity(WarningId.W2, rep.lambda_peak_deg, amber, amber if own else 10.0)]
    if known.tau_max_deg is not None:
        quantities.append(_Quantity(WarningId.W2B, rep.tuck_peak_deg, 0.9 * known.tau_max_deg, None))
    return quantities


def _way(rep: TruthRep, known: TruthCalibration) -> list[_Quantity]:
    quantities: list[_Quantity] = []
    if rep.rom_fraction is not None:
        quantities.append(
            _Quantity(WarningId.W3, rep.rom_fraction, 0.80, 0.70, low_side=True, clear_at=FRACTION_CLEAR)
        )
    if known.reference is not None:
        quantities.append(_Quantity(WarningId.W3B, rep.phi_top_deg - known.reference.phi_top_deg, 8.0, 12.0))
    return quantities


def _tempo(rep: TruthRep) -> list[_Quantity]:
    if not rep.lowered:
        return []
    hard = rep.landing_g > LANDING_G
    return [_Quantity(WarningId.W4, rep.eccentric_s, 1.0, 0.60, True, SECONDS_CLEAR, red_anyway=hard)]


def _own_range(known: TruthCalibration) -> float | None:
    own = known.lam_max_deg
    return own if own is not None and own >= SMALL_RANGE_DEG else None


def _judge(quantity: _Quantity, planted: frozenset[WarningId]) -> Label:
    sign = -1.0 if quantity.low_side else 1.0
    beyond = sign * (quantity.value - quantity.amber)
    past_red = None if quantity.red is None else sign * (quantity.value - quantity.red)
    red = quantity.red_anyway or (past_red is not None and past_red > GATE * SIGMA[quantity.id])
    harmless = quantity.clear_at if quantity.clear_below is None else quantity.clear_below
    level = Level.RED if red else (Level.AMBER if beyond > 0.0 else None)
    return Label(
        id=quantity.id,
        value=quantity.value,
        amber=quantity.amber,
        red=quantity.red,
        beyond=beyond,
        clear=beyond >= quantity.clear_at or -beyond >= harmless or quantity.red_anyway,
        level=level,
        planted=quantity.id in planted,
    )


def _rotation(rep: TruthRep, before: Sequence[TruthRep], known: TruthCalibration) -> Label | None:
    """W5: turned against the reference; red asks for this repetition and one of the two before."""
    base = known.reference.psi_lock_deg if known.reference else None
    if base is None:
        if len(before) < 3:
            return None  # the first three are the baseline
        base = float(np.median([earlier.roll_lockout_deg for earlier in before[:3]]))
    off = abs(rep.roll_lockout_deg - base)
    gate = 7.0 + GATE * SIGMA[WarningId.W5]
    repeated = any(abs(earlier.roll_lockout_deg - base) > gate for earlier in before[-2:])
    red = 7.0 if repeated else None
    return _judge(_Quantity(WarningId.W5, off, 4.0, red, clear_below=ROTATION_CLEAR_BELOW), rep.planted)


def drift(reps: Sequence[TruthRep], known: TruthCalibration, planted: frozenset[WarningId]) -> Label | None:
    """W6 of a set: Theil-Sen slope of the lockout's extension times (n - 1); None below five repetitions."""
    values = np.array([rep.lambda_lockout_deg for rep in reps if not rep.partial])
    n = len(values)
    if n < 5:
        return None
    first, second = np.triu_indices(n, 1)
    change = float(np.median((values[second] - values[first]) / (second - first))) * (n - 1)
    own = _own_range(known)
    red = max(6.0, 0.25 * own) if own else 6.0
    gated = red + GATE * 2.0 * float(np.sqrt(12.0 * (n - 1) / (n * (n + 1))))
    is_red = change > gated and float(np.median(values[-3:])) > float(np.median(values[:3]))
    level = Level.RED if is_red else (Level.AMBER if change > 4.0 else None)
    return Label(
        id=WarningId.W6,
        value=change,
        amber=4.0,
        red=red,
        beyond=change - 4.0,
        clear=change - 4.0 >= DEGREES_CLEAR or change < 1.5,
        level=level,
        planted=WarningId.W6 in planted,
    )
