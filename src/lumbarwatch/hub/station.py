"""A station: one pair of sensors and whoever trains with it now; visit after visit."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from lumbarwatch.core.life_calibration import OPTIONAL, UNASKED
from lumbarwatch.core.life_types import CalibrationWanted, StepSkipped, StepWanted
from lumbarwatch.core.referral import refer
from lumbarwatch.hub.frames import MessageFrame, SessionFrame
from lumbarwatch.hub.people import athlete_message
from lumbarwatch.hub.requests import ApiError, StepAction
from lumbarwatch.hub.rerun import Rerun, Shown
from lumbarwatch.hub.values import AssignedMessage, CoachMessage, SessionState, StationMessage
from lumbarwatch.hub.visit import Parts, Plan, Resumed, Visit
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.events import BarLoad, ControlEvent, StepBegun, StepDone, StepLeft, Symptom
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Athlete, CalibrationSource, CalibrationStep
from lumbarwatch.sensors.link import Target
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.pairing import PairedSensor

_LOG = logging.getLogger(__name__)

MESSAGES_KEPT = 5
"""A coach's words that stand on a page at once; an older one goes (convention)."""

SAME_SYMPTOM_S = 900.0
"""A checklist answered within this time belongs to the symptom before it (convention)."""


class ApiRefused(Exception):  # noqa: N818  (a refusal, said as such)
    """A request that can't be done now; ``error`` says why, the sentence what to do."""

    def __init__(self, error: ApiError, sentence: str) -> None:
        super().__init__(sentence)
        self.error = error


@dataclass(frozen=True, slots=True)
class Trainee:
    """Who trains, and what was felt in the sessions before, the newest first."""

    athlete: Athlete
    earlier: tuple[tuple[Symptom, ...], ...] = ()


class Station:
    """Begins and ends visits and takes what is said during one."""

    def __init__(self, name: str, parts: Parts, label: str = "") -> None:
        self.name = name
        self.label = label
        self.targets: Mapping[Placement, Target] = {}
        self.replay: Shown | None = None  # a recording that is shown here in place of sensors
        self.paired: Mapping[Placement, PairedSensor] = {}
        self._parts = parts
        self._visit: Visit | Rerun | None = None
        self._task: asyncio.Task[None] | None = None
        self._trainee = Trainee(Athlete())
        self._problem = ""
        self._steps_begun: dict[CalibrationStep, int] = {}
        self._messages: list[CoachMessage] = []

    @property
    def visit(self) -> Visit | None:
        """The visit that runs, or the last one; None where a recording is shown."""
        return self._visit if isinstance(self._visit, Visit) else None

    @property
    def running(self) -> bool:
        """Whether a visit runs."""
        return self._visit is not None and self._visit.running

    @property
    def trainee(self) -> Trainee:
        """Who trains, or was chosen to."""
        return self._trainee

    # Visits ------------------------------------------------------------------------------------------------
    def start(
        self,
        athlete: Athlete | None = None,
        calibration: CalibrationSource = CalibrationSource.GUIDED,
        *,
        quick: bool = False,
    ) -> Visit:
        """Begin a visit; ``quick``: guided by standing and bows only.

        Raises
        ------
        ApiRefused
            One runs already, or no sensors are known.
        """
        self._refuse_start()
        if athlete is not None:
            self._trainee = self._trainee_of(athlete)
        return self._begin(self._plan(calibration, quick=quick))

    def resume(self, trainee: Trainee, resumed: Resumed) -> Visit:
        """Go on for a visit that was cut off, with the same athlete and the same sensors.

        Raises
        ------
        ApiRefused
            One runs already, or no sensors are known.
        """
        before = resumed.before
        worn = {place: sensor.identity for place, sensor in before.sensors.items()}
        self.targets = worn or self.targets
        self._refuse_start()
        self._trainee = trainee
        plan = self._plan(before.calibration, quick=before.quick)
        return self._begin(replace(plan, resumed=resumed))

    def show(self) -> None:
        """Show the recording from its beginning.

        Raises
        ------
        ApiRefused
            It is being shown, or there is none.
        """
        self._refuse_running("The recording is being shown: stop it first.")
        if self.replay is None:
            raise ApiRefused(ApiError.BAD_REQUEST, "There is no recording to show here.")
        rerun = self._visit = Rerun(self._parts, self.name, self.replay)
        self._task = asyncio.create_task(self._run(rerun))

    async def end(self) -> None:
        """End the visit, if one runs, and wait until it is saved."""
        if self._visit is not None and self._visit.running:
            await self._visit.end()
        if self._task is not None:
            await asyncio.wait({self._task})

    def choose(self, trainee: Trainee) -> None:
        """Say who trains next.

        Raises
        ------
        ApiRefused
            A session runs: its verdicts belong to somebody already.
        """
        self._refuse_running("A session runs: end it before choosing another athlete.")
        self._visit = None if self._trainee.athlete.id != trainee.athlete.id else self._visit
        self._trainee = trainee
        self.tell()

    def forget(self, session_id: str) -> None:
        """A session was deleted: show it no more."""
        if self.visit is not None and self.visit.session.id == session_id:
            self._visit = None
            self.tell()

    def moved(self, session_id: str, athlete: Athlete) -> None:
        """A session was given to another athlete."""
        if self.visit is not None and self.visit.session.id == session_id:
            self.visit.teller.snapshot.belongs_to(athlete_message(athlete))
            self.tell()

    def tell(self) -> None:
        """Tell the whole state."""
        self._parts.feed.publish(SessionFrame(state=self.message()))

    # What is said during one -------------------------------------------------------------------------------
    def control(self, make: Callable[[int], ControlEvent]) -> None:
        """Take a button or a load; ``make`` gets the time.

        Raises
        ------
        ApiRefused
            No session runs.
        """
        self._running_visit().control(make(self._parts.clock.monotonic_ns()))

    def load(self, bar_kg: float | None, rpe: float | None, set_number: int | None = None) -> None:
        """Take bar mass and effort; effort alone leaves the bar as it is.

        Raises
        ------
        ApiRefused
            No session runs.
        """
        visit = self._running_visit()
        bar_kg = visit.teller.snapshot.bar_kg if bar_kg is None and set_number is None else bar_kg
        self.control(lambda t_ns: BarLoad(t_ns, bar_kg, rpe, set_number))

    def symptom(self, make: Callable[[int], Symptom]) -> None:
        """Take what was felt; with the checklist's answers it replaces the one they were asked for.

        Raises
        ------
        ApiRefused
            No session runs.
        """
        visit, now_ns = self._running_visit(), self._parts.clock.monotonic_ns()
        said, before = make(now_ns), visit.teller.snapshot.symptoms
        if said.signs is not None and before and before[-1].signs is None and before[-1].kind is said.kind:
            asked_ns = before[-1].t_ns
            said = make(asked_ns) if now_ns - asked_ns < SAME_SYMPTOM_S * NS_PER_S else said
        visit.control(said)

    def step(self, step: CalibrationStep, action: StepAction) -> None:
        """Take the beginning or the end of a guided calibration step, or leave it out.

        Raises
        ------
        ApiRefused
            No session runs, the step has not begun, or it can't be left out.
        """
        visit, now_ns = self._running_visit(), self._parts.clock.monotonic_ns()
        if action is StepAction.SKIP:
            if step not in OPTIONAL:
                sentence = f"The step '{step}' can't be left out: standing and bows tell how the sensors sit."
                raise ApiRefused(ApiError.STEP_NEEDED, sentence)
            self._leave(visit, now_ns, step)
            visit.choose(StepSkipped(now_ns, step))
            return
        if action is StepAction.CHOOSE:
            if step not in UNASKED:
                sentence = f"The step '{step}' is asked for anyway: begin it, or leave it out."
                raise ApiRefused(ApiError.BAD_REQUEST, sentence)
            visit.choose(StepWanted(now_ns, step))
            return
        if action is StepAction.BEGIN:
            self._steps_begun[step] = now_ns
            visit.control(StepBegun(now_ns, step))
            return
        begun_ns = self._steps_begun.pop(step, None)
        if begun_ns is None:
            raise ApiRefused(ApiError.STEP_NOT_BEGUN, f"The step '{step}' has not begun: begin it first.")
        visit.control(StepDone(now_ns, step, begun_ns, now_ns))

    def calibrate_again(self, *, restrapped: bool, quick: bool) -> None:
        """Begin the guided calibration anew.

        Raises
        ------
        ApiRefused
            No session runs.
        """
        wanted = CalibrationWanted(self._parts.clock.monotonic_ns(), restrapped)
        visit = self._running_visit()
        self._leave(visit, wanted.t_ns, *self._steps_begun)
        visit.calibrate_again(wanted, quick=quick)

    def _leave(self, visit: Visit, now_ns: int, *steps: CalibrationStep) -> None:
        """Give up the steps among these that have begun."""
        for step in steps:
            if self._steps_begun.pop(step, None) is not None:
                visit.control(StepLeft(now_ns, step))

    # The coach's words -------------------------------------------------------------------------------------
    def say(self, text: str) -> None:
        """Put a coach's word on the athlete's page."""
        sent_utc_s = round(self._parts.clock.utc_ns() / NS_PER_S, 3)
        self._messages = [*self._messages, CoachMessage(id=new_id(), text=text, sent_utc_s=sent_utc_s)]
        self._messages = self._messages[-MESSAGES_KEPT:]
        self._parts.feed.publish(MessageFrame(station=self.name, messages=self._messages))

    def dismiss(self, message_id: str | None) -> None:
        """Take a message away; None: all of them."""
        self._messages = [] if message_id is None else [m for m in self._messages if m.id != message_id]
        self._parts.feed.publish(MessageFrame(station=self.name, messages=self._messages))

    def message(self) -> StationMessage:
        """Return the station as it stands."""
        told = self._empty() if self._visit is None else self._visit.message()
        here = {"name": self.label, "assigned": self._assigned(), "messages": list(self._messages)}
        if self._problem:
            here["problem"] = self._problem
        return told.model_copy(update=here)

    def _empty(self) -> StationMessage:
        referral = refer((), self._trainee.earlier)
        return StationMessage(
            station=self.name,
            athlete=athlete_message(self._trainee.athlete),
            session_id="",
            session_state=SessionState.NONE,
            problem="",
            analysing=True,
            phase=Phase.IDLE,
            set_number=0,
            t_s=0.0,
            sensors=[],
            calibration=None,
            reps=[],
            sets=[],
            session_warnings=[],
            advice=list(referral.advice),
            hold_load=referral.hold_load,
        )

    def _assigned(self) -> list[AssignedMessage]:
        found: list[AssignedMessage] = []
        for place, target in self.targets.items():
            known = self.paired.get(place)
            if known is not None:
                values = (known.serial, known.address, known.name, known.family)
            elif isinstance(target, str):
                values = (target, "", "", "")
            else:
                values = (target.serial, target.address, target.name, target.family)
            serial, address, name, family = values
            found.append(
                AssignedMessage(placement=place, serial=serial, address=address, name=name, family=family)
            )
        return found

    def _trainee_of(self, athlete: Athlete) -> Trainee:
        same = athlete.id == self._trainee.athlete.id
        return Trainee(athlete, self._trainee.earlier if same else ())

    def _refuse_start(self) -> None:
        self._refuse_running("A session runs already: end it first.")
        if not self.targets:
            raise ApiRefused(
                ApiError.NO_SENSOR,
                "No sensors are known here: give both their place on the page Sensors, then start again.",
            )

    def _plan(self, calibration: CalibrationSource, *, quick: bool) -> Plan:
        who = self._trainee
        return Plan(self.name, who.athlete, dict(self.targets), calibration, quick, who.earlier)

    def _begin(self, plan: Plan) -> Visit:
        self._problem = ""
        self._steps_begun.clear()
        visit = Visit(self._parts, plan)
        self._visit = visit
        self._task = asyncio.create_task(self._run(visit))
        return visit

    def _refuse_running(self, sentence: str) -> None:
        if self.running:
            raise ApiRefused(ApiError.SESSION_RUNNING, sentence)

    def _running_visit(self) -> Visit:
        if isinstance(self._visit, Rerun):
            raise ApiRefused(ApiError.REPLAY, "A recording is shown: what happened then can't be changed.")
        if self._visit is None or not self._visit.running:
            raise ApiRefused(ApiError.NO_SESSION, "No session runs: start one first.")
        return self._visit

    async def _run(self, visit: Visit | Rerun) -> None:
        try:
            await visit.run()
        except UserError as error:
            self._problem = error.sentence
            _LOG.warning("The session could not go on: %s", error.sentence)
        except Exception:  # noqa: BLE001  (the hub outlives a visit; its recording is recovered at the next start)
            self._problem = "The session stopped with an error; its recording is kept."
            _LOG.exception("The session stopped with an error; its recording is kept.")
        if self._problem:
            self.tell()
