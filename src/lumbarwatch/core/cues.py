"""What is said to the athlete, and what first where several things went wrong (definitions 5).

Apart from the rules, so that a page that only shows the words does not load filters and solvers.
"""

from collections.abc import Mapping
from types import MappingProxyType

from lumbarwatch.model.verdicts import WarningId

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
