"""``lumbarwatch report``: one page a clinician can read in a minute, then every rep."""

from pathlib import Path
from typing import Annotated

import typer

from lumbarwatch.cli.options import Data


def report(
    named: Annotated[
        str,
        typer.Argument(
            metavar="SESSION|ATHLETE", help="Session: id, its beginning, 'last'. Athlete: id, name."
        ),
    ],
    *,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write PDF (default).")] = False,
    html: Annotated[bool, typer.Option("--html", help="Write one self-contained HTML file.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write.", show_default="report-ID.pdf, .html")
    ] = None,
    refined: Annotated[
        bool, typer.Option("--refined", help="From the session's refined analysis, marked as such.")
    ] = False,
    data: Data = None,
) -> None:
    """Write the report of a session, or of an athlete's course.

    A training aid, not a medical device: angles are estimates, and it cannot detect injury.
    """
    from rich.console import Console

    from lumbarwatch.jobs.report import ReportForm, write_report
    from lumbarwatch.store.folder import default_data_folder

    if pdf and html:
        raise typer.BadParameter("choose one of --pdf and --html", param_hint="--pdf / --html")
    form = (
        ReportForm.HTML
        if html or (out is not None and not pdf and out.suffix in {".html", ".htm"})
        else ReportForm.PDF
    )
    written = write_report(data or default_data_folder(), named, form, out, refined=refined)
    Console().print(str(written), highlight=False, soft_wrap=True, markup=False)
