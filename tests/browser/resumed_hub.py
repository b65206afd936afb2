"""A supervised hub whose sensors outlive it (:mod:`cli.lasting_hub`), and pages, as ``lumbarwatch run``."""

import secrets
import sys
from pathlib import Path

from cli import lasting_hub
from lumbarwatch.cli import processes, supervise
from lumbarwatch.cli.plans import PageSettings
from lumbarwatch.cli.supervise import Part
from lumbarwatch.hub.settings import HubSettings

RUN = """
import sys
sys.path.insert(0, {tests!r})
from browser.resumed_hub import main
main()
"""
"""For :func:`browser.conftest.start`; the argument is the data folder, beside it the hub leaves its pid."""


def main() -> None:
    """Serve until interrupted."""
    data, key = Path(sys.argv[1]), secrets.token_bytes(32)
    with supervise.bind(0) as page, supervise.bind(0) as hub:
        settings = HubSettings(data, key, page.getsockname()[1], speed=lasting_hub.SPEED)
        told = PageSettings(hub.getsockname()[1], key, data)
        parts = [
            Part("measuring", lasting_hub.main, (hub, settings), restart=True),
            Part("pages", processes.pages, (page, told), restart=True),
        ]
        url = f"http://{supervise.LOOPBACK}:{page.getsockname()[1]}"
        supervise.supervise(parts, lambda: print(f"lumbarwatch: ready at {url}", flush=True), print)
