"""What stands on display across reps."""

import pytest

from hub.scripted import red, rep
from lumbarwatch.hub.cues import PLAIN, URGENT, haptic_of
from lumbarwatch.hub.limits import drawn_limits
from lumbarwatch.hub.standing import stop_the_set
from lumbarwatch.model.events import Cue, LiveWarning, SetStarted
from lumbarwatch.model.session import (
    Calibration,
    CalibrationSource,
    Limit,
    Limits,
    OwnRange,
    ReferenceThrusts,
)
from lumbarwatch.model.verdicts import Level, WarningId, WarningVerdict


def _reps(*reds, set_number=1):
    return [
        rep(i + 1, i * 5_000_000_000, set_number=set_number, warnings=tuple(red(id_) for id_ in ids))
        for i, ids in enumerate(reds)
    ]


W1, W2, W4 = WarningId.W1, WarningId.W2, WarningId.W4


@pytest.mark.parametrize(
    ("reps", "stop"),
    [
        ([], ()),
        (_reps([W1]), ()),
        (_reps([W1], [W1]), (W1,)),
        (_reps([W1], [], [W1]), (W1,)),
        (_reps([W1], [], [], [W1]), ()),
        (_reps([W1], [W4], []), ()),
        (_reps([W1, W2], [W2], [W1]), (W1, W2)),
        ([*_reps([W1], [W1], set_number=1), *_reps([W4], set_number=2)], ()),
    ],
)
def test_the_set_is_to_stop_at_two_reds_of_the_same_kind_in_three_reps(reps, stop):
    assert stop_the_set(reps) == stop


@pytest.mark.parametrize(
    ("after", "stop"),
    [
        ([(W1,)], (W1,)),
        ([(W1,), (W1,)], ()),
        ([(), (), ()], (W1,)),  # no red any more, but not clearly better, or not graded
        ([(W1,), (), (W1,)], (W1,)),
        ([(W4,), (W4,)], (W1,)),
        ([(W1,), (W1,), ()], ()),
    ],
)
def test_it_stands_until_two_reps_in_a_row_are_clearly_better(after, stop):
    better = [rep(n, n * 5_000_000_000, clear=clear) for n, clear in enumerate(after, start=3)]
    assert stop_the_set([*_reps([W1], [W1]), *better]) == stop


def test_an_amber_warning_stops_nothing():
    amber = WarningVerdict(W1, Level.AMBER, -1.0, 0.0, 3.2, 1)
    assert stop_the_set([rep(n, n * 5_000_000_000, warnings=(amber,)) for n in (1, 2, 3)]) == ()


def test_what_is_felt():
    amber = WarningVerdict(W2, Level.AMBER, 9.0, 8.0, 2.0, 1)
    assert haptic_of(LiveWarning(1, 1, 1, red(W2))) == URGENT
    assert haptic_of(LiveWarning(1, 1, 1, amber)) is None
    assert haptic_of(Cue(1, 1, 1, W4, "")) == PLAIN
    assert haptic_of(Cue(1, 1, 1, W2, "")) is None
    assert haptic_of(SetStarted(1, 1)) is None


def _limits(calibration, limits=None):
    return {limit.id: (limit.amber, limit.red) for limit in drawn_limits(calibration, limits or Limits())}


def test_limits_are_drawn_where_the_rules_judge():
    own = OwnRange(lam_max_deg=20.0, tau_max_deg=16.0, spread_deg=1.0)
    reference = ReferenceThrusts(
        45.0, 98.0, tilt_lock_deg=8.0, lam_lock_deg=-4.0, psi_lock_deg=0.0, rom_m=0.36
    )
    calibration = Calibration(CalibrationSource.GUIDED, valid=True, own_range=own, reference=reference)
    assert _limits(calibration) == {
        WarningId.W1: (4.0, 4.0),  # 4 deg below the reference lockout of 8
        WarningId.W1B: (5.0, 5.0),
        WarningId.W2: (15.0, 15.0),
        WarningId.W2B: (-14.4, None),
    }


def test_without_own_range_the_absolute_limits_are_drawn():
    calibration = Calibration(CalibrationSource.GUIDED, valid=True)
    assert _limits(calibration) == {
        WarningId.W1: (0.0, 0.0),
        WarningId.W1B: (2.5, 5.0),
        WarningId.W2: (7.5, 10.0),
    }


def test_an_athletes_own_limit_is_drawn():
    limits = Limits({WarningId.W2: Limit(amber=6.0, red=9.0)})
    assert _limits(Calibration(CalibrationSource.GUIDED, valid=True), limits)[WarningId.W2] == (6.0, 9.0)
