"""Which sensor is worn where."""

import pytest

from lumbarwatch.cli.finding import assign, find_sensors
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import FoundSensor, SensorError
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.simulate.virtual_radio import RadioOptions, VirtualRadio, VirtualSensor

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
