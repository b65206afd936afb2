"""The athlete of the demo: wears two virtual sensors, trains, and does what a user would do on the page."""

from collections.abc import Callable
from types import TracebackType
from typing import Self

from lumbarwatch.cli.plans import DemoPlan
from lumbarwatch.hub.service import Hub
from lumbarwatch.hub.station import Station
from lumbarwatch.model.clock import Clock
from lumbarwatch.model.events import BarLoad, StepBegun, StepDone
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Athlete, CalibrationSource, CalibrationStep
from lumbarwatch.simulate.session import SimulatedSession, simulate_session
from lumbarwatch.simulate.virtual_radio import NOMINAL_RATE_HZ, VirtualRadio, VirtualSensor

DEMO_ATHLETE_ID = "01980000-0000-7000-8000-00000000de30"
"""One id for all demos, so that their sessions stand together in the history."""

AFTERWARDS_S = 2.0
"""Time for the last packets to arrive, of the session (convention)."""


class DemoAthlete:
    """A simulated session behind virtual Bluetooth sensors; an asynchronous context."""

    def __init__(self, plan: DemoPlan, clock: Clock) -> None:
        self._clock = clock
        rate_hz = NOMINAL_RATE_HZ[plan.family]
        self.session = simulate_session(plan.scenario, plan.group, plan.seed, rate_hz=rate_hz)
        sensors = [VirtualSensor(plan.family, self.session.signals[place]) for place in Placement]
        self.radio = VirtualRadio(sensors, clock)

    async def __aenter__(self) -> Self:
        await self.radio.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.radio.stop()

    async def train(self, hub: Hub) -> None:
        """Put the sensors on, train, and end the session."""
        station = hub.first
        addresses = [peripheral.address for peripheral in self.radio.peripherals]
        station.targets = dict(zip(Placement, addresses, strict=True))
        visit = station.start(self._athlete(), CalibrationSource.GUIDED)
        await self.radio.time.begun.wait()
        for t_s, say in sorted(script(self.session, self.radio.time.start_ns), key=lambda entry: entry[0]):
            await self.radio.time.sleep_until(t_s)
            if not visit.running:
                return  # ended by hand
            say(station)
        await self.radio.finished()
        await self._clock.sleep(AFTERWARDS_S)
        await station.end()

    def _athlete(self) -> Athlete:
        profile = self.session.performance.profile
        return Athlete(DEMO_ATHLETE_ID, "Demo athlete", profile.mass_kg, profile.stature_m)


Entry = tuple[float, Callable[[Station], None]]


def script(session: SimulatedSession, start_ns: int) -> list[Entry]:
    """Return what is said when (s of the session): calibration steps and the bar's load."""
    entries: list[Entry] = []
    for step, windows in session.performance.windows.items():
        for begin_s, end_s in windows:
            entries += _step(step, begin_s, end_s, start_ns)
    for planned in session.performance.sets:
        entries.append((planned.start_s, _load(planned.bar_kg)))
    return entries


def _step(step: CalibrationStep, begin_s: float, end_s: float, start_ns: int) -> list[Entry]:
    begin_ns, end_ns = (start_ns + round(t_s * NS_PER_S) for t_s in (begin_s, end_s))

    def begin(station: Station) -> None:
        station.control(lambda now_ns: StepBegun(now_ns, step))

    def end(station: Station) -> None:
        station.control(lambda now_ns: StepDone(now_ns, step, begin_ns, end_ns))

    return [(begin_s, begin), (end_s, end)]


def _load(bar_kg: float) -> Callable[[Station], None]:
    return lambda station: station.control(lambda now_ns: BarLoad(now_ns, bar_kg=bar_kg))
