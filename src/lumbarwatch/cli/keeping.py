"""``backup``, ``restore``, ``export``, ``import``, ``reanalyze``: what is done with sessions afterwards."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from lumbarwatch.cli.options import Data

Person = Annotated[str | None, typer.Option("--athlete", metavar="NAME", help="Athlete's name or id.")]
DATES = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
YEARS = (1971, 2200)  # well within what 64 bits of ns since 1970 hold, wherever on the globe
STORE_TROUBLE = 5


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="Archive to write.")], data: Data = None
) -> None:
    """Write recordings and history into one archive, checked by hash."""
    from lumbarwatch.cli import progress
    from lumbarwatch.store.backup import backup as run
    from lumbarwatch.store.folder import DataFolder

    with progress.bar() as tell:
        result = run(DataFolder(_folder(data)), file, lambda share: tell("packing", share))
    _say(f"{file}: {result.files} files, {result.size_bytes / 1e6:.1f} MB")


def restore(
    file: Annotated[Path, typer.Argument(metavar="FILE.zip", help="Archive written by backup.")],
    data: Data = None,
) -> None:
    """Unpack an archive into a data folder that is empty; nothing appears unless every hash fits."""
    from lumbarwatch.cli import progress
    from lumbarwatch.store.backup import restore as run
    from lumbarwatch.store.folder import DataFolder

    folder = _folder(data)
    with progress.bar() as tell:
        result = run(file, DataFolder(folder), lambda share: tell("unpacking", share))
    _say(f"{folder}: {result.files} files, {result.size_bytes / 1e6:.1f} MB")


def export(
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Id, its beginning, or 'last'.")],
    form: Annotated[
        Literal["csv", "parquet", "mot", "json"],
        typer.Option("--format", help="Samples (csv, parquet), angles for OpenSim (mot), analysis (json)."),
    ] = "csv",
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write.", show_default="the session's id")
    ] = None,
    data: Data = None,
) -> None:
    """Write one session as a file that other tools read."""
    from lumbarwatch.cli import progress
    from lumbarwatch.jobs.export import ExportFormat
    from lumbarwatch.jobs.export import export as run

    with progress.bar() as tell:
        files = run(_folder(data), session, ExportFormat(form), out, tell)
    _say(", ".join(str(file) for file in files))


def import_(
    table: Annotated[Path, typer.Argument(metavar="FILE", help="Samples: .csv, .csv.gz or .parquet.")],
    meta: Annotated[
        Path | None, typer.Option(metavar="META.json", help="Measures, sets, calibration windows, limits.")
    ] = None,
    athlete: Person = None,
    at: Annotated[
        datetime | None,
        typer.Option(formats=DATES, help="When it was (local time).", show_default="the file's date"),
    ] = None,
    data: Data = None,
) -> None:
    """Keep a table of any tool as a session, analysed and in the history."""
    from lumbarwatch.cli import progress
    from lumbarwatch.jobs.import_table import import_table

    with progress.bar() as tell:
        record = import_table(
            _folder(data), table, meta, athlete=athlete, started_at_utc_ns=_utc_ns(at), progress=tell
        )
    found = record.summary
    _say(f"session {record.id}: {found.reps} reps in {found.sets} sets, {found.graded} graded")


def reanalyze(
    *,
    athlete: Person = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DATES, help="Only sessions from this date on.")
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Processes at once.", show_default="one for each core")
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Also sessions that this version has analysed already.")
    ] = False,
    refined: Annotated[
        bool,
        typer.Option("--refined", help="With hindsight (not causal), beside the other results and labelled."),
    ] = False,
    data: Data = None,
) -> None:
    """Analyse kept recordings by today's version, beside the results of older ones.

    Interrupted, it goes on where it was when it is called again. Notes and corrections stay.
    """
    from lumbarwatch.cli import progress
    from lumbarwatch.core.pipeline import PIPELINE_VERSION
    from lumbarwatch.jobs.reanalyze import reanalyze as run

    with progress.bar() as tell:
        result = run(
            _folder(data),
            athlete=athlete,
            since_utc_ns=_utc_ns(since),
            again=again,
            refined=refined,
            jobs=jobs,
            progress=tell,
        )
    how = ", refined (not causal)" if refined else ""
    _say(
        f"{result.done} sessions analysed by pipeline version {PIPELINE_VERSION}{how}, "
        f"{result.up_to_date} were up to date, {result.without_recording} have no recording"
    )
    for session_id, sentence in result.failed:
        typer.echo(f"lumbarwatch: session {session_id}: {sentence}", err=True)
    if result.failed:
        raise typer.Exit(STORE_TROUBLE)


def _folder(data: Path | None) -> Path:
    from lumbarwatch.store.folder import default_data_folder

    return data or default_data_folder()


def _utc_ns(local: datetime | None) -> int | None:
    if local is None:
        return None
    if not YEARS[0] <= local.year <= YEARS[1]:
        raise typer.BadParameter(
            f"The year {local.year} can't be kept: give one from {YEARS[0]} to {YEARS[1]}."
        )
    return round(local.timestamp() * 1e9)


def _say(sentence: str) -> None:
    from rich.console import Console

    Console().print(sentence, highlight=False, soft_wrap=True, markup=False)
