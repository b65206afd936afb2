"""What the streams were worth: lost sensors, slips of a strap, and the figures of each sensor."""

import numpy as np

from lumbarwatch.core.fusion import Fusion
from lumbarwatch.core.grid import GridBatch
from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.checks import Booleans
from lumbarwatch.model.events import Event, SensorBack, SensorLost
from lumbarwatch.model.quality import SensorQuality
from lumbarwatch.model.samples import OrientationSource, Placement

LOST_POINTS = 100
"""A sensor that gave nothing for a second on the grid is said to be lost (design 3)."""


class Presence:
    """Says when a sensor is lost and when it is back."""

    def __init__(self) -> None:
        self._absent = dict.fromkeys(Placement, 0)

    def step(self, batch: GridBatch) -> list[Event]:
        """Take a batch of the grid."""
        events: list[Event] = []
        for place, segment in batch.segments.items():
            if segment.present.all() and not self._absent[place]:
                continue
            events += self._changes(place, batch, segment.present)
        return events

    def _changes(self, place: Placement, batch: GridBatch, present: Booleans) -> list[Event]:
        """Walk over the runs of present and absent points."""
        events: list[Event] = []
        edges = [int(i) + 1 for i in np.flatnonzero(np.diff(present))]
        for start, stop in zip([0, *edges], [*edges, len(present)], strict=True):
            absent = self._absent[place]
            if present[start]:
                if absent >= LOST_POINTS:
                    events.append(SensorBack(int(batch.t_ns[start]), place))
                self._absent[place] = 0
                continue
            self._absent[place] = absent + stop - start
            if absent < LOST_POINTS <= self._absent[place]:
                events.append(SensorLost(int(batch.t_ns[start + LOST_POINTS - absent - 1]), place))
        return events


def sensor_quality(timebase: Timebase, fusion: Fusion, source: OrientationSource) -> SensorQuality:
    """Figures of one sensor so far."""
    period = timebase.period_ns
    return SensorQuality(
        samples=timebase.samples,
        lost=timebase.lost,
        loss_estimated=timebase.loss_estimated,
        doubled=timebase.doubled,
        late=timebase.late,
        longest_gap_s=timebase.longest_gap_s,
        gaps=timebase.gaps,
        rate_hz=1e9 / period if period else None,
        clock_ppm=timebase.clock_ppm,
        clock_sigma_ms=None if timebase.sigma_ns is None else timebase.sigma_ns / 1e6,
        restarts=timebase.restarts,
        saturated=getattr(fusion, "saturated", 0),
        gyr_bias_dps=float(np.degrees(np.linalg.norm(fusion.bias_radps))),
        orientation_source=source.value,
        quaternion_check_deg=fusion.quaternion_check_deg,
        quaternion_distrusted=fusion.quaternion_distrusted,
    )
