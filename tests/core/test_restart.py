"""A sensor that restarts: its calibration is stale and accuses no one until the next quiet standing."""

import itertools

import pytest

from lumbarwatch.model.events import (
    CalibrationStepJudged,
    LiveWarning,
    PhaseChanged,
    RepFinished,
    Rezeroed,
    SensorRestarted,
    SlipSuspected,
)
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import NotGradedReason
from lumbarwatch.simulate.session import simulate_session
from simulated import cut, pipeline_of, run, steps, streams


def events_of(scenario, sizes=(40,)):
    session = simulate_session(scenario, "good", 5)
    items = [piece for batches in streams(session).values() for piece in cut(batches, sizes)]
    items = sorted(items, key=lambda piece: int(piece.t_arrival_ns[0]))
    pipeline = pipeline_of(session)
    return session, run(pipeline, [*steps(session), *items])


@pytest.fixture(scope="module")
def restarted():
    return events_of("restart_mid_set")


def test_reps_are_counted_on_and_not_graded_with_the_reason(restarted):
    events = restarted[1]
    (restart,) = [event for event in events if isinstance(event, SensorRestarted)]
    assert restart.placement is Placement.PELVIS
    reps = [event.rep for event in events if isinstance(event, RepFinished)]
    assert len(reps) == 8
    before = [rep for rep in reps if rep.t_end_ns < restart.t_ns]
    after = [rep for rep in reps if rep.t_end_ns > restart.t_ns + 500_000_000]
    assert before
    assert after
    assert all(rep.graded for rep in before)
    for rep in after:
        assert not rep.graded
        assert {one.reason for one in rep.not_graded} & {NotGradedReason.CALIBRATION_STALE}
        assert rep.lambda_lockout_deg is not None  # measured all the same
    assert not [e for e in events if isinstance(e, LiveWarning) and e.t_ns > restart.t_ns]


def test_a_restart_is_no_slip(restarted):
    assert not [event for event in restarted[1] if isinstance(event, SlipSuspected)]


def test_it_takes_effect_at_its_own_time_however_the_stream_is_cut(restarted):
    kinds = (CalibrationStepJudged, PhaseChanged, RepFinished, Rezeroed, SensorRestarted)

    def told(events):
        return sorted((e for e in events if isinstance(e, kinds)), key=lambda e: (e.t_ns, str(e)))

    other = events_of("restart_mid_set", (7, 45, 25))[1]
    for one, two in itertools.zip_longest(told(restarted[1]), told(other)):
        assert str(one) == str(two)
