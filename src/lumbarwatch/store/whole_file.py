"""Files that stand whole after a crash or a power cut, or as they were before."""

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from lumbarwatch.store.lock import try_lock


@contextmanager
def in_place_of(path: Path) -> Generator[IO[bytes]]:
    """Give a file to write; at the end it takes the path, synced, and after an error it is gone.

    It is locked while it is written: whoever clears away what a crash left half-done leaves it alone. Several
    programs may write in place of the same path, the last one stands.

    Raises
    ------
    OSError
        No room, no permission.
    """
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("wb") as file:
            try_lock(file)
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, content: str) -> None:
    """Write a text in place of what the file held, whole or not at all.

    Raises
    ------
    OSError
        No room, no permission.
    """
    with in_place_of(path) as file:
        file.write(content.encode())


def is_abandoned(part: Path) -> bool:
    """Whether a half-written file is there and nobody writes it any more."""
    try:
        with part.open("r+b") as file:
            return try_lock(file)
    except OSError:  # gone by now, or not ours to judge
        return False
