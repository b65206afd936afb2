"""Settings of this computer in the data folder: one JSON file, read and written as a whole.

Pages, the hub's threads and ``lumbarwatch pair`` may each change an entry at the same moment.
"""

import json
from pathlib import Path
from typing import cast

from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.lock import wait_for_lock
from lumbarwatch.store.whole_file import write_whole


def read_settings(path: Path) -> dict[str, object]:
    """Return all entries; none without a file.

    Raises
    ------
    StoreError
        The file can't be read.
    """
    try:
        settings: object = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise from_os(error, "Reading the settings", path) from error
    except ValueError as error:
        raise damaged_settings(path) from error
    if not isinstance(settings, dict):
        raise damaged_settings(path)
    return cast("dict[str, object]", settings)


def change_settings(path: Path, key: str, value: object) -> None:
    """Put one entry in place of what it was, whole or not at all; all others stay.

    Raises
    ------
    StoreError
        The file can't be read or written.
    """
    try:
        with path.with_name(f".{path.name}.lock").open("ab") as lock:
            wait_for_lock(lock)
            write_whole(path, json.dumps(read_settings(path) | {key: value}, indent=2))
    except OSError as error:
        raise from_os(error, "Writing the settings", path) from error


def damaged_settings(path: Path) -> StoreError:
    """Return the error of settings that are none."""
    return StoreError(
        StoreReason.DAMAGED,
        f"The settings {path} can't be read: delete the file, then pair again by 'lumbarwatch pair'.",
    )
