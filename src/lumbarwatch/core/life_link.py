"""The links of a visit's sensors as a pure function (state, event) -> (state, effects)."""

from dataclasses import dataclass, replace

from lumbarwatch.core.life_types import Effect, EffectKind, Effects, LifeEvent, Tick
from lumbarwatch.model.events import LinkEvent, LinkState
from lumbarwatch.model.samples import NS_PER_S, Placement

LOOK_AFTER_NS = 20 * NS_PER_S
"""A sensor that is down for so long won't come back by itself (convention; a reconnect takes seconds)."""


@dataclass(frozen=True, slots=True)
class OneLink:
    """A sensor's link, and since when it does not stream."""

    state: LinkState = LinkState.SEARCHING
    down_ns: int | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class LinksState:
    """All links of a visit; ``met``: all have streamed at one time."""

    pelvis: OneLink = OneLink()
    lumbar: OneLink = OneLink()
    met: bool = False

    def of(self, placement: Placement) -> OneLink:
        """One sensor's link."""
        return self.pelvis if placement is Placement.PELVIS else self.lumbar

    @property
    def streaming(self) -> bool:
        """Whether all stream."""
        return all(self.of(place).state is LinkState.STREAMING for place in Placement)

    @property
    def silent(self) -> bool:
        """Whether none streams."""
        return all(self.of(place).state is not LinkState.STREAMING for place in Placement)

    def changed(self, placement: Placement, link: OneLink) -> "LinksState":
        """The same with another link."""
        return replace(self, **{placement.value: link})


def step_links(state: LinksState, event: LifeEvent) -> tuple[LinksState, Effects]:
    """Take an event."""
    if isinstance(event, LinkEvent):
        return _changed(state, event)
    if isinstance(event, Tick):
        return _waited(state, event.t_ns)
    return state, ()


def _changed(state: LinksState, event: LinkEvent) -> tuple[LinksState, Effects]:
    before = state.of(event.placement)
    shown = Effect(EffectKind.SHOW_LINK, event.t_ns, event.placement, link_reason=event.reason)
    if event.state is LinkState.STREAMING:
        after = OneLink(event.state)
    else:
        since = event.t_ns if before.down_ns is None else before.down_ns
        after = OneLink(event.state, since, told=before.told)
    changed = state.changed(event.placement, after)
    if state.streaming == changed.streaming:
        return changed, (shown,)
    if state.streaming:
        return changed, (shown, Effect(EffectKind.SENSORS_DOWN, event.t_ns, event.placement))
    kind = EffectKind.SENSORS_BACK if state.met else EffectKind.SENSORS_READY
    return replace(changed, met=True), (shown, Effect(kind, event.t_ns))


def _waited(state: LinksState, t_ns: int) -> tuple[LinksState, Effects]:
    effects: list[Effect] = []
    for place in Placement:
        link = state.of(place)
        if link.down_ns is not None and not link.told and t_ns - link.down_ns >= LOOK_AFTER_NS:
            state = state.changed(place, replace(link, told=True))
            effects.append(Effect(EffectKind.LOOK_AFTER_SENSOR, t_ns, place))
    return state, tuple(effects)
