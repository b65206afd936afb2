"""A note beside each recording under way: what the next start must know to go on, should this process die.

It is written as a whole or not at all, and removed when the session ends. It holds ids, never names.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lumbarwatch.core.carried import Carried
from lumbarwatch.model.events import BenchMeasured
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Athlete, CalibrationSource
from lumbarwatch.store.codec import CodecError, dumps, from_json, loads
from lumbarwatch.store.compaction import being_written
from lumbarwatch.store.errors import StoreError, from_os
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import checked_id
from lumbarwatch.store.pairing import PairedSensor
from lumbarwatch.store.whole_file import is_abandoned, write_whole

_LOG = logging.getLogger(__name__)

SUFFIX: Final = ".visit.json"
"""Behind the session's id, in the folder of live recordings: who deletes the session deletes this too."""


@dataclass(frozen=True, slots=True)
class UnfinishedVisit:
    """A visit that runs. ``athlete``: measures and limits, without the name.

    ``seen_utc_ns``, ``seen_monotonic_ns``: the last sign of life. ``carried``: its calibration, if that is
    complete and may be gone on with; host times in it and ``calibrated_ns`` are of the clock that read
    ``seen_monotonic_ns``. ``in_a_row``: so many visits before it were cut off shortly after they began.
    """

    station: str
    session_id: str
    athlete: Athlete
    seen_utc_ns: int
    seen_monotonic_ns: int
    calibration: CalibrationSource = CalibrationSource.GUIDED
    quick: bool = False
    bar_kg: float | None = None
    bench: BenchMeasured | None = None
    sensors: Mapping[Placement, PairedSensor] = field(default_factory=dict[Placement, PairedSensor])
    carried: Carried | None = None
    calibrated_ns: int = 0
    in_a_row: int = 0


def write_unfinished(folder: DataFolder, visit: UnfinishedVisit) -> None:
    """Write down a visit in place of what was written of it before.

    Raises
    ------
    StoreError
        The file can't be written.
    """
    path = _path(folder, visit.session_id)
    try:
        write_whole(path, dumps(visit))
    except OSError as error:
        raise from_os(error, "Writing", path) from error


def remove_unfinished(folder: DataFolder, session_id: str) -> None:
    """The visit ended: forget it. What can't be deleted is said; nothing goes on by it after its time."""
    for one in folder.live.glob(f"{_path(folder, session_id).name}*"):
        _unlink(one)


def read_unfinished(folder: DataFolder) -> tuple[UnfinishedVisit, ...]:
    """Return what was left behind, the newest of each station; what can't be read is said and removed.

    A visit that another program records at this moment was not left behind: its note is left alone.
    """
    found: dict[str, UnfinishedVisit] = {}
    for part in folder.live.glob(f"*{SUFFIX}.*part"):
        if is_abandoned(part):
            _unlink(part)
    for path in sorted(folder.live.glob(f"*{SUFFIX}")):
        if being_written(path.with_name(path.name.removesuffix(SUFFIX) + ".mcap")):
            continue
        visit = _read(path)
        if visit is None:
            continue
        other = found.get(visit.station)
        if other is not None:
            older = min(visit, other, key=lambda one: one.seen_utc_ns)
            remove_unfinished(folder, older.session_id)
            visit = max(visit, other, key=lambda one: one.seen_utc_ns)
        found[visit.station] = visit
    return tuple(found.values())


def forget_unfinished(folder: DataFolder) -> None:
    """Nothing that was left behind is gone on with here."""
    for path in folder.live.glob(f"*{SUFFIX}*"):
        _unlink(path)


def _read(path: Path) -> UnfinishedVisit | None:
    try:
        visit = from_json(UnfinishedVisit, loads(path.read_bytes()))
        if path.name == f"{checked_id(visit.session_id)}{SUFFIX}":
            return visit
        why = "it is of another session"
    except (OSError, CodecError, StoreError) as error:
        why = str(error)
    _LOG.warning("A session that was cut off does not go on by itself: its note can't be read (%s).", why)
    _unlink(path)
    return None


def _path(folder: DataFolder, session_id: str) -> Path:
    return folder.live / f"{checked_id(session_id)}{SUFFIX}"


def _unlink(path: Path) -> None:
    try:
        with suppress(FileNotFoundError):
            path.unlink()
    except OSError as error:
        _LOG.warning("%s could not be deleted: %s", path, error)
