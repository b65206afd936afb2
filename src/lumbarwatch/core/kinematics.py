"""Angles of both segments on the grid, from gravity alone (definitions 1)."""

from collections.abc import Mapping

import numpy as np

from lumbarwatch.core.geometry import pitch_deg, roll_deg, turned, wrap180_deg
from lumbarwatch.core.grid import GridBatch
from lumbarwatch.core.history import CHANNELS, INDEX
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Mounting

PITCHES = [INDEX["pelvis_pitch_deg"], INDEX["lumbar_pitch_deg"]]
ROLLS = [INDEX["pelvis_roll_deg"], INDEX["lumbar_roll_deg"]]


def channels(batch: GridBatch, mountings: Mapping[Placement, Mounting], *, swapped: bool) -> Floats:
    """All channels of :data:`history.CHANNELS` for a batch, (channels, n); NaN where unknown.

    ``swapped``: the sensor labelled pelvis is worn over L1 and the other way round; ``mountings`` belong to
    the segments, already exchanged.
    """
    block = np.full((len(CHANNELS), len(batch)), np.nan)
    pelvis = batch.segments[Placement.LUMBAR if swapped else Placement.PELVIS]
    lumbar = batch.segments[Placement.PELVIS if swapped else Placement.LUMBAR]
    block[INDEX["pelvis_present"]] = pelvis.present
    block[INDEX["lumbar_present"]] = lumbar.present
    block[INDEX["lost"]] = np.maximum(pelvis.lost, lumbar.lost)
    block[INDEX["unsettled"]] = pelvis.unsettled | lumbar.unsettled
    block[INDEX["pelvis_acc_norm_mps2"]] = pelvis.acc_norm_mps2
    block[INDEX["lumbar_acc_norm_mps2"]] = lumbar.acc_norm_mps2
    block[INDEX["pelvis_sigma_deg"]] = pelvis.sigma_deg
    block[INDEX["lumbar_sigma_deg"]] = lumbar.sigma_deg
    if len(mountings) < len(Placement):
        return block
    turns = {place: mountings[place].segment_from_sensor for place in Placement}
    up = np.empty((len(Placement), 3, len(batch)))
    up[0] = turned(turns[Placement.PELVIS], pelvis.up).T
    up[1] = turned(turns[Placement.LUMBAR], lumbar.up).T
    block[PITCHES] = pitch_deg(up.swapaxes(1, 2))
    block[ROLLS] = roll_deg(up.swapaxes(1, 2))
    right_radps = turned(turns[Placement.PELVIS][2:], pelvis.gyr_radps)[:, 0]
    block[INDEX["pelvis_rate_dps"]] = np.degrees(right_radps)
    phi_p, phi_l = block[INDEX["pelvis_pitch_deg"]], block[INDEX["lumbar_pitch_deg"]]
    block[INDEX["lumbar_extension_deg"]] = wrap180_deg(phi_l - phi_p)
    return block
