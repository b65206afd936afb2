"""A rep's verdict in words, the same while training and in the history."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from lumbarwatch.model.verdicts import Level, NotGradedReason, WarningId
from lumbarwatch.presenters.words import NOT_GRADED, WARNINGS

_SIGNS: Mapping[Level, str] = MappingProxyType({Level.RED: "✕", Level.AMBER: "!"})


class FoundWarning(Protocol):
    """A limit exceeded, as the page hears of it."""

    @property
    def id(self) -> WarningId: ...  # noqa: D102
    @property
    def level(self) -> Level: ...  # noqa: D102


class Ungraded(Protocol):
    """A warning that was not judged."""

    @property
    def reason(self) -> NotGradedReason: ...  # noqa: D102


class Judged(Protocol):
    """What a verdict is made of, of a rep that was kept or one that was just told of."""

    @property
    def partial(self) -> bool: ...  # noqa: D102
    @property
    def graded(self) -> bool: ...  # noqa: D102
    @property
    def warnings(self) -> Sequence[FoundWarning]: ...  # noqa: D102
    @property
    def not_graded(self) -> Sequence[Ungraded]: ...  # noqa: D102


def verdict_words(rep: Judged) -> str:
    """Return a rep's verdict in words; "not graded" with its reason is never "good"."""
    found = [f"{_SIGNS[warning.level]} {WARNINGS[warning.id].title}" for warning in rep.warnings]
    if rep.partial:
        found.insert(0, "½ partial")
    if found:
        return ", ".join(found)
    if rep.graded:
        return "✓ good"
    reasons = list(dict.fromkeys(NOT_GRADED[one.reason] for one in rep.not_graded))
    return f"? not graded: {', '.join(reasons[:2])}" if reasons else "? not graded"
