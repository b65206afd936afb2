"""Pairing over virtual sensors: by taps, by light, by name."""

from dataclasses import replace

import numpy as np
import pytest

from lumbarwatch.jobs import pair
from lumbarwatch.jobs.pair import PairError, PairReason, TapStep
from lumbarwatch.model.events import LinkReason
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.base import SensorError
from lumbarwatch.sensors.link import LinkManager
from lumbarwatch.simulate.virtual_radio import NOMINAL_RATE_HZ, RadioOptions, VirtualRadio, VirtualSensor
from virtual_radio.radio_bench import signals
from virtual_radio.virtual_time import LoopClock

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR
G = 9.80665


def on_the_table(placement, family="lm1", *, taps=0.0, seconds=8.0):
    """A sensor that lies still and is tapped three times, by ``taps`` m/s^2 and as many 0.1 rad/s."""
    made = signals(placement, seconds, NOMINAL_RATE_HZ[family])
    t = made.t_true_s
    blows = sum(np.exp(-0.5 * ((t - t[np.searchsorted(t, s)]) / 0.01) ** 2) for s in (3.0, 3.5, 4.0))
    noise = np.random.default_rng(0).normal(0, 0.03, (len(t), 3))
    return replace(
        made,
        acc_mps2=np.array([0.0, 0.0, G]) + noise + taps * blows[:, None] * np.array([0.6, 0.0, 0.8]),
        gyr_radps=noise / 10 + taps / 10 * blows[:, None] * np.array([0.0, 1.0, 0.0]),
    )


def radio_of(clock, *strengths, family="lm1", options=()):
    """Two sensors (the stronger received one first) and how hard each is tapped."""
    sensors = [
        VirtualSensor(
            family,
            on_the_table(place, family, taps=strength),
            RadioOptions(rssi_dbm=-50 - 10 * k, **dict(options)),
        )
        for k, (place, strength) in enumerate(zip(Placement, strengths, strict=True))
    ]
    return VirtualRadio(sensors, clock)


@pytest.mark.parametrize("family", NOMINAL_RATE_HZ)
@pytest.mark.parametrize("tapped", [0, 1])
async def test_the_tapped_sensor_is_the_pelvis(family, tapped):
    clock, steps = LoopClock(), []
    async with radio_of(clock, *((25.0, 5.0) if tapped == 0 else (5.0, 25.0)), family=family) as radio:
        pairing = await pair.pair_by_tap(
            clock, on_step=lambda step, found: steps.append((step, len(found))), backend=radio.backend
        )
        first, second = radio.peripherals if tapped == 0 else reversed(radio.peripherals)
    assert (pairing[PELVIS].address, pairing[LUMBAR].address) == (first.address, second.address)
    assert (pairing[PELVIS].name, pairing[PELVIS].family) == (first.name, family)
    serials = (pairing[PELVIS].serial, pairing[LUMBAR].serial)
    assert serials == (("", "") if family == "witmotion" else (first.serial, second.serial))
    assert steps == [(TapStep.SEARCHING, 0), (TapStep.CONNECTING, 2), (TapStep.TAP_PELVIS, 2)]


@pytest.mark.parametrize(
    ("strengths", "reason"), [((0.0, 0.0), PairReason.NO_TAPS), ((20.0, 20.0), PairReason.ALIKE)]
)
async def test_no_taps_and_taps_that_both_feel_are_told(strengths, reason):
    clock, steps = LoopClock(), []
    async with radio_of(clock, *strengths) as radio:
        with pytest.raises(PairError) as caught:
            await pair.pair_by_tap(
                clock, on_step=lambda step, _: steps.append(step), seconds=7.0, backend=radio.backend
            )
    assert caught.value.reason is reason
    assert (TapStep.ALIKE in steps) == (reason is PairReason.ALIKE)


async def test_a_sensor_that_sleeps_is_named():
    clock = LoopClock()
    async with radio_of(clock, 20.0, 0.0, options={"asleep": True}) as radio:
        with pytest.raises(SensorError, match="sends nothing") as caught:
            await pair.pair_by_tap(clock, backend=radio.backend)
    assert caught.value.reason is LinkReason.ASLEEP


async def test_one_sensor_is_not_enough():
    clock = LoopClock()
    async with VirtualRadio([VirtualSensor("lm1")], clock) as radio:
        for work in (
            pair.pair_by_tap(clock, backend=radio.backend),
            pair.pair_by_light(clock, None, backend=radio.backend),
        ):
            with pytest.raises(SensorError, match="was found, two are needed"):
                await work


def asked(answers, seen):
    async def choose(sensor, open_places):
        seen.append((sensor.address[-2:], list(open_places)))
        return answers.pop(0)

    return choose


async def test_each_sensor_shows_its_light_until_both_have_their_place(monkeypatch):
    lit = []
    inspect = LinkManager.inspect

    async def noted(self, sensor, *, identify=False):
        lit.append((sensor.address[-2:], identify))
        return await inspect(self, sensor, identify=identify)

    monkeypatch.setattr(LinkManager, "inspect", noted)
    clock, seen = LoopClock(), []
    sensors = [VirtualSensor("lm1", None, RadioOptions(rssi_dbm=-50 - k)) for k in range(4)]
    async with VirtualRadio(sensors, clock) as radio:
        choose = asked([None, LUMBAR, PELVIS], seen)
        pairing = await pair.pair_by_light(clock, choose, backend=radio.backend)
        serials = [peripheral.serial for peripheral in radio.peripherals]
    assert seen == [("10", [PELVIS, LUMBAR]), ("11", [PELVIS, LUMBAR]), ("12", [PELVIS])]
    assert [place for place, shown in lit if shown] == ["10", "11", "12"]
    assert {place: sensor.serial for place, sensor in pairing.items()} == {
        PELVIS: serials[2], LUMBAR: serials[1],
    }  # fmt: skip


@pytest.mark.parametrize(
    "families", [("witmotion", "witmotion"), ("movesense", "movesense"), ("lm1", "witmotion")]
)
async def test_sensors_without_a_light_are_told_so(families):
    clock = LoopClock()
    async with VirtualRadio([VirtualSensor(family) for family in families], clock) as radio:
        with pytest.raises(PairError, match="tapping one") as caught:
            await pair.pair_by_light(clock, None, backend=radio.backend)
    assert caught.value.reason is PairReason.NO_LIGHT


async def test_sensors_without_a_light_are_passed_over_where_two_have_one():
    clock, seen = LoopClock(), []
    families = ("witmotion", "lm1", "movella")
    sensors = [
        VirtualSensor(family, None, RadioOptions(rssi_dbm=-50 - k)) for k, family in enumerate(families)
    ]
    async with VirtualRadio(sensors, clock) as radio:
        pairing = await pair.pair_by_light(clock, asked([PELVIS, LUMBAR], seen), backend=radio.backend)
    assert [pairing[place].family for place in Placement] == ["lm1", "movella"]
    assert len(seen) == 2


async def test_places_that_nobody_gets_are_told():
    clock = LoopClock()
    async with VirtualRadio([VirtualSensor("lm1"), VirtualSensor("lm1")], clock) as radio:
        with pytest.raises(PairError) as caught:
            await pair.pair_by_light(clock, asked([PELVIS, PELVIS], []), backend=radio.backend)
    assert caught.value.reason is PairReason.NOT_CHOSEN
