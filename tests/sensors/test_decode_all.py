"""Many packets at once give what they give one by one."""

import random

import numpy as np
import pytest

from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors import catalogue
from lumbarwatch.sensors.base import DecodeError
from lumbarwatch.wire import lm1

DESCRIPTION = {"rate_hz": 104.0, "acc_scale_mps2": 0.0024, "gyr_scale_radps": 0.0006, "serial": "A1"}
FIELDS = ("t_arrival_ns", "gyr_radps", "acc_mps2", "quat_wxyz", "t_device_ns", "seq")


def packets(seed, count=600):
    """All that happens to a stream: wraps, losses, repeats, disorder, restarts, garbage, other kinds."""
    random_ = random.Random(seed)
    source = np.random.default_rng(seed)
    seq, t_us, t_ns = 65_000, 2**32 - 3_000_000, 10**12
    found = []
    for _ in range(count):
        n = random_.choice([2, 2, 2, 2, 2, 3])
        kind = random_.choices([lm1.Kind.MOTION, lm1.Kind.ORIENTATION, lm1.Kind.MOTION_FLAGS], [96, 2, 2])[0]
        if kind is lm1.Kind.ORIENTATION:
            unit = np.tile(np.array([lm1.QUATERNION_ONE, 0, 0, 0], dtype=np.int16), (n, 1))
            counts = np.hstack([unit, source.integers(-99, 99, (n, 3), dtype=np.int16)])
        else:
            counts = source.integers(-(2**15), 2**15, (n, 6), dtype=np.int16)
        flags = np.zeros(n if kind is lm1.Kind.MOTION_FLAGS else 0, dtype=np.uint8)
        payload = bytes(lm1.DataPacket(kind, seq % 65536, t_us % 2**32, counts, flags))
        found.append(RawNotification(Placement.PELVIS, t_ns, t_ns, lm1.DATA, payload))
        what = random_.random()
        if what < 0.02:
            found.append(RawNotification(Placement.PELVIS, t_ns + 1, t_ns, lm1.DATA, payload))
        elif what < 0.03:
            found.append(RawNotification(Placement.PELVIS, t_ns + 1, t_ns, lm1.DATA, payload[:-1]))
        elif what < 0.04:
            found.append(RawNotification(Placement.PELVIS, t_ns + 1, t_ns, lm1.DATA, b""))
        elif what < 0.05:
            found[-2:] = reversed(found[-2:])
        elif what < 0.06:
            beacon = bytes(lm1.ClockBeacon(7, t_us))
            found.append(RawNotification(Placement.PELVIS, t_ns + 1, t_ns, lm1.CLOCK, beacon))
        elif what < 0.065:
            seq, t_us = 0, 0
        lost = random_.choice([0] * 30 + [1, 5])
        seq += n * (1 + lost)
        t_us += round(n * (1 + lost) * 9_600 + random_.gauss(0, 40))
        t_ns += round(n * (1 + lost) * 9_600_000)
    return found


def one_by_one(decoder, notifications):
    batches = []
    for one in notifications:
        try:
            batches += decoder.decode(one)
        except DecodeError:
            continue
    return batches


def columns(batches):
    """Every field of all samples; what a batch does not have is None."""
    return [
        (name, getattr(batch, name)[k].tolist() if getattr(batch, name) is not None else None)
        for batch in batches
        for k in range(len(batch))
        for name in FIELDS
    ]


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_lm1_gives_the_same_however_many_are_read_at_once(seed, size):
    stream = packets(seed)
    expected = columns(one_by_one(catalogue.decoder("lm1", DESCRIPTION), stream))
    decoder = catalogue.decoder("lm1", DESCRIPTION)
    found = []
    for first in range(0, len(stream), size):
        found += decoder.decode_all(stream[first : first + size])
    assert columns(found) == expected
    if size == 10_000:
        assert len(found) < len(one_by_one(catalogue.decoder("lm1", DESCRIPTION), stream)) / 2


def test_other_families_read_one_by_one():
    decoder = catalogue.decoder("witmotion", {"rate_hz": 100.0})
    junk = [RawNotification(Placement.PELVIS, k, k, "x", bytes([k])) for k in range(5)]
    assert decoder.decode_all(junk) == one_by_one(decoder, junk)
