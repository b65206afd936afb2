"""A recording of ours (MCAP) for the pipeline: packets decoded again, buttons and link events in place."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.jobs.replay import Chunk, Item, Replay
from lumbarwatch.model.events import LinkEvent, StepDone
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, OrientationSource, Placement
from lumbarwatch.model.session import CalibrationSource
from lumbarwatch.sensors import catalogue
from lumbarwatch.sensors.base import DecodeError, Decoder, SensorError
from lumbarwatch.store.codec import CodecError, from_json
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.recording import RecordedItem, Recording, read_recording

CHUNK_ITEMS = 2000
"""Items pushed at once: some ten seconds of two sensors. Results do not depend on it, speed does."""


def replay_recording(path: Path, orientation: OrientationSource | None = None) -> Replay:
    """Read a recording of ours.

    Parameters
    ----------
    orientation
        None: as in the live session.

    Raises
    ------
    InputError
        The file is damaged beyond use, from a newer version or of an unknown sensor family.
    """
    try:
        recording = read_recording(path)
    except StoreError as error:
        raise InputError(InputReason.UNREADABLE, str(error)) from error
    if recording.span_ns is None:
        raise InputError(InputReason.NO_ROWS, f"{path} holds no packet of a sensor; record again.")
    return replay_of(recording, orientation)


def replay_of(recording: Recording, orientation: OrientationSource | None = None) -> Replay:
    """Return the replay of a recording that has been read; one without packets replays nothing."""
    try:
        setup = _setup(recording, _decoders(recording))
        controls = tuple(item for item in recording.events() if not isinstance(item, LinkEvent))
    except (StoreError, SensorError, CodecError) as error:
        raise InputError(InputReason.UNREADABLE, str(error)) from error
    except DecodeError as error:
        message = (
            f"{recording.path} says of a sensor what can't be ({error}), so that its packets can't be read; "
            "restore this recording from a backup."
        )
        raise InputError(InputReason.UNREADABLE, message) from error
    first_ns, last_ns = recording.span_ns or (0, 0)
    return Replay(
        setup=setup if orientation is None else replace(setup, orientation=orientation),
        chunks=functools.partial(_chunks, recording, first_ns, last_ns),
        duration_s=(last_ns - first_ns) / NS_PER_S,
        as_lived=True,
        notices=_notices(recording),
        controls=controls,
        samples=functools.partial(_samples, recording),
        damage=_damage(recording),
    )


def _decoders(recording: Recording) -> dict[Placement, Decoder]:
    """Fresh decoders, as the live session's were when the recording began."""
    found: dict[Placement, Decoder] = {}
    for place, described in recording.header.sensors.items():
        description = {name: value for name, value in described.items() if name != "family"}
        found[place] = catalogue.decoder(str(described.get("family")), description)
    return found


def _setup(recording: Recording, decoders: Mapping[Placement, Decoder]) -> PipelineSetup:
    if recording.header.setup:
        return from_json(PipelineSetup, recording.header.setup)
    guided = any(isinstance(item, StepDone) for item in recording.events())
    return PipelineSetup(
        sensors=MappingProxyType({place: decoder.info for place, decoder in decoders.items()}),
        calibration_source=CalibrationSource.GUIDED if guided else CalibrationSource.AUTOMATIC,
    )


def _chunks(recording: Recording, first_ns: int, last_ns: int) -> Iterator[Chunk]:
    decoders = _decoders(recording)
    items: list[Item] = []
    for recorded in recording:
        items += _decoded(recorded, decoders)
        if len(items) >= CHUNK_ITEMS and isinstance(recorded, RawNotification):
            yield Chunk((recorded.t_arrival_ns - first_ns) / max(1, last_ns - first_ns), tuple(items))
            items = []
    if items:
        yield Chunk(1.0, tuple(items))


def _samples(recording: Recording) -> Iterator[ImuBatch]:
    """Samples alone, many packets of a sensor at once: the archive needs no order between sensors."""
    decoders = _decoders(recording)
    waiting: dict[Placement, list[RawNotification]] = {place: [] for place in decoders}
    for item in recording:
        if isinstance(item, RawNotification) and item.placement in waiting:
            own = waiting[item.placement]
            own.append(item)
            if len(own) >= CHUNK_ITEMS:
                yield from decoders[item.placement].decode_all(own)
                own.clear()
    for place, own in waiting.items():
        yield from decoders[place].decode_all(own)


def _decoded(recorded: RecordedItem, decoders: Mapping[Placement, Decoder]) -> list[Item]:
    if not isinstance(recorded, RawNotification):
        return [recorded]
    decoder = decoders.get(recorded.placement)
    if decoder is None:
        return []
    try:
        return [*decoder.read(recorded)]
    except DecodeError:
        return []  # as in the live session: garbage is kept in the recording and read by nobody


def _notices(recording: Recording) -> tuple[str, ...]:
    cut = "The recording was cut off; what was saved until then is analysed."
    damage = _damage(recording)
    return (*((cut,) if recording.recovered else ()), *((damage,) if damage else ()))


def _damage(recording: Recording) -> str:
    if recording.intact:
        return ""
    return (
        f"The recording is damaged: {recording.lost_messages} packets are missing and count as lost samples."
    )
