"""Many simulated athletes on one hub, and a recording shown again, without Bluetooth."""

import asyncio
import secrets
import socket

import numpy as np
import pytest

from lumbarwatch.cli.demo_wall import WallAthletes
from lumbarwatch.cli.direct_links import DirectRadio
from lumbarwatch.cli.doctor_findings import findings
from lumbarwatch.cli.elastic_clock import ElasticClock
from lumbarwatch.cli.plans import DemoPlan
from lumbarwatch.cli.shown import shown_recording
from lumbarwatch.hub.service import serve
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.jobs.doctor import DoctorReport, SensorReport, SystemReport
from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.simulate.direct import BATCH, DATA, DirectSensor
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.wire import lm1

S = 1_000_000_000


class LeapingClock:
    """Time that leaps to the next thing to do."""

    def __init__(self):
        self._real = SystemClock()
        self._ahead_ns = 0

    def monotonic_ns(self):
        return self._real.monotonic_ns() + self._ahead_ns

    def utc_ns(self):
        return self._real.utc_ns() + self._ahead_ns

    async def sleep(self, seconds):
        await asyncio.sleep(0)
        self._ahead_ns += round(max(seconds, 0.0) * S)


@pytest.fixture(scope="module")
def session():
    return simulate_session("setup_only", "good", 1, rate_hz=104.0)


def test_a_direct_sensor_sends_what_the_family_says(session):
    sensor = DirectSensor(session.signals[Placement.PELVIS], "D001P")
    info = lm1.Info.from_bytes(sensor.info)
    packet = lm1.DataPacket.from_bytes(sensor.packet(3))
    assert (info.serial_text, info.role) == ("D001P", lm1.Role.SACRUM)
    assert (packet.seq, len(packet.counts)) == (3 * BATCH, BATCH)
    measured = packet.counts[:, :3] * info.acc_scale_mps2
    taken = session.signals[Placement.PELVIS].acc_mps2[3 * BATCH : 4 * BATCH]
    assert np.abs(measured - taken).max() < info.acc_scale_mps2


async def test_direct_links_stream_in_order_and_lose_a_link_for_a_while(session):
    sensors = {f"D{place}": DirectSensor(session.signals[place], f"D{place}") for place in Placement}
    radio = DirectRadio(sensors, cut_at_s={"Dlumbar": 5.0})
    notifications, links, drivers = [], [], {}
    clock = LeapingClock()
    link = radio.links(
        clock, on_notification=notifications.append, on_link=links.append, on_ready=drivers.__setitem__
    )
    running = asyncio.create_task(link.run({place: f"D{place}" for place in Placement}))
    while len(notifications) < 400:  # noqa: ASYNC110  (the clock leaps whenever others run)
        await asyncio.sleep(0)
    await link.stop()
    await running
    assert {one.characteristic for one in notifications} == {DATA}
    samples = [batch for one in notifications for batch in drivers[one.placement].read(one)]
    assert all(isinstance(batch, ImuBatch) and len(batch) == BATCH for batch in samples)
    lumbar = [one.t_arrival_ns for one in notifications if one.placement is Placement.LUMBAR]
    assert np.diff(lumbar).max() / S == pytest.approx(5.0, abs=0.2)
    states = [(one.state, one.reason) for one in links if one.placement is Placement.LUMBAR]
    assert states == [
        (LinkState.STREAMING, None),
        (LinkState.LOST, LinkReason.CUT),
        (LinkState.STREAMING, None),
        (LinkState.ENDED, None),
    ]


async def test_each_athlete_has_a_station_a_session_and_the_own_name(tmp_path):
    clock, stop = ElasticClock(8.0), asyncio.Event()
    wall = WallAthletes(DemoPlan(scenario="setup_only", athletes=3), clock)
    states = []

    async def look(hub):
        training = asyncio.create_task(wall.train(hub))
        while len(states) < 3:
            await asyncio.sleep(0.05)
            found = [station.message() for station in hub.stations.values()]
            if len(found) == 3 and all(one.calibration and one.calibration.valid for one in found):
                states.extend(found)
        training.cancel()
        await asyncio.gather(training, return_exceptions=True)
        stop.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        await serve(
            HubSettings(tmp_path, secrets.token_bytes(32), page_port=1, simulated=True),
            listener,
            clock=clock,
            stop=stop,
            ready=lambda: None,
            companion=look,
            write_samples=lambda _recording, _target: None,
            make_links=wall.radio.links,
        )
    assert [(one.station, one.athlete.name) for one in states] == [("1", "Ada"), ("2", "Ben"), ("3", "Cleo")]
    assert len({one.session_id for one in states}) == 3
    assert len(list((tmp_path / "recordings").glob("*.mcap"))) >= 3


def test_a_table_is_shown_in_the_order_of_arrival_cut_as_a_link_would(tmp_path):
    rows = ["t_device_s,t_arrival_s,sensor,seq,ax,ay,az,gx,gy,gz"]
    rows += [
        f"{i / 100},{100 + i / 100 + shift},{place},{i},0,9.81,0,0,0,{shift}"
        for i in range(600)
        for place, shift in (("pelvis", 0.0), ("lumbar", 0.004))
    ]
    table = tmp_path / "still.csv"
    table.write_text("\n".join(rows))
    shown = shown_recording(table, tmp_path)
    items = list(shown.items())
    times = [t_ns for t_ns, _ in items]
    assert times == sorted(times)
    assert sum(len(item) for _, item in items if isinstance(item, ImuBatch)) == 1200
    assert max(len(item) for _, item in items if isinstance(item, ImuBatch)) <= 2
    assert next(shown.items())[0] == times[0]  # it can be shown again


def test_the_doctors_report_in_lines_the_worst_first():
    system = SystemReport("Linux", "3.11", "3.1", "5.66", ("hci0",))
    near = FoundSensor("lm1", "LM-A", "AA", "S1", -50)
    far = FoundSensor("lm1", "LM-B", "BB", "S2", -90)
    good = SensorReport(near, samples=1000, lost=2, rate_hz=104.0)
    poor = SensorReport(far, samples=900, lost=100, rate_hz=94.0, advice=("Bring it closer.",))
    dead = SensorReport(far)
    lines = findings(DoctorReport(system, sensors=(good, poor, dead)))
    assert [line.kind for line in lines] == ["problem", "notice", "fine", "fine", "fine"]
    assert "sent nothing" in lines[0].text
    assert lines[1].text == "Bring it closer."
    assert "1000 samples at 104.0 Hz, 0.2 % lost." in [line.text for line in lines]


def test_no_adapter_is_the_doctors_problem():
    system = SystemReport("Linux", "3.11", "3.1", None)
    problem = SensorError(LinkReason.NO_ADAPTER)
    (worst, _) = findings(DoctorReport(system, problem=problem))
    assert (worst.kind, worst.subject, worst.text) == ("problem", "Bluetooth", problem.sentence)
