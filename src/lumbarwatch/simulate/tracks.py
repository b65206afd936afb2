"""One quantity over a whole session: smooth pieces between keys, and waves on top."""

from dataclasses import dataclass, field

import numpy as np

from lumbarwatch.model.checks import Floats
from lumbarwatch.simulate.jets import Jet

MIN_JERK_SHARE = 0.621
"""Share of a minimum-jerk stroke's duration that lies between 5 and 95 % of its way (Flash & Hogan 1985,
doi 10.1523/JNEUROSCI.05-07-01688.1985: s = 10 u^3 - 15 u^4 + 6 u^5)."""


@dataclass(frozen=True, slots=True)
class Key:
    """Where a quantity is at a time, and how it moves then."""

    t_s: float
    value: float
    rate: float = 0.0
    accel: float = 0.0


@dataclass(slots=True)
class Track:
    """Keys in the order of time; quintics between them keep value, rate and acceleration continuous."""

    keys: list[Key] = field(default_factory=lambda: [Key(0.0, 0.0)])

    @property
    def last(self) -> Key:
        """The latest key."""
        return self.keys[-1]

    def stay(self, t_s: float) -> None:
        """Keep the latest value until a time."""
        if t_s > self.last.t_s + 1e-9:
            self.keys.append(Key(t_s, self.last.value))

    def pass_by(self, key: Key) -> None:
        """Add a key; it must come after the latest one."""
        if key.t_s <= self.last.t_s:
            raise ValueError(f"key at {key.t_s} s is not after the one at {self.last.t_s} s")
        self.keys.append(key)

    def move(self, start_s: float, end_s: float, value: float) -> None:
        """Minimum-jerk stroke from the latest value, resting before and after."""
        self.stay(start_s)
        self.pass_by(Key(end_s, value))

    def shift(self, by: float) -> None:
        """Add a constant to the whole track."""
        self.keys = [Key(key.t_s, key.value + by, key.rate, key.accel) for key in self.keys]

    def sample(self, t_s: Floats) -> Jet:
        """Value, rate and acceleration at given times; at rest before the first key and after the last."""
        if len(self.keys) == 1:
            return Jet.constant(self.keys[0].value, t_s)
        knots = np.array([[key.t_s, key.value, key.rate, key.accel] for key in self.keys])
        piece = np.clip(np.searchsorted(knots[:, 0], t_s, side="right") - 1, 0, len(knots) - 2)
        span = np.diff(knots[:, 0])
        u = np.clip((t_s - knots[piece, 0]) / span[piece], 0.0, 1.0)
        inside = (t_s >= knots[0, 0]) & (t_s <= knots[-1, 0])
        value, rate, accel = _evaluate(_quintics(knots, span)[:, piece], u)
        return Jet(value, rate / span[piece] * inside, accel / span[piece] ** 2 * inside)


@dataclass(frozen=True, slots=True)
class Wave:
    """A sine on top of a track, faded in and out over ``fade_s`` at the ends of its window."""

    amplitude: float
    freq_hz: float
    phase_rad: float
    start_s: float = -np.inf
    end_s: float = np.inf
    fade_s: float = 1.0

    def sample(self, t_s: Floats) -> Jet:
        """The wave at the given times (increasing)."""
        omega = 2.0 * np.pi * self.freq_hz
        angle = omega * t_s + self.phase_rad
        s, c = np.sin(angle) * self.amplitude, np.cos(angle) * self.amplitude
        carrier = Jet(s, omega * c, -omega * omega * s)
        return carrier if np.isinf(self.start_s) else carrier * self._envelope(t_s)

    def add_to(self, total: Jet, t_s: Floats) -> None:
        """Add the wave in place, looking only at the samples of its window (times increasing)."""
        inside = slice(int(np.searchsorted(t_s, self.start_s)), int(np.searchsorted(t_s, self.end_s)))
        wave = self.sample(t_s[inside])
        total.value[inside] += wave.value
        total.rate[inside] += wave.rate
        total.accel[inside] += wave.accel

    def _envelope(self, t_s: Floats) -> Jet:
        window = Track([Key(self.start_s, 0.0)])
        window.pass_by(Key(self.start_s + self.fade_s, 1.0))
        window.move(self.end_s - self.fade_s, self.end_s, 0.0)
        return window.sample(t_s)


def _quintics(knots: Floats, span: Floats) -> Floats:
    """Coefficients (6, pieces), in u = 0..1, that meet value, rate and acceleration at both ends."""
    start, end = knots[:-1], knots[1:]
    p, v, a = start[:, 1], start[:, 2] * span, 0.5 * start[:, 3] * span**2
    way = end[:, 1] - p - v - a  # what the cubic and higher terms must still bring
    slope = end[:, 2] * span - v - 2.0 * a
    curve = 0.5 * end[:, 3] * span**2 - a
    return np.stack(
        [
            p,
            v,
            a,
            10 * way - 4 * slope + curve,
            -15 * way + 7 * slope - 2 * curve,
            6 * way - 3 * slope + curve,
        ]
    )


def _evaluate(c: Floats, u: Floats) -> tuple[Floats, Floats, Floats]:
    value = c[0] + u * (c[1] + u * (c[2] + u * (c[3] + u * (c[4] + u * c[5]))))
    rate = c[1] + u * (2 * c[2] + u * (3 * c[3] + u * (4 * c[4] + u * 5 * c[5])))
    accel = 2 * c[2] + u * (6 * c[3] + u * (12 * c[4] + u * 20 * c[5]))
    return value, rate, accel
