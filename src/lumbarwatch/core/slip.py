"""A strap that slips: one sensor jumps against the body; the new zero after it (definitions 3, design 4).

A slip of about 10 deg within 0.25 s stays, and the other sensor has no part in it; a rep, a tuck or a bend
moves both, takes longer or comes back. A suspicion is dropped when the athlete rests again as before the
jump: a strap does not slip back. People stand again to about 1.4 deg: a shift of 10 is corrected, one of 1
never chased.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from lumbarwatch.core.geometry import about_right, wrap180_deg
from lumbarwatch.core.history import History
from lumbarwatch.core.windows import highest_over, lowest_over
from lumbarwatch.model.checks import Booleans, Floats, Integers
from lumbarwatch.model.events import Rezeroed, SlipSuspected
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Mounting


@dataclass(frozen=True, slots=True)
class SlipParams:
    """Conventions around the 10 deg in 0.25 s of design 4."""

    look_points: int = 10  # judged ten times a second
    jump_points: int = 30
    jump_deg: float = 7.0
    settled_points: int = 80  # the jump is judged this much later
    before_points: int = 30
    spread: float = 1.5  # the whole change around a jump against the jump itself
    kept: float = 0.6  # of the jump, once settled
    grown: float = 1.15  # a change larger than this share of the jump took longer than a slip
    rest_within_points: int = 300  # before the jump
    other_share: float = 0.6  # the other sensor turns by less than this share of the jump meanwhile,
    sharp_points: int = 12  # or the jump is faster than a spine in motion
    sharp_share: float = 0.85
    same_posture_deg: float = 3.0  # both sensors are where they were before the jump: nothing slipped
    rest_deg: float = 2.0  # largest change of either angle over ``before_points`` at rest
    lying_deg: tuple[float, float] = (20.0, 145.0)
    confirm_points: int = 300  # a jump in the midst of movement is confirmed by a rest so soon after it,
    compare_points: int = 1200  # held against a rest so long before in which the other sensor lay alike
    stand_shift_deg: float = 8.0  # standing: one sensor shifted so far, the other less than half
    still_deg: float = 1.0  # standing: largest change of either angle within still_points
    still_points: int = 300
    upright_deg: float = 25.0
    correct_deg: float = 5.0


@dataclass(frozen=True, slots=True)
class Slipped:
    """What happened at a grid index; ``mountings`` replaces the old where the zero was corrected."""

    index: int
    event: SlipSuspected | Rezeroed
    mountings: Mapping[Placement, Mounting] | None = None
    jump_from: int | None = None  # where the jump of a slip began


class SlipWatch:
    """Looks for slips while lying, and for a quiet standing after one."""

    def __init__(self, history: History, step_ns: int, params: SlipParams | None = None) -> None:
        self._history = history
        self._step_ns = step_ns
        self._params = params or SlipParams()
        self._ignore_before = 0
        self._posture: Mapping[Placement, float] | None = None  # before the jump, where that was a rest
        self._doubtful: list[tuple[int, float]] = []  # jumps in movement: where they begin, and how far
        self.suspected: Placement | None = None
        self.standing_deg: Mapping[
            Placement, float
        ] = {}  # each pitch standing, where the zero is another one
        self.restarted = False  # the suspicion is no more than this: who restarts a sensor has touched it

    def first(
        self, start: int, stop: int, origin_ns: int, mountings: Mapping[Placement, Mounting]
    ) -> Slipped | None:
        """The first change between grid indices start and stop, which are already in the history."""
        found = self._first_standing(start, stop, origin_ns, mountings)
        until = stop if found is None else found.index
        earlier = self._first_return if self.suspected else self._first_slip
        found = earlier(start, until, origin_ns) or found
        if found is not None:
            slipped = isinstance(found.event, SlipSuspected)
            self.suspected, self.restarted = found.event.placement if slipped else None, False
            self._posture = None if found.jump_from is None else self._last_rest(found.jump_from)
            self._doubtful = []
            self._ignore_before = self._ignore_before if slipped else found.index
        return found

    def ignore_until(self, index: int) -> None:
        """The calibration changed here: what lies before is measured against another zero."""
        self._ignore_before = index
        self._doubtful = []

    def clear(self) -> None:
        """A new calibration: whatever happened before it."""
        self.suspected, self._posture, self.restarted = None, None, False

    def restart(self, place: Placement) -> None:
        """A sensor restarted: its zero is stale until the next quiet standing (definitions 3)."""
        if self.suspected is None:
            self.suspected, self._posture, self.restarted = place, None, True

    def _looks(self, start: int, stop: int, every: int = 1) -> Integers:
        step = every * self._params.look_points
        return np.arange(-(-start // step) * step, stop, step)

    def _first_slip(self, start: int, stop: int, origin_ns: int) -> Slipped | None:
        p = self._params
        back = p.settled_points + p.jump_points
        looks = self._looks(start, stop)
        looks = looks[looks - back - p.before_points >= max(self._history.first, self._ignore_before)]
        if not len(looks):
            return None
        lam = self._history.channel("lumbar_extension_deg", int(looks[0]) - back, int(looks[-1]) + 1)
        at = looks - looks[0]
        jumps = np.abs(lam[at + p.jump_points] - lam[at])  # of two wrapped angles
        jumped = (jumps >= p.jump_deg) & (jumps <= 360.0 - p.jump_deg)
        if not self._doubtful and not jumped.any():
            return None
        for k, look in enumerate(looks.tolist()):
            if not self._doubtful and not jumped[k]:
                continue
            found = self._judge(look, origin_ns) if jumped[k] else None
            found = found or self._confirmed(look, origin_ns)
            if found is not None:
                return found
            if jumped[k]:
                self._doubt(self._begin(look), lam[at[k] : at[k] + p.jump_points + 1])
        return None

    def _doubt(self, begin: int, lam: Floats) -> None:
        """Remember a jump for the next rest; of those that overlap the largest."""
        jump = float(wrap180_deg(lam[-1:] - lam[:1])[0])
        if self._doubtful and begin - self._doubtful[-1][0] < self._params.jump_points:
            if abs(jump) <= abs(self._doubtful[-1][1]):
                return
            self._doubtful.pop()
        self._doubtful.append((begin, jump))

    def _confirmed(self, index: int, origin_ns: int) -> Slipped | None:
        """A jump in the midst of movement: one sensor now rests elsewhere, the other where it did before."""
        p = self._params
        self._doubtful = [(begin, by) for begin, by in self._doubtful if index - begin <= p.confirm_points]
        if not self._doubtful or (now := self._rest_at(index)) is None:
            return None
        for begin, by in self._doubtful:
            if index - p.before_points < begin + p.jump_points:
                continue
            for place in Placement:
                before = self._rest_like(begin, place.other, now[place.other])
                if before is None or not self._lies(now[place.other]):
                    continue
                moved = {each: now[each] - before[each] for each in Placement}
                change = moved[Placement.LUMBAR] - moved[Placement.PELVIS]
                alone = abs(moved[place]) > abs(moved[place.other])
                sharp = self._steepest(begin) >= p.sharp_share * abs(change)
                if alone and sharp and p.kept <= change / by <= p.grown:
                    t_ns = origin_ns + (begin + p.jump_points // 2) * self._step_ns
                    return Slipped(index, SlipSuspected(t_ns, place, abs(change)), jump_from=begin)
        return None

    def _rest_like(self, index: int, place: Placement, pitch_deg: float) -> Mapping[Placement, float] | None:
        """Both pitches at the last rest before an index in which one sensor was where it is now."""
        p = self._params
        oldest = max(index - p.compare_points, self._history.first, self._ignore_before)
        pitch = {each: self._history.channel(f"{each}_pitch_deg", oldest, index) for each in Placement}
        like = np.abs(pitch[place][p.before_points - 1 :] - pitch_deg) <= p.same_posture_deg
        for values in pitch.values():
            moved = highest_over(values, p.before_points) - lowest_over(values, p.before_points)
            like = like & (moved <= p.rest_deg)
        if not like.any():
            return None
        return self._rest_at(oldest + p.before_points + int(np.flatnonzero(like)[-1]))

    def _lies(self, pitch_deg: float) -> bool:
        low, high = self._params.lying_deg
        return low < pitch_deg < high

    def _judge(self, index: int, origin_ns: int) -> Slipped | None:
        """Whether lambda jumped, stayed, and did little else around the jump."""
        p = self._params
        begin = self._begin(index)
        lam = self._history.channel("lumbar_extension_deg", begin - p.before_points, index + 1)
        if not np.isfinite(lam).all():
            return None
        before, after = lam[: p.before_points], lam[p.before_points + p.jump_points :]
        jump = float(lam[p.before_points + p.jump_points] - lam[p.before_points])
        change = float(np.median(after) - np.median(before))
        whole = float(np.ptp(lam))
        share = change / jump
        if not p.kept <= share <= p.grown or whole > p.spread * abs(jump):
            return None
        place = self._which(begin, begin + p.jump_points)
        alone = self._turned(place.other, begin, begin + p.jump_points) <= p.other_share * abs(jump)
        if not alone and self._steepest(begin) < p.sharp_share * abs(change):
            return None
        if not self._lying(place.other, begin - p.before_points, index + 1):
            return None
        t_ns = origin_ns + (begin + p.jump_points // 2) * self._step_ns
        return Slipped(index, SlipSuspected(t_ns, place, abs(change)), jump_from=begin)

    def _steepest(self, begin: int) -> float:
        """How far (deg) lambda moved at most within ``sharp_points`` of a jump and what came after it."""
        p = self._params
        stop = begin + p.jump_points + p.settled_points + 1
        lam = self._history.channel("lumbar_extension_deg", begin, stop)
        return float(np.abs(lam[p.sharp_points :] - lam[: -p.sharp_points]).max())

    def _begin(self, index: int) -> int:
        """Where the jump that is judged at an index begins."""
        return index - self._params.settled_points - self._params.jump_points

    def _turned(self, place: Placement, start: int, stop: int) -> float:
        """How far a sensor's pitch moved (deg)."""
        return float(np.ptp(self._history.channel(f"{place}_pitch_deg", start, stop + 1)))

    def _first_return(self, start: int, stop: int, origin_ns: int) -> Slipped | None:
        """The athlete rests as before the jump, by both sensors: it was a movement and no slip."""
        if self._posture is None or self.suspected is None:
            return None
        for index in self._looks(start, stop):
            now = self._rest_at(int(index))
            if now is None or int(index) - self._params.before_points < self._ignore_before:
                continue
            off = {place: now[place] - self._posture[place] for place in Placement}
            if max(map(abs, off.values())) <= self._params.same_posture_deg:
                t_ns = origin_ns + int(index) * self._step_ns
                return Slipped(int(index), Rezeroed(t_ns, self.suspected, 0.0))
        return None

    def _last_rest(self, index: int) -> Mapping[Placement, float] | None:
        """Both pitches (deg) at the last rest not long before an index."""
        p = self._params
        backwards = range(index, index - p.rest_within_points, -p.look_points)
        return next((rest for at in backwards if (rest := self._rest_at(at)) is not None), None)

    def _rest_at(self, index: int) -> Mapping[Placement, float] | None:
        """Both pitches (deg) over the stillness up to an index; None where it was none."""
        found: dict[Placement, float] = {}
        for place in Placement:
            pitch = self._history.channel(f"{place}_pitch_deg", index - self._params.before_points, index)
            if len(pitch) < self._params.before_points or not np.ptp(pitch) <= self._params.rest_deg:
                return None
            found[place] = float(np.median(pitch))
        return found

    def _which(self, start: int, stop: int) -> Placement:
        """The sensor that turned fastest against its own motion before and after."""
        sharp: dict[Placement, float] = {}
        for place in Placement:
            pitch = self._history.channel(f"{place}_pitch_deg", start - 20, stop + 20)
            sharp[place] = float(np.abs(pitch[12:] - 2 * pitch[6:-6] + pitch[:-12]).max())
        return max(sharp, key=lambda place: sharp[place])

    def _lying(self, place: Placement, start: int, stop: int) -> bool:
        """Face up throughout, by the sensor that stayed: bending, people move one segment as fast as that."""
        pitch = self._history.channel(f"{place}_pitch_deg", start, stop)
        low, high = self._params.lying_deg
        return bool(((pitch > low) & (pitch < high)).all())

    def _first_standing(
        self, start: int, stop: int, origin_ns: int, mountings: Mapping[Placement, Mounting]
    ) -> Slipped | None:
        """Quiet standing: after a slip, or with one sensor clearly off, it is the new zero of that sensor."""
        p = self._params
        looks = self._looks(start, stop, every=5)
        looks = looks[looks + 1 - p.still_points >= max(self._history.first, self._ignore_before)]
        if not len(looks):
            return None
        first = int(looks[0]) + 1 - p.still_points
        pitches = {
            place: self._history.channel(f"{place}_pitch_deg", first, int(looks[-1]) + 1)
            for place in Placement
        }
        for place, standing_deg in self.standing_deg.items():
            pitches[place] = pitches[place] - standing_deg
        at = looks - first
        for pitch in pitches.values():
            at = at[_near(pitch, at, p)]
        if self.suspected is None:  # nothing to renew, unless one sensor is clearly off
            off = np.maximum(*(np.abs(pitch[at]) for pitch in pitches.values()))
            at = at[off > p.stand_shift_deg - p.still_deg]
        if not len(at):
            return None
        begins = at - (p.still_points - 1)
        still = [_still(pitch, begins, p) for pitch in pitches.values()]
        for begin in begins[still[0] & still[1]].tolist():
            index = first + begin + p.still_points - 1
            standing = {
                place: float(pitch[begin : begin + p.still_points].mean()) for place, pitch in pitches.items()
            }
            found = self._stood(index, origin_ns, standing, mountings)
            if found is not None:
                return found
        return None

    def _stood(
        self,
        index: int,
        origin_ns: int,
        off_deg: Mapping[Placement, float],
        mountings: Mapping[Placement, Mounting],
    ) -> Slipped | None:
        p = self._params
        place = self.suspected
        if place is None:
            place = max(off_deg, key=lambda each: abs(off_deg[each]))
            if abs(off_deg[place]) < p.stand_shift_deg or abs(off_deg[place.other]) > 0.5 * p.stand_shift_deg:
                return None
        shift = off_deg[place]
        corrected = dict(mountings)
        if abs(shift) >= p.correct_deg:
            rotation = about_right(shift) @ mountings[place].segment_from_sensor
            corrected[place] = replace(mountings[place], segment_from_sensor=rotation)
        return Slipped(index, Rezeroed(origin_ns + index * self._step_ns, place, shift), corrected)


def _near(pitch: Floats, at: Integers, p: SlipParams) -> Booleans:
    """Upright, and where it was one and two thirds of the stillness before: worth a closer look."""
    third = p.still_points // 3
    now = pitch[at]
    upright = np.abs(now) < p.upright_deg
    if not upright.any():
        return upright
    before, earlier = pitch[at - third], pitch[at - 2 * third]
    return upright & (np.abs(now - before) <= p.still_deg) & (np.abs(now - earlier) <= p.still_deg)


def _still(pitch: Floats, begins: Integers, p: SlipParams) -> Booleans:
    """Whether the angle hardly changed through the stillness that begins at each of these."""
    if len(begins) < 4:
        ranges = [np.ptp(pitch[begin : begin + p.still_points]) for begin in begins.tolist()]
        return np.array(ranges) <= p.still_deg
    part = pitch[begins[0] : begins[-1] + p.still_points]
    change = highest_over(part, p.still_points) - lowest_over(part, p.still_points)
    return change[begins - begins[0]] <= p.still_deg
