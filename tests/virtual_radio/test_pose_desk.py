"""The calibration of an accelerometer over a real Bluetooth stack, with every family that sends raw data."""

import asyncio

import numpy as np
import pytest

from lumbarwatch.hub.archive import Archive
from lumbarwatch.hub.feed import Feed
from lumbarwatch.hub.pose_desk import OnTheTable, PoseDesk
from lumbarwatch.hub.values import NotKept, PosesState
from lumbarwatch.hub.visit import Parts
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.simulate.virtual_radio import NOMINAL_RATE_HZ, VirtualRadio, VirtualSensor
from lumbarwatch.store.calibrations import accelerometer_of
from lumbarwatch.store.folder import DataFolder
from virtual_radio.virtual_time import LoopClock

PELVIS = Placement.PELVIS
MG = 9.80665e-3
OFFSET_MG = {"lm1": 1.0, "witmotion": 1.5, "movesense": 1.0}
"""WitMotion counts in 0.5 mg. Movella DOT sends the orientations that it computes itself."""


@pytest.mark.parametrize("family", OFFSET_MG)
async def test_planted_errors_are_found_in_what_a_sensor_sends(family, tmp_path):
    made = simulate_session("six_pose", "cheap", 4, rate_hz=NOMINAL_RATE_HZ[family])
    folder, clock = DataFolder(tmp_path).create(), LoopClock()
    async with VirtualRadio([VirtualSensor(family, made.signals[PELVIS])], clock) as radio:
        with Archive.open(folder) as archive:
            parts = Parts(folder, archive, Feed("test", lambda: 0.0), clock, radio.backend)
            desk = PoseDesk(parts)
            address = radio.peripherals[0].address
            await desk.begin(OnTheTable(address, "A sensor", "", address))
            seen = set()
            async with asyncio.timeout(made.duration_s + 20.0):
                while desk.message().poses < 6:
                    seen.add(desk.message().state)
                    await asyncio.sleep(0.5)
            done = await desk.finish()
            stored = [one for one in archive.history.sensors() if one.calibration]
    assert seen == {PosesState.CONNECTING, PosesState.WATCHING}
    assert (done.state, done.result.reasons) == (PosesState.DONE, [])
    part = made.parts[PELVIS]
    off_mg = np.abs(np.array(done.result.offset_mps2) - part.acc_offset_mps2).max() / MG
    assert off_mg < OFFSET_MG[family]
    assert np.abs(np.array(done.result.scale) * part.acc_scale - 1.0).max() < 2e-3
    if family == "witmotion":  # tells no serial number
        assert done.result.not_kept is NotKept.NO_SERIAL
        assert stored == []
    else:
        found = accelerometer_of(stored, family, done.result.serial)
        assert list(found.offset_mps2) == list(done.result.offset_mps2)


async def test_a_family_without_raw_data_is_let_go_with_a_sentence(tmp_path):
    made = simulate_session("six_pose", "cheap", 4, rate_hz=NOMINAL_RATE_HZ["movella"])
    folder, clock = DataFolder(tmp_path).create(), LoopClock()
    async with VirtualRadio([VirtualSensor("movella", made.signals[PELVIS])], clock) as radio:
        with Archive.open(folder) as archive:
            desk = PoseDesk(Parts(folder, archive, Feed("test", lambda: 0.0), clock, radio.backend))
            address = radio.peripherals[0].address
            await desk.begin(OnTheTable(address, "A sensor", "", address))
            async with asyncio.timeout(20.0):
                while desk.message().state is not PosesState.FAILED:  # noqa: ASYNC110
                    await asyncio.sleep(0.25)
            assert "no raw acceleration" in desk.message().problem
            assert not desk.watching
