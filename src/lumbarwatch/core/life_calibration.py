"""The guided calibration of definitions 3 as a pure function (state, event) -> (state, effects)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType

from lumbarwatch.core.life_types import (
    CalibrationWanted,
    Effect,
    EffectKind,
    Effects,
    LifeEvent,
    StaleReason,
    StepSkipped,
    StepWanted,
    Tick,
)
from lumbarwatch.model.events import (
    CalibrationClosed,
    CalibrationStepJudged,
    Rezeroed,
    SensorRestarted,
    SlipSuspected,
    StepBegun,
    StepDone,
)
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.session import CalibrationReason, CalibrationStep

_S = CalibrationStep

STEPS = (_S.STAND, _S.HINGE, _S.ARCH, _S.ARCH, _S.TUCK, _S.TUCK, _S.SUPINE, _S.REFERENCE_THRUSTS)
"""In this order; arch and tuck twice each (definitions 3)."""

OPTIONAL = frozenset({_S.ARCH, _S.TUCK, _S.SUPINE, _S.REFERENCE_THRUSTS})

UNASKED = frozenset({_S.SUPINE})
"""Left out unless the user chooses them: for people who do not stand in their neutral (definitions 3)."""

LONGEST_NS: Mapping[CalibrationStep, int] = MappingProxyType(
    {
        _S.STAND: 20 * NS_PER_S,
        _S.HINGE: 60 * NS_PER_S,
        _S.ARCH: 20 * NS_PER_S,
        _S.TUCK: 20 * NS_PER_S,
        _S.SUPINE: 20 * NS_PER_S,
        _S.REFERENCE_THRUSTS: 60 * NS_PER_S,
    }
)
"""A step that takes longer was forgotten (convention: three to four times its time)."""

REMIND_NS = 60 * NS_PER_S
JUDGING_NS = 10 * NS_PER_S
"""A verdict takes no longer than this unless samples stopped (convention)."""

STALE_AFTER_NS = 3 * 3600 * NS_PER_S
"""Straps creep and athletes change clothes: nobody trains longer on one calibration (convention)."""

MOST_TRIES = 3
"""An optional step that fails so often is left out; the plain limits apply then (convention)."""

LIMITING = frozenset({CalibrationReason.RANGE_TOO_SMALL, CalibrationReason.RANGE_UNSTEADY})
"""Reasons that come with a step that counts all the same."""

BLAME_STANDING = frozenset({CalibrationReason.NOT_STILL, CalibrationReason.NO_STANDING})
"""Reasons for which the standing is to be repeated, whatever step they turned up in."""


class CalibrationStage(StrEnum):
    """Where the guided calibration is."""

    WAITING = "waiting"  # for the sensors
    ASKING = "asking"  # for ``step``
    UNDER_WAY = "under_way"
    JUDGING = "judging"
    READY = "ready"  # nothing more is asked for


@dataclass(frozen=True, slots=True)
class CalibrationState:
    """Where the calibration is, and whether it may accuse anyone.

    ``index``: of the step in :data:`STEPS`; ``since_ns``: when the stage began; ``tries``: failures of this
    step; ``judged``: the step that was judged last; ``chosen``: steps nobody is asked for, but this user is.
    """

    stage: CalibrationStage = CalibrationStage.WAITING
    index: int = 0
    since_ns: int = 0
    tries: int = 0
    valid: bool = False
    valid_since_ns: int = 0
    stale: StaleReason | None = None
    judged: CalibrationStep | None = None
    chosen: frozenset[CalibrationStep] = frozenset()

    @property
    def step(self) -> CalibrationStep | None:
        """The step that is asked for, under way or judged."""
        if self.stage in (CalibrationStage.WAITING, CalibrationStage.READY):
            return None
        return STEPS[self.index]

    @property
    def trusted(self) -> bool:
        """Valid and not stale."""
        return self.valid and self.stale is None


Stepped = tuple[CalibrationState, Effects]


def step_calibration(state: CalibrationState, event: LifeEvent, *, ready_ns: int | None = None) -> Stepped:
    """Take an event; ``ready_ns``: with it all sensors stream for the first time."""
    if ready_ns is not None:
        return _ask(state, 0, ready_ns) if state.stage is CalibrationStage.WAITING else (state, ())
    match event:
        case StepBegun():
            return _begun(state, event)
        case StepDone():
            return _entered(state, event, CalibrationStage.JUDGING), ()
        case CalibrationStepJudged():
            return _judged(state, event)
        case StepSkipped():
            return _skipped(state, event)
        case StepWanted():
            return _chosen(state, event)
        case CalibrationWanted():
            return _wanted(state, event)
        case Tick():
            return _waited(state, event.t_ns)
        case _:
            return _trust(state, event)


def _ask(state: CalibrationState, index: int, t_ns: int, *before: Effect) -> Stepped:
    """Go on to a step, or to the end of them; those that nobody chose are passed over."""
    while index < len(STEPS) and STEPS[index] in UNASKED - state.chosen:
        index += 1
    if index >= len(STEPS):
        ready = replace(state, stage=CalibrationStage.READY, index=len(STEPS) - 1, since_ns=t_ns, tries=0)
        return ready, (*before, Effect(EffectKind.CALIBRATION_READY, t_ns))
    asked = replace(state, stage=CalibrationStage.ASKING, index=index, since_ns=t_ns, tries=0)
    return asked, (*before, Effect(EffectKind.ASK_STEP, t_ns, step=STEPS[index]))


def _begun(state: CalibrationState, event: StepBegun) -> Stepped:
    return _entered(state, event, CalibrationStage.UNDER_WAY), ()


def _entered(
    state: CalibrationState, event: StepBegun | StepDone, stage: CalibrationStage
) -> CalibrationState:
    """A step began or was done: the one asked for, or another that the user chose."""
    index, tries = (state.index, state.tries) if state.step is event.step else (STEPS.index(event.step), 0)
    chosen = state.chosen | (UNASKED & {event.step})
    return replace(state, stage=stage, index=index, since_ns=event.t_ns, tries=tries, chosen=chosen)


def _judged(state: CalibrationState, event: CalibrationStepJudged) -> Stepped:
    asked, state = state.step, replace(state, judged=event.step)
    if asked is not event.step:
        return state, ()
    refusals = [reason for reason in event.reasons if reason not in LIMITING]
    if not refusals:
        passed = Effect(EffectKind.STEP_PASSED, event.t_ns, step=event.step, reasons=event.reasons)
        return _ask(state, state.index + 1, event.t_ns, passed)
    blamed = _S.STAND if BLAME_STANDING.intersection(refusals) else event.step
    return _failed(state, event.t_ns, blamed, tuple(refusals))


def _failed(
    state: CalibrationState, t_ns: int, step: CalibrationStep, reasons: tuple[str, ...], *before: Effect
) -> Stepped:
    """Repeat the step that is to blame; after too many tries an optional one is left out."""
    tries = state.tries + 1
    if step in OPTIONAL and tries >= MOST_TRIES:
        left_out = Effect(EffectKind.STEP_SKIPPED, t_ns, step=step, reasons=reasons)
        return _ask(state, _after(step), t_ns, *before, left_out)
    index = state.index if STEPS[state.index] is step else STEPS.index(step)
    repeated = replace(state, stage=CalibrationStage.ASKING, index=index, since_ns=t_ns, tries=tries)
    return repeated, (*before, Effect(EffectKind.REPEAT_STEP, t_ns, step=step, reasons=reasons))


def _skipped(state: CalibrationState, event: StepSkipped) -> Stepped:
    if event.step not in OPTIONAL or state.step is not event.step:
        return state, ()
    left_out = Effect(EffectKind.STEP_SKIPPED, event.t_ns, step=event.step)
    state = replace(state, chosen=state.chosen - {event.step})
    return _ask(state, _after(event.step), event.t_ns, left_out)


def _chosen(state: CalibrationState, event: StepWanted) -> Stepped:
    """Ask for it: in its turn, or at once where its turn has passed."""
    if event.step not in UNASKED:
        return state, ()
    state = replace(state, chosen=state.chosen | {event.step})
    index = STEPS.index(event.step)
    passed = state.stage is CalibrationStage.ASKING and state.index > index
    if passed or (state.stage is CalibrationStage.READY and state.valid):
        return _ask(state, index, event.t_ns)
    return state, ()


def _after(step: CalibrationStep) -> int:
    """Index of the first other step after all tries of this one."""
    return len(STEPS) - STEPS[::-1].index(step)


def _wanted(state: CalibrationState, event: CalibrationWanted) -> Stepped:
    if state.stage is CalibrationStage.WAITING:
        return state, ()
    marked: Effects = ()
    if event.restrapped:
        state, marked = _stale(state, StaleReason.RESTRAPPED, event.t_ns)
    state = replace(state, chosen=frozenset())
    return _ask(state, 0, event.t_ns, *marked)


def _waited(state: CalibrationState, t_ns: int) -> Stepped:
    """Time-outs: of the calibration itself, of a step under way or judged, of one that was asked for."""
    old = state.trusted and t_ns - state.valid_since_ns >= STALE_AFTER_NS
    if old:
        state, marked = _stale(state, StaleReason.TIME_OUT, t_ns)
        return state, (*marked, Effect(EffectKind.ASK_STANDING, t_ns))
    step, waited_ns = state.step, t_ns - state.since_ns
    if step is None:
        return state, ()
    if state.stage is CalibrationStage.ASKING and waited_ns >= REMIND_NS:
        return replace(state, since_ns=t_ns), (Effect(EffectKind.REMIND_STEP, t_ns, step=step),)
    longest_ns = {CalibrationStage.UNDER_WAY: LONGEST_NS[step], CalibrationStage.JUDGING: JUDGING_NS}
    if waited_ns >= longest_ns.get(state.stage, waited_ns + 1):
        return _failed(state, t_ns, step, (), Effect(EffectKind.STEP_TIMED_OUT, t_ns, step=step))
    return state, ()


def _trust(state: CalibrationState, event: LifeEvent) -> Stepped:
    """What the pipeline says about the calibration as a whole."""
    match event:
        case CalibrationClosed():
            return _closed(state, event)
        case SlipSuspected():
            state, marked = _stale(state, StaleReason.SLIP, event.t_ns)
        case SensorRestarted():
            state, marked = _stale(state, StaleReason.SENSOR_RESTARTED, event.t_ns)
        case Rezeroed():  # a standing gives a new vertical, no new axes
            return (state, ()) if state.stale is StaleReason.RESTRAPPED else _renewed(state, event.t_ns)
        case _:
            return state, ()
    if not marked:
        return state, ()
    return state, (*marked, Effect(EffectKind.ASK_STANDING, event.t_ns, event.placement))


def _closed(state: CalibrationState, event: CalibrationClosed) -> Stepped:
    if not event.calibration.valid:
        return replace(state, valid=False), ()
    if state.valid and state.judged not in (None, CalibrationStep.HINGE):
        return state, ()  # it gained a range or a reference; its zero is as old as before
    return _renewed(replace(state, valid=True), event.t_ns)


def _renewed(state: CalibrationState, t_ns: int) -> Stepped:
    cleared = () if state.stale is None else (Effect(EffectKind.CLEAR_STALE, t_ns, stale=state.stale),)
    return replace(state, stale=None, valid_since_ns=t_ns), cleared


def _stale(state: CalibrationState, reason: StaleReason, t_ns: int) -> Stepped:
    """Only what is trusted can go stale; the first reason stays."""
    if not state.trusted:
        return state, ()
    return replace(state, stale=reason), (Effect(EffectKind.MARK_STALE, t_ns, stale=reason),)
