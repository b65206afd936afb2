"""The load of one posture on the terminal."""

import json
from dataclasses import dataclass, fields

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from lumbarwatch.core.load import hip_thrust_load
from lumbarwatch.core.load_uncertainty import hip_thrust_sigma
from lumbarwatch.model.load import LoadSetup, LumbarLoad, check_value

WORDS = {
    "m_l5s1_nm": ("Moment at L5/S1, back extensors", "N m"),
    "m_hip_nm": ("Moment at both hips, extensors", "N m"),
    "m_knee_nm": ("Moment at both knees, extensors", "N m"),
    "compression_n": ("Compression along the trunk at L5/S1", "N"),
    "shear_n": ("Anterior shear across the trunk at L5/S1", "N"),
    "bench_n": ("Bench on the back, upwards", "N"),
    "foot_n": ("Floor on the feet, upwards", "N"),
    "horizontal_n": ("Bench towards the feet, floor back", "N"),
}

NOTES = (
    "Quasi-static estimate, not validated for this lift; the interval is one sigma.",
    "Compression probably reads low: muscles that work against each other are left out.",
    "Compression and shear follow the trunk, not the sloped disc: don't compare shear with tolerances.",
    "A training aid, not a medical device; it cannot detect injury.",
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its one sigma."""

    name: str
    value: float
    sigma: float


def figures(setup: LoadSetup, pelvis_deg: float, lumbar_deg: float, dynamic: float) -> list[Figure]:
    """Everything that is known of one posture, in the order of definitions.

    Raises
    ------
    LoadError
        An angle or the factor can't be meant, or the legs don't reach.
    """
    check_value("A pelvis angle", pelvis_deg, -180.0, 180.0, "deg")
    check_value("A lumbar angle", lumbar_deg, -180.0, 180.0, "deg")
    check_value("A dynamic factor", dynamic, 0.0, 10.0, "")
    angles = np.array([pelvis_deg]), np.array([lumbar_deg])
    values = hip_thrust_load(*angles, setup, dynamic)
    sigmas = hip_thrust_sigma(*angles, setup, dynamic_factor=dynamic)
    return [
        Figure(field.name, float(getattr(values, field.name)[0]), float(getattr(sigmas, field.name)[0]))
        for field in fields(LumbarLoad)
    ]


def print_json(found: list[Figure]) -> None:
    """Print each number and its sigma."""
    document = {one.name: one.value for one in found} | {f"{one.name}_sigma": one.sigma for one in found}
    typer.echo(json.dumps(document, indent=1, allow_nan=False))


def show(found: list[Figure], console: Console | None = None) -> None:
    """Print a table of each number with its interval."""
    out = console or Console()
    table = Table(title="Lumbar load, hip thrust", title_justify="left", box=None, pad_edge=False)
    table.add_column("")
    for name in ("value", "1 sigma", "interval"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("")
    for one in found:
        words, unit = WORDS[one.name]
        interval = f"{one.value - one.sigma:.0f} to {one.value + one.sigma:.0f}"
        table.add_row(words, f"{one.value:.0f}", f"±{one.sigma:.0f}", interval, unit)
    out.print(table)
    for note in NOTES:
        out.print(f"[dim]{note}[/]", soft_wrap=True)
