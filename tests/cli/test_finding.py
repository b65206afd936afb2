"""Which sensor is worn where."""

import pytest

from lumbarwatch.cli.finding import assign, find_sensors
from lumbarwatch.cli.plans import WantedSensors
from lumbarwatch.cli.wanted import wanted_sensors
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.simulate.virtual_radio import RadioOptions, VirtualRadio, VirtualSensor
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.pairing import PairedSensor, save_pairing

ANY = {Placement.PELVIS: None, Placement.LUMBAR: None}


def _sensor(name, address, serial=""):
    return FoundSensor("lm1", name, address, serial)


SACRUM, L1 = _sensor("LM-SACRUM-0001", "AA:01"), _sensor("LM-L1-0002", "AA:02", "S2")
PLAIN, OTHER = _sensor("WT901", "BB:01"), _sensor("WT901", "BB:02")


def test_names_tell_the_place_whatever_the_order():
    assert assign([L1, SACRUM], ANY) == {Placement.PELVIS: SACRUM, Placement.LUMBAR: L1}


def test_sensors_without_a_telling_name_are_taken_as_they_come():
    assert assign([PLAIN, OTHER], ANY) == {Placement.PELVIS: PLAIN, Placement.LUMBAR: OTHER}


def test_one_name_is_enough():
    assert assign([PLAIN, SACRUM], ANY) == {Placement.PELVIS: SACRUM, Placement.LUMBAR: PLAIN}


@pytest.mark.parametrize("identity", ["AA:02", "aa:02", "S2", "LM-L1-0002"])
def test_what_the_user_wants_comes_first(identity):
    found = assign([SACRUM, L1, PLAIN], ANY | {Placement.PELVIS: identity})
    assert found[Placement.PELVIS] == L1
    assert found[Placement.LUMBAR] == SACRUM


@pytest.mark.parametrize(
    ("found", "wanted", "words"),
    [
        ([], ANY, "No sensor was found"),
        ([PLAIN], ANY, "Only WT901 (BB:01) was found"),
        ([PLAIN, OTHER], ANY | {Placement.PELVIS: "WT901"}, "Several sensors are called WT901"),
        ([PLAIN], ANY | {Placement.LUMBAR: "S9"}, "sensor S9 was not found (in range: WT901 (BB:01))"),
    ],
)
def test_what_is_missing_is_said(found, wanted, words):
    with pytest.raises(SensorError) as refused:
        assign(found, wanted)
    assert refused.value.reason is LinkReason.NOT_FOUND
    assert words in str(refused.value)


async def test_two_sensors_in_range_are_found():
    clock = SystemClock()
    sensors = [
        VirtualSensor("lm1", options=RadioOptions(name=name)) for name in ("LM-L1-0002", "LM-SACRUM-0001")
    ]
    async with VirtualRadio(sensors, clock) as radio:
        found = await find_sensors(clock, ANY, radio.backend)
    assert {place: sensor.name for place, sensor in found.items()} == {
        Placement.PELVIS: "LM-SACRUM-0001",
        Placement.LUMBAR: "LM-L1-0002",
    }


async def _searched(sensors, wanted, **known):
    clock = SystemClock()
    async with VirtualRadio(sensors, clock) as radio:
        return await find_sensors(clock, wanted, radio.backend, **known), radio


LM1 = [VirtualSensor("lm1", options=RadioOptions(serial=f"LM10000{k}")) for k in range(3)]


async def test_sensors_that_advertise_no_serial_number_are_asked_for_it():
    found, _ = await _searched(LM1, {Placement.PELVIS: "LM100002", Placement.LUMBAR: "lm100000"})
    assert [(place, one.serial) for place, one in found.items()] == [
        (Placement.PELVIS, "LM100002"),
        (Placement.LUMBAR, "LM100000"),
    ]


async def test_paired_sensors_are_known_by_their_address_without_asking():
    serials = {"F0:F1:F2:F3:F4:11": "LM100001", "F0:F1:F2:F3:F4:10": "LM100000"}
    wanted = {Placement.PELVIS: "LM100001", Placement.LUMBAR: "LM100000"}
    found, radio = await _searched(LM1, wanted, serials=serials)
    assert [one.address for one in found.values()] == ["F0:F1:F2:F3:F4:11", "F0:F1:F2:F3:F4:10"]
    assert [peripheral.connections for peripheral in radio.peripherals] == [0, 0, 0]


PAIRING = {
    Placement.PELVIS: PairedSensor("lm1", "LM-SACRUM-0001", "LM1", "AA:01"),
    Placement.LUMBAR: PairedSensor("witmotion", "WT901", "", "AA:02"),
}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ((None, None), ("LM1", "AA:02")),
        (("X", None), ("X", "AA:02")),
        (("X", "Y"), ("X", "Y")),
        ((None, "lm1"), (None, "lm1")),
        (("wt901", None), ("wt901", None)),
    ],
)
def test_the_pairing_counts_where_no_option_says_otherwise(tmp_path, said, expected):
    save_pairing(DataFolder(tmp_path), PAIRING)
    wanted = wanted_sensors(tmp_path, *said)
    assert (wanted.pelvis, wanted.lumbar) == expected
    assert wanted.serials == {"AA:01": "LM1"}


def test_without_a_pairing_whichever_is_found_will_do(tmp_path):
    assert wanted_sensors(tmp_path / "new", None, None) == WantedSensors()
