"""LM-1 through bleak's client and a real ATT stack."""

import numpy as np

from lumbarwatch.model.events import LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.virtual_radio import RadioOptions, VirtualSensor
from virtual_radio.radio_bench import signals, stream

ACC = float(np.float32(8 * 9.80665 / 32768))
GYR = float(np.float32(np.radians(2000) / 32768))


def pair(seconds: float, **options) -> list[VirtualSensor]:
    return [
        VirtualSensor("lm1", signals(place, seconds, clock_ppm=ppm), RadioOptions(**options))
        for place, ppm in ((Placement.PELVIS, 30.0), (Placement.LUMBAR, -40.0))
    ]


async def test_two_sensors_lose_and_double_nothing_and_are_equal_to_the_bit():
    sensors = pair(6.0)
    heard, _ = await stream(sensors)
    assert not heard.errors
    for sensor in sensors:
        truth = sensor.signals
        place = truth.placement
        n = len(truth.t_true_s)
        assert heard.column(place, "seq").tolist() == list(range(n))
        np.testing.assert_array_equal(heard.column(place, "acc_mps2"), np.rint(truth.acc_mps2 / ACC) * ACC)
        np.testing.assert_array_equal(heard.column(place, "gyr_radps"), np.rint(truth.gyr_radps / GYR) * GYR)
        off_us = heard.column(place, "t_device_ns") / 1e3 - truth.t_device_s * 1e6
        assert np.abs(off_us).max() < 2.0
        assert heard.states(place) == [LinkState.CONNECTING, LinkState.STREAMING, LinkState.ENDED]
