"""``lumbarwatch simulate``: a session whose truth is known, as any tool would have recorded it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lumbarwatch.simulate.groups import SensorGroup

if TYPE_CHECKING:
    from lumbarwatch.simulate.session import SimulatedSession

SUFFIXES = (".csv.gz", ".csv", ".parquet")


def simulate(
    out: Annotated[
        Path | None,
        typer.Argument(
            metavar="OUT.csv", help="Where to write: .csv, .csv.gz or .parquet.", show_default=False
        ),
    ] = None,
    *,
    scenario: Annotated[str, typer.Option(metavar="NAME", help="What happens; --list names all.")] = "demo",
    sensors: Annotated[SensorGroup, typer.Option(help="Quality of the sensors.")] = SensorGroup.GOOD,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same session.")] = 1,
    rate: Annotated[
        float | None,
        typer.Option(min=5.0, max=2000.0, metavar="HZ", help="Sample rate.", show_default="the scenario's"),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            min=0.0, max=1440.0, help="Go on with rests and sets for this long.", show_default=False
        ),
    ] = None,
    quaternions: Annotated[bool, typer.Option("--quaternions", help="Add the sensors' orientation.")] = False,
    any_mounting: Annotated[
        bool, typer.Option("--any-mounting", help="Turn each sensor anyhow on the skin.")
    ] = False,
    list_scenarios: Annotated[bool, typer.Option("--list", help="Name the scenarios and stop.")] = False,
) -> None:
    """Write a simulated session: OUT.csv, OUT.meta.json, OUT.truth.json and OUT.truth.parquet."""
    if list_scenarios:
        _show_scenarios()
        return
    from lumbarwatch.simulate.session import Wear, simulate_session

    paths = _outputs(out)
    session = simulate_session(
        scenario,
        sensors,
        seed,
        rate_hz=rate,
        minutes=minutes,
        wear=Wear.ANY if any_mounting else Wear.WORN,
    )
    _write(session, paths, quaternions=quaternions)
    _tell(session, paths[0])


def _show_scenarios() -> None:
    from rich.console import Console
    from rich.table import Table

    from lumbarwatch.simulate.scenarios import SCENARIOS

    table = Table("scenario", "reps", "partial", "what happens", box=None, pad_edge=False)
    for scenario in SCENARIOS.values():
        table.add_row(scenario.name, str(scenario.full), str(scenario.partial or ""), scenario.summary)
    Console().print(table)


def _outputs(out: Path | None) -> tuple[Path, Path, Path, Path]:
    """Paths of the rows, META, truth and truth's series."""
    from lumbarwatch.exchange.errors import InputError, InputReason
    from lumbarwatch.exchange.files import check_outputs

    if out is None:
        raise InputError(
            InputReason.BAD_OUTPUT, "Name a file to write, such as session.csv; --list names the scenarios."
        )
    suffix = next((suffix for suffix in SUFFIXES if out.name.lower().endswith(suffix)), None)
    if suffix is None:
        raise InputError(InputReason.BAD_OUTPUT, f"{out}: name it .csv, .csv.gz or .parquet.")
    stem = out.name[: -len(suffix)]
    others = (out.with_name(stem + ending) for ending in (".meta.json", ".truth.json", ".truth.parquet"))
    paths = (out, *others)
    check_outputs(*paths)
    return paths  # pyright: ignore[reportReturnType]


def _write(session: "SimulatedSession", paths: tuple[Path, Path, Path, Path], *, quaternions: bool) -> None:
    """Write all four files, or none."""
    import json

    from lumbarwatch.exchange import arrow
    from lumbarwatch.exchange.files import replacing
    from lumbarwatch.exchange.plain import write_plain
    from lumbarwatch.simulate import documents

    with replacing(*paths) as (rows, meta, truth, series):
        write_plain(rows, documents.rows(session, quaternions=quaternions))
        for path, document in ((meta, documents.meta(session)), (truth, documents.truth(session))):
            path.write_text(json.dumps(document, indent=1, allow_nan=False) + "\n", encoding="utf-8")
        arrow.parquet.write_table(arrow.pa.table(dict(session.series)), series, compression="zstd")


def _tell(session: "SimulatedSession", path: Path) -> None:
    from rich.console import Console

    reps = f"{session.scenario.full} full and {session.scenario.partial} partial reps"
    if len(session.reps) != session.scenario.full + session.scenario.partial:  # filled up by --minutes
        reps = f"{len(session.reps)} reps"
    Console().print(
        f"{path}: {session.duration_s / 60.0:.1f} min, {session.scenario.name}, "
        f"{session.group.value} sensors, {reps}",
        highlight=False,
        soft_wrap=True,
    )
