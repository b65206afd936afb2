"""Scenarios without an athlete: the sensors lie on a table."""

from collections.abc import Sequence
from dataclasses import dataclass

from lumbarwatch.simulate.everyday import Move, Segment
from lumbarwatch.simulate.scenario import Scenario, Script
from lumbarwatch.simulate.stage import AthleteProfile, Channel, Stage

PITCH, ROLL, HEADING, SWAY = Channel.PELVIS_PITCH, Channel.PELVIS_ROLL, Channel.HEADING, Channel.SWAY
X, Z = Channel.HIP_X, Channel.HIP_Z

TABLE_M = 0.75
SIDES = ((0.0, 0.0), (90.0, 0.0), (0.0, 90.0), (-90.0, 0.0), (0.0, -90.0), (0.0, -180.0))
"""Pitch and roll in degrees with each side up in turn, every one a quarter turn from one before it."""


@dataclass(frozen=True, slots=True)
class LayDown:
    """Both sensors are picked up, turned over together and laid on another side."""

    pitch_deg: float
    roll_deg: float
    seconds: float = 1.6
    lie_s: float = 3.0
    crooked_deg: float = 4.0  # one sigma: nobody lays a sensor down square

    def play(self, stage: Stage) -> None:
        """Lift, turn, lay down, let lie."""
        off_deg = stage.rng.normal(0.0, self.crooked_deg, 2)
        turned = {PITCH: self.pitch_deg + float(off_deg[0]), ROLL: self.roll_deg + float(off_deg[1])}
        moved = {X: stage.at(X) + float(stage.rng.normal(0.0, 0.05))}
        half = 0.5 * self.seconds
        spread = float(stage.rng.uniform(-40.0, 40.0))
        stage.move(half, {Z: TABLE_M + 0.15})
        stage.move(self.seconds, turned | moved | {HEADING: stage.at(HEADING) + spread})
        stage.move(half, {Z: TABLE_M})
        stage.wait(self.lie_s)


class OnTheTable:
    """The recording begins with the sensors on the table."""

    def play(self, stage: Stage) -> None:
        """Everything is where it lies from the first moment on."""
        Move(1.0, {Z: TABLE_M, SWAY: 0.0}).play(stage)
        stage.begin_here()
        stage.wait(3.0)


def _on_sides(sides: Sequence[tuple[float, float]]) -> Script:
    def script(_profile: AthleteProfile) -> list[Segment]:
        return [OnTheTable(), *(LayDown(pitch, roll) for pitch, roll in sides[1:])]

    return script


_LIFELESS = AthleteProfile(liveliness=0.0)

TABLE = (
    Scenario("six_pose", "both sensors lie on each of their six sides for 3 s (calibrate-sensor)",
             _on_sides(SIDES), 0, profile=_LIFELESS, skin=False),
    Scenario("three_poses", "both sensors lie on three of their sides only", _on_sides(SIDES[:3]), 0,
             profile=_LIFELESS, skin=False),
)  # fmt: skip
"""Scenarios on a table."""
