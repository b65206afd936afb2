"""One repetition of a hip thrust: what can be asked of it, and how it is performed."""

from dataclasses import dataclass, replace

import numpy as np

from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.stage import Channel, PlannedRep, Stage
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
    lower_stall_deg: float | None = None  # pause there on the way down
    dip_deg: float = 0.0  # sink by this much before rising
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


def lift(stage: Stage, rep: Rep, before_s: float) -> PlannedRep:
    """Perform a repetition from the bottom, which began at ``before_s``; say when it was."""
    profile, start = stage.profile, stage.t_s
    stage.tracks[C.TREMOR].move(start, start + 0.3, rep.tremor * profile.liveliness)
    if rep.dip_deg:
        _dip(stage, rep.dip_deg)
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
    lower(stage, rep)
    end = stage.t_s
    stage.tracks[C.TREMOR].move(leave, leave + 0.3, 0.02 * profile.liveliness)
    _rest(stage, rep)
    return PlannedRep(before_s, start, top, leave, end, stage.t_s, lowered=True, planted=rep.planted)


def _dip(stage: Stage, depth_deg: float) -> None:
    """Swing: sink a little before rising."""
    bottom = stage.at(C.PELVIS_PITCH)
    stage.move(0.4, {C.PELVIS_PITCH: bottom - depth_deg})
    stage.move(0.4, {C.PELVIS_PITCH: bottom})


def _rise(stage: Stage, rep: Rep) -> None:
    profile = stage.profile
    top = (profile.top_deg if rep.top_deg is None else rep.top_deg) + stage.vary()
    extension = _or(rep.top_lambda_deg, profile.top_lambda_deg) + stage.vary()
    roll = _or(rep.roll_deg, profile.roll_deg) + stage.vary(0.5)
    start, turns = stage.t_s, stage.tracks[C.PELVIS_PITCH].last.accel != 0.0
    seconds = _whole(rep.up_s * (1.0 + 0.04 * stage.vary()), turns, rep.hold_s == 0.0)
    if rep.stall_deg is not None:
        _by_way_of(stage, seconds, [(0.40, rep.stall_deg[0]), (0.62, rep.stall_deg[1]), (1.0, top)])
    else:
        _stroke(stage, start, seconds, top, turns_at_end=rep.hold_s == 0.0)
    if rep.rise_lambda_deg is not None:
        stage.tracks[C.EXTENSION].move(start, start + 0.22 * seconds, rep.rise_lambda_deg)
        stage.tracks[C.EXTENSION].stay(start + 0.40 * seconds)
    when = (0.15, 0.97) if rep.rise_lambda_deg is None else (0.40, 0.74)
    stage.move(
        seconds,
        {C.EXTENSION: extension, C.PELVIS_ROLL: roll, C.BEND: -0.4 * roll},
        {C.EXTENSION: when, C.PELVIS_ROLL: (0.2, 0.95)},
    )


def lower(stage: Stage, rep: Rep) -> None:
    """Come down from the top."""
    profile, start = stage.profile, stage.t_s
    bottom = _or(rep.bottom_deg, profile.bottom_deg) + stage.vary()
    extension = _or(rep.bottom_lambda_deg, profile.bottom_lambda_deg) + stage.vary()
    seconds = _whole(rep.down_s * (1.0 + 0.04 * stage.vary()), rep.hold_s == 0.0, rep.rest_s == 0.0)
    if rep.dropped:
        _fall(stage, start, seconds, bottom)
    elif rep.lower_stall_deg is not None:
        pause = rep.lower_stall_deg
        _by_way_of(stage, seconds, [(0.35, pause), (0.65, pause), (1.0, bottom)])
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


def _by_way_of(stage: Stage, seconds: float, points: list[tuple[float, float]]) -> None:
    """Pelvis through points, each given by its share of the time, resting in each."""
    track, since = stage.tracks[C.PELVIS_PITCH], stage.t_s
    for share, pitch in points:
        track.move(since, stage.t_s + share * seconds, pitch)
        since = stage.t_s + share * seconds


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
    slow = ((C.PELVIS_PITCH, 1.2, 0.31), (C.PELVIS_PITCH, 0.9, 0.83), (C.EXTENSION, 1.0, 0.47))
    for channel, size, freq_hz in slow:
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
