"""The rules that real stacks taught: order of calls, one attempt at a time, a new client, a fresh look."""

import asyncio

import pytest
from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason, BleakError

from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.link import LinkManager, connect_error, scan_error
from lumbarwatch.sensors.link_types import LinkTiming
from lumbarwatch.simulate.virtual_radio import RadioOptions, VirtualRadio, VirtualSensor
from virtual_radio.radio_bench import Heard, signals, stream
from virtual_radio.virtual_time import LoopClock

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR


def pair(family: str, seconds: float, pelvis: RadioOptions | None = None) -> list[VirtualSensor]:
    rate = {"lm1": 104.0, "witmotion": 100.0}[family]
    return [
        VirtualSensor(family, signals(PELVIS, seconds, rate), pelvis or RadioOptions()),
        VirtualSensor(family, signals(LUMBAR, seconds, rate)),
    ]


async def observed(sensors: list[VirtualSensor], timing: LinkTiming | None = None):
    """Run a session and note every call that reaches the Bluetooth stack."""
    calls: list[tuple[str, str, object]] = []
    clock = LoopClock()
    heard = Heard()
    async with VirtualRadio(sensors, clock) as radio:
        client, scanner = radio.backend

        class Client(client):
            async def connect(self, pair, **kwargs):
                calls.append((self.address, "connect", id(self)))
                await super().connect(pair, **kwargs)
                calls.append((self.address, "connected", id(self)))

            async def start_notify(self, characteristic, callback, **kwargs):
                calls.append((self.address, "start_notify", kwargs["bluez"]["use_start_notify"]))
                await super().start_notify(characteristic, callback, **kwargs)

            async def stop_notify(self, characteristic):
                calls.append((self.address, "stop_notify", characteristic.uuid))
                await super().stop_notify(characteristic)

            async def disconnect(self):
                calls.append((self.address, "disconnect", self.is_connected))
                await super().disconnect()

        class Scanner(scanner):
            async def start(self):
                calls.append(("", "scan", None))
                await super().start()

            async def stop(self):
                await super().stop()
                calls.append(("", "scanned", None))

        manager = LinkManager(
            clock,
            on_notification=heard.on_notification,
            on_link=heard.links.append,
            on_ready=heard.on_ready,
            backend=(Client, Scanner),
            timing=timing,
        )
        heard.manager = manager
        running = asyncio.create_task(manager.run(radio.assignments))
        await radio.finished()
        await manager.stop()
        await running
    return calls, heard, radio


@pytest.mark.parametrize(("family", "start_notify"), [("lm1", True), ("witmotion", False)])
async def test_subscriptions_end_before_the_link_and_each_try_has_a_new_client(family, start_notify):
    calls, _, radio = await observed(pair(family, 5.0, RadioOptions(cut_at_s=(1.5, 3.0))))
    for peripheral in radio.peripherals:
        mine = [(what, detail) for address, what, detail in calls if address == peripheral.address]
        clients = [detail for what, detail in mine if what == "connected"]
        assert len(set(clients)) == len(clients) == peripheral.connections
        assert {detail for what, detail in mine if what == "start_notify"} == {start_notify}
        names = [what for what, _ in mine]
        last = len(names) - 1 - names[::-1].index("disconnect")
        assert names[last - 1] == "stop_notify"
        assert mine[last][1] is True


async def test_one_scan_or_connection_attempt_at_a_time():
    calls, _, _ = await observed(pair("lm1", 4.0, RadioOptions(cut_at_s=(1.0, 2.0, 3.0))))
    busy = 0
    for _, what, _ in calls:
        busy += {"connect": 1, "scan": 1, "connected": -1, "scanned": -1}.get(what, 0)
        assert busy in (0, 1)


async def test_a_wanted_end_is_no_loss():
    _, heard, radio = await observed(pair("lm1", 1.0))
    for place in Placement:
        assert LinkState.LOST not in heard.states(place)
        assert heard.states(place)[-1] is LinkState.ENDED
    assert not any(peripheral.streaming for peripheral in radio.peripherals)


async def test_a_sensor_that_was_away_is_looked_for_after_three_failures():
    timing = LinkTiming(connect_s=0.15, scan_s=2.0)
    sensors = pair("lm1", 24.0, RadioOptions(cut_at_s=(1.0,), away_s=12.0))
    calls, heard, radio = await observed(sensors, timing)
    states = heard.states(PELVIS)
    assert states.count(LinkState.SEARCHING) >= 2
    assert radio.peripherals[0].connections == 2
    assert heard.column(PELVIS, "seq")[-1] >= 24 * 104 - 20
    assert {LinkReason.IN_USE, LinkReason.NOT_FOUND} & heard.reasons(PELVIS)
    assert [what for _, what, _ in calls].count("scan") >= 3
    assert heard.column(LUMBAR, "seq").tolist() == list(range(24 * 104))


async def test_a_sensor_whose_address_has_changed_is_found_by_its_serial_number():
    sensors = [VirtualSensor("movesense", signals(PELVIS, 3.0))]
    old = FoundSensor("movesense", "Movesense 204630000001", "F0:F1:F2:F3:F4:77", "204630000001")
    heard, radio = await stream(sensors, timing=LinkTiming(connect_s=0.2), targets={PELVIS: old})
    assert radio.peripherals[0].connections == 1
    assert len(heard.column(PELVIS, "gyr_radps")) == 312
    assert heard.states(PELVIS).count(LinkState.LOST) == 3


async def test_an_unknown_serial_number_is_searched_for_for_ever():
    timing = LinkTiming(scan_s=0.5)
    sensors = pair("lm1", 2.0)
    clock = LoopClock()
    heard = Heard()
    async with VirtualRadio(sensors, clock) as radio:
        manager = LinkManager(
            clock,
            on_notification=heard.on_notification,
            on_link=heard.links.append,
            backend=radio.backend,
            timing=timing,
        )
        running = asyncio.create_task(manager.run({PELVIS: "LM199999"}))
        await clock.sleep(6.0)
        assert manager.status()[PELVIS].reason is LinkReason.NOT_FOUND
        assert "LM199999" in manager.status()[PELVIS].sentence
        assert heard.states(PELVIS).count(LinkState.SEARCHING) >= 2
        await manager.stop()
        await running


async def test_a_session_can_be_run_again_with_the_same_manager():
    clock = LoopClock()
    heard = Heard()
    async with VirtualRadio(pair("lm1", 6.0), clock) as radio:
        manager = LinkManager(
            clock, on_notification=heard.on_notification, on_link=heard.links.append, backend=radio.backend
        )
        for _ in range(2):
            running = asyncio.create_task(manager.run(radio.assignments))
            await radio.time.begun.wait()
            await clock.sleep(1.5)
            await manager.stop()
            await running
        assert [peripheral.connections for peripheral in radio.peripherals] == [2, 2]
        assert heard.states(PELVIS).count(LinkState.STREAMING) == 2


async def test_cancelling_the_run_closes_the_links():
    clock = LoopClock()
    async with VirtualRadio(pair("lm1", 6.0), clock) as radio:
        manager = LinkManager(
            clock, on_notification=lambda _: None, on_link=lambda _: None, backend=radio.backend
        )
        running = asyncio.create_task(manager.run(radio.assignments))
        await radio.time.begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        await asyncio.sleep(0.05)
        assert not any(peripheral.streaming for peripheral in radio.peripherals)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (FileNotFoundError(2, "No such file"), LinkReason.NO_ADAPTER),
        (PermissionError(13, "Permission denied"), LinkReason.NO_PERMISSION),
        (BleakError("[org.freedesktop.DBus.Error.AccessDenied] denied"), LinkReason.NO_PERMISSION),
        (BleakError("adapter 'hci0' not found"), LinkReason.NO_ADAPTER),
        *(
            (BleakBluetoothNotAvailableError("no", reason), link_reason)
            for reason, link_reason in (
                (BleakBluetoothNotAvailableReason.NO_BLUETOOTH, LinkReason.NO_ADAPTER),
                (BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE, LinkReason.NO_ADAPTER),
                (BleakBluetoothNotAvailableReason.POWERED_OFF, LinkReason.BLUETOOTH_OFF),
                (BleakBluetoothNotAvailableReason.DENIED_BY_USER, LinkReason.NO_PERMISSION),
                (BleakBluetoothNotAvailableReason.UNKNOWN, LinkReason.NO_ADAPTER),
            )
        ),
    ],
)
def test_why_a_scan_fails(error, reason):
    assert scan_error(error).reason is reason


def test_why_a_connection_fails():
    sensor = FoundSensor("lm1", "LM-L1", "AA:BB")
    for error, reason in (
        (TimeoutError(), LinkReason.IN_USE),
        (BleakError("[org.bluez.Error.InProgress] Operation already in progress"), LinkReason.IN_USE),
        (BleakError("failed to discover services, device disconnected"), LinkReason.CUT),
        (
            BleakError("[org.freedesktop.DBus.Error.ServiceUnknown] The name org.bluez was not provided"),
            LinkReason.NO_ADAPTER,
        ),
        (
            BleakBluetoothNotAvailableError("off", BleakBluetoothNotAvailableReason.POWERED_OFF),
            LinkReason.BLUETOOTH_OFF,
        ),
    ):
        found = connect_error(error, sensor)
        assert isinstance(found, SensorError)
        assert found.reason is reason


@pytest.mark.parametrize("seconds", [2.2, 6.0])
async def test_a_wanted_disconnect_is_waited_for(seconds):
    """BlueZ disconnects two seconds after it was asked to; who connects meanwhile gets the dying link."""
    clock, gone = LoopClock(), []
    sensors = [VirtualSensor("lm1", signals(PELVIS, 1.0))]
    async with VirtualRadio(sensors, clock) as radio:
        client, scanner = radio.backend

        class Client(client):
            async def disconnect(self):
                await clock.sleep(seconds)
                await super().disconnect()
                gone.append(self.is_connected)

        manager = LinkManager(
            clock, on_notification=lambda _: None, on_link=lambda _: None, backend=(Client, scanner)
        )
        running = asyncio.create_task(manager.run(radio.assignments))
        await radio.finished()
        await manager.stop()
        await running
    assert gone == [False]


async def test_what_a_lost_link_had_left_is_not_mixed_into_the_next():
    """Seen with BlueZ on an overloaded machine: packets of both connections by turns."""
    clock, heard, callbacks = LoopClock(), Heard(), []
    sensors = [
        VirtualSensor("witmotion", signals(PELVIS, 4.0, 100.0), RadioOptions(cut_at_s=(2.0,), away_s=0.3))
    ]
    async with VirtualRadio(sensors, clock) as radio:
        client, scanner = radio.backend

        class Client(client):
            async def start_notify(self, characteristic, callback, **kwargs):
                callbacks.append(callback)
                await super().start_notify(characteristic, callback, **kwargs)

        manager = LinkManager(
            clock, on_notification=heard.on_notification, on_link=heard.links.append,
            on_ready=heard.on_ready, backend=(Client, scanner),
        )  # fmt: skip
        heard.manager = manager
        running = asyncio.create_task(manager.run(radio.assignments))
        await radio.time.begun.wait()
        await radio.time.sleep_until(2.0)
        while manager.status()[PELVIS].state is LinkState.STREAMING:
            await clock.sleep(0.01)
        callbacks[0](bytearray(b"before the next stream"))
        await radio.time.sleep_until(3.5)
        callbacks[0](bytearray(b"after it began"))
        await radio.finished()
        await manager.stop()
        await running
    payloads = [raw.payload for raw in heard.raw]
    assert b"before the next stream" in payloads
    assert b"after it began" not in payloads
    assert len(heard.column(PELVIS, "gyr_radps")) == radio.peripherals[0].sent


async def test_what_a_scan_finds_can_be_run():
    clock = LoopClock()
    sensors = pair("lm1", 1.0)
    async with VirtualRadio(sensors, clock) as radio:
        manager = LinkManager(
            clock, on_notification=lambda _: None, on_link=lambda _: None, backend=radio.backend
        )
        found = await manager.scan(expected=2)
        assert {sensor.address for sensor in found} == {p.address for p in radio.peripherals}
        assert {sensor.name for sensor in found} == {"LM-SACRUM-0001", "LM-L1-0002"}
        assert all(sensor.family == "lm1" for sensor in found)
        assert [sensor.rssi_dbm for sensor in found] == [-55, -55]
    by_address = {sensor.address: sensor for sensor in found}
    targets = {place: by_address[address] for place, address in radio.assignments.items()}
    heard, _ = await stream(sensors, targets=targets)
    assert len(heard.batches[PELVIS]) == 52
