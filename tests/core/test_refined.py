"""Smoothing with hindsight: where it is done, where the causal vertical stays, and what is the same."""

import numpy as np
import pytest

from lumbarwatch.core.findings import joined
from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.refined import CUT_NS, GatheringPipeline, RefinedPipeline, SmoothedStream, smooth
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.core.streams import TimedBatch
from lumbarwatch.model.events import RepFinished
from lumbarwatch.model.motion import PoseBatch
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.simulate.session import simulate_session
from simulated import cut, pipeline_of, run, steps, streams

PERIOD_NS = 10_000_000


def stream(seconds=40.0, rate_dps=60.0, gaps=(), restarts=()):
    """A sensor swinging about its X axis; true up is known."""
    t_s = np.arange(0.0, seconds, PERIOD_NS / NS_PER_S)
    keep = np.ones(len(t_s), bool)
    for start, stop in gaps:
        keep &= (t_s < start) | (t_s >= stop)
    angle = np.radians(rate_dps) / 2.0 * np.sin(2.0 * t_s)
    up = np.stack([np.zeros_like(angle), np.sin(angle), np.cos(angle)], axis=1)
    rate = np.zeros((len(t_s), 3))
    rate[:, 0] = np.radians(rate_dps) * np.cos(2.0 * t_s)
    t_ns = np.round(t_s * NS_PER_S).astype(np.int64)
    restarted = np.isin(t_ns, [round(at * NS_PER_S) for at in restarts])
    n = int(keep.sum())
    return (
        TimedBatch(
            t_ns=t_ns[keep],
            arrival_ns=t_ns[keep],
            gyr_radps=rate[keep],
            acc_mps2=9.80665 * up[keep],
            quat_wxyz=None,
            lost=np.zeros(n, np.int64),
            restarted=restarted[keep],
            period_ns=np.full(n, float(PERIOD_NS)),
        ),
        up[keep],
    )


def degrees_off(found, true):
    """Angle between directions (n, 3)."""
    return np.degrees(np.arccos(np.clip(np.einsum("ij,ij->i", found, true), -1.0, 1.0)))


def test_a_whole_stream_is_smoothed_throughout():
    timed, up = stream()
    found = smooth(timed)
    assert found.share == 1.0
    assert np.allclose(np.linalg.norm(found.up, axis=1), 1.0)
    assert np.sqrt(np.mean(degrees_off(found.up, up) ** 2)) < 0.3


def test_no_piece_goes_over_a_long_gap_or_a_restart_and_short_ones_stay_causal():
    timed, up = stream(gaps=[(15.0, 15.5), (20.0, 20.1)], restarts=[32.0])
    found = smooth(timed)
    known = np.isfinite(found.up[:, 0])
    t_s = timed.t_ns / NS_PER_S
    assert known[t_s < 15.0].all()
    assert known[(t_s >= 15.5) & (t_s < 32.0)].all()  # a tenth of a second is bridged
    assert not known[t_s >= 32.0].any()  # eight seconds are too few
    assert 0.1 * NS_PER_S < CUT_NS < 0.5 * NS_PER_S
    assert degrees_off(found.up[known], up[known]).max() < 2.0


def test_verticals_of_another_recording_are_refused():
    setup = PipelineSetup()
    other = SmoothedStream(np.arange(100, dtype=np.int64), np.ones((100, 3)))
    pipeline = RefinedPipeline(setup, {Placement.PELVIS: other})
    timed, _ = stream(2.0)
    with pytest.raises(ValueError, match="another recording"):
        pipeline._fusion[Placement.PELVIS].step(timed)


@pytest.fixture(scope="module")
def session():
    """A simulated session with ideal sensors."""
    return simulate_session("touch_and_go", "ideal", 3)


def items_of(session, sizes=(40,)):
    """Steps and samples in the order of arrival, cut in pieces of these sizes."""
    pieces = [piece for batches in streams(session).values() for piece in cut(batches, sizes)]
    told = [*pieces, *steps(session)]
    return sorted(
        told, key=lambda item: item.t_ns if not hasattr(item, "t_arrival_ns") else item.t_arrival_ns[-1]
    )


def refined_events(session, sizes=(40,)):
    """What the two passes find."""
    setup = pipeline_of(session)._setup
    gathering = GatheringPipeline(setup)
    assert run(gathering, items_of(session, sizes)) == []
    return run(RefinedPipeline(setup, gathering.smoothed()), items_of(session, sizes))


def lambda_error(events, session):
    """RMS error of lumbar extension over the trusted points."""
    poses = joined([event for event in events if isinstance(event, PoseBatch)])
    true = np.interp(poses.t_ns / NS_PER_S, session.series["t_s"], session.series["lumbar_extension_deg"])
    off = (poses.lumbar_extension_deg - true)[poses.valid]
    return float(np.sqrt(np.mean(off[np.isfinite(off)] ** 2)))


def test_with_ideal_sensors_hindsight_halves_the_error_and_finds_the_same_reps(session):
    live = run(pipeline_of(session), items_of(session))
    refined = refined_events(session)
    assert lambda_error(refined, session) < 0.5 * lambda_error(live, session)
    reps = [[event.rep for event in events if isinstance(event, RepFinished)] for events in (live, refined)]
    assert len(reps[0]) == len(reps[1]) == len(session.reps)


def test_the_result_does_not_depend_on_how_the_recording_is_cut(session):
    one, other = refined_events(session), refined_events(session, (37, 61))
    assert [repr(e) for e in one if isinstance(e, RepFinished)] == [
        repr(e) for e in other if isinstance(e, RepFinished)
    ]


def test_without_smoothed_verticals_the_result_is_the_live_one(session):
    setup = pipeline_of(session)._setup
    live, refined = (
        run(Pipeline(setup), items_of(session)),
        run(RefinedPipeline(setup, {}), items_of(session)),
    )
    assert [repr(e) for e in live if isinstance(e, RepFinished)] == [
        repr(e) for e in refined if isinstance(e, RepFinished)
    ]
