"""scan and doctor over virtual sensors."""

import pytest

from lumbarwatch.jobs import doctor, scan
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.virtual_radio import RadioOptions, VirtualRadio, VirtualSensor
from virtual_radio.radio_bench import signals
from virtual_radio.virtual_time import LoopClock

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR


class NoScanner:
    def __init__(self, *_, **__):
        pass

    async def start(self):
        raise FileNotFoundError(2, "No such file or directory")

    async def stop(self):
        pass


async def test_scan_lists_families_signal_battery_firmware_and_placement():
    sensors = [
        VirtualSensor("lm1", None, RadioOptions(battery_percent=81, rssi_dbm=-70, serial="LM100007")),
        VirtualSensor("movella", None, RadioOptions(battery_percent=12, rssi_dbm=-50)),
        VirtualSensor("movesense", None, RadioOptions(rssi_dbm=-60)),
        VirtualSensor("witmotion", None, RadioOptions(rssi_dbm=-90)),
    ]
    clock = LoopClock()
    seen = []
    async with VirtualRadio(sensors, clock) as radio:
        rows = await scan.scan(
            clock, paired={"LM100007": LUMBAR}, on_change=seen.append, backend=radio.backend, seconds=1.0
        )
    assert [row.found.family for row in rows] == ["movella", "movesense", "lm1", "witmotion"]
    assert [row.model for row in rows][2] == "LM-1 (reference profile)"
    assert [row.details.battery_percent for row in rows] == [12, 90, 81, 90]
    assert [row.details.firmware for row in rows] == ["2.4.0", "2.3.1", "1.0.0", None]
    assert rows[1].serial == rows[1].found.name.split()[1]
    assert [row.placement for row in rows] == [None, None, LUMBAR, None]
    assert sorted({len(rows) for rows in seen}) == [0, 1, 2, 3, 4]  # as heard
    assert all(row.details is None for row in seen[0])
    assert [sum(row.details is not None for row in rows) for rows in seen[-5:]] == [0, 1, 2, 3, 4]


async def test_scan_tells_why_a_sensor_could_not_be_asked():
    clock = LoopClock()
    async with VirtualRadio([VirtualSensor("lm1", None, RadioOptions(refuses=True))], clock) as radio:
        (row,) = await scan.scan(clock, backend=radio.backend, seconds=0.5)
    assert row.details is None
    assert row.problem.reason in (LinkReason.CUT, LinkReason.IN_USE)


async def test_doctor_measures_loss_rate_clock_and_interval():
    sensors = [
        VirtualSensor(
            "lm1",
            signals(PELVIS, 30.0, clock_ppm=40.0),
            RadioOptions(connection_interval_ms=15.0, rssi_dbm=-40),
        ),
        VirtualSensor(
            "lm1",
            signals(LUMBAR, 30.0),
            RadioOptions(connection_interval_ms=50.0, claimed_rate_hz=120.0, battery_percent=9),
        ),
        VirtualSensor("movella", None, RadioOptions(rssi_dbm=-80, asleep=True)),
    ]
    clock = LoopClock()
    steps = []
    async with VirtualRadio(sensors, clock) as radio:
        report = await doctor.examine(
            clock, seconds=6.0, scan_s=1.0, on_step=steps.append, backend=radio.backend
        )
    assert report.problem is None
    assert [step.split()[0] for step in steps] == ["Looking", "Measuring", "Measuring"]
    assert report.system.bleak.startswith("3.")
    good, poor, third = report.sensors
    assert good.samples > 500
    assert good.lost == good.undecodable == 0
    assert good.rate_hz == pytest.approx(104.0, rel=0.03)
    assert good.status.battery_percent == 90
    assert good.advice == ()
    words = " ".join(poor.advice)
    assert "where it says 120.0" in words
    assert "low on battery" in words
    assert third.found.family == "movella"
    assert "sends nothing" in third.advice[0]


async def test_doctor_tells_of_a_sensor_that_sleeps():
    clock = LoopClock()
    sensors = [VirtualSensor("lm1", signals(PELVIS, 2.0), RadioOptions(asleep=True))]
    async with VirtualRadio(sensors, clock) as radio:
        report = await doctor.examine(clock, seconds=0.5, scan_s=0.5, backend=radio.backend)
    (sensor,) = report.sensors
    assert sensor.samples == 0
    assert "sends nothing" in sensor.advice[0]


async def test_doctor_without_adapter_and_without_sensors():
    clock = LoopClock()
    report = await doctor.examine(clock, backend=(NoScanner, NoScanner))
    assert report.problem.reason is LinkReason.NO_ADAPTER
    async with VirtualRadio([], clock) as radio:
        report = await doctor.examine(clock, scan_s=0.3, backend=radio.backend)
    assert report.problem.reason is LinkReason.NOT_FOUND
    assert report.sensors == ()
