"""What scan, pair, doctor and record do and say, with virtual sensors in place of a radio."""

import asyncio
import io
import os
import signal
import sys

import pytest
from rich.console import Console

from lumbarwatch.cli import examination, pairing, recording, scanning
from lumbarwatch.cli.plans import WantedSensors
from lumbarwatch.cli.wanted import wanted_sensors
from lumbarwatch.jobs.pair import PairError
from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import SensorError
from lumbarwatch.simulate.virtual_radio import RadioOptions, VirtualRadio, VirtualSensor
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.pairing import PairedSensor, load_pairing, save_pairing
from lumbarwatch.store.recording import read_recording
from virtual_radio.radio_bench import signals
from virtual_radio.test_pair import radio_of
from virtual_radio.virtual_time import LoopClock

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR


@pytest.fixture
def folder(tmp_path):
    return DataFolder(tmp_path / "data").create()


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=160)


def text(console):
    return console.file.getvalue()


def pair_of(seconds, *, family="lm1", **options):
    return [
        VirtualSensor(family, signals(place, seconds), RadioOptions(serial=f"LM10000{k}", **options))
        for k, place in enumerate(Placement)
    ]


async def test_scan_shows_every_sensor_and_its_place(folder, console):
    save_pairing(folder, {PELVIS: PairedSensor("lm1", "LM", "LM100007")})
    sensors = [
        VirtualSensor("lm1", None, RadioOptions(battery_percent=81, rssi_dbm=-70, serial="LM100007")),
        VirtualSensor("witmotion", None, RadioOptions(name="WT901\x1b[2J evil", rssi_dbm=-50)),
        VirtualSensor("lm1", None, RadioOptions(refuses=True, rssi_dbm=-90)),
    ]
    clock = LoopClock()
    async with VirtualRadio(sensors, clock) as radio:
        await scanning.scanning(console, clock, folder, seconds=1.0, backend=radio.backend)
    said = text(console)
    row = next(line for line in said.splitlines() if "LM100007" in line)
    for word in ("LM-1 (reference profile)", "pelvis (over the sacrum)", "1.0.0", "-70 dBm", "81 %"):
        assert word in row
    assert said.index("WitMotion") < said.index("LM100007")  # strongest first
    assert "\x1b" not in said
    assert "lost its connection" in said or "connected elsewhere" in said


async def test_scan_of_nothing_says_what_to_do(folder, console):
    clock = LoopClock()
    async with VirtualRadio([], clock) as radio:
        with pytest.raises(SensorError, match="wake it") as caught:
            await scanning.scanning(console, clock, folder, seconds=1.0, backend=radio.backend)
    assert caught.value.reason is LinkReason.NOT_FOUND


async def test_doctor_prints_figures_and_advice(console, capsys):
    sensors = pair_of(20.0, connection_interval_ms=50.0)
    sensors.append(VirtualSensor("lm1", None, RadioOptions(rssi_dbm=-90, asleep=True)))
    clock = LoopClock()
    async with VirtualRadio(sensors, clock) as radio:
        await examination.examination(console, clock, seconds=5.0, scan_s=1.0, backend=radio.backend)
    said = text(console)
    assert "bleak 3." in said
    assert "(0.00%)" in said
    assert said.count(" 104.0") == 2
    assert "connection interval of 50 ms" in said
    assert "sends nothing" in said
    assert "Looking for sensors" in capsys.readouterr().err


async def test_doctor_has_nothing_to_say_of_good_sensors(console):
    clock = LoopClock()
    async with VirtualRadio(pair_of(20.0, connection_interval_ms=15.0), clock) as radio:
        await examination.examination(console, clock, seconds=5.0, scan_s=1.0, backend=radio.backend)
    assert "All is well." in text(console)


async def test_pair_by_tap_is_stored_and_found_again(folder, console):
    clock = LoopClock()
    async with radio_of(clock, 5.0, 25.0) as radio:
        await pairing.by_tap(pairing.Talk(console, clock, folder, radio.backend))
        serials = [peripheral.serial for peripheral in radio.peripherals]
    assert "three times" in text(console)
    assert f"pelvis (over the sacrum): LM-1, serial number {serials[1]}" in text(console).replace(
        radio.peripherals[1].name, "LM-1"
    )
    wanted = wanted_sensors(folder.path, None, None)
    assert (wanted.pelvis, wanted.lumbar) == (serials[1], serials[0])


async def test_pair_by_light_asks_for_each(folder, console):
    clock, questions, answers = LoopClock(), [], ["", "L", "p"]

    def answer(question):
        questions.append(question)
        return answers.pop(0)

    sensors = [VirtualSensor("lm1", None, RadioOptions(rssi_dbm=-50 - k)) for k in range(3)]
    async with VirtualRadio(sensors, clock) as radio:
        await pairing.by_light(pairing.Talk(console, clock, folder, radio.backend, answer))
        serials = [peripheral.serial for peripheral in radio.peripherals]
    stored = load_pairing(folder)
    assert {place: sensor.serial for place, sensor in stored.items()} == {
        PELVIS: serials[2], LUMBAR: serials[1],
    }  # fmt: skip
    assert "l = lumbar" in questions[1]
    assert "l = lumbar" not in questions[2]


async def test_pair_by_light_offers_tapping_where_there_is_no_light(folder, console):
    clock, questions = LoopClock(), []

    def answer(question):
        questions.append(question)
        return ""

    async with radio_of(clock, 5.0, 25.0, family="witmotion") as radio:
        await pairing.by_light(pairing.Talk(console, clock, folder, radio.backend, answer))
        address = radio.peripherals[1].address
    assert "no light" in text(console).replace("\n", " ")
    assert questions == ["Tap one of them now? [Enter = yes, n = no] "]
    assert load_pairing(folder)[PELVIS].address == address


async def test_pair_by_light_without_a_light_and_without_taps_is_an_error(folder, console):
    clock = LoopClock()
    async with VirtualRadio([VirtualSensor("movesense"), VirtualSensor("movesense")], clock) as radio:
        with pytest.raises(PairError, match="no light"):
            await pairing.by_light(pairing.Talk(console, clock, folder, radio.backend, lambda _: "n"))
    assert load_pairing(folder) == {}


async def test_pair_by_name_stores_serial_numbers(folder, console):
    clock = LoopClock()
    async with VirtualRadio(pair_of(1.0), clock) as radio:
        addresses = [peripheral.address for peripheral in radio.peripherals]
        talk = pairing.Talk(console, clock, folder, radio.backend)
        await pairing.as_named(talk, addresses[1], "LM100000")
    stored = load_pairing(folder)
    assert [stored[place].serial for place in Placement] == ["LM100001", "LM100000"]


async def test_record_leaves_recording_and_history_as_run_does(folder, console):
    clock = LoopClock()
    async with VirtualRadio(pair_of(60.0), clock) as radio:
        order = recording.Order(folder.path, WantedSensors("LM100000", "LM100001"), 20.0)
        recorded = await recording.until_told(order, console, clock, backend=radio.backend)
    assert 20.0 <= recorded.seconds < 21.0
    assert recorded.path.parent == folder.recordings
    assert str(recorded.path) in text(console).replace("\n", "")
    found = read_recording(recorded.path)
    assert found.intact
    assert [described["serial"] for described in found.header.sensors.values()] == ["LM100000", "LM100001"]
    with History.open(folder.history) as history:
        (row,) = history.sessions()
    assert row.id == recorded.path.stem
    assert not row.simulated
    assert folder.samples(row.id).exists()
    assert list(folder.live.iterdir()) == []


async def test_record_draws_sensors_and_time_while_it_runs(folder):
    clock, pictures = LoopClock(), []
    async with VirtualRadio(pair_of(30.0), clock) as radio:
        order = recording.Order(folder.path, WantedSensors(), 8.0)
        await recording.record(order, clock, asyncio.Event(), pictures.append, radio.backend)
    last = pictures[-1]
    assert 6.0 < last.recorded_s <= 8.5
    assert {sensor.state for sensor in last.message.sensors} == {LinkState.STREAMING}
    drawn = Console(file=io.StringIO(), width=160)
    drawn.print(recording.record_view.drawn(last))
    said = text(drawn)
    assert "of 0:08, not calibrated" in said
    assert said.count("streaming") == 2
    assert "90 %" in said


async def test_record_is_ended_by_hand_and_saved(folder):
    clock, stop = LoopClock(), asyncio.Event()

    def show(picture):
        if picture.recorded_s > 3.0:
            stop.set()

    async with VirtualRadio(pair_of(60.0), clock) as radio:
        order = recording.Order(folder.path, WantedSensors())
        recorded = await recording.record(order, clock, stop, show, radio.backend)
    assert 3.0 < recorded.seconds < 6.0
    assert recorded.path.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="interrupts end the loop there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_ctrl_c_and_a_termination_save(folder, console, number):
    clock = LoopClock()

    async def interrupt():
        # until there are some seconds of both sensors
        while sum(path.stat().st_size for path in folder.live.glob("*.mcap")) < 40_000:
            await clock.sleep(0.5)
        os.kill(os.getpid(), number)

    interrupting = asyncio.create_task(interrupt())
    async with VirtualRadio(pair_of(60.0), clock) as radio:
        order = recording.Order(folder.path, WantedSensors())
        recorded = await recording.until_told(order, console, clock, backend=radio.backend)
    await interrupting
    assert recorded is not None
    assert recorded.seconds > 1.0
    assert read_recording(recorded.path).intact


async def test_record_that_is_stopped_while_it_looks_for_sensors_leaves_nothing(folder):
    clock, stop = LoopClock(), asyncio.Event()
    stop.set()
    async with VirtualRadio([], clock) as radio:
        order = recording.Order(folder.path, WantedSensors("A", "B"))
        assert await recording.record(order, clock, stop, backend=radio.backend) is None
    assert list(folder.recordings.iterdir()) == []


async def test_record_gives_up_sensors_that_do_not_stream(folder, console):
    clock = LoopClock()
    sensors = [*pair_of(120.0)[:1], VirtualSensor("lm1", None, RadioOptions(firmware="2.0.0"))]
    async with VirtualRadio(sensors, clock) as radio:
        order = recording.Order(folder.path, WantedSensors("LM100000"))
        with pytest.raises(SensorError, match="firmware") as caught:
            await recording.until_told(order, console, clock, backend=radio.backend)
    assert caught.value.reason is LinkReason.WRONG_FIRMWARE
    assert list(folder.recordings.iterdir()) == []
