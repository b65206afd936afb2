"""A link that never silently dies: cuts, reboots, silence, garbage, and what the user is told."""

import asyncio
from dataclasses import replace

import numpy as np
import pytest

from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors import catalogue
from lumbarwatch.sensors.base import SensorError
from lumbarwatch.sensors.link import LinkManager
from lumbarwatch.sensors.link_types import LinkTiming
from lumbarwatch.simulate.virtual_radio import RadioOptions, VirtualRadio, VirtualSensor
from lumbarwatch.wire import lm1
from virtual_radio.radio_bench import Heard, signals, stream
from virtual_radio.virtual_time import LoopClock

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR


def sensors(seconds: float, pelvis: RadioOptions | None = None, lumbar: RadioOptions | None = None):
    return [
        VirtualSensor("lm1", signals(PELVIS, seconds), pelvis or RadioOptions()),
        VirtualSensor("lm1", signals(LUMBAR, seconds), lumbar or RadioOptions()),
    ]


async def test_twenty_cuts_are_all_recovered_and_every_lost_sample_is_counted():
    cuts = tuple(float(t) for t in np.arange(3.0, 63.0, 3.0))
    pair = sensors(65.0, RadioOptions(cut_at_s=cuts, away_s=0.3))
    heard, radio = await stream(pair)
    seq = heard.column(PELVIS, "seq")
    steps = np.diff(seq)
    assert radio.peripherals[0].cuts == 20
    assert radio.peripherals[0].connections == 21
    assert (steps >= 1).all()
    gaps = steps[steps > 1] - 1
    assert len(gaps) == 20
    assert len(seq) == radio.peripherals[0].sent
    assert len(seq) + gaps.sum() + seq[0] + (len(pair[0].signals.t_true_s) - 1 - seq[-1]) == len(
        pair[0].signals.t_true_s
    )
    t_s = heard.column(PELVIS, "t_arrival_ns") / 1e9
    outages_s = np.sort(np.diff(t_s))[-len(gaps) :]
    assert np.median(outages_s) < 0.5
    assert LinkReason.CUT in heard.reasons(PELVIS)
    assert heard.column(LUMBAR, "seq").tolist() == list(range(len(pair[1].signals.t_true_s)))


async def test_overdue_cuts_are_not_dealt_at_once():
    cuts = (2.0, 2.5, 2.6, 2.7)  # three of them fall into the first outage
    heard, radio = await stream(sensors(11.0, RadioOptions(cut_at_s=cuts, away_s=1.0, holds_s=0.8)))
    assert radio.peripherals[0].cuts == 4
    t_s = heard.column(PELVIS, "t_arrival_ns") / 1e9
    ends = np.flatnonzero(np.diff(t_s) > 0.9)
    assert len(ends) == 4
    assert (np.diff(t_s[ends]) - np.diff(t_s)[ends[:-1]] > 0.7).all()  # streamed so long in between


async def test_doubles_after_reconnects_are_recorded_but_not_decoded_twice():
    pair = sensors(6.0, RadioOptions(cut_at_s=(2.0, 4.0)))
    heard, radio = await stream(pair, doubles_after_reconnect=True)
    seq = heard.column(PELVIS, "seq")
    assert len(seq) == len(set(seq.tolist())) == radio.peripherals[0].sent
    payloads = [
        raw.payload for raw in heard.raw if raw.placement is PELVIS and raw.characteristic == lm1.DATA
    ]
    assert len(payloads) > 1.5 * len(set(payloads))


async def test_connection_events_and_their_loss_delay_samples_but_lose_none():
    options = RadioOptions(connection_interval_ms=30.0, event_loss=0.1, seed=3)
    pair = sensors(6.0, options, replace(options, seed=4))
    heard, _ = await stream(pair)
    for place in Placement:
        assert heard.column(place, "seq").tolist() == list(range(624))


async def test_a_reboot_begins_counter_and_clock_anew():
    heard, _ = await stream(sensors(6.0, RadioOptions(restart_at_s=(3.0,))))
    seq, t_ns = heard.column(PELVIS, "seq"), heard.column(PELVIS, "t_device_ns")
    back = np.flatnonzero(np.diff(seq) < 0)
    assert len(back) == 1
    assert t_ns[back[0] + 1] < t_ns[back[0]]
    assert len(seq[back[0] + 1 :]) > 150
    steps = np.diff(t_ns[back[0] + 1 :])
    assert np.abs(steps - 1e9 / 104).max() < 2_000


async def test_silence_is_told_within_half_a_second_and_ends():
    heard, radio = await stream(sensors(5.0, RadioOptions(mute_at_s=((2.0, 3.5),))))
    events = [event for event in heard.links if event.placement is PELVIS]
    silent = next(event for event in events if event.state is LinkState.SILENT)
    assert 0.2e9 < silent.t_ns - radio.time.start_ns - 2.0e9 < 0.5e9
    assert events[events.index(silent) + 1].state is LinkState.STREAMING
    assert LinkState.SILENT not in heard.states(LUMBAR)


async def test_a_dead_link_that_the_system_still_calls_open_is_made_anew():
    timing = LinkTiming(dead_s=1.0)
    heard, radio = await stream(sensors(8.0, RadioOptions(mute_at_s=((2.0, 4.0),))), timing=timing)
    assert radio.peripherals[0].connections >= 2
    assert heard.column(PELVIS, "seq")[-1] == 831


async def test_a_sensor_that_dies_leaves_a_state_and_the_other_runs_on():
    heard, _ = await stream(sensors(6.0, RadioOptions(dies_at_s=2.0)))
    assert heard.states(PELVIS)[-2] in (LinkState.LOST, LinkState.CONNECTING, LinkState.SEARCHING)
    assert LinkReason.CUT in heard.reasons(PELVIS)
    assert heard.column(LUMBAR, "seq").tolist() == list(range(624))


async def test_garbage_is_recorded_refused_and_told():
    heard, _ = await stream(sensors(6.0, RadioOptions(garbage_every=3)))
    assert heard.column(PELVIS, "seq").tolist() == list(range(624))
    assert len(heard.errors) > 50
    assert LinkReason.GARBAGE in heard.reasons(PELVIS)
    assert LinkReason.GARBAGE not in heard.reasons(LUMBAR)


async def test_low_battery_weak_signal_and_a_lie_about_the_rate_are_notices_on_a_running_stream():
    troubled = RadioOptions(battery_percent=9, rssi_dbm=-91, claimed_rate_hz=208.0)
    heard, _ = await stream(sensors(4.0, troubled))
    wanted = {LinkReason.BATTERY_LOW, LinkReason.WEAK_SIGNAL, LinkReason.RATE_LOW}
    assert wanted <= heard.reasons(PELVIS)
    assert heard.reasons(LUMBAR) == set()
    t_ns = heard.column(PELVIS, "t_device_ns")
    assert np.abs(np.diff(t_ns[2:]) - 1e9 / 104).max() < 2_000  # measured, not claimed


async def test_wrong_firmware_is_refused_with_what_to_do():
    heard = await _told(RadioOptions(firmware="2.0.1"), LinkReason.WRONG_FIRMWARE)
    event = next(event for event in heard.links if event.reason is LinkReason.WRONG_FIRMWARE)
    assert "2.0.1" in event.detail
    assert "update" in event.detail


async def test_a_sensor_that_does_not_stream_is_asleep():
    await _told(RadioOptions(asleep=True), LinkReason.ASLEEP)


async def test_a_sensor_that_refuses_is_told_and_tried_again():
    heard = await _told(RadioOptions(refuses=True), LinkReason.CUT)
    assert heard.states(PELVIS).count(LinkState.CONNECTING) >= 1


async def _told(options: RadioOptions, reason: LinkReason) -> Heard:
    """Run a sensor that never streams until the user has been told why."""
    clock = LoopClock()
    heard = Heard()
    told = asyncio.Event()

    def on_link(event):
        heard.links.append(event)
        if event.reason is reason:
            told.set()

    async with VirtualRadio([VirtualSensor("lm1", signals(PELVIS, 2.0), options)], clock) as radio:
        manager = LinkManager(
            clock, on_notification=heard.on_notification, on_link=on_link, backend=radio.backend
        )
        found = await manager.scan(expected=1)
        running = asyncio.create_task(manager.run({PELVIS: found[0]}))
        async with asyncio.timeout(10):
            await told.wait()
        await manager.stop()
        await running
    assert heard.links[-1].state is LinkState.ENDED
    return heard


async def test_two_sensors_with_one_name_and_a_third_in_range_are_told_apart_by_serial():
    named = [
        VirtualSensor("lm1", signals(PELVIS, 3.0, seed=1), RadioOptions(name="LM", serial="AAAA0001")),
        VirtualSensor("lm1", signals(LUMBAR, 3.0, seed=2), RadioOptions(name="LM", serial="BBBB0002")),
        VirtualSensor("lm1", None, RadioOptions(name="LM", serial="CCCC0003")),
    ]
    targets = {PELVIS: "AAAA0001", LUMBAR: "BBBB0002"}
    heard, radio = await stream(named, targets=targets)
    assert radio.time.start_ns < 5e9  # one scan, then each sensor asked once
    for sensor in named[:2]:
        place = sensor.signals.placement
        assert heard.column(place, "seq").tolist() == list(range(312))
        scale = float(np.float32(8 * 9.80665 / 32768))
        np.testing.assert_array_equal(
            heard.column(place, "acc_mps2"), np.rint(sensor.signals.acc_mps2 / scale) * scale
        )
    assert not radio.peripherals[2].streaming


async def test_a_recording_replays_to_the_same_batches():
    heard, _ = await stream(sensors(4.0, RadioOptions(cut_at_s=(2.0,), garbage_every=7)))
    for index, place, family, description in heard.described:
        decoder = catalogue.decoder(family, description)
        again = []
        for raw in heard.raw[index:]:
            if raw.placement is place:
                try:
                    again.extend(decoder.decode(raw))
                except ValueError:
                    continue
        live = heard.batches[place]
        assert len(again) == len(live)
        for one, other in zip(again, live, strict=True):
            for name in ("t_arrival_ns", "t_device_ns", "seq", "acc_mps2", "gyr_radps"):
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


async def test_clock_beacons_come_beside_the_samples_and_are_recorded():
    pair = [
        VirtualSensor("lm1", signals(PELVIS, 5.0, clock_offset_s=100.0), RadioOptions()),
        VirtualSensor("lm1", signals(LUMBAR, 5.0), RadioOptions()),
    ]
    heard, radio = await stream(pair)
    for place, offset_s in ((PELVIS, 100.0), (LUMBAR, 0.0)):
        decoder = heard.decoders[place]
        readings = [decoder.clock_reading(raw) for raw in heard.raw if raw.placement is place]
        readings = [reading for reading in readings if reading is not None][1:-1]
        assert len(readings) >= 2
        for reading in readings:
            sent_s = (reading.t_arrival_ns - radio.time.start_ns) / 1e9
            delay_s = sent_s + offset_s - reading.t_device_ns / 1e9
            assert -0.002 < delay_s < 0.5
        gaps = np.diff([reading.t_arrival_ns for reading in readings])
        assert len(set(np.round(gaps / 1e8).tolist())) == len(gaps)  # at no regular time
    assert heard.column(PELVIS, "seq").tolist() == list(range(520))


async def test_status_details_identify_and_haptic():
    clock = LoopClock()
    heard = Heard()
    pair = sensors(3.0, RadioOptions(battery_percent=77), RadioOptions(connection_interval_ms=15.0))
    async with VirtualRadio(pair, clock) as radio:
        manager = LinkManager(
            clock, on_notification=heard.on_notification, on_link=heard.links.append, backend=radio.backend
        )
        found = {sensor.address: sensor for sensor in await manager.scan(expected=2)}
        pelvis = found[radio.peripherals[0].address]
        details = await manager.inspect(pelvis, identify=True)
        assert details.battery_percent == 77
        assert details.firmware == "1.0.0"
        assert details.serial == radio.peripherals[0].serial == "LM100001"
        assert radio.peripherals[0].identified == 1
        running = asyncio.create_task(
            manager.run({PELVIS: pelvis, LUMBAR: found[radio.peripherals[1].address]})
        )
        await radio.time.begun.wait()
        await clock.sleep(2.5)
        status = manager.status()
        assert status[PELVIS].state is LinkState.STREAMING
        assert status[PELVIS].rate_hz == pytest.approx(104.0, rel=0.05)
        assert status[PELVIS].rssi_dbm == -55
        await manager.haptic(PELVIS, 1, 200, 150)
        await manager.identify(LUMBAR)
        await clock.sleep(0.5)
        assert radio.peripherals[0].haptics == [lm1.Haptic(1, 200, 150)]
        assert radio.peripherals[1].identified == 1
        await manager.stop()
        await running


async def test_a_scan_finds_nothing_where_nothing_is():
    clock = LoopClock()
    async with VirtualRadio([], clock) as radio:
        manager = LinkManager(
            clock, on_notification=lambda _: None, on_link=lambda _: None, backend=radio.backend
        )
        assert await manager.scan(1.0) == []


async def test_a_machine_without_an_adapter_says_so_in_one_sentence():
    class NoScanner:
        def __init__(self, *_, **__):
            pass

        async def start(self):
            raise FileNotFoundError(2, "No such file or directory")

        async def stop(self):
            pass

    manager = LinkManager(
        LoopClock(),
        on_notification=lambda _: None,
        on_link=lambda _: None,
        backend=(NoScanner, NoScanner),
    )
    with pytest.raises(SensorError) as refusal:
        await manager.scan(0.1)
    assert refusal.value.reason is LinkReason.NO_ADAPTER
    assert "plug one in" in str(refusal.value)
    with pytest.raises(SensorError):
        await manager.run({PELVIS: "0001"})
