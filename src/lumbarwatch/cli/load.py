"""``lumbarwatch load``: one posture of a hip thrust becomes moments and forces."""

from typing import Annotated

import typer


def load(
    *,
    bar_kg: Annotated[float, typer.Option(help="Mass of the bar; 0: none.")],
    mass_kg: Annotated[float, typer.Option(help="Body mass.")],
    height_m: Annotated[float, typer.Option(help="Stature.")],
    pelvis_deg: Annotated[float, typer.Option(help="Pelvis pitch: 0 standing, 90 lying face up.")],
    lumbar_deg: Annotated[float, typer.Option(help="Lumbar pitch, the same of the L1 segment.")],
    kappa: Annotated[
        float, typer.Option(help="Horizontal share of the floor's push; plausible: 0 to 0.25.")
    ] = 0.10,
    dynamic: Annotated[
        float, typer.Option(help="Factor on all weights: 1 + acceleration of the hips / g.")
    ] = 1.0,
    bench_height_m: Annotated[
        float | None,
        typer.Option(help="Height of the bench.", show_default="the thigh is level at lockout"),
    ] = None,
    contact_m: Annotated[
        float | None,
        typer.Option(
            help="Bench edge to lumbar sensor, by tape measure; narrows the interval.",
            show_default="from the stature",
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Lumbar load of one posture of a hip thrust, with its uncertainty.

    A moment to compare your own lifts by, not validated for this lift; it cannot tell what is safe.
    """
    from lumbarwatch.cli import load_table
    from lumbarwatch.model.load import LoadSetup

    setup = LoadSetup(bar_kg, mass_kg, height_m, bench_height_m, contact_m, kappa)
    figures = load_table.figures(setup, pelvis_deg, lumbar_deg, dynamic)
    if json:
        load_table.print_json(figures)
    else:
        load_table.show(figures)
