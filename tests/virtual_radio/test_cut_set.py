"""Twenty link cuts in a set of five minutes, through links, recording, analysis and history.

The simulated athlete lifts on; the athlete's own set, its count and every lost sample are the truth.
"""

import asyncio
from dataclasses import dataclass, field

import numpy as np
import pytest

from lumbarwatch.cli.demo import SensorFamily
from lumbarwatch.cli.demo_athlete import script
from lumbarwatch.hub.archive import Archive
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.station import Station
from lumbarwatch.hub.visit import Parts
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.jobs.replay_recording import replay_recording
from lumbarwatch.model.events import LinkEvent, LinkReason, LinkState
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.model.session import Athlete, CalibrationSource
from lumbarwatch.simulate.lifts import SetOf, good
from lumbarwatch.simulate.scenario import Scenario, one_set
from lumbarwatch.simulate.session import SimulatedSession, simulate_session
from lumbarwatch.simulate.virtual_radio import NOMINAL_RATE_HZ, RadioOptions, VirtualRadio, VirtualSensor
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import read_recording
from virtual_radio.virtual_time import LoopClock

REPS = 58
CUTS = 20
AWAY_S = {Placement.PELVIS: 0.5, Placement.LUMBAR: 1.1}
"""How long a sensor is away after a cut; the real stack took 0.26 to 0.79 s (firmware_notes/links.md)."""


def scenario(reps: int) -> Scenario:
    return Scenario("cut", "one long set", lambda _: one_set(SetOf(good(reps))), reps)


@dataclass
class Sent:
    """Which of its samples a virtual sensor gave to the radio."""

    samples: list[int] = field(default_factory=list)

    def watch(self, peripheral) -> None:
        encode = peripheral.encode

        def noted(start, stop):
            self.samples += range(start, stop)
            return encode(start, stop)

        peripheral.encode = noted

    @property
    def gaps(self) -> list[int]:
        steps = np.diff(self.samples) - 1
        return steps[steps > 0].tolist()


def cut_times(session: SimulatedSession, cuts: int) -> dict[Placement, tuple[float, ...]]:
    """Over the whole set, in every part of a repetition; each sensor in its turn."""
    (planned,) = session.performance.sets
    if not cuts:
        return dict.fromkeys(Placement, ())
    times = np.linspace(planned.start_s + 4.0, planned.end_s - 6.0, cuts)
    return {place: tuple(times[k::2].tolist()) for k, place in enumerate(Placement)}


async def lifted(family: str, folder: DataFolder, *, reps: int = REPS, cuts: int = CUTS):
    """A visit with cuts; returns the session, the radio and what each sensor sent."""
    clock = LoopClock()
    session = simulate_session(scenario(reps), "good", 1, rate_hz=NOMINAL_RATE_HZ[family])
    at = cut_times(session, cuts)
    sensors = [
        VirtualSensor(family, session.signals[place], RadioOptions(cut_at_s=at[place], away_s=AWAY_S[place]))
        for place in Placement
    ]
    sent = {place: Sent() for place in Placement}
    async with VirtualRadio(sensors, clock, doubles_after_reconnect=True) as radio:
        for peripheral in radio.peripherals:
            sent[peripheral.signals.placement].watch(peripheral)
        with Archive.open(folder) as archive:
            parts = Parts(folder, archive, Feed("test", lambda: 0.0), clock, radio.backend, simulated=True)
            station = Station("1", parts)
            station.targets = radio.assignments
            station.start(Athlete("01980000-0000-7000-8000-00000000de30"), CalibrationSource.GUIDED)
            await radio.time.begun.wait()
            for t_s, say in sorted(script(session, radio.time.start_ns), key=lambda entry: entry[0]):
                await radio.time.sleep_until(t_s)
                say(station)
            await radio.finished()
            await asyncio.sleep(1.0)
            await station.end()
            assert station.message().problem == ""
    return session, radio, sent


def outages_s(events: list[LinkEvent], place: Placement) -> list[float]:
    """From each loss of a link to its stream's return."""
    mine = [event for event in events if event.placement is place]
    found = []
    for lost, event in enumerate(mine):
        if event.state is LinkState.LOST:
            back = next(later for later in mine[lost:] if later.state is LinkState.STREAMING)
            found.append((back.t_ns - event.t_ns) / 1e9)
    return found


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("family", ["lm1", "witmotion"])
async def test_twenty_cuts_in_a_set_of_five_minutes(family, tmp_path):
    folder = DataFolder(tmp_path).create()
    session, radio, sent = await lifted(family, folder)
    (planned,) = session.performance.sets
    assert planned.end_s - planned.start_s > 290.0
    assert [peripheral.cuts for peripheral in radio.peripherals] == [CUTS / 2, CUTS / 2]
    (path,) = folder.recordings.glob("*.mcap")
    _links_came_back(path)
    _set_and_count_went_on(folder, REPS)
    _nothing_is_doubled(path, sent)
    quality = analyze(path).sensors
    for place in Placement:
        truth = sent[place].gaps
        told = [gap.lost for gap in quality[place].gaps]
        assert len(truth) == len(told) == CUTS / 2
        assert quality[place].loss_estimated is (family == "witmotion")
        assert {gap.estimated for gap in quality[place].gaps} == {family == "witmotion"}
        if family == "witmotion":
            assert np.abs(np.subtract(told, truth)).max() <= 2
        else:
            assert told == truth
            assert quality[place].lost == sum(truth)


@pytest.mark.parametrize("family", NOMINAL_RATE_HZ)
async def test_reps_are_counted_with_every_family(family, tmp_path):
    """What ``demo --sensors`` does, from the first packet to the history."""
    folder = DataFolder(tmp_path).create()
    _, _, sent = await lifted(family, folder, reps=3, cuts=0)
    _set_and_count_went_on(folder, 3)
    (path,) = folder.recordings.glob("*.mcap")
    _nothing_is_doubled(path, sent)
    assert not any(one.gaps for one in sent.values())


def test_the_demo_offers_every_family():
    assert {family.value for family in SensorFamily} == set(NOMINAL_RATE_HZ)


def _links_came_back(path) -> None:
    recording = list(read_recording(path))
    links = [item for item in recording if isinstance(item, LinkEvent)]
    for place in Placement:
        outages = outages_s(links, place)
        assert len(outages) == CUTS / 2
        assert np.median(outages) < 1.5
        lost = [event for event in links if event.placement is place and event.state is LinkState.LOST]
        assert {event.reason for event in lost} == {LinkReason.CUT}


def _set_and_count_went_on(folder, count) -> None:
    with History.open(folder.history) as history:
        (row,) = history.sessions()
        reps = history.reps(row.id)
    assert {rep.set_number for rep in reps} == {1}
    assert [rep.rep_number for rep in reps] == list(range(1, count + 1))


def _nothing_is_doubled(path, sent) -> None:
    found = dict.fromkeys(Placement, 0)
    for chunk in replay_recording(path).chunks():
        for item in chunk.items:
            if isinstance(item, ImuBatch):
                found[item.placement] += len(item)
    assert found == {place: len(one.samples) for place, one in sent.items()}
