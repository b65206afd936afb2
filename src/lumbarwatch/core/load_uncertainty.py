"""One sigma of the lumbar load by a Monte Carlo without chance (definitions 7).

What is unsure is drawn from a rank-1 lattice of Korobov's form instead of random numbers: evenly spread, the
same every time, and so part of a result that can be rebuilt bit for bit (Sloan & Joe, Lattice Methods for
Multiple Integration, 1994).
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from scipy.special import ndtri

from lumbarwatch.core.chain import check_reachable, posture_of
from lumbarwatch.core.load import Loading, check_finite, free_standing_moment_nm, statics
from lumbarwatch.core.uncertainty import BUDGET
from lumbarwatch.model.body import EXTENSOR_LEVER_M
from lumbarwatch.model.checks import Booleans, Floats
from lumbarwatch.model.load import Lift, LoadSetup, LumbarLoad

ANGLE_SIGMA_DEG: Final = BUDGET.absolute_deg()
"""Of a posture that nothing better is known of."""


@dataclass(frozen=True, slots=True)
class LoadSpread:
    """How unsure the inputs are (definitions 7): sigmas of normal, or both ends of uniform distributions."""

    kappa: tuple[float, float] = (0.0, 0.25)
    contact_sigma_m: float = 0.03  # along the trunk
    contact_measured_sigma_m: float = 0.01  # by tape measure to the lumbar sensor; convention
    pressure_ahead_m: tuple[float, float] = (0.0, 0.05)  # of the ankle
    lever_sigma_m: float = 0.006
    bar_sigma: float = 0.01  # fraction of the bar's mass

    def contact_m(self, setup: LoadSetup) -> float:
        """Sigma of the bench contact, which a tape measure shrinks."""
        return self.contact_sigma_m if setup.contact_to_l1_m is None else self.contact_measured_sigma_m


SPREAD: Final = LoadSpread()


@dataclass(frozen=True, slots=True)
class Lattice:
    """Korobov's lattice: how many points, an odd prime, and the generator of their steps."""

    points: int
    generator: int

    def columns(self, dimensions: int) -> Floats:
        """Points in the open unit cube, (dimensions, points), symmetric about its middle; the first is it."""
        step, columns = 1, np.empty((dimensions, self.points))
        index = np.arange(self.points)
        for row in range(dimensions):
            columns[row] = ((2 * index * step + self.points) % (2 * self.points)) / (2.0 * self.points)
            step = step * self.generator % self.points
        return columns


FINE: Final = Lattice(points=4093, generator=1101)
"""Sigmas of a single posture: within 1 % of two million random draws."""

COARSE: Final = Lattice(points=509, generator=75)
"""Sigmas of many postures: within 2 % of them.

Both generators have the smallest P2 of the lattices tried with seven dimensions and weights 0.3.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Draws:
    """Deviations of what is unsure, (points,) each; angles in sigmas, the rest in its own unit."""

    kappa: Floats
    contact_m: Floats
    pressure_ahead_m: Floats
    lever_m: Floats
    pelvis: Floats
    lumbar: Floats
    bar: Floats  # factor


def draws(lattice: Lattice, setup: LoadSetup, spread: LoadSpread = SPREAD) -> Draws:
    """What a Monte Carlo would draw, evenly spread."""
    contact, pelvis, lumbar, lever, bar, kappa, pressure = lattice.columns(7)
    return Draws(
        kappa=_uniform(kappa, spread.kappa),
        contact_m=spread.contact_m(setup) * _normal(contact),
        pressure_ahead_m=_uniform(pressure, spread.pressure_ahead_m),
        lever_m=EXTENSOR_LEVER_M + spread.lever_sigma_m * _normal(lever),
        pelvis=_normal(pelvis),
        lumbar=_normal(lumbar),
        bar=1.0 + spread.bar_sigma * _normal(bar),
    )


def hip_thrust_sigma(
    pelvis_pitch_deg: Floats,
    lumbar_pitch_deg: Floats,
    setup: LoadSetup,
    *,
    dynamic_factor: float | Floats = 1.0,
    pelvis_sigma_deg: float | Floats = ANGLE_SIGMA_DEG,
    lumbar_sigma_deg: float | Floats = ANGLE_SIGMA_DEG,
    spread: LoadSpread = SPREAD,
    lattice: Lattice = FINE,
) -> LumbarLoad:
    """One sigma of everything in :func:`lumbarwatch.core.load.hip_thrust_load`, (n,) each.

    Drawn postures out of the legs' reach can't have been and are left out.

    Parameters
    ----------
    pelvis_pitch_deg, lumbar_pitch_deg : (n,)
        phi_P and phi_L, deg.
    pelvis_sigma_deg, lumbar_sigma_deg : float or (n,)
        Their one sigma, deg.

    Raises
    ------
    LoadError
        As there.
    """
    check_finite("pelvis angle", pelvis_pitch_deg)
    check_finite("lumbar angle", lumbar_pitch_deg)
    posture = posture_of(pelvis_pitch_deg, lumbar_pitch_deg, setup)
    check_reachable(posture, pelvis_pitch_deg, lumbar_pitch_deg, setup)
    drawn = draws(lattice, setup, spread)
    n = len(pelvis_pitch_deg)
    inputs = (pelvis_pitch_deg, lumbar_pitch_deg, dynamic_factor, pelvis_sigma_deg, lumbar_sigma_deg)
    sigma = np.empty((len(fields(LumbarLoad)), n))
    for block in _blocks(n, lattice.points):
        pelvis, lumbar, factor, pelvis_sigma, lumbar_sigma = (_column(one, n, block) for one in inputs)
        load, possible = drawn_loads(drawn, setup, (pelvis, lumbar), (pelvis_sigma, lumbar_sigma), factor)
        for row, field in enumerate(fields(LumbarLoad)):
            sigma[row, block] = _spread(getattr(load, field.name), possible)
    return LumbarLoad(*sigma)


def drawn_loads(
    drawn: Draws,
    setup: LoadSetup,
    angles_deg: tuple[Floats, Floats],
    sigmas_deg: tuple[Floats, Floats],
    dynamic_factor: Floats | float = 1.0,
) -> tuple[LumbarLoad, Booleans]:
    """Loads of postures (n, 1) under every draw, (n, points); and where such a posture is possible.

    ``angles_deg`` and ``sigmas_deg``: phi_P and phi_L.
    """
    pelvis_deg = angles_deg[0] + sigmas_deg[0] * drawn.pelvis
    lumbar_deg = angles_deg[1] + sigmas_deg[1] * drawn.lumbar
    posture = posture_of(pelvis_deg, lumbar_deg, setup)
    loading = Loading(
        bar_kg=setup.bar_kg * drawn.bar,
        mass_kg=setup.mass_kg,
        kappa=drawn.kappa,
        dynamic_factor=dynamic_factor,
        contact_shift_m=drawn.contact_m,
        pressure_ahead_m=drawn.pressure_ahead_m,
        lever_m=drawn.lever_m,
    )
    return statics(posture, loading), posture.reachable


def free_standing_sigma_nm(
    pelvis_pitch_deg: Floats,
    lumbar_pitch_deg: Floats,
    setup: LoadSetup,
    lift: Lift,
    *,
    pelvis_sigma_deg: float | Floats = ANGLE_SIGMA_DEG,
    lumbar_sigma_deg: float | Floats = ANGLE_SIGMA_DEG,
    lattice: Lattice = COARSE,
) -> Floats:
    """One sigma (N m) of a free-standing lift's moment, (n,), from the angles and the bar.

    Raises
    ------
    LoadError
        As :func:`lumbarwatch.core.load.free_standing_moment_nm`.
    """
    drawn = draws(lattice, setup)
    n = len(pelvis_pitch_deg)
    inputs = (pelvis_pitch_deg, lumbar_pitch_deg, pelvis_sigma_deg, lumbar_sigma_deg)
    sigma = np.empty(n)
    for block in _blocks(n, lattice.points):
        pelvis, lumbar, pelvis_sigma, lumbar_sigma = (_column(one, n, block) for one in inputs)
        moment = free_standing_moment_nm(
            pelvis + pelvis_sigma * drawn.pelvis,
            lumbar + lumbar_sigma * drawn.lumbar,
            setup,
            lift,
            setup.bar_kg * drawn.bar,
        )
        sigma[block] = moment.std(axis=1)
    return sigma


BLOCK_VALUES: Final = 1 << 18
"""Values of one array at a time: a long series must not fill the memory."""


def _blocks(n: int, points: int) -> Iterator[slice]:
    size = max(1, BLOCK_VALUES // points)
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


def _column(values: float | Floats, n: int, block: slice) -> Floats:
    """A block of (n,) values, or of one for all, as a column."""
    return np.broadcast_to(np.asarray(values, dtype=np.float64), (n,))[block, np.newaxis]


def _spread(values: Floats, possible: Booleans) -> Floats:
    """Standard deviation of each row over what is possible."""
    if possible.all():
        return values.std(axis=1)
    return np.ma.masked_array(values, ~possible).std(axis=1).filled(0.0)


def _uniform(unit: Floats, ends: tuple[float, float]) -> Floats:
    return ends[0] + (ends[1] - ends[0]) * unit


def _normal(unit: Floats) -> Floats:
    return np.asarray(ndtri(unit), dtype=np.float64)
