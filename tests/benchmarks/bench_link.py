"""Each family, two sensors at full rate for a minute: 0 lost, 0 doubled, every value as measured to its least
significant bit, and how late the newest sample arrives (the link's p99 above the simulation's own lateness).

Run by hand, on an idle machine: ``pytest tests/benchmarks/bench_link.py -s``.
"""

import numpy as np
import pytest

from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.simulate.virtual_radio import FAMILIES, NOMINAL_RATE_HZ, VirtualSensor
from virtual_radio.radio_bench import signals, stream
from virtual_radio.test_families import BLOCK, check

SECONDS = 60.0
P99_MS = 15.0


@pytest.mark.timeout(180)
@pytest.mark.parametrize("family", FAMILIES)
async def test_link_latency(family):
    rate, block = NOMINAL_RATE_HZ[family], BLOCK[family]
    sensors = [VirtualSensor(family, signals(place, SECONDS, rate)) for place in Placement]
    heard, radio = await stream(sensors, clock=SystemClock())
    assert not heard.errors
    check(family, sensors, heard)
    late_ms = {}
    for peripheral in radio.peripherals:
        truth = peripheral.signals
        arrived = heard.column(truth.placement, "t_arrival_ns").reshape(-1, block)[:, -1]
        taken_s = truth.t_true_s[: len(arrived) * block].reshape(-1, block)[:, -1]
        assert len(arrived) == len(truth.t_true_s) // block
        whole_ms = (arrived - radio.time.start_ns) / 1e6 - taken_s * 1e3
        own_ms = np.array(peripheral.lateness_s) * 1e3
        late_ms[truth.placement] = np.percentile(whole_ms - own_ms, 99)
        figures = [np.percentile(values, q) for values in (whole_ms, own_ms) for q in (50, 95, 99, 100)]
        print(
            f"\n{family} {truth.placement}: {len(arrived) * block} samples, 0 lost; newest sample late by "
            "p50/p95/p99/max {:.1f}/{:.1f}/{:.1f}/{:.1f} ms, of which the simulation "
            "{:.1f}/{:.1f}/{:.1f}/{:.1f} ms, ".format(*figures)
            + f"the link p99 {late_ms[truth.placement]:.1f} ms"
        )
    assert max(late_ms.values()) < P99_MS
