"""Processes for benchmarks: the product's own, with a probe beside; importable by name from a new process."""

import asyncio
import json
import threading
import time
from pathlib import Path

from lumbarwatch.cli import hub_process, page_process
from lumbarwatch.cli.demo_athlete import DemoAthlete
from lumbarwatch.hub.frames import LiveWarningFrame
from lumbarwatch.hub.values import WarningMessage
from lumbarwatch.model.verdicts import Level, WarningId

TICK_S = 0.01
W2_EVERY_S = 0.8


def hub(channel, listener, settings, plan, report):
    """The demo's hub; says W2 now and then, and notes how late a 100 Hz task is (ms) in a file."""
    train = DemoAthlete.train

    async def probed(self, hub_):
        beside = [asyncio.create_task(_lateness(Path(report))), asyncio.create_task(_cues(hub_))]
        try:
            await train(self, hub_)
        finally:
            for task in beside:
                task.cancel()

    DemoAthlete.train = probed
    hub_process.run_demo_hub(channel, listener, settings, plan)


def heavy_pages(channel, listener, settings):
    """The pages' process with a script that never stops computing."""
    threading.Thread(target=_burn, daemon=True).start()
    page_process.run_pages(channel, listener, settings)


def _burn():
    while True:
        sum(number * number for number in range(100_000))


async def _lateness(report):
    late_ms = []
    due = time.monotonic()
    while True:
        due += TICK_S
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late_ms.append(round((time.monotonic() - due) * 1e3, 3))
        if late_ms[-1] > 1e3 * TICK_S:
            due = time.monotonic()
        if len(late_ms) % 200 == 0:
            report.write_text(json.dumps(late_ms))


async def _cues(hub_):
    warning = WarningMessage(id=WarningId.W2, level=Level.RED, value=12.0, limit=7.5, sigma=2.0)
    while True:
        await asyncio.sleep(W2_EVERY_S)
        now_ms = round(time.monotonic_ns() / 1e6, 1)
        frame = LiveWarningFrame(
            station="1", t_s=hub_.first.message().t_s, sent_ms=now_ms, set=1, rep=1, warning=warning
        )
        hub_.parts.feed.publish(frame)
