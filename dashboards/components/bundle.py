"""Puts the parts of a component into the one ES module that a browser gets."""

import re
from collections.abc import Sequence
from pathlib import Path

_IMPORT = re.compile(r"^import .*?;\n", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def bundle(parts: Sequence[Path]) -> str:
    """Return the parts as one module, in their order; each imports only from those before it.

    Inside, the parts see each other's names; only the last one's default export is left.
    """
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", part.read_text(encoding="utf-8"))) for part in parts)
