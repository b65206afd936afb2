"""A hub whose sensors and analysis do what a test says."""

import asyncio
from contextlib import asynccontextmanager

import httpx
import numpy as np

from lumbarwatch.hub.archive import Archive
from lumbarwatch.hub.client import HubAddress
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.service import Hub
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.events import LinkEvent, LinkState
from lumbarwatch.model.motion import PHASES, Phase, PoseBatch, Rep, RepQuality
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, Placement, SensorInfo
from lumbarwatch.model.verdicts import Level, WarningId, WarningVerdict
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.sensors.link_types import SensorDetails
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.wire.errors import DecodeError

TARGETS = {Placement.PELVIS: "AA", Placement.LUMBAR: "BB"}
DESCRIPTION = {"rate_hz": 104.0, "acc_scale_mps2": 0.0048, "gyr_scale_radps": 0.0012, "serial": "S1"}
KEY = b"k" * 32
HUB_PORT = 8600
PAGE_PORT = 8501
ADDRESS = HubAddress(HUB_PORT, KEY)


class ScriptedDriver:
    """Decodes one sample from any bytes but ``garbage``."""

    family = "lm1"
    info = SensorInfo(nominal_rate_hz=104.0, seq_modulo=65536, family="lm1")

    def describe(self):
        return dict(DESCRIPTION)

    def read(self, notification):
        if notification.payload == b"garbage":
            raise DecodeError("no packet")
        return [
            ImuBatch(
                placement=notification.placement,
                t_arrival_ns=np.array([notification.t_arrival_ns]),
                gyr_radps=np.zeros((1, 3)),
                acc_mps2=np.array([[0.0, 9.8, 0.0]]),
            )
        ]


class ScriptedLinks:
    """Two links that the test opens, cuts and feeds."""

    def __init__(self, clock, *, on_notification, on_link, on_ready, backend, adapter):
        self.clock = clock
        self.on_notification, self.on_link, self.on_ready = on_notification, on_link, on_ready
        self.garbage = []
        self.buzzed = []
        self.fails = None
        self._stopped = asyncio.Event()
        self.adapter = adapter
        self.statuses = {}
        self.in_range = []
        self.scans = 0
        self.scanned = asyncio.Event()
        self.scanned.set()
        self.asked = []
        self.identified = []

    async def run(self, targets):
        if self.fails is not None:
            raise self.fails
        await self._stopped.wait()
        for place in targets:
            self.link(place, LinkState.ENDED)

    async def stop(self):
        self._stopped.set()
        await asyncio.sleep(0)

    def status(self):
        return dict(self.statuses)

    async def scan(self, timeout_s=5.0):
        self.scans += 1
        await self.scanned.wait()
        if self.fails is not None:
            raise self.fails
        return list(self.in_range)

    async def inspect(self, sensor, *, identify=False):
        self.asked.append((sensor.address, identify))
        return SensorDetails(sensor.serial or f"SN-{sensor.address}", 80, "1.2.0")

    async def identify(self, placement):
        self.identified.append(placement)

    def heard_garbage(self, placement, detail=""):
        self.garbage.append(placement)

    async def haptic(self, placement, pattern, strength, ms):
        self.buzzed.append((placement, ms))

    # What the test does
    def ready(self, placement):
        self.on_ready(placement, ScriptedDriver())

    def link(self, placement, state, reason=None):
        self.on_link(LinkEvent(self.clock.monotonic_ns(), placement, state, reason))

    def packet(self, placement, payload=b"packet"):
        now = self.clock.monotonic_ns()
        self.on_notification(RawNotification(placement, now, self.clock.utc_ns(), "uuid-1", payload))


class ScriptedPipeline:
    """Says what the test has put on ``next``, whatever is pushed."""

    def __init__(self, setup):
        self.setup = setup
        self.pushed = []
        self.next = []
        self.last = []
        self.breaks = False
        self.carried = None

    def push(self, *items):
        if self.breaks:
            raise RuntimeError("a bug")
        self.pushed += items
        said, self.next = self.next, []
        return said

    def finish(self):
        return self.last

    def to_carry(self):
        return self.carried


class PlannedClock:
    """Time that only passes while somebody sleeps."""

    def __init__(self):
        self.now_ns = 9_000 * NS_PER_S
        self.slept = []

    def monotonic_ns(self):
        return self.now_ns

    def utc_ns(self):
        return self.now_ns

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now_ns += round(max(seconds, 0.0) * NS_PER_S)
        await asyncio.sleep(0)


class ScriptedHub:
    """A hub in a folder, with the links and pipelines of its visits within reach."""

    def __init__(self, folder, *, targets=TARGETS, in_range=(), examine=None, clock=None, **changes):
        self.links = []
        self.pipelines = []
        self.folder = DataFolder(folder).create()
        self.archive = Archive.open(self.folder)
        self.feed = Feed("run-1", lambda: 0.0)
        self.clock = clock or SystemClock()
        parts = Parts(
            folder=self.folder,
            archive=self.archive,
            feed=self.feed,
            clock=self.clock,
            make_links=self._make_links,
            make_pipeline=self._make_pipeline,
            **changes,
        )
        settings = HubSettings(folder, KEY, PAGE_PORT, simulated=True)
        self.hub = Hub(settings, parts, examine)
        if targets is not None:
            self.hub.first.targets = targets
        self.links[0].in_range = list(in_range)  # of the sensor desk

    @property
    def station(self):
        return self.hub.first

    def frames(self, viewer):
        import json

        found = [json.loads(frame.text) for frame in viewer.waiting]
        viewer.waiting.clear()
        return found

    def _make_links(self, *args, **kwargs):
        self.links.append(ScriptedLinks(*args, **kwargs))
        return self.links[-1]

    def _make_pipeline(self, setup):
        self.pipelines.append(ScriptedPipeline(setup))
        return self.pipelines[-1]


@asynccontextmanager
async def http(scripted):
    """Who asks a hub with a good ticket."""
    transport = httpx.ASGITransport(app=scripted.hub.app(HUB_PORT))
    headers = {"authorization": f"Bearer {ADDRESS.ticket()}"}
    async with httpx.AsyncClient(transport=transport, base_url=ADDRESS.api_url, headers=headers) as client:
        yield client


async def both_on(links):
    """Both sensors have said what they are, and stream."""
    for place in Placement:
        links.ready(place)
        links.link(place, LinkState.STREAMING)
    await settle()


async def until_over(hub):
    """Wait for the end of a recording that is shown, by a clock that never really sleeps."""
    for _ in range(200_000):
        if not hub.station.running:
            return
        await asyncio.sleep(0)
    raise AssertionError("the recording does not end")


async def settle():
    """Let everything that can happen now happen."""
    for _ in range(20):
        await asyncio.sleep(0)


def rep(number, t_ns, *, set_number=1, warnings=(), graded=True, **changes):
    """A rep that began at t_ns."""
    values = {
        "set_number": set_number,
        "rep_number": number,
        "t_start_ns": t_ns,
        "t_lockout_ns": t_ns + 1_000_000_000,
        "t_lower_ns": t_ns + 1_500_000_000,
        "t_end_ns": t_ns + 3_000_000_000,
        "rom_deg": 50.0,
        "rom_m": 0.35,
        "rom_fraction": 1.0,
        "phi_top_deg": 97.0,
        "tilt_lockout_deg": 7.0,
        "lambda_lockout_deg": -4.0,
        "lambda_peak_deg": -2.0,
        "lambda_eccentric_max_deg": -3.0,
        "roll_lockout_deg": 0.5,
        "rate_peak_dps": 90.0,
        "rate_mean_dps": 40.0,
        "tilt_sigma_deg": 3.2,
        "lambda_sigma_deg": 3.2,
        "partial": False,
        "lowered": True,
        "quality": RepQuality(),
        "graded": graded,
        "warnings": warnings,
    }
    return Rep(**(values | changes))


def red(warning=WarningId.W1):
    """A red warning."""
    return WarningVerdict(warning, Level.RED, value=-9.0, limit=0.0, sigma=3.2, t_ns=1)


def poses(t_ns, n=3):
    """Poses 20 ms apart."""
    columns = {
        name: np.full(n, 5.0) for name in PoseBatch.__slots__ if name not in ("t_ns", "phase_code", "valid")
    }
    return PoseBatch(
        t_ns=t_ns + 20_000_000 * np.arange(n, dtype=np.int64),
        phase_code=np.full(n, PHASES.index(Phase.LOCKOUT)),
        valid=np.ones(n, dtype=bool),
        **columns,
    )
