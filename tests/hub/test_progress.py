"""The guided calibration as a page sees it: every step passes, fails and is repeated by itself."""

import pytest

from lumbarwatch.core.life_calibration import STEPS as ALL_STEPS
from lumbarwatch.core.life_calibration import UNASKED, CalibrationStage
from lumbarwatch.core.life_types import CalibrationWanted, StaleReason, StepSkipped, StepWanted, Tick
from lumbarwatch.hub.progress import TIMED_OUT, Progress
from lumbarwatch.hub.values import StepState
from lumbarwatch.model.events import (
    CalibrationClosed,
    CalibrationStepJudged,
    LinkEvent,
    LinkState,
    SlipSuspected,
    StepBegun,
    StepDone,
)
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration, CalibrationReason, CalibrationSource, CalibrationStep

S = 1_000_000_000
STEP = CalibrationStep
STEPS = [step for step in ALL_STEPS if step not in UNASKED]
NONE, RUNNING, JUDGING, PASSED, FAILED, SKIPPED = StepState


class Guided:
    """A calibration that a test goes through, 10 s for each event."""

    def __init__(self, *, quick=False):
        self.progress = Progress(quick=quick)
        self.now_s = 0
        for place in Placement:
            self.take(LinkEvent(0, place, LinkState.STREAMING))

    def take(self, event):
        self.progress.take(event, event.t_ns / S)

    def begin(self, step):
        self.now_s += 10
        self.take(StepBegun(self.now_s * S, step))

    def done(self, step):
        self.take(StepDone((self.now_s + 5) * S, step, self.now_s * S, (self.now_s + 5) * S))

    def judge(self, step, *reasons):
        self.take(CalibrationStepJudged((self.now_s + 5) * S, step, reasons))

    def go(self, step, *reasons):
        self.begin(step)
        self.done(step)
        self.judge(step, *reasons)

    @property
    def states(self):
        return [step.state for step in self.progress.message().steps if step.step not in UNASKED]

    @property
    def asked(self):
        message = self.progress.message()
        if message.current is None:
            return None
        before = message.steps[: message.current]
        return sum(step.step not in UNASKED for step in before)


@pytest.fixture
def guided():
    return Guided()


def test_the_first_step_is_asked_for_once_both_sensors_stream():
    progress = Progress()
    assert progress.message().stage is CalibrationStage.WAITING
    guided = Guided()
    assert (guided.progress.message().stage, guided.asked) == (CalibrationStage.ASKING, 0)
    assert guided.states == [NONE] * 7


def test_a_step_goes_from_running_over_judging_to_passed_with_its_times(guided):
    guided.begin(STEP.STAND)
    assert guided.states[0] is RUNNING
    guided.done(STEP.STAND)
    assert guided.states[0] is JUDGING
    guided.judge(STEP.STAND)
    stand = guided.progress.message().steps[0]
    assert (stand.state, stand.begun_s, stand.ended_s) == (PASSED, 10.0, 15.0)
    assert guided.asked == 1


def test_all_seven_steps_one_after_the_other(guided):
    for index, step in enumerate(STEPS):
        assert guided.asked == index
        guided.go(step)
    message = guided.progress.message()
    assert (message.stage, message.current) == (CalibrationStage.READY, None)
    assert guided.states == [PASSED] * 7


def test_a_failed_step_says_why_and_only_it_is_repeated(guided):
    guided.go(STEP.STAND)
    guided.go(STEP.HINGE, CalibrationReason.MOVED_TOO_LITTLE)
    hinge = guided.progress.message().steps[1]
    assert (hinge.state, hinge.reasons, hinge.failures) == (FAILED, ["moved_too_little"], 1)
    assert guided.asked == 1
    guided.go(STEP.HINGE)
    assert guided.states[:2] == [PASSED, PASSED]
    assert guided.asked == 2


def test_unsteady_standing_found_in_the_bows_is_blamed_on_the_standing(guided):
    guided.go(STEP.STAND)
    guided.go(STEP.HINGE, CalibrationReason.NOT_STILL)
    assert guided.states[:2] == [FAILED, NONE]
    assert guided.asked == 0


def test_one_of_two_tries_is_repeated_alone(guided):
    for step in STEPS:
        guided.go(step)
    guided.go(STEP.TUCK, CalibrationReason.GAP)  # chosen by the user
    assert guided.states == [PASSED, PASSED, PASSED, PASSED, FAILED, PASSED, PASSED]
    guided.go(STEP.TUCK)
    assert guided.states == [PASSED] * 7
    assert guided.progress.message().stage is CalibrationStage.READY  # what passed is not asked for again


def test_new_bows_make_what_rests_on_them_void(guided):
    for step in STEPS:
        guided.go(step)
    guided.go(STEP.HINGE)
    assert guided.states == [PASSED, PASSED, *[NONE] * 5]
    assert guided.asked == 2


def test_optional_steps_can_be_left_out_and_the_others_not(guided):
    guided.go(STEP.STAND)
    guided.take(StepSkipped(20 * S, STEP.HINGE))
    assert guided.states[1] is NONE
    guided.go(STEP.HINGE)
    guided.take(StepSkipped(40 * S, STEP.ARCH))
    guided.take(StepSkipped(41 * S, STEP.TUCK))
    assert guided.states == [PASSED, PASSED, SKIPPED, SKIPPED, SKIPPED, SKIPPED, NONE]
    assert guided.asked == 6
    guided.go(STEP.REFERENCE_THRUSTS)
    assert guided.progress.message().stage is CalibrationStage.READY


def test_a_step_can_be_left_out_before_it_is_its_turn(guided):
    guided.go(STEP.STAND)
    guided.take(StepSkipped(20 * S, STEP.REFERENCE_THRUSTS))
    assert guided.states[6] is SKIPPED
    assert guided.asked == 1


def test_quick_asks_for_standing_and_bows_only():
    guided = Guided(quick=True)
    assert guided.progress.message().quick
    guided.go(STEP.STAND)
    guided.go(STEP.HINGE)
    assert guided.progress.message().stage is CalibrationStage.READY
    assert guided.states == [PASSED, PASSED, *[SKIPPED] * 5]


def test_an_optional_step_that_keeps_failing_is_left_out(guided):
    guided.go(STEP.STAND)
    guided.go(STEP.HINGE)
    for _ in range(3):
        guided.go(STEP.ARCH, CalibrationReason.GAP)
    assert guided.states[2:4] == [SKIPPED, SKIPPED]
    assert guided.asked == 4


def test_a_limited_step_passes_with_its_reason(guided):
    guided.go(STEP.STAND)
    guided.go(STEP.HINGE)
    guided.go(STEP.ARCH, CalibrationReason.RANGE_TOO_SMALL)
    arch = guided.progress.message().steps[2]
    assert (arch.state, arch.reasons) == (PASSED, ["range_too_small"])


def test_a_step_that_is_never_ended_fails_by_itself(guided):
    guided.begin(STEP.STAND)
    guided.take(Tick(60 * S))
    stand = guided.progress.message().steps[0]
    assert (stand.state, stand.reasons) == (FAILED, [TIMED_OUT])


def test_calibrating_again_in_mid_session_opens_all_steps_and_says_the_old_zero_is_void(guided):
    for step in STEPS:
        guided.go(step)
    guided.take(CalibrationClosed(90 * S, Calibration(CalibrationSource.GUIDED, valid=True)))
    guided.progress.again(quick=False)
    guided.take(CalibrationWanted(100 * S, restrapped=True))
    message = guided.progress.message()
    assert guided.states == [NONE] * 7
    assert (guided.asked, message.stale) == (0, StaleReason.RESTRAPPED)


def test_a_slip_makes_the_calibration_stale(guided):
    guided.go(STEP.STAND)
    guided.go(STEP.HINGE)
    guided.take(CalibrationClosed(30 * S, Calibration(CalibrationSource.GUIDED, valid=True)))
    guided.take(SlipSuspected(60 * S, Placement.LUMBAR, 11.0))
    message = guided.progress.message()
    assert (message.valid, message.stale) == (True, StaleReason.SLIP)


# The zero lying down, which nobody is asked for -------------------------------------------------------------
def lying(guided):
    message = guided.progress.message()
    current = None if message.current is None else message.steps[message.current].step
    return next(step for step in message.steps if step.step is STEP.SUPINE).state, current


def test_the_zero_lying_down_is_left_out_unless_it_is_chosen(guided):
    assert lying(guided) == (SKIPPED, STEP.STAND)
    for step in STEPS:
        guided.go(step)
    assert lying(guided) == (SKIPPED, None)


def test_chosen_when_all_is_done_it_is_asked_for_at_once_and_alone(guided):
    for step in STEPS:
        guided.go(step)
    guided.take(CalibrationClosed(90 * S, Calibration(CalibrationSource.GUIDED, valid=True)))
    guided.take(StepWanted(95 * S, STEP.SUPINE))
    assert lying(guided) == (NONE, STEP.SUPINE)
    guided.go(STEP.SUPINE, CalibrationReason.NOT_STILL_LYING)
    assert lying(guided) == (FAILED, STEP.SUPINE)
    guided.go(STEP.SUPINE)
    assert lying(guided) == (PASSED, None)
    assert guided.states == [PASSED] * 7


def test_chosen_early_it_comes_in_its_turn_before_the_thrusts(guided):
    guided.go(STEP.STAND)
    guided.take(StepWanted(15 * S, STEP.SUPINE))
    assert lying(guided) == (NONE, STEP.HINGE)
    for step in STEPS[1:-1]:
        guided.go(step)
    assert lying(guided)[1] is STEP.SUPINE
    guided.take(StepSkipped(200 * S, STEP.SUPINE))
    assert lying(guided) == (SKIPPED, STEP.REFERENCE_THRUSTS)


def test_a_quick_start_may_have_it_too():
    quick = Guided(quick=True)
    for place in Placement:
        quick.take(LinkEvent(0, place, LinkState.STREAMING))
    quick.go(STEP.STAND)
    quick.go(STEP.HINGE)
    quick.take(CalibrationClosed(30 * S, Calibration(CalibrationSource.GUIDED, valid=True)))
    assert lying(quick) == (SKIPPED, None)
    quick.take(StepWanted(40 * S, STEP.SUPINE))
    quick.go(STEP.SUPINE)
    assert lying(quick) == (PASSED, None)


def test_new_bows_ask_for_it_again_where_it_was_chosen(guided):
    guided.take(StepWanted(5 * S, STEP.SUPINE))
    for step in ALL_STEPS:
        guided.go(step)
    guided.go(STEP.HINGE)
    assert lying(guided) == (NONE, STEP.ARCH)


def test_only_what_nobody_is_asked_for_can_be_chosen(guided):
    guided.take(StepWanted(5 * S, STEP.ARCH))
    assert guided.asked == 0
