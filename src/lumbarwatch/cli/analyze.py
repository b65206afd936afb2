"""``lumbarwatch analyze``: a recording becomes reps, angles and warnings."""

from pathlib import Path
from typing import Annotated

import typer


def analyze(
    recording: Annotated[Path, typer.Argument(help="Recording: .mcap, .parquet, .csv or .csv.gz.")],
) -> None:
    """Find reps, angles and warnings in a recording."""
