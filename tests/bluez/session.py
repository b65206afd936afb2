"""Scan, connect, stream, cuts, disconnect, with the product's own link on the machine's real Bluetooth stack.

``session.py FAMILY SECONDS CUTS``, against :mod:`sensors_in_range` with the same options; all cuts fall into
the first three quarters. Then both sensors are disconnected on purpose and connected again for the rest.
Prints one JSON object; exit status 0 if every sample that came is one that was measured, none came twice,
every lost one was counted, each cut was recovered, and the Bluetooth service still answers at the end.
"""

import asyncio
import json
import logging
import sys
import time
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from bluez.truth import START_FILE, truth
from lumbarwatch.core.timebase import Timebase
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.sensors.link import LinkManager
from virtual_radio.radio_bench import Heard
from virtual_radio.test_families import BLOCK, MEASURED

BEGUN = time.monotonic()
FIRST_VISIT = 0.75
AFTER_S = 3.0
TOLERANCE = 3
"""Samples by which an estimated loss may be off, and a hundredth of it: the machine's own delays."""


def services_running():
    names = [path.read_text().strip() for path in Path("/proc").glob("[0-9]*/comm")]
    return sorted({name for name in names if name in {"bluetoothd", "dbus-daemon"}})


class Failures(logging.Handler):
    """What the stack says when an attempt fails: the product tells its user a reason, not this."""

    def __init__(self):
        super().__init__()
        self.said = []

    def emit(self, record):
        self.said.append(f"{time.monotonic() - BEGUN:.2f} s {record.getMessage()}")


def session_start_ns():
    return int(Path(START_FILE).read_text()) if Path(START_FILE).exists() else None


async def session(family, seconds):
    """Two visits: with the cuts, and after a disconnect on purpose."""
    clock, heard, begun = SystemClock(), Heard(), time.monotonic()
    manager = links(clock, heard)
    found = sorted(await manager.scan(10.0, expected=2), key=lambda sensor: sensor.address)
    scan_s = time.monotonic() - begun
    targets = dict(zip(Placement, found, strict=True))
    running = asyncio.create_task(manager.run(targets))
    while session_start_ns() is None:  # noqa: ASYNC110  (another process writes it)
        await asyncio.sleep(0.05)
    ready_s = time.monotonic() - begun
    start_ns = session_start_ns()
    await asyncio.sleep(FIRST_VISIT * seconds - (time.monotonic() - start_ns / 1e9))
    status = manager.status()
    await manager.stop()
    await running
    second = links(clock, heard)
    running = asyncio.create_task(second.run(targets))
    await asyncio.sleep(seconds + AFTER_S - (time.monotonic() - start_ns / 1e9))
    await second.stop()
    await running
    again = [] if "bluetoothd" not in services_running() else await second.scan(10.0, expected=2)
    return heard, {
        "bleak": version("bleak"),
        "found": [sensor.label for sensor in found],
        "scan_s": round(scan_s, 2),
        "both_streaming_s": round(ready_s, 2),
        "found_again_after_disconnect": len(again),
        "running_at_the_end": services_running(),
        "battery_percent": [one.battery_percent for one in status.values()],
        "firmware": [one.firmware for one in status.values()],
        "connections_of_first_visit": [one.connections for one in status.values()],
    }


def links(clock, heard):
    manager = LinkManager(
        clock, on_notification=heard.on_notification, on_link=heard.links.append, on_ready=heard.on_ready
    )
    heard.manager = manager
    return manager


def judged(family, place, seconds, heard, start_ns):
    """Compare what came with what was measured."""
    signals = truth(family, list(Placement).index(place), seconds)
    measured = rows(MEASURED[family]["gyr_radps"](signals))
    where = {row: i for i, row in enumerate(measured)}
    came = np.array([where.get(row, -1) for row in rows(heard.column(place, "gyr_radps"))])
    steps = np.diff(came)
    truly_lost = (steps[steps > 1] - 1).tolist()
    timebase = counted(heard, place)
    arrival_s = (heard.column(place, "t_arrival_ns") - start_ns) / 1e9
    late_ms = (arrival_s - signals.t_true_s[came])[BLOCK[family] - 1 :: BLOCK[family]] * 1e3
    notifications = [raw for raw in heard.raw if raw.placement is place]
    return {
        "notifications": len(notifications),
        "samples": len(came),
        "not_measured": int((came < 0).sum()),
        "doubled": len(came) - len(set(came.tolist())),
        "out_of_order": int((steps <= 0).sum()),
        "first": int(came[0]),
        "missing_at_the_end": len(measured) - 1 - int(came[-1]),
        "lost_in_gaps": truly_lost,
        "lost_as_counted": [gap.lost for gap in timebase.gaps],
        "estimated": timebase.loss_estimated,
        "repeats_delivered": len(notifications) - len({raw.payload for raw in notifications}),
        "outages_s": outages(heard, place),
        "states": states(heard, place),
        "late_ms_p50_p95_p99_max": np.percentile(late_ms, [50, 95, 99, 100]).round(1).tolist(),
    }  # fmt: skip


def counted(heard, place):
    """The stream as the analysis sees it: samples, and the link's own word on its cuts."""
    timebase = Timebase(heard.decoders[place].info)
    cuts = [event.t_ns for event in heard.links if event.placement is place and event.state is LinkState.LOST]
    for batch in heard.batches[place]:
        while cuts and cuts[0] < batch.t_arrival_ns[0]:
            cuts.pop(0)
            timebase.link_cut()
        timebase.step(batch)
    return timebase


def states(heard, place):
    return [
        f"{event.t_ns / 1e9 - BEGUN:.2f} s {event.state} {event.reason or ''}".strip()
        for event in heard.links
        if event.placement is place
    ]


def rows(values):
    return [row.tobytes() for row in values + 0.0]  # one zero, without a sign


def outages(heard, place):
    """From each loss of the link to its stream's return, in the first visit."""
    found, lost_ns, streamed = [], None, False
    for event in heard.links:
        if event.placement is not place:
            continue
        streamed = streamed or event.state is LinkState.STREAMING
        if event.state is LinkState.LOST and lost_ns is None and streamed:
            lost_ns = event.t_ns
        elif event.state is LinkState.ENDED:
            break
        elif event.state is LinkState.STREAMING and lost_ns is not None:
            found.append(round((event.t_ns - lost_ns) / 1e9, 2))
            lost_ns = None
    return found


def good(one, cuts):
    told, lost = np.array(one["lost_as_counted"]), np.array(one["lost_in_gaps"])
    tolerance = TOLERANCE + lost / 100 if one["estimated"] else 0
    counted = len(told) == len(lost) and (np.abs(told - lost) <= tolerance).all()
    return (
        counted
        and one["not_measured"] == one["doubled"] == one["out_of_order"] == 0
        and len(one["outages_s"]) == cuts
    )


async def main(family, seconds, cuts):
    failures = Failures()
    logging.getLogger("lumbarwatch.sensors").setLevel(logging.INFO)
    logging.getLogger("lumbarwatch.sensors").addHandler(failures)
    heard, told = await session(family, seconds)
    told["failures"] = failures.said
    start_ns = session_start_ns()
    places = {place.value: judged(family, place, seconds, heard, start_ns) for place in Placement}
    told["good"] = (
        all(good(one, cuts) for one in places.values())
        and "bluetoothd" in told["running_at_the_end"]
        and told["found_again_after_disconnect"] == 2
    )
    print(json.dumps(told | places, indent=1))
    return 0 if told["good"] else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]))))
