"""Further scenarios: what else athletes do, so that no list of cases is ever the whole of it."""

from collections.abc import Sequence

from lumbarwatch.simulate.everyday import FreeLift, GetUp, LieDown, Move, Rest, Segment, Stand, Walk
from lumbarwatch.simulate.lifts import SetOf, good
from lumbarwatch.simulate.repetition import Rep
from lumbarwatch.simulate.scenario import Scenario, Script, calibrated, calibrated_standing, leave, one_set
from lumbarwatch.simulate.stage import AthleteProfile, Channel

PITCH, EXTENSION, ROLL = Channel.PELVIS_PITCH, Channel.EXTENSION, Channel.PELVIS_ROLL


def _set_of(*reps: Rep) -> Script:
    return lambda _p: one_set(SetOf(reps))


def _restless(p: AthleteProfile) -> Sequence[Segment]:
    """Between two sets the athlete stays on the bench, shifts the hips, looks around, sits up a little."""
    shift = [
        Move(1.2, {PITCH: p.bottom_deg + 11.0, ROLL: 6.0}, 1.5),
        Move(1.0, {PITCH: p.bottom_deg - 6.0, ROLL: -5.0}, 4.0),
        Move(1.0, {PITCH: 22.0, EXTENSION: -14.0, ROLL: 0.0}, 15.0),
        Move(1.4, {PITCH: p.bottom_deg, EXTENSION: p.bottom_lambda_deg, Channel.HEADING: 3.0}, 2.0),
    ]
    return [*calibrated(Rest(3.0), SetOf(good(4)), Rest(8.0), *shift, SetOf(good(4))), *leave()]


def _side_lying(p: AthleteProfile) -> Sequence[Segment]:
    """Between two sets the athlete rolls to the side and back."""
    roll = [
        Move(2.0, {ROLL: 75.0, PITCH: 70.0, EXTENSION: -4.0, Channel.LOAD: 0.0}, 12.0),
        Move(2.0, {ROLL: 0.0, PITCH: p.bottom_deg, EXTENSION: p.bottom_lambda_deg}, 3.0),
    ]
    return [*calibrated(Rest(3.0), SetOf(good(4)), *roll, SetOf(good(4))), *leave()]


def _good_mornings(_p: AthleteProfile) -> Sequence[Segment]:
    bow = FreeLift(6, pelvis_deg=-55.0, lambda_deg=-6.0, drop_m=0.02, back_m=0.10, down_s=1.8, up_s=1.5)
    return calibrated_standing(bow, Stand(6.0))


def _deadlifts(_p: AthleteProfile) -> Sequence[Segment]:
    pull = FreeLift(5, pelvis_deg=-48.0, lambda_deg=-7.0, drop_m=0.28, back_m=0.12, down_s=1.5, up_s=1.8)
    return calibrated_standing(pull, Stand(6.0))


def _stands_off(_p: AthleteProfile) -> Sequence[Segment]:
    """Walks about a lot before and between the sets."""
    about: list[Segment] = [GetUp(), Walk(15.0), Stand(8.0), Walk(10.0), Stand(15.0), LieDown()]
    return [*calibrated(*about, SetOf(good(5)), *about, SetOf(good(5))), *leave()]


_FAST = Rep(up_s=0.6, hold_s=0.15, down_s=0.7, rest_s=0.2)

MORE = (
    Scenario("paused_halfway", "a pause half-way up in every rep",
             _set_of(*[Rep(stall_deg=(66.0, 66.0), up_s=2.6)] * 6), 6),
    Scenario("paused_descent", "a pause half-way down in every rep",
             _set_of(*[Rep(lower_stall_deg=66.0, down_s=3.0)] * 6), 6),
    Scenario("swing_start", "the hips sink by 8 deg before every rep",
             _set_of(*[Rep(dip_deg=8.0, rest_s=0.5)] * 8), 8),
    Scenario("mixed_tempo", "slow and fast reps by turns",
             _set_of(*[_FAST, Rep(up_s=2.4, down_s=3.2)] * 4), 8),
    Scenario("top_half_bridges", "short fast bridges, never below 68 deg",
             lambda _p: one_set(SetOf([_FAST] * 12)), 12,
             profile=AthleteProfile(bottom_deg=68.0, top_deg=97.0)),
    Scenario("high_bench", "a high bench: the trunk slopes at lockout, 36 to 84 deg", _set_of(*good(8)), 8,
             profile=AthleteProfile(bottom_deg=36.0, top_deg=86.0, bench_height=0.28)),
    Scenario("small_lumbar_range", "an athlete with 7 deg of own extension: absolute limits apply",
             _set_of(*good(8)), 8, profile=AthleteProfile(lam_max_deg=7.0, tau_max_deg=18.0)),
    Scenario("tall_and_varied", "1.95 m, with 2 deg of variation from rep to rep", _set_of(*good(10)), 10,
             profile=AthleteProfile(stature_m=1.95, mass_kg=98.0, variation_deg=2.0)),
    Scenario("restless_rest", "shifts and half sits up on the bench between two sets", _restless, 8),
    Scenario("side_lying", "rolls to the side between two sets", _side_lying, 8),
    Scenario("walks_between", "much walking before and between the sets", _stands_off, 10),
    Scenario("good_mornings", "six good mornings", _good_mornings, 0),
    Scenario("deadlifts", "five deadlifts", _deadlifts, 0),
)  # fmt: skip
"""Cases beyond the first list."""
