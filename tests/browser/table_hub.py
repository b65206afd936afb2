"""Two simulated sensors on a table that are turned onto their six sides, and pages."""

import asyncio
import secrets
import socket
import sys
from multiprocessing.connection import Connection
from pathlib import Path

from lumbarwatch.cli import child, processes, supervise
from lumbarwatch.cli.direct_links import DirectRadio
from lumbarwatch.cli.elastic_clock import ElasticClock
from lumbarwatch.cli.plans import PageSettings
from lumbarwatch.cli.supervise import Part
from lumbarwatch.hub.service import serve
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.hub.values import FindingKind, FindingMessage
from lumbarwatch.jobs.samples import decode_recording
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.direct import DirectSensor
from lumbarwatch.simulate.session import SimulatedSession, simulate_session

SERIALS = {Placement.PELVIS: "T001P", Placement.LUMBAR: "T001L"}
RUN = """
import sys
sys.path.insert(0, {tests!r})
from browser.table_hub import main
main()
"""
"""For :func:`browser.conftest.start`; the arguments are those of :func:`main`."""


def on_the_table() -> SimulatedSession:
    """Return what both sensors sense, and which errors their accelerometers have."""
    return simulate_session("six_pose", "cheap", 4, rate_hz=104.0)


async def examined() -> list[FindingMessage]:
    """Find something of each kind."""
    return [
        FindingMessage(kind=FindingKind.FINE, subject="System", text="Bluetooth is on, one adapter."),
        FindingMessage(
            kind=FindingKind.NOTICE, subject="T001P", text="Its signal is weak (−87 dBm): bring it closer."
        ),
        FindingMessage(
            kind=FindingKind.PROBLEM,
            subject="T001L",
            text="It lost 12 % of its samples within 20 s: charge it, and keep the computer within 3 m.",
        ),
    ]


def table_hub(
    channel: Connection, listener: socket.socket, settings: HubSettings, paired: bool = True
) -> None:
    """Process of the hub; a sensor begins to be turned when its link does."""

    async def body(stop, ready):
        radio = DirectRadio()
        for place, signals in on_the_table().signals.items():
            radio.sensors[SERIALS[place]] = DirectSensor(signals, SERIALS[place])

        async def begin(hub):
            hub.first.targets = dict(SERIALS) if paired else {}
            await asyncio.Event().wait()

        await serve(
            settings,
            listener,
            clock=ElasticClock(settings.speed),
            stop=stop,
            ready=ready,
            companion=begin,
            write_samples=decode_recording,
            examine=examined,
            make_links=radio.links,
        )

    child.live(channel, body)


def main() -> None:
    """Serve until interrupted; arguments: data folder, speed, and "bare" for sensors without a place."""
    data, speed, paired = Path(sys.argv[1]), float(sys.argv[2]), "bare" not in sys.argv
    key = secrets.token_bytes(32)
    with supervise.bind(0) as page, supervise.bind(0) as hub:
        settings = HubSettings(data, key, page.getsockname()[1], simulated=True, speed=speed)
        told = PageSettings(hub.getsockname()[1], key, data)
        parts = [
            Part("measuring", table_hub, (hub, settings, paired), restart=True),
            Part("pages", processes.pages, (page, told), restart=True),
        ]
        url = f"http://{supervise.LOOPBACK}:{page.getsockname()[1]}"
        supervise.supervise(parts, lambda: print(f"lumbarwatch: ready at {url}", flush=True), print)
