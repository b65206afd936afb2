"""A finished recording's samples, decoded, as Parquet (derived: it can be built again at any time)."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import numpy as np

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.jobs.replay_recording import replay_recording
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.samples import read_samples, write_samples


def decode_recording(recording: Path, target: Path) -> None:
    """Decode a recording of ours into a file of samples, and read it back.

    Raises
    ------
    InputError
        The recording can't be used, or holds no samples.
    StoreError
        No room, no permission, or the file does not read back as written.
    """
    decode_replay(replay_recording(recording), target)


def decode_replay(replay: Replay, target: Path) -> None:
    """Write the samples of a replay; see :func:`decode_recording`."""
    batches = list(_batches(replay))
    if not batches:
        raise InputError(InputReason.NO_ROWS, f"There are no samples for {target}.")
    write_samples(target, batches, {"duration_s": replay.duration_s})
    _verify(target, batches)


def _batches(replay: Replay) -> Iterator[ImuBatch]:
    if replay.samples is not None:
        yield from replay.samples()
        return
    for chunk in replay.chunks():
        yield from (item for item in chunk.items if isinstance(item, ImuBatch))


def _verify(target: Path, batches: list[ImuBatch]) -> None:
    """Compare what was written with what it was written from (each file also carries sums of its own)."""
    back = read_samples(target).batches
    for place in Placement:
        own = [batch for batch in batches if batch.placement is place]
        if not own:
            continue
        for field in fields(ImuBatch):
            _compare(field.name, own, back.get(place, ()), target)


def _compare(name: str, own: list[ImuBatch], back: tuple[ImuBatch, ...], target: Path) -> None:
    parts = [getattr(batch, name) for batch in own]
    if name == "placement" or any(part is None for part in parts):
        return
    again = [getattr(batch, name) for batch in back]
    if not again or not np.array_equal(np.concatenate(parts), np.concatenate(again)):
        target.unlink(missing_ok=True)
        message = f"The samples {target} do not read back as written: check the disk."
        raise StoreError(StoreReason.IO_ERROR, message)
