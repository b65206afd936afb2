"""Inclination after a gap: how fast to believe the accelerometer again.

After a gap the direction of gravity is uncertain, and the accelerometer shows it only mixed with movement.
What tells them apart is that a body part's velocity stays bounded: a Kalman filter on the gravity direction n
and the horizontal velocity v, in a frame carried along by the gyroscope,

    n' = noise (gyroscope, rotation-dependent; a jump of the bridge's error at a gap)
    v' = specific force - g n + noise,    0 = v + noise (size: the velocities seen lately)

gives the gain that the moment needs: high right after a gap, lower with every second, lower in strong
movement. The three axes share one covariance. It is the zero-velocity update of inertial navigation, with a
velocity that is not zero but of the size seen.
"""

from dataclasses import dataclass
from math import exp, sqrt

from lumbarwatch.model.body import STANDARD_GRAVITY_MPS2

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class RecoveryParams:
    """Noise of the model; chosen on BROAD with simulated bursts of loss (tests/accuracy/broad.py)."""

    gyr_noise_rad_rts: float = 2e-4
    gyr_noise_per_radps: float = 2e-3  # per rad/s of rotation: scale errors and the like
    acc_noise_mps_rts: float = 0.05  # m/s per square root of s
    least_velocity_mps: float = 0.05
    start_velocity_mps: float = 0.3  # where no movement has been seen yet (convention)
    velocity_time_s: float = 0.3  # correlation time of velocity as a disturbance
    leak_s: float = 1.0  # the velocities seen: leaky integral of the horizontal force ...
    high_pass_hz: float = 0.5  # ... without its slow part (per s), which is tilt error
    memory_s: float = 3.0  # ... averaged so long
    surprise: float = 2.0  # a force further off than so many sigma shows that a gap's error was larger
    g_mps2: float = STANDARD_GRAVITY_MPS2


class Recovery:
    """The filter; one ``step`` per epoch of some 50 ms. Plain floats: short arrays cost ten times as much."""

    def __init__(self, params: RecoveryParams, epoch_s: float, up: Vector, sigma_rad: float) -> None:
        self._params = params
        self._h = epoch_s
        self._leak = exp(-epoch_s / params.leak_s)
        self._forget = exp(-epoch_s / params.memory_s)
        self.up: Vector = up
        self._v: Vector = (0.0, 0.0, 0.0)
        self._integral: Vector = (0.0, 0.0, 0.0)
        self._slow: Vector = (0.0, 0.0, 0.0)
        self._power = params.start_velocity_mps**2
        self._pnn = sigma_rad**2 / 2.0  # covariance of n, of n and v, of v; per axis
        self._pnv = 0.0
        self._pvv = self._power

    @property
    def sigma_rad(self) -> float:
        """One sigma of the angle between estimated and true vertical."""
        return sqrt(2.0 * self._pnn)

    @property
    def variance(self) -> float:
        """Variance of the vertical, rad^2 per axis."""
        return self._pnn

    def reset_vertical(self, up: Vector, variance: float) -> None:
        """Take ``up`` for the vertical; what is known of velocity stays."""
        self.up = up
        self._pnn, self._pnv = variance, 0.0

    def disturb(self, angle_rad: float, velocity_mps: float) -> None:
        """A gap was bridged: norms (one sigma) of what that may have done to orientation and velocity."""
        self._pnn += angle_rad * angle_rad / 3.0
        self._pvv += velocity_mps * velocity_mps / 3.0

    def look(self, force: Vector, sigma_rad: float) -> None:
        """Take the force's direction itself for a measurement of the vertical, with that sigma per axis."""
        x, y, z = self.up
        norm = sqrt(force[0] ** 2 + force[1] ** 2 + force[2] ** 2) or 1.0
        dx, dy, dz = force[0] / norm - x, force[1] / norm - y, force[2] / norm - z
        off = (dx * dx + dy * dy + dz * dz) / 2.0
        if off > self._params.surprise**2 * (self._pnn + sigma_rad * sigma_rad):
            self._pnn = off  # the gap hid more than was thought
        gain = self._pnn / (self._pnn + sigma_rad * sigma_rad)
        self._set_up(x + gain * dx, y + gain * dy, z + gain * dz)
        self._pnv *= 1.0 - gain
        self._pnn *= 1.0 - gain

    def step(self, force: Vector, rate_radps: float) -> None:
        """One epoch's mean specific force (m/s^2, carried frame) and rotation rate (norm, rms)."""
        dx, dy, dz = self._horizontal(force)
        h = self._h
        vx, vy, vz = self._v
        vx, vy, vz = vx + dx * h, vy + dy * h, vz + dz * h
        self._watch_velocity(dx * h, dy * h, dz * h)
        self._predict(rate_radps)
        params = self._params
        noise = max(params.least_velocity_mps**2, self._power) * params.velocity_time_s / h
        kn, kv = self._pnv / (self._pvv + noise), self._pvv / (self._pvv + noise)
        x, y, z = self.up
        self._set_up(x - kn * vx, y - kn * vy, z - kn * vz)
        self._v = (vx - kv * vx, vy - kv * vy, vz - kv * vz)
        self._pnn -= kn * self._pnv
        self._pnv -= kn * self._pvv
        self._pvv -= kv * self._pvv

    def _horizontal(self, force: Vector) -> Vector:
        """Specific force less gravity, its vertical part removed."""
        x, y, z = self.up
        g = self._params.g_mps2
        fx, fy, fz = force[0] - g * x, force[1] - g * y, force[2] - g * z
        vertical = fx * x + fy * y + fz * z
        return fx - vertical * x, fy - vertical * y, fz - vertical * z

    def _watch_velocity(self, dx: float, dy: float, dz: float) -> None:
        ix, iy, iz = self._integral
        keep = self._leak
        ix, iy, iz = keep * (ix + dx), keep * (iy + dy), keep * (iz + dz)
        self._integral = (ix, iy, iz)
        sx, sy, sz = self._slow
        pull = self._params.high_pass_hz * self._h
        sx, sy, sz = sx + pull * (ix - sx), sy + pull * (iy - sy), sz + pull * (iz - sz)
        self._slow = (sx, sy, sz)
        power = ((ix - sx) ** 2 + (iy - sy) ** 2 + (iz - sz) ** 2) / 2.0
        self._power = self._forget * self._power + (1.0 - self._forget) * power

    def _predict(self, rate_radps: float) -> None:
        params, h = self._params, self._h
        tilt = params.g_mps2 * h
        self._pvv += tilt * (tilt * self._pnn - 2.0 * self._pnv) + params.acc_noise_mps_rts**2 * h
        self._pnv -= tilt * self._pnn
        self._pnn += (params.gyr_noise_rad_rts**2 + (params.gyr_noise_per_radps * rate_radps) ** 2) * h

    def _set_up(self, x: float, y: float, z: float) -> None:
        norm = sqrt(x * x + y * y + z * z)
        self.up = (x / norm, y / norm, z / norm)
