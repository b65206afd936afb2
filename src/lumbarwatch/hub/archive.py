"""What remains of a visit: its finished recording, the decoded samples and its row in the history."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Self

from lumbarwatch.model.analysis import Analysis
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.events import ControlEvent
from lumbarwatch.model.samples import Placement, SensorInfo
from lumbarwatch.model.session import Athlete, Session
from lumbarwatch.model.verdicts import WarningVerdict
from lumbarwatch.sensors.base import Driver
from lumbarwatch.store.angles import write_derived_angles
from lumbarwatch.store.calibrations import accelerometer_of
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.finished import FinishedSession, finished_session, keep
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.header import RecordingHeader
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import compact, discard_live
from lumbarwatch.store.records import SensorRecord, SessionAbout, SessionSummary

_LOG = logging.getLogger(__name__)

WriteSamples = Callable[[Path, Path], None]
"""Decodes a finished recording into a file of samples."""


def _no_samples(_recording: Path, _target: Path) -> None:
    """Leave the samples to whoever analyses the recording again."""


@dataclass(frozen=True, slots=True)
class FinishedVisit:
    """All that is known when a visit is over; ``live`` is its closed recording."""

    session: Session
    athlete: Athlete
    header: RecordingHeader
    live: Path
    analysis: Analysis
    controls: tuple[ControlEvent, ...]

    def finished(self, recording: Path) -> FinishedSession:
        """Return what the history keeps. Computes the load: some time for a long session."""
        about = SessionAbout(
            started_at_monotonic_ns=self.header.started_at_monotonic_ns,
            duration_s=self.analysis.duration_s,
            recording=recording.name,
            software_version=self.header.software_version,
            sensors=self.header.sensors,
            limits=self.athlete.limits,
            parameters=self.header.setup,
        )
        return finished_session(self.session, self.athlete, self.analysis, self.controls, about)


@dataclass(frozen=True, slots=True)
class SavedVisit:
    """What is shown of a visit once it is over. ``problem``: why it could not be saved yet ("": it is)."""

    problem: str = ""
    summary: SessionSummary | None = None
    warnings: tuple[WarningVerdict, ...] = ()  # of the whole session


class Archive:
    """Recordings and history of one data folder."""

    def __init__(self, folder: DataFolder, history: History, write_samples: WriteSamples) -> None:
        self._folder = folder
        self._history = history
        self._write_samples = write_samples

    @classmethod
    def open(cls, folder: DataFolder, write_samples: WriteSamples = _no_samples) -> Self:
        """Open the history of a data folder.

        Raises
        ------
        StoreError
            It can't be used.
        """
        return cls(folder, History.open(folder.database), write_samples)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._history.close()

    @property
    def history(self) -> History:
        """What is kept between sessions."""
        return self._history

    @property
    def folder(self) -> DataFolder:
        """Where everything lies."""
        return self._folder

    def remember(self, athlete: Athlete) -> None:
        """Put who trains into the history, so that a session that is cut off is not nobody's. Blocks."""
        try:
            self._add_unknown(athlete)
        except StoreError as error:
            _LOG.warning("The athlete could not be saved yet: %s", error)

    def calibrated(self, drivers: Mapping[Placement, Driver]) -> Mapping[Placement, SensorInfo]:
        """Return what is known of each sensor, its accelerometer's six-pose calibration with it."""
        try:
            known = self._history.sensors()
        except StoreError as error:
            _LOG.warning("The sensors' calibrations could not be read: %s", error)
            known = ()
        return {place: _calibrated(driver, known) for place, driver in drivers.items()}

    def save(self, visit: FinishedVisit) -> SavedVisit:
        """Finish the recording, write samples and row; return what is shown at the end. Blocks.

        Nothing is lost when it fails or is killed: the live file stays until its row is safe, and is found at
        the next start.
        """
        try:
            recording = compact(visit.live, self._folder.recordings, keep_live=True)
            self._derive(recording)
            found = visit.analysis
            angles = self._folder.angles(visit.session.id)
            write_derived_angles(angles, found.poses, found.sets, found.pipeline_version)
            self._add_unknown(visit.athlete)
            keep(self._history, visit.finished(recording))
            discard_live(visit.live)
        except StoreError as error:
            _LOG.warning("The session could not be saved yet: %s", error)
            return SavedVisit(str(error))
        return self._saved(visit.session.id)

    def _add_unknown(self, athlete: Athlete) -> None:
        """Who is known stays as is: limits may have been changed while the session ran."""
        if athlete.id:
            self._history.add_new_athlete(athlete)

    def _saved(self, session_id: str) -> SavedVisit:
        try:
            summary = self._history.session(session_id).record.summary
            found = self._history.warnings(session_id)
        except StoreError as error:
            _LOG.warning("The saved session could not be read: %s", error)
            return SavedVisit()
        return SavedVisit("", summary, tuple(one.verdict for one in found if one.set_number == 0))

    def _derive(self, recording: Path) -> None:
        """Write the samples; they can be built again, so that a failure costs nothing else."""
        try:
            self._write_samples(recording, self._folder.samples(recording.stem))
        except UserError as error:
            _LOG.warning("The samples could not be written yet: %s", error)


def _calibrated(driver: Driver, known: Sequence[SensorRecord]) -> SensorInfo:
    info = driver.info
    return replace(info, accelerometer=accelerometer_of(known, info.family or driver.family, info.serial))
