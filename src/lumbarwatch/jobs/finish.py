"""A recording becomes all that the history keeps of its session, without the history."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.jobs.analyze import analyze_replay
from lumbarwatch.jobs.refined import analyze_refined
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.jobs.replay_recording import replay_of
from lumbarwatch.model.events import SessionEnd
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.session import Athlete, Session
from lumbarwatch.store.angles import write_derived_angles
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.finished import FinishedSession, finished_session
from lumbarwatch.store.reading import Recording, read_recording
from lumbarwatch.store.records import SessionAbout

ByWhom = Callable[[str], Athlete | None]
"""Gives an athlete by id; None: not known."""


MEASURES: Final = ("mass_kg", "stature_m", "bench_height_m", "contact_to_l1_m")
"""What the load needs of an athlete, and a history may know better than a recording."""


def _nobody(_athlete_id: str) -> None:
    """Know nobody."""


def finish_recording(
    path: Path,
    known: ByWhom = _nobody,
    angles: Path | None = None,
    *,
    refined: bool = False,
    whole: bool = False,
) -> tuple[FinishedSession, Replay]:
    """Analyse a finished recording of ours.

    Parameters
    ----------
    known
        Gives the athlete as the history has him or her now: body mass and stature for the load, where they
        were not known during the session. Reps are judged as they were then.
    angles
        Where the angles over the sets go, if anywhere.
    refined
        With hindsight: not causal, labelled, and never what was shown live.
    whole
        Refuse a recording that was damaged since it was written: what it gave when it was whole is better.

    Returns
    -------
    What the history keeps, and the replay it came from.

    Raises
    ------
    InputError
        The recording can't be used.
    """
    try:
        recording = read_recording(path)
    except StoreError as error:
        raise InputError(InputReason.UNREADABLE, str(error)) from error
    replay = replay_of(recording)
    if whole and replay.damage:
        message = f"{replay.damage} Earlier results are kept; restore the recording from a backup."
        raise InputError(InputReason.UNREADABLE, message)
    analysis = analyze_refined(replay) if refined else analyze_replay(replay)
    if angles is not None:
        write_derived_angles(angles, analysis.poses, analysis.sets, analysis.pipeline_version)
    header = recording.header
    about = SessionAbout(
        started_at_monotonic_ns=header.started_at_monotonic_ns,
        duration_s=_duration_s(recording, replay),
        recording=path.name,
        software_version=header.software_version,
        sensors=header.sensors,
        limits=replay.setup.athlete.limits,
        parameters=header.setup,
    )
    session = Session(
        id=header.session_id,
        athlete_id=header.athlete_id,
        started_at_utc_ns=header.started_at_utc_ns,
        simulated=header.simulated,
        recovered=recording.recovered,
    )
    athlete = with_measures(replay.setup.athlete, known(header.athlete_id))
    return finished_session(session, athlete, analysis, replay.controls, about, refined=refined), replay


def with_measures(athlete: Athlete, known: Athlete | None) -> Athlete:
    """Return the athlete of a session with the body measures that were not known then."""
    if known is None:
        return athlete
    unknown = [name for name in MEASURES if getattr(athlete, name) is None]
    return replace(athlete, **{name: getattr(known, name) for name in unknown})


def _duration_s(recording: Recording, replay: Replay) -> float:
    """From the visit's beginning to its end; to the last packet where it was cut off."""
    begin_ns = recording.header.started_at_monotonic_ns
    ends = [event.t_ns for event in replay.controls if isinstance(event, SessionEnd)]
    if not ends:
        ends = [] if recording.span_ns is None else [recording.span_ns[1]]
    return (ends[0] - begin_ns) / NS_PER_S if ends else 0.0
