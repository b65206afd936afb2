"""``export``: one session as a file that other tools read."""

import json
import logging
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np

from lumbarwatch.core.accelerometer import corrected
from lumbarwatch.exchange.analysis import write_json
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.files import check_outputs, replacing
from lumbarwatch.exchange.mot import write_mot
from lumbarwatch.exchange.plain import write_plain
from lumbarwatch.jobs.analyze import Progress, analyze_replay, read_replay
from lumbarwatch.jobs.finish_import import META_SUFFIX, read_card
from lumbarwatch.jobs.meta_document import meta_document
from lumbarwatch.jobs.people import find_session
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.model.samples import NS_PER_S, ImuBatch
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

_LOG = logging.getLogger(__name__)


class ExportFormat(StrEnum):
    """What a session can be written as."""

    CSV = "csv"  # samples, a plain table (design 10), with META beside it
    PARQUET = "parquet"  # the same as Parquet
    MOT = "mot"  # both angles, OpenSim
    JSON = "json"  # the analysis


def export(
    data: Path,
    session: str,
    kind: ExportFormat,
    out: Path | None = None,
    progress: Progress = lambda _doing, _share: None,
) -> tuple[Path, ...]:
    """Write a session's samples or results; return the files.

    Parameters
    ----------
    session
        Id, its beginning, or ``last``.
    out
        None: the session's id with the format's ending, in the current folder.

    Raises
    ------
    UserError
        No such session, its recording is gone or unusable, or the file can't be written.
    """
    folder = DataFolder(data).existing()
    with History.open(folder.database) as history:
        found = find_session(history, session)
    target = out or Path(f"{found.id}.{kind.value}")
    source, meta = _source(folder, found.id)
    check_outputs(target, inputs=(source,))
    replay = read_replay(source, meta, progress=progress)
    if replay.damage:
        _LOG.warning("%s What is left is exported; a backup has the whole recording.", replay.damage)
    if kind in (ExportFormat.CSV, ExportFormat.PARQUET):
        return _write_samples(target, kind, replay, progress)
    analysis = analyze_replay(replay, progress)
    with replacing(target) as (temporary,):
        if kind is ExportFormat.MOT:
            write_mot(temporary, analysis, f"lumbarwatch session {found.id}")
        else:
            write_json(temporary, analysis)
    return (target,)


def _source(folder: DataFolder, session_id: str) -> tuple[Path, Path | None]:
    """Return the recording or the imported table, and META where there is one."""
    recording = folder.recording(session_id)
    card = folder.import_card(session_id)
    meta = recording.with_name(session_id + META_SUFFIX)
    source = card.with_name(read_card(card).table) if card.exists() else recording
    if not source.exists():
        message = f"The recording of session {session_id} is not in {folder.recordings}: restore a backup."
        raise StoreError(StoreReason.MISSING, message)
    return source, meta if meta.exists() else None


def _write_samples(target: Path, kind: ExportFormat, replay: Replay, progress: Progress) -> tuple[Path, ...]:
    """Write the plain table and, beside it, the META that makes it the same session again."""
    stem = target.name.removesuffix(".gz").removesuffix(target.suffix if target.suffix != ".gz" else ".csv")
    beside = target.with_name(f"{stem}{META_SUFFIX}")
    check_outputs(target, beside)
    if (target.suffix.lower() == ".parquet") is not (kind is ExportFormat.PARQUET):
        message = f"{target} is not how a file of the format {kind} is named: change the name, or the format."
        raise InputError(InputReason.BAD_OUTPUT, message)
    document = meta_document(replay, analyze_replay(replay, progress))
    with replacing(beside) as (temporary,):
        text = json.dumps(document, indent=1, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")
        write_plain(target, sample_columns(replay))
    return target, beside


def sample_columns(replay: Replay) -> dict[str, Any]:
    """Return all samples as columns of a plain table, in order of arrival, corrected as the analysis does."""
    sensors = replay.setup.sensors
    batches = [
        corrected(item, sensors[item.placement].accelerometer)
        for chunk in replay.chunks()
        for item in chunk.items
        if isinstance(item, ImuBatch)
    ]
    arrival = np.concatenate([batch.t_arrival_ns for batch in batches])
    order = np.argsort(arrival, kind="stable")
    table: dict[str, Any] = {
        "t_device_s": _whole(batches, "t_device_ns")[order] / NS_PER_S,
        "t_arrival_s": arrival[order] / NS_PER_S,
        "sensor": np.repeat([batch.placement.value for batch in batches], [len(one) for one in batches])[
            order
        ],
        "seq": _whole(batches, "seq")[order],
    }
    for names, field in (("ax ay az", "acc_mps2"), ("gx gy gz", "gyr_radps"), ("qw qx qy qz", "quat_wxyz")):
        values = _vectors(batches, field, len(names.split()))
        if values is not None:
            table |= {name: values[order, axis] for axis, name in enumerate(names.split())}
    return table


def _whole(batches: list[ImuBatch], field: str) -> Any:
    """A counter of all batches; NaN (an empty field) where a sensor has none."""
    parts = [getattr(batch, field) for batch in batches]
    if all(part is not None for part in parts):
        return np.concatenate(parts)
    return np.concatenate(
        [
            np.full(len(batch), np.nan) if part is None else part
            for batch, part in zip(batches, parts, strict=True)
        ]
    )


def _vectors(batches: list[ImuBatch], field: str, width: int) -> Any:
    """A vector of all batches, NaN rows where a sensor has none; None if no sensor has it."""
    parts = [getattr(batch, field) for batch in batches]
    if all(part is None for part in parts):
        return None
    return np.concatenate(
        [
            np.full((len(batch), width), np.nan) if part is None else part
            for batch, part in zip(batches, parts, strict=True)
        ]
    )
