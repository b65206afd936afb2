"""A sensor's clock, read without samples, reaches that sensor's time base at its place in the order."""

import numpy as np
import pytest

from lumbarwatch.core import pipeline as module
from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.samples import ClockReading, ImuBatch, Placement, SensorInfo

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR


@pytest.fixture
def told(monkeypatch):
    """What each time base is told, by the rate that names its sensor."""
    lines = []

    class Listening(Timebase):
        def __init__(self, info, params=None):
            super().__init__(info, params)
            self.rate_hz = info.nominal_rate_hz

        def beacon(self, t_device_ns, t_arrival_ns):
            lines.append((self.rate_hz, t_device_ns, t_arrival_ns))
            super().beacon(t_device_ns, t_arrival_ns)

        def step(self, batch):
            lines.append((self.rate_hz, "samples"))
            return super().step(batch)

    monkeypatch.setattr(module, "Timebase", Listening)
    return lines


def samples(place, first, n=10):
    k = np.arange(first, first + n)
    return ImuBatch(
        placement=place,
        t_arrival_ns=10**9 + 10**7 * k,
        t_device_ns=10**7 * k,
        seq=k,
        gyr_radps=np.zeros((n, 3)),
        acc_mps2=np.tile([0.0, 9.81, 0.0], (n, 1)),
    )


def test_a_clock_reading_goes_to_its_own_sensor_in_its_place(told):
    sensors = {PELVIS: SensorInfo(nominal_rate_hz=100.0), LUMBAR: SensorInfo(nominal_rate_hz=104.0)}
    pipeline = Pipeline(PipelineSetup(sensors=sensors))
    pipeline.push(ClockReading(LUMBAR, 3, 5), samples(PELVIS, 0), ClockReading(PELVIS, 7, 9))
    pipeline.push(samples(LUMBAR, 0), ClockReading(LUMBAR, 11, 13), samples(PELVIS, 10))
    assert [line[1:] for line in told if line[0] == 100.0] == [("samples",), (7, 9), ("samples",)]
    assert [line[1:] for line in told if line[0] == 104.0] == [(3, 5), ("samples",), (11, 13)]


def test_a_session_of_clock_readings_only_has_no_poses():
    pipeline = Pipeline(PipelineSetup())
    assert pipeline.push(ClockReading(PELVIS, 3, 5)) == []
