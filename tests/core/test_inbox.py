"""When packets are worked through: as soon as both sensors spoke, and never long after one did."""

import numpy as np
import pytest

from lumbarwatch.core.inbox import Inbox
from lumbarwatch.model.samples import ImuBatch, Placement

MS = 1_000_000
PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR


def _packet(placement, arrival_ms, samples=2):
    arrival_ns = np.full(samples, round(arrival_ms * MS), dtype=np.int64)
    return ImuBatch(
        placement=placement,
        t_arrival_ns=arrival_ns,
        acc_mps2=np.zeros((samples, 3)),
        gyr_radps=np.zeros((samples, 3)),
    )


def _rounds(packets):
    """Arrival times (ms) at which work is done."""
    inbox, rounds = Inbox(), []
    for placement, arrival_ms in sorted(packets, key=lambda packet: packet[1]):
        inbox.put(_packet(placement, arrival_ms))
        if inbox.due:
            inbox.take()
            rounds.append(arrival_ms)
    return rounds


def _stream(placement, first_ms, every_ms, until_ms=1000):
    return [(placement, float(t)) for t in np.arange(first_ms, until_ms, every_ms)]


@pytest.mark.parametrize("offset_ms", [1, 5, 15, 19])
def test_a_pair_is_worked_through_when_its_second_packet_comes(offset_ms):
    """Whichever way the phases lie, the wait within a pair is the shorter one."""
    rounds = _rounds(_stream(PELVIS, 0, 20) + _stream(LUMBAR, offset_ms, 20))[2:]
    second = _stream(LUMBAR, offset_ms, 20) if offset_ms < 10 else _stream(PELVIS, 0, 20)
    assert set(rounds) <= {t for _, t in second}
    assert set(np.diff(rounds)) == {20.0}


@pytest.mark.parametrize("offset_ms", [9, 10, 11])
def test_half_a_packet_apart_they_still_make_no_more_rounds(offset_ms):
    rounds = _rounds(_stream(PELVIS, 0, 20) + _stream(LUMBAR, offset_ms, 20))[2:]
    assert np.diff(rounds).mean() == pytest.approx(20.0, abs=0.5)


def test_one_sensor_alone_is_worked_through_at_its_next_packet():
    rounds = _rounds(_stream(PELVIS, 0, 20))
    assert np.diff(rounds).max() <= 40.0


def test_a_packet_for_each_sample_makes_no_more_rounds_than_a_display_draws():
    rounds = _rounds(_stream(PELVIS, 0, 10) + _stream(LUMBAR, 3, 10))
    assert 40 <= len(rounds) <= 80


def test_packets_that_continue_each_other_become_one_batch():
    inbox = Inbox()
    for arrival_ms in (0, 20):
        inbox.put(_packet(PELVIS, arrival_ms))
    inbox.put(_packet(LUMBAR, 21))
    assert [(batch.placement, len(batch)) for batch in inbox.take()] == [(PELVIS, 4), (LUMBAR, 2)]
    assert inbox.take() == []
    assert not inbox.due
