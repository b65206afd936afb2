"""What remains of a visit: its finished recording and its row in the history."""

import logging
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from lumbarwatch.model.events import (
    BarLoad,
    CalibrationClosed,
    ControlEvent,
    Event,
    RepFinished,
    SessionFinished,
    SetFinished,
    SetStarted,
    Symptom,
)
from lumbarwatch.model.motion import Rep, SetSummary
from lumbarwatch.model.session import Athlete, Calibration, Session
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.header import RecordingHeader
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import compact, discard_live
from lumbarwatch.store.records import SessionAbout

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FinishedVisit:
    """All that is known when a visit is over; ``live`` is its closed recording."""

    session: Session
    athlete: Athlete
    header: RecordingHeader
    live: Path
    duration_s: float
    events: tuple[Event, ...]
    controls: tuple[ControlEvent, ...]

    @property
    def reps(self) -> list[Rep]:
        """Reps as they were finally judged."""
        return [event.rep for event in self.events if isinstance(event, RepFinished)]

    @property
    def sets(self) -> list[SetSummary]:
        """Sets as they ended."""
        return [event.summary for event in self.events if isinstance(event, SetFinished)]

    @property
    def calibration(self) -> Calibration:
        """The calibration as it stood at the end."""
        closed = [event.calibration for event in self.events if isinstance(event, CalibrationClosed)]
        return closed[-1] if closed else Calibration.none()

    def about(self, recording: Path) -> SessionAbout:
        """What the history keeps beside the results."""
        last = next((event for event in reversed(self.events) if isinstance(event, SessionFinished)), None)
        return SessionAbout(
            started_at_monotonic_ns=self.header.started_at_monotonic_ns,
            duration_s=self.duration_s,
            recording=recording.name,
            software_version=self.header.software_version,
            sensors=self.header.sensors,
            limits=self.athlete.limits,
            parameters=self.header.setup,
            rpe=self._efforts(),
            warnings=last.warnings if last else (),
            not_graded=last.not_graded if last else (),
        )

    def _efforts(self) -> dict[int, float]:
        """Effort by set: what was said after a set belongs to the last one that had begun."""
        started = [(event.t_ns, event.set_number) for event in self.events if isinstance(event, SetStarted)]
        said = [event for event in self.controls if isinstance(event, BarLoad) and event.rpe is not None]
        efforts: dict[int, float] = {}
        for event in said:
            earlier = [number for t_ns, number in started if t_ns <= event.t_ns]
            if earlier and event.rpe is not None:
                efforts[earlier[-1]] = event.rpe
        return efforts


class Archive:
    """Recordings and history of one data folder."""

    def __init__(self, folder: DataFolder, history: History) -> None:
        self._folder = folder
        self._history = history

    @classmethod
    def open(cls, folder: DataFolder) -> Self:
        """Open the history of a data folder.

        Raises
        ------
        StoreError
            It can't be used.
        """
        return cls(folder, History.open(folder.history))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._history.close()

    @property
    def folder(self) -> DataFolder:
        """Where everything lies."""
        return self._folder

    def has(self, session_id: str) -> bool:
        """Whether a session has its row."""
        return self._history.has_session(session_id)

    def knows(self, athlete_id: str) -> bool:
        """Whether an athlete is in the history."""
        return any(athlete.id == athlete_id for athlete in self._history.athletes())

    def keep(self, visit: FinishedVisit, recording: Path) -> None:
        """Write the row of a visit whose recording is finished.

        Raises
        ------
        StoreError
            It can't be written.
        """
        self._history.save_session(
            visit.session,
            visit.calibration,
            visit.sets,
            visit.reps,
            pipeline_version=visit.header.pipeline_version,
            about=visit.about(recording),
            symptoms=[event for event in visit.controls if isinstance(event, Symptom)],
        )

    def save(self, visit: FinishedVisit) -> str:
        """Finish the recording, then write the row; return what went wrong ("": nothing). Blocks.

        Nothing is lost when it fails: the live file stays until its row is safe, and is found at the next
        start.
        """
        try:
            recording = compact(visit.live, self._folder.recordings, keep_live=True)
            if visit.athlete.id:
                self._history.add_athlete(visit.athlete)
            self.keep(visit, recording)
            discard_live(visit.live)
        except StoreError as error:
            _LOG.warning("The session could not be saved yet: %s", error)
            return str(error)
        return ""
