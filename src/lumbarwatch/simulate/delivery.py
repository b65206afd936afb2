"""From samples taken to rows received: packets, connection events, loss, doubles, disorder."""

import itertools
from dataclasses import dataclass

import numpy as np

from lumbarwatch.model.checks import Booleans, Floats, Integers


@dataclass(frozen=True, slots=True)
class Radio:
    """How a link behaves. The default delivers every sample at once."""

    batch: int = 1  # samples per packet
    interval_s: float = 0.0  # between connection events; 0: none, sent at once
    missed_events: float = 0.0  # share of events that fail; the packet then goes with the next one
    host_jitter_s: float = 0.0  # mean of an exponential delay in the host
    lost: float = 0.0  # share of samples that never arrive
    lost_burst_s: float = 0.0  # mean length of a burst of loss; 0: single packets
    doubled: float = 0.0  # share of packets delivered twice
    delayed: float = 0.0  # share of packets overtaken by later ones


@dataclass(frozen=True, slots=True, eq=False)
class Delivery:
    """Rows in the order in which they were received."""

    sample: Integers  # (m,) which of the sensor's samples each row is
    t_arrival_s: Floats  # (m,) not decreasing


def deliver(
    t_taken_s: Floats, radio: Radio, kept: Integers, fresh: Integers, rng: np.random.Generator
) -> Delivery:
    """Send the samples numbered ``kept`` over the radio.

    Parameters
    ----------
    t_taken_s : (n,) s
        When each sample of the sensor was taken.
    kept : (k,) int
        Samples not lost to an outage of the whole link; packets are formed from all samples.
    fresh : (r,) int
        Samples at which the sensor restarted, and with them a packet.
    """
    packet = _packets(len(t_taken_s), radio.batch, fresh)
    ends = np.append(np.flatnonzero(np.diff(packet)), len(packet) - 1)
    sent_s = _sent(t_taken_s[ends], radio, rng)
    alive = np.zeros(len(t_taken_s), dtype=bool)
    alive[kept] = True
    alive &= ~_lost(t_taken_s[ends], radio, rng)[packet]
    sample = np.flatnonzero(alive)
    arrival = sent_s[packet[sample]]
    return _ordered(*_disturbed(sample, arrival, packet, radio, rng))


def _packets(count: int, batch: int, fresh: Integers) -> Integers:
    """Number of the packet that each sample goes with."""
    edges = [0, *fresh.tolist(), count]
    packet, first = np.zeros(count, dtype=np.int64), 0
    for start, stop in itertools.pairwise(edges):
        packet[start:stop] = first + np.arange(stop - start) // batch
        first += -(-(stop - start) // batch)
    return packet


def _sent(ready_s: Floats, radio: Radio, rng: np.random.Generator) -> Floats:
    """Arrival of each packet: the next connection event that works, in order, plus the host's delay."""
    arrival: Floats = ready_s
    if radio.interval_s > 0.0:
        anchor = rng.uniform(0.0, radio.interval_s)
        tries = rng.geometric(1.0 - radio.missed_events, len(ready_s)) - 1
        event = np.ceil((ready_s - anchor) / radio.interval_s) + tries
        arrival = anchor + np.maximum.accumulate(event) * radio.interval_s
    if radio.host_jitter_s > 0.0:
        arrival = arrival + rng.exponential(radio.host_jitter_s, len(ready_s))
    return np.maximum.accumulate(arrival)


def _lost(ready_s: Floats, radio: Radio, rng: np.random.Generator) -> Booleans:
    """Which packets never arrive: single ones, or bursts that begin at random."""
    count = len(ready_s)
    if radio.lost <= 0.0:
        return np.zeros(count, dtype=bool)
    if radio.lost_burst_s <= 0.0 or count < 2:
        return rng.random(count) < radio.lost
    seconds = float(ready_s[-1] - ready_s[0])
    bursts = rng.poisson(radio.lost * seconds / radio.lost_burst_s)
    starts = rng.uniform(ready_s[0], ready_s[-1], bursts)
    stops = starts + rng.exponential(radio.lost_burst_s, bursts)
    change = np.bincount(np.searchsorted(ready_s, starts), minlength=count + 1)
    change -= np.bincount(np.searchsorted(ready_s, stops), minlength=count + 1)
    return np.cumsum(change)[:count] > 0


def _disturbed(
    sample: Integers, arrival: Floats, packet: Integers, radio: Radio, rng: np.random.Generator
) -> tuple[Integers, Floats]:
    """Hold back some packets, deliver some twice."""
    packets = int(packet[-1]) + 1
    if radio.delayed > 0.0:
        late = np.where(rng.random(packets) < radio.delayed, rng.uniform(0.03, 0.09, packets), 0.0)
        arrival = arrival + late[packet[sample]]
    if radio.doubled > 0.0:
        twice = (rng.random(packets) < radio.doubled)[packet[sample]]
        again = arrival[twice] + rng.uniform(0.0, 0.05, packets)[packet[sample[twice]]]
        sample, arrival = np.concatenate([sample, sample[twice]]), np.concatenate([arrival, again])
    return sample, arrival


def _ordered(sample: Integers, arrival: Floats) -> Delivery:
    order = np.argsort(arrival, kind="stable")
    return Delivery(sample[order], arrival[order])
