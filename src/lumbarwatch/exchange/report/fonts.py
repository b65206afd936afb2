"""Letters of a PDF: DejaVu Sans, embedded, as matplotlib ships it; Eastern ones by the reader's own fonts."""

from functools import cache
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from matplotlib import get_data_path
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont

REGULAR: Final = "DejaVuSans"
BOLD: Final = "DejaVuSans-Bold"

EASTERN: Final = (
    ("HYSMyeongJo-Medium", ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))),
    ("HeiseiKakuGo-W5", ((0x3040, 0x30FF), (0xFF66, 0xFF9D))),
    ("STSong-Light", ((0x2E80, 0x303F), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFF65))),
)
"""Fonts that every PDF reader has or fetches, and the characters they are for."""


@cache
def register() -> None:
    """Make the fonts known to reportlab, once."""
    metrics: Any = pdfmetrics  # reportlab has no types
    folder = Path(get_data_path()) / "fonts" / "ttf"
    for name in (REGULAR, BOLD):
        metrics.registerFont(TTFont(name, str(folder / f"{name}.ttf")))
    metrics.registerFontFamily(REGULAR, normal=REGULAR, bold=BOLD, italic=REGULAR, boldItalic=BOLD)
    for name, _ in EASTERN:
        metrics.registerFont(UnicodeCIDFont(name))


def markup(text: str) -> str:
    """Return a text escaped for a paragraph, with its Eastern characters in a font that has them."""
    if text.isascii():
        return escape(text)
    parts: list[str] = []
    last: str | None = None
    for character in text:
        font = _eastern(ord(character))
        if font != last:
            parts += ["</font>"] if last else []
            parts += [f'<font name="{font}">'] if font else []
            last = font
        parts.append(escape(character))
    return "".join(parts) + ("</font>" if last else "")


def _eastern(code: int) -> str | None:
    if code < EASTERN[0][1][0][0]:
        return None
    for name, ranges in EASTERN:
        if any(low <= code <= high for low, high in ranges):
            return name
    return None
