"""A visit's control: links, calibration and set as one pure function (state, event) -> (state, effects).

It knows no clock and no radio: time comes as :class:`Tick`, what happened as the pipeline's own events, and
what is to be shown or done goes out as effects. So a recorded visit replays to the same effects.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from lumbarwatch.core.life_calibration import CalibrationState, step_calibration
from lumbarwatch.core.life_link import LinksState, step_links
from lumbarwatch.core.life_set import SetState, step_set
from lumbarwatch.core.life_types import Effect, EffectKind, Effects, LifeEvent
from lumbarwatch.model.events import SessionEnd
from lumbarwatch.model.motion import PoseBatch


@dataclass(frozen=True, slots=True)
class LifecycleState:
    """Where a visit is."""

    links: LinksState = LinksState()  # noqa: RUF009  (frozen)
    calibration: CalibrationState = CalibrationState()  # noqa: RUF009
    set: SetState = SetState()  # noqa: RUF009
    ended: bool = False


def step(state: LifecycleState, event: LifeEvent) -> tuple[LifecycleState, Effects]:
    """Take one event; nothing comes after the visit's end.

    Order of effects: links, calibration, set.
    """
    if state.ended or isinstance(event, PoseBatch):
        return state, ()
    if isinstance(event, SessionEnd):
        return LifecycleState(state.links, state.calibration, state.set, ended=True), ()
    links, said = step_links(state.links, event)
    ready_ns = next((effect.t_ns for effect in said if effect.kind is EffectKind.SENSORS_READY), None)
    calibration, asked = step_calibration(state.calibration, event, ready_ns=ready_ns)
    trusted = state.calibration.trusted and calibration.trusted
    lifting, told = step_set(state.set, event, trusted=trusted, silent=links.silent)
    return LifecycleState(links, calibration, lifting), (*said, *asked, *told)


def replay(
    events: Iterable[LifeEvent], state: LifecycleState | None = None
) -> tuple[LifecycleState, list[Effect]]:
    """Take many events, one after the other."""
    now = state or LifecycleState()
    effects: list[Effect] = []
    for event in events:
        now, caused = step(now, event)
        effects += caused
    return now, effects
