"""What a hub is told at its start; apart from the hub itself, so that it can be said without importing it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class HubSettings:
    """What a hub is told at its start. ``speed``: session seconds per real second."""

    data: Path
    ticket_key: bytes
    page_port: int
    simulated: bool = False
    speed: float = 1.0
    replay: bool = False  # a recording is shown again
    obeys: bool = False  # simulated: the athlete waits for the page and does what it says
