"""What goes wrong with the sensors in a scenario, placed by the repetitions it is to hit."""

from dataclasses import dataclass
from enum import StrEnum

from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.stage import Channel, PlannedSet, Stage

SLIP_CHANNEL = {Placement.PELVIS: Channel.PELVIS_SLIP, Placement.LUMBAR: Channel.LUMBAR_SLIP}


class Where(StrEnum):
    """A moment of a repetition."""

    TOP = "top"
    LEAVE = "leave"  # lowering begins
    BOTTOM = "bottom"  # the bottom after it is reached
    SET_END = "set_end"  # of the repetition's set


@dataclass(frozen=True, slots=True)
class Anchor:
    """A moment: set and repetition counted from 1, and a delay."""

    set_number: int
    rep_number: int
    where: Where
    delay_s: float = 0.0

    def time_s(self, sets: list[PlannedSet]) -> float:
        """When that was, in the performance."""
        planned = sets[self.set_number - 1]
        rep = planned.reps[self.rep_number - 1]
        moments = {
            Where.TOP: rep.top_s,
            Where.LEAVE: rep.leave_s,
            Where.BOTTOM: rep.end_s,
            Where.SET_END: planned.end_s,
        }
        return moments[self.where] + self.delay_s


@dataclass(frozen=True, slots=True)
class Outage:
    """Nothing of these sensors arrives for a while; the sensors themselves run on."""

    at: Anchor
    seconds: float
    sensors: tuple[Placement, ...] = tuple(Placement)


@dataclass(frozen=True, slots=True)
class Restart:
    """A sensor is off for a while and starts with a new clock and counter."""

    at: Anchor
    off_s: float
    sensor: Placement


@dataclass(frozen=True, slots=True)
class Slip:
    """A sensor turns on the skin, once and for good."""

    at: Anchor
    degrees: float
    sensor: Placement
    seconds: float = 0.18


@dataclass(frozen=True, slots=True)
class Knock:
    """Something hits the sensor (bench edge, bar): a short shake that leaves it where it was."""

    at: Anchor
    sensor: Placement
    size_g: float = 4.0


Fault = Outage | Restart | Slip | Knock


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch in which a sensor takes (restart) or delivers (outage) nothing; s."""

    sensor: Placement
    start_s: float
    end_s: float
    restart: bool


def holes(faults: tuple[Fault, ...], sets: list[PlannedSet]) -> list[Hole]:
    """When nothing comes, in the order of time."""
    found: list[Hole] = []
    for fault in faults:
        if isinstance(fault, Slip | Knock):
            continue
        start = fault.at.time_s(sets)
        if isinstance(fault, Restart):
            found.append(Hole(fault.sensor, start, start + fault.off_s, restart=True))
        else:
            found += [Hole(sensor, start, start + fault.seconds, restart=False) for sensor in fault.sensors]
    return sorted(found, key=lambda hole: hole.start_s)


@dataclass(frozen=True, slots=True)
class Shake:
    """A knock as it was felt by one sensor."""

    t_s: float
    sensor: Placement
    size_g: float


def shakes(faults: tuple[Fault, ...], sets: list[PlannedSet]) -> list[Shake]:
    """The knocks, as performed."""
    return [Shake(f.at.time_s(sets), f.sensor, f.size_g) for f in faults if isinstance(f, Knock)]


@dataclass(frozen=True, slots=True)
class SlipTruth:
    """A slip as it happened."""

    t_s: float
    sensor: Placement
    degrees: float


def slip(stage: Stage, faults: tuple[Fault, ...]) -> list[SlipTruth]:
    """Write the slips onto the finished stage; say when they were."""
    found: list[SlipTruth] = []
    for fault in faults:
        if isinstance(fault, Slip):
            start, track = fault.at.time_s(stage.sets), stage.tracks[SLIP_CHANNEL[fault.sensor]]
            track.move(start, start + fault.seconds, track.last.value + fault.degrees)
            found.append(SlipTruth(start, fault.sensor, fault.degrees))
    return found
