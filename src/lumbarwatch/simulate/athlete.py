"""The body in motion: orientation and acceleration of both segments where the sensors sit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.simulate import frames
from lumbarwatch.simulate.chain import trunk_points
from lumbarwatch.simulate.everyday import Segment
from lumbarwatch.simulate.jets import Jet
from lumbarwatch.simulate.stage import (
    AthleteProfile,
    Channel,
    Disturbance,
    PlannedRep,
    PlannedSet,
    Stage,
    Windows,
)
from lumbarwatch.simulate.tracks import Track

C = Channel

UP = np.array([[0.0], [0.0], [STANDARD_GRAVITY_MPS2]])
"""What an accelerometer at rest feels: gravity's reaction, earth coordinates."""


@dataclass(frozen=True, slots=True, eq=False)
class Site:
    """A segment at a sensor's site: axes (3, 3, n) in the earth, and the site's place (3, n), m."""

    axes: Jet
    place: Jet

    @property
    def specific_force_mps2(self) -> Floats:
        """Acceleration plus gravity's reaction, earth coordinates, (3, n)."""
        return self.place.accel + UP


@dataclass(frozen=True, slots=True, eq=False)
class Performance:
    """A whole session as it was performed."""

    profile: AthleteProfile
    tracks: Mapping[Channel, Track]
    disturbances: Sequence[Disturbance]
    duration_s: float
    windows: Windows
    sets: Sequence[PlannedSet]
    reference: Sequence[PlannedRep]
    standing: Sequence[tuple[float, float]]

    def channel(self, channel: Channel, t_s: Floats) -> Jet:
        """A quantity with its rate and acceleration at increasing times."""
        total = self.tracks[channel].sample(t_s)
        for scaled_by in (None, C.SWAY, C.TREMOR):
            mine = [d.wave for d in self.disturbances if d.channel is channel and d.scaled_by is scaled_by]
            if not mine:
                continue
            waves = Jet(np.zeros_like(t_s), np.zeros_like(t_s), np.zeros_like(t_s))
            for wave in mine:
                wave.add_to(waves, t_s)
            total = total + (waves if scaled_by is None else waves * self.tracks[scaled_by].sample(t_s))
        return total

    def angles(self, t_s: Floats) -> tuple[Jet, Jet]:
        """(heading, roll, pitch) of the pelvis and of the lumbar segment in degrees, shape (3, n) each."""
        pelvis = Jet.stack([self.channel(c, t_s) for c in (C.HEADING, C.PELVIS_ROLL, C.PELVIS_PITCH)])
        lumbar = Jet.stack([self.channel(c, t_s) for c in (C.TWIST, C.BEND, C.EXTENSION)])
        return pelvis, pelvis + lumbar

    def sites(self, t_s: Floats) -> Mapping[Placement, Site]:
        """Both sensor sites at increasing times."""
        pelvis_angles, lumbar_angles = (angles * (np.pi / 180.0) for angles in self.angles(t_s))
        pelvis, lumbar, middle = (
            frames.segment_axes(angles[0], angles[1], angles[2])
            for angles in (pelvis_angles, lumbar_angles, (pelvis_angles + lumbar_angles) * 0.5)
        )
        trunk = trunk_points(lumbar, middle, pelvis, self.profile.stature_m)
        back = self._back(trunk.hip, t_s)
        return {
            Placement.PELVIS: Site(pelvis, back + trunk.s2),
            Placement.LUMBAR: Site(lumbar, back + trunk.l1),
        }

    def _back(self, hip_from_back: Jet, t_s: Floats) -> Jet:
        """Where the back's contact point is: pinned to the bench, or carried by the hip."""
        pinned = self.channel(C.PINNED, t_s)
        hip = Jet.stack([self.channel(c, t_s) for c in (C.HIP_X, C.HIP_Y, C.HIP_Z)])
        bench = Jet.stack([self.channel(c, t_s) for c in (C.BACK_X, C.BACK_Y, C.BACK_Z)])
        return bench * pinned + (hip - hip_from_back) * (1.0 - pinned)


def perform(segments: Sequence[Segment], profile: AthleteProfile, rng: np.random.Generator) -> Performance:
    """Perform the segments one after the other.

    The angles' zero is the mean over the calibration's standing, as in definitions 3 (it removes the sway
    that happened to be there).
    """
    stage = Stage(profile, rng)
    for segment in segments:
        segment.play(stage)
    return finished(stage)


def finished(stage: Stage) -> Performance:
    """The performance as it stands on the stage, with the angles' zero set."""
    performance = Performance(
        profile=stage.profile,
        tracks=stage.tracks,
        disturbances=tuple(stage.disturbances),
        duration_s=stage.t_s,
        windows=stage.windows,
        sets=tuple(stage.sets),
        reference=tuple(stage.reference),
        standing=tuple(stage.standing),
    )
    for window in stage.windows.get(CalibrationStep.STAND, [])[:1]:
        t_s = np.arange(window[0], window[1], 0.01)
        for channel in (C.PELVIS_PITCH, C.EXTENSION, C.PELVIS_ROLL, C.BEND):
            stage.tracks[channel].shift(-float(performance.channel(channel, t_s).value.mean()))
    return performance
