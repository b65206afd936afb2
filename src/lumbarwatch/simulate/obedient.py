"""A simulated athlete who does what is asked, when it is asked, and else stays as they are.

The session is simulated once, as chapters that each end in a quiet stretch. Two virtual sensors play it: at
the end of a chapter the quiet stretch is repeated until another chapter is called. Sample numbers and clocks
go on through all of it, so that nothing but the motion is chosen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from lumbarwatch.model.clock import Clock
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.simulate.everyday import (
    Bows,
    GetUp,
    LieDown,
    LieFlat,
    Move,
    Segment,
    Stand,
    StayFlat,
    ToBottom,
    Walk,
)
from lumbarwatch.simulate.lifts import ReferenceThrusts, SetOf, arched, dropped, good, hyperextended, untucked
from lumbarwatch.simulate.peripherals.lm1 import Lm1Peripheral
from lumbarwatch.simulate.peripherals.options import RadioOptions
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.simulate.scenario import Scenario
from lumbarwatch.simulate.session import SimulatedSession, simulate_session
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.simulate.stage import AthleteProfile, Channel, Stage
from lumbarwatch.simulate.virtual_radio import NOMINAL_RATE_HZ, VirtualRadio, VirtualSensor
from lumbarwatch.wire import lm1

QUIET_S = 1.0
"""Every chapter ends in so much quiet; what is repeated is the end of it."""
LOOP_S = 0.9
AWAY_S = 8.0
"""For so long a sensor whose link was cut is not to be found."""
C = Channel


@dataclass(frozen=True, slots=True)
class Chapter:
    """Something that can be asked for; ``lying``: begins and ends at the bottom of the lift.

    ``marks`` gets when it was performed.
    """

    name: str
    parts: Sequence[Segment]
    marks: dict[str, tuple[float, float]]

    def play(self, stage: Stage) -> None:
        """Perform it and be quiet."""
        start = stage.t_s
        for part in self.parts:
            part.play(stage)
        stage.wait(QUIET_S)
        self.marks[self.name] = (start, stage.t_s)


@dataclass(frozen=True, slots=True)
class Extreme:
    """Own maximal arch or tuck, standing, held; marked as its step."""

    step: CalibrationStep
    hold_s: float = 2.4

    def play(self, stage: Stage) -> None:
        """Arch or tuck, and come back."""
        profile = stage.profile
        size = profile.lam_max_deg if self.step is CalibrationStep.ARCH else -profile.tau_max_deg
        stage.move(1.2, {C.EXTENSION: size, C.PELVIS_PITCH: -0.65 * size})
        held_s = stage.t_s
        stage.wait(self.hold_s)
        stage.mark(self.step, held_s + 0.1, stage.t_s - 0.1)
        stage.move(1.1, {C.EXTENSION: 0.0, C.PELVIS_PITCH: 0.0})


def _small_bows() -> list[Segment]:
    bow = [
        Move(1.6, {C.PELVIS_PITCH: -7.0, C.EXTENSION: -4.0}),
        Move(1.6, {C.PELVIS_PITCH: 0.0, C.EXTENSION: 0.0}),
    ]
    return [*bow, *bow, *bow]


def story(
    marks: dict[str, tuple[float, float]], reps: int = 8, *, careless: bool = False
) -> Callable[[AthleteProfile], Sequence[Segment]]:
    """Return all chapters as a script; ``reps`` in each of two sets.

    ``careless``: the second set has a hyperextended rep twice in a row, and a dropped one.
    """

    def script(profile: AthleteProfile) -> Sequence[Segment]:
        first = [*good(2), untucked(profile), *good(max(reps - 4, 0)), dropped(), *good(1)]
        second = [*good(max(reps - 2, 1)), arched(profile), *good(1)]
        if careless:
            faults = [hyperextended(profile), hyperextended(profile), dropped()]
            second = [*good(max(reps - 4, 1)), *faults, *good(1)]
        chapters: Mapping[str, Sequence[Segment]] = {
            "still": [Stand(4.0, zero=True)],
            "stand": [Stand(5.5, zero=True)],
            "small_bows": _small_bows(),
            "bows": [Bows(seconds=3.4)],
            "arch1": [Extreme(CalibrationStep.ARCH)],
            "arch2": [Extreme(CalibrationStep.ARCH)],
            "tuck1": [Extreme(CalibrationStep.TUCK)],
            "tuck2": [Extreme(CalibrationStep.TUCK)],
            "lie": [Walk(1.0), LieDown()],
            "thrusts": [ReferenceThrusts()],
            "set1": [SetOf(first)],
            "set2": [SetOf(second)],
            "flat": [LieFlat()],
            "neutral": [StayFlat()],
            "bottom": [ToBottom()],
            "up": [GetUp(), Stand(3.0)],
        }
        return [*(Chapter(name, parts, marks) for name, parts in chapters.items()), Stand(2.0)]

    return script


FLAT = frozenset({"flat", "neutral"})
LYING = FLAT | frozenset({"lie", "bottom", "thrusts", "set1", "set2"})
STEPS: Mapping[CalibrationStep, Sequence[str]] = {
    CalibrationStep.STAND: ("stand",),
    CalibrationStep.HINGE: ("small_bows", "bows"),
    CalibrationStep.ARCH: ("arch1", "arch2"),
    CalibrationStep.TUCK: ("tuck1", "tuck2"),
    CalibrationStep.SUPINE: ("neutral",),
    CalibrationStep.REFERENCE_THRUSTS: ("thrusts",),
}
"""What is done for a step, the first time and later; the first bows are too small, as a beginner's are."""
SETS = ("set1", "set2")


@dataclass(slots=True)
class Director:
    """Decides what is played next: asked by each sensor, answered alike to both."""

    marks: Mapping[str, tuple[float, float]]
    playing: str = "still"
    _called: list[str] = field(default_factory=list[str])
    _times: dict[CalibrationStep, int] = field(default_factory=dict[CalibrationStep, int])
    _sets: int = 0
    _decided: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    def step(self, step: CalibrationStep) -> None:
        """A calibration step begins."""
        done = self._times.get(step, 0)
        self._times[step] = done + 1
        chapters = STEPS[step]
        self._call(chapters[min(done, len(chapters) - 1)])
        if step is CalibrationStep.TUCK and done:
            self._call("lie")

    def asked(self, step: CalibrationStep) -> None:
        """A calibration step is asked for: lie flat for the one that is taken so."""
        if step is CalibrationStep.SUPINE and self._last not in FLAT:
            self._call("flat")

    def lift(self) -> None:
        """The bar is loaded: the next set, unless one is under way."""
        if not self._called and not (self.playing in SETS and not self._looping):
            self._call(SETS[min(self._sets, len(SETS) - 1)])
            self._sets += 1

    def after(self, decision: int) -> tuple[float, str]:
        """Return where the tape goes on (s) after the ``decision``-th end of a chapter, and in which one."""
        while len(self._decided) <= decision:
            self._decided.append(self._decide())
        return self._decided[decision]

    @property
    def _last(self) -> str:
        return self._called[-1] if self._called else self.playing

    @property
    def _looping(self) -> bool:
        return bool(self._decided) and self._decided[-1][0] != self.marks[self.playing][0]

    def _decide(self) -> tuple[float, str]:
        if self._called:
            self.playing = self._called.pop(0)
            return self.marks[self.playing][0], self.playing
        return self.marks[self.playing][1] - LOOP_S, self.playing

    def _call(self, chapter: str) -> None:
        before = self._last
        if before in FLAT and chapter not in FLAT:
            self._called.append(before := "bottom")
        lies, is_to_lie = before in LYING, chapter in LYING
        if chapter == "lie" and lies:
            return
        if is_to_lie and not lies and chapter != "lie":
            self._called.append("lie")
        elif lies and not is_to_lie:
            self._called.append("up")
        if chapter == "neutral" and before not in FLAT:
            self._called.append("flat")
        self._called.append(chapter)


class ObedientSensor(Lm1Peripheral):
    """An LM-1 sensor that plays a tape by chapters instead of from end to end.

    ``cut_at_s`` of its options is a time of the tape.
    """

    def __init__(
        self, index: int, signals: SensorSignals, options: RadioOptions, time: SessionTime, director: Director
    ) -> None:
        super().__init__(index, signals, RadioOptions(away_s=options.away_s), time)
        self._director = director
        self._cuts_s = sorted(options.cut_at_s)
        self._ahead = 0  # samples played so far beyond the tape's number
        self._ahead_s = 0.0
        self._exactly_ahead_s = 0.0  # the same for both sensors; each follows it to half a sample
        self._ahead_us = 0

    def encode(self, start: int, stop: int) -> list[bytes]:
        """One data packet: the tape's samples, counted and stamped as if never played before."""
        packet = lm1.DataPacket(
            kind=self._kind,
            seq=(self.count(start) + self._ahead) % lm1.SEQ_MODULO,
            t_us=(self.stamp_us(start) + self._ahead_us) % lm1.CLOCK_MODULO_US,
            counts=self._counts[self._kind][start:stop],
            flags=np.zeros(stop - start, dtype=np.uint8),
        )
        return [bytes(packet)]

    def now_us(self) -> int:
        """The sensor's clock now."""
        assert self.signals is not None  # given at the start
        tape_s = self._time.elapsed_s() - self._ahead_s
        rate = (self._stamps_us[-1] - self._stamps_us[0]) / (
            self.signals.t_true_s[-1] - self.signals.t_true_s[0]
        )
        return round(self._stamps_us[0] + (tape_s - self.signals.t_true_s[0]) * rate) + self._ahead_us

    async def _sample(self) -> None:
        assert self.signals is not None  # given at the start
        await self._time.begun.wait()
        times_s = self.signals.t_true_s
        end_s, decision = self._director.marks["still"][1], 0
        while True:
            start, stop = self._next, self._next + self.block
            await self._time.sleep_until(float(times_s[stop - 1]) + self._ahead_s)
            self._next = stop
            if self.streaming:
                self._offer(float(times_s[stop - 1]) + self._ahead_s, stop - start, self.encode(start, stop))
                await self._flush()
            self._cut_here(float(times_s[stop - 1]))
            if times_s[stop] >= end_s:
                goes_on_s, chapter = self._director.after(decision)
                self._jump(goes_on_s - end_s)
                decision += 1
                end_s = self._director.marks[chapter][1]

    def _jump(self, by_s: float) -> None:
        """Go on elsewhere on the tape; whole samples, so that the clock stays even."""
        signals = self.signals
        assert signals is not None  # given at the start
        self._exactly_ahead_s -= by_s
        samples = round((self._ahead_s - self._exactly_ahead_s) * signals.rate_hz)
        self._next += samples
        self._ahead -= samples
        self._ahead_s -= samples / signals.rate_hz
        last = len(self._stamps_us) - 1
        self._ahead_us -= round(samples * float(self._stamps_us[last] - self._stamps_us[0]) / last)

    def _cut_here(self, tape_s: float) -> None:
        if self._cuts_s and tape_s >= self._cuts_s[0]:
            self._cuts_s.pop(0)
            self.spawn(self._cut())


class ObedientRadio(VirtualRadio):
    """Two obedient sensors and the adapter that hears them.

    Parameters
    ----------
    clock
        Paces the samples.
    cut_in_second_set
        The lumbar sensor's link is cut once in the second set.
    careless
        The second set has the same fault twice in a row.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        group: str = "good",
        seed: int = 1,
        reps: int = 8,
        cut_in_second_set: bool = False,
        careless: bool = False,
    ) -> None:
        marks: dict[str, tuple[float, float]] = {}
        profile = AthleteProfile(variation_deg=0.5)
        scenario = Scenario(
            "guided", "does what is asked", story(marks, reps, careless=careless), 2 * reps, profile=profile
        )
        self.session: SimulatedSession = simulate_session(
            scenario, group, seed, rate_hz=NOMINAL_RATE_HZ["lm1"]
        )
        signals = self.session.signals
        super().__init__([VirtualSensor("lm1", signals[place]) for place in Placement], clock)
        self.director = Director(marks)
        start_s, end_s = marks["set2"]
        cut_s = start_s + 0.45 * (end_s - QUIET_S - start_s)
        cuts = {Placement.LUMBAR: (cut_s,) if cut_in_second_set else ()}
        self.peripherals = [
            ObedientSensor(
                index,
                signals[place],
                RadioOptions(cut_at_s=cuts.get(place, ()), away_s=AWAY_S),
                self.time,
                self.director,
            )
            for index, place in enumerate(Placement)
        ]
