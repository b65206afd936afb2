"""Twelve simulated athletes on one hub, and pages; a hub that is killed comes back, as with ``run``."""

import secrets
import sys
from pathlib import Path

from lumbarwatch.cli import processes, supervise
from lumbarwatch.cli.plans import DemoPlan, PageSettings
from lumbarwatch.cli.supervise import Part
from lumbarwatch.hub.settings import HubSettings


def main(data: Path, athletes: int, speed: float) -> None:
    """Serve until interrupted."""
    key = secrets.token_bytes(32)
    with supervise.bind(0) as page, supervise.bind(0) as hub:
        settings = HubSettings(data, key, page.getsockname()[1], simulated=True, speed=speed)
        told = PageSettings(hub.getsockname()[1], key, data)
        plan = DemoPlan(athletes=athletes)
        parts = [
            Part("measuring", processes.demo_hub, (hub, settings, plan), restart=True),
            Part("pages", processes.pages, (page, told), restart=True),
        ]
        url = f"http://{supervise.LOOPBACK}:{page.getsockname()[1]}"
        supervise.supervise(parts, lambda: print(f"lumbarwatch: ready at {url}", flush=True), print)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
