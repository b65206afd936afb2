"""A real hub process that keeps a journal of what arrived; importable by name from a new process."""

import os
import socket
import struct
import time
from typing import NamedTuple

from lumbarwatch.cli.hub_process import run_demo_hub
from lumbarwatch.cli.plans import DemoPlan
from lumbarwatch.hub.settings import HubSettings
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.link import LinkManager

ENTRY = struct.Struct("<B?qq")
"""Placement, whether the data's disk had no room left, arrival in the hub's time and in real time (ns)."""

SCENARIO = "setup_only"
"""The shortest to simulate."""

LEAST_BYTES = 4096
"""Less room than this: the next message may be refused."""


class Entry(NamedTuple):
    """One notification as it arrived."""

    placement: Placement
    disk_full: bool
    t_ns: int
    real_ns: int


def main(channel, data, journal):
    """Serve a simulated athlete, with every notification in the journal before anything else gets it."""
    descriptor = os.open(journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    begin = LinkManager.__init__

    def begin_with_journal(self, *args, on_notification, **kwargs):
        def both(notification):
            place = list(Placement).index(notification.placement)
            disk = os.statvfs(data)
            full = disk.f_bavail * disk.f_frsize < LEAST_BYTES
            os.write(descriptor, ENTRY.pack(place, full, notification.t_arrival_ns, time.monotonic_ns()))
            on_notification(notification)

        begin(self, *args, on_notification=both, **kwargs)

    LinkManager.__init__ = begin_with_journal
    with socket.create_server(("127.0.0.1", 0)) as listener:
        settings = HubSettings(data, b"k" * 32, 1, simulated=True, speed=8.0)
        run_demo_hub(channel, listener, settings, DemoPlan(scenario=SCENARIO))


def journal_of(path):
    """Arrivals, in order."""
    places = list(Placement)
    whole = path.read_bytes()
    whole = whole[: len(whole) // ENTRY.size * ENTRY.size]
    return [Entry(places[place], *rest) for place, *rest in ENTRY.iter_unpack(whole)]
