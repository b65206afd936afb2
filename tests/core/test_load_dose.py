from dataclasses import replace

import numpy as np
import pytest

from core.load_equilibrium import solve
from lumbarwatch.core.dose import (
    NS_PER_DAY,
    dose_of_days,
    judge_session_dose,
    session_load,
    squared_moment_dose,
)
from lumbarwatch.model.load import DatedDose, Dose
from lumbarwatch.model.motion import PoseBatch, Rep, RepQuality, SetSummary
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.session import Athlete, Limit, Limits
from lumbarwatch.model.verdicts import Level, NotGradedReason, WarningId

ATHLETE = Athlete(mass_kg=75.0, stature_m=1.75)
STEP_NS = 10_000_000


def poses(pelvis_deg, lumbar_deg, sigma_deg=3.2, t0_ns=5 * NS_PER_S):
    """A batch on the 100 Hz grid; NaN is not valid."""
    n = len(pelvis_deg)
    zeros, sigma = np.zeros(n), np.full(n, sigma_deg)
    return PoseBatch(
        t_ns=t0_ns + STEP_NS * np.arange(n),
        pelvis_pitch_deg=pelvis_deg,
        lumbar_pitch_deg=lumbar_deg,
        posterior_pelvic_tilt_deg=pelvis_deg - 90.0,
        lumbar_extension_deg=lumbar_deg - pelvis_deg,
        pelvis_sigma_deg=sigma,
        lumbar_extension_sigma_deg=sigma,
        pelvis_roll_deg=zeros,
        lumbar_roll_deg=zeros,
        phase_code=np.zeros(n, np.int64),
        valid=np.isfinite(pelvis_deg) & np.isfinite(lumbar_deg),
    )


def rep(start_s, end_s, set_number=1, rep_number=1):
    times = np.linspace(start_s, end_s, 4) * NS_PER_S
    start, lockout, lower, end = (int(t) for t in times)
    return Rep(
        set_number, rep_number, start, lockout, lower, end, 45.0, 0.3, 1.0, 90.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        50.0, 30.0, 3.2, 3.2, partial=False, lowered=True, quality=RepQuality(), graded=True,
    )  # fmt: skip


def a_set(number=1, bar_kg=100.0):
    return SetSummary(number, 0, 1, reps=1, partial=0, bar_kg=bar_kg)


HELD = np.full(1000, 90.0)
M2 = solve(90.0, 90.0, 100.0, 75.0, 1.75)["m_l5s1_nm"] ** 2


def test_the_integral_counts_extensor_moments_only():
    t = np.linspace(0.0, 2.0, 20001)
    assert squared_moment_dose(t, 3.0 * np.cos(np.pi * t)) == pytest.approx(9.0 * 0.5, rel=1e-6)
    assert squared_moment_dose(t, np.full(20001, -5.0)) == 0.0


def test_a_held_lockout_is_moment_squared_times_time():
    found = session_load(poses(HELD, HELD), [rep(6.0, 9.0)], [a_set()], ATHLETE)
    assert found.session.dose_n2m2s == pytest.approx(3.0 * M2, rel=1e-9)
    assert found.doses_n2m2s == {1: pytest.approx(3.0 * M2, rel=1e-9)}
    (load,) = found.reps
    assert load.peak_moment_nm == pytest.approx(np.sqrt(M2), rel=1e-9)
    assert load.peak_dynamic_moment_nm == pytest.approx(np.sqrt(M2), rel=1e-9)
    assert load.peak_sigma_nm / load.peak_moment_nm == pytest.approx(0.16, rel=0.25)
    assert found.session.sigma_n2m2s / found.session.dose_n2m2s == pytest.approx(0.27, rel=0.15)


def test_a_reps_ends_may_lie_between_samples():
    found = session_load(poses(HELD, HELD), [rep(6.003, 9.0017)], [a_set()], ATHLETE)
    assert found.session.dose_n2m2s == pytest.approx(2.9987 * M2, rel=1e-9)


def test_reps_sets_and_session_add_up():
    reps = [rep(5.5, 7.0), rep(7.0, 9.0, rep_number=2), rep(10.0, 11.0, set_number=2)]
    sets = [a_set(1), a_set(2, bar_kg=0.0)]
    found = session_load(poses(HELD, HELD), reps, sets, ATHLETE)
    light = solve(90.0, 90.0, 0.0, 75.0, 1.75)["m_l5s1_nm"] ** 2
    assert [one.dose_n2m2s for one in found.reps] == pytest.approx([1.5 * M2, 2.0 * M2, light])
    assert found.doses_n2m2s == pytest.approx({1: 3.5 * M2, 2: light})
    assert found.session.dose_n2m2s == pytest.approx(3.5 * M2 + light)
    # What is unsure is the same for all sets: sigmas add up, they don't average out.
    together = sum(one.sigma_n2m2s for one in found.sets.values())
    assert found.session.sigma_n2m2s == pytest.approx(together, rel=0.01)


def test_a_moving_rep_against_a_sum_of_single_postures():
    t = np.arange(1000) * 0.01
    pelvis, lumbar = 67.0 - 23.0 * np.cos(np.pi * t), 66.0 - 21.0 * np.cos(np.pi * t)
    found = session_load(poses(pelvis, lumbar), [rep(5.0, 7.0)], [a_set()], ATHLETE)
    moments = np.array(
        [solve(p, q, 100.0, 75.0, 1.75)["m_l5s1_nm"] for p, q in zip(pelvis[:201], lumbar[:201], strict=True)]
    )
    expected = 0.01 * ((moments**2).sum() - 0.5 * (moments[0] ** 2 + moments[200] ** 2))
    (load,) = found.reps
    assert load.dose_n2m2s == pytest.approx(expected, rel=1e-9)
    assert load.peak_moment_nm == pytest.approx(moments.max(), rel=1e-9)
    assert load.t_peak_ns == 5 * NS_PER_S + STEP_NS * int(moments.argmax())
    # The hips are thrown upwards at the bottom: the dynamic peak is the higher one, the dose is not touched.
    assert load.peak_dynamic_moment_nm > 1.1 * load.peak_moment_nm


def test_without_bar_body_mass_or_stature_there_is_no_load():
    batch, reps = poses(HELD, HELD), [rep(6.0, 9.0)]
    assert session_load(batch, reps, [a_set()], Athlete(mass_kg=75.0)) is None
    assert session_load(batch, reps, [a_set()], Athlete(stature_m=1.75)) is None
    unknown = session_load(batch, reps, [a_set(bar_kg=None)], ATHLETE)
    assert (unknown.reps, unknown.sets, unknown.session) == ((), {}, None)
    mixed = session_load(
        batch, [*reps, rep(10.0, 12.0, set_number=2)], [a_set(bar_kg=None), a_set(2)], ATHLETE
    )
    assert list(mixed.sets) == [2]
    assert mixed.session.dose_n2m2s == pytest.approx(2.0 * M2)


@pytest.mark.parametrize(("lost", "known"), [(20, True), (60, False)])
def test_a_short_gap_is_bridged_and_a_long_one_leaves_the_rep_unknown(lost, known):
    pelvis = HELD.copy()
    pelvis[200 : 200 + lost] = np.nan
    found = session_load(poses(pelvis, HELD), [rep(6.0, 9.0), rep(10.0, 11.0)], [a_set()], ATHLETE)
    assert found.session.unknown_reps == (0 if known else 1)
    assert found.session.dose_n2m2s == pytest.approx((4.0 if known else 1.0) * M2)
    first = found.reps[0]
    assert (first.dose_n2m2s is None, first.peak_moment_nm is None) == (not known, not known)


def test_an_untrusted_rep_and_one_out_of_reach_are_unknown():
    batch = poses(HELD, HELD)
    untrusted = replace(batch, valid=np.zeros(len(batch), bool))
    assert session_load(untrusted, [rep(6.0, 9.0)], [a_set()], ATHLETE).session.unknown_reps == 1
    high = session_load(batch, [rep(6.0, 9.0)], [a_set()], ATHLETE, bench_height_m=1.0)
    assert high.session.unknown_reps == 1
    outside = session_load(batch, [rep(100.0, 103.0)], [a_set()], ATHLETE)
    assert outside.session == Dose(0.0, 0.0, 1)
    half_there = session_load(batch, [rep(13.0, 17.0)], [a_set()], ATHLETE)  # samples end at 15 s
    assert half_there.session == Dose(0.0, 0.0, 1)


# W7 ---------------------------------------------------------------------------------------------------------
NOW = 1_000 * NS_PER_DAY


def days_ago(*doses, first=2):
    return [DatedDose(NOW - (first + i) * NS_PER_DAY, dose) for i, dose in enumerate(doses)]


@pytest.mark.parametrize(
    ("dose", "level"), [(129.0, None), (131.0, Level.AMBER), (159.0, Level.AMBER), (161.0, Level.RED)]
)
def test_w7_is_judged_against_the_own_median_session_and_ungated(dose, level):
    found = judge_session_dose(Dose(dose, 30.0), days_ago(80.0, 100.0, 100.0, 5000.0), NOW, t_ns=7)
    assert [one.level for one in found.warnings] == ([] if level is None else [level])
    assert not found.not_graded
    assert found.judged == {WarningId.W7}
    for one in found.warnings:
        assert (one.id, one.value, one.sigma, one.t_ns) == (WarningId.W7, dose / 100.0, 0.3, 7)
        assert one.limit == (1.3 if level is Level.AMBER else 1.6)


def test_w7_needs_a_load_and_four_sessions_within_28_days():
    def reason(dose, earlier):
        found = judge_session_dose(dose, earlier, NOW, t_ns=0)
        assert not found.warnings
        return [(one.id, one.reason) for one in found.not_graded]

    high = Dose(500.0, 100.0)
    assert reason(None, days_ago(100.0, 100.0, 100.0, 100.0)) == [(WarningId.W7, NotGradedReason.NO_LOAD)]
    too_few = [(WarningId.W7, NotGradedReason.NO_HISTORY)]
    assert reason(high, days_ago(100.0, 100.0, 100.0)) == too_few
    assert reason(high, days_ago(100.0, 100.0, 100.0, 100.0, first=26)) == too_few  # one is 29 days old
    assert reason(high, days_ago(0.0, 0.0, 0.0, 0.0)) == too_few
    future = [*days_ago(100.0, 100.0, 100.0), DatedDose(NOW, 100.0)]  # the session itself is not earlier
    assert reason(high, future) == too_few


def test_w7_of_a_lower_bound_accuses_but_never_acquits():
    earlier = days_ago(100.0, 100.0, 100.0, 100.0)
    high = judge_session_dose(Dose(140.0, 30.0, unknown_reps=3), earlier, NOW, t_ns=0)
    low = judge_session_dose(Dose(90.0, 30.0, unknown_reps=3), earlier, NOW, t_ns=0)
    assert [one.level for one in high.warnings] == [Level.AMBER]
    assert [one.reason for one in low.not_graded] == [NotGradedReason.GAP]
    assert not low.judged


def test_w7_takes_the_athletes_own_limits_and_says_borderline():
    earlier = days_ago(100.0, 100.0, 100.0, 100.0)
    own = Limits({WarningId.W7: Limit(amber=2.0, red=None)})
    assert not judge_session_dose(Dose(190.0, 5.0), earlier, NOW, 0, own).warnings
    found = judge_session_dose(Dose(201.0, 5.0), earlier, NOW, 0, own)
    assert [(one.level, one.limit) for one in found.warnings] == [(Level.AMBER, 2.0)]
    assert found.borderline == [WarningId.W7]
    assert not judge_session_dose(Dose(190.0, 5.0), earlier, NOW, 0, own).borderline


def test_dose_of_28_days():
    assert dose_of_days(days_ago(1.0, 2.0, 4.0, first=26), NOW) == 7.0  # 26, 27 and 28 days ago
    assert dose_of_days(days_ago(1.0, 2.0, 4.0, first=27), NOW) == 3.0
    assert dose_of_days(days_ago(1.0, 2.0, 4.0, first=6), NOW, days=7) == 3.0
    assert dose_of_days([], NOW) == 0.0
