"""What the processes are told; apart from them, so that the command itself imports nothing heavy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lumbarwatch.model.samples import Placement


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What is shown: a scenario of the simulation, the sensors' family and quality, and the dice."""

    family: str = "lm1"
    scenario: str = "demo"
    group: str = "good"
    seed: int = 1
    guided: bool = False  # the athlete waits for the page and does what it says
    cut_in_second_set: bool = False  # guided only: a link is cut once, to see what happens
    athletes: int = 1  # more than one: without a Bluetooth stack, for the coach's wall
    reps: int = 8  # guided only: in each of two sets
    careless: bool = False  # guided only: the same fault twice in a row in the second set


@dataclass(frozen=True, slots=True)
class WantedSensors:
    """Serial number, address or name of the sensors to use; None: whichever is found.

    ``serials``: serial numbers of paired sensors by their address, as most do not advertise theirs.
    """

    pelvis: str | None = None
    lumbar: str | None = None
    serials: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def by_place(self) -> Mapping[Placement, str | None]:
        """The same by placement."""
        return {Placement.PELVIS: self.pelvis, Placement.LUMBAR: self.lumbar}


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What the pages are told: where the hub is, the key of its tickets, and whose history to show."""

    hub_port: int
    ticket_key: bytes
    data: Path
