"""Scenarios that are hard because of the sensors or the link. The athlete's reps are good ones."""

from collections.abc import Sequence

from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.everyday import GetUp, LieDown, Rest, Segment, Stand, Walk
from lumbarwatch.simulate.faults import Anchor, Knock, Outage, Restart, Slip, Where
from lumbarwatch.simulate.lifts import SetOf, good
from lumbarwatch.simulate.scenario import Scenario, calibrated, leave, one_set
from lumbarwatch.simulate.stage import AthleteProfile


def _eight(_p: AthleteProfile) -> Sequence[Segment]:
    return one_set(SetOf(good(8)))


def _ten(_p: AthleteProfile) -> Sequence[Segment]:
    return one_set(SetOf(good(10)))


def _two_sets(_p: AthleteProfile) -> Sequence[Segment]:
    between = [GetUp(), Walk(3.0), Stand(20.0), Walk(3.0), LieDown()]
    return [*calibrated(Rest(3.0), SetOf(good(6)), *between, SetOf(good(6))), *leave()]


def _hour(_p: AthleteProfile) -> Sequence[Segment]:
    """Four sets of ten within an hour."""
    pause: list[Segment] = [GetUp(), Walk(20.0), Stand(60.0), Walk(20.0), *[Stand(60.0), Walk(20.0)] * 9]
    sets: list[Segment] = [SetOf(good(10))]
    for _ in range(3):
        sets += [*pause, Stand(300.0), LieDown(), SetOf(good(10))]
    return [*calibrated(Rest(3.0), *sets), *leave()]


_BOTTOMS = tuple(Outage(Anchor(1, rep, Where.BOTTOM, 0.1), 0.4) for rep in (2, 5))
_LOCKOUTS = tuple(Outage(Anchor(1, rep, Where.TOP, -0.25), 0.4) for rep in (3, 7))

_KNOCKS = (
    *(Knock(Anchor(1, rep, Where.BOTTOM, 0.05), Placement.LUMBAR, 5.0) for rep in (2, 4, 7)),
    Knock(Anchor(1, 3, Where.TOP, 0.1), Placement.LUMBAR, 3.0),
)

SENSORS = (
    Scenario("gaps_04", "0.4 s lost across two bottoms and two lockouts", _eight, 8,
             faults=_BOTTOMS + _LOCKOUTS),
    Scenario("gap_12", "1.2 s lost across a bottom", _eight, 8,
             faults=(Outage(Anchor(1, 4, Where.BOTTOM, -0.3), 1.2),)),
    Scenario("doubled_reordered", "packets doubled and out of order", _eight, 8, doubled=0.03, delayed=0.03),
    Scenario("sensor_lost_5s", "the lumbar sensor is silent for 5 s in the set", _eight, 8,
             faults=(Outage(Anchor(1, 4, Where.TOP, -1.0), 5.0, (Placement.LUMBAR,)),)),
    Scenario("pelvis_lost_5s", "the pelvis sensor is silent for 5 s in the set", _eight, 8,
             faults=(Outage(Anchor(1, 4, Where.TOP, -1.0), 5.0, (Placement.PELVIS,)),)),
    Scenario("slip_mid_set", "the lumbar sensor turns by 14 deg after the fifth rep", _ten, 10,
             faults=(Slip(Anchor(1, 5, Where.BOTTOM, 0.2), 14.0, Placement.LUMBAR),)),
    Scenario("slip_between_sets", "the pelvis sensor turns by 10 deg while getting up", _two_sets, 12,
             faults=(Slip(Anchor(1, 6, Where.SET_END, 2.0), -10.0, Placement.PELVIS),)),
    Scenario("restart_mid_set", "the pelvis sensor restarts in the set", _eight, 8,
             faults=(Restart(Anchor(1, 4, Where.LEAVE, 1.6), 2.0, Placement.PELVIS),)),
    Scenario("swapped", "the sensors are worn in each other's place", _eight, 8, swapped=True),
    Scenario("upside_down", "both sensors are worn upside down", _eight, 8, upside_down=True),
    Scenario("rate_25hz", "a stream of 25 Hz", _eight, 8, rate_hz=25.0),
    Scenario("drift_100ppm_hour", "an hour with the two clocks 100 ppm apart", _hour, 40,
             clock_ppm=(50.0, -50.0)),
    Scenario("contact_spikes", "the bench's edge knocks the lumbar sensor a few times", _eight, 8,
             faults=_KNOCKS),
    Scenario("counter_wraps", "sample counters of 8 bits, device clocks that wrap every minute", _eight, 8,
             seq_modulo=256, clock_modulo_s=65.536),
)  # fmt: skip
"""Scenarios of the sensors' doing."""
