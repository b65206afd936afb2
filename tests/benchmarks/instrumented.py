"""Processes for benchmarks: the product's own, with a probe beside; importable by name from a new process."""

import asyncio
import json
import math
import threading
import time
from collections import deque
from pathlib import Path

from lumbarwatch.cli import hub_process, page_process
from lumbarwatch.cli.demo_athlete import DemoAthlete
from lumbarwatch.core.timebase import Timebase
from lumbarwatch.hub.frames import LiveWarningFrame
from lumbarwatch.hub.pacing import PosePacer
from lumbarwatch.hub.values import WarningMessage
from lumbarwatch.model.verdicts import Level, WarningId

TICK_S = 0.01
W2_EVERY_S = 0.8
KEPT_SAMPLES = 50
ROUNDING_NS = 1_000_000  # an update's times have three decimals


def hub(channel, listener, settings, plan, report):
    """The demo's hub; says W2 now and then, and writes a file when it ends.

    In the file: how late a 100 Hz task was (``late_ms``), and for each update (by its ``sent_ms``) how long
    before it the last sample arrived that its newest pose needs (``waits_ms``).
    """
    train = DemoAthlete.train
    late_ms, waits_ms = [], _Waits()
    waits_ms.install()

    async def probed(self, hub_):
        beside = [asyncio.create_task(_lateness(late_ms)), asyncio.create_task(_cues(hub_))]
        try:
            await train(self, hub_)
        finally:
            for task in beside:
                task.cancel()

    DemoAthlete.train = probed
    hub_process.run_demo_hub(channel, listener, settings, plan)
    Path(report).write_text(json.dumps({"late_ms": late_ms, "waits_ms": waits_ms.found}))


def heavy_pages(channel, listener, settings):
    """The pages' process with a script that never stops computing."""
    threading.Thread(target=_burn, daemon=True).start()
    page_process.run_pages(channel, listener, settings)


def _burn():
    while True:
        sum(number * number for number in range(100_000))


class _Waits:
    """Beside the sensors' time bases and the frames: which sample made a pose possible, and when it came."""

    def __init__(self):
        self.found = {}
        self._samples = {}  # of each sensor: (time of the sample, arrival), both ns

    def install(self):
        step, frame = Timebase.step, PosePacer.frame

        def noted_step(timebase, batch):
            timed = step(timebase, batch)
            newest = self._samples.setdefault(id(timebase), deque(maxlen=KEPT_SAMPLES))
            if len(timed) == len(batch):  # nothing doubled, nothing late
                newest.extend(zip(timed.t_ns.tolist(), batch.t_arrival_ns.tolist(), strict=True))
            return timed

        def noted_frame(pacer, real_ns, host_ns):
            made = frame(pacer, real_ns, host_ns)
            if made is not None:
                newest_ns = round(made.t_s[-1] * 1e9) + pacer._t0_ns
                self.found[made.sent_ms] = (host_ns - self._arrival_ns(newest_ns)) / 1e6
            return made

        Timebase.step, PosePacer.frame = noted_step, noted_frame

    def _arrival_ns(self, pose_ns):
        """When the last of the samples arrived that a pose needs: each sensor's first at or after it."""
        arrivals = []
        for samples in self._samples.values():
            after = [arrival for t_ns, arrival in samples if t_ns >= pose_ns - ROUNDING_NS]
            arrivals.append(after[0] if after else math.nan)
        return max(arrivals)


async def _lateness(late_ms):
    due = time.monotonic()
    while True:
        due += TICK_S
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        late_ms.append(round((time.monotonic() - due) * 1e3, 3))
        if late_ms[-1] > 1e3 * TICK_S:
            due = time.monotonic()


async def _cues(hub_):
    warning = WarningMessage(id=WarningId.W2, level=Level.RED, value=12.0, limit=7.5, sigma=2.0)
    while True:
        await asyncio.sleep(W2_EVERY_S)
        now_ms = round(time.monotonic_ns() / 1e6, 1)
        frame = LiveWarningFrame(
            station="1", t_s=hub_.first.message().t_s, sent_ms=now_ms, set=1, rep=1, warning=warning
        )
        hub_.parts.feed.publish(frame)
