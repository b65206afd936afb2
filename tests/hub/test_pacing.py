"""Poses are thinned for the display without losing the newest, and unknown angles stay unknown."""

import numpy as np
import pytest

from lumbarwatch.hub.pacing import FRAME_NS, PosePacer
from lumbarwatch.model.motion import PHASES, Phase, PoseBatch

T0_NS = 5_000_000_000


def _poses(start_ms: int, n: int, step_ms: int = 10, **changes) -> PoseBatch:
    times = T0_NS + (start_ms + step_ms * np.arange(n, dtype=np.int64)) * 1_000_000
    columns = {
        name: np.linspace(0, 1, n)
        for name in PoseBatch.__slots__
        if name not in ("t_ns", "phase_code", "valid")
    } | {"phase_code": np.full(n, PHASES.index(Phase.CONCENTRIC)), "valid": np.ones(n, dtype=bool)}
    return PoseBatch(t_ns=times, **(columns | changes))


def test_a_hundred_points_per_second_become_fifty():
    pacer = PosePacer("a", T0_NS)
    pacer.add(_poses(0, 100))
    frame = pacer.frame(real_ns=0, host_ns=T0_NS + 1_000_000_000)
    assert frame is not None
    assert frame.t_s == pytest.approx(0.01 + np.arange(50) * 0.02)  # the newest is at 0.99 s
    assert frame.phase is Phase.CONCENTRIC


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_newest_point_is_drawn_however_poses_come(n):
    pacer = PosePacer("a", T0_NS)
    for start in range(0, 60, n):
        pacer.add(_poses(10 * start, n))
        assert pacer.frame(0, T0_NS).t_s[-1] == pytest.approx(0.01 * (start + n - 1))


def test_unknown_angles_are_null():
    pacer = PosePacer("a", T0_NS)
    pacer.add(_poses(0, 1, lumbar_extension_deg=np.array([np.nan]), valid=np.array([False])))
    frame = pacer.frame(0, T0_NS)
    assert frame.lambda_deg == [None]
    assert frame.valid == [False]
    assert frame.tilt_deg == [0.0]


def test_age_is_in_real_time_however_fast_the_session_runs():
    pacer = PosePacer("a", T0_NS, speed=8.0)
    pacer.add(_poses(0, 1))
    assert pacer.frame(0, T0_NS + 80_000_000).age_ms == pytest.approx(10.0)


def test_frames_keep_their_distance():
    pacer = PosePacer("a", T0_NS)
    assert pacer.due_in_s(0) is None
    pacer.add(_poses(0, 1))
    assert pacer.due_in_s(0) == 0.0
    pacer.frame(1_000_000, T0_NS)
    assert pacer.due_in_s(2_000_000) is None
    pacer.add(_poses(20, 1))
    assert pacer.due_in_s(1_000_000 + FRAME_NS // 2) == pytest.approx(FRAME_NS / 2e9)
    assert pacer.due_in_s(1_000_000 + 2 * FRAME_NS) == 0.0
