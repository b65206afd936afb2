"""Sets of hip thrusts, the unloaded reference, and repetitions with one fault each."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.repetition import Rep, lift, lower
from lumbarwatch.simulate.stage import AthleteProfile, Channel, PlannedSet, Stage

C = Channel


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
            planned.reps.append(lift(stage, rep, before))
            before = planned.reps[-1].end_s
        if self.reps and self.reps[-1].lowered:
            stage.wait(self.after_s)
            planned.reps[-1] = replace(planned.reps[-1], after_s=stage.t_s)
        planned.end_s = stage.t_s
        stage.sets.append(planned)

    @staticmethod
    def _come_down(stage: Stage) -> float:
        lower(stage, Rep())
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
            stage.reference.append(lift(stage, rep, before))
            before = stage.reference[-1].end_s
        stage.mark(CalibrationStep.REFERENCE_THRUSTS, start + 0.1, stage.t_s)


def good(count: int) -> list[Rep]:
    """Repetitions like the athlete's reference."""
    return [Rep()] * count


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
