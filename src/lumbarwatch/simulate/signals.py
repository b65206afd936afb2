"""What a simulated sensor measures, before the radio."""

from dataclasses import dataclass

from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import Placement


@dataclass(frozen=True, slots=True, eq=False)
class SensorSignals:
    """All samples that one sensor takes over a session, errors of the part included, loss not.

    ``t_true_s`` is the moment each sample is taken in true (host) seconds from the session's start,
    ``t_device_s`` what the sensor's own clock says then.
    """

    placement: Placement
    rate_hz: float  # the sensor's own true rate
    t_true_s: Floats  # (n,)
    t_device_s: Floats  # (n,)
    acc_mps2: Floats  # (n, 3) specific force, sensor frame
    gyr_radps: Floats  # (n, 3) sensor frame
    quat_wxyz: Floats  # (n, 4) what an ideal on-board fusion would say: sensor to earth, heading arbitrary
