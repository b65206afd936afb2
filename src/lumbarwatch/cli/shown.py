"""A recording of any format, ready for the hub to show again."""

import itertools
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path

import numpy as np

from lumbarwatch.hub.rerun import STEP_NS, Item, Shown
from lumbarwatch.jobs.analyze import read_replay
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.model.events import SessionEnd
from lumbarwatch.model.samples import NS_PER_S, ClockReading, ImuBatch
from lumbarwatch.model.session import Athlete
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import read_recording

_COLUMNS = tuple(one.name for one in fields(ImuBatch) if one.name != "placement")


def shown_recording(path: Path, data: Path) -> Shown:
    """Read a recording; who trained comes from the history, if it is there.

    Raises
    ------
    InputError
        The file can't be used; one sentence says why.
    """
    replay = read_replay(path)
    session_id, athlete_id, started_utc_s = _whose(path)
    return Shown(
        items=lambda: _timed(replay),
        setup=replay.setup,
        athlete=_athlete(data, athlete_id, replay.setup.athlete),
        session_id=session_id,
        started_utc_s=started_utc_s,
    )


def _whose(path: Path) -> tuple[str, str, float]:
    if path.suffix != ".mcap":
        return "", "", 0.0
    header = read_recording(path).header
    return header.session_id, header.athlete_id, header.started_at_utc_ns / NS_PER_S


def _athlete(data: Path, athlete_id: str, measured: Athlete) -> Athlete:
    folder = DataFolder(data)
    if not athlete_id or (isinstance(folder.database, Path) and not folder.database.exists()):
        return measured
    try:
        with History.open(folder.database) as history:
            return replace(measured, name=history.athlete(athlete_id).name)
    except StoreError:
        return measured


def _timed(replay: Replay) -> Iterator[tuple[int, Item]]:
    """Items with their host times, in order; long batches of a table are cut as a link would deliver them."""
    for chunk in replay.chunks():
        parts = [part for item in chunk.items for part in _parts(item)]
        yield from sorted(parts, key=lambda part: part[0])


def _parts(item: Item) -> Iterator[tuple[int, Item]]:
    if isinstance(item, ImuBatch):
        yield from _cut(item)
    elif isinstance(item, ClockReading):
        yield item.t_arrival_ns, item
    elif not isinstance(item, SessionEnd):
        yield item.t_ns, item


def _cut(batch: ImuBatch) -> Iterator[tuple[int, ImuBatch]]:
    steps = batch.t_arrival_ns // STEP_NS
    edges = [0, *(np.flatnonzero(np.diff(steps)) + 1).tolist(), len(steps)]
    for start, stop in itertools.pairwise(edges):
        columns = {name: getattr(batch, name) for name in _COLUMNS}
        cut = {name: None if one is None else one[start:stop] for name, one in columns.items()}
        yield int(batch.t_arrival_ns[stop - 1]), replace(batch, **cut)
