"""Time error between two sensors, simulated: how far apart samples of one instant are placed.

    python tests/accuracy/timebase.py [--json OUT] [--minutes M] [--runs N]

Two sensors of their own clocks (up to +-50 ppm, as the host against the radio's clock up to +-20) send
packets over connections of random phase. A packet goes out at the next connection event; an event is lost
with a given probability and the packet waits for the next, as Bluetooth's link layer resends. The host
stamps arrivals with jitter (exponential, 2 ms on average) and, rarely, after a stall of some 30 ms. Beacons
are clock readings sent at random moments (devices 5). Error: difference of both sensors' errors, from the
second second on.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.checks import Floats, Integers
from lumbarwatch.model.samples import NS_PER_S, ImuBatch, Placement, SensorInfo

SKIPPED_S = 1.0
RADIO_WAIT_S = 0.5e-3
PACKETS_PER_EVENT = 6


@dataclass(frozen=True)
class Link:
    """What a sensor sends and how it travels."""

    interval_s: float
    rate_hz: float = 100.0
    batch: int = 2
    clock_ppm: float = 50.0
    event_loss: float = 0.05
    sample_loss: float = 0.0  # packets that never come
    jitter_s: float = 2e-3
    beacons_hz: float = 0.0


@dataclass(frozen=True)
class Sent:
    """Samples that arrived, and the truth about them."""

    true_s: Floats  # (n,) host time at which each was taken
    clock_s: Floats  # (n,) sensor's clock
    seq: Integers  # (n,)
    arrival_s: Floats  # (n,)
    beacon_clock_s: Floats  # (m,)
    beacon_arrival_s: Floats  # (m,)


def sent_over(link: Link, duration_s: float, rng: np.random.Generator) -> Sent:
    """Simulate one sensor's stream."""
    clock_rate = 1.0 + 1e-6 * link.clock_ppm * rng.uniform(-1.0, 1.0)
    interval_s = link.interval_s * (1.0 + 20e-6 * rng.uniform(-1.0, 1.0))
    phase_s = rng.uniform(0.0, interval_s)
    n = int(duration_s * link.rate_hz) // link.batch * link.batch
    clock_s = np.arange(n) / link.rate_hz + rng.uniform(0.0, 100.0)
    true_s = (clock_s - clock_s[0]) / clock_rate + rng.uniform(0.0, 0.1)
    lost = rng.random(int(duration_s / interval_s) + 10_000) < link.event_loss
    events = _events(true_s[link.batch - 1 :: link.batch], phase_s, interval_s, lost)
    arrival_s = phase_s + events * interval_s + RADIO_WAIT_S + _host_delay(len(events), link.jitter_s, rng)
    arrival_s = np.repeat(np.maximum.accumulate(arrival_s), link.batch)
    came = np.repeat(rng.random(len(events)) >= link.sample_loss, link.batch)
    read_s = np.sort(rng.uniform(0.0, duration_s, int(link.beacons_hz * duration_s)))
    beacon_events = _events(read_s, phase_s, interval_s, lost)
    beacon_s = phase_s + beacon_events * interval_s + RADIO_WAIT_S
    return Sent(
        true_s=true_s[came],
        clock_s=clock_s[came],
        seq=np.arange(n)[came],
        arrival_s=arrival_s[came],
        beacon_clock_s=(read_s - true_s[0]) * clock_rate + clock_s[0],
        beacon_arrival_s=beacon_s + _host_delay(len(beacon_s), link.jitter_s, rng),
    )


def _events(ready_s: Floats, phase_s: float, interval_s: float, lost: np.ndarray) -> Integers:
    """Connection event that carries each packet, in order; a lost one is tried again at the next."""
    first = np.ceil((ready_s + RADIO_WAIT_S - phase_s) / interval_s).astype(np.int64)
    carried = np.empty_like(first)
    event, load = -1, 0
    for k, earliest in enumerate(first.tolist()):
        if earliest > event or load >= PACKETS_PER_EVENT:
            event, load = max(earliest, event + 1), 0
        while lost[event]:
            event, load = event + 1, 0
        load += 1
        carried[k] = event
    return carried


def _host_delay(n: int, jitter_s: float, rng: np.random.Generator) -> Floats:
    return rng.exponential(jitter_s, n) + (rng.random(n) < 2e-3) * rng.exponential(0.03, n)


def placed(sent: Sent, link: Link, *, clock: bool = True, seq: bool = True) -> tuple[Floats, float]:
    """Error (n,) s of each sample's time by the project's own stage, and the sigma it states at the end."""
    timebase = Timebase(SensorInfo(nominal_rate_hz=link.rate_hz))
    arrival_ns, clock_ns = (np.rint(t * NS_PER_S).astype(np.int64) for t in (sent.arrival_s, sent.clock_s))
    still = np.zeros((len(arrival_ns), 3))
    borders = np.flatnonzero(np.diff(sent.arrival_s // 1.0)) + 1
    out = []
    beacons = list(zip(sent.beacon_clock_s, sent.beacon_arrival_s, strict=True))
    for part in np.split(np.arange(len(arrival_ns)), borders):
        batch = ImuBatch(
            placement=Placement.PELVIS,
            t_arrival_ns=arrival_ns[part],
            gyr_radps=still[part],
            acc_mps2=still[part],
            t_device_ns=clock_ns[part] if clock else None,
            seq=sent.seq[part] if seq else None,
        )
        out.append(timebase.step(batch).t_ns)
        while beacons and beacons[0][1] <= sent.arrival_s[part[-1]]:
            read_s, came_s = beacons.pop(0)
            timebase.beacon(round(read_s * NS_PER_S), round(came_s * NS_PER_S))
    sigma_ns = timebase.sigma_ns
    return np.concatenate(out) / NS_PER_S - sent.true_s, (sigma_ns or 0.0) / NS_PER_S


def difference_ms(
    first: Link, second: Link, duration_s: float, seed: int, *, clock: bool = True, seq: bool = True
) -> Floats:
    """Difference of both sensors' time errors, ms, ten times a second."""
    rng = np.random.default_rng(seed)
    errors = []
    for link in (first, second):
        sent = sent_over(link, duration_s, rng)
        error, _ = placed(sent, link, clock=clock, seq=seq)
        errors.append((sent.true_s, error))
    at = np.arange(SKIPPED_S + 0.2, duration_s - 0.5, 0.1)
    return 1e3 * (np.interp(at, *errors[0]) - np.interp(at, *errors[1]))


CASES: dict[str, tuple[Link, Link, bool, bool]] = {
    "15/15 ms": (Link(0.015), Link(0.015), True, True),
    "30/30 ms": (Link(0.030), Link(0.030), True, True),
    "50/50 ms": (Link(0.050), Link(0.050), True, True),
    "15/50 ms": (Link(0.015), Link(0.050), True, True),
    "30/30 ms, 30 % of events lost": (Link(0.030, event_loss=0.3), Link(0.030, event_loss=0.3), True, True),
    "30/30 ms, 5 % of samples lost": (
        Link(0.030, sample_loss=0.05),
        Link(0.030, sample_loss=0.05),
        True,
        True,
    ),
    "30/30 ms, beacons 5/s": (Link(0.030, beacons_hz=5.0), Link(0.030, beacons_hz=5.0), True, True),
    "15/50 ms, beacons 5/s": (Link(0.015, beacons_hz=5.0), Link(0.050, beacons_hz=5.0), True, True),
    "30/30 ms, 104 Hz by 4": (
        Link(0.030, rate_hz=104.0, batch=4),
        Link(0.030, rate_hz=104.0, batch=4),
        True,
        True,
    ),
    "30/30 ms, 60 Hz singly": (
        Link(0.030, rate_hz=60.0, batch=1),
        Link(0.030, rate_hz=60.0, batch=1),
        True,
        True,
    ),
    "15/15 ms, 100 Hz singly, number only": (Link(0.015, batch=1), Link(0.015, batch=1), False, True),
    "15/15 ms, 100 Hz singly, neither": (Link(0.015, batch=1), Link(0.015, batch=1), False, False),
}


def figures(name: str, duration_s: float, runs: int) -> dict[str, float]:
    """RMS, 95th percentile and mean of the difference, ms, over runs."""
    first, second, clock, seq = CASES[name]
    off = np.concatenate(
        [difference_ms(first, second, duration_s, seed, clock=clock, seq=seq) for seed in range(runs)]
    )
    return {
        "rms_ms": round(float(np.sqrt(np.mean(off**2))), 2),
        "p95_ms": round(float(np.quantile(np.abs(off), 0.95)), 2),
        "mean_ms": round(float(off.mean()), 2),
    }


def main(arguments: list[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=12)
    parser.add_argument("--json", type=Path, default=None)
    options = parser.parse_args(arguments)
    print(f"{'case':42}{'rms':>8}{'p95':>8}{'mean':>8}  ms")
    found: dict[str, dict[str, float]] = {}
    for name in CASES:
        found[name] = figures(name, 60.0 * options.minutes, options.runs)
        print(f"{name:42}" + "".join(f"{value:8.2f}" for value in found[name].values()))
    if options.json is not None:
        settings = {"minutes": options.minutes, "runs": options.runs}
        options.json.write_text(json.dumps({"settings": settings, "cases": found}, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
