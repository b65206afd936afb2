"""How sensors are spoken of on the terminal."""

from collections.abc import Mapping
from types import MappingProxyType

from rich.table import Table

from lumbarwatch.model.samples import Placement

WORN: Mapping[Placement, str] = MappingProxyType(
    {Placement.PELVIS: "pelvis (over the sacrum)", Placement.LUMBAR: "lumbar (over L1)"}
)
UNKNOWN = "-"


def table(title: str, left: tuple[str, ...], right: tuple[str, ...]) -> Table:
    """Return an empty table with columns of words and columns of figures."""
    made = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for name in left:
        made.add_column(name)
    for name in right:
        made.add_column(name, justify="right")
    return made


def said(value: object, unit: str = "") -> str:
    """Return a value with its unit, a dash where it is not known."""
    return UNKNOWN if value is None or value == "" else f"{value}{unit}"
