"""The pages' process: Streamlit behind the gate. Imports nothing of the hub's inside, and no Bluetooth."""

import asyncio
import importlib.resources
import os
import socket
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from pathlib import Path
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import lumbarwatch
from lumbarwatch.access.gate import AsgiApp, Gate, GateRules, loopback_hosts, loopback_origins
from lumbarwatch.access.serving import serving
from lumbarwatch.cli import child
from lumbarwatch.cli.plans import PageSettings
from lumbarwatch.hub.client import HubAddress

NICE = 5
"""How much later than the hub's the pages' turn comes (convention; Unix only)."""

TICKET_PATH = "/lumbarwatch/ticket"
SECRETS = "lumbarwatch"
"""Section of Streamlit's secrets in which the pages find the hub."""

REQUIRED: Mapping[str, object] = MappingProxyType(
    {
        "runner.postScriptGC": False,
        "runner.magicEnabled": False,
        "server.address": "127.0.0.1",
        "server.enableAgentApi": False,
        "server.fileWatcherType": "none",
        "browser.gatherUsageStats": False,
        "browser.serverAddress": "127.0.0.1",
        "client.toolbarMode": "minimal",
        "client.showErrorDetails": "none",
    }
)
"""Without these, pages disturb a recording, show what is inside, or talk to the outside (design 6)."""


class SettingsRefused(Exception):  # noqa: N818  (a programming error, not a user's)
    """Streamlit does not have the settings that are needed."""


def dashboards_folder() -> Path:
    """Return the folder with app.py: inside an installed wheel, else beside ``src`` in a checkout."""
    inside = Path(str(importlib.resources.files("lumbarwatch"))) / "_dashboards"
    return inside if inside.is_dir() else Path(lumbarwatch.__file__).parents[2] / "dashboards"


def run_pages(channel: Connection, listener: socket.socket, settings: PageSettings) -> None:
    """Process of the pages."""
    _stand_back()

    async def body(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        app = pages_app(settings, listener.getsockname()[1])
        async with serving(app, listener):
            ready()
            from preload import preloading  # beside app.py

            with preloading():
                await stop.wait()

    child.live(channel, body)


def _stand_back() -> None:
    """Let the hub go first where both want the processor: a page may wait, a packet may not."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def pages_app(settings: PageSettings, port: int) -> AsgiApp:
    """Return Streamlit's application with the ticket route, behind the gate."""
    folder = dashboards_folder()
    sys.path.insert(0, str(folder))
    script = folder / "app.py"
    _configure(script)

    import streamlit as st

    hub = HubAddress(settings.hub_port, settings.ticket_key)

    async def ticket(_: Request) -> Response:
        answer = {"ticket": hub.ticket(), "feed_url": hub.feed_url}
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    app = st.App(
        script,
        secrets={SECRETS: {**secrets_of(settings)}},
        routes=[Route(TICKET_PATH, ticket, methods=["POST"])],
    )
    rules = GateRules(
        hosts=loopback_hosts(port),
        origins=loopback_origins(port),
        origin_required=frozenset({TICKET_PATH}),
        headers=headers(settings.hub_port),
    )
    return Gate(app, rules)


def secrets_of(settings: PageSettings) -> dict[str, str]:
    """Return what the pages find in Streamlit's secrets."""
    return {
        "hub_port": str(settings.hub_port),
        "ticket_key": settings.ticket_key.hex(),
        "data": str(settings.data),
        "ticket_url": TICKET_PATH,
    }


def headers(hub_port: int) -> tuple[tuple[bytes, bytes], ...]:
    """Return the headers of every answer: nothing from outside, nothing to the outside, in nobody's frame."""
    sources = "'self' 'unsafe-inline' 'unsafe-eval' blob: data:"
    feed = f"ws://127.0.0.1:{hub_port}"
    connect = f"connect-src 'self' blob: data: {feed}"
    policy = f"default-src {sources}; {connect}; frame-ancestors 'none'; base-uri 'self'"
    return (
        (b"content-security-policy", policy.encode()),
        (b"x-content-type-options", b"nosniff"),
        (b"x-frame-options", b"DENY"),
        (b"referrer-policy", b"no-referrer"),
    )


def _configure(script: Path) -> None:
    """Make Streamlit take our settings, whatever a user's own file or environment says, and check them."""
    for name in [name for name in os.environ if name.startswith("STREAMLIT_")]:
        del os.environ[name]

    from streamlit import config
    from streamlit.web import bootstrap

    config._main_script_path = str(script)  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    flags = {name.replace(".", "_"): value for name, value in REQUIRED.items()}
    bootstrap.load_config_options(flag_options=flags)
    assert_settings(config.get_option)


def assert_settings(get_option: Callable[[str], object]) -> None:
    """Refuse to start with other settings than :data:`REQUIRED`."""
    wrong = {name: get_option(name) for name, value in REQUIRED.items() if get_option(name) != value}
    if wrong:
        raise SettingsRefused(f"Streamlit has other settings than needed: {wrong}")
