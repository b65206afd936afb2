"""The one path from samples to verdicts; live and batch are this code."""

from collections.abc import Mapping

from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.model.events import ControlEvent, Event, LinkEvent
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import ImuBatch, Placement

PIPELINE_VERSION = "1"
"""Changes whenever any result can change."""


class Pipeline:
    """Push samples and events in as they arrive; take events out.

    Items of one call count as arrived together. Results do not depend on how a stream is cut into calls.
    """

    def __init__(self, setup: PipelineSetup) -> None:
        self._setup = setup

    def push(self, *items: ImuBatch | ControlEvent | LinkEvent) -> list[Event]:
        """Take items in the order in which they arrived; return what they brought about."""
        raise NotImplementedError

    def finish(self) -> list[Event]:
        """End of the stream: close what is open and return the last events."""
        raise NotImplementedError

    def sensor_quality(self) -> Mapping[Placement, SensorQuality]:
        """Figures of each sensor so far."""
        raise NotImplementedError
