"""What is said to the athlete, and what first where several things went wrong (definitions 5).

Apart from the rules, so that a page that only shows the words does not load filters and solvers.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lumbarwatch.model.verdicts import Level, WarningId, WarningVerdict

CUES: Mapping[WarningId, str] = MappingProxyType(
    {
        WarningId.W1: "Tuck at the top: ribs down, tail under, squeeze.",
        WarningId.W1B: "Tuck at the top: ribs down, tail under, squeeze.",
        WarningId.W2: "Back near end range. Stop an inch lower.",
        WarningId.W2B: "Enough tuck: hips, not back.",
        WarningId.W3: "Short rep: lighter, or finish the hips.",
        WarningId.W3B: "Too high: ribs down.",
        WarningId.W4: "You dropped it. Two seconds down.",
        WarningId.W4B: "Keep the tuck while you lower.",
        WarningId.W5: "{side} hip higher: feet even.",
        WarningId.W6: "Form drifted over the set: last rep earlier, or less weight.",
        WarningId.W7: "High load for you this week.",
    }
)

CUE_PRIORITY = (
    WarningId.W2,
    WarningId.W1,
    WarningId.W1B,
    WarningId.W4B,
    WarningId.W4,
    WarningId.W5,
    WarningId.W3B,
    WarningId.W3,
)
"""At most one is spoken per rep: the first of these."""


class CueBook:
    """At most one spoken cue per rep, by priority; the same line never on consecutive reps."""

    def __init__(self) -> None:
        self._spoken_in_rep = False
        self._last_text: str | None = None
        self._text: str | None = None

    def next_rep(self) -> None:
        """A new rep has begun."""
        self._last_text, self._text, self._spoken_in_rep = self._text, None, False

    def choose(self, warnings: Sequence[WarningVerdict], side: str = "One") -> tuple[WarningId, str] | None:
        """The line to be spoken now, if any."""
        if self._spoken_in_rep:
            return None
        red = {warning.id for warning in warnings if warning.level is Level.RED}
        for id_ in CUE_PRIORITY:
            if id_ in red:
                text = CUES[id_].format(side=side)
                if text == self._last_text:
                    continue
                self._spoken_in_rep, self._text = True, text
                return id_, text
        return None
