"""Where a recording goes when its own disk refuses to the end of the session."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from lumbarwatch.store.errors import StoreProblem, StoreReason
from lumbarwatch.store.live_file import LiveFile

_FOLDER = "lumbarwatch-rescue"


def rescue_folders() -> tuple[Path, ...]:
    """The user's home, then the system's folder for temporary files."""
    return Path.home() / _FOLDER, Path(tempfile.gettempdir()) / _FOLDER


def rescue(file: LiveFile, preamble: bytes, folders: Iterable[Path]) -> tuple[Path, StoreProblem] | None:
    """Copy a recording that its disk refuses to the first folder that takes it.

    Returns
    -------
    The copy, and what to tell the user; None if no folder took it.
    """
    for folder in folders:
        target = folder / file.path.name
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            whole = file.copy_to(target, preamble)
        except OSError:
            continue
        what = "The whole recording" if whole else "The part of the recording that was in memory"
        message = f"{what} was written to {target}: a start with {file.path.parent} working brings it back."
        return target, StoreProblem(StoreReason.RESCUED, message, dropped=file.dropped)
    return None
