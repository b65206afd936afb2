"""An accelerometer is calibrated from the page: known errors are found, refusals say why, nothing lingers."""

from contextlib import asynccontextmanager

import httpx
import numpy as np
import pytest

from hub.scripted import HUB_PORT, KEY, ScriptedDriver, ScriptedHub, settle
from lumbarwatch.hub import pose_desk
from lumbarwatch.hub.client import HubAddress
from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import ImuBatch, Placement, SensorInfo
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.link_types import SensorStatus
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.store.calibrations import accelerometer_of

ADDRESS = HubAddress(HUB_PORT, KEY)
PELVIS = Placement.PELVIS
NEAR = FoundSensor("lm1", "LM-A", "AA:01", "S1", -48)
FAR = FoundSensor("lm1", "LM-B", "AA:02", "S2", -71)
MG = 9.80665e-3
CHUNK = 10


class TableDriver(ScriptedDriver):
    """Decodes a payload as the number of a stretch of a simulated sensor's stream."""

    def __init__(self, rows, serial="S1", *, raw=True):
        self.rows, self.raw = rows, raw
        self.info = SensorInfo(nominal_rate_hz=100.0, family="lm1", serial=serial)

    def read(self, notification):
        part = slice(CHUNK * int(notification.payload), CHUNK * (int(notification.payload) + 1))
        upright = np.tile([1.0, 0.0, 0.0, 0.0], (len(self.rows.t_arrival_s[part]), 1))
        return [
            ImuBatch(
                placement=notification.placement,
                t_arrival_ns=np.round(self.rows.t_arrival_s[part] * 1e9).astype(np.int64),
                gyr_radps=self.rows.gyr_radps[part],
                acc_mps2=self.rows.acc_mps2[part] if self.raw else None,
                quat_wxyz=None if self.raw else upright,
            )
        ]


class Table:
    """A hub with two sensors in range, a page, and a simulated sensor that is turned over."""

    def __init__(self, scripted, page, made):
        self.scripted, self.page = scripted, page
        self.rows, self.part = made.received[PELVIS], made.parts[PELVIS]
        self.packets = len(self.rows.t_arrival_s) // CHUNK

    async def ask(self, path="", **body):
        answer = await self.page.post(f"/api/sensors/poses{path}", json=body)
        return answer.json() | {"status": answer.status_code}

    async def now(self):
        return (await self.page.get("/api/sensors/poses")).json()

    async def begin(self, sensor="S1", **driver):
        await self.page.post("/api/sensors/scan", json={})
        told = await self.ask(sensor=sensor)
        await settle()
        links = self.scripted.links[-1]
        links.on_ready(PELVIS, TableDriver(self.rows, **driver))
        return told

    async def turn(self, first=0.0, last=1.0):
        """Let a share of the stream arrive; return what stood after each packet."""
        links, seen = self.scripted.links[-1], []
        for number in range(round(first * self.packets), round(last * self.packets)):
            links.on_notification(RawNotification(PELVIS, 0, 0, "uuid", str(number).encode()))
            if number % 5 == 0:
                seen.append(await self.now())
        return seen

    def stored(self, serial="S1"):
        return accelerometer_of(self.scripted.archive.history.sensors(), "lm1", serial)


@pytest.fixture(scope="module")
def six():
    return simulate_session("six_pose", "cheap", 4)


@pytest.fixture
async def table(tmp_path, six):
    async with _at(tmp_path, six) as found:
        yield found


@asynccontextmanager
async def _at(folder, made, **changes):
    hub = ScriptedHub(folder, targets=None, **changes)
    hub.links[0].in_range = [NEAR, FAR]
    transport = httpx.ASGITransport(app=hub.hub.app(HUB_PORT))
    headers = {"authorization": f"Bearer {ADDRESS.ticket()}"}
    with hub.archive:
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS.api_url, headers=headers) as page:
            yield Table(hub, page, made)
        await hub.hub.close()


async def test_six_poses_find_the_planted_errors_and_keep_them_by_serial_number(table):
    begun = await table.begin()
    assert (begun["state"], begun["sensor"], begun["wanted"], begun["needed_s"]) == (
        "connecting",
        "S1",
        6,
        2.0,
    )
    seen = await table.turn()
    assert {one["state"] for one in seen} == {"watching"}
    counts = [one["poses"] for one in seen]
    assert counts == sorted(counts)
    assert set(counts) == set(range(7))
    assert any(one["still_s"] == 0.0 for one in seen)  # moving, between two poses
    assert any(0.0 < one["still_s"] < 2.0 and not one["counts"] for one in seen)
    assert not any(one["again"] for one in seen)
    done = await table.ask("/finish")
    result, part = done["result"], table.part
    assert (done["state"], result["reasons"], result["not_kept"], result["serial"]) == (
        "done",
        [],
        None,
        "S1",
    )
    assert np.abs(np.array(result["offset_mps2"]) - part.acc_offset_mps2).max() < 1 * MG
    assert np.abs(np.array(result["scale"]) * part.acc_scale - 1.0).max() < 1e-3
    assert np.abs(part.acc_offset_mps2).max() > 10 * MG  # else nothing was there to be found
    assert (result["poses"], result["residual_mps2"]) == (6, None)  # six alone cannot disagree
    assert result["before_mps2"] > 5 * MG
    stored = table.stored()
    assert list(stored.offset_mps2) == result["offset_mps2"]
    assert stored.when_utc_ns > 0
    listed = (await table.page.get("/api/sensors")).json()["sensors"]
    assert next(one for one in listed if one["sensor"] == "S1")["accelerometer_utc_s"] > 0
    assert not table.scripted.hub._sensors.poses.watching  # the sensor is free again


async def test_a_pose_lain_in_twice_says_so_and_counts_once(table):
    await table.begin()
    await table.turn(0.0, 0.12)
    table.rows, rows = table.rows, table.rows
    links = table.scripted.links[-1]
    driver = TableDriver(rows)
    later = float(rows.t_arrival_s[CHUNK * round(0.12 * table.packets)])

    def read(notification, original=driver.read):
        (batch,) = original(notification)
        shift = round((later + 2.0) * 1e9)  # picked up and laid down the same way
        return [
            ImuBatch(
                placement=PELVIS,
                t_arrival_ns=batch.t_arrival_ns + shift,
                gyr_radps=batch.gyr_radps,
                acc_mps2=batch.acc_mps2,
            )
        ]

    driver.read = read
    links.on_ready(PELVIS, driver)
    seen = await table.turn(0.0, 0.12)
    assert seen[-1]["poses"] == 1
    assert any(one["again"] and one["counts"] for one in seen)


async def test_finished_too_early_it_is_refused_with_the_sides_that_lack(table):
    await table.begin()
    await table.turn(0.0, 0.5)
    done = await table.ask("/finish")
    assert done["result"]["reasons"] == ["too_few_poses"]
    assert done["result"]["offset_mps2"] is None
    assert 0 < len(done["result"]["missing"]) < 6
    assert table.stored() is None


async def test_a_sensor_that_never_lies_still_is_refused(table, six):
    await table.begin()
    links = table.scripted.links[-1]
    rows = table.rows
    shaken = type(rows)(
        **{name: getattr(rows, name) for name in rows.__slots__}
        | {"gyr_radps": rows.gyr_radps + np.sin(np.arange(len(rows.gyr_radps)) / 3)[:, None]}
    )
    links.on_ready(PELVIS, TableDriver(shaken))
    seen = await table.turn(0.0, 0.3)
    assert {one["still_s"] for one in seen} == {0.0}
    assert (await table.ask("/finish"))["result"]["reasons"] == ["not_still"]


async def test_an_impossible_sensor_is_refused(table):
    rows = table.rows
    table.rows = type(rows)(
        **{name: getattr(rows, name) for name in rows.__slots__} | {"acc_mps2": rows.acc_mps2 * 1.5}
    )
    await table.begin()
    await table.turn()
    assert (await table.ask("/finish"))["result"]["reasons"] == ["implausible"]
    assert table.stored() is None


async def test_a_sensor_of_orientations_only_is_let_go_with_a_sentence(table, monkeypatch):
    monkeypatch.setattr(pose_desk, "LOOK_S", 0.01)
    await table.begin(raw=False)
    await table.turn(0.0, 0.1)
    await table.scripted.links[-1]._stopped.wait()
    await settle()
    told = await table.now()
    assert told["state"] == "failed"
    assert "no raw acceleration" in told["problem"]
    assert (await table.ask("/finish"))["error"] == "not_calibrating"


async def test_without_a_serial_number_the_result_is_shown_and_not_kept(table):
    table.scripted.links[0].in_range = [FoundSensor("lm1", "LM-C", "AA:03", "", -50)]
    await table.page.post("/api/sensors/scan", json={"ask": False})
    await table.ask(sensor="AA:03")
    await settle()
    table.scripted.links[-1].on_ready(PELVIS, TableDriver(table.rows, serial=""))
    await table.turn()
    done = await table.ask("/finish")
    assert done["result"]["not_kept"] == "no_serial"
    assert done["result"]["offset_mps2"] is not None


async def test_again_begins_from_nothing_and_cancel_leaves_nothing(table):
    await table.begin()
    await table.turn(0.0, 0.5)
    first = table.scripted.links[-1]
    again = await table.begin()
    assert (again["state"], again["poses"]) == ("connecting", 0)
    assert first._stopped.is_set()
    await table.turn()
    assert (await table.ask("/finish"))["result"]["poses"] == 6
    await table.begin()
    await table.turn(0.0, 0.3)
    assert (await table.ask("/cancel"))["state"] == "none"
    assert table.scripted.links[-1]._stopped.is_set()
    late = await table.ask("/finish")
    assert (late["status"], late["error"]) == (409, "not_calibrating")


async def test_one_sensor_at_a_time_and_no_scan_meanwhile(table):
    await table.begin()
    other = await table.ask(sensor="S2")
    assert (other["status"], other["error"]) == (409, "busy")
    scan = await table.page.post("/api/sensors/scan", json={})
    assert (scan.status_code, scan.json()["error"]) == (409, "busy")
    unknown = await table.page.post("/api/sensors/poses/cancel")
    assert unknown.json()["state"] == "none"
    nobody = await table.ask(sensor="S9")
    assert (nobody["status"], nobody["error"]) == (404, "no_sensor")


async def test_a_running_session_keeps_its_sensors_and_a_table_keeps_its_sensor(table):
    await table.page.post("/api/sensors/scan", json={})
    for sensor, place in (("S1", "pelvis"), ("S2", "lumbar")):
        await table.page.post("/api/sensors/assign", json={"sensor": sensor, "placement": place})
    begun = await table.ask(sensor="S1")
    assert (begun["state"], begun["station"]) == ("connecting", "1")
    start = await table.page.post("/api/1/session/start", json={})
    assert (start.status_code, start.json()["error"]) == (409, "busy")
    assert "page Sensors" in start.json()["message"]
    await table.ask("/cancel")
    assert (await table.page.post("/api/1/session/start", json={})).status_code == 200
    await settle()
    refused = await table.ask(sensor="S1")
    assert (refused["status"], refused["error"]) == (409, "session_running")
    assert refused["message"] == "A session runs at station 1: end it before calibrating its sensors."


async def test_the_next_session_uses_it(table):
    await table.begin()
    await table.turn()
    await table.ask("/finish")
    for sensor, place in (("S1", "pelvis"), ("S2", "lumbar")):
        await table.page.post("/api/sensors/assign", json={"sensor": sensor, "placement": place})
    await table.page.post("/api/1/session/start", json={})
    await settle()
    links = table.scripted.links[-1]
    links.on_ready(PELVIS, TableDriver(table.rows))
    links.on_ready(Placement.LUMBAR, TableDriver(table.rows, serial="S2"))
    await settle()
    sensors = table.scripted.pipelines[-1].setup.sensors
    assert sensors[PELVIS].accelerometer == table.stored() is not None
    assert sensors[Placement.LUMBAR].accelerometer is None


async def test_a_lost_link_is_told_in_its_words(table):
    await table.begin()
    links = table.scripted.links[-1]
    await table.turn(0.0, 0.2)
    links.statuses[PELVIS] = SensorStatus(
        PELVIS, LinkState.LOST, LinkReason.CUT, "The link broke: come closer."
    )
    assert (await table.now())["problem"] == "The link broke: come closer."
    links.statuses[PELVIS] = SensorStatus(PELVIS, LinkState.STREAMING)
    assert (await table.now())["problem"] == ""


async def test_no_adapter_ends_it_with_its_sentence(table, monkeypatch):
    made = table.scripted._make_links

    def failing(*args, **kwargs):
        links = made(*args, **kwargs)
        links.fails = SensorError(LinkReason.NO_ADAPTER)
        return links

    await table.page.post("/api/sensors/scan", json={})
    monkeypatch.setattr(
        type(table.scripted.hub.parts), "make_links", property(lambda _: failing), raising=False
    )
    await table.ask(sensor="S1")
    await settle()
    told = await table.now()
    assert (told["state"], told["problem"]) == ("failed", SensorError(LinkReason.NO_ADAPTER).sentence)


async def test_who_looks_no_more_lets_the_sensor_go(tmp_path, six, monkeypatch):
    real = [0]
    monkeypatch.setattr(pose_desk, "LEFT_S", 0.05)
    monkeypatch.setattr(pose_desk, "LOOK_S", 0.01)
    async with _at(tmp_path, six, real_ns=lambda: real[0]) as table:
        await table.begin()
        links = table.scripted.links[-1]
        real[0] = 1_000_000_000
        await links._stopped.wait()
        await settle()
        told = await table.now()
        assert told["state"] == "failed"
        assert "Nobody looked" in told["problem"]
