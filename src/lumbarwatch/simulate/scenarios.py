"""The scenarios by name."""

import difflib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from lumbarwatch.model.errors import UserError
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.simulate.everyday import GetUp, LieDown, Rest, Segment, Stand, Walk
from lumbarwatch.simulate.lifts import (
    SetOf,
    arched,
    arched_on_the_way,
    drifting,
    dropped,
    good,
    hyperextended,
    partial,
    rotated,
    tilt_lost,
    untucked,
)
from lumbarwatch.simulate.repetition import Rep
from lumbarwatch.simulate.scenario import Scenario, calibrated, leave
from lumbarwatch.simulate.scenarios_more import MORE
from lumbarwatch.simulate.scenarios_motion import MOTION
from lumbarwatch.simulate.scenarios_sensors import SENSORS
from lumbarwatch.simulate.scenarios_table import TABLE
from lumbarwatch.simulate.stage import AthleteProfile


class UnknownScenarioError(UserError):
    """No scenario of that name; the sentence lists near ones."""


def _between_sets(seconds: float = 20.0) -> list[Segment]:
    return [GetUp(), Walk(3.0), Stand(seconds), Walk(3.0), LieDown()]


def _clean(p: AthleteProfile) -> Sequence[Segment]:
    faults = (untucked(p), arched(p), hyperextended(p), partial(p), dropped(), tilt_lost(p), rotated(p))
    sets: list[Segment] = [SetOf(good(8))]
    for fault in faults:
        plain = Rep()
        sets += [Rest(13.0), SetOf([plain, plain, plain, fault, fault, plain, fault, plain])]
    sets += [Rest(13.0), SetOf([Rep(), arched_on_the_way(p), Rep(), arched_on_the_way(p), Rep()])]
    fading = SetOf(drifting(p, 8, lambda_deg=10.8, first_lambda_deg=-3.0), planted=frozenset({WarningId.W6}))
    return [*calibrated(Rest(3.0), *sets, *_between_sets(), fading), *leave()]


def _demo(p: AthleteProfile) -> Sequence[Segment]:
    plain = Rep()
    first = [plain, plain, plain, arched(p), plain, untucked(p), plain, dropped(), plain, plain]
    tired = SetOf(drifting(p, 8, lambda_deg=15.0, top_deg=-6.0), planted=frozenset({WarningId.W6}))
    return [*calibrated(Rest(3.0), SetOf(first), *_between_sets(15.0), tired), *leave()]


def _session(p: AthleteProfile) -> Sequence[Segment]:
    plain = Rep()
    second = [*good(6), partial(p), plain, rotated(p), plain]
    third = [*drifting(p, 8, lambda_deg=9.0, top_deg=-4.0), partial(p, 0.7), hyperextended(p)]
    return [
        *calibrated(Rest(5.0), SetOf(good(10), bar_kg=60.0)),
        *_between_sets(90.0),
        SetOf(second, bar_kg=80.0),
        *_between_sets(90.0),
        SetOf(third, bar_kg=100.0),
        *leave(),
    ]


_WHOLE = (
    Scenario("clean", "good reps, then every warning planted at clear margins; no skin motion", _clean, 74, 3,
             profile=AthleteProfile(variation_deg=0.3), skin=False),
    Scenario("demo", "calibration, a set of 10 with an arched, an un-tucked and a dropped rep, a tired set",
             _demo, 18, profile=AthleteProfile(variation_deg=0.7)),
    Scenario("session", "three realistic sets of 10 with growing fatigue", _session, 28, 2,
             profile=AthleteProfile(variation_deg=1.2)),
)  # fmt: skip

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {scenario.name: scenario for scenario in (*_WHOLE, *MOTION, *MORE, *SENSORS, *TABLE)}
)
"""All scenarios, the whole sessions first."""


def scenario_named(name: str) -> Scenario:
    """Look a scenario up.

    Raises
    ------
    UnknownScenarioError
        There is none of that name.
    """
    if name in SCENARIOS:
        return SCENARIOS[name]
    near = difflib.get_close_matches(name, SCENARIOS, n=3)
    hint = f"did you mean {' or '.join(near)}?" if near else "`lumbarwatch simulate --list` shows all."
    raise UnknownScenarioError(f"There is no scenario called {name!r}: {hint}")
