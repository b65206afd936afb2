"""A set from its first rep to the question after it, as a pure (state, event) -> (state, effects)."""

from dataclasses import dataclass, replace

from lumbarwatch.core.life_types import Effect, EffectKind, Effects, LifeEvent, Tick
from lumbarwatch.model.events import RepFinished, SetFinished, SetStarted, Symptom, SymptomKind
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.verdicts import Level, WarningId

SILENT_NS = 30 * NS_PER_S
"""When nothing arrives from any sensor for so long, the set is over for all we know (convention)."""

PAIN_ENDS_AT = 4
"""Pain from which the session ends (definitions 6)."""


@dataclass(frozen=True, slots=True)
class SetState:
    """The set under way (None: resting), the red warnings of its last reps, and what is still to be asked."""

    number: int | None = None
    red: tuple[frozenset[WarningId], ...] = ()  # of the last three reps, the newest last
    stopped: tuple[WarningId, ...] = ()  # for which the athlete was told to stop
    silent_since_ns: int | None = None
    closing: bool = False
    symptom_wanted: bool = False

    @property
    def lifting(self) -> bool:
        """Whether a set is under way."""
        return self.number is not None


Stepped = tuple[SetState, Effects]


def step_set(state: SetState, event: LifeEvent, *, trusted: bool, silent: bool) -> Stepped:
    """Take an event; ``trusted``: the calibration may accuse, ``silent``: no sensor streams."""
    match event:
        case SetStarted():
            began = Effect(EffectKind.SET_BEGAN, event.t_ns, set_number=event.set_number)
            return SetState(number=event.set_number), (began,)
        case RepFinished():
            return _rep(state, event, trusted=trusted)
        case SetFinished():
            return _ended(state, event)
        case Symptom():
            return replace(state, symptom_wanted=False), _felt(event)
        case Tick():
            return _waited(state, event.t_ns, silent=silent)
        case _:
            return state, ()


def _rep(state: SetState, event: RepFinished, *, trusted: bool) -> Stepped:
    """Red twice in three reps in a row: stop the set; said once for each warning."""
    if state.number is None:
        return state, ()
    found = frozenset(w.id for w in event.rep.warnings if trusted and w.level is Level.RED)
    red = (*state.red, found)[-3:]
    again = (id_ for id_ in WarningId if sum(id_ in one for one in red) >= 2)
    new = tuple(id_ for id_ in again if id_ in found and id_ not in state.stopped)
    state = replace(state, red=red, stopped=(*state.stopped, *new))
    if not new:
        return state, ()
    return state, (Effect(EffectKind.STOP_SET, event.t_ns, set_number=state.number, warnings=new),)


def _ended(state: SetState, event: SetFinished) -> Stepped:
    if state.number is None:
        return state, ()
    ended = Effect(EffectKind.SET_ENDED, event.t_ns, set_number=state.number)
    return SetState(symptom_wanted=True), (ended, Effect(EffectKind.ASK_SYMPTOM, event.t_ns))


def _felt(event: Symptom) -> Effects:
    if event.kind is not SymptomKind.PAIN:
        return ()
    shown = Effect(EffectKind.SHOW_CHECKLIST, event.t_ns)
    severe = event.pain is not None and event.pain >= PAIN_ENDS_AT
    return (shown, Effect(EffectKind.END_SESSION, event.t_ns)) if severe else (shown,)


def _waited(state: SetState, t_ns: int, *, silent: bool) -> Stepped:
    """The pipeline ends sets by its samples' time; without samples it can't."""
    if not state.lifting or not silent:
        return replace(state, silent_since_ns=None), ()
    if state.silent_since_ns is None:
        return replace(state, silent_since_ns=t_ns), ()
    if state.closing or t_ns - state.silent_since_ns < SILENT_NS:
        return state, ()
    return replace(state, closing=True), (Effect(EffectKind.CLOSE_SET, t_ns, set_number=state.number),)
