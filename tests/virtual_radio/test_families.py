"""Every family, two sensors at full rate, through bleak's client and a real ATT stack."""

import numpy as np
import pytest

from lumbarwatch.model.events import LinkReason, LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors import catalogue
from lumbarwatch.simulate.virtual_radio import FAMILIES, NOMINAL_RATE_HZ, RadioOptions, VirtualSensor
from virtual_radio.radio_bench import signals, stream

G = 9.80665


def f32(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32).astype(np.float64)


def quantised(values: np.ndarray, scale: float) -> np.ndarray:
    return np.clip(np.rint(values / scale), -32768, 32767) * scale


MEASURED = {
    "lm1": {
        "acc_mps2": lambda s: quantised(s.acc_mps2, float(np.float32(8 * G / 32768))),
        "gyr_radps": lambda s: quantised(s.gyr_radps, float(np.float32(np.radians(2000) / 32768))),
    },
    "witmotion": {
        "acc_mps2": lambda s: quantised(s.acc_mps2, 16 * G / 32768),
        "gyr_radps": lambda s: quantised(s.gyr_radps, np.radians(2000) / 32768),
    },
    "movesense": {
        "acc_mps2": lambda s: f32(s.acc_mps2),
        "gyr_radps": lambda s: np.radians(f32(np.degrees(s.gyr_radps))),
    },
    "movella": {
        "quat_wxyz": lambda s: f32(s.quat_wxyz),
        "gyr_radps": lambda s: np.radians(f32(np.degrees(s.gyr_radps))),
    },
}
"""What each family's part reports, from its documented ranges and number formats."""

BLOCK = {"lm1": 2, "witmotion": 1, "movesense": 8, "movella": 1}
STAMP_US = {"lm1": 2.0, "movesense": 1100.0, "movella": 1.0}


def pair(family: str, seconds: float, **options) -> list[VirtualSensor]:
    rate = NOMINAL_RATE_HZ[family]
    return [
        VirtualSensor(family, signals(place, seconds, rate, clock_ppm=ppm), RadioOptions(**options))
        for place, ppm in ((Placement.PELVIS, 30.0), (Placement.LUMBAR, -40.0))
    ]


def check(family: str, sensors: list[VirtualSensor], heard) -> None:
    for sensor in sensors:
        truth = sensor.signals
        place = truth.placement
        n = len(truth.t_true_s) // BLOCK[family] * BLOCK[family]
        for name, measured in MEASURED[family].items():
            np.testing.assert_array_equal(heard.column(place, name), measured(truth)[:n])
        if family in STAMP_US:
            off_us = heard.column(place, "t_device_ns") / 1e3 - truth.t_device_s[:n] * 1e6
            assert np.abs(off_us - np.median(off_us)).max() < STAMP_US[family]
            assert abs(np.median(off_us)) < STAMP_US[family]


@pytest.mark.parametrize("family", FAMILIES)
async def test_two_sensors_lose_and_double_nothing_and_are_equal_to_the_bit(family):
    sensors = pair(family, 10.0)
    heard, _ = await stream(sensors)
    assert not heard.errors
    check(family, sensors, heard)
    for place in Placement:
        assert heard.states(place) == [
            LinkState.SEARCHING,
            LinkState.CONNECTING,
            LinkState.STREAMING,
            LinkState.ENDED,
        ]
        assert heard.reasons(place) == set()


@pytest.mark.parametrize("family", FAMILIES)
async def test_cuts_are_recovered_by_every_family(family):
    sensors = pair(family, 8.0, cut_at_s=(2.0, 4.0, 6.0), away_s=0.25)
    heard, radio = await stream(sensors, doubles_after_reconnect=True)
    for peripheral in radio.peripherals:
        place = peripheral.signals.placement
        assert peripheral.connections == 4
        values = heard.column(place, "gyr_radps")
        assert len(values) == peripheral.sent
        truth = MEASURED[family]["gyr_radps"](peripheral.signals)
        where = {row.tobytes(): i for i, row in enumerate(truth)}
        indices = np.array([where[row.tobytes()] for row in values])
        assert (np.diff(indices) > 0).all()
        assert (np.diff(indices) > 1).sum() == 3
        assert LinkReason.CUT in heard.reasons(place)


async def test_witmotion_frames_may_be_split_and_glued():
    sensors = pair("witmotion", 4.0, ragged=True)
    heard, _ = await stream(sensors)
    assert not heard.errors
    for sensor in sensors:
        place = sensor.signals.placement
        got = heard.column(place, "acc_mps2")
        assert len(got) > 390
        np.testing.assert_array_equal(got, MEASURED["witmotion"]["acc_mps2"](sensor.signals)[: len(got)])


async def test_movesense_of_few_words_streams_from_the_first_block_and_after_a_cut():
    sensors = pair("movesense", 6.0, taciturn=True, cut_at_s=(3.0,))
    heard, radio = await stream(sensors)
    assert not heard.errors
    for peripheral in radio.peripherals:
        place = peripheral.signals.placement
        assert peripheral.connections == 2
        described = next(entry[3] for entry in heard.described if entry[1] is place)
        decoder = catalogue.decoder("movesense", described)  # from the first byte on, as the hub decodes
        batches = [batch for raw in heard.raw if raw.placement is place for batch in decoder.decode(raw)]
        assert sum(len(batch) for batch in batches) == peripheral.sent
        assert heard.reasons(place) == {LinkReason.CUT}


@pytest.mark.parametrize("family", FAMILIES)
async def test_low_battery_is_told_by_every_family(family):
    heard, _ = await stream(pair(family, 1.0, battery_percent=8))
    for place in Placement:
        assert LinkReason.BATTERY_LOW in heard.reasons(place)
