"""The provisional lockout, the one that is voiced, is that of the rep under way and of no other."""

import pytest

from lumbarwatch.model.events import LockoutReached, RepFinished
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.lifts import SetOf, arched, good, hyperextended
from lumbarwatch.simulate.scenario import Scenario, calibrated
from lumbarwatch.simulate.session import simulate_session
from simulated import cut, pipeline_of, run, steps, streams


def story(profile):
    """Good reps end higher than those before and after them."""
    reps = [*good(1), hyperextended(profile), *good(1), arched(profile), hyperextended(profile), *good(1)]
    return [*calibrated(), SetOf(reps)]


@pytest.mark.parametrize("seed", [1, 2])
def test_each_rep_is_told_its_own_lockout(seed):
    session = simulate_session(Scenario("mixed", "", story, 6), "good", seed)
    pieces = [piece for batches in streams(session).values() for piece in cut(batches, (20,))]
    arrived = sorted(pieces, key=lambda piece: int(piece.t_arrival_ns[0]))
    events = run(pipeline_of(session), [*steps(session), *arrived])
    final = {event.rep.rep_number: event.rep for event in events if isinstance(event, RepFinished)}
    told = {event.rep_number: event for event in events if isinstance(event, LockoutReached)}
    assert len(final) == 6
    assert len(told) >= 4  # a rep that stops short of the top fifth gets no provisional one
    for number, lockout in told.items():
        assert lockout.tilt_lockout_deg == pytest.approx(final[number].tilt_lockout_deg, abs=2.0)
        assert lockout.lambda_lockout_deg == pytest.approx(final[number].lambda_lockout_deg, abs=2.0)
        arches = {warning.id for warning in final[number].warnings} & {WarningId.W1, WarningId.W1B}
        assert {warning.id for warning in lockout.warnings} == arches
