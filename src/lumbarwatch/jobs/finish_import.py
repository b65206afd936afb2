"""A table that was imported becomes a session.

The table itself is kept as it came, among the recordings: it is the truth of this session. What it cannot
say of itself lies beside it: META as it was given, and a card with whose session it is.
"""

import gzip
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from lumbarwatch import __version__
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.source import RecordingFormat, recording_format
from lumbarwatch.jobs.analyze import analyze_replay, read_replay
from lumbarwatch.jobs.finish import ByWhom, with_measures
from lumbarwatch.jobs.refined import analyze_refined
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.model.samples import NS_PER_S, ImuBatch
from lumbarwatch.model.session import Session
from lumbarwatch.store.angles import write_derived_angles
from lumbarwatch.store.codec import CodecError, JsonObject, dumps, from_json, loads, to_json
from lumbarwatch.store.errors import StoreError, StoreReason, from_os
from lumbarwatch.store.finished import FinishedSession, finished_session
from lumbarwatch.store.folder import CARD_SUFFIX, DataFolder
from lumbarwatch.store.records import SessionAbout
from lumbarwatch.store.whole_file import write_whole

META_SUFFIX: Final = ".meta.json"
CARD_SCHEMA: Final = "lumbarwatch.import/1"

_SUFFIXES: Final = {
    RecordingFormat.CSV: ".csv.gz",
    RecordingFormat.CSV_GZ: ".csv.gz",
    RecordingFormat.PARQUET: ".parquet",
}


@dataclass(frozen=True, slots=True)
class ImportCard:
    """Whose session an imported table is, and under which name it lies beside the card."""

    session: Session
    table: str
    schema: str = CARD_SCHEMA


def store_table(folder: DataFolder, source: Path, meta: Path | None, session: Session) -> Path:
    """Copy a table and its META into a data folder; return the card, which is written last.

    Raises
    ------
    InputError
        This is no table.
    StoreError
        No room, no permission.
    """
    kind = recording_format(source)
    if kind not in _SUFFIXES:
        message = f"{source} is a recording of lumbarwatch itself: use restore, or copy it into recordings/."
        raise InputError(InputReason.UNKNOWN_FORMAT, message)
    table = folder.recordings / f"{session.id}{_SUFFIXES[kind]}"
    card = folder.recordings / f"{session.id}{CARD_SUFFIX}"
    try:
        _copy(source, table, packed=kind is RecordingFormat.CSV)
        if meta is not None:
            shutil.copyfile(meta, folder.recordings / f"{session.id}{META_SUFFIX}")
        write_whole(card, dumps(ImportCard(session, table.name)))
    except OSError as error:
        raise from_os(error, "Keeping the table", table) from error
    return card


def finish_import(
    card_path: Path, known: ByWhom, angles: Path | None = None, *, refined: bool = False
) -> tuple[FinishedSession, Replay]:
    """Analyse an imported table; see :func:`lumbarwatch.jobs.finish.finish_recording`.

    Raises
    ------
    InputError
        The table or its META can't be used.
    StoreError
        The card is damaged.
    """
    card = read_card(card_path)
    table = card_path.with_name(card.table)
    meta = card_path.with_name(card.session.id + META_SUFFIX)
    replay = read_replay(table, meta if meta.exists() else None)
    analysis = analyze_refined(replay) if refined else analyze_replay(replay)
    if angles is not None:
        write_derived_angles(angles, analysis.poses, analysis.sets, analysis.pipeline_version)
    first_ns = int(analysis.poses.t_ns[0]) if len(analysis.poses) else 0
    about = SessionAbout(
        started_at_monotonic_ns=first_ns,
        duration_s=analysis.duration_s,
        recording=card.table,
        software_version=__version__,
        sensors={place: cast("JsonObject", to_json(info)) for place, info in replay.setup.sensors.items()},
        limits=replay.setup.athlete.limits,
        parameters=cast("JsonObject", to_json(replay.setup)),
    )
    athlete = with_measures(replay.setup.athlete, known(card.session.athlete_id))
    finished = finished_session(card.session, athlete, analysis, replay.controls, about, refined=refined)
    return finished, replay


def read_card(path: Path) -> ImportCard:
    """Read an imported table's card.

    Raises
    ------
    StoreError
        It is gone, damaged or from a newer version.
    """
    try:
        card = from_json(ImportCard, loads(path.read_bytes()))
    except OSError as error:
        raise from_os(error, "Reading", path) from error
    except CodecError as error:
        raise StoreError(
            StoreReason.DAMAGED, f"{path} is damaged ({error}); import the table again."
        ) from error
    if card.schema != CARD_SCHEMA:
        raise StoreError(
            StoreReason.NEWER_VERSION, f"{path} was written by a newer lumbarwatch: update first."
        )
    return card


def host_start_utc_ns(replay: Replay) -> int | None:
    """Wall time of a table's first sample, if its host times are seconds since 1970."""
    chunk = next(iter(replay.chunks()), None)
    batches = [] if chunk is None else [item for item in chunk.items if isinstance(item, ImuBatch)]
    first_ns = min((int(batch.t_arrival_ns[0]) for batch in batches), default=0)
    return first_ns if first_ns > _YEAR_2001_S * NS_PER_S else None


_YEAR_2001_S: Final = 1_000_000_000


def _copy(source: Path, target: Path, *, packed: bool) -> None:
    if not packed:
        shutil.copyfile(source, target)
        return
    with source.open("rb") as plain, gzip.open(target, "wb", compresslevel=6) as copy:
        shutil.copyfileobj(plain, copy)
