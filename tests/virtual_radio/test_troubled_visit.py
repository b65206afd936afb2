"""Whatever a sensor sends: the recording holds every byte that arrived, and the user is told."""

import asyncio
from collections import Counter

import pytest

from lumbarwatch.hub.archive import Archive
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.station import Station
from lumbarwatch.hub.visit import Parts
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.model.events import LinkEvent, LinkReason, LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Athlete
from lumbarwatch.simulate.virtual_radio import NOMINAL_RATE_HZ, RadioOptions, VirtualRadio, VirtualSensor
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.recording import read_recording
from virtual_radio.radio_bench import signals
from virtual_radio.virtual_time import LoopClock

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR
SECONDS = 8.0
DATA_BYTES = 20
"""Shorter notifications are answers."""


class Meddler:
    """Between the radio and the link: changes what a sensor sends, and notes what it hands on."""

    def __init__(self, address: str, how: str) -> None:
        self.address, self.how = address, how
        self.delivered = Counter()
        self._earlier = []
        self._held = None

    def backend(self, radio):
        meddler = self
        client, scanner = radio.backend

        class Client(client):
            async def start_notify(self, characteristic, callback, **kwargs):
                def deliver(payload):
                    for changed in meddler.changed(self.address, bytes(payload)):
                        meddler.delivered[self.address, changed] += 1
                        callback(bytearray(changed))

                await super().start_notify(characteristic, deliver, **kwargs)

        return Client, scanner

    def changed(self, address, payload):
        if address != self.address or len(payload) < DATA_BYTES:
            return [payload]
        self._earlier.append(payload)
        count = len(self._earlier)
        if self.how == "truncated" and count % 4 == 0:
            return [payload[: -1 - count % (len(payload) - 1)]]
        if self.how == "garbage" and count % 4 == 0:
            return [payload, bytes((7 * count * k + 0xEE) % 256 for k in range(31))]
        if self.how == "replayed" and count > 40 and count % 10 == 0:
            return [payload, self._earlier[count - 30]]
        if self.how == "reordered" and count > 40:
            if count % 10 == 0:
                self._held = payload
                return []
            if self._held is not None:
                held, self._held = self._held, None
                return [payload, held]
        return [payload]


async def visited(folder: DataFolder, family: str, how: str, pelvis: RadioOptions | None = None):
    """A visit whose pelvis sensor is troubled; what was delivered, the station's last word, the recording."""
    clock = LoopClock()
    sensors = [
        VirtualSensor(
            family,
            signals(place, SECONDS, NOMINAL_RATE_HZ[family]),
            (pelvis if place is PELVIS else None) or RadioOptions(),
        )
        for place in Placement
    ]
    sensors.append(VirtualSensor(family, None, RadioOptions(rssi_dbm=-40)))  # somebody else's, and stronger
    async with VirtualRadio(sensors, clock) as radio:
        meddler = Meddler(radio.peripherals[0].address, how)
        with Archive.open(folder) as archive:
            parts = Parts(
                folder, archive, Feed("test", lambda: 0.0), clock, meddler.backend(radio), simulated=True
            )
            station = Station("1", parts)
            station.targets = radio.assignments
            station.start(Athlete())
            await radio.finished()
            await asyncio.sleep(0.1)
            said = station.message()
            await station.end()
        addresses = {place: radio.assignments[place] for place in Placement}
        assert not radio.peripherals[2].connections
    (path,) = folder.recordings.glob("*.mcap")
    return meddler, said, path, addresses


def told(path):
    links = [item for item in read_recording(path) if isinstance(item, LinkEvent)]
    return {event.reason: event.detail for event in links if event.placement is PELVIS}


def check_every_byte_is_there(path, meddler, addresses) -> None:
    recorded = Counter(
        (addresses[item.placement], item.payload)
        for item in read_recording(path)
        if isinstance(item, RawNotification)
    )
    assert recorded == meddler.delivered


@pytest.mark.parametrize("family", NOMINAL_RATE_HZ)
@pytest.mark.parametrize("how", ["truncated", "garbage"])
async def test_what_cannot_be_read_is_recorded_and_told(family, how, tmp_path):
    folder = DataFolder(tmp_path).create()
    meddler, said, path, addresses = await visited(folder, family, how)
    check_every_byte_is_there(path, meddler, addresses)
    assert said.analysing
    assert "sends data that can't be read" in told(path)[LinkReason.GARBAGE]
    assert [sensor.state for sensor in said.sensors] == [LinkState.STREAMING] * 2


@pytest.mark.parametrize("family", [family for family in NOMINAL_RATE_HZ if family != "witmotion"])
@pytest.mark.parametrize("how", ["replayed", "reordered"])
async def test_what_came_before_or_too_late_is_recorded_and_counted(family, how, tmp_path):
    """WitMotion's samples have neither number nor time: nobody can tell."""
    folder = DataFolder(tmp_path).create()
    meddler, said, path, addresses = await visited(folder, family, how)
    check_every_byte_is_there(path, meddler, addresses)
    assert said.analysing
    quality = analyze(path).sensors
    assert quality[LUMBAR].doubled == quality[LUMBAR].late == 0
    if how == "reordered":  # half a block of Movesense says nothing by itself
        assert (quality[PELVIS].lost if family == "movesense" else quality[PELVIS].late) > 0
    assert quality[PELVIS].samples <= quality[LUMBAR].samples


@pytest.mark.parametrize("family", NOMINAL_RATE_HZ)
async def test_a_sensor_that_dies_leaves_its_bytes_a_state_and_a_sentence(family, tmp_path):
    folder = DataFolder(tmp_path).create()
    meddler, said, path, addresses = await visited(folder, family, "", RadioOptions(dies_at_s=3.0))
    check_every_byte_is_there(path, meddler, addresses)
    pelvis, lumbar = said.sensors
    assert pelvis.state is not LinkState.STREAMING
    assert lumbar.state is LinkState.STREAMING
    assert "lost its connection" in told(path)[LinkReason.CUT]


async def test_a_sensor_that_lies_about_its_rate_is_told(tmp_path):
    folder = DataFolder(tmp_path).create()
    meddler, _, path, addresses = await visited(folder, "lm1", "", RadioOptions(claimed_rate_hz=208.0))
    check_every_byte_is_there(path, meddler, addresses)
    assert "fewer samples than it was set to" in told(path)[LinkReason.RATE_LOW]
    assert analyze(path).sensors[PELVIS].rate_hz == pytest.approx(104.0, rel=1e-3)
