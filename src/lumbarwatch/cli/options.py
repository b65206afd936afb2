"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Port = Annotated[
    int, typer.Option(min=0, max=65535, help="Port of the page on this computer; 0: any free one.")
]
NoBrowser = Annotated[bool, typer.Option("--no-browser", help="Don't open a browser, only say the address.")]
Data = Annotated[
    Path | None, typer.Option(file_okay=False, help="Data folder; by default the user's own of this system.")
]
