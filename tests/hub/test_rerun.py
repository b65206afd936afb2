"""A recording shown again: the live page's frames at the recording's own pace, and nothing new on disk."""

import numpy as np
import pytest

from hub.scripted import PlannedClock, ScriptedHub, settle, until_over
from lumbarwatch.core.pipeline import Pipeline
from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.hub.rerun import Shown
from lumbarwatch.hub.station import ApiRefused
from lumbarwatch.model.events import BarLoad, StepBegun, StepDone, Symptom, SymptomKind
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.model.session import Athlete, CalibrationSource, CalibrationStep

S = 1_000_000_000
T0 = 5000 * S
ATHLETE = Athlete(name="Anna")


def _still(place, start_ns, n=50, rate_hz=100):
    """Half a second of a sensor that lies still, standing."""
    times = start_ns + np.arange(n, dtype=np.int64) * (S // rate_hz)
    return [
        (
            int(t),
            ImuBatch(
                placement=place,
                t_arrival_ns=np.array([t]),
                gyr_radps=np.zeros((1, 3)),
                acc_mps2=np.array([[0.0, 9.80665, 0.0]]),
                t_device_ns=np.array([t - T0]),
            ),
        )
        for t in times
    ]


def _items():
    items = [pair for place in Placement for pair in _still(place, T0, n=1000)]
    items += [
        (T0 + 1 * S, StepBegun(T0 + 1 * S, CalibrationStep.STAND)),
        (T0 + 7 * S, StepDone(T0 + 7 * S, CalibrationStep.STAND, T0 + 1 * S, T0 + 7 * S)),
        (T0 + 8 * S, BarLoad(T0 + 8 * S, 60.0)),
        (T0 + 9 * S, Symptom(T0 + 9 * S, SymptomKind.STIFF)),
    ]
    return iter(sorted(items, key=lambda pair: pair[0]))


@pytest.fixture
async def replaying(tmp_path):
    clock = PlannedClock()
    hub = ScriptedHub(tmp_path, targets=None, clock=clock)
    hub.clock = clock
    setup = PipelineSetup(calibration_source=CalibrationSource.GUIDED)
    hub.station.replay = Shown(_items, setup, ATHLETE)
    with hub.archive:
        yield hub
        await hub.hub.close()


async def test_what_happened_then_is_told_now_in_the_sessions_own_time(replaying):
    viewer = replaying.feed.join(None)
    replaying.station.show()
    await until_over(replaying)
    frames = replaying.frames(viewer)
    begun = next(frame for frame in frames if frame["type"] == "calibration_begun")
    judged = next(frame for frame in frames if frame["type"] == "calibration_step")
    assert begun["t_s"] == 1.0
    assert (judged["step"], judged["reasons"]) == ("stand", [])
    assert any(frame["type"] == "poses" for frame in frames)
    last = frames[-1]["state"]
    assert (last["replay"], last["session_state"], last["bar_kg"]) == (True, "none", 60.0)
    assert last["athlete"]["name"] == "Anna"
    assert last["progress"]["steps"][0]["state"] == "passed"


async def test_it_takes_as_long_as_it_took(replaying):
    before = replaying.clock.now_ns
    replaying.station.show()
    await until_over(replaying)
    assert (replaying.clock.now_ns - before) / S == pytest.approx(9.99, abs=0.05)


async def test_nothing_is_recorded_and_no_row_is_written(replaying):
    replaying.station.show()
    await until_over(replaying)
    assert not list(replaying.folder.live.glob("*"))
    assert not list(replaying.folder.recordings.glob("*"))
    assert replaying.archive.history.sessions() == ()
    assert replaying.archive.history.athletes() == ()


async def test_a_showing_whose_analysis_breaks_is_over(replaying, monkeypatch, caplog):
    monkeypatch.setattr(Pipeline, "push", None)
    monkeypatch.setattr(Pipeline, "finish", None)
    replaying.station.show()
    await until_over(replaying)
    await replaying.station.end()
    assert replaying.station.message().session_state == "none"
    assert replaying.station.message().problem


async def test_nobody_can_change_what_happened(replaying):
    replaying.station.show()
    await settle()
    with pytest.raises(ApiRefused) as refused:
        replaying.station.load(100.0, None)
    assert refused.value.error == "replay"


async def test_it_is_shown_from_the_beginning_again(replaying):
    replaying.station.show()
    await until_over(replaying)
    replaying.station.show()
    await settle()
    assert replaying.station.message().t_s < 5.0
    with pytest.raises(ApiRefused):
        replaying.station.show()
    await replaying.station.end()
    assert not replaying.station.running
