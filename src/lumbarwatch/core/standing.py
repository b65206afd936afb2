"""Finding the first long quiet standing, and the way back to it, without being told (definitions 3)."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lumbarwatch.core.alignment import Stretch
from lumbarwatch.model.checks import Floats
from lumbarwatch.model.samples import NS_PER_S, Placement


@dataclass(frozen=True, slots=True)
class StandingParams:
    """Conventions: a standing person sways with about 1 deg/s."""

    still_dps: float = 4.0  # rms of the rate about its mean, within a second
    drift_deg: float = 2.5  # of the vertical over the whole stand
    least_s: int = 4
    stand_s: int = 8  # the last seconds of a long stand are used
    returned_deg: float = 14.0
    returned_s: int = 1
    longest_bows_s: int = 45


@dataclass(frozen=True, slots=True, eq=False)
class _Second:
    """One second of both sensors."""

    still: bool
    up: Mapping[Placement, Floats]


class StandingFinder:
    """Takes one second at a time; names the stand and the window in which the bows may lie."""

    def __init__(self, params: StandingParams | None = None) -> None:
        self._params = params or StandingParams()
        self._seconds: list[_Second] = []
        self._stand: tuple[int, int] | None = None  # in seconds since the start, half-open
        self._run = 0

    def take(
        self, stretches: Mapping[Placement, Stretch] | None
    ) -> tuple[tuple[int, int], tuple[int, int]] | None:
        """Take the next second (None: a sensor gave nothing); return (stand, bows) in s when worth a try."""
        p = self._params
        now = len(self._seconds)
        second = _Second(still=False, up={}) if stretches is None else self._summary(stretches)
        self._seconds.append(second)
        self._run = self._run + 1 if second.still and self._steady(now) else int(second.still)
        if self._run >= p.least_s and not self._returned(now):
            self._stand = (now + 1 - min(self._run, p.stand_s), now + 1)
            return None
        if self._stand is None:
            return None
        if now - self._stand[1] > p.longest_bows_s:
            self._stand = None
            return None
        if self._run >= p.returned_s and now - self._stand[1] >= p.least_s and self._returned(now):
            return self._stand, (self._stand[1], now + 1)
        return None

    def _summary(self, stretches: Mapping[Placement, Stretch]) -> _Second:
        up: dict[Placement, Floats] = {}
        still = True
        for place, stretch in stretches.items():
            rate = stretch.gyr_radps - stretch.gyr_radps.mean(axis=0)
            rms = float(np.degrees(np.sqrt(np.einsum("ij,ij->", rate, rate) / len(rate))))
            up[place] = stretch.vertical(np.ones(len(rate), np.bool_))
            still = still and rms < self._params.still_dps
        return _Second(still, up)

    def _steady(self, now: int) -> bool:
        """The run's vertical has not drifted."""
        start = self._seconds[now - self._run] if self._run else self._seconds[now]
        return _off_deg(start, self._seconds[now]) < self._params.drift_deg

    def _returned(self, now: int) -> bool:
        """Something moved since the stand, and this is the same posture again."""
        if self._stand is None or now < self._stand[1]:
            return False
        moved = any(not second.still for second in self._seconds[self._stand[1] : now])
        return (
            moved
            and _off_deg(self._seconds[self._stand[1] - 1], self._seconds[now]) < self._params.returned_deg
        )


def _off_deg(one: _Second, two: _Second) -> float:
    if not one.up or not two.up:
        return 180.0
    worst = min(float(np.clip(one.up[place] @ two.up[place], -1, 1)) for place in one.up)
    return float(np.degrees(np.arccos(worst)))


def seconds_to_ns(window_s: tuple[int, int], origin_ns: int) -> tuple[int, int]:
    """Seconds since the origin as host times."""
    return origin_ns + window_s[0] * NS_PER_S, origin_ns + window_s[1] * NS_PER_S
