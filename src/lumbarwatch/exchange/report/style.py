"""Colours and sizes of a document, the same on screen and paper.

Colours are Okabe and Ito's, told apart by colour-blind readers; a mark's shape says the same in grey.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lumbarwatch.model.document import Mark

INK: Final = "#1b2733"
SOFT: Final = "#5b6875"
RULE: Final = "#c9d1d8"
GRID: Final = "#e6eaee"
BAND: Final = "#dfe9f2"
SHADE: Final = "#f4f6f8"
ACCENT: Final = "#0b4f7d"

COLOURS: Final[Mapping[Mark, str]] = MappingProxyType(
    {
        Mark.PLAIN: "#0b4f7d",
        Mark.GOOD: "#0b6e4f",
        Mark.AMBER: "#b36b00",
        Mark.RED: "#a3200d",
        Mark.UNKNOWN: "#6b7681",
        Mark.VOID: "#9aa4ad",
    }
)

SIGNS: Final[Mapping[Mark, str]] = MappingProxyType(
    {Mark.PLAIN: "", Mark.GOOD: "○", Mark.AMBER: "▲", Mark.RED: "■", Mark.UNKNOWN: "×", Mark.VOID: "–"}
)
"""Before a text with a mark: the same shapes as in the charts."""

HEAD_ROOM: Final = 1.0
