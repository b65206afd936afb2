"""What a recording says about itself before its first sample."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from lumbarwatch import __version__
from lumbarwatch.model.samples import Placement
from lumbarwatch.store.codec import JsonObject
from lumbarwatch.store.privacy import nameless

RECORDING_SCHEMA: Final = "lumbarwatch.recording/1"
"""Changes only when older readers would misread a file."""


def _empty() -> Mapping[Placement, JsonObject]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class RecordingHeader:
    """Whose session this is, when both clocks began, and what is needed to decode and to analyse it again."""

    session_id: str
    athlete_id: str
    started_at_utc_ns: int
    started_at_monotonic_ns: int
    simulated: bool = False
    pipeline_version: str = ""
    sensors: Mapping[Placement, JsonObject] = field(default_factory=_empty)  # driver.describe() of each
    setup: JsonObject = field(default_factory=dict[str, object])  # kept without the athlete's name
    software_version: str = __version__
    schema: str = RECORDING_SCHEMA

    def __post_init__(self) -> None:
        object.__setattr__(self, "setup", nameless(self.setup))

    def utc_ns(self, monotonic_ns: int) -> int:
        """Wall time of a monotonic time, if the wall clock was never set."""
        return self.started_at_utc_ns + monotonic_ns - self.started_at_monotonic_ns
