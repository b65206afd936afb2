"""Movements that are no repetition: calibration, getting down and up, walking, other lifts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.simulate.stage import HIP_STANDING, Channel, Stage

C = Channel


class Segment(Protocol):
    """Anything that can be performed."""

    def play(self, stage: Stage) -> None:
        """Write the movement down on the stage."""
        ...


class Support(StrEnum):
    """What the back lies against."""

    BENCH = "bench"
    FLOOR = "floor"


@dataclass(frozen=True, slots=True)
class Stand:
    """Stand quietly; ``zero`` makes it the calibration's standing, else the person re-stands a little off."""

    seconds: float
    zero: bool = False

    def play(self, stage: Stage) -> None:
        """Settle for a moment, then stand."""
        off = 0.0 if self.zero else stage.profile.restand_deg
        pitch, extension = (float(stage.rng.normal(0.0, off)) for _ in range(2))
        if off:
            stage.move(1.2, {C.PELVIS_PITCH: pitch, C.EXTENSION: 0.5 * extension, C.PELVIS_ROLL: 0.3 * pitch})
        start = stage.t_s
        stage.wait(self.seconds)
        stage.standing.append((start, stage.t_s))
        if self.zero:
            stage.mark(CalibrationStep.STAND, start + 0.2, stage.t_s - 0.2)


@dataclass(frozen=True, slots=True)
class Bows:
    """Slow bows with the back rounding, so that L1 tips further than the pelvis."""

    count: int = 3
    pelvis_deg: float = -34.0
    ratio: float = 2.0  # L1 against the pelvis
    seconds: float = 3.6

    def play(self, stage: Stage) -> None:
        """Bow and rise."""
        start = stage.t_s
        stroke, height = 0.46 * self.seconds, HIP_STANDING * stage.profile.stature_m
        for _ in range(self.count):
            depth = self.pelvis_deg + stage.vary(3.0)
            hip = {C.HIP_X: stage.at(C.HIP_X) - 0.10, C.HIP_Z: height - 0.03}
            sideways = {C.PELVIS_ROLL: stage.vary(2.0), C.BEND: stage.vary(2.0), C.TWIST: stage.vary(2.0)}
            upright = {C.PELVIS_PITCH: stage.vary(0.5), C.EXTENSION: stage.vary(0.5), C.PELVIS_ROLL: 0.0}
            home = {C.BEND: 0.0, C.TWIST: 0.0, C.HIP_X: stage.at(C.HIP_X), C.HIP_Z: height}
            rounding = {C.PELVIS_PITCH: depth, C.EXTENSION: (self.ratio - 1.0) * depth}
            stage.move(stroke, rounding | sideways | hip)
            stage.wait(0.04 * self.seconds)
            stage.move(stroke, upright | home)
            stage.wait(0.04 * self.seconds)
        stage.mark(CalibrationStep.HINGE, start - 0.2, stage.t_s + 0.1)


@dataclass(frozen=True, slots=True)
class ArchAndTuck:
    """Own maximal extension and own maximal tuck, standing, each held."""

    count: int = 2
    hold_s: float = 2.0

    def play(self, stage: Stage) -> None:
        """Arch ``count`` times, then tuck ``count`` times."""
        for step, size in (
            (CalibrationStep.ARCH, stage.profile.lam_max_deg),
            (CalibrationStep.TUCK, -stage.profile.tau_max_deg),
        ):
            for _ in range(self.count):
                reached = size + stage.vary(1.0)
                stage.move(1.2, {C.EXTENSION: reached, C.PELVIS_PITCH: -0.65 * reached})
                held = stage.t_s
                stage.wait(self.hold_s)
                stage.mark(step, held + 0.1, stage.t_s - 0.1)
                stage.move(1.1, {C.EXTENSION: stage.vary(0.5), C.PELVIS_PITCH: stage.vary(0.5)})
                stage.wait(0.7)


@dataclass(frozen=True, slots=True)
class LieDown:
    """From standing to sitting before the bench (or floor), then back into the lift's bottom."""

    support: Support = Support.BENCH
    pitch_deg: float | None = None
    lambda_deg: float | None = None
    settle_s: float = 1.5
    pause: bool = True  # sit for a moment before leaning back

    def play(self, stage: Stage) -> None:
        """Sit, lean back, settle."""
        profile, height = stage.profile, stage.profile.stature_m
        pitch = profile.bottom_deg if self.pitch_deg is None else self.pitch_deg
        extension = profile.bottom_lambda_deg if self.lambda_deg is None else self.lambda_deg
        z = profile.bench_height * height if self.support is Support.BENCH else 0.0
        place = {C.BACK_X: stage.at(C.HIP_X) - 0.75, C.BACK_Y: stage.at(C.HIP_Y), C.BACK_Z: z}
        stage.move(0.5, place)
        stage.move(1.0, {C.PELVIS_PITCH: -32.0, C.EXTENSION: -10.0, C.HIP_Z: 0.36 * height})
        seat = {C.HIP_X: stage.at(C.HIP_X) - 0.15, C.HIP_Z: 0.07 * height}
        stage.move(1.2, {C.PELVIS_PITCH: 16.0, C.EXTENSION: -12.0, C.SWAY: 0.35, **seat})
        stage.wait(0.8 if self.pause else 0.05)
        down = {C.PELVIS_PITCH: pitch, C.EXTENSION: extension, C.PINNED: 1.0, C.PELVIS_ROLL: 0.0, C.BEND: 0.0}
        stage.move(1.8, down | stage.supine_hip(pitch, extension))
        stage.wait(self.settle_s)


@dataclass(frozen=True, slots=True)
class LieFlat:
    """From the lift's bottom to lying flat, knees bent, in the own neutral; angles against standing."""

    pitch_deg: float = 84.0
    lambda_deg: float = 6.0

    def play(self, stage: Stage) -> None:
        """Stretch out and settle."""
        flat = {C.PELVIS_PITCH: self.pitch_deg, C.EXTENSION: self.lambda_deg, C.PELVIS_ROLL: 0.0, C.BEND: 0.0}
        stage.move(1.8, flat | stage.supine_hip(self.pitch_deg, self.lambda_deg))
        stage.wait(1.0)


@dataclass(frozen=True, slots=True)
class StayFlat:
    """Lie still as one lies: the zero lying down."""

    seconds: float = 5.5

    def play(self, stage: Stage) -> None:
        """Be still."""
        start = stage.t_s
        stage.wait(self.seconds)
        stage.mark(CalibrationStep.SUPINE, start + 0.2, stage.t_s - 0.2)


@dataclass(frozen=True, slots=True)
class ToBottom:
    """From lying flat into the lift's bottom."""

    def play(self, stage: Stage) -> None:
        """Bend and settle."""
        pitch, extension = stage.profile.bottom_deg, stage.profile.bottom_lambda_deg
        bottom = {C.PELVIS_PITCH: pitch, C.EXTENSION: extension}
        stage.move(1.8, bottom | stage.supine_hip(pitch, extension))
        stage.wait(1.0)


@dataclass(frozen=True, slots=True)
class GetUp:
    """From lying to standing, unless standing already; the bar is gone."""

    def play(self, stage: Stage) -> None:
        """Sit up, lean forward, stand."""
        if stage.at(C.PINNED) == 0.0:
            return
        height = stage.profile.stature_m
        stage.move(
            0.6, {C.LOAD: 0.0, C.TREMOR: 0.0, C.PELVIS_ROLL: 2.0, C.HEADING: 4.0} | self._hip_here(stage)
        )
        seat = {C.HIP_Z: 0.07 * height, C.HIP_X: stage.at(C.BACK_X) + 0.55, C.PINNED: 0.0}
        stage.move(1.6, {C.PELVIS_PITCH: 14.0, C.EXTENSION: -12.0, **seat})
        stage.move(1.0, {C.PELVIS_PITCH: -36.0, C.EXTENSION: -9.0, C.HIP_Z: 0.30 * height, C.SWAY: 1.0})
        upright = {C.PELVIS_PITCH: 0.0, C.EXTENSION: 0.0, C.PELVIS_ROLL: 0.0, C.HEADING: 0.0}
        stage.move(1.4, {C.HIP_Z: HIP_STANDING * height, C.BEND: 0.0, C.TWIST: 0.0, **upright})

    @staticmethod
    def _hip_here(stage: Stage) -> dict[Channel, float]:
        return stage.supine_hip(stage.at(C.PELVIS_PITCH), stage.at(C.EXTENSION))


@dataclass(frozen=True, slots=True)
class Move:
    """Bring some quantities to new values, then wait."""

    seconds: float
    to: Mapping[Channel, float] = field(default_factory=dict[Channel, float])
    then_wait_s: float = 0.0

    def play(self, stage: Stage) -> None:
        """Move and wait."""
        stage.move(self.seconds, self.to)
        stage.wait(self.then_wait_s)


@dataclass(frozen=True, slots=True)
class Rest:
    """Stay as one is, fidgeting a little."""

    seconds: float
    fidget_deg: float = 1.5

    def play(self, stage: Stage) -> None:
        """Shift now and then, and end where it began."""
        home = {channel: stage.at(channel) for channel in (C.PELVIS_PITCH, C.EXTENSION, C.PELVIS_ROLL)}
        end = stage.t_s + self.seconds
        while stage.t_s < end - 8.0:
            stage.wait(float(stage.rng.uniform(2.0, 5.0)))
            off = {ch: value + float(stage.rng.normal(0.0, self.fidget_deg)) for ch, value in home.items()}
            stage.move(1.0, off)
        stage.move(1.0, home)
        stage.wait(max(0.0, end - stage.t_s))


@dataclass(frozen=True, slots=True)
class Walk:
    """Walk at 1.2 m/s: the trunk rises and falls, rolls, turns and leans with each step."""

    seconds: float
    cadence_hz: float = 1.8  # steps per second
    lean_deg: float = -4.0

    def play(self, stage: Stage) -> None:
        """Walk and stop (sizes of the pelvis' motion: Perry & Burnfield, Gait Analysis, 2nd ed., 2010)."""
        step, stride = self.cadence_hz, 0.5 * self.cadence_hz
        for channel, size, freq, phase in (
            (C.HIP_Z, 0.022, step, 0.0),
            (C.HIP_Z, 0.006, 2 * step, 0.7),
            (C.HIP_Z, 0.0015, 4 * step, 1.9),
            (C.HIP_X, 0.012, step, 1.2),
            (C.HIP_Y, 0.020, stride, 0.4),
            (C.PELVIS_PITCH, 2.0, step, 0.3),
            (C.EXTENSION, 2.5, step, 2.0),
            (C.PELVIS_ROLL, 4.0, stride, 1.0),
            (C.BEND, 5.0, stride, 4.0),
            (C.HEADING, 5.0, stride, 0.2),
            (C.TWIST, 7.0, stride, 3.3),
        ):
            stage.swing(channel, size, freq, self.seconds, phase)
        off = {C.PELVIS_PITCH: self.lean_deg, C.HIP_X: stage.at(C.HIP_X) + 1.2 * self.seconds}
        stage.move(self.seconds, off, {C.PELVIS_PITCH: (0.0, min(0.5, 1.0 / self.seconds))})
        stage.move(0.6, {C.PELVIS_PITCH: 0.0})


@dataclass(frozen=True, slots=True)
class SitToStand:
    """Sit down on a chair and stand up again."""

    count: int = 5

    def play(self, stage: Stage) -> None:
        """Lean, sit slouched, lean, stand."""
        height = stage.profile.stature_m
        low, high = 0.28 * height, HIP_STANDING * height
        for _ in range(self.count):
            lean = -34.0 + stage.vary(4.0)
            back = stage.at(C.HIP_X) - 0.35
            stage.move(0.9, {C.PELVIS_PITCH: lean, C.EXTENSION: -8.0, C.HIP_Z: 0.40 * height})
            stage.move(0.8, {C.PELVIS_PITCH: 14.0, C.EXTENSION: -14.0, C.HIP_Z: low, C.HIP_X: back})
            stage.wait(1.0)
            stage.move(0.7, {C.PELVIS_PITCH: lean, C.EXTENSION: -6.0, C.HIP_Z: low + 0.01})
            stage.move(1.0, {C.PELVIS_PITCH: 0.0, C.EXTENSION: 0.0, C.HIP_Z: high, C.HIP_X: back + 0.35})
            stage.wait(0.8)


@dataclass(frozen=True, slots=True)
class FreeLift:
    """Squats, deadlifts, RDLs: the trunk leans forward and comes back, the hip drops or goes back."""

    count: int
    pelvis_deg: float
    lambda_deg: float
    drop_m: float
    back_m: float
    down_s: float = 1.6
    up_s: float = 1.3

    def play(self, stage: Stage) -> None:
        """Go down and come up."""
        home = {c: stage.at(c) for c in (C.HIP_X, C.HIP_Z)}
        stage.move(0.8, {C.LOAD: 1.0})
        for _ in range(self.count):
            low = {C.HIP_Z: home[C.HIP_Z] - self.drop_m, C.HIP_X: home[C.HIP_X] - self.back_m}
            lean = self.pelvis_deg + stage.vary(3.0)
            stage.move(
                self.down_s, {C.PELVIS_PITCH: lean, C.EXTENSION: self.lambda_deg + stage.vary(), **low}
            )
            stage.wait(0.15)
            stage.move(
                self.up_s, {C.PELVIS_PITCH: 1.0 + stage.vary(), C.EXTENSION: 1.0 + stage.vary(), **home}
            )
            stage.wait(0.7)
        stage.move(0.8, {C.LOAD: 0.0, C.PELVIS_PITCH: 0.0, C.EXTENSION: 0.0})


@dataclass(frozen=True, slots=True)
class BenchPress:
    """Lying on a flat bench with an arched back; leg drive rocks the pelvis a little. No hip thrust."""

    count: int = 6
    arch_deg: float = 14.0
    drive_deg: float = 5.0

    def play(self, stage: Stage) -> None:
        """Press ``count`` times."""
        lying = 86.0 - self.arch_deg
        stage.move(1.5, {C.PELVIS_PITCH: lying, C.EXTENSION: self.arch_deg})
        for _ in range(self.count):
            drive = self.drive_deg + stage.vary()
            stage.move(1.4, {C.PELVIS_PITCH: lying - 1.5, C.EXTENSION: self.arch_deg + 2.0})
            stage.move(1.0, {C.PELVIS_PITCH: lying + drive, C.EXTENSION: self.arch_deg - 1.0})
            stage.move(0.8, {C.PELVIS_PITCH: lying, C.EXTENSION: self.arch_deg})
            stage.wait(0.5)
