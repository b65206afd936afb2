"""Hip thrusts: one repetition, its faults, a set of them, and the unloaded reference."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.stage import AthleteProfile, Channel, PlannedRep, PlannedSet, Stage
from lumbarwatch.simulate.tracks import Key

C = Channel

REST_END_SHARE = 0.3107
"""From 5 % of the way to its middle, as share of the stroke, at an end with a rest (minimum jerk)."""

TURN_END_SHARE = 0.3564
"""The same at an end where the movement turns without a rest (raised cosine)."""


LONG_HOLD_S = 10.0
"""A hold from which on the athlete wavers."""


@dataclass(frozen=True, slots=True)
class Pulses:
    """Small dips at the top without letting the hips down."""

    depth_deg: float
    freq_hz: float
    count: int


@dataclass(frozen=True, slots=True)
class Rep:
    """One repetition. Angles None: the profile's own; times are from 5 to 95 % of the way (definitions 4)."""

    top_deg: float | None = None
    top_lambda_deg: float | None = None
    bottom_deg: float | None = None  # where it ends
    bottom_lambda_deg: float | None = None
    up_s: float = 1.1
    hold_s: float = 0.8
    down_s: float = 1.6
    rest_s: float = 0.7
    roll_deg: float | None = None
    stall_deg: tuple[float, float] | None = None  # up to the first, back to the second, then on
    rise_lambda_deg: float | None = None  # extension reached and held on the way up
    descent_lambda_deg: float | None = None  # extension reached on the way down
    pulses: Pulses | None = None
    tremor: float = 0.04  # degrees, one sigma
    dropped: bool = False  # let go, and caught hard
    brace_deg: float = 0.0  # re-bracing while resting at the bottom
    lowered: bool = True
    planted: frozenset[WarningId] = frozenset()

    def planting(self, *warnings: WarningId) -> "Rep":
        """The same repetition, said to show these faults."""
        return replace(self, planted=frozenset(warnings))


@dataclass(frozen=True, slots=True)
class SetOf:
    """A set: the bar comes on, the athlete lies still at the bottom, lifts, and rests at the bottom."""

    reps: Sequence[Rep]
    bar_kg: float = 60.0
    single_leg: bool = False
    still_s: float = 1.5
    after_s: float = 2.0
    starts_at_top: bool = False
    planted: frozenset[WarningId] = field(default_factory=frozenset[WarningId])

    def play(self, stage: Stage) -> None:
        """Perform the set and note it as planned."""
        if stage.at(C.LOAD) < 1.0 and self.bar_kg:
            stage.move(1.5, {C.LOAD: 1.0})
        planned = PlannedSet(stage.t_s, bar_kg=self.bar_kg, single_leg=self.single_leg, planted=self.planted)
        stage.wait(self.still_s)
        before = planned.start_s
        if self.starts_at_top:
            before = self._come_down(stage)
        for rep in self.reps:
            planned.reps.append(_lift(stage, rep, before))
            before = planned.reps[-1].end_s
        if self.reps and self.reps[-1].lowered:
            stage.wait(self.after_s)
            planned.reps[-1] = replace(planned.reps[-1], after_s=stage.t_s)
        planned.end_s = stage.t_s
        stage.sets.append(planned)

    @staticmethod
    def _come_down(stage: Stage) -> float:
        _lower(stage, Rep())
        bottom_s = stage.t_s
        stage.wait(0.7)
        return bottom_s


@dataclass(frozen=True, slots=True)
class ReferenceThrusts:
    """Unloaded thrusts "tall and tucked" that tell the own bottom and lockout."""

    count: int = 2

    def play(self, stage: Stage) -> None:
        """Thrust slowly, with a clear hold."""
        start = stage.t_s
        stage.wait(0.8)
        before, profile = start, stage.profile
        rep = Rep(profile.top_deg - profile.reference_less_deg, up_s=1.3, hold_s=1.2, rest_s=0.8, tremor=0.0)
        for _ in range(self.count):
            stage.reference.append(_lift(stage, rep, before))
            before = stage.reference[-1].end_s
        stage.mark(CalibrationStep.REFERENCE_THRUSTS, start + 0.1, stage.t_s)


def good(count: int, **how: float) -> list[Rep]:
    """Repetitions like the athlete's reference."""
    return [Rep(**how) for _ in range(count)]  # pyright: ignore[reportArgumentType]


def untucked(profile: AthleteProfile) -> Rep:
    """Pelvis stops short at the top, the spine near its own neutral: W1 alone."""
    rep = Rep(top_deg=profile.top_deg - 11.8, top_lambda_deg=-0.08 * profile.lam_max_deg)
    return rep.planting(WarningId.W1)


def arched(profile: AthleteProfile) -> Rep:
    """Full tilt against gravity, but the spine arched over it: W1b alone."""
    rep = Rep(top_deg=profile.top_deg + 2.5, top_lambda_deg=0.25 * profile.lam_max_deg + 6.2)
    return rep.planting(WarningId.W1B)


def hyperextended(profile: AthleteProfile) -> Rep:
    """Extension beyond three quarters of the own maximum at the top, the pelvis tipping forward."""
    limit = max(7.5, 0.75 * profile.lam_max_deg)
    rep = Rep(top_deg=profile.top_deg - 11.8, top_lambda_deg=limit + 6.0, hold_s=1.0)
    return rep.planting(WarningId.W1, WarningId.W1B, WarningId.W2)


def arched_on_the_way(profile: AthleteProfile) -> Rep:
    """Extension beyond three quarters of the own maximum on the way up only, then tucked at the top."""
    limit = max(7.5, 0.75 * profile.lam_max_deg)
    return Rep(rise_lambda_deg=limit + 6.0, up_s=2.2, hold_s=1.0).planting(WarningId.W2)


def partial(profile: AthleteProfile, share: float = 0.66) -> Rep:
    """Too little way: ``share`` of the own range of the pelvis."""
    top = profile.bottom_deg + share * (profile.top_deg - profile.bottom_deg)
    return Rep(top_deg=top, top_lambda_deg=-0.35 * profile.tau_max_deg).planting(WarningId.W3)


def dropped(*, seconds: float = 0.42) -> Rep:
    """Let down in ``seconds`` and caught by the floor."""
    return Rep(down_s=seconds, dropped=True).planting(WarningId.W4)


def tilt_lost(profile: AthleteProfile) -> Rep:
    """Tucked at the top, arched on the way down: W4b alone."""
    return Rep(descent_lambda_deg=profile.top_lambda_deg + 13.0, down_s=1.9).planting(WarningId.W4B)


def rotated(profile: AthleteProfile, roll_deg: float = 13.5) -> Rep:
    """One hip higher at the top."""
    return Rep(roll_deg=profile.roll_deg + roll_deg).planting(WarningId.W5)


def drifting(
    profile: AthleteProfile,
    count: int,
    *,
    lambda_deg: float,
    top_deg: float = 0.0,
    first_lambda_deg: float = 0.0,
) -> list[Rep]:
    """Tuck (and tilt) lost steadily over a set, by these amounts from the first rep to the last.

    ``first_lambda_deg``: the first rep's extension less the profile's.
    """
    shares = np.linspace(0.0, 1.0, count)
    return [
        Rep(
            top_deg=profile.top_deg + top_deg * share,
            top_lambda_deg=profile.top_lambda_deg + first_lambda_deg + lambda_deg * share,
            up_s=1.0 + 0.7 * share,
            down_s=1.6 - 0.2 * share,
            tremor=0.04 + 0.06 * share,
        )
        for share in shares.tolist()
    ]


def _lift(stage: Stage, rep: Rep, before_s: float) -> PlannedRep:
    profile, start = stage.profile, stage.t_s
    stage.tracks[C.TREMOR].move(start, start + 0.3, rep.tremor * profile.liveliness)
    _rise(stage, rep)
    top = stage.t_s
    if rep.pulses is not None:
        _pulse(stage, rep.pulses)
    if rep.hold_s > LONG_HOLD_S:
        _waver(stage, rep.hold_s)
    stage.wait(rep.hold_s)
    leave = stage.t_s
    if not rep.lowered:
        return PlannedRep(before_s, start, top, leave, leave, leave, lowered=False, planted=rep.planted)
    _lower(stage, rep)
    end = stage.t_s
    stage.tracks[C.TREMOR].move(leave, leave + 0.3, 0.02 * profile.liveliness)
    _rest(stage, rep)
    return PlannedRep(before_s, start, top, leave, end, stage.t_s, lowered=True, planted=rep.planted)


def _rise(stage: Stage, rep: Rep) -> None:
    profile = stage.profile
    top = (profile.top_deg if rep.top_deg is None else rep.top_deg) + stage.vary()
    extension = _or(rep.top_lambda_deg, profile.top_lambda_deg) + stage.vary()
    roll = _or(rep.roll_deg, profile.roll_deg) + stage.vary(0.5)
    start, turns = stage.t_s, stage.tracks[C.PELVIS_PITCH].last.accel != 0.0
    seconds = _whole(rep.up_s * (1.0 + 0.04 * stage.vary()), turns, rep.hold_s == 0.0)
    if rep.stall_deg is not None:
        stage.tracks[C.PELVIS_PITCH].move(start, start + 0.40 * seconds, rep.stall_deg[0])
        stage.tracks[C.PELVIS_PITCH].move(start + 0.40 * seconds, start + 0.62 * seconds, rep.stall_deg[1])
        stage.tracks[C.PELVIS_PITCH].move(start + 0.62 * seconds, start + seconds, top)
    else:
        _stroke(stage, start, seconds, top, turns_at_end=rep.hold_s == 0.0)
    if rep.rise_lambda_deg is not None:
        stage.tracks[C.EXTENSION].move(start, start + 0.22 * seconds, rep.rise_lambda_deg)
        stage.tracks[C.EXTENSION].stay(start + 0.40 * seconds)
    stage.move(
        seconds,
        {C.EXTENSION: extension, C.PELVIS_ROLL: roll, C.BEND: -0.4 * roll},
        {
            C.EXTENSION: (0.40, 0.74) if rep.rise_lambda_deg is not None else (0.15, 0.97),
            C.PELVIS_ROLL: (0.2, 0.95),
        },
    )


def _lower(stage: Stage, rep: Rep) -> None:
    profile, start = stage.profile, stage.t_s
    bottom = _or(rep.bottom_deg, profile.bottom_deg) + stage.vary()
    extension = _or(rep.bottom_lambda_deg, profile.bottom_lambda_deg) + stage.vary()
    seconds = _whole(rep.down_s * (1.0 + 0.04 * stage.vary()), rep.hold_s == 0.0, rep.rest_s == 0.0)
    if rep.dropped:
        _fall(stage, start, seconds, bottom)
    else:
        _stroke(stage, start, seconds, bottom, turns_at_end=rep.rest_s == 0.0)
    if rep.descent_lambda_deg is not None:
        stage.tracks[C.EXTENSION].move(start + 0.05 * seconds, start + 0.45 * seconds, rep.descent_lambda_deg)
        stage.tracks[C.EXTENSION].stay(start + 0.70 * seconds)
    stage.move(
        seconds,
        {C.EXTENSION: extension, C.PELVIS_ROLL: 0.3 * profile.roll_deg, C.BEND: 0.0},
        {C.EXTENSION: (0.7 if rep.descent_lambda_deg is not None else 0.1, 1.0)},
    )


def _stroke(stage: Stage, start_s: float, seconds: float, target: float, *, turns_at_end: bool) -> None:
    """Pelvis to ``target``; without a rest there, with a raised cosine's acceleration through the turn."""
    track = stage.tracks[C.PELVIS_PITCH]
    track.stay(start_s)
    way = target - track.last.value
    accel = -0.5 * way * (np.pi / seconds) ** 2 if turns_at_end else 0.0
    track.pass_by(Key(start_s + seconds, target, 0.0, float(accel)))


def _fall(stage: Stage, start_s: float, seconds: float, bottom: float) -> None:
    """Accelerate almost all the way, stop within the last fifth, and bounce by a few millimetres."""
    track = stage.tracks[C.PELVIS_PITCH]
    track.stay(start_s)
    way = bottom - track.last.value
    track.pass_by(Key(start_s + 0.80 * seconds, bottom - 0.13 * way, 1.9 * way / seconds))
    track.pass_by(Key(start_s + seconds, bottom))
    jolt, landing = stage.tracks[C.BACK_Z], start_s + 0.97 * seconds
    rest = jolt.last.value
    jolt.move(landing, landing + 0.035, rest - 0.003)
    jolt.move(landing + 0.035, landing + 0.075, rest + 0.0012)
    jolt.move(landing + 0.075, landing + 0.13, rest)


def _pulse(stage: Stage, pulses: Pulses) -> None:
    half, top = 0.5 / pulses.freq_hz, stage.at(C.PELVIS_PITCH)
    stage.wait(0.4)
    for _ in range(pulses.count):
        _stroke(stage, stage.t_s, half, top - pulses.depth_deg, turns_at_end=True)
        _stroke(stage, stage.t_s + half, half, top, turns_at_end=True)
        stage.wait(2 * half)
    stage.tracks[C.PELVIS_PITCH].move(stage.t_s, stage.t_s + 0.2, top)
    stage.wait(0.2)


def _waver(stage: Stage, seconds: float) -> None:
    """Sink and push up again slowly while holding long (sizes: convention)."""
    for channel, size, freq_hz in (
        (C.PELVIS_PITCH, 1.2, 0.31),
        (C.PELVIS_PITCH, 0.9, 0.83),
        (C.EXTENSION, 1.0, 0.47),
    ):
        stage.swing(channel, size * stage.profile.liveliness, freq_hz, seconds)


def _rest(stage: Stage, rep: Rep) -> None:
    """Wait at the bottom, re-bracing by small rocking when asked."""
    if rep.brace_deg and rep.rest_s > 3.0:
        bottom, extension = stage.at(C.PELVIS_PITCH), stage.at(C.EXTENSION)
        stage.wait(1.0)
        stage.move(
            0.7, {C.PELVIS_PITCH: bottom + rep.brace_deg, C.EXTENSION: extension - 0.5 * rep.brace_deg}
        )
        stage.move(0.7, {C.PELVIS_PITCH: bottom + 1.0, C.EXTENSION: extension})
        stage.move(0.6, {C.PELVIS_PITCH: bottom + 0.6 * rep.brace_deg})
        stage.move(0.6, {C.PELVIS_PITCH: bottom})
        stage.wait(rep.rest_s - 3.6)
        return
    stage.wait(rep.rest_s)


def _whole(seconds: float, turns_at_start: bool, turns_at_end: bool) -> float:
    """Duration of a whole stroke of which 5 to 95 % of the way take ``seconds``."""
    shares = (TURN_END_SHARE if turns else REST_END_SHARE for turns in (turns_at_start, turns_at_end))
    return seconds / sum(shares)


def _or(value: float | None, default: float) -> float:
    return default if value is None else value
