"""Gives a session that a crash had cut off its row in the history: its recording is analysed again."""

import logging
from dataclasses import replace
from itertools import chain

from lumbarwatch.core.pipeline import PIPELINE_VERSION, Pipeline
from lumbarwatch.hub.archive import Archive, FinishedVisit
from lumbarwatch.jobs.replay_recording import replay_recording
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.events import Event, LinkEvent, PoseBatch
from lumbarwatch.model.samples import ClockReading, ImuBatch
from lumbarwatch.model.session import Athlete, Session
from lumbarwatch.sensors.base import DecodeError
from lumbarwatch.store.header import RecordingHeader
from lumbarwatch.store.recording import Recovered, read_recording

_LOG = logging.getLogger(__name__)


def restore(archive: Archive, found: Recovered) -> None:
    """Analyse a recovered recording and write its row; what can't be restored is said and left for later."""
    if found.path is None or archive.has(found.session_id):
        return
    try:
        archive.keep(_analysed(archive, found), found.path)
    except (UserError, DecodeError) as error:
        _LOG.warning("Session %s could not be put into the history yet: %s", found.session_id, error)


def _analysed(archive: Archive, found: Recovered) -> FinishedVisit:
    assert found.path is not None  # looked at by the caller
    replay = replay_recording(found.path)
    pipeline = Pipeline(replay.setup)
    chunks = list(replay.chunks())
    events = list(chain.from_iterable(pipeline.push(*chunk.items) for chunk in chunks))
    events += pipeline.finish()
    items = chain.from_iterable(chunk.items for chunk in chunks)
    header = read_recording(found.path).header
    return FinishedVisit(
        session=_session(archive, header, recovered=found.recovered),
        athlete=Athlete(id=header.athlete_id, limits=replay.setup.athlete.limits),
        header=replace(header, pipeline_version=PIPELINE_VERSION),  # whose results these are
        live=found.live,
        duration_s=replay.duration_s,
        events=tuple(_found(events)),
        controls=tuple(item for item in items if not isinstance(item, ImuBatch | ClockReading | LinkEvent)),
    )


def _found(events: list[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, PoseBatch)]


def _session(archive: Archive, header: RecordingHeader, *, recovered: bool) -> Session:
    known = header.athlete_id if archive.knows(header.athlete_id) else ""
    return Session(header.session_id, known, header.started_at_utc_ns, header.simulated, recovered)
