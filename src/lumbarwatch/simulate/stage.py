"""Where a performance is written down: tracks of all quantities, and what was planned when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import numpy as np

from lumbarwatch.model.body import DEFAULT_STATURE_M
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.chain import hip_from_bench
from lumbarwatch.simulate.tracks import Key, Track, Wave


class Channel(StrEnum):
    """A quantity of the body over time; degrees and metres."""

    PELVIS_PITCH = "pelvis_pitch_deg"
    EXTENSION = "lumbar_extension_deg"
    PELVIS_ROLL = "pelvis_roll_deg"
    BEND = "lumbar_bend_deg"  # lumbar roll less pelvis roll
    HEADING = "heading_deg"
    TWIST = "lumbar_twist_deg"  # lumbar heading less pelvis heading
    HIP_X = "hip_x_m"
    HIP_Y = "hip_y_m"
    HIP_Z = "hip_z_m"
    BACK_X = "back_x_m"  # contact of the back with the bench
    BACK_Y = "back_y_m"
    BACK_Z = "back_z_m"
    PINNED = "pinned"  # 0: the hip's place is given, 1: the back's contact is
    LOAD = "load"  # bar on the hips, 0..1
    SWAY = "sway"  # how much of the slow sway shows, 0..1
    TREMOR = "tremor"  # how much of the tremor shows, 0..1
    PELVIS_SLIP = "pelvis_slip_deg"  # of the sensor on the skin
    LUMBAR_SLIP = "lumbar_slip_deg"


@dataclass(frozen=True, slots=True)
class AthleteProfile:
    """A simulated person's body, habits and own range. Angles with the signs of definitions 1."""

    stature_m: float = DEFAULT_STATURE_M
    mass_kg: float = 75.0
    bench_height: float = 0.230  # fraction of stature
    lam_max_deg: float = 18.0
    tau_max_deg: float = 20.0
    bottom_deg: float = 42.0
    bottom_lambda_deg: float = -9.0
    top_deg: float = 98.0
    top_lambda_deg: float = -8.0
    reference_less_deg: float = 2.0  # the reference thrusts stop this much lower than the lifts
    roll_deg: float = 1.0
    variation_deg: float = 0.4  # rep to rep, one sigma
    restand_deg: float = 1.4  # between two standings, one sigma (definitions 3)
    liveliness: float = 1.0  # scale of sway, breathing and tremor; 0 makes a statue


@dataclass(frozen=True, slots=True)
class PlannedRep:
    """When a repetition was performed, s: bottom before, at the top, bottom after."""

    before_s: float  # the preceding bottom began
    start_s: float
    top_s: float
    leave_s: float
    end_s: float
    after_s: float  # the following bottom ended
    lowered: bool
    planted: frozenset[WarningId]


@dataclass(slots=True)
class PlannedSet:
    """Repetitions between lying ready and the end."""

    start_s: float
    end_s: float = np.nan
    bar_kg: float = 0.0
    single_leg: bool = False
    planted: frozenset[WarningId] = frozenset()
    reps: list[PlannedRep] = field(default_factory=list[PlannedRep])


@dataclass(frozen=True, slots=True)
class Disturbance:
    """A wave on a channel, scaled by another channel where one is named."""

    channel: Channel
    wave: Wave
    scaled_by: Channel | None = None


Windows: TypeAlias = dict[CalibrationStep, list[tuple[float, float]]]


class Stage:
    """Takes a performance, movement after movement."""

    def __init__(self, profile: AthleteProfile, rng: np.random.Generator) -> None:
        self.profile = profile
        self.rng = rng
        self.t_s = 0.0
        self.tracks: dict[Channel, Track] = {channel: Track() for channel in Channel}
        self.disturbances: list[Disturbance] = []
        self.windows: Windows = {}
        self.sets: list[PlannedSet] = []
        self.reference: list[PlannedRep] = []
        self.standing: list[tuple[float, float]] = []
        self.tracks[Channel.HIP_Z].shift(HIP_STANDING * profile.stature_m)
        self.tracks[Channel.SWAY].shift(1.0)
        self._make_alive()

    def at(self, channel: Channel) -> float:
        """The latest value of a channel."""
        return self.tracks[channel].last.value

    def move(
        self,
        seconds: float,
        targets: Mapping[Channel, float],
        spans: Mapping[Channel, tuple[float, float]] | None = None,
    ) -> None:
        """Bring channels to new values in ``seconds``; ``spans`` narrows a stroke to a part of it."""
        spans = spans or {}
        for channel, value in targets.items():
            first, last = spans.get(channel, (0.0, 1.0))
            self.tracks[channel].move(self.t_s + first * seconds, self.t_s + last * seconds, value)
        self.wait(seconds)

    def wait(self, seconds: float) -> None:
        """Let time pass with every channel where it is."""
        self.t_s += seconds

    def swing(
        self, channel: Channel, amplitude: float, freq_hz: float, seconds: float, phase: float = 0.0
    ) -> None:
        """A sine on a channel for the next ``seconds``, from now on."""
        wave = Wave(amplitude, freq_hz, phase, self.t_s, self.t_s + seconds, min(1.0, seconds / 3.0))
        self.disturbances.append(Disturbance(channel, wave))

    def begin_here(self) -> None:
        """Forget what was performed: the recording begins with everything where it is now."""
        for channel, track in self.tracks.items():
            self.tracks[channel] = Track([Key(0.0, track.last.value)])
        self.t_s = 0.0

    def mark(self, step: CalibrationStep, start_s: float, end_s: float) -> None:
        """Note that a calibration step was done."""
        self.windows.setdefault(step, []).append((start_s, end_s))

    def vary(self, scale: float = 1.0) -> float:
        """A deviation of this person from one repetition to the next, degrees."""
        return float(self.rng.normal(0.0, 1.0)) * self.profile.variation_deg * scale

    def supine_hip(self, pitch_deg: float, extension_deg: float) -> dict[Channel, float]:
        """Where the hip is when the back lies against the bench's latest place."""
        reach = hip_from_bench(
            np.array(pitch_deg), np.array(pitch_deg + extension_deg), self.profile.stature_m
        )
        ahead, up = float(reach[0]), float(reach[1])
        heading = np.radians(self.at(Channel.HEADING))
        return {
            Channel.HIP_X: self.at(Channel.BACK_X) + ahead * float(np.cos(heading)),
            Channel.HIP_Y: self.at(Channel.BACK_Y) + ahead * float(np.sin(heading)),
            Channel.HIP_Z: self.at(Channel.BACK_Z) + up,
        }

    def _make_alive(self) -> None:
        """Slow sway, breathing and tremor throughout (sizes: convention, of quiet standing)."""
        for channel, size, low, high, count, scaled_by in (
            (Channel.PELVIS_PITCH, 0.16, 0.07, 0.55, 5, Channel.SWAY),
            (Channel.EXTENSION, 0.12, 0.07, 0.45, 4, Channel.SWAY),
            (Channel.PELVIS_ROLL, 0.12, 0.07, 0.45, 4, Channel.SWAY),
            (Channel.BEND, 0.10, 0.07, 0.45, 3, Channel.SWAY),
            (Channel.HEADING, 0.20, 0.05, 0.30, 3, Channel.SWAY),
            (Channel.HIP_X, 0.0025, 0.10, 0.60, 4, Channel.SWAY),
            (Channel.HIP_Y, 0.0020, 0.10, 0.60, 4, Channel.SWAY),
            (Channel.EXTENSION, 0.18, 0.20, 0.30, 2, None),  # breathing
            (Channel.BACK_Z, 0.0008, 0.20, 0.30, 2, None),
            (Channel.PELVIS_PITCH, 1.0, 7.0, 11.0, 4, Channel.TREMOR),
            (Channel.EXTENSION, 0.6, 7.0, 11.0, 4, Channel.TREMOR),
            (Channel.PELVIS_ROLL, 0.5, 7.0, 11.0, 3, Channel.TREMOR),
        ):
            amplitude = self.profile.liveliness * size * np.sqrt(2.0 / count)
            for _ in range(count if amplitude else 0):
                wave = Wave(
                    float(amplitude),
                    float(self.rng.uniform(low, high)),
                    float(self.rng.uniform(0.0, 2 * np.pi)),
                )
                self.disturbances.append(Disturbance(channel, wave, scaled_by))


HIP_STANDING = 0.530
"""Height of the hip joint standing: ankle, shank and thigh (0.039 + 0.246 + 0.245) of stature."""
