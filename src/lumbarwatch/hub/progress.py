"""A visit's control as its pages show it: the guided calibration step by step, the question after a set.

What happens is decided by :mod:`lumbarwatch.core.lifecycle`; here its effects become a list of steps, so that
a page that comes late shows them right. A step that has passed is not asked for again unless the one it rests
on is redone.
"""

from dataclasses import dataclass, replace

from lumbarwatch.core import lifecycle
from lumbarwatch.core.life_calibration import OPTIONAL, STEPS, UNASKED, CalibrationStage, CalibrationState
from lumbarwatch.core.life_types import Effect, EffectKind, LifeEvent, StepSkipped, StepWanted
from lumbarwatch.core.lifecycle import LifecycleState
from lumbarwatch.hub.values import ProgressMessage, StepMessage, StepState
from lumbarwatch.model.events import CalibrationStepJudged, StepBegun, StepDone
from lumbarwatch.model.session import Calibration, CalibrationStep

TIMED_OUT = "timed_out"
"""Reason of a step that was never ended."""

_CLOSED = (StepState.PASSED, StepState.SKIPPED)
_HINGE = STEPS.index(CalibrationStep.HINGE)


@dataclass(frozen=True, slots=True)
class Kept:
    """The calibration of a session that was cut off, and the host time since which it stands."""

    calibration: Calibration
    since_ns: int


class Progress:
    """Follows a visit's events. ``quick``: standing and bows only; ``kept``: nothing is asked for."""

    def __init__(self, *, quick: bool = False, kept: Kept | None = None) -> None:
        self._life = LifecycleState()
        self._quick = quick
        self._steps = self._fresh()
        if kept is not None:
            self._life = LifecycleState(calibration=_ready(kept))
            self._steps = [_kept_step(step, kept.calibration) for step in STEPS]

    @property
    def life(self) -> LifecycleState:
        """Links, calibration and set as the lifecycle has them."""
        return self._life

    def message(self) -> ProgressMessage:
        """Return the guided calibration as it stands."""
        state = self._life.calibration
        return ProgressMessage(
            stage=state.stage,
            current=None if state.step is None else state.index,
            steps=list(self._steps),
            quick=self._quick,
            valid=state.valid,
            stale=state.stale,
        )

    def take(self, event: LifeEvent, t_s: float) -> tuple[Effect, ...]:
        """Take an event at a time of the session; return what it causes."""
        asked = self._life.calibration.index
        if isinstance(event, StepSkipped):
            self._choose(event)
        if isinstance(event, StepWanted) and event.step in UNASKED:
            self._set(STEPS.index(event.step), state=StepState.NONE, reasons=[])
        self._life, effects = lifecycle.step(self._life, event)
        self._note(event, t_s, asked)
        for effect in effects:
            self._show(effect, asked)
        self._skip_closed()
        return effects

    def again(self, *, quick: bool) -> None:
        """All steps are open again (the lifecycle is told apart from this)."""
        self._quick = quick
        self._steps = self._fresh()

    def _fresh(self) -> list[StepMessage]:
        left_out = OPTIONAL if self._quick else UNASKED
        return [
            StepMessage(
                step=step,
                state=StepState.SKIPPED if step in left_out else StepState.NONE,
                optional=step in OPTIONAL,
            )
            for step in STEPS
        ]

    def _choose(self, event: StepSkipped) -> None:
        """Any optional step may be left out, not only the one asked for."""
        state = self._life.calibration
        if event.step in OPTIONAL and state.stage is CalibrationStage.ASKING and state.step is not event.step:
            for index, step in enumerate(STEPS):
                if step is event.step and self._steps[index].state is not StepState.PASSED:
                    self._set(index, state=StepState.SKIPPED)

    def _note(self, event: LifeEvent, t_s: float, asked: int) -> None:
        """What the user did to a step."""
        index = self._life.calibration.index
        match event:
            case StepBegun():
                self._set(index, state=StepState.RUNNING, reasons=[], begun_s=t_s, ended_s=None)
                if index == 0:  # new standing counts from the next bows on
                    self._reopen(1)
            case StepDone():
                self._set(index, state=StepState.JUDGING, ended_s=t_s)
            case CalibrationStepJudged() if event.step is CalibrationStep.HINGE and asked == _HINGE:
                self._reopen(_HINGE + 1)  # own range and reference were of the axes before
            case _:
                pass

    def _show(self, effect: Effect, asked: int) -> None:
        match effect.kind:
            case EffectKind.STEP_PASSED:
                self._set(asked, state=StepState.PASSED, reasons=list(effect.reasons))
            case EffectKind.STEP_SKIPPED:
                self._leave_out(effect)
            case EffectKind.STEP_TIMED_OUT:
                self._failed(asked, [TIMED_OUT])
            case EffectKind.REPEAT_STEP:
                if effect.reasons:
                    self._failed(self._life.calibration.index, list(effect.reasons))
                if self._life.calibration.index != asked:  # the standing is to blame: the bows come again too
                    self._set(asked, state=StepState.NONE)
            case _:
                pass

    def _failed(self, index: int, reasons: list[str]) -> None:
        failures = self._steps[index].failures + 1
        self._set(index, state=StepState.FAILED, reasons=reasons, failures=failures)

    def _leave_out(self, effect: Effect) -> None:
        for index, step in enumerate(STEPS):
            if step is effect.step and self._steps[index].state is not StepState.PASSED:
                self._set(index, state=StepState.SKIPPED, reasons=list(effect.reasons))

    def _reopen(self, first: int) -> None:
        """What comes after a step that is done anew rests on it: no longer passed."""
        for index in range(first, len(STEPS)):
            if self._steps[index].state is not StepState.SKIPPED:
                self._set(index, state=StepState.NONE, reasons=[], begun_s=None, ended_s=None)

    def _skip_closed(self) -> None:
        """Ask for the next step that is open."""
        state = self._life.calibration
        if state.stage is not CalibrationStage.ASKING:
            return
        index = state.index
        while index < len(STEPS) and self._steps[index].state in _CLOSED:
            index += 1
        if index != state.index:
            self._life = replace(self._life, calibration=_asking(state, index))

    def _set(self, index: int, **changes: object) -> None:
        self._steps[index] = self._steps[index].model_copy(update=changes)


def _ready(kept: Kept) -> CalibrationState:
    return CalibrationState(
        stage=CalibrationStage.READY,
        index=len(STEPS) - 1,
        since_ns=kept.since_ns,
        valid=True,
        valid_since_ns=kept.since_ns,
        judged=STEPS[-1],
    )


def _kept_step(step: CalibrationStep, calibration: Calibration) -> StepMessage:
    given = {
        CalibrationStep.ARCH: calibration.own_range is not None,
        CalibrationStep.TUCK: calibration.own_range is not None,
        CalibrationStep.SUPINE: calibration.supine is not None,
        CalibrationStep.REFERENCE_THRUSTS: calibration.reference is not None,
    }
    state = StepState.PASSED if given.get(step, True) else StepState.SKIPPED
    return StepMessage(step=step, state=state, optional=step in OPTIONAL)


def _asking(state: CalibrationState, index: int) -> CalibrationState:
    if index >= len(STEPS):
        return replace(state, stage=CalibrationStage.READY, index=len(STEPS) - 1, tries=0)
    return replace(state, index=index, tries=0)
