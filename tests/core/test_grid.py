"""Two streams on one grid: interpolation, bridging, and a sensor that trails."""

import numpy as np

from lumbarwatch.core.grid import Grid
from lumbarwatch.core.streams import FusedBatch
from lumbarwatch.model.samples import Placement

MS = 1_000_000


def fused(t_ms, arrival_ms=None, lost=None):
    """Samples whose vertical's first component is the time in s."""
    t_ms = np.asarray(t_ms, np.float64)
    n = len(t_ms)
    up = np.zeros((n, 3))
    up[:, 0] = t_ms / 1000
    arrival = t_ms + 5 if arrival_ms is None else np.asarray(arrival_ms, np.float64)
    return FusedBatch(
        t_ns=(t_ms * MS).astype(np.int64), arrival_ns=(arrival * MS).astype(np.int64), up=up,
        quat_wxyz=np.tile([1.0, 0.0, 0.0, 0.0], (n, 1)),
        gyr_radps=np.zeros((n, 3)), acc_norm_mps2=np.full(n, 9.8),
        sigma_deg=np.full(n, 0.5), lost=np.zeros(n, np.int64) if lost is None else np.asarray(lost, np.int64),
        restarted=np.zeros(n, np.bool_), saturated=np.zeros(n, np.bool_),
    )  # fmt: skip


def gridded(pelvis, lumbar):
    grid = Grid()
    grid.add(Placement.PELVIS, pelvis)
    grid.add(Placement.LUMBAR, lumbar)
    batches = [batch for batch in (grid.step(), grid.step(finish=True)) if batch is not None]
    t_ms = np.concatenate([b.t_ns for b in batches]) / MS
    joined = {
        place: {
            name: np.concatenate([getattr(b.segments[place], name) for b in batches])
            for name in ("up", "present", "lost")
        }
        for place in Placement
    }
    return t_ms, joined


def test_points_lie_every_10_ms_from_the_earlier_first_sample_and_are_interpolated():
    t_ms, found = gridded(fused(np.arange(3, 500, 10)), fused(np.arange(7, 500, 8)))
    assert t_ms[:3].tolist() == [3.0, 13.0, 23.0]
    lumbar = found[Placement.LUMBAR]
    there = lumbar["present"]
    assert not there[0]
    np.testing.assert_allclose(lumbar["up"][there, 0], t_ms[there] / 1000, atol=1e-12)


def test_short_gaps_are_bridged_long_ones_are_absent():
    whole = np.arange(0, 1000, 10)
    short, long = whole[(whole <= 300) | (whole > 420)], whole[(whole <= 300) | (whole > 600)]
    t_ms, found = gridded(fused(short), fused(long))
    assert found[Placement.PELVIS]["present"].all()
    absent = t_ms[~found[Placement.LUMBAR]["present"]]
    assert absent.min() == 310
    assert absent.max() == 600
    assert np.isnan(found[Placement.LUMBAR]["up"][~found[Placement.LUMBAR]["present"]]).all()


def test_lost_samples_show_as_a_share_between_their_neighbours():
    t_ms = [0, 10, 20, 60, 70, 80]
    at, found = gridded(fused(t_ms, lost=[0, 0, 0, 3, 0, 0]), fused(np.arange(0, 90, 10)))
    lost = dict(zip(at.tolist(), found[Placement.PELVIS]["lost"].tolist(), strict=True))
    assert lost[10.0] == 0.0
    assert lost[40.0] == 0.75  # three of four
    assert lost[70.0] == 0.0


def test_a_sensor_that_trails_by_more_than_a_second_is_lost_meanwhile():
    whole = np.arange(0, 4000, 10)
    late = np.where((whole >= 1000) & (whole < 2000), 4500, whole + 5)
    _, found = gridded(fused(whole), fused(whole, np.maximum.accumulate(late)))
    there = found[Placement.LUMBAR]["present"]
    assert there[:95].all()
    assert not there[110:190].any()


def test_nothing_is_decided_before_both_sensors_are_heard():
    grid = Grid()
    grid.add(Placement.PELVIS, fused(np.arange(0, 500, 10)))
    assert grid.step() is None
    grid.add(Placement.LUMBAR, fused(np.arange(0, 200, 10)))
    batch = grid.step()
    assert batch is not None
    assert batch.t_ns[-1] == 190 * MS
