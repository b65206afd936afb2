"""First functions of the processes: what is heavy is imported where it is needed, not in the command."""

import socket
from multiprocessing.connection import Connection
from pathlib import Path

from lumbarwatch.cli.plans import DemoPlan, PageSettings, WantedSensors
from lumbarwatch.hub.settings import HubSettings


def hub(channel: Connection, listener: socket.socket, settings: HubSettings, wanted: WantedSensors) -> None:
    """Measure with real sensors."""
    from lumbarwatch.cli.hub_process import run_hub

    run_hub(channel, listener, settings, wanted)


def demo_hub(channel: Connection, listener: socket.socket, settings: HubSettings, plan: DemoPlan) -> None:
    """Measure a simulated athlete."""
    from lumbarwatch.cli.hub_process import run_demo_hub

    run_demo_hub(channel, listener, settings, plan)


def replay_hub(channel: Connection, listener: socket.socket, settings: HubSettings, recording: Path) -> None:
    """Show a recording again."""
    from lumbarwatch.cli.hub_process import run_replay_hub

    run_replay_hub(channel, listener, settings, recording)


def pages(channel: Connection, listener: socket.socket, settings: PageSettings) -> None:
    """Serve the pages."""
    from lumbarwatch.cli.page_process import run_pages

    run_pages(channel, listener, settings)
