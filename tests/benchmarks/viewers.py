"""A hundred viewers of one athlete's feed: nothing dropped, and the hub's share of a core.

``PYTHONPATH=tests uv run python -m benchmarks.viewers [--viewers 100] [--seconds 20]``; the machine should be
idle. The hub's share is given with all viewers, with none, and as the difference: what the viewers cost. The
exit code is 1 when a frame was dropped or the viewers cost more than 30 % of a core.
"""

import argparse
import asyncio
import json
import statistics
import time
from dataclasses import dataclass, field

from websockets.asyncio.client import connect

from benchmarks.processes import PAGE_PORT, cpu_s, running_hub
from lumbarwatch.cli.plans import DemoPlan

SHARE_LIMIT = 0.30
SETTLE_S = 8.0
"""The session begins and both sensors stream by then."""


@dataclass
class Watched:
    """What one viewer saw."""

    frames: int = 0
    missing: int = 0
    samples: int = 0
    last: int | None = None
    late_ms: list = field(default_factory=list)

    def take(self, text):
        seq = int(text[7 : text.index(",")])  # {"seq":123,...
        if self.last is not None:
            self.missing += seq - self.last - 1
        self.last = seq
        self.frames += 1
        if '"type":"poses"' in text[:60]:
            self.samples += 1


async def _watch(address, watched, until):
    async with connect(
        address.feed_url, origin=f"http://127.0.0.1:{PAGE_PORT}", compression=None, proxy=None, max_queue=None
    ) as socket:
        await socket.send(json.dumps({"ticket": address.ticket()}))
        hello = json.loads(await socket.recv())
        watched.last = hello["seq"]
        while time.monotonic() < until:
            try:
                watched.take(await asyncio.wait_for(socket.recv(), 1.0))
            except TimeoutError:
                continue


async def _all(address, count, seconds, pid):
    until = time.monotonic() + seconds + 2.0
    seen = [Watched() for _ in range(count)]
    tasks = [asyncio.create_task(_watch(address, one, until)) for one in seen]
    await asyncio.sleep(2.0)
    before_s, begun = cpu_s(pid), time.monotonic()
    await asyncio.gather(*tasks)
    return seen, (cpu_s(pid) - before_s) / (time.monotonic() - begun)


def measure(count, seconds):
    """Frames of each viewer, and the hub's share of a core with and without them."""
    with running_hub(DemoPlan()) as (pid, address):
        time.sleep(SETTLE_S)
        before_s = cpu_s(pid)
        time.sleep(seconds / 2)
        alone = (cpu_s(pid) - before_s) / (seconds / 2)
        seen, share = asyncio.run(_all(address, count, seconds, pid))
    return seen, share, alone


def main():
    """Measure and judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    asked = parser.parse_args()
    seen, share, alone = measure(asked.viewers, asked.seconds)
    missing = sum(one.missing for one in seen)
    rate = statistics.median(one.samples for one in seen) / (asked.seconds + 2.0)
    print(f"{asked.viewers} viewers, {asked.seconds:.0f} s, {rate:.1f} sample frames/s each")
    print(f"frames dropped: {missing}")
    print(f"hub with its simulated sensors: {alone:.1%} of a core without viewers, {share:.1%} with them")
    print(f"the viewers cost {share - alone:.1%} of a core (limit {SHARE_LIMIT:.0%})")
    return int(missing > 0 or share - alone > SHARE_LIMIT)


if __name__ == "__main__":
    raise SystemExit(main())
