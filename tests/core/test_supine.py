"""The zero lying face up (definitions 3, step 5): what it gives, what it moves with it, what it refuses.

Truth comes from the simulation, which knows nothing of the estimator: the athlete's neutral lies at a pelvis
pitch of 84 deg and 6 deg of extension against the own standing.
"""

import numpy as np
import pytest

from lumbarwatch.core.supine import lambda_shift_deg, on_standing, on_supine, standing_mountings
from lumbarwatch.model.events import (
    CalibrationClosed,
    CalibrationStepJudged,
    RepFinished,
    Rezeroed,
    SlipSuspected,
    StepBegun,
    StepDone,
)
from lumbarwatch.model.motion import PoseBatch
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import (
    Calibration,
    CalibrationReason,
    CalibrationSource,
    CalibrationStep,
    Mounting,
    OwnRange,
    ReferenceThrusts,
    SupineZero,
)
from lumbarwatch.simulate.everyday import (
    ArchAndTuck,
    Bows,
    GetUp,
    LieDown,
    LieFlat,
    Stand,
    StayFlat,
    ToBottom,
)
from lumbarwatch.simulate.lifts import ReferenceThrusts as Thrusts
from lumbarwatch.simulate.lifts import SetOf, good
from lumbarwatch.simulate.scenario import Scenario
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.simulate.stage import Channel
from simulated import cut, pipeline_of, run, steps, streams

STEP = CalibrationStep
PITCH_DEG, LAMBDA_DEG = 84.0, 6.0
SHIFT_DEG = {Placement.PELVIS: PITCH_DEG - 90.0, Placement.LUMBAR: PITCH_DEG + LAMBDA_DEG - 90.0}


def story(_profile):
    """Calibration with thrusts, then the neutral lying, a set, a quiet standing, and lying flat again."""
    flat = [LieFlat(PITCH_DEG, LAMBDA_DEG)]
    begin = [Stand(6.0, zero=True), Bows(), Stand(1.5, zero=False), ArchAndTuck(), LieDown(), Thrusts()]
    again = [GetUp(), Stand(8.0), LieDown(), *flat, StayFlat(4.0)]
    return [*begin, *flat, StayFlat(), ToBottom(), SetOf(good(4)), *again, ToBottom(), GetUp(), Stand(1.0)]


@pytest.fixture(scope="module")
def session():
    return simulate_session(Scenario("supine", "", story, 4), "ideal", 3)


def items_of(session, without=(), size=40):
    """Samples and steps; the second lying flat is no step, it is looked at."""
    told = [event for event in steps(session) if event.step not in without]
    told = [event for event in told if event.step is not STEP.SUPINE or event.t_ns < _again_ns(session)]
    pieces = [piece for batches in streams(session).values() for piece in cut(batches, (size,))]
    return [*told, *sorted(pieces, key=lambda piece: int(piece.t_arrival_ns[0]))]


def _again_ns(session):
    return round((session.performance.windows[STEP.SUPINE][1][0] - 0.5) * 1e9)


@pytest.fixture(scope="module")
def lived(session):
    return run(pipeline := pipeline_of(session), items_of(session)), pipeline


@pytest.fixture(scope="module")
def standing_only(session):
    return run(pipeline := pipeline_of(session), items_of(session, without={STEP.SUPINE})), pipeline


def median_in(events, window_s, name):
    """Of a pose column over a window."""
    poses = [event for event in events if isinstance(event, PoseBatch)]
    t_s = np.concatenate([one.t_ns for one in poses]) / 1e9
    values = np.concatenate([getattr(one, name) for one in poses])
    return float(np.median(values[(t_s >= window_s[0]) & (t_s < window_s[1])]))


def closed(events):
    return [event.calibration for event in events if isinstance(event, CalibrationClosed)]


def reps(events):
    return [event.rep for event in events if isinstance(event, RepFinished)]


def test_in_the_neutral_posture_both_segments_read_90_from_then_on(session, lived):
    later_s = session.performance.windows[STEP.SUPINE][1]
    events, _ = lived
    assert median_in(events, later_s, "lumbar_extension_deg") == pytest.approx(0.0, abs=0.3)
    assert median_in(events, later_s, "pelvis_pitch_deg") == pytest.approx(90.0, abs=0.3)
    assert median_in(events, later_s, "lumbar_pitch_deg") == pytest.approx(90.0, abs=0.3)


def test_the_second_time_lying_flat_is_armed_and_its_tilt_reads_zero(session, lived):
    window_s = session.performance.windows[STEP.SUPINE][1]
    tilt = median_in(lived[0], (window_s[0] + 1.0, window_s[1]), "posterior_pelvic_tilt_deg")
    assert tilt == pytest.approx(0.0, abs=0.3)


def test_the_shift_is_that_of_the_posture_and_everything_moves_by_it(lived, standing_only):
    found, before = closed(lived[0])[-1], closed(standing_only[0])[-1]
    zero = found.supine
    for place in Placement:
        assert zero.shift_deg[place] == pytest.approx(SHIFT_DEG[place], abs=0.3)
    pelvis, lam = zero.shift_deg[Placement.PELVIS], lambda_shift_deg(zero)
    assert lam == pytest.approx(LAMBDA_DEG, abs=0.3)
    assert found.own_range.lam_max_deg == pytest.approx(before.own_range.lam_max_deg - lam)
    assert found.own_range.tau_max_deg == pytest.approx(before.own_range.tau_max_deg + lam)
    assert found.reference.tilt_lock_deg == pytest.approx(before.reference.tilt_lock_deg - pelvis)
    assert found.reference.lam_lock_deg == pytest.approx(before.reference.lam_lock_deg - lam)
    assert found.reference.phi_bottom_deg == pytest.approx(before.reference.phi_bottom_deg - pelvis)
    assert found.reference.psi_lock_deg == before.reference.psi_lock_deg
    assert found.own_range.habit == pytest.approx(before.own_range.habit)


def test_lying_flat_for_the_step_is_no_rep(session, lived):
    first_s = session.performance.sets[0].start_s
    assert not [rep for rep in reps(lived[0]) if rep.t_start_ns / 1e9 < first_s]


def test_reps_are_told_against_the_new_zero_and_counted_as_before(session, lived, standing_only):
    one_set = session.performance.sets[0]

    def of_the_set(rep):
        return one_set.start_s < rep.t_start_ns / 1e9 < one_set.end_s

    lain, stood = (list(filter(of_the_set, reps(events))) for events, _ in (lived, standing_only))
    assert len(lain) == len(stood) == 4
    zero = closed(lived[0])[-1].supine
    for one, other in zip(lain, stood, strict=True):
        assert one.graded
        expected = other.lambda_lockout_deg - lambda_shift_deg(zero)
        assert one.lambda_lockout_deg == pytest.approx(expected, abs=0.1)
        assert one.tilt_lockout_deg == pytest.approx(
            other.tilt_lockout_deg - zero.shift_deg[Placement.PELVIS], abs=0.1
        )
        assert one.rom_fraction == pytest.approx(other.rom_fraction, abs=0.02)
        assert one.tilt_sigma_deg > other.tilt_sigma_deg


def test_a_quiet_standing_later_does_not_undo_it(session, lived):
    """The standing reads what lies between both zeros; that is no slip, and the zero stays."""
    events, pipeline = lived
    assert not [event for event in events if isinstance(event, Rezeroed)]
    assert pipeline.calibration.supine is not None
    standing_s = session.performance.standing[-2]
    assert median_in(events, standing_s, "pelvis_pitch_deg") == pytest.approx(
        -SHIFT_DEG[Placement.PELVIS], abs=4.5
    )


def far(pelvis_slip_deg=0.0):
    """A neutral far from standing in the pelvis only, then a quiet standing; perhaps the strap slips."""
    flat = [LieFlat(101.0, -13.0), StayFlat(), ToBottom()]
    slip = [Slip(pelvis_slip_deg)] if pelvis_slip_deg else []
    story = [Stand(6.0, zero=True), Bows(), Stand(1.5), LieDown(), *flat, *slip, GetUp(), Stand(8.0)]
    session = simulate_session(Scenario("far", "", lambda _profile: story, 0), "ideal", 3)
    pipeline = pipeline_of(session)
    pieces = [piece for batches in streams(session).values() for piece in cut(batches, (40,))]
    arrived = sorted(pieces, key=lambda piece: int(piece.t_arrival_ns[0]))
    return session, run(pipeline, [*steps(session), *arrived]), pipeline


class Slip:
    """The pelvis sensor slips on the skin."""

    def __init__(self, degrees):
        self.degrees = degrees

    def play(self, stage):
        stage.move(0.15, {Channel.PELVIS_SLIP: self.degrees})
        stage.wait(3.0)


def test_a_standing_far_from_the_zero_is_no_slip():
    session, events, pipeline = far()
    assert not [event for event in events if isinstance(event, Rezeroed | SlipSuspected)]
    standing_s = session.performance.standing[-1]
    assert median_in(events, standing_s, "pelvis_pitch_deg") == pytest.approx(-11.0, abs=4.5)
    assert pipeline.calibration.supine.shift_deg[Placement.PELVIS] == pytest.approx(11.0, abs=0.3)


def test_after_a_slip_a_quiet_standing_gives_the_supine_zero_again():
    session, events, pipeline = far(pelvis_slip_deg=12.0)
    (again,) = [event for event in events if isinstance(event, Rezeroed)]
    assert again.placement is Placement.PELVIS
    assert pipeline.calibration.supine is not None
    t_s = session.performance.standing[-1]
    after_s = (max(t_s[0], again.t_ns / 1e9), t_s[1])
    assert median_in(events, after_s, "pelvis_pitch_deg") == pytest.approx(-11.0, abs=0.5)


def test_the_standing_zero_is_kept_apart(lived, standing_only):
    back, stood = on_standing(lived[1].calibration), standing_only[1].calibration
    assert back.supine is None
    for place in Placement:
        ours = standing_mountings(lived[1].calibration)[place].segment_from_sensor
        assert ours == pytest.approx(stood.mountings[place].segment_from_sensor, abs=1e-9)
        assert back.mountings[place].segment_from_sensor == pytest.approx(ours)
    assert back.own_range.lam_max_deg == pytest.approx(stood.own_range.lam_max_deg)
    assert back.reference.rom_m == pytest.approx(stood.reference.rom_m)


def test_the_same_however_the_stream_is_cut(session, lived):
    events = run(pipeline_of(session), items_of(session, size=13))
    assert [repr(rep) for rep in reps(events)] == [repr(rep) for rep in reps(lived[0])]


# Refusals ---------------------------------------------------------------------------------------------------
def judged_with(session, window_s):
    """A supine step done at another time than the athlete lay flat."""
    start, end = (round(t * 1e9) for t in window_s)
    done = [StepBegun(start, STEP.SUPINE), StepDone(end, STEP.SUPINE, start, end, CalibrationSource.META)]
    told = [
        *(e for e in items_of(session, without={STEP.SUPINE}) if isinstance(e, StepBegun | StepDone)),
        *done,
    ]
    samples = [e for e in items_of(session) if not isinstance(e, StepBegun | StepDone)]
    pipeline = pipeline_of(session)
    events = run(pipeline, [*sorted(told, key=lambda event: event.t_ns), *samples])
    found = [e for e in events if isinstance(e, CalibrationStepJudged) and e.step is STEP.SUPINE]
    return found[-1].reasons, pipeline.calibration.supine


def test_sitting_up_or_standing_is_not_lying(session):
    start, end = session.performance.standing[-2]
    assert judged_with(session, (start + 1.0, end - 1.0)) == ((CalibrationReason.NOT_SUPINE,), None)


def test_who_moves_is_told_so(session):
    start, end = session.performance.windows[STEP.SUPINE][0]
    reasons, zero = judged_with(session, (start - 1.8, end - 1.5))
    assert (reasons, zero) == ((CalibrationReason.NOT_STILL_LYING,), None)


def test_before_the_bows_there_is_nothing_to_turn():
    from lumbarwatch.core.calibrator import Calibrator

    made = Calibrator(CalibrationSource.GUIDED)
    (judged,) = made.done(StepDone(5, STEP.SUPINE, 0, 5), lambda _start, _end: np.empty(0))
    assert judged.reasons == (CalibrationReason.NO_BOWS,)


# Arithmetic -------------------------------------------------------------------------------------------------
MOUNTING = Mounting(np.eye(3), np.zeros(3), 1.0, 0.0, 60.0, 0.1)
CALIBRATION = Calibration(
    CalibrationSource.GUIDED,
    valid=True,
    mountings=dict.fromkeys(Placement, MOUNTING),
    own_range=OwnRange(20.0, 15.0, 1.0),
    reference=ReferenceThrusts(42.0, 97.0, 7.0, -8.0, 0.5, 0.30),
)


def test_values_less_the_shift():
    zero = SupineZero({Placement.PELVIS: -6.0, Placement.LUMBAR: 0.0}, 0.3)
    found = on_supine(CALIBRATION, zero)
    assert (found.own_range.lam_max_deg, found.own_range.tau_max_deg) == pytest.approx((14.0, 21.0))
    assert (found.reference.tilt_lock_deg, found.reference.lam_lock_deg) == pytest.approx((13.0, -14.0))
    assert found.own_range.habit == pytest.approx(15.0 / 35.0)
    up = np.array([np.sin(np.radians(84.0)), np.cos(np.radians(84.0)), 0.0])
    turned = found.mountings[Placement.PELVIS].segment_from_sensor @ up
    assert turned == pytest.approx([1.0, 0.0, 0.0])  # the pelvis at 84 deg reads 90
    assert found.mountings[Placement.LUMBAR].segment_from_sensor == pytest.approx(np.eye(3))


def test_a_second_one_takes_the_place_of_the_first():
    first = SupineZero({Placement.PELVIS: -6.0, Placement.LUMBAR: 2.0}, 0.3)
    second = SupineZero({Placement.PELVIS: 3.0, Placement.LUMBAR: 1.0}, 0.3)
    twice, once = on_supine(on_supine(CALIBRATION, first), second), on_supine(CALIBRATION, second)
    assert twice.own_range.lam_max_deg == pytest.approx(once.own_range.lam_max_deg)
    assert twice.reference.rom_m == pytest.approx(once.reference.rom_m)
    ours, theirs = (one.mountings[Placement.PELVIS].segment_from_sensor for one in (twice, once))
    assert ours == pytest.approx(theirs)
