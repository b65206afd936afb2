"""The ``lumbarwatch`` command: wires the commands and turns errors into exit codes.

Command modules import what is heavy inside their functions, so that ``lumbarwatch --help`` starts at once.
"""

import sys
from typing import Annotated

import typer

from lumbarwatch import __version__
from lumbarwatch.cli import (
    analyze,
    calibrate_sensor,
    demo,
    doctor,
    keeping,
    load,
    pair,
    record,
    report,
    run,
    scan,
    simulate,
)
from lumbarwatch.model.errors import ErrorKind, UserError

EXIT_CODES = {ErrorKind.INPUT: 2, ErrorKind.BLUETOOTH: 3, ErrorKind.PORT: 4, ErrorKind.STORE: 5}
INTERRUPTED = 130

app = typer.Typer(
    name="lumbarwatch",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("record")(record.record)
app.command("scan")(scan.scan)
app.command("pair")(pair.pair)
app.command("doctor")(doctor.doctor)
app.command("analyze")(analyze.analyze)
app.command("calibrate-sensor")(calibrate_sensor.calibrate_sensor)
app.command("simulate")(simulate.simulate)
app.command("load")(load.load)
app.command("export")(keeping.export)
app.command("import")(keeping.import_)
app.command("report")(report.report)
app.command("reanalyze")(keeping.reanalyze)
app.command("backup")(keeping.backup)
app.command("restore")(keeping.restore)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lumbarwatch {__version__}")
        raise typer.Exit


@app.callback()
def lumbarwatch(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit."),
    ] = False,
) -> None:
    """Pelvic tilt and lumbar extension through every rep of a hip thrust.

    A training aid, not a medical device.
    """


def main() -> None:
    """Run the command line; a user's errors end in one sentence and the exit code of their kind."""
    try:
        app()
    except UserError as error:
        typer.echo(f"lumbarwatch: {error}", err=True)
        sys.exit(EXIT_CODES[error.kind])
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
