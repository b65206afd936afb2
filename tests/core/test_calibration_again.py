"""A calibration is found however much is pushed at once, and can be done again."""

from dataclasses import replace

from lumbarwatch.model.events import CalibrationClosed, RepFinished, StepDone
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.simulate.session import simulate_session
from simulated import pipeline_of, steps, streams


def test_a_long_session_in_one_push_keeps_its_calibration():
    session = simulate_session("clean", "ideal", 1)  # twelve minutes; more than is kept
    pipeline = pipeline_of(session)
    events = pipeline.push(*steps(session), *(b for batches in streams(session).values() for b in batches))
    events += pipeline.finish()
    assert pipeline.calibration.valid
    assert sum(isinstance(event, RepFinished) for event in events) == len(session.reps)


def test_standing_and_bows_done_again_are_a_new_calibration():
    session = simulate_session("walking", "ideal", 1)
    told = [e for e in steps(session) if e.step in (CalibrationStep.STAND, CalibrationStep.HINGE)]
    late = max(event.t_ns for event in told) + 20_000_000_000
    again = [replace(event, t_ns=late + k) for k, event in enumerate(told) if isinstance(event, StepDone)]
    pipeline = pipeline_of(session)
    events = pipeline.push(*told, *again, *(b for batches in streams(session).values() for b in batches))
    closed = [event.calibration for event in events if isinstance(event, CalibrationClosed)]
    assert [calibration.valid for calibration in closed] == [True, True]
