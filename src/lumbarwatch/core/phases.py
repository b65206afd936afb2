"""Where in a lift the athlete is, from the pelvis angle (definitions 4).

The tracker follows turning points with hysteresis relative to the athlete's own range. It works on chunks:
each state looks for the first grid point at which something happens, so its results do not depend on how the
stream is cut.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from lumbarwatch.core.smoothing import LowPass
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.motion import PHASES, Phase

CODE = {phase: code for code, phase in enumerate(PHASES)}


@dataclass(frozen=True, slots=True)
class PhaseParams:
    """Thresholds of definitions 4 (fractions of rom_ref); the others are conventions, with their reason."""

    rom_ref_deg: float = 45.0  # until known
    least_hysteresis_deg: float = 10.0
    rep_fraction: float = 0.35  # a cycle below is no rep
    pulse_fraction: float = 0.5  # a descent below is a pulse
    supine_deg: tuple[float, float] = (20.0, 145.0)
    lockout_deg: float = 75.0  # "having come down from a lockout" starts at least here
    left_deg: tuple[float, float] = (
        10.0,
        150.0,
    )  # a strap that slips, or hips that sink deep, leave no bench
    left_points: int = 15  # outside this long: the posture was left
    still_dps: float = 5.0
    still_points: int = 50  # 0.5 s
    top_fraction: float = 0.8  # provisional lockout in the top 20 % of the range
    quiet_dps: float = 12.0
    quiet_points: int = 10  # 100 ms
    bottom_zone: float = 0.3  # of the rise above the bottom before: low enough to be the bottom
    settle_share: float = 0.07  # slower than this share of the descent's peak rate: it has ended
    settle_least_dps: float = 0.5
    settle_points: int = 8  # judged over 80 ms
    creep_points: int = 50  # or slower than a smaller share in this time (a trembling bottom)
    creep_share: float = 0.05
    creep_least_dps: float = 0.5
    close_points: int = 20  # the final verdict needs the specific force until 0.2 s after the end
    rebase_deg: float = 1.0  # a resting level this much above the lowest replaces it
    rebase_rose_deg: float = 0.5  # in half a second: a slow lift is no rest
    set_pause_points: int = 1000  # 10 s at the bottom end a set


@dataclass(frozen=True, slots=True)
class Armed:
    """Supine and ready."""

    index: int


@dataclass(frozen=True, slots=True)
class Rose:
    """A rise large enough to be a rep; its bottom lies at or after ``bottom_from``."""

    index: int
    bottom_from: int


@dataclass(frozen=True, slots=True)
class ToppedOut:
    """Provisional lockout."""

    index: int
    bottom_from: int


@dataclass(frozen=True, slots=True)
class Closed:
    """A cycle has ended: search bounds for its bottoms and top (grid indices), and how it ended."""

    index: int  # when this is known
    bottom_from: int  # the bottom before lies between here and the top
    top: int
    bottom_until: int  # the bottom after lies between the top and here (inclusive)
    lowered: bool = True  # false: the recording or the set ended at the top
    left: bool = False  # went on straight out of the supine posture


@dataclass(frozen=True, slots=True)
class SetOver:
    """Ten seconds at the bottom without a rep, or the supine posture was left."""

    index: int


Mark = Armed | Rose | ToppedOut | Closed | SetOver


@dataclass(slots=True)
class PhaseState:
    """All that changes. Angles in deg, positions as grid indices."""

    phase: Phase = Phase.IDLE
    falling: bool = False  # descended too far for a pulse
    counting: bool = True  # false: the first descent of a recording that began at the top
    topped: bool = False  # the provisional lockout of this rep was given
    bottom_deg: float = np.inf  # lowest since armed, or since the last stillness
    bottom_from: int = 0  # the bottom before a rep lies at or after this
    top_deg: float = -np.inf
    top: int = 0
    low_deg: float = np.inf  # lowest since the top
    low: int = 0
    fall_peak_dps: float = 0.0
    waiting_since: int = 0  # at the bottom since
    in_set: bool = False  # a rep has risen since armed


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """A chunk with enough of the past in front to judge every point of it."""

    first: int  # grid index of element 0
    lead: int  # elements of the past
    phi: Floats
    rate: Floats
    still: Booleans  # still for 0.5 s up to here
    quiet: Booleans  # slow for 100 ms up to here
    left: Booleans  # outside the supine range for a while
    sank_deg: Floats  # over the last 80 ms
    crept_deg: Floats  # over the last 0.5 s


class PhaseTracker:
    """Turning points of one pelvis angle. The caller sets ``rom_ref_deg`` as it becomes known."""

    def __init__(self, step_s: float = 0.01, params: PhaseParams | None = None) -> None:
        self.params = params or PhaseParams()
        self.rom_ref_deg = self.params.rom_ref_deg
        self.state = PhaseState()
        self.codes = np.empty(0, np.int64)  # phase of each point of the last step
        self._step_s = step_s
        self._low_pass = LowPass(1.0 / step_s)
        self._lead = max(self.params.still_points, self.params.creep_points) + 1
        self._past = np.full((2, self._lead), np.nan)  # phi, rate
        self._due: deque[Mark] = deque()

    def step(self, first: int, phi_deg: Floats) -> Iterator[Mark]:
        """Take phase angles (n,) in deg from grid index ``first``; yield marks when they are due.

        What the caller changes on a mark (``rom_ref_deg``) counts from the mark's index on, so consume marks
        one by one. ``codes`` holds the phase of each point afterwards.
        """
        view = self._view(first, *self._low_pass.step(phi_deg))
        self.codes = np.empty(len(phi_deg), np.int64)
        i, end = view.lead, len(view.phi)
        while i < end:
            stop = end
            if self._due:
                if self._due[0].index <= view.first + i:
                    yield self._due.popleft()
                    continue
                stop = min(end, self._due[0].index - view.first)
            i = self._advance(view, i, min(stop, i + _STRIDE))
        while self._due and self._due[0].index < view.first + end:
            yield self._due.popleft()

    def finish(self, end: int) -> Iterator[Mark]:
        """The stream or the set ended at grid index ``end``; a rep still at the top counts, not lowered."""
        yield from self._due
        self._due.clear()
        state = self.state
        if state.phase in _IN_REP and state.counting:
            yield Closed(end, state.bottom_from, state.top, end - 1, lowered=state.falling)
        if state.in_set:
            yield SetOver(end)
        self.state = PhaseState()

    @property
    def hysteresis_deg(self) -> float:
        """The least rise of a rep."""
        return max(self.params.least_hysteresis_deg, self.params.rep_fraction * self.rom_ref_deg)

    def _view(self, first: int, phi: Floats, rate: Floats) -> _View:
        p, lead = self.params, self._lead
        phi = np.concatenate((self._past[0], phi))
        rate = np.concatenate((self._past[1], rate))
        self._past = np.stack((phi[-lead:], rate[-lead:]))
        slow = np.abs(rate)
        outside = (phi <= p.left_deg[0]) | (phi >= p.left_deg[1])
        still, quiet, left = _lasting(
            np.stack((slow < p.still_dps, slow < p.quiet_dps, outside)),
            np.array(((p.still_points,), (p.quiet_points,), (p.left_points,))),
        )
        return _View(
            first=first - lead,
            lead=lead,
            phi=phi,
            rate=rate,
            still=still,
            quiet=quiet,
            left=left,
            sank_deg=_sank(phi, p.settle_points),
            crept_deg=_sank(phi, p.creep_points),
        )

    def _advance(self, view: _View, i: int, stop: int) -> int:
        """Look for what ends the present state between i and stop; return where to go on."""
        state = self.state
        if state.phase is Phase.IDLE:
            found = self._idle(view, i, stop)
        elif state.phase in (Phase.ARMED, Phase.BOTTOM):
            found = self._rest(view, i, stop)
        elif state.falling:
            found = self._fall(view, i, stop)
        else:
            found = self._rise(view, i, stop)
        return found

    def _label(self, view: _View, i: int, stop: int, phase: Phase) -> None:
        self.codes[i - view.lead : stop - view.lead] = CODE[phase]

    # Idle: wait for stillness at the bottom, or for a descent from a lockout ---------------------------
    def _idle(self, view: _View, i: int, stop: int) -> int:
        p, state = self.params, self.state
        phi = view.phi[i:stop]
        supine = (phi > p.supine_deg[0]) & (phi < p.supine_deg[1])
        highest = _running_max(np.where(supine, phi, np.nan), state.top_deg)
        ready = supine & view.still[i:stop]
        fell = supine & (highest >= p.lockout_deg) & (phi < highest - p.pulse_fraction * self.rom_ref_deg)
        out = view.left[i:stop] & (highest > -np.inf)
        k = _first(ready | fell | out)
        if k is None:
            state.top_deg = float(highest[-1])
            self._label(view, i, stop, Phase.IDLE)
            return stop
        at = view.first + i + k
        self._label(view, i, i + k + 1, Phase.IDLE)
        if out[k]:
            state.top_deg = -np.inf
        elif fell[k]:
            self.state = PhaseState(
                phase=Phase.ECCENTRIC, falling=True, counting=False, top=at, top_deg=float(highest[k]),
                low=at, low_deg=float(phi[k]), bottom_deg=float(phi[k]), bottom_from=at,
            )  # fmt: skip
        else:
            self._arm(at - p.still_points, at, float(phi[k]))
        return i + k + 1

    def _arm(self, since: int, at: int, phi_deg: float) -> None:
        self.state = PhaseState(phase=Phase.ARMED, bottom_deg=phi_deg, bottom_from=since, waiting_since=at)
        self._mark(Armed(at))

    # At the bottom: wait for a rise ---------------------------------------------------------------------
    def _rest(self, view: _View, i: int, stop: int) -> int:
        p, state = self.params, self.state
        phi = view.phi[i:stop]
        lowest = _running_min(phi, state.bottom_deg)
        rose = phi - lowest >= self.hysteresis_deg
        rested = view.still[i:stop] & ~(view.crept_deg[i:stop] <= -p.rebase_rose_deg)
        settled = rested & (phi > lowest + p.rebase_deg)
        left = view.left[i:stop]
        index = np.arange(view.first + i, view.first + stop)
        paused = (index - state.waiting_since >= p.set_pause_points) & state.in_set
        k = _first(rose | settled | left | paused)
        self._label(view, i, stop if k is None else i + k + 1, state.phase)
        if k is None:
            state.bottom_deg = float(lowest[-1])
            return stop
        at = int(index[k])
        if left[k] or paused[k]:
            self._mark(SetOver(at))
            self.state = PhaseState()
        elif rose[k]:
            state.bottom_deg = float(lowest[k])
            self._start_rep(at, float(phi[k]))
        else:  # a new resting level: forget what was lower before
            state.bottom_deg = float(phi[k])
            state.bottom_from = max(state.bottom_from, at - p.still_points)
        return i + k + 1

    def _start_rep(self, at: int, phi_deg: float) -> None:
        state = self.state
        state.phase, state.falling, state.topped, state.in_set, state.counting = (
            Phase.CONCENTRIC,
            False,
            False,
            True,
            True,
        )
        state.top, state.top_deg = at, phi_deg
        self._mark(Rose(at, state.bottom_from))

    # In the rep: wait for the provisional lockout and for a descent that is no pulse ---------------------
    def _rise(self, view: _View, i: int, stop: int) -> int:
        p, state = self.params, self.state
        phi = view.phi[i:stop]
        highest = _running_max(phi, state.top_deg)
        rise = highest - state.bottom_deg
        fell = phi < highest - p.pulse_fraction * np.minimum(rise, self.rom_ref_deg)
        high = phi >= state.bottom_deg + p.top_fraction * self.rom_ref_deg
        topped = view.quiet[i:stop] & high & (not state.topped)
        k = _first(fell | topped)
        end = stop if k is None else i + k + 1
        n = end - i
        lowering = (phi[:n] < highest[:n] - 0.15 * rise[:n]) & (view.rate[i:end] < 0)
        up = CODE[Phase.LOCKOUT if state.topped else Phase.CONCENTRIC]
        self.codes[i - view.lead : end - view.lead] = np.where(lowering, CODE[Phase.ECCENTRIC], up)
        last = n - 1
        if highest[last] > state.top_deg:
            state.top_deg = float(highest[last])
            state.top = view.first + i + int(np.nanargmax(phi[:n]))
        if k is None:
            return stop
        at = view.first + i + k
        if fell[k]:
            state.phase, state.falling = Phase.ECCENTRIC, True
            state.low, state.low_deg = at, float(phi[k])
            state.fall_peak_dps = float(-np.nanmin(view.rate[max(i + k - 25, 0) : i + k + 1]))
        else:
            state.phase, state.topped = Phase.LOCKOUT, True
            self._mark(ToppedOut(at, state.bottom_from))
        return i + k + 1

    # Descending: wait for the bottom ----------------------------------------------------------------------
    def _fall(self, view: _View, i: int, stop: int) -> int:
        p, state = self.params, self.state
        phi = view.phi[i:stop]
        lowest = _running_min(phi, state.low_deg)
        peak = _running_max(-view.rate[i:stop], state.fall_peak_dps)
        rise = state.top_deg - state.bottom_deg
        deep = phi <= state.bottom_deg + p.bottom_zone * rise if state.counting else phi > p.supine_deg[0]
        slow_dps = np.maximum(p.settle_least_dps, p.settle_share * peak)
        slow = view.sank_deg[i:stop] < slow_dps * (p.settle_points * self._step_s)
        creep_dps = np.maximum(p.creep_least_dps, p.creep_share * peak)
        creeping = view.crept_deg[i:stop] < creep_dps * (p.creep_points * self._step_s)
        reversed_ = phi - lowest >= self.hysteresis_deg
        settled = deep & (slow | creeping)
        left = view.left[i:stop]
        k = _first(reversed_ | settled | left)
        end = stop if k is None else i + k + 1
        self._label(view, i, end, Phase.ECCENTRIC)
        n = end - i
        if lowest[n - 1] < state.low_deg:
            state.low_deg = float(lowest[n - 1])
            state.low = view.first + i + int(np.nanargmin(phi[:n]))
        state.fall_peak_dps = float(peak[n - 1])
        if k is None:
            return stop
        self._bottomed(view.first + i + k, float(phi[k]), left=bool(left[k]), risen=bool(reversed_[k]))
        return i + k + 1

    def _bottomed(self, at: int, phi_deg: float, *, left: bool, risen: bool) -> None:
        """The descent has ended: close the rep, and go on resting, rising or idle."""
        state = self.state
        known = at if left else max(at, state.low + self.params.close_points)
        until = state.low if left or risen else known - 1  # it may sink a little more until then
        if state.counting:
            self._mark(Closed(known, state.bottom_from, state.top, until, left=left))
        elif not left:
            self._mark(Armed(at))
        if left:
            if state.in_set:
                self._mark(SetOver(known))
            self.state = PhaseState()
            return
        state.bottom_from = state.top
        state.bottom_deg, state.waiting_since, state.phase = state.low_deg, at, Phase.BOTTOM
        state.falling = False
        if risen:
            self._start_rep(known, phi_deg)

    def _mark(self, mark: Mark) -> None:
        self._due.append(mark)


_STRIDE = 400
"""Points searched at a time: an event found early makes the rest of the search wasted."""

_IN_REP = (Phase.CONCENTRIC, Phase.LOCKOUT, Phase.ECCENTRIC)


def _first(found: Booleans) -> int | None:
    k = int(np.argmax(found))
    return k if found[k] else None


def _running_max(values: Floats, before: float) -> Floats:
    """Highest so far, NaN passed over."""
    return np.fmax(np.fmax.accumulate(values), before)


def _running_min(values: Floats, before: float) -> Floats:
    return np.fmin(np.fmin.accumulate(values), before)


def _sank(phi: Floats, points: int) -> Floats:
    """How far each value lies below the one some points before; NaN where that is not known."""
    sank = np.empty(len(phi))
    sank[:points] = np.nan
    np.subtract(phi[:-points], phi[points:], out=sank[points:])
    return sank


def _lasting(holds: Booleans, points: Integers) -> Booleans:
    """Where conditions (k, n) have held for so many points (k, 1) up to here."""
    index = np.arange(int(holds.shape[-1]))
    broken = np.maximum.accumulate(np.where(holds, -1, index), axis=1)
    return index - broken >= points
