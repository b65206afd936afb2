"""A recording of any format as what goes through the pipeline's door, in order of arrival."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.exchange.plain.recording import RowCounts
from lumbarwatch.model.events import ControlEvent, LinkEvent
from lumbarwatch.model.samples import ClockReading, ImuBatch, Placement

Item = ImuBatch | ClockReading | ControlEvent | LinkEvent


def _no_counts() -> Mapping[Placement, RowCounts]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Chunk:
    """Items for one push, and the share of the recording that is done with them (0 to 1)."""

    share: float
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """A recording ready to be pushed, as often as needed.

    ``as_lived``: the recording is of our own making, and its replay gives the live session's events again; so
    what was lost then for want of a calibration is lost now. ``damage`` says what a damaged file has lost
    since it was written; empty for a whole one.
    """

    setup: PipelineSetup
    chunks: Callable[[], Iterator[Chunk]]
    duration_s: float
    as_lived: bool
    counts: Mapping[Placement, RowCounts] = field(default_factory=_no_counts)
    notices: tuple[str, ...] = ()
    controls: tuple[ControlEvent, ...] = ()  # those among the items, once more
    samples: Callable[[], Iterator[ImuBatch]] | None = None  # those alone, each sensor's in order, faster
    damage: str = ""
