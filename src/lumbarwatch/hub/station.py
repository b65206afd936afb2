"""A station: one pair of sensors and whoever trains with it now; visit after visit."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from lumbarwatch.hub.messages import (
    ApiError,
    AthleteMessage,
    SessionFrame,
    SessionState,
    StationMessage,
    StepAction,
)
from lumbarwatch.hub.visit import Parts, Plan, Visit, athlete_message
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.events import ControlEvent, StepBegun, StepDone
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Athlete, CalibrationSource, CalibrationStep
from lumbarwatch.sensors.link import Target

_LOG = logging.getLogger(__name__)


class ApiRefused(Exception):  # noqa: N818  (a refusal, said as such)
    """A request that can't be done now; ``error`` says why, the sentence what to do."""

    def __init__(self, error: ApiError, sentence: str) -> None:
        super().__init__(sentence)
        self.error = error


class Station:
    """Begins and ends visits and takes what is said during one."""

    def __init__(self, name: str, parts: Parts) -> None:
        self.name = name
        self.targets: Mapping[Placement, Target] = {}
        self._parts = parts
        self._visit: Visit | None = None
        self._task: asyncio.Task[None] | None = None
        self._athlete = Athlete()
        self._problem = ""
        self._steps_begun: dict[CalibrationStep, int] = {}

    @property
    def visit(self) -> Visit | None:
        """The visit that runs, or the last one."""
        return self._visit

    @property
    def running(self) -> bool:
        """Whether a visit runs."""
        return self._visit is not None and self._visit.running

    def start(
        self, athlete: Athlete | None = None, calibration: CalibrationSource = CalibrationSource.GUIDED
    ) -> Visit:
        """Begin a visit.

        Raises
        ------
        ApiRefused
            One runs already, or no sensors are known.
        """
        if self.running:
            raise ApiRefused(ApiError.SESSION_RUNNING, "A session runs already: end it first.")
        if not self.targets:
            raise ApiRefused(
                ApiError.BLUETOOTH, "No sensors are known here: start lumbarwatch with both sensors on."
            )
        self._athlete = athlete or self._athlete
        self._problem = ""
        self._steps_begun.clear()
        visit = Visit(self._parts, Plan(self.name, self._athlete, self.targets, calibration))
        self._visit = visit
        self._task = asyncio.create_task(self._run(visit))
        return visit

    async def end(self) -> None:
        """End the visit, if one runs, and wait until it is saved."""
        if self._visit is not None and self._visit.running:
            await self._visit.end()
        if self._task is not None:
            await asyncio.wait({self._task})

    def set_athlete(self, athlete: Athlete) -> None:
        """Say who trains next.

        Raises
        ------
        ApiRefused
            A session runs: its verdicts belong to somebody already.
        """
        if self.running:
            raise ApiRefused(
                ApiError.SESSION_RUNNING, "A session runs: end it before choosing another athlete."
            )
        self._athlete = athlete
        self._parts.feed.publish(SessionFrame(state=self.message()))

    def control(self, make: Callable[[int], ControlEvent]) -> None:
        """Take a button or a load; ``make`` gets the time.

        Raises
        ------
        ApiRefused
            No session runs.
        """
        self._running_visit().control(make(self._parts.clock.monotonic_ns()))

    def step(self, step: CalibrationStep, action: StepAction) -> None:
        """Take the beginning or the end of a guided calibration step.

        Raises
        ------
        ApiRefused
            No session runs, or the step has not begun.
        """
        visit, now_ns = self._running_visit(), self._parts.clock.monotonic_ns()
        if action is StepAction.BEGIN:
            self._steps_begun[step] = now_ns
            visit.control(StepBegun(now_ns, step))
            return
        begun_ns = self._steps_begun.pop(step, None)
        if begun_ns is None:
            raise ApiRefused(ApiError.STEP_NOT_BEGUN, f"The step '{step}' has not begun: begin it first.")
        visit.control(StepDone(now_ns, step, begun_ns, now_ns))

    def message(self) -> StationMessage:
        """Return the station as it stands."""
        if self._visit is not None:
            message = self._visit.message()
            return message.model_copy(update={"problem": self._problem}) if self._problem else message
        return StationMessage(
            station=self.name,
            athlete=athlete_message(self._athlete),
            session_id="",
            session_state=SessionState.NONE,
            problem=self._problem,
            analysing=True,
            phase=Phase.IDLE,
            set_number=0,
            t_s=0.0,
            sensors=[],
            calibration=None,
            reps=[],
            sets=[],
            session_warnings=[],
        )

    def _running_visit(self) -> Visit:
        if self._visit is None or not self._visit.running:
            raise ApiRefused(ApiError.NO_SESSION, "No session runs: start one first.")
        return self._visit

    async def _run(self, visit: Visit) -> None:
        try:
            await visit.run()
        except UserError as error:
            self._problem = error.sentence
            _LOG.warning("The session could not go on: %s", error.sentence)
        except Exception:  # noqa: BLE001  (the hub outlives a visit; its recording is recovered at the next start)
            self._problem = "The session stopped with an error; its recording is kept."
            _LOG.exception("The session stopped with an error; its recording is kept.")
        if self._problem:
            self._parts.feed.publish(SessionFrame(state=self.message()))


def athlete_of(message: AthleteMessage) -> Athlete:
    """Return the athlete of a message."""
    return Athlete(id=message.id, name=message.name, mass_kg=message.mass_kg, stature_m=message.stature_m)
