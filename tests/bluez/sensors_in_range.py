"""The project's virtual sensors as a radio's profile: what is in range of a real Bluetooth stack's adapter.

A radio (bumble controllers on one virtual link, one of them given to the kernel through /dev/vhci) loads this
file and takes ``Peripheral(index, options)``: its name, address, advertised service, GATT services, and
``attach(device)``. See firmware_notes/links.md.
"""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from bluez.truth import START_FILE, cut_times, truth
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.simulate.peripherals.session_time import SessionTime
from lumbarwatch.simulate.virtual_radio import FAMILIES, RadioOptions

LEAD_S = 0.3
HOLDS_S = 1.0
"""After an outage longer than the time between two cuts, the overdue ones come one after the other."""
NAMES = {"lm1": ("LM-P", "LM-L1"), "witmotion": ("WT901-P", "WT901-L")}
"""Short ones: the virtual link knows no scan requests, name and service must share 31 bytes."""
SESSION = SessionTime(SystemClock())
IN_RANGE = []


def arguments(parser):
    parser.add_argument("--family", choices=sorted(NAMES), default="lm1")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--cuts", type=int, default=3)
    parser.add_argument("--ragged", action="store_true")


def tell_start():
    """To the client, whole or not at all."""
    half = Path(START_FILE + ".half")
    half.write_text(str(SESSION.start_ns))
    half.rename(START_FILE)


class Peripheral:
    """One virtual sensor of ours on a device that the radio has made."""

    def __init__(self, index, options):
        signals = truth(options.family, index, options.seconds)
        cuts = cut_times(index, options.seconds, options.cuts)
        self.sensor = FAMILIES[options.family](
            index,
            signals,
            RadioOptions(
                name=NAMES[options.family][index], cut_at_s=cuts, holds_s=HOLDS_S, ragged=options.ragged
            ),
            SESSION,
        )
        self.sensor._advertise_again = self._radio_advertises
        self.name, self.address = self.sensor.name, self.sensor.address
        self.advertised = self.sensor.advertisement()[0][1][::-1].hex()
        IN_RANGE.append(self.sensor)

    async def _radio_advertises(self):
        """It begins again by itself."""

    def services(self):
        return self.sensor.services()

    def attach(self, device):
        self.sensor._device = device
        self.sensor.prepare(device)
        device.on("connection", self.sensor._on_connection)
        self.sensor.spawn(self.sensor._sample())
        self.sensor.spawn(self.sensor._trouble())
        if self.sensor is IN_RANGE[0]:
            self.sensor.spawn(self._begin())

    async def _begin(self):
        await asyncio.gather(*(sensor.started.wait() for sensor in IN_RANGE))
        await asyncio.sleep(LEAD_S)
        SESSION.begin()
        tell_start()

    def report(self):
        late_ms = np.array(self.sensor.lateness_s or [0.0]) * 1e3
        return {
            "name": self.name,
            "placement": list(Placement)[self.sensor._index].value,
            "sent": self.sensor.sent,
            "connections": self.sensor.connections,
            "cuts": self.sensor.cuts,
            "failures": [repr(failure) for failure in self.sensor._failures],
            "late_ms": [round(float(v), 2) for v in np.percentile(late_ms, [50, 95, 99, 100])],
        }
