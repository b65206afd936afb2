"""A calibration step that was begun and given up: nothing of it stays, and lifts are reps again."""

import pytest

from lumbarwatch.model.events import RepFinished, SlipSuspected, StepBegun, StepDone, StepLeft
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.simulate.session import simulate_session
from simulated import cut, pipeline_of, run, steps, streams

REFERENCE = CalibrationStep.REFERENCE_THRUSTS


@pytest.fixture(scope="module")
def session():
    return simulate_session("touch_and_go", "ideal", 3)


def _ns(t_s):
    return round(t_s * 1e9)


def _reps(session, *instead):
    """Reps in sets, where ``instead`` is what was done of the reference thrusts."""
    told = [event for event in steps(session) if event.step is not REFERENCE]
    batches = [batch for stream in streams(session).values() for batch in cut(stream, [40])]
    items = [*told, *instead, *batches]
    items.sort(key=lambda item: int(item.t_arrival_ns[-1]) if hasattr(item, "t_arrival_ns") else item.t_ns)
    events = run(pipeline_of(session), items)
    assert not any(isinstance(event, SlipSuspected) for event in events)
    return [event.rep for event in events if isinstance(event, RepFinished)]


@pytest.fixture(scope="module")
def window_ns(session):
    """Of the reference thrusts, and the first set's start."""
    ((begin_s, end_s),) = session.performance.windows[REFERENCE]
    return _ns(begin_s), _ns(end_s), _ns(session.performance.sets[0].start_s)


def test_lifts_after_it_are_reps(session, window_ns):
    begin, end, first_set = window_ns
    planned = sum(len(one.reps) for one in session.performance.sets)
    reps = _reps(session, StepBegun(begin, REFERENCE), StepLeft(end, REFERENCE))
    assert len([rep for rep in reps if rep.t_start_ns >= first_set - 1e9]) == planned
    assert all(rep.t_start_ns >= first_set - 1e9 for rep in reps), "the thrusts themselves are none"


def test_what_was_done_before_is_no_reference(session, window_ns):
    begin, end, first_set = window_ns
    left = _reps(session, StepBegun(begin, REFERENCE), StepLeft(end, REFERENCE))
    skipped = [rep for rep in _reps(session) if rep.t_start_ns >= first_set - 1e9]
    assert [rep.lambda_lockout_deg for rep in left] == [rep.lambda_lockout_deg for rep in skipped]
    limits = [[(v.id, v.limit) for v in rep.warnings] for rep in left]
    assert limits == [[(v.id, v.limit) for v in rep.warnings] for rep in skipped]


def test_begun_again_it_is_the_second_time_that_counts(session, window_ns):
    begin, end, _ = window_ns
    middle = (begin + end) // 2
    once = _reps(session, StepBegun(begin, REFERENCE), StepDone(end, REFERENCE, begin, end))
    done = (StepBegun(middle, REFERENCE), StepDone(end, REFERENCE, middle, end))
    twice = _reps(session, StepBegun(begin, REFERENCE), *done)
    assert len(once) == len(twice) == sum(len(one.reps) for one in session.performance.sets)


def test_leaving_what_was_not_begun_changes_nothing(session, window_ns):
    _, end, _ = window_ns
    assert _reps(session, StepLeft(end, REFERENCE)) == _reps(session)
