"""What the virtual sensors measure, known to the radio's process and to the client's alike."""

import numpy as np

from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.virtual_radio import NOMINAL_RATE_HZ
from virtual_radio.radio_bench import signals

START_FILE = "/run/session_start_ns"
"""When the session began on CLOCK_MONOTONIC, written by the radio's process."""


def truth(family, index, seconds):
    """Random motion, no two samples alike; each sensor with a clock of its own."""
    place = list(Placement)[index]
    return signals(place, seconds, NOMINAL_RATE_HZ[family], clock_ppm=(30.0, -40.0)[index])


def cut_times(index, seconds, cuts):
    """Within the first three quarters of the session, the second sensor's between the first's."""
    step = 0.6 * seconds / cuts if cuts else 0.0
    return tuple((step * (np.arange(cuts) + 0.5 + 0.5 * index)).tolist())
