"""What the user is told of one sensor's link: its state, and notices that do not repeat themselves."""

from collections.abc import Callable

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import LinkEvent, LinkReason, LinkState
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.sensors.link_types import LinkTiming
from lumbarwatch.sensors.reasons import sentence


class Bulletin:
    """The state last told, with its reason and sentence."""

    def __init__(
        self, placement: Placement, clock: Clock, timing: LinkTiming, tell: Callable[[LinkEvent], None]
    ) -> None:
        self.state = LinkState.SEARCHING
        self.reason: LinkReason | None = None
        self.detail = ""
        self._placement = placement
        self._clock = clock
        self._timing = timing
        self._tell = tell
        self._noticed_ns: dict[LinkReason, int] = {}
        self._garbage_ns: list[int] = []

    def say(self, state: LinkState, reason: LinkReason | None = None, detail: str = "") -> None:
        """Tell a state."""
        self.state, self.reason, self.detail = state, reason, detail
        self._tell(LinkEvent(self._clock.monotonic_ns(), self._placement, state, reason, detail))

    def go_on(self, state: LinkState) -> None:
        """Tell a state on the way; why it came to that stays said."""
        self.say(state, self.reason, self.detail)

    def notice(self, reason: LinkReason, label: str, detail: str) -> None:
        """Tell of something on a link that goes on, once in a while."""
        now_ns = self._clock.monotonic_ns()
        last_ns = self._noticed_ns.get(reason)
        if last_ns is not None and now_ns - last_ns < self._timing.notice_every_s * NS_PER_S:
            return
        self._noticed_ns[reason] = now_ns
        self.say(self.state, reason, f"{sentence(reason, label)} ({detail})")

    def garbage(self, label: str, detail: str) -> None:
        """A notification could not be decoded: tell once it goes on."""
        now_ns = self._clock.monotonic_ns()
        since_ns = now_ns - round(self._timing.garbage_s * NS_PER_S)
        self._garbage_ns = [t_ns for t_ns in self._garbage_ns if t_ns > since_ns] + [now_ns]
        if len(self._garbage_ns) >= self._timing.garbage_packets:
            self.notice(LinkReason.GARBAGE, label, detail)

    def forget(self) -> None:
        """A new connection: notices may be told again."""
        self._noticed_ns.clear()
