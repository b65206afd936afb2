"""Without a calibration a hip thrust shows itself by hips that rise as the pelvis turns face up."""

import numpy as np
import pytest

from lumbarwatch.core.alignment import Stretch
from lumbarwatch.core.geometry import pitch_deg
from lumbarwatch.core.uncalibrated import guess_mountings
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.session import simulate_session


def guessed(scenario: str):
    session = simulate_session(scenario, "good", 4)
    stretches = {
        place: Stretch((s.t_true_s * 1e9).astype(np.int64), s.gyr_radps, s.acc_mps2)
        for place, s in session.signals.items()
    }
    return session, stretches, guess_mountings(stretches)


@pytest.mark.parametrize("scenario", ["no_standing", "no_calibration"])
def test_lifts_are_recognised_and_the_pelvis_turns_the_right_way(scenario):
    session, stretches, (mountings, recognised) = guessed(scenario)
    assert recognised
    stretch, rep = stretches[Placement.PELVIS], session.reps[2]
    turn = mountings[Placement.PELVIS].segment_from_sensor
    pitch = pitch_deg(np.einsum("ij,nj->ni", turn, stretch.up(mountings[Placement.PELVIS].gyr_bias_radps)))
    t_s = stretch.t_ns / 1e9
    rise = np.interp(rep.t_lockout_s, t_s, pitch) - np.interp(rep.t_start_s, t_s, pitch)
    assert rise == pytest.approx(0.9 * rep.rom_deg, rel=0.15)


@pytest.mark.parametrize("scenario", ["squats", "deadlifts", "walking", "arched_bench_press"])
def test_other_movements_are_not(scenario):
    assert not guessed(scenario)[2][1]
