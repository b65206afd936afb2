import numpy as np
import pytest

from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import Level, WarningId
from lumbarwatch.simulate import truth
from lumbarwatch.simulate.labels import drift, label
from lumbarwatch.simulate.scenarios import SCENARIOS, UnknownScenarioError, scenario_named
from lumbarwatch.simulate.session import perform_scenario

STATED = """
    clean demo session bar_roll_setup setup_only touch_and_go tempo_5_2_5 isometric_45s pulses_8deg
    pulses_18deg walking sit_to_stand lie_stretch_get_up sticking_point failed_last_rep alternating_partial
    shrinking_range small_range_67_92 rest_at_bottom slip_mid_set over_bridge squats rdl starts_at_top
    ends_at_top arched_bench_press single_leg gaps_04 gap_12 doubled_reordered sensor_lost_5s upside_down
    swapped floor_bridge_25 drift_100ppm_hour rate_25hz slip_between_sets restart_mid_set no_standing
    no_calibration
""".split()
UNCALIBRATED = {"cold_start_at_top", "no_standing", "no_calibration", "six_pose", "three_poses"}


class Done:
    """A scenario's motion and truth, without sensors."""

    def __init__(self, name, seed=3):
        self.scenario = scenario_named(name)
        self.body, self.slips = perform_scenario(self.scenario, seed)
        self.grid = truth.grid(self.body)
        self.known = truth.calibration(self.body, self.grid)
        self.reps = truth.repetitions(self.body, self.grid, self.known)

    def labels(self):
        for i, rep in enumerate(self.reps):
            yield rep, label(rep, [r for r in self.reps[:i] if r.set_number == rep.set_number], self.known)


_DONE = {}


def done(name):
    if name not in _DONE:
        _DONE[name] = Done(name)
    return _DONE[name]


def test_every_promised_scenario_is_there():
    assert set(STATED) <= set(SCENARIOS)


@pytest.mark.parametrize("name", [n for n in SCENARIOS if n != "drift_100ppm_hour"])
def test_counts_are_as_stated(name):
    made = done(name)
    partial = sum(rep.partial for rep in made.reps)
    assert (len(made.reps) - partial, partial) == (made.scenario.full, made.scenario.partial)


def test_the_hour_has_its_forty_reps():
    body, _ = perform_scenario(scenario_named("drift_100ppm_hour"), 3)
    assert sum(len(s.reps) for s in body.sets) == 40
    assert body.duration_s > 3600.0


@pytest.mark.parametrize("name", list(SCENARIOS))
def test_angles_stay_human(name):
    if name == "drift_100ppm_hour":
        pytest.skip("the same lifts as elsewhere, for an hour")
    grid = done(name).grid
    assert grid.pitch_deg.min() > -100.0
    assert grid.pitch_deg.max() < 112.0
    assert np.abs(grid.extension_deg).max() < 40.0
    assert np.abs(grid.rate_dps).max() < 450.0
    assert grid.pelvis_g.min() > 0.02
    assert grid.pelvis_g.max() < 4.5


@pytest.mark.parametrize("name", [n for n in SCENARIOS if n not in UNCALIBRATED and n != "drift_100ppm_hour"])
def test_calibration_windows_hold_what_they_claim(name):
    made = done(name)
    grid, windows = made.grid, made.body.windows
    (stand,), (hinge,) = windows[CalibrationStep.STAND], windows[CalibrationStep.HINGE]
    standing = grid.cut(*stand)
    assert stand[1] - stand[0] >= 5.0
    assert np.abs(grid.pitch_deg[standing].mean()) < 0.05
    assert grid.pitch_deg[standing].std() < 0.5
    bows = grid.pitch_deg[grid.cut(*hinge)]
    assert np.sum((bows[1:] < -20.0) & (bows[:-1] >= -20.0)) == 3
    lumbar = grid.lumbar_pitch_deg[grid.cut(*hinge)]
    assert 1.7 < lumbar.min() / bows.min() < 2.3  # the back rounds
    profile = made.scenario.profile
    for step, reached in (
        (CalibrationStep.ARCH, profile.lam_max_deg),
        (CalibrationStep.TUCK, -profile.tau_max_deg),
    ):
        assert len(windows[step]) == 2
        for window in windows[step]:
            held = grid.extension_deg[grid.cut(*window)]
            assert window[1] - window[0] > 1.5
            assert held.mean() == pytest.approx(reached, abs=1.0 + 3.5 * profile.variation_deg)
            assert held.std() < 1.0
    for window in windows.get(CalibrationStep.REFERENCE_THRUSTS, []):
        pitch = grid.pitch_deg[grid.cut(*window)]
        middle = 0.5 * (pitch.max() + pitch.min())
        assert np.sum((pitch[1:] > middle) & (pitch[:-1] <= middle)) == 2


def test_sessions_without_calibration_give_no_windows():
    for name in UNCALIBRATED:
        assert done(name).body.windows == {}


def test_clean_plants_every_warning_clearly_and_nothing_else():
    made = done("clean")
    seen = set()
    for rep, labels in made.labels():
        for one in labels:
            if one.planted:
                seen.add(one.id)
                assert one.clear, (rep.set_number, rep.rep_number, one)
                assert one.beyond > 0.0
                assert one.level is not None
            else:
                assert one.level is None, (rep.set_number, rep.rep_number, one)
    assert {"W1", "W1b", "W2", "W3", "W4", "W4b", "W5"} <= seen


def test_good_reps_of_clean_are_clearly_good():
    """5 deg, 0.10 of the range, 0.3 s inside the limits of W1, W2, W3 and W4."""
    for rep, labels in done("clean").labels():
        if rep.set_number == 1:
            judged = {one.id: one for one in labels}
            for warning in (WarningId.W1, WarningId.W2, WarningId.W3, WarningId.W4):
                assert judged[warning].clear


def test_clean_drifts_in_its_last_set_only():
    made = done("clean")
    for number, planned in enumerate(made.body.sets, start=1):
        judged = drift([r for r in made.reps if r.set_number == number], made.known, planned.planted)
        assert judged is not None
        assert (judged.level is not None) == (number == len(made.body.sets)) == judged.planted
    assert judged.level is Level.RED


def test_times_of_a_rep_are_in_order_and_as_asked():
    for rep in done("tempo_5_2_5").reps:
        assert rep.t_start_s < rep.t_lockout_s < rep.t_lower_s < rep.t_end_s
        assert rep.t_lockout_s - rep.t_start_s == pytest.approx(5.0, abs=0.6)
        assert rep.eccentric_s == pytest.approx(5.0, abs=0.6)
    for rep in done("touch_and_go").reps:
        assert rep.t_lockout_s - rep.t_start_s == pytest.approx(0.45, abs=0.08)
        assert rep.eccentric_s == pytest.approx(0.45, abs=0.08)


def test_times_are_where_the_hip_passes_5_and_95_percent():
    made = done("upside_down")
    t_s, height = made.grid.t_s, made.grid.hip_m
    for plan, rep in zip(made.body.sets[0].reps, made.reps, strict=True):
        up, down = (t_s > plan.before_s) & (t_s < plan.leave_s), (t_s > plan.top_s) & (t_s < plan.after_s)
        for side, low_s, high_s in ((up, rep.t_start_s, rep.t_lockout_s), (down, rep.t_end_s, rep.t_lower_s)):
            bottom, top = height[side].min(), height[side].max()
            shares = (np.interp([low_s, high_s], t_s, height) - bottom) / (top - bottom)
            assert shares == pytest.approx([0.05, 0.95], abs=1e-3)


def test_a_dropped_rep_lands_hard():
    reps = [rep for rep in done("clean").reps if WarningId.W4 in rep.planted]
    assert len(reps) == 3
    assert all(rep.landing_g > 1.8 and rep.eccentric_s < 0.7 for rep in reps)
    assert max(rep.landing_g for rep in done("clean").reps if WarningId.W4 not in rep.planted) < 1.3


def test_phases_follow_the_reps():
    made = done("upside_down")
    series = truth.series(made.body, made.grid, made.reps)
    t_s, phases = series["t_s"], np.array(series["phase"])
    for rep in made.reps:
        assert set(phases[(t_s > rep.t_start_s) & (t_s < rep.t_lockout_s)]) == {"concentric"}
        assert set(phases[(t_s > rep.t_lockout_s) & (t_s < rep.t_lower_s)]) == {"lockout"}
        assert set(phases[(t_s > rep.t_lower_s) & (t_s < rep.t_end_s)]) == {"eccentric"}
    lifting = phases != "idle"
    tilt = np.where(lifting, made.grid.pitch_deg[::2] - 90.0, made.grid.pitch_deg[::2])
    assert series["posterior_pelvic_tilt_deg"] == pytest.approx(tilt)


def test_a_hip_rise_is_about_a_foot():
    assert 0.28 < done("upside_down").reps[0].rom_m < 0.42


def test_a_wrong_name_is_answered_with_near_ones():
    with pytest.raises(UnknownScenarioError, match="pulses_8deg"):
        scenario_named("pulse_8deg")
    with pytest.raises(UnknownScenarioError, match="--list"):
        scenario_named("zzz")
