"""Thins poses for display: the newest and one for each 20 ms before it, in at most 60 frames per second."""

from collections.abc import Callable

import numpy as np

from lumbarwatch.hub.encode import ANGLE_DIGITS, TIME_DIGITS
from lumbarwatch.hub.messages import Column, Poses
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.motion import PHASES, PoseBatch

POINT_NS = 20_000_000
"""Time of the session between the points of a frame: 50 Hz, near a display's rate."""

FRAME_NS = 16_000_000
"""Shortest real time between frames: a packet every 20 ms that comes a little early does not wait."""


class PosePacer:
    """Collects poses and gives them out as frames.

    Parameters
    ----------
    station
        Name on the feed.
    t0_ns
        Host time of the session's start.
    speed
        Session seconds per real second.
    """

    def __init__(self, station: str, t0_ns: int, speed: float = 1.0) -> None:
        self._station = station
        self._t0_ns = t0_ns
        self._speed = speed
        self._waiting: list[PoseBatch] = []
        self._last_frame_ns: int | None = None

    def add(self, poses: PoseBatch) -> None:
        """Take poses."""
        if len(poses):
            self._waiting.append(poses)

    def due_in_s(self, real_ns: int) -> float | None:
        """Real seconds until the next frame may go out; None when nothing waits."""
        if not self._waiting:
            return None
        if self._last_frame_ns is None:
            return 0.0
        return max(0.0, (self._last_frame_ns + FRAME_NS - real_ns) / 1e9)

    def frame(self, real_ns: int, host_ns: int) -> Poses | None:
        """Return what waits as one frame; None when nothing does.

        ``host_ns`` is the session's clock now, ``real_ns`` the real monotonic clock.
        """
        batches, self._waiting = self._waiting, []
        if not batches:
            return None
        times = np.concatenate([batch.t_ns for batch in batches])
        keep = _thinned(times)
        self._last_frame_ns = real_ns

        def column(of: Callable[[PoseBatch], Floats]) -> Column:
            values = np.concatenate([of(batch) for batch in batches])[keep]
            return [None if value != value else value for value in values.round(ANGLE_DIGITS).tolist()]  # noqa: PLR0124

        return Poses(
            station=self._station,
            sent_ms=round(real_ns / 1e6, 1),
            age_ms=round((host_ns - int(times[-1])) / 1e6 / self._speed, 1),
            phase=PHASES[int(batches[-1].phase_code[-1])],
            t_s=((times[keep] - self._t0_ns) / 1e9).round(TIME_DIGITS).tolist(),
            pelvis_pitch_deg=column(lambda batch: batch.pelvis_pitch_deg),
            lumbar_pitch_deg=column(lambda batch: batch.lumbar_pitch_deg),
            tilt_deg=column(lambda batch: batch.posterior_pelvic_tilt_deg),
            lambda_deg=column(lambda batch: batch.lumbar_extension_deg),
            tilt_sigma_deg=column(lambda batch: batch.pelvis_sigma_deg),
            lambda_sigma_deg=column(lambda batch: batch.lumbar_extension_sigma_deg),
            pelvis_roll_deg=column(lambda batch: batch.pelvis_roll_deg),
            phase_code=np.concatenate([batch.phase_code for batch in batches])[keep].tolist(),
            valid=np.concatenate([batch.valid for batch in batches])[keep].tolist(),
        )


def _thinned(times: Integers) -> Booleans:
    """Keep the newest, and before it one of each 20 ms."""
    points = (times[-1] - times) // POINT_NS
    return np.concatenate([points[:-1] != points[1:], [True]])
