"""A program that died left both sensors connected: they do not advertise, and must be found and used again.

``crashed.py``, against :mod:`sensors_in_range`. Exit status 0 if both were found as connected and streamed.
"""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from lumbarwatch.model.events import LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.sensors.link import LinkManager
from virtual_radio.radio_bench import Heard

STREAM_S = 4.0


async def streamed(*, dies):
    clock, heard = SystemClock(), Heard()
    manager = LinkManager(
        clock, on_notification=heard.on_notification, on_link=heard.links.append, on_ready=heard.on_ready
    )
    heard.manager = manager
    found = sorted(await manager.scan(5.0, expected=2), key=lambda sensor: sensor.address)
    running = asyncio.create_task(manager.run(dict(zip(Placement, found, strict=False))))
    await asyncio.sleep(STREAM_S)
    states = {place.value: one.state.value for place, one in manager.status().items()}
    if dies:
        os._exit(0)
    await manager.stop()
    await running
    samples = {place.value: sum(len(batch) for batch in heard.batches[place]) for place in Placement}
    connected = [sensor.connected for sensor in found]
    print(json.dumps({"found": [sensor.label for sensor in found], "connected": connected, "samples": samples,
                      "states": states}))  # fmt: skip
    good = connected == [True, True] and set(states.values()) == {LinkState.STREAMING.value}
    return 0 if good and all(samples.values()) else 1


if __name__ == "__main__":
    if sys.argv[1:] == ["dies"]:
        asyncio.run(streamed(dies=True))
    subprocess.run([sys.executable, __file__, "dies"], check=True)
    sys.exit(asyncio.run(streamed(dies=False)))
