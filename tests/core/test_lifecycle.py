"""Control of a visit: what is asked, shown and done, and that a replay gives the same."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lumbarwatch.core import lifecycle
from lumbarwatch.core.life_calibration import OPTIONAL, UNASKED, CalibrationStage
from lumbarwatch.core.life_calibration import STEPS as ALL_STEPS
from lumbarwatch.core.life_types import CalibrationWanted, EffectKind, StaleReason, StepSkipped, Tick
from lumbarwatch.core.lifecycle import LifecycleState
from lumbarwatch.model.events import (
    CalibrationClosed,
    CalibrationStepJudged,
    LinkEvent,
    LinkReason,
    LinkState,
    RepFinished,
    Rezeroed,
    SensorRestarted,
    SessionEnd,
    SetFinished,
    SetStarted,
    SlipSuspected,
    StepBegun,
    StepDone,
    Symptom,
    SymptomKind,
)
from lumbarwatch.model.motion import Rep, RepQuality, SetSummary
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration, CalibrationReason, CalibrationSource, CalibrationStep
from lumbarwatch.model.verdicts import Level, WarningId, WarningVerdict

S = 1_000_000_000
K = EffectKind
STEP = CalibrationStep
STEPS = [step for step in ALL_STEPS if step not in UNASKED]
PELVIS, LUMBAR = Placement
VALID = Calibration(CalibrationSource.GUIDED, valid=True)


def kinds(effects):
    return [effect.kind for effect in effects]


def link(t_s, place, state, reason=None):
    return LinkEvent(t_s * S, place, state, reason)


def done(t_s, step, *reasons):
    return [
        StepBegun(t_s * S, step),
        StepDone((t_s + 5) * S, step, t_s * S, (t_s + 5) * S),
        CalibrationStepJudged((t_s + 5) * S, step, reasons),
    ]


def rep(t_s, *red, number=1):
    warnings = tuple(WarningVerdict(w, Level.RED, 9.0, 5.0, 1.0, t_s * S) for w in red)
    figures = dict.fromkeys(
        "rom_fraction phi_top_deg tilt_lockout_deg lambda_lockout_deg lambda_peak_deg "
        "lambda_eccentric_max_deg roll_lockout_deg tilt_sigma_deg lambda_sigma_deg".split()
    )
    times = dict.fromkeys(("t_start_ns", "t_lockout_ns", "t_lower_ns", "t_end_ns"), t_s * S)
    made = Rep(
        set_number=1, rep_number=number, rom_deg=45.0, rom_m=0.3, rate_peak_dps=1.0, rate_mean_dps=1.0,
        partial=False, lowered=True, quality=RepQuality(0.0, 0.0), graded=True, warnings=warnings,
        **times, **figures,
    )  # fmt: skip
    return RepFinished(t_s * S, made)


def finished(t_s, number=1):
    return SetFinished(t_s * S, SetSummary(number, t_s * S, t_s * S, reps=3, partial=0))


READY = [link(0, PELVIS, LinkState.STREAMING), link(1, LUMBAR, LinkState.STREAMING)]
CALIBRATED = [
    *READY,
    *done(10, STEP.STAND),
    *done(20, STEP.HINGE),
    CalibrationClosed(25 * S, VALID),
]


# Links ------------------------------------------------------------------------------------------------------
def test_the_first_step_is_asked_for_when_both_sensors_stream():
    state, effects = lifecycle.replay(READY)
    assert kinds(effects) == [K.SHOW_LINK, K.SHOW_LINK, K.SENSORS_READY, K.ASK_STEP]
    assert effects[-1].step is STEP.STAND
    assert state.calibration.stage is CalibrationStage.ASKING


def test_a_link_that_is_down_is_shown_with_its_reason_and_asked_about_once():
    state, _ = lifecycle.replay(READY)
    down = [link(50, LUMBAR, LinkState.LOST, LinkReason.CUT), link(52, LUMBAR, LinkState.CONNECTING)]
    still = [link(80, LUMBAR, LinkState.SEARCHING), *(Tick(t * S) for t in range(81, 100))]
    state, effects = lifecycle.replay([*down, *(Tick(t * S) for t in range(53, 80)), *still], state)
    assert kinds(effects).count(K.LOOK_AFTER_SENSOR) == 1
    assert (effects[0].kind, effects[0].link_reason) == (K.SHOW_LINK, LinkReason.CUT)
    asked = next(e for e in effects if e.kind is K.LOOK_AFTER_SENSOR)
    assert (asked.placement, asked.t_ns) == (LUMBAR, 70 * S)
    state, effects = lifecycle.replay([link(101, LUMBAR, LinkState.STREAMING)], state)
    assert kinds(effects) == [K.SHOW_LINK, K.SENSORS_BACK]


# Calibration ------------------------------------------------------------------------------------------------
def test_steps_are_asked_for_in_order_until_all_are_passed():
    events, asked = list(READY), []
    for number, step in enumerate(STEPS):
        events += done(10 + 10 * number, step)
    state, effects = lifecycle.replay(events)
    asked = [effect.step for effect in effects if effect.kind is K.ASK_STEP]
    assert asked == list(STEPS)
    assert effects[-1].kind is K.CALIBRATION_READY
    assert state.calibration.stage is CalibrationStage.READY


def test_a_failed_step_is_repeated_with_its_reason():
    state, effects = lifecycle.replay(
        [*READY, *done(10, STEP.STAND), *done(20, STEP.HINGE, CalibrationReason.AXIS_UNCLEAR)]
    )
    assert effects[-1].kind is K.REPEAT_STEP
    assert (effects[-1].step, effects[-1].reasons) == (STEP.HINGE, (CalibrationReason.AXIS_UNCLEAR,))
    assert (state.calibration.step, state.calibration.tries) == (STEP.HINGE, 1)


def test_bows_that_fail_for_the_standing_ask_for_the_standing():
    _, effects = lifecycle.replay(
        [*READY, *done(10, STEP.STAND), *done(20, STEP.HINGE, CalibrationReason.NOT_STILL)]
    )
    assert (effects[-1].kind, effects[-1].step) == (K.REPEAT_STEP, STEP.STAND)


def test_a_limited_range_counts_as_passed():
    _, effects = lifecycle.replay([*CALIBRATED, *done(30, STEP.ARCH, CalibrationReason.RANGE_TOO_SMALL)])
    assert kinds(effects)[-2:] == [K.STEP_PASSED, K.ASK_STEP]
    assert effects[-2].reasons == (CalibrationReason.RANGE_TOO_SMALL,)


def test_an_optional_step_is_left_out_after_three_failures_or_by_hand():
    failures = [event for t in (30, 40, 50) for event in done(t, STEP.ARCH, CalibrationReason.GAP)]
    _, effects = lifecycle.replay([*CALIBRATED, *failures])
    assert kinds(effects)[-4:] == [K.REPEAT_STEP, K.REPEAT_STEP, K.STEP_SKIPPED, K.ASK_STEP]
    assert effects[-1].step is STEP.TUCK
    _, effects = lifecycle.replay(
        [*CALIBRATED, StepSkipped(30 * S, STEP.ARCH), StepSkipped(31 * S, STEP.TUCK)]
    )
    assert effects[-1].step is STEP.REFERENCE_THRUSTS


def test_standing_and_bows_are_never_left_out():
    state, effects = lifecycle.replay([*READY, StepSkipped(5 * S, STEP.STAND)])
    assert state.calibration.step is STEP.STAND
    tries = [event for t in range(10, 200, 10) for event in done(t, STEP.STAND, CalibrationReason.NOT_STILL)]
    state, effects = lifecycle.replay(tries, state)
    assert set(kinds(effects)) == {K.REPEAT_STEP}
    assert state.calibration.step is STEP.STAND


@pytest.mark.parametrize("finish", [False, True])
def test_a_forgotten_step_times_out_and_is_asked_for_again(finish):
    begun = [StepBegun(10 * S, STEP.STAND)]
    begun += [StepDone(15 * S, STEP.STAND, 10 * S, 15 * S)] if finish else []
    state, effects = lifecycle.replay([*READY, *begun, *(Tick(t * S) for t in range(16, 40))])
    assert kinds(effects)[-2:] == [K.STEP_TIMED_OUT, K.REPEAT_STEP]
    assert effects[-1].t_ns == (25 if finish else 30) * S
    assert state.calibration.stage is CalibrationStage.ASKING


def test_a_step_nobody_begins_is_called_to_mind_each_minute():
    _, effects = lifecycle.replay([*READY, *(Tick(t * S) for t in range(2, 190))])
    assert [e.t_ns // S for e in effects if e.kind is K.REMIND_STEP] == [61, 121, 181]


def test_the_user_may_choose_another_step_or_begin_anew():
    state, effects = lifecycle.replay([*CALIBRATED, *done(30, STEP.REFERENCE_THRUSTS)])
    assert effects[-1].kind is K.CALIBRATION_READY
    _, effects = lifecycle.replay([CalibrationWanted(90 * S)], state)
    assert (effects[-1].kind, effects[-1].step) == (K.ASK_STEP, STEP.STAND)


# Stale ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (SlipSuspected(90 * S, PELVIS, 12.0), StaleReason.SLIP),
        (SensorRestarted(90 * S, LUMBAR), StaleReason.SENSOR_RESTARTED),
        (Tick(4 * 3600 * S), StaleReason.TIME_OUT),
    ],
)
def test_what_makes_stale_asks_for_a_standing_and_a_standing_renews(event, reason):
    state, _ = lifecycle.replay([*CALIBRATED])
    assert state.calibration.trusted
    state, effects = lifecycle.step(state, event)
    assert kinds(effects)[:2] == [K.MARK_STALE, K.ASK_STANDING]
    assert effects[0].stale is reason
    assert not state.calibration.trusted
    state, effects = lifecycle.step(state, Rezeroed(5 * 3600 * S, PELVIS, 11.0))
    assert kinds(effects) == [K.CLEAR_STALE]
    assert state.calibration.trusted


def test_a_strap_put_on_anew_needs_new_bows():
    state, _ = lifecycle.replay([*CALIBRATED, CalibrationWanted(90 * S, restrapped=True)])
    assert state.calibration.stale is StaleReason.RESTRAPPED
    state, _ = lifecycle.replay([Rezeroed(95 * S, PELVIS, 11.0), *done(100, STEP.STAND)], state)
    assert not state.calibration.trusted
    state, effects = lifecycle.replay([*done(110, STEP.HINGE), CalibrationClosed(115 * S, VALID)], state)
    assert effects[-1].kind is K.CLEAR_STALE
    assert state.calibration.trusted


def test_a_range_or_a_reference_does_not_renew_a_slipped_zero():
    slipped = [*CALIBRATED, SlipSuspected(40 * S, PELVIS, 12.0)]
    state, _ = lifecycle.replay([*slipped, *done(50, STEP.ARCH), CalibrationClosed(55 * S, VALID)])
    assert state.calibration.stale is StaleReason.SLIP


# Sets -------------------------------------------------------------------------------------------------------
def test_red_twice_in_three_reps_stops_the_set_once():
    w = WarningId.W2
    reps = [rep(101, w), rep(104), rep(107, w), rep(110, w), rep(113, w)]
    _, effects = lifecycle.replay([*CALIBRATED, SetStarted(100 * S, 1), *reps])
    stops = [e for e in effects if e.kind is K.STOP_SET]
    assert [(e.t_ns // S, e.warnings, e.set_number) for e in stops] == [(107, (w,), 1)]


def test_red_of_different_kinds_or_far_apart_stops_nothing():
    w1, w2 = WarningId.W1, WarningId.W2
    apart = [rep(101, w1), rep(104), rep(107), rep(110, w1), rep(113, w2), rep(116)]
    _, effects = lifecycle.replay([*CALIBRATED, SetStarted(100 * S, 1), *apart])
    assert K.STOP_SET not in kinds(effects)


def test_each_set_counts_anew():
    w = WarningId.W2
    first = [SetStarted(100 * S, 1), rep(101, w), finished(110)]
    _, effects = lifecycle.replay([*CALIBRATED, *first, SetStarted(120 * S, 2), rep(121, w)])
    assert K.STOP_SET not in kinds(effects)


def test_a_stale_calibration_stops_no_set():
    w = WarningId.W2
    slip, again = SlipSuspected(100 * S, PELVIS, 12.0), Rezeroed(105 * S, PELVIS, 11.0)
    for reps in ([slip, rep(101, w), rep(104, w)], [slip, rep(101, w), again, rep(107, w)]):
        _, effects = lifecycle.replay([*CALIBRATED, SetStarted(100 * S, 1), *reps])
        assert K.STOP_SET not in kinds(effects)


def test_after_a_set_one_question_is_asked():
    state, effects = lifecycle.replay([*CALIBRATED, SetStarted(100 * S, 1), rep(101), finished(115)])
    assert kinds(effects)[-3:] == [K.SET_BEGAN, K.SET_ENDED, K.ASK_SYMPTOM]
    assert state.set.symptom_wanted
    state, effects = lifecycle.step(state, Symptom(120 * S, SymptomKind.NONE))
    assert (effects, state.set.symptom_wanted) == ((), False)


@pytest.mark.parametrize(
    ("pain", "expected"), [(2, [K.SHOW_CHECKLIST]), (4, [K.SHOW_CHECKLIST, K.END_SESSION])]
)
def test_pain_opens_the_checklist_and_from_four_ends_the_session(pain, expected):
    _, effects = lifecycle.step(LifecycleState(), Symptom(5 * S, SymptomKind.PAIN, pain))
    assert kinds(effects) == expected


def test_a_set_of_which_nothing_is_heard_is_closed_once():
    state, _ = lifecycle.replay([*CALIBRATED, SetStarted(100 * S, 1), rep(101)])
    cut = [link(105, place, LinkState.LOST) for place in Placement]
    state, effects = lifecycle.replay([*cut, *(Tick(t * S) for t in range(106, 200))], state)
    assert [e.t_ns // S for e in effects if e.kind is K.CLOSE_SET] == [136]
    state, effects = lifecycle.replay([finished(201)], state)
    assert kinds(effects) == [K.SET_ENDED, K.ASK_SYMPTOM]


def test_one_sensor_is_enough_to_go_on_with_a_set():
    cut = [link(105, PELVIS, LinkState.LOST), *(Tick(t * S) for t in range(106, 200))]
    _, effects = lifecycle.replay([*CALIBRATED, SetStarted(100 * S, 1), *cut])
    assert K.CLOSE_SET not in kinds(effects)


# Whatever happens -------------------------------------------------------------------------------------------
PLACES, REASONS = st.sampled_from(Placement), st.sampled_from(CalibrationReason)
ANY_STEP = st.sampled_from(CalibrationStep)
RED = st.lists(st.sampled_from([WarningId.W1, WarningId.W2, WarningId.W4]), max_size=2, unique=True)
MAKERS = st.one_of(
    st.just(Tick),
    st.tuples(PLACES, st.sampled_from(LinkState)).map(lambda a: lambda t: LinkEvent(t, *a)),
    ANY_STEP.map(lambda step: lambda t: StepBegun(t, step)),
    ANY_STEP.map(lambda step: lambda t: StepDone(t, step, max(0, t - 5 * S), t)),
    ANY_STEP.map(lambda step: lambda t: StepSkipped(t, step)),
    st.tuples(ANY_STEP, st.lists(REASONS, max_size=2)).map(
        lambda a: lambda t: CalibrationStepJudged(t, a[0], tuple(a[1]))
    ),
    st.booleans().map(lambda valid: lambda t: CalibrationClosed(t, replace(VALID, valid=valid))),
    st.booleans().map(lambda anew: lambda t: CalibrationWanted(t, anew)),
    PLACES.map(lambda place: lambda t: SlipSuspected(t, place, 12.0)),
    PLACES.map(lambda place: lambda t: SensorRestarted(t, place)),
    PLACES.map(lambda place: lambda t: Rezeroed(t, place, 9.0)),
    st.integers(1, 9).map(lambda n: lambda t: SetStarted(t, n)),
    RED.map(lambda red: lambda t: rep(t // S, *red)),
    st.just(lambda t: finished(t // S)),
    st.integers(0, 10).map(lambda pain: lambda t: Symptom(t, SymptomKind.PAIN, pain)),
)


@st.composite
def visits(draw, most=60):
    """Any events at all, in order of time; whole seconds."""
    steps = draw(st.lists(st.tuples(MAKERS, st.sampled_from([0, 1, 7, 40, 4000])), max_size=most))
    t_s, events = 0, []
    for make, later_s in steps:
        t_s += later_s
        events.append(make(t_s * S))
    return events


@given(visits(), st.integers(0, 60))
@settings(max_examples=300, deadline=None)
def test_a_replay_gives_the_same_wherever_it_is_taken_up(events, cut):
    whole = lifecycle.replay(events)
    state, first = lifecycle.replay(events[:cut])
    state, second = lifecycle.replay(events[cut:], state)
    assert (state, first + second) == whole
    assert hash(state) == hash(whole[0])


@given(visits())
@settings(max_examples=300, deadline=None)
def test_what_holds_after_any_event(events):
    state = LifecycleState()
    for event in events:
        before, (state, effects) = state, lifecycle.step(state, event)
        assert all(effect.t_ns == event.t_ns for effect in effects)
        said = kinds(effects)
        if not before.links.met and not state.links.met:
            begun = before.calibration.step is not None or isinstance(event, CalibrationWanted)  # by the user
            assert not {K.ASK_STEP, K.REMIND_STEP} & set(said) or begun
        if K.STOP_SET in said:
            assert before.calibration.trusted
        if K.MARK_STALE in said:
            assert before.calibration.trusted
            assert not state.calibration.trusted
        if K.SET_ENDED in said:
            assert before.set.lifting
        if K.CLOSE_SET in said:
            assert state.links.silent
        for effect in effects:
            if effect.kind is K.STEP_SKIPPED:
                assert effect.step in OPTIONAL
            if effect.kind is K.REPEAT_STEP:
                assert state.calibration.step is effect.step


@given(visits())
@settings(max_examples=100, deadline=None)
def test_time_alone_ends_every_step_under_way(events):
    state, _ = lifecycle.replay(events)
    now_s = events[-1].t_ns // S if events else 0
    state, _ = lifecycle.replay([Tick((now_s + t) * S) for t in range(1, 62)], state)
    assert state.calibration.stage not in (CalibrationStage.UNDER_WAY, CalibrationStage.JUDGING)


@given(visits(), visits())
@settings(max_examples=100, deadline=None)
def test_nothing_comes_after_the_end(events, later):
    state, _ = lifecycle.replay([*events, SessionEnd(10**18)])
    assert state.ended
    assert lifecycle.replay(later, state) == (state, [])
