"""Scenarios that are hard because of how the athlete moves."""

from collections.abc import Sequence
from dataclasses import replace

from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.everyday import (
    BenchPress,
    FreeLift,
    GetUp,
    LieDown,
    Move,
    Rest,
    Segment,
    SitToStand,
    Stand,
    Support,
    Walk,
)
from lumbarwatch.simulate.lifts import SetOf, good, partial
from lumbarwatch.simulate.repetition import Pulses, Rep
from lumbarwatch.simulate.scenario import Scenario, Script, calibrated, calibrated_standing, leave, one_set
from lumbarwatch.simulate.stage import AthleteProfile, Channel, Stage

PITCH, EXTENSION = Channel.PELVIS_PITCH, Channel.EXTENSION


def _set_of(*reps: Rep) -> Script:
    return lambda _p: one_set(SetOf(reps))


def _standing(*then: Segment) -> Script:
    return lambda _p: calibrated_standing(*then, Stand(6.0))


def _bar_roll() -> list[Segment]:
    """Bar rolled over the hips, phi_P 30-62-38-55 and back to the bottom."""
    sizes = ((1.0, 30.0), (1.1, 62.0), (1.0, 38.0), (0.9, 55.0), (1.0, 45.0))
    rolls: list[Segment] = [Move(seconds, {PITCH: pitch, EXTENSION: 0.0}, 0.25) for seconds, pitch in sizes]
    return [*rolls, Move(0.8, {Channel.LOAD: 1.0}, 0.5)]


def _bar_roll_setup(_p: AthleteProfile) -> Sequence[Segment]:
    off = [Move(0.8, {PITCH: 58.0}, 0.2), Move(0.8, {PITCH: 36.0}, 0.3)]
    return [*calibrated(Rest(3.0), *_bar_roll(), SetOf(good(8)), *off), *leave()]


def _setup_only(_p: AthleteProfile) -> Sequence[Segment]:
    return [*calibrated(Rest(3.0), *_bar_roll(), Rest(4.0), Move(1.0, {PITCH: 30.0})), *leave()]


def _lie_stretch(_p: AthleteProfile) -> Sequence[Segment]:
    lie = LieDown(Support.FLOOR, pitch_deg=92.0, lambda_deg=-4.0, settle_s=3.0)
    stretch = [
        Move(1.5, {PITCH: 86.0, EXTENSION: 6.0}, 2.0),
        Move(1.5, {PITCH: 92.0, EXTENSION: -6.0}, 2.0),
        Move(1.0, {Channel.PELVIS_ROLL: 12.0}, 1.0),
        Move(1.0, {Channel.PELVIS_ROLL: 0.0}, 1.0),
    ]
    return calibrated_standing(Walk(2.0), lie, *stretch, GetUp(), Move(0.8, {PITCH: 5.0}), Stand(6.0))


def _alternating(p: AthleteProfile) -> Sequence[Segment]:
    full, short = Rep(top_deg=90.0), _to(p, 72.0)
    return one_set(SetOf([full, short] * 5))


def _shrinking(p: AthleteProfile) -> Sequence[Segment]:
    ranges = [45.0, 44.0, 43.0, 42.0, 41.0, 35.0, 33.0, 31.0, 29.0, 27.0, 25.0, 23.0]
    return one_set(SetOf([Rep(top_deg=p.bottom_deg + r, top_lambda_deg=p.bottom_lambda_deg) for r in ranges]))


def _failed_last(p: AthleteProfile) -> Sequence[Segment]:
    last = Rep(top_deg=68.0, top_lambda_deg=-4.0, up_s=1.8, hold_s=0.3, down_s=0.9, tremor=0.10)
    return one_set(SetOf([*good(5), last.planting(*partial(p).planted)]))


def _to(p: AthleteProfile, top_deg: float) -> Rep:
    return Rep(top_deg=top_deg, top_lambda_deg=p.bottom_lambda_deg).planting(*partial(p).planted)


def _starts_at_top(p: AthleteProfile) -> Sequence[Segment]:
    lying = [
        GetUp(),
        Stand(3.0),
        LieDown(pitch_deg=p.top_deg, lambda_deg=p.top_lambda_deg, pause=False, settle_s=0.2),
    ]
    return [*calibrated(Rest(2.0), *lying, SetOf(good(5), starts_at_top=True, bar_kg=0.0)), *leave()]


def _cold_start_at_top(p: AthleteProfile) -> Sequence[Segment]:
    there = LieDown(pitch_deg=p.top_deg, lambda_deg=p.top_lambda_deg, settle_s=0.0)
    return [_At(there), SetOf(good(5), starts_at_top=True), Rest(3.0)]


def _ends_at_top(_p: AthleteProfile) -> Sequence[Segment]:
    return calibrated(Rest(3.0), SetOf([*good(5), Rep(lowered=False, hold_s=2.0)]))


def _bench_press(_p: AthleteProfile) -> Sequence[Segment]:
    flat = LieDown(Support.BENCH, pitch_deg=78.0, lambda_deg=6.0, settle_s=2.0)
    return [*calibrated_standing(Walk(2.0), flat, BenchPress(), Move(1.0, {EXTENSION: 4.0}, 2.0)), *leave()]


def _single_leg(_p: AthleteProfile) -> Sequence[Segment]:
    rolls = (5.0, 6.0, 8.0, 7.0, 9.0, 10.0, 8.0, 9.0)
    return one_set(SetOf([Rep(roll_deg=roll, up_s=1.3) for roll in rolls], single_leg=True))


def _no_standing(_p: AthleteProfile) -> Sequence[Segment]:
    return [_At(LieDown(settle_s=0.0)), Rest(6.0), SetOf(good(8)), Rest(12.0), SetOf(good(6)), Rest(5.0)]


def _no_calibration(_p: AthleteProfile) -> Sequence[Segment]:
    return [Walk(4.0), LieDown(), Rest(3.0), SetOf(good(8)), GetUp(), Walk(4.0)]


class _At:
    """A posture that is already there when the recording begins."""

    def __init__(self, posture: LieDown) -> None:
        self._posture = posture

    def play(self, stage: Stage) -> None:
        """Take the posture's last values from the first moment on."""
        self._posture.play(stage)
        stage.begin_here()


_SMALL = AthleteProfile(bottom_deg=67.0, top_deg=92.0, bottom_lambda_deg=-6.0, top_lambda_deg=-5.0)
_FLOOR = AthleteProfile(bottom_deg=84.0, top_deg=109.0, bottom_lambda_deg=-7.0, top_lambda_deg=-6.0)
_SQUAT = FreeLift(6, pelvis_deg=-28.0, lambda_deg=-9.0, drop_m=0.45, back_m=0.10)
_RDL = FreeLift(6, pelvis_deg=-62.0, lambda_deg=-2.0, drop_m=0.05, back_m=0.14, down_s=2.2, up_s=1.6)
_BOUNCE = Rep(up_s=0.45, hold_s=0.0, down_s=0.45, rest_s=0.0).planting(WarningId.W4)
_TOUCH = [_BOUNCE] * 11 + [replace(_BOUNCE, rest_s=0.7)]
_PULSED_8 = Rep(pulses=Pulses(8.0, 2.5, 15), up_s=1.2, down_s=1.8)
_PULSED_18 = Rep(pulses=Pulses(18.0, 1.0, 8), up_s=1.2, down_s=1.8)
_ISOMETRIC = Rep(hold_s=45.0, tremor=0.10, down_s=2.0)
_STICKING = Rep(stall_deg=(74.0, 67.0), up_s=2.2)
_OVER = Rep(top_deg=104.0, top_lambda_deg=6.5).planting(WarningId.W3B, WarningId.W1B)
_BRACED = Rep(rest_s=6.0, brace_deg=4.0)

MOTION = (
    Scenario("bar_roll_setup", "the bar rolls over the hips before and after the set", _bar_roll_setup, 8),
    Scenario("setup_only", "set-up with the bar, then the athlete leaves", _setup_only, 0),
    Scenario("touch_and_go", "0.45 s up, 0.45 s down, no rest at either end", _set_of(*_TOUCH), 12),
    Scenario("tempo_5_2_5", "5 s up, 2 s hold, 5 s down",
             _set_of(*[Rep(up_s=5.0, hold_s=1.0, down_s=5.0, rest_s=0.8)] * 5), 5),
    Scenario("isometric_45s", "one rep held 45 s with tremor", _set_of(_ISOMETRIC), 1),
    Scenario("pulses_8deg", "one rep with pulses of 8 deg at 2.5 Hz at the top", _set_of(_PULSED_8), 1),
    Scenario("pulses_18deg", "one rep with pulses of 18 deg at 1 Hz at the top", _set_of(_PULSED_18), 1),
    Scenario("walking", "30 s of walking", _standing(Walk(30.0)), 0),
    Scenario("sit_to_stand", "five sit-to-stands", _standing(SitToStand(5)), 0),
    Scenario("lie_stretch_get_up", "lying down on the floor, stretching, getting up", _lie_stretch, 0),
    Scenario("sticking_point", "every rep stalls at 74 deg, sinks to 67, then goes on",
             _set_of(*[_STICKING] * 6), 6),
    Scenario("failed_last_rep", "five good reps and one that fails at 68 deg", _failed_last, 5, 1),
    Scenario("alternating_partial", "full reps to 90 and short ones to 72 deg by turns", _alternating, 5, 5,
             profile=AthleteProfile(top_deg=91.0, reference_less_deg=1.0)),
    Scenario("shrinking_range", "the range shrinks from 45 to 23 deg over 12 reps", _shrinking, 5, 7,
             profile=AthleteProfile(top_deg=88.0, top_lambda_deg=-9.0)),
    Scenario("small_range_67_92", "an athlete whose whole range is 67 to 92 deg",
             _set_of(*good(10)), 10, profile=_SMALL),
    Scenario("rest_at_bottom", "6 s of rest with re-bracing between reps", _set_of(*[_BRACED] * 6), 6),
    Scenario("over_bridge", "every rep goes to 104 deg and beyond the reference",
             _set_of(*[_OVER] * 8), 8,
             profile=AthleteProfile(top_deg=92.0)),
    Scenario("squats", "six squats", _standing(_SQUAT), 0),
    Scenario("rdl", "six Romanian deadlifts", _standing(_RDL), 0),
    Scenario("starts_at_top", "the athlete lies straight into the lockout, lowers, then lifts",
             _starts_at_top, 5),
    Scenario("cold_start_at_top", "the recording begins in lockout; no calibration", _cold_start_at_top, 5),
    Scenario("ends_at_top", "the recording ends in the last lockout", _ends_at_top, 6),
    Scenario("arched_bench_press", "bench pressing with an arched back and leg drive", _bench_press, 0),
    Scenario("single_leg", "single-leg thrusts with 5 to 10 deg of roll", _single_leg, 8),
    Scenario("floor_bridge_25", "floor glute bridge with 25 deg of range",
             lambda _p: one_set(SetOf(good(8), bar_kg=0.0), Support.FLOOR), 8, profile=_FLOOR),
    Scenario("no_standing", "lying from the first moment on: no zero can be had", _no_standing, 14),
    Scenario("no_calibration", "walks in and lifts without calibrating", _no_calibration, 8),
)  # fmt: skip
"""Scenarios of the athlete's doing."""
