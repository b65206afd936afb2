"""A second, non-causal look at a whole recording: each sensor's vertical smoothed forwards and backwards.

Nothing else differs from the live pipeline: timebase, calibration, grid, kinematics, phases, metrics and
rules are the same code. Only where a sensor's stream is long and whole enough the vertical is that of offline
VQF (Laidig & Seel 2023, doi:10.1016/j.inffus.2022.10.014); elsewhere the causal one stays. Sigmas stay those
of the causal look: what smoothing gains is measured (tests/accuracy/refined.py), not claimed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

import numpy as np

from lumbarwatch.core.accelerometer import corrected_info
from lumbarwatch.core.fusion import Fusion
from lumbarwatch.core.grid import GridBatch
from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.rotations import turned_on
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.core.streams import FusedBatch, TimedBatch
from lumbarwatch.core.stretch import smoothed_up
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.events import Event
from lumbarwatch.model.samples import NS_PER_S, OrientationSource, Placement, SensorInfo

CUT_NS: Final = NS_PER_S // 5
"""A longer gap may hide a movement: smoothing never goes over it (as in fusion)."""

LEAST_NS: Final = 10 * NS_PER_S
"""Shorter pieces keep the causal vertical: three time constants of the filter (convention)."""


@dataclass(frozen=True, slots=True, eq=False)
class SmoothedStream:
    """World up (n, 3) in the sensor's frame at every sample of a recording; NaN where it is not smoothed."""

    t_ns: Integers
    up: Floats

    @property
    def share(self) -> float:
        """Share of the samples that are smoothed."""
        return float(np.mean(np.isfinite(self.up[:, 0]))) if len(self.t_ns) else 0.0


class GatheringPipeline(Pipeline):
    """Takes a recording up to each sensor's samples on the host's time base, and keeps those."""

    def __init__(self, setup: PipelineSetup) -> None:
        super().__init__(setup)
        self._keeping = {place: _KeepingFusion(info) for place, info in setup.sensors.items()}
        self._fusion = {**self._keeping}

    def finish(self) -> list[Event]:
        """End of the stream."""
        return self._work()

    def _advance(self, batch: GridBatch) -> list[Event]:
        """Nothing is judged here."""
        self._calibrator.forget(int(batch.t_ns[-1]))
        return []

    def smoothed(self) -> Mapping[Placement, SmoothedStream]:
        """Smooth what was gathered; sensors without raw data are left out."""
        found = {place: keeping.joined() for place, keeping in self._keeping.items()}
        return {place: smooth(timed) for place, timed in found.items() if timed is not None}


class RefinedPipeline(Pipeline):
    """The live pipeline over the verticals of :class:`GatheringPipeline`."""

    def __init__(self, setup: PipelineSetup, smoothed: Mapping[Placement, SmoothedStream]) -> None:
        super().__init__(setup)
        for place, stream in smoothed.items():
            info = corrected_info(setup.sensors[place])
            self._fusion[place] = _SmoothedFusion(info, setup.orientation, stream)


def smooth(timed: TimedBatch) -> SmoothedStream:
    """Smooth a whole stream, piece by piece between its gaps and restarts.

    Parameters
    ----------
    timed
        With specific force.
    """
    assert timed.acc_mps2 is not None
    up = np.full((len(timed), 3), np.nan)
    apart = np.diff(timed.t_ns) > CUT_NS
    cuts = np.flatnonzero(apart | timed.restarted[1:]) + 1
    for start, stop in pairwise((0, *cuts.tolist(), len(timed))):
        if stop - start > 1 and int(timed.t_ns[stop - 1] - timed.t_ns[start]) >= LEAST_NS:
            piece = slice(start, stop)
            up[piece] = smoothed_up(timed.t_ns[piece], timed.gyr_radps[piece], timed.acc_mps2[piece])
    norms = np.sqrt(np.einsum("ij,ij->i", up, up))[:, None]
    return SmoothedStream(timed.t_ns, up / norms)


class _KeepingFusion(Fusion):
    """Keeps its samples instead of fusing them."""

    def __init__(self, info: SensorInfo) -> None:
        super().__init__(info)
        self._kept: list[TimedBatch] = []

    def step(self, timed: TimedBatch) -> FusedBatch:
        if len(timed):
            self._kept.append(timed)
        n = len(timed)
        nothing = np.zeros(n, dtype=np.bool_)
        return FusedBatch(
            timed.t_ns, timed.arrival_ns, np.zeros((n, 3)), np.zeros((n, 4)), timed.gyr_radps,
            np.zeros(n), np.zeros(n), timed.lost, timed.restarted, nothing,
        )  # fmt: skip

    def joined(self) -> TimedBatch | None:
        """All samples in one; None where there are none, or some without raw data."""
        kept = self._kept
        forces = [batch.acc_mps2 for batch in kept if batch.acc_mps2 is not None]
        if not kept or len(forces) < len(kept):
            return None
        return TimedBatch(
            t_ns=np.concatenate([batch.t_ns for batch in kept]),
            arrival_ns=np.concatenate([batch.arrival_ns for batch in kept]),
            gyr_radps=np.concatenate([batch.gyr_radps for batch in kept]),
            acc_mps2=np.concatenate(forces),
            quat_wxyz=None,
            lost=np.concatenate([batch.lost for batch in kept]),
            restarted=np.concatenate([batch.restarted for batch in kept]),
            period_ns=np.concatenate([batch.period_ns for batch in kept]),
        )


class _SmoothedFusion(Fusion):
    """Fuses causally and then puts the smoothed vertical in the place of the causal one."""

    def __init__(self, info: SensorInfo, source: OrientationSource, stream: SmoothedStream) -> None:
        super().__init__(info, source=source)
        self._stream = stream
        self._done = 0

    def step(self, timed: TimedBatch) -> FusedBatch:
        fused = super().step(timed)
        span = slice(self._done, self._done + len(timed))
        self._done = span.stop
        if not np.array_equal(self._stream.t_ns[span], timed.t_ns):
            raise ValueError("smoothed stream: belongs to another recording")
        up = self._stream.up[span]
        delay_s = self._delay_of(timed)
        if delay_s is not None:
            up = turned_on(up, fused.gyr_radps, delay_s)
        known = np.isfinite(up[:, :1])
        return replace(fused, up=np.where(known, up, fused.up))
