"""Many simulated athletes on one hub: for the coach's wall."""

import asyncio

from lumbarwatch.cli.demo_athlete import script
from lumbarwatch.cli.direct_links import DirectLinks, DirectRadio
from lumbarwatch.cli.plans import DemoPlan
from lumbarwatch.hub.service import Hub
from lumbarwatch.hub.station import Station, Trainee
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Athlete, CalibrationSource
from lumbarwatch.simulate.direct import DirectSensor
from lumbarwatch.simulate.session import SimulatedSession, simulate_session

NAMES = (
    "Ada", "Ben", "Cleo", "Dario", "Edda", "Finn", "Greta", "Hugo", "Ida", "Jonas", "Kaja", "Leo", "Mila",
    "Nils", "Olga", "Paul", "Quinn", "Rosa", "Sven", "Tilda", "Uwe", "Vera", "Wim", "Xenia", "Yara", "Zeno",
    "Alma", "Bosse", "Carla", "Dag",
)  # fmt: skip
SESSIONS = 4
"""Different simulated sessions; athletes beyond them train as another one does, at another time."""

APART_S = 4.0
"""Between two athletes' beginnings, of the session (convention)."""

REST_S = 10.0
"""Between two sessions of one athlete (convention)."""

UNLUCKY = 2
CUT_AT_S = 75.0
"""The third athlete's lumbar sensor loses its link here, s of the session, for 5 s: in the first set."""

RATE_HZ = 104.0


class WallAthletes:
    """``plan.athletes`` athletes with direct sensors."""

    def __init__(self, plan: DemoPlan, clock: Clock) -> None:
        self._clock = clock
        self._count = plan.athletes
        seeds = range(plan.seed, plan.seed + min(SESSIONS, plan.athletes))
        self._sessions = [
            simulate_session(plan.scenario, plan.group, seed, rate_hz=RATE_HZ) for seed in seeds
        ]
        self.radio = DirectRadio()
        for number in range(self._count):
            for place, signals in self._session(number).signals.items():
                serial = _serial(number, place)
                self.radio.sensors[serial] = DirectSensor(signals, serial)
        if self._count > UNLUCKY:
            self.radio.cut_at_s[_serial(UNLUCKY, Placement.LUMBAR)] = CUT_AT_S

    async def train(self, hub: Hub) -> None:
        """Let all of them train, session after session."""
        while len(hub.stations) < self._count:
            hub.stations.lend(f"Rack {len(hub.stations) + 1}")
        for number, station in enumerate(list(hub.stations.values())[: self._count]):
            station.targets = {place: _serial(number, place) for place in Placement}
            station.choose(Trainee(self._athlete(number)))
        async with asyncio.TaskGroup() as group:
            for number, station in enumerate(list(hub.stations.values())[: self._count]):
                group.create_task(self._for_ever(number, station))

    async def _for_ever(self, number: int, station: Station) -> None:
        await self._clock.sleep(number * APART_S)
        while True:
            if not station.running:
                await self._once(number, station)
            await self._clock.sleep(REST_S)

    async def _once(self, number: int, station: Station) -> None:
        visit = station.start(self._athlete(number), CalibrationSource.GUIDED)
        links = visit.links
        if not isinstance(links, DirectLinks):
            return
        await links.begun.wait()
        session = self._session(number)
        for t_s, say in sorted(script(session, links.start_ns), key=lambda entry: entry[0]):
            await self._until(links, t_s)
            if not visit.running:
                return  # ended by hand
            say(station)
        await self._until(links, session.duration_s)
        await station.end()

    async def _until(self, links: DirectLinks, t_s: float) -> None:
        passed_s = (self._clock.monotonic_ns() - links.start_ns) / 1e9
        if t_s > passed_s:
            await self._clock.sleep(t_s - passed_s)

    def _session(self, number: int) -> SimulatedSession:
        return self._sessions[number % len(self._sessions)]

    def _athlete(self, number: int) -> Athlete:
        profile = self._session(number).performance.profile
        return Athlete(
            f"01980000-0000-7000-8000-0000000de4{number:02d}",
            NAMES[number % len(NAMES)],
            profile.mass_kg,
            profile.stature_m,
        )


def _serial(number: int, place: Placement) -> str:
    return f"D{number + 1:03d}{place.value[:1].upper()}"
