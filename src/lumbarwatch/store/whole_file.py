"""A small text file that stands whole after a crash or a power cut, or as it was before."""

import os
from pathlib import Path


def write_whole(path: Path, content: str) -> None:
    """Write a text in place of what the file held, whole or not at all.

    Raises
    ------
    OSError
        No room, no permission.
    """
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
