"""A session that was cut off in the midst of a set: the next one goes on with its calibration, graded."""

from dataclasses import replace

import numpy as np
import pytest

from lumbarwatch.core.carried import Carried, LastSeen, own_axes, restarted_since, turned_mountings
from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.model.events import (
    CalibrationClosed,
    PhaseChanged,
    RepFinished,
    Rezeroed,
    SensorRestarted,
    SlipSuspected,
)
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, Placement, SensorInfo
from lumbarwatch.model.session import CalibrationSource
from lumbarwatch.model.verdicts import NotGradedReason
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.store.codec import from_json, to_json
from simulated import cut, pipeline_of, run, steps, streams

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR
AWAY_NS = 4 * NS_PER_S


@pytest.fixture(scope="module")
def session():
    return simulate_session("demo", "good", 3)


def pieces(session, sizes=(40,), *, after_ns=0):
    later = [[_later(batch, after_ns) for batch in batches] for batches in streams(session).values()]
    found = [piece for batches in later for piece in cut([one for one in batches if one], sizes)]
    return sorted(found, key=lambda piece: int(piece.t_arrival_ns[0]))


def _later(batch, after_ns):
    start = int(np.searchsorted(batch.t_arrival_ns, after_ns, side="right"))
    return batch.part(start, len(batch)) if start < len(batch) else None


@pytest.fixture(scope="module")
def died(session):
    """The session up to the end of the third rep: what it leaves, and when it died."""
    pipeline = pipeline_of(session, CalibrationSource.GUIDED)
    planned = steps(session)
    for step in planned:
        pipeline.push(step)
    reps = 0
    for piece in pieces(session):
        reps += sum(isinstance(event, RepFinished) for event in pipeline.push(piece))
        if reps >= 3 and int(piece.t_arrival_ns[-1]) > planned[-1].t_ns + 20 * NS_PER_S:
            return pipeline.to_carry(), int(piece.t_arrival_ns[-1])
    raise AssertionError("no three reps")


def go_on(session, died, sizes=(40,), **changes):
    """The events of the session after it."""
    carried, at_ns = died
    rest = pieces(session, sizes, after_ns=at_ns + AWAY_NS)
    info = SensorInfo(nominal_rate_hz=session.rate_hz, seq_modulo=session.seq_modulo)
    setup = PipelineSetup(
        sensors=dict.fromkeys(Placement, info),
        calibration_source=CalibrationSource.GUIDED,
        carried=replace(carried, **changes),
    )
    return run(Pipeline(setup), rest), at_ns


def reps_of(events):
    found = {}
    for event in events:
        if isinstance(event, RepFinished):
            found[event.rep.set_number, event.rep.rep_number] = event.rep
    return list(found.values())


def lying(events):
    """Reps before the athlete stood again, which renews a zero."""
    stood_ns = next(event.t_ns for event in events if isinstance(event, Rezeroed))
    return [rep for rep in reps_of(events) if rep.t_end_ns < stood_ns]


def test_nothing_is_left_before_the_calibration_is_valid(session):
    pipeline = pipeline_of(session, CalibrationSource.GUIDED)
    assert pipeline.to_carry() is None
    for piece in pieces(session)[:20]:
        pipeline.push(piece)
    assert pipeline.to_carry() is None


def test_reps_go_on_being_counted_and_graded_with_the_same_angles(session, died):
    events, at_ns = go_on(session, died)
    truth = [rep for rep in session.reps if rep.t_start_s * 1e9 > at_ns + AWAY_NS + NS_PER_S]
    reps = reps_of(events)
    assert len(truth) >= 3
    assert len(reps) >= len(truth)
    whole = reps_of(run(pipeline_of(session), [*steps(session), *pieces(session)]))
    for number, rep in enumerate(reps[-len(truth) :]):
        assert rep.graded
        (same,) = [one for one in whole if abs(one.t_end_ns - rep.t_end_ns) < NS_PER_S // 2]
        off_deg = 1.5 if number < 2 else 0.4  # the filters settle anew
        assert rep.tilt_lockout_deg == pytest.approx(same.tilt_lockout_deg, abs=off_deg)
        assert rep.lambda_lockout_deg == pytest.approx(same.lambda_lockout_deg, abs=off_deg)
        assert [w.id for w in rep.warnings] == [w.id for w in same.warnings]


def test_the_calibration_is_told_once_both_sensors_are_there(session, died):
    events, _ = go_on(session, died)
    (closed,) = [event for event in events if isinstance(event, CalibrationClosed)]
    assert closed.calibration.valid
    assert closed.calibration.own_range == died[0].calibration.own_range
    assert closed.calibration.reference == died[0].calibration.reference
    assert not [event for event in events if isinstance(event, SensorRestarted | SlipSuspected)]


def test_it_holds_from_the_same_moment_on_however_the_stream_is_cut(session, died):
    kinds = (CalibrationClosed, PhaseChanged, RepFinished)

    def told(sizes):
        events = [event for event in go_on(session, died, sizes)[0] if isinstance(event, kinds)]
        return [str(event) for event in sorted(events, key=lambda event: (event.t_ns, str(event)))]

    assert told((40,)) == told((7, 45, 25))


def test_a_sensor_that_restarted_meanwhile_accuses_no_one(session, died):
    seen = died[0].seen[LUMBAR]
    before = replace(seen, t_device_ns=seen.t_device_ns + 60 * NS_PER_S)
    events, _ = go_on(session, died, seen={**died[0].seen, LUMBAR: before})
    (restart,) = [event for event in events if isinstance(event, SensorRestarted)]
    assert restart.placement is LUMBAR
    reps = lying(events)
    assert reps
    assert not any(rep.graded for rep in reps)
    reasons = {one.reason for rep in reps for one in rep.not_graded}
    assert NotGradedReason.CALIBRATION_STALE in reasons


@pytest.mark.parametrize(("slipped_deg", "kind"), [(11.0, SlipSuspected), (None, SensorRestarted)])
def test_what_was_in_doubt_stays_in_doubt(session, died, slipped_deg, kind):
    events, _ = go_on(session, died, suspected=PELVIS, slipped_deg=slipped_deg)
    (doubt,) = [event for event in events if isinstance(event, SlipSuspected | SensorRestarted)]
    assert isinstance(doubt, kind)
    assert doubt.placement is PELVIS
    assert lying(events)
    assert not any(rep.graded for rep in lying(events))


def test_it_survives_a_file_and_being_carried_twice(session, died):
    carried = from_json(Carried, to_json(died[0]))
    for place in Placement:
        before = died[0].calibration.mountings[place].segment_from_sensor
        assert np.array_equal(carried.calibration.mountings[place].segment_from_sensor, before)
    assert carried.seen == died[0].seen
    assert carried.later(5).seen[PELVIS].t_arrival_ns == died[0].seen[PELVIS].t_arrival_ns + 5


def test_mountings_turn_with_the_sensor_that_is_worn_there_also_swapped(died):
    calibration = replace(died[0].calibration, swapped=True)
    turns = {
        PELVIS: np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        LUMBAR: np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, -1.0, 0.0]]),
    }
    turned = turned_mountings(calibration, turns)
    up = np.array([0.1, 0.9, 0.3])
    for segment in Placement:
        before = calibration.mountings[segment].segment_from_sensor @ up
        after = turned.mountings[segment].segment_from_sensor @ (turns[segment.other] @ up)
        assert after == pytest.approx(before)
    back = own_axes(turned, turns).mountings[PELVIS]
    assert back.segment_from_sensor == pytest.approx(calibration.mountings[PELVIS].segment_from_sensor)
    assert back.gyr_bias_radps == pytest.approx(calibration.mountings[PELVIS].gyr_bias_radps)


S = NS_PER_S
MICROSECONDS_32_BIT = 2**32 * 1000


@pytest.mark.parametrize(
    ("seen", "clock_s", "seq", "info", "restarted"),
    [
        (LastSeen(0, 100 * S, 5), 130.5, 9, SensorInfo(), False),  # a second late
        (LastSeen(0, 100 * S, 5), 3.0, 9, SensorInfo(), True),
        (LastSeen(0, 100 * S, 5), 60.0, 9, SensorInfo(), True),
        (
            LastSeen(0, MICROSECONDS_32_BIT - 10 * S, 5),
            20.0,
            9,
            SensorInfo(clock_modulo_ns=MICROSECONDS_32_BIT),
            False,  # the clock wrapped
        ),
        (LastSeen(0, None, 65000), None, 2464, SensorInfo(seq_modulo=65536), False),  # the number wrapped
        (LastSeen(0, None, 65000), None, 40, SensorInfo(seq_modulo=65536), True),
        (LastSeen(0, None, 250), None, 3, SensorInfo(seq_modulo=256), False),  # can't tell
        (LastSeen(0, None, None), None, None, SensorInfo(), False),  # can't tell
    ],
)
def test_a_restart_shows_in_the_clock_or_else_in_the_sample_number(seen, clock_s, seq, info, restarted):
    batch = ImuBatch(
        placement=PELVIS,
        t_arrival_ns=np.array([30 * S]),
        gyr_radps=np.zeros((1, 3)),
        acc_mps2=np.array([[0.0, 9.8, 0.0]]),
        t_device_ns=None if clock_s is None else np.array([round(clock_s * S)]),
        seq=None if seq is None else np.array([seq]),
    )
    assert restarted_since(seen, batch, info) is restarted
