"""A whole simulated session: what the sensors take, what is received, and what was true."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate import frames, truth
from lumbarwatch.simulate.athlete import Performance, finished
from lumbarwatch.simulate.delivery import Delivery, deliver
from lumbarwatch.simulate.faults import SLIP_CHANNEL, Hole, Shake, SlipTruth, holes, shakes, slip
from lumbarwatch.simulate.groups import SensorGroup
from lumbarwatch.simulate.knocks import shaken
from lumbarwatch.simulate.labels import Label, drift, label
from lumbarwatch.simulate.mounting import mountings
from lumbarwatch.simulate.parts import GROUPS, Part, PartErrors, without_skin
from lumbarwatch.simulate.scenario import Scenario, filler
from lumbarwatch.simulate.scenarios import scenario_named
from lumbarwatch.simulate.signals import SensorSignals
from lumbarwatch.simulate.skin import Skin
from lumbarwatch.simulate.stage import Stage

CHUNK = 1 << 15
"""Samples worked out at a time: bounds the memory of long sessions."""

SEQ_MODULO = 65536
"""Counter of the good and the cheap group: 16 bits, as the reference profile's (devices.md 4)."""


class Wear(StrEnum):
    """How the sensors sit on the body."""

    WORN = "worn"  # flat on the back, a little off by placement
    ANY = "any"  # any rotation at all


@dataclass(frozen=True, slots=True, eq=False)
class Received:
    """What arrived of one sensor, in the order of arrival; doubles and disorder included. m rows."""

    placement: Placement
    sample: Integers  # (m,) which of the sensor's samples
    t_arrival_s: Floats  # (m,)
    t_device_s: Floats  # (m,) as sent: may wrap and restart
    seq: Integers  # (m,) as sent: may wrap and restart
    acc_mps2: Floats  # (m, 3)
    gyr_radps: Floats  # (m, 3)
    quat_wxyz: Floats  # (m, 4)


@dataclass(frozen=True, slots=True, eq=False)
class SimulatedSession:
    """Signals, rows and truth of one session. Times in s on the host's time base, from its start."""

    scenario: Scenario
    group: SensorGroup
    seed: int
    rate_hz: float
    seq_modulo: int | None
    performance: Performance
    signals: Mapping[Placement, SensorSignals]
    received: Mapping[Placement, Received]
    mounting: Mapping[Placement, Floats]  # segment_from_sensor (3, 3), before skin motion
    series: Mapping[str, Floats | list[str]]
    calibration: truth.TruthCalibration
    reps: Sequence[truth.TruthRep]
    labels: Sequence[Sequence[Label]]  # one list for each of ``reps``
    set_labels: Sequence[Label | None]  # W6 of each set
    slips: Sequence[SlipTruth]
    holes: Sequence[Hole]
    parts: Mapping[Placement, Part]  # by what the sensor is labelled

    @property
    def duration_s(self) -> float:
        """Length of the session."""
        return self.performance.duration_s


def simulate_session(
    scenario: str | Scenario,
    group: str | SensorGroup,
    seed: int,
    *,
    rate_hz: float | None = None,
    minutes: float | None = None,
    wear: Wear = Wear.WORN,
    mounting: Mapping[Placement, Floats] | None = None,
    skin: bool | None = None,
) -> SimulatedSession:
    """Simulate a session with two sensors.

    Parameters
    ----------
    scenario
        A name of :data:`~lumbarwatch.simulate.scenarios.SCENARIOS`, or a scenario of your own.
    group
        Quality of the sensors: ``ideal``, ``good`` or ``cheap`` (design 10).
    seed
        Everything random follows from it. The body's motion does not depend on group, rate or mounting, and
        the two parts' offsets and scales depend on the group only: one seed is one pair of sensors.
    rate_hz, minutes, skin
        Instead of the scenario's own.
    wear, mounting
        How the sensors sit; ``mounting`` gives segment_from_sensor (3, 3) by the place where one really is.

    Raises
    ------
    UnknownScenarioError
        No scenario of that name.
    """
    plan = scenario_named(scenario) if isinstance(scenario, str) else scenario
    quality = SensorGroup(group)
    rate = rate_hz or plan.rate_hz
    body, places, *own = (np.random.default_rng(s) for s in np.random.SeedSequence(seed).spawn(6))
    performance, slips = _perform(plan, plan.minutes if minutes is None else minutes, body)
    worn = mounting or mountings(places, upside_down=plan.upside_down, anyhow=wear is Wear.ANY)
    errors = _errors(plan, GROUPS[quality], skin=plan.skin if skin is None else skin)
    missing = holes(plan.faults, list(performance.sets))
    modulo = plan.seq_modulo or (None if quality is SensorGroup.IDEAL else SEQ_MODULO)
    signals: dict[Placement, SensorSignals] = {}
    received: dict[Placement, Received] = {}
    parts: dict[Placement, Part] = {}
    for site, rng, make in zip(Placement, own[:2], own[2:], strict=True):
        wearer = _Wearer(
            performance, plan, errors, rate_hz=rate, site=site, mounting=worn[site], make=make, rng=rng
        )
        said = site.other if plan.swapped else site
        mine = [hole for hole in missing if hole.sensor is site]
        signals[said], received[said] = wearer.measure(said, mine, modulo)
        parts[said] = wearer.part
    grid = truth.grid(performance)
    known = truth.calibration(performance, grid)
    reps = truth.repetitions(performance, grid, known)
    return SimulatedSession(
        scenario=plan,
        group=quality,
        seed=seed,
        rate_hz=rate,
        seq_modulo=modulo,
        performance=performance,
        signals={place: signals[place] for place in Placement},
        received={place: received[place] for place in Placement},
        mounting=worn,
        series=truth.series(performance, grid, reps),
        calibration=known,
        reps=reps,
        labels=[label(rep, [r for r in reps[:i] if r.set_number == rep.set_number], known)
                for i, rep in enumerate(reps)],
        set_labels=_set_labels(performance, reps, known),
        slips=slips,
        holes=missing,
        parts={place: parts[place] for place in Placement},
    )  # fmt: skip


def perform_scenario(
    plan: Scenario, seed: int, *, minutes: float = 0.0
) -> tuple[Performance, Sequence[SlipTruth]]:
    """The motion of a session alone, with the slips written in: what :func:`simulate_session` measures."""
    body = np.random.SeedSequence(seed).spawn(1)[0]
    return _perform(plan, max(minutes, plan.minutes), np.random.default_rng(body))


def _perform(
    plan: Scenario, minutes: float, rng: np.random.Generator
) -> tuple[Performance, Sequence[SlipTruth]]:
    stage = Stage(plan.profile, rng)
    for segment in plan.script(plan.profile):
        segment.play(stage)
    extra = 0
    while stage.t_s < 60.0 * minutes:
        for segment in filler(extra):
            segment.play(stage)
        extra += 1
    slips = slip(stage, plan.faults)
    return finished(stage), slips


def _errors(plan: Scenario, errors: PartErrors, *, skin: bool) -> PartErrors:
    radio = replace(errors.radio, doubled=plan.doubled, delayed=plan.delayed)
    changed = replace(errors, radio=radio)
    return changed if skin else without_skin(changed)


def _set_labels(
    performance: Performance, reps: Sequence[truth.TruthRep], known: truth.TruthCalibration
) -> list[Label | None]:
    numbered = enumerate(performance.sets, start=1)
    return [drift([r for r in reps if r.set_number == n], known, planned.planted) for n, planned in numbered]


class _Wearer:
    """One sensor on one site."""

    def __init__(
        self,
        performance: Performance,
        plan: Scenario,
        errors: PartErrors,
        *,
        rate_hz: float,
        site: Placement,
        mounting: Floats,
        make: np.random.Generator,
        rng: np.random.Generator,
    ) -> None:
        self._performance, self._plan, self._errors = performance, plan, errors
        self._site, self._mounting, self._rng = site, mounting, rng
        ideal = errors.gyr_noise_dps == 0.0
        self._ideal = ideal
        self._yaw_rad = 0.0 if ideal else float(rng.uniform(-np.pi, np.pi))
        self._ppm = self._draw_ppm(errors.clock_ppm)
        error = float(rng.uniform(-1.0, 1.0)) * errors.rate_error
        self._rate_hz = rate_hz * (1.0 + error) * (1.0 + 1e-6 * self._ppm)
        self._phase_s = 0.0 if ideal else float(rng.uniform(0.0, 1.0 / rate_hz))
        self._clock_s = 0.0 if ideal else float(rng.uniform(5.0, 3000.0))
        self._first_seq = 0 if ideal else int(rng.integers(0, SEQ_MODULO))
        self.part = Part(errors, self._rate_hz, make, rng)

    def measure(
        self, said: Placement, missing: list[Hole], modulo: int | None
    ) -> tuple[SensorSignals, Received]:
        """Take all samples, then receive some of them."""
        t_s, fresh = self._sample_times(missing)
        t_device, seq = self._counters(t_s, fresh)
        acc, gyr, quat = self._read(t_s, fresh)
        if modulo is not None:
            seq = seq % modulo
        signals = SensorSignals(said, self._rate_hz, t_s, t_device, acc, gyr, quat)
        outages = [hole for hole in missing if not hole.restart]
        heard = np.ones(len(t_s), dtype=bool)
        for hole in outages:
            heard &= (t_s < hole.start_s) | (t_s >= hole.end_s)
        got: Delivery = deliver(t_s, self._errors.radio, np.flatnonzero(heard), fresh, self._rng)
        i = got.sample
        return signals, Received(said, i, got.t_arrival_s, t_device[i], seq[i], acc[i], gyr[i], quat[i])

    def _draw_ppm(self, largest: float) -> float:
        drawn = float(self._rng.uniform(-largest, largest))
        if self._plan.clock_ppm is None:
            return drawn
        return self._plan.clock_ppm[tuple(Placement).index(self._site)]

    def _sample_times(self, missing: list[Hole]) -> tuple[Floats, Integers]:
        """When samples are taken, and which of them are the first after a restart."""
        count = int((self._performance.duration_s - self._phase_s) * self._rate_hz)
        t_s = self._phase_s + np.arange(count) / self._rate_hz
        fresh: list[int] = []
        for hole in missing:
            if hole.restart:
                t_s = t_s[(t_s < hole.start_s) | (t_s >= hole.end_s)]
                fresh.append(int(np.searchsorted(t_s, hole.end_s)))
        return t_s, np.array(fresh, dtype=np.int64)

    def _counters(self, t_s: Floats, fresh: Integers) -> tuple[Floats, Integers]:
        """The sensor's clock and its count of samples."""
        t_device = self._clock_s + t_s * (1.0 + 1e-6 * self._ppm)
        seq = self._first_seq + np.arange(len(t_s))
        for first in fresh.tolist():
            t_device[first:] -= t_device[first] - 0.35  # a start-up time (convention)
            seq[first:] -= seq[first]
        if self._errors.clock_tick_s > 0.0:
            t_device = np.round(t_device / self._errors.clock_tick_s) * self._errors.clock_tick_s
        if self._plan.clock_modulo_s is not None:
            t_device = np.mod(t_device, self._plan.clock_modulo_s)
        return t_device, seq

    def _read(self, t_s: Floats, fresh: Integers) -> tuple[Floats, Floats, Floats]:
        """Specific force, rate and orientation in the sensor's frame, the part's errors included."""
        on_skin = Skin(self._performance, self._errors.skin_deg, SLIP_CHANNEL[self._site], self._rng)
        cuts = [self._true(t_s[i : i + CHUNK], on_skin) for i in range(0, len(t_s), CHUNK)]
        acc, gyr, quat = (np.concatenate(arrays) for arrays in zip(*cuts, strict=True))
        acc, gyr = shaken(t_s, acc, gyr, self._shakes(), self._rng)
        return self.part.read_acc(acc), self.part.read_gyr(gyr, fresh), quat

    def _shakes(self) -> list[Shake]:
        felt = shakes(self._plan.faults, list(self._performance.sets))
        return [shake for shake in felt if shake.sensor is self._site]

    def _true(self, t_s: Floats, on_skin: Skin) -> tuple[Floats, Floats, Floats]:
        site = self._performance.sites(t_s)[self._site]
        axes = frames.turn(site.axes, frames.small_turn(on_skin.turn(t_s)))
        force = frames.seen_from(axes.value, site.specific_force_mps2) @ self._mounting
        rate = frames.body_rate(axes) @ self._mounting
        sensor = np.einsum("ijn,jk->ikn", axes.value, self._mounting)
        return force, rate, frames.quaternions_wxyz(sensor, self._yaw_rad)


def planted_warnings(session: SimulatedSession) -> list[tuple[int, int, WarningId]]:
    """(set, rep, warning) of all planted faults."""
    found = [(rep.set_number, rep.rep_number, warning) for rep in session.reps for warning in rep.planted]
    return sorted(found)
