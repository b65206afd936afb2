"""A supervised hub whose sensors outlive it: killed, its next life finds them where they are by then.

Importable by name from a new process. Everything is the hub of ``lumbarwatch run`` but its clock, which all
lives share, and the radio.
"""

import asyncio
import functools
import os
import pickle
import sys
import time
from pathlib import Path

from lumbarwatch.cli import hub_process, supervise
from lumbarwatch.cli.demo_athlete import script
from lumbarwatch.cli.direct_links import LEAD_S, DirectLinks, DirectRadio
from lumbarwatch.cli.plans import WantedSensors
from lumbarwatch.hub.service import serve
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Athlete, CalibrationSource
from lumbarwatch.sensors.base import FoundSensor
from lumbarwatch.sensors.lm1 import Lm1Driver
from lumbarwatch.simulate.direct import BATCH, DirectClient, DirectSensor
from lumbarwatch.simulate.lifts import SetOf, good
from lumbarwatch.simulate.scenario import Scenario, one_set
from lumbarwatch.simulate.session import simulate_session

SPEED = 3
KEY = b"k" * 32
REPS = 40
ATHLETE = Athlete("01980000-0000-7000-8000-0000000000a1", "Anna", 70.0, 1.7)
SERIALS = {Placement.PELVIS: "LASTP", Placement.LUMBAR: "LASTL"}


class LastingClock:
    """Faster than life, and the same for all processes of this computer."""

    def monotonic_ns(self):
        return time.monotonic_ns() * SPEED

    def utc_ns(self):
        return self.monotonic_ns() + 1_700_000_000 * NS_PER_S

    async def sleep(self, seconds):
        await asyncio.sleep(max(seconds, 0.0) / SPEED)


class LastingLinks(DirectLinks):
    """What was sent while nobody listened is lost."""

    begun_file: Path

    async def run(self, assignments):
        self._worn = {place: self._radio.sensors[SERIALS[place]] for place in assignments}
        for place, sensor in self._worn.items():
            driver = Lm1Driver(batch=BATCH)
            await driver.start(DirectClient(sensor))
            self._on_ready(place, driver)
            self._say(place, LinkState.STREAMING)
        if not self.begun_file.exists():
            self.begun_file.write_text(str(self._clock.monotonic_ns() + round(LEAD_S * NS_PER_S)))
        self.start_ns = int(self.begun_file.read_text())
        self.begun.set()
        sending = asyncio.create_task(self._send_from_now_on())
        await self._stopped.wait()
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        for place in self._worn:
            self._say(place, LinkState.ENDED)

    async def _send_from_now_on(self):
        now_s = self._passed_s()
        due = sorted(
            (sensor.due_s(index), place.value, index)
            for place, sensor in self._worn.items()
            for index in range(sensor.packets)
            if sensor.due_s(index) > now_s
        )
        for due_s, place, index in due:
            if due_s > self._passed_s():
                await self._clock.sleep(due_s - self._passed_s())
            self._packet(Placement(place), index, due_s)

    def _passed_s(self):
        return (self._clock.monotonic_ns() - self.start_ns) / NS_PER_S


def main(channel, listener, settings, *, restarting=""):
    """One life of the hub. ``restarting``: this sensor begins anew while the hub is away."""
    place = settings.data.parent
    (place / "hub.pid").write_text(str(os.getpid()))
    first = not (place / "sensors").exists()
    session = None
    if first:
        plan = Scenario("long", "one long set", lambda _: one_set(SetOf(good(REPS))), REPS)
        session = simulate_session(plan, "good", 4, rate_hz=104.0)
        (place / "sensors").write_bytes(pickle.dumps(dict(session.signals)))
    signals = pickle.loads((place / "sensors").read_bytes())
    sensors = {SERIALS[one]: DirectSensor(signals[one], SERIALS[one]) for one in Placement}
    if restarting and not first:
        sensors[restarting]._stamps_us -= 40_000_000  # its clock began anew 40 s later
    clock = LastingClock()
    radio = DirectRadio(sensors)
    LastingLinks.begun_file = place / "begun"

    def links(clock, *, on_notification, on_link, on_ready, backend=None, adapter=None):
        return LastingLinks(radio, clock, on_notification, on_link, on_ready)

    async def found(*_):
        return {one: FoundSensor("lm1", f"LM-{one}", serial, serial) for one, serial in SERIALS.items()}, ""

    async def with_user(settings, listener, *, companion, **rest):
        async def both(hub):
            user = asyncio.create_task(train(hub)) if first else None
            await companion(hub)
            assert user

        async def train(hub):
            while not hub.first.targets:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            visit = hub.first.start(ATHLETE, CalibrationSource.GUIDED)
            await visit.links.begun.wait()
            for t_s, say in sorted(script(session, visit.links.start_ns), key=lambda entry: entry[0]):
                await clock.sleep(t_s - visit.links._passed_s())
                say(hub.first)

        await functools.partial(serve, make_links=links)(settings, listener, companion=both, **rest)

    hub_process.SystemClock = LastingClock
    hub_process._found = found
    hub_process.serve = with_user
    hub_process.run_hub(channel, listener, settings, WantedSensors())


def supervised(data, restarting=""):
    """As ``lumbarwatch run`` does it, without pages."""
    place = Path(data).parent
    with supervise.bind(0) as listener:
        settings = HubSettings(Path(data), KEY, 1)
        body = functools.partial(main, restarting=restarting)
        part = supervise.Part("measuring", body, (listener, settings), restart=True)

        def ready():
            (place / "hub.port").write_text(str(listener.getsockname()[1]))

        supervise.supervise([part], ready, lambda said: print(said, file=sys.stderr, flush=True))


if __name__ == "__main__":
    supervised(*sys.argv[1:])
