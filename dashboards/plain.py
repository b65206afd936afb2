"""What somebody typed or a device says of itself, within a text that is drawn as markdown: shown as it is."""

from typing import Final

_SPECIAL: Final = str.maketrans({sign: f"\\{sign}" for sign in "\\`*_[]<>$:~#|&"})


def plain(text: str) -> str:
    """Return text whose signs mean nothing; it stays on one line."""
    return " ".join(text.split()).translate(_SPECIAL)
