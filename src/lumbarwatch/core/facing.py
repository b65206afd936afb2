"""Which side of a guessed axis is right: both sensors turn together, and people bend further forwards."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from lumbarwatch.core.alignment import Stretch
from lumbarwatch.core.geometry import pitch_deg
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Mounting


def facing_forward(
    mountings: Mapping[Placement, Mounting], stretches: Mapping[Placement, Stretch]
) -> dict[Placement, Mounting]:
    """Mountings whose axes point to one side, with the larger excursions of the pelvis forwards."""
    pelvis, lumbar = (mountings[place] for place in (Placement.PELVIS, Placement.LUMBAR))
    times = [stretches[place].t_ns for place in (Placement.PELVIS, Placement.LUMBAR)]
    rate = _rate_about_right(pelvis, stretches[Placement.PELVIS])
    other = np.interp(times[0], times[1], _rate_about_right(lumbar, stretches[Placement.LUMBAR]))
    together = float(rate @ other) >= 0
    up = stretches[Placement.PELVIS].up(pelvis.gyr_bias_radps)
    pitch = pitch_deg(np.einsum("ij,nj->ni", pelvis.segment_from_sensor, up))
    backwards, forwards = np.percentile(pitch, (98, 2))
    turned = bool(backwards > -forwards)
    return {
        Placement.PELVIS: _reversed(pelvis) if turned else pelvis,
        Placement.LUMBAR: _reversed(lumbar) if turned == together else lumbar,
    }


def _rate_about_right(mounting: Mounting, stretch: Stretch) -> Floats:
    rate = stretch.gyr_radps - mounting.gyr_bias_radps
    return np.real(np.einsum("nj,j->n", rate, mounting.segment_from_sensor[2]))


def _reversed(mounting: Mounting) -> Mounting:
    """Left taken for right."""
    x, y, z = mounting.segment_from_sensor
    return replace(mounting, segment_from_sensor=np.stack((-x, y, -z)))
