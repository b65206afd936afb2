"""Warnings against definitions 5, with limits and sigmas worked out by hand."""

from types import MappingProxyType

import pytest

from core.made import measured
from lumbarwatch.core.cues import CueBook
from lumbarwatch.core.drift import theil_sen_slope
from lumbarwatch.core.limits import Context
from lumbarwatch.core.rules import Verdicts, judge_drift, judge_rep
from lumbarwatch.model.session import (
    Calibration,
    CalibrationSource,
    Limit,
    Limits,
    OwnRange,
    ReferenceThrusts,
)
from lumbarwatch.model.verdicts import Level, NotGradedReason, WarningId, WarningVerdict

OWN = OwnRange(lam_max_deg=20.0, tau_max_deg=16.0, spread_deg=1.0)
REFERENCE = ReferenceThrusts(
    phi_bottom_deg=45.0, phi_top_deg=96.0, tilt_lock_deg=6.0, lam_lock_deg=-6.0, psi_lock_deg=1.0, rom_m=0.35
)
RED, AMBER = Level.RED, Level.AMBER


def context(own=OWN, reference=REFERENCE, **changes) -> Context:
    calibration = Calibration(
        source=CalibrationSource.GUIDED, valid=True, mountings={}, own_range=own, reference=reference
    )
    return Context(**({"calibration": calibration, "limits": Limits(), "roll_baseline_deg": 1.0} | changes))


def judged(rep, fraction=1.0, **changes) -> Verdicts:
    return judge_rep(rep, fraction, context(**changes), (1, 2, 3))


def level(id_: WarningId, verdicts: Verdicts) -> Level | None:
    return next((warning.level for warning in verdicts.warnings if warning.id is id_), None)


def test_a_good_rep_has_no_warning():
    verdicts = judged(measured())
    assert verdicts.warnings == []
    assert verdicts.not_graded == []


@pytest.mark.parametrize(("tilt", "expected"), [
    (2.1, None),  # 6 - 4 = 2 is the limit against the reference
    (1.9, AMBER),
    (2.0 - 1.64 * 2.385 + 0.05, AMBER),  # sqrt(2.0^2 + 1.3^2) = 2.385
    (2.0 - 1.64 * 2.385 - 0.05, RED),
])  # fmt: skip
def test_w1_against_the_reference(tilt, expected):
    assert level(WarningId.W1, judged(measured(tilt_lockout_deg=tilt))) is expected


@pytest.mark.parametrize(("tilt", "expected"), [(0.1, None), (-0.1, AMBER), (-5.2, AMBER), (-5.3, RED)])
def test_w1_without_reference_is_gated_by_3_2_deg(tilt, expected):
    assert level(WarningId.W1, judged(measured(tilt_lockout_deg=tilt), reference=None)) is expected


@pytest.mark.parametrize(("tilt", "expected"), [(-1.6, AMBER), (-1.7, RED)])
def test_w1_is_gated_by_the_stated_sigma_where_there_is_one(tilt, expected):
    rep = measured(tilt_lockout_deg=tilt)
    assert level(WarningId.W1, judged(rep, reference=None, stated_tilt_deg=1.0)) is expected


@pytest.mark.parametrize(("lam", "expected"), [(4.9, None), (5.1, AMBER), (10.2, AMBER), (10.3, RED)])
def test_w1b_is_a_quarter_of_the_own_range(lam, expected):
    assert level(WarningId.W1B, judged(measured(lambda_lockout_deg=lam))) is expected


def test_w1c_is_a_quarter_of_the_own_tuck_and_judged_in_training_only():
    training = Limits(tuck_training=True)
    short = measured(lambda_lockout_deg=-3.9)  # 0.25 x 16 = 4
    assert level(WarningId.W1C, judged(short)) is None
    assert level(WarningId.W1C, judged(short, limits=training)) is AMBER
    assert level(WarningId.W1C, judged(measured(lambda_lockout_deg=-4.1), limits=training)) is None


def test_w1c_has_an_own_limit_like_all_others():
    own = Limits(overrides=MappingProxyType({WarningId.W1C: Limit(amber=6.0, red=None)}), tuck_training=True)
    assert level(WarningId.W1C, judged(measured(lambda_lockout_deg=-5.0), limits=own)) is AMBER
    assert level(WarningId.W1C, judged(measured(lambda_lockout_deg=-5.0), limits=own, own=None)) is AMBER


@pytest.mark.parametrize(
    ("rep", "changes", "reason"),
    [
        (measured(), {"own": None}, NotGradedReason.NO_RANGE),
        (measured(lambda_lockout_deg=None), {}, NotGradedReason.LUMBAR_LOST),
        (measured(lockout_hidden=True), {}, NotGradedReason.GAP),
        (measured(), {"fraction": 0.7}, NotGradedReason.PARTIAL),
        (measured(), {"blocked": NotGradedReason.CALIBRATION_STALE}, NotGradedReason.CALIBRATION_STALE),
        (measured(side_lying=True), {}, NotGradedReason.SIDE_LYING),
    ],
)
def test_w1c_says_why_it_is_not_graded_where_it_is_asked_for(rep, changes, reason):
    trained = judged(rep, limits=Limits(tuck_training=True), **changes)
    assert [entry.reason for entry in trained.not_graded if entry.id is WarningId.W1C] == [reason]
    assert WarningId.W1C not in {entry.id for entry in judged(rep, **changes).not_graded}


@pytest.mark.parametrize(("peak", "expected"), [(14.9, None), (15.1, AMBER), (18.2, AMBER), (18.3, RED)])
def test_w2_is_three_quarters_of_the_own_range_gated_by_2_deg(peak, expected):
    assert level(WarningId.W2, judged(measured(lambda_peak_deg=peak))) is expected


@pytest.mark.parametrize(("peak", "expected"), [(7.4, None), (7.6, AMBER), (15.2, AMBER), (15.3, RED)])
@pytest.mark.parametrize("own", [None, OwnRange(lam_max_deg=9.0, tau_max_deg=16.0, spread_deg=1.0)])
def test_w2_is_absolute_without_a_usable_range(own, peak, expected):
    assert level(WarningId.W2, judged(measured(lambda_peak_deg=peak), own=own)) is expected


@pytest.mark.parametrize(
    ("own", "reason"),
    [
        (None, NotGradedReason.NO_RANGE),
        (OwnRange(lam_max_deg=9.0, tau_max_deg=16.0, spread_deg=1.0), NotGradedReason.RANGE_TOO_SMALL),
    ],
)
def test_w2b_says_whether_the_own_range_is_missing_or_too_small(own, reason):
    verdicts = judged(measured(), own=own)
    assert [entry.reason for entry in verdicts.not_graded if entry.id is WarningId.W2B] == [reason]


@pytest.mark.parametrize(("fraction", "expected"), [
    (0.81, None), (0.79, AMBER), (0.66, AMBER), (0.65, RED), (None, None),
])  # fmt: skip
def test_w3(fraction, expected):
    assert level(WarningId.W3, judged(measured(), fraction)) is expected


@pytest.mark.parametrize(("seconds", "expected"), [(1.01, None), (0.99, AMBER), (0.52, AMBER), (0.51, RED)])
def test_w4_by_time(seconds, expected):
    rep = measured(lower=280.0, end=280.0 + 100 * seconds)
    assert level(WarningId.W4, judged(rep)) is expected


def test_w4_by_impact_is_red_ungated():
    assert level(WarningId.W4, judged(measured(impact_g_mps2=1.81 * 9.80665))) is RED
    assert level(WarningId.W4, judged(measured(impact_g_mps2=1.79 * 9.80665))) is None


@pytest.mark.parametrize(("most", "expected"), [(0.9, None), (1.1, AMBER), (5.5, AMBER), (5.7, RED)])
def test_w4b_is_gated_by_the_sigma_of_a_difference(most, expected):
    """From -5 at lockout: 6 deg are reached at 1; red 1.64 x 2.83 further."""
    assert level(WarningId.W4B, judged(measured(lambda_eccentric_max_deg=most))) is expected


def test_w3b_is_red_only_with_an_arched_lockout():
    high = measured(phi_top_deg=96.0 + 16.0)
    assert level(WarningId.W3B, judged(high)) is AMBER
    arched = measured(phi_top_deg=96.0 + 16.0, lambda_lockout_deg=6.0)
    assert level(WarningId.W3B, judged(arched)) is RED


def test_w3b_is_not_graded_where_a_gap_may_hide_the_top():
    hidden = judged(measured(phi_top_deg=100.0, pelvis_top_hidden=True))
    assert (WarningId.W3B, NotGradedReason.GAP) in {(e.id, e.reason) for e in hidden.not_graded}
    assert level(WarningId.W3B, judged(measured(phi_top_deg=112.0, pelvis_top_hidden=True))) is AMBER


def test_w5_is_red_when_it_lasts():
    turned = measured(roll_lockout_deg=1.0 + 11.0)
    assert level(WarningId.W5, judged(turned)) is AMBER
    assert level(WarningId.W5, judged(turned, earlier_roll_off_deg=(8.0, 0.0))) is RED
    assert level(WarningId.W5, judged(turned, earlier_roll_off_deg=(6.9, 0.0))) is AMBER


def test_w5_needs_the_pelvis_alone():
    turned = measured(
        roll_lockout_deg=12.0,
        lockout_hidden=True,
        lumbar_missing=True,
        lambda_lockout_deg=None,
        lambda_peak_deg=None,
    )
    assert level(WarningId.W5, judged(turned)) is AMBER
    hidden = judged(measured(roll_lockout_deg=12.0, lockout_hidden=True, pelvis_top_hidden=True))
    assert (WarningId.W5, NotGradedReason.GAP) in {(e.id, e.reason) for e in hidden.not_graded}


def test_a_partial_rep_is_not_judged_at_its_top():
    verdicts = judged(measured(tilt_lockout_deg=-20.0), 0.7)
    silent = {entry.id for entry in verdicts.not_graded if entry.reason is NotGradedReason.PARTIAL}
    assert silent == {WarningId.W1, WarningId.W1B, WarningId.W4B}


def test_without_calibration_angles_accuse_no_one():
    rep = measured(tilt_lockout_deg=-20.0, lambda_peak_deg=40.0, lower=280.0, end=310.0)
    verdicts = judged(rep, blocked=NotGradedReason.NO_CALIBRATION)
    assert {warning.id for warning in verdicts.warnings} == {WarningId.W4}


def test_a_gap_can_hide_an_excess_but_not_make_one():
    hidden = judged(measured(lambda_hidden=True))
    assert (WarningId.W2, NotGradedReason.GAP) in {(e.id, e.reason) for e in hidden.not_graded}
    assert level(WarningId.W2, judged(measured(lambda_hidden=True, lambda_peak_deg=30.0))) is RED


def test_an_own_limit_replaces_the_expression():
    limits = Limits(overrides=MappingProxyType({WarningId.W2: Limit(amber=30.0, red=None)}))
    assert level(WarningId.W2, judged(measured(lambda_peak_deg=29.0), limits=limits)) is None
    assert level(WarningId.W2, judged(measured(lambda_peak_deg=60.0), limits=limits)) is AMBER


def test_borderline_is_within_one_sigma_of_amber():
    assert WarningId.W3 in judged(measured(), 0.82).borderline
    assert WarningId.W3 not in judged(measured(), 0.84).borderline


@pytest.mark.parametrize(("peak", "clear"), [(13.9, True), (14.1, False), (15.1, False)])
def test_clear_is_better_than_the_limit_by_half_a_sigma(peak, clear):
    found = judged(measured(lambda_peak_deg=peak))  # 15 - 0.5 x 2
    assert (WarningId.W2 in found.clear) is clear


def test_what_was_not_graded_or_landed_hard_is_not_clear():
    hidden = judged(measured(lambda_hidden=True))
    assert WarningId.W2 not in hidden.clear
    assert WarningId.W4 in judged(measured()).clear
    assert WarningId.W4 not in judged(measured(impact_g_mps2=1.81 * 9.80665)).clear
    assert judged(measured(), blocked=NotGradedReason.SLIP_SUSPECTED).clear == [WarningId.W3, WarningId.W4]


def test_theil_sen_forgives_one_outlier():
    assert theil_sen_slope([0.0, 1.0, 2.0, 30.0, 4.0, 5.0]) == pytest.approx(1.0)


def test_w6_needs_five_reps_and_gates_by_their_number():
    few = judge_drift([0.0] * 4, context(), 0)
    assert few.not_graded[0].reason is NotGradedReason.TOO_FEW_REPS
    rising = [2.0 * k for k in range(10)]  # 18 deg; red beyond 6 + 1.64 * 2 sqrt(12 * 9 / 110) = 9.25
    assert level(WarningId.W6, judge_drift(rising, context(), 0)) is RED
    assert level(WarningId.W6, judge_drift([1.0 * k for k in range(10)], context(), 0)) is AMBER
    assert level(WarningId.W6, judge_drift([0.4 * k for k in range(10)], context(), 0)) is None


def said(id_: WarningId, at: Level = RED) -> WarningVerdict:
    return WarningVerdict(id_, at, 0.0, 0.0, 1.0, 0)


def test_one_cue_a_rep_by_priority_and_never_the_same_twice_running():
    book = CueBook()
    book.next_rep()
    chosen = book.choose([said(WarningId.W3), said(WarningId.W2), said(WarningId.W1)])
    assert chosen is not None
    assert chosen[0] is WarningId.W2
    assert book.choose([said(WarningId.W1)]) is None
    book.next_rep()
    again = book.choose([said(WarningId.W2), said(WarningId.W4)])
    assert again is not None
    assert again[0] is WarningId.W4


def test_amber_and_w6_are_silent():
    book = CueBook()
    book.next_rep()
    assert book.choose([said(WarningId.W2, AMBER), said(WarningId.W6), said(WarningId.W1C)]) is None
