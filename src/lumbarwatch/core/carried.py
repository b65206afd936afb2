"""A calibration that outlives the process which found it: the hub died, the sensors stayed on the athlete.

A calibration goes stale when a sensor restarts or is strapped on again, or with time (definitions 3); the
computer that reads the sensors is neither. So the next session may go on with it. Each session turns a
sensor's samples into a frame that its own first sample fixes (:mod:`canonical_frame`): what is carried
over is told against the sensor's own axes. Whether a sensor restarted meanwhile shows in its own clock, or in
its sample number where it has no clock; a sensor with neither can't tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, Placement, SensorInfo
from lumbarwatch.model.session import Calibration, Mounting

TOLERANCE_NS = 5 * NS_PER_S
"""Between a sensor's clock and the host's, without a restart: a fade holds packets back (convention)."""

CLOCK_DRIFT = 1e-3
"""Largest relative error of a sensor's clock (convention; parts are within 100 ppm)."""

RATE_ERROR = 0.1
"""Largest relative error of a nominal rate, for sensors that count samples and have no clock (convention)."""


@dataclass(frozen=True, slots=True)
class LastSeen:
    """What a sensor's counters showed last, and when that arrived (host time)."""

    t_arrival_ns: int
    t_device_ns: int | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """What one session leaves to the one that goes on for the same athlete with the same sensors.

    ``calibration``: valid, its mountings against the sensors' own axes. ``suspected``: the segment whose zero
    was in doubt, by a slip of ``slipped_deg`` or (None) by a restart of its sensor. ``stand_norms_mps2``: of
    the specific force, at each standing that was calibrated by.
    """

    calibration: Calibration
    seen: Mapping[Placement, LastSeen] = field(default_factory=lambda: MappingProxyType({}))
    suspected: Placement | None = None
    slipped_deg: float | None = None
    stand_norms_mps2: tuple[float, ...] = ()

    def later(self, shift_ns: int) -> "Carried":
        """Return the same on a host clock that reads ``shift_ns`` more."""
        seen = {p: replace(one, t_arrival_ns=one.t_arrival_ns + shift_ns) for p, one in self.seen.items()}
        return replace(self, seen=seen)


@dataclass(frozen=True, slots=True, eq=False)
class TakenOver:
    """From host time ``t_ns`` on the calibration holds; ``restarted``: sensors that put it in doubt."""

    t_ns: int
    calibration: Calibration
    restarted: tuple[Placement, ...]


class TakeOver:
    """Waits for each sensor's first sample; then what was carried over holds in this session's frames."""

    def __init__(self, carried: Carried | None, sensors: Mapping[Placement, SensorInfo]) -> None:
        self._carried = carried
        self._sensors = sensors
        self._turns: dict[Placement, Floats] = {}
        self._t_ns = 0
        self._restarted: list[Placement] = []

    def first(self, batch: ImuBatch, t_ns: int, turn: Floats) -> TakenOver | None:
        """Take samples of a sensor, the host time of the first one, and the frame (3, 3) that it fixed."""
        place = batch.placement
        if self._carried is None or place in self._turns:
            return None
        self._turns[place] = turn
        self._t_ns = max(self._t_ns, t_ns) if len(self._turns) > 1 else t_ns
        seen = self._carried.seen.get(place)
        if seen is not None and restarted_since(seen, batch, self._sensors[place]):
            self._restarted.append(place)
        return self._taken_over(self._carried) if len(self._turns) == len(self._sensors) else None

    def _taken_over(self, carried: Carried) -> TakenOver:
        restarted = {*self._restarted}
        if carried.suspected is not None and carried.slipped_deg is None:
            restarted.add(_worn_by(carried.calibration, carried.suspected))
        calibration = turned_mountings(carried.calibration, self._turns)
        return TakenOver(self._t_ns, calibration, tuple(place for place in Placement if place in restarted))


def restarted_since(seen: LastSeen, batch: ImuBatch, info: SensorInfo) -> bool:
    """Whether a sensor's clock (or sample number) can't be what it showed before, gone on."""
    passed_ns = int(batch.t_arrival_ns[0]) - seen.t_arrival_ns
    tolerance_ns = TOLERANCE_NS + CLOCK_DRIFT * abs(passed_ns)
    if seen.t_device_ns is not None and batch.t_device_ns is not None:
        off_ns = float(int(batch.t_device_ns[0]) - seen.t_device_ns - passed_ns)
        return _beyond(off_ns, tolerance_ns, info.clock_modulo_ns)
    if seen.seq is not None and batch.seq is not None:
        period_ns = NS_PER_S / info.nominal_rate_hz
        modulo = None if info.seq_modulo is None else info.seq_modulo * period_ns
        off_ns = (int(batch.seq[0]) - seen.seq) * period_ns - passed_ns
        return _beyond(off_ns, tolerance_ns + RATE_ERROR * abs(passed_ns), modulo)
    return False


def _beyond(off_ns: float, tolerance_ns: float, modulo_ns: float | None) -> bool:
    """Counters wrap; one that wraps within the tolerance says nothing."""
    if modulo_ns is not None:
        off_ns = (off_ns + modulo_ns / 2) % modulo_ns - modulo_ns / 2
    return abs(off_ns) > tolerance_ns


def own_axes(calibration: Calibration, turns: Mapping[Placement, Floats]) -> Calibration:
    """Return a calibration against the sensors' own axes; ``turns`` (3, 3) take those into its frames."""
    return turned_mountings(calibration, {place: turn.T for place, turn in turns.items()})


def turned_mountings(calibration: Calibration, turns: Mapping[Placement, Floats]) -> Calibration:
    """Return a calibration for sensors whose vectors were turned, each by its (3, 3)."""
    mountings = {
        segment: _turned(mounting, turns[_worn_by(calibration, segment)])
        for segment, mounting in calibration.mountings.items()
    }
    return replace(calibration, mountings=mountings)


def _turned(mounting: Mounting, turn: Floats) -> Mounting:
    return replace(
        mounting,
        segment_from_sensor=np.ascontiguousarray(mounting.segment_from_sensor @ turn.T),
        gyr_bias_radps=turn @ mounting.gyr_bias_radps,
    )


def _worn_by(calibration: Calibration, segment: Placement) -> Placement:
    """Label of the sensor that is worn on a segment."""
    return segment.other if calibration.swapped is True else segment
