"""Hub and pages together: what ``demo`` and ``run`` share."""

import os
import secrets
import socket
import sys
import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import typer

from lumbarwatch.cli import processes, supervise, wanted
from lumbarwatch.cli.plans import DemoPlan, PageSettings
from lumbarwatch.cli.supervise import Part
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.store.folder import default_data_folder

DEMO_FOLDER = "demo"


@dataclass(frozen=True, slots=True)
class Launch:
    """What both commands are told."""

    port: int
    data: Path | None
    browser: bool


def demo(launch: Launch, plan: DemoPlan, speed: float) -> None:
    """Start the demo and stay until Ctrl-C."""
    data = launch.data or default_data_folder() / DEMO_FOLDER
    key = secrets.token_bytes(32)
    with supervise.bind(launch.port) as page, supervise.bind(0) as hub:
        settings = HubSettings(
            data, key, page.getsockname()[1], simulated=True, speed=speed, obeys=plan.guided
        )
        measuring = Part("measuring", processes.demo_hub, (hub, settings, plan), restart=False)
        pages = Part("pages", processes.pages, (page, _pages(hub, key, data)), restart=True)
        _stay([measuring, pages], page.getsockname()[1], browser=launch.browser)


def run(launch: Launch, pelvis: str | None, lumbar: str | None) -> None:
    """Start measuring with real sensors and stay until Ctrl-C."""
    data = launch.data or default_data_folder()
    sensors = wanted.wanted_sensors(data, pelvis, lumbar)
    key = secrets.token_bytes(32)
    with supervise.bind(launch.port) as page, supervise.bind(0) as hub:
        settings = HubSettings(data, key, page.getsockname()[1])
        measuring = Part("measuring", processes.hub, (hub, settings, sensors), restart=True)
        pages = Part("pages", processes.pages, (page, _pages(hub, key, data)), restart=True)
        typer.echo("lumbarwatch: looking for two sensors")
        _stay([measuring, pages], page.getsockname()[1], browser=launch.browser)


def replay(launch: Launch, recording: Path, speed: float) -> None:
    """Show a recording again and stay until Ctrl-C."""
    data = launch.data or default_data_folder()
    key = secrets.token_bytes(32)
    with supervise.bind(launch.port) as page, supervise.bind(0) as hub:
        settings = HubSettings(data, key, page.getsockname()[1], speed=speed, replay=True)
        showing = Part("measuring", processes.replay_hub, (hub, settings, recording), restart=True)
        pages = Part("pages", processes.pages, (page, _pages(hub, key, data)), restart=True)
        _stay([showing, pages], page.getsockname()[1], browser=launch.browser, end="stopped")


def _pages(hub: socket.socket, key: bytes, data: Path) -> PageSettings:
    return PageSettings(hub.getsockname()[1], key, data)


def _stay(
    parts: Sequence[Part], port: int, *, browser: bool, end: str = "stopped; the session is saved"
) -> None:
    url = f"http://{supervise.LOOPBACK}:{port}"

    def ready() -> None:
        typer.echo(f"lumbarwatch: ready at {url}")
        if browser:
            _open(url)

    try:
        supervise.supervise(parts, ready, lambda sentence: typer.echo(f"lumbarwatch: {sentence}", err=True))
    except supervise.PartDied as died:
        typer.echo(f"lumbarwatch: {died}", err=True)
        raise typer.Exit(1) from died
    typer.echo(f"lumbarwatch: {end}")


def _open(url: str) -> None:
    """Open a browser where there is a screen; never one that would take over the terminal."""
    screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if screen or not sys.platform.startswith("linux"):
        webbrowser.open(url)
