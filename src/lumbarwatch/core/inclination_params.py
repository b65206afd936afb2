"""Tuning of the inclination of one sensor."""

from dataclasses import dataclass, field

from lumbarwatch.core.gyro_matrix import GyroMatrixParams
from lumbarwatch.core.recovery import RecoveryParams


@dataclass(frozen=True, slots=True)
class InclinationParams:
    """Tuning. Sigmas are of the angle between estimated and true vertical, root mean square."""

    recovery: RecoveryParams = field(default_factory=RecoveryParams)
    gyro: GyroMatrixParams = field(default_factory=GyroMatrixParams)
    base_sigma_deg: float = 0.5  # in the clear; median over BROAD (tests/accuracy)
    start_sigma_deg: float = 5.0  # of the very first samples (convention) ...
    settling_s: float = 0.5  # ... and the time in which it halves
    restart_sigma_deg: float = 15.0  # of a vertical taken from one specific force in movement (convention)
    bridge_s: float = 2.0  # after longer gaps the filter starts anew
    look_s: float = 0.3  # after gaps this long the specific force itself is a measurement of the vertical ...
    look_sigma_deg: float = 5.0  # ... with the sigma of the movement seen lately, at least this
    hidden_s: float = 0.2  # a gap longer than this may hide a movement that neither past nor edges show ...
    hidden_rate_dps: float = 20.0  # ... at this rate (convention; a rep turns the pelvis at about 30 deg/s)
    enter_deg: float = 0.25  # bridged with a larger error: recovery ...
    recovery_s: float = 6.0  # ... for so long after the last such gap
    aftermath_s: float = 3.0  # what sigma is left then halves in this time
    epoch_s: float = 0.05
    memory_s: float = 4.0  # movement looked back on at a gap
    departure_s: float = 2.0  # of it, for the error of a bridge
    own_bridge_deg: float = 0.5  # error of a gap bridged by the sensor's own quaternion ...
    own_bridge_s: float = 30.0  # ... which may be this long
    clipped_share: float = 0.3  # of the rate seen, missing while the gyroscope is at the end of its range
    period_change: float = 0.01  # VQF's coefficients are renewed beyond this
    bias_sigma_dps: float = 0.1  # of a bias carried over a restart
