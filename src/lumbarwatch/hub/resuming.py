"""The hub died while somebody trained: the next start goes on by itself, as a session of its own.

What was recorded is recovered as it is. A session that goes on takes over the calibration: sensors know
nothing of the hub, and one that restarted meanwhile tells it by its clock (:mod:`lumbarwatch.core.carried`).
"""

import asyncio
import logging
from enum import StrEnum

from lumbarwatch.hub.people import People
from lumbarwatch.hub.station import ApiRefused, Station, Trainee
from lumbarwatch.hub.stations import Stations
from lumbarwatch.hub.visit import Parts, Resumed
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.session import Athlete
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.unfinished import UnfinishedVisit, read_unfinished, remove_unfinished

_LOG = logging.getLogger(__name__)

RESUME_WITHIN_S = 600.0
"""Whoever was left alone for longer has got up, and perhaps taken the sensors off (convention)."""

MOST_IN_A_ROW = 5
"""So many visits cut off shortly after they began: something in them kills the hub (convention)."""


class NotResumed(StrEnum):
    """Why a visit that was cut off does not go on by itself."""

    TOO_OLD = "its last sign of life is too old, or the clock was set"
    ENDED = "it had been ended"
    NO_ATHLETE = "its athlete was deleted"
    NO_STATION = "its station was removed"
    IN_A_ROW = "too many before it were cut off as soon as they began"


def age_ns(visit: UnfinishedVisit, clock: Clock) -> int:
    """Return how long ago the last sign of life was; negative: nobody knows.

    A wall clock that was set back tells nothing; then the time since this computer's start does, unless that
    began anew.
    """
    by_wall_ns = clock.utc_ns() - visit.seen_utc_ns
    return by_wall_ns if by_wall_ns >= 0 else clock.monotonic_ns() - visit.seen_monotonic_ns


def is_fresh(visit: UnfinishedVisit, clock: Clock) -> bool:
    """Whether the athlete may still lie there."""
    return 0 <= age_ns(visit, clock) <= RESUME_WITHIN_S * NS_PER_S


async def stations_waiting(folder: DataFolder, clock: Clock) -> set[str]:
    """Return the stations at which a visit may go on: their sensors need not be searched for."""
    found = await asyncio.to_thread(read_unfinished, folder)
    return {visit.station for visit in found if is_fresh(visit, clock) and visit.sensors}


async def resume(parts: Parts, stations: Stations) -> None:
    """Let every visit go on that was cut off a short time ago; what can't is said in a line and forgotten."""
    for visit in await asyncio.to_thread(read_unfinished, parts.folder):
        await asyncio.to_thread(remove_unfinished, parts.folder, visit.session_id)
        try:
            why = await _go_on(visit, parts, stations)
        except (ApiRefused, StoreError) as error:
            why = str(error)
        if why is not None:
            _LOG.warning(
                "Session %s, which was cut off, does not go on: %s.", visit.session_id, why.rstrip(".")
            )


async def _go_on(visit: UnfinishedVisit, parts: Parts, stations: Stations) -> NotResumed | None:
    if visit.station not in stations:
        return NotResumed.NO_STATION
    if not is_fresh(visit, parts.clock):
        return NotResumed.TOO_OLD
    if visit.in_a_row >= MOST_IN_A_ROW:
        return NotResumed.IN_A_ROW
    history = parts.archive.history
    if await asyncio.to_thread(_was_ended, history, visit.session_id):
        return NotResumed.ENDED
    trainee = await asyncio.to_thread(_trainee, history, visit.athlete)
    if trainee is None:
        return NotResumed.NO_ATHLETE
    _begin(stations[visit.station], trainee, visit, parts.clock)
    return None


def _begin(station: Station, trainee: Trainee, visit: UnfinishedVisit, clock: Clock) -> None:
    shift_ns = clock.monotonic_ns() - age_ns(visit, clock) - visit.seen_monotonic_ns
    carried = None if visit.carried is None else visit.carried.later(shift_ns)
    station.resume(trainee, Resumed(visit, carried, visit.calibrated_ns + shift_ns))
    how = "with its calibration" if carried is not None else "and is to be calibrated again"
    _LOG.warning("Session %s was cut off; a new one goes on for it, %s.", visit.session_id, how)


def _was_ended(history: History, session_id: str) -> bool:
    """Whether the session is in the history as one that was not cut off."""
    return history.has_session(session_id) and not history.session(session_id).record.recovered


def _trainee(history: History, athlete: Athlete) -> Trainee | None:
    """Who trained, as the history has him or her now; somebody without an id is nobody's business."""
    if not athlete.id:
        return Trainee(athlete)
    try:
        known = history.athlete(athlete.id)
    except StoreError as error:
        if error.reason is StoreReason.UNKNOWN_ATHLETE:
            return None
        raise
    return Trainee(known, People(history).last_symptoms(athlete.id))
