"""The hub died while somebody trained: its next start goes on by itself, or says in a line why not."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import numpy as np
import pytest

from hub.scripted import TARGETS, ScriptedHub, both_on, settle
from lumbarwatch.core.carried import Carried, LastSeen
from lumbarwatch.core.life_calibration import STEPS
from lumbarwatch.hub.requests import StepAction
from lumbarwatch.hub.resuming import MOST_IN_A_ROW, RESUME_WITHIN_S, NotResumed, stations_waiting
from lumbarwatch.hub.visit import STEADY_S
from lumbarwatch.model.events import (
    BarLoad,
    BenchMeasured,
    CalibrationClosed,
    CalibrationStepJudged,
    SensorRestarted,
    Symptom,
    SymptomKind,
)
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import (
    Athlete,
    Calibration,
    CalibrationSource,
    CalibrationStep,
    Limit,
    Limits,
    Mounting,
    OwnRange,
)
from lumbarwatch.model.symptoms import Sign
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.sensors.clock import SystemClock
from lumbarwatch.store.codec import from_json, loads
from lumbarwatch.store.housekeeping import erase_athlete
from lumbarwatch.store.unfinished import SUFFIX, UnfinishedVisit, write_unfinished

ATHLETE = Athlete(
    "01980000-0000-7000-8000-000000000001",
    "Anna",
    stature_m=1.7,
    limits=Limits({WarningId.W1: Limit(3.0, 1.0)}),
)
MOUNTING = Mounting(np.eye(3), np.zeros(3), 0.99, 1.0, 40.0, 0.2)
CALIBRATION = Calibration(
    CalibrationSource.GUIDED,
    valid=True,
    mountings=dict.fromkeys(Placement, MOUNTING),
    own_range=OwnRange(20.0, 15.0, 1.0),
)
AWAY_S = 30.0


class Later(SystemClock):
    """The clocks of another start: later by ``wall_s``, and since ``boot_s`` more than the first."""

    def __init__(self, wall_s=0.0, boot_s=None):
        self._wall_ns = round(wall_s * NS_PER_S)
        self._boot_ns = self._wall_ns if boot_s is None else round(boot_s * NS_PER_S)

    def utc_ns(self):
        return super().utc_ns() + self._wall_ns

    def monotonic_ns(self):
        return super().monotonic_ns() + self._boot_ns


@pytest.fixture(autouse=True)
def first_is_dead(monkeypatch):
    """The first one's locks would be gone with its process."""
    monkeypatch.setattr("lumbarwatch.store.unfinished.being_written", lambda _path: False)


@asynccontextmanager
async def next_start(folder, clock=None, **options):
    hub = ScriptedHub(folder, clock=clock or Later(AWAY_S), **options)
    with hub.archive:
        await hub.hub.resume()
        await settle()
        yield hub
        await hub.hub.close()


async def noted(scripted, true=lambda note: True):
    """The note of the one visit, once it is as wanted."""
    async with asyncio.timeout(10):
        while True:
            for path in scripted.folder.live.glob(f"*{SUFFIX}"):
                note = from_json(UnfinishedVisit, loads(path.read_bytes()))
                if true(note):
                    return note
            await asyncio.sleep(0.01)


async def training(scripted, **options):
    scripted.archive.remember(ATHLETE)
    visit = scripted.station.start(ATHLETE, **options)
    await settle()
    await both_on(scripted.links[-1])
    return visit


async def say(scripted, *events):
    scripted.pipelines[-1].next = list(events)
    scripted.links[-1].packet(Placement.PELVIS)
    await settle()


async def calibrated(scripted):
    """A visit whose steps have passed (thrusts left out), with 60 kg on the bar."""
    visit = await training(scripted)
    now = scripted.clock.monotonic_ns()
    seen = {place: LastSeen(now, 7 * NS_PER_S, 700) for place in Placement}
    scripted.pipelines[-1].carried = Carried(CALIBRATION, seen)
    for step in STEPS[:6]:
        scripted.station.step(step, StepAction.BEGIN)
        scripted.station.step(step, StepAction.END)
        closed = [CalibrationClosed(now, CALIBRATION)] if step is CalibrationStep.HINGE else []
        await say(scripted, CalibrationStepJudged(now, step), *closed)
    scripted.station.step(CalibrationStep.REFERENCE_THRUSTS, StepAction.SKIP)
    scripted.station.load(60.0, None)
    await say(scripted)
    await noted(scripted, lambda note: note.carried is not None)
    return visit


async def test_the_next_start_goes_on_with_athlete_bar_and_calibration(scripted, tmp_path):
    visit = await calibrated(scripted)
    scripted.station.control(lambda t_ns: BenchMeasured(t_ns, 0.41, None))
    await noted(scripted, lambda note: note.carried is not None and note.bench is not None)
    async with next_start(tmp_path) as again:
        state = again.station.message()
        assert state.session_state == "running"
        assert state.session_id != visit.session.id
        assert (state.athlete.name, state.bar_kg) == ("Anna", 60.0)
        assert state.resumed.session_id == visit.session.id
        assert state.resumed.calibration_kept
        assert state.started_utc_s - state.resumed.stopped_utc_s == pytest.approx(AWAY_S, abs=5)
        assert (state.progress.stage, state.progress.valid, state.progress.stale) == ("ready", True, None)
        steps = {step.step: step.state for step in state.progress.steps}
        assert steps["stand"] == steps["hinge"] == steps["arch"] == steps["tuck"] == "passed"
        assert steps["reference_thrusts"] == "skipped"
        await both_on(again.links[-1])
        setup = again.pipelines[-1].setup
        assert setup.carried.calibration.own_range == CALIBRATION.own_range
        assert setup.athlete.limits == ATHLETE.limits
        assert setup.athlete.name == ""
        pushed = again.pipelines[-1].pushed
        assert [event.bar_kg for event in pushed if isinstance(event, BarLoad)] == [60.0]
        assert [e.bench_height_m for e in pushed if isinstance(e, BenchMeasured)] == [0.41]
        (session,) = again.archive.history.sessions() or (None,)  # not before both have ended
        assert session is None
        note = await noted(again, lambda note: note.session_id == state.session_id)
        assert note.in_a_row == 1
        assert note.carried is not None  # a second death changes nothing


async def test_a_visit_that_another_program_records_at_this_moment_is_left_to_it(
    scripted, tmp_path, monkeypatch
):
    monkeypatch.undo()  # the first one lives
    visit = await calibrated(scripted)
    async with next_start(tmp_path) as beside:
        assert not beside.station.running
    note = await noted(scripted)
    assert note.session_id == visit.session.id  # should the first one die, it can still go on


async def test_the_sensors_last_word_is_told_on_the_new_clock(scripted, tmp_path):
    await calibrated(scripted)
    note = await noted(scripted, lambda note: note.carried is not None)
    rebooted = Later(AWAY_S, boot_s=-1000.0)
    async with next_start(tmp_path, rebooted) as again:
        await both_on(again.links[-1])
        seen = again.pipelines[-1].setup.carried.seen[Placement.PELVIS]
        ago_s = (rebooted.utc_ns() - note.seen_utc_ns + note.seen_monotonic_ns) / NS_PER_S
        ago_s -= note.carried.seen[Placement.PELVIS].t_arrival_ns / NS_PER_S
        assert (rebooted.monotonic_ns() - seen.t_arrival_ns) / NS_PER_S == pytest.approx(ago_s, abs=2)


async def test_a_calibration_under_way_begins_from_the_start(scripted, tmp_path):
    await training(scripted)
    scripted.pipelines[-1].carried = Carried(CALIBRATION)
    now = scripted.clock.monotonic_ns()
    for step in (CalibrationStep.STAND, CalibrationStep.HINGE):
        scripted.station.step(step, StepAction.BEGIN)
        scripted.station.step(step, StepAction.END)
        await say(scripted, CalibrationStepJudged(now, step), CalibrationClosed(now, CALIBRATION))
    scripted.station.load(50.0, None)
    note = await noted(scripted, lambda note: note.bar_kg == 50.0)
    assert note.carried is None
    async with next_start(tmp_path) as again:
        await both_on(again.links[-1])
        state = again.station.message()
        assert not state.resumed.calibration_kept
        assert (state.progress.stage, state.progress.valid) == ("asking", False)
        assert again.pipelines[-1].setup.carried is None


async def test_a_quick_start_stays_one(scripted, tmp_path):
    await training(scripted, quick=True)
    await noted(scripted, lambda note: note.quick)
    async with next_start(tmp_path) as again:
        assert again.station.message().progress.quick


@pytest.mark.parametrize(("restrapped", "kept"), [(True, False), (False, True)])
async def test_what_a_standing_renews_is_carried_and_a_new_strap_is_not(scripted, tmp_path, restrapped, kept):
    await calibrated(scripted)
    if restrapped:
        scripted.station.calibrate_again(restrapped=True, quick=False)
    else:
        await say(scripted, SensorRestarted(scripted.clock.monotonic_ns(), Placement.PELVIS))
    await noted(scripted, lambda note: (note.carried is not None) is kept)
    async with next_start(tmp_path) as again:
        assert again.station.message().resumed.calibration_kept is kept


async def test_a_second_death_before_the_sensors_are_back_loses_nothing(scripted, tmp_path):
    await calibrated(scripted)
    await noted(scripted, lambda note: note.carried is not None)
    async with next_start(tmp_path) as second:
        mine = second.station.message().session_id
        note = await noted(second, lambda note: note.session_id == mine)
        assert note.carried.calibration.own_range == CALIBRATION.own_range
        assert note.sensors[Placement.PELVIS].identity == TARGETS[Placement.PELVIS]


async def test_its_own_sensors_are_used_though_nobody_has_found_any(scripted, tmp_path):
    await training(scripted)
    await noted(scripted)
    assert await stations_waiting(scripted.folder, Later(AWAY_S)) == {"1"}
    async with next_start(tmp_path, targets=None) as again:
        assert dict(again.station.targets) == TARGETS
        assert again.station.running


async def test_pain_in_the_session_that_was_cut_off_counts(scripted, tmp_path):
    await training(scripted)
    scripted.station.symptom(lambda t_ns: Symptom(t_ns, SymptomKind.PAIN, 2, (Sign.NIGHT_PAIN,)))
    note = await noted(scripted)
    await scripted.station.end()  # recovered meanwhile
    write_unfinished(scripted.folder, replace(note, session_id="01980000-0000-7000-8000-0000000000aa"))
    async with next_start(tmp_path) as again:
        assert again.station.message().advice == ["see_doctor"]


async def test_a_visit_that_ends_leaves_no_note(scripted, tmp_path):
    await training(scripted)
    await noted(scripted)
    await scripted.station.end()
    assert not list(scripted.folder.live.glob("*"))
    async with next_start(tmp_path) as again:
        assert not again.station.running


async def test_a_hub_that_is_stopped_regularly_leaves_no_note(scripted):
    await training(scripted)
    await noted(scripted)
    await scripted.hub.close()
    assert not list(scripted.folder.live.glob(f"*{SUFFIX}*"))


# Refusals --------------------------------------------------------------------------------------------------
async def cut_off(scripted, **changes):
    """A note as a kill leaves it, and nothing running any more."""
    await training(scripted)
    note = await noted(scripted)
    await scripted.station.end()
    scripted.archive.history.delete_session(note.session_id)
    changed = replace(note, **changes)
    write_unfinished(scripted.folder, changed)
    return changed


async def refused(folder, caplog, clock=None):
    """What is said in the one line; nothing runs and nothing is left."""
    caplog.clear()
    async with next_start(folder, clock) as again:
        assert not again.station.running
        assert again.station.message().session_state == "none"
        assert not list(again.folder.live.glob(f"*{SUFFIX}*"))
    (said,) = [record.message for record in caplog.records if record.name.startswith("lumbarwatch")]
    return said


@pytest.mark.parametrize(
    "clock",
    [
        Later(RESUME_WITHIN_S + 5),
        Later(-3600.0, boot_s=-5000.0),  # set back, and started anew: nobody knows
        Later(-3600.0, boot_s=RESUME_WITHIN_S + 5),
    ],
)
async def test_a_note_that_is_too_old_begins_nothing(scripted, tmp_path, caplog, clock):
    await cut_off(scripted)
    assert NotResumed.TOO_OLD in await refused(tmp_path, caplog, clock)


async def test_a_clock_that_was_set_back_leaves_the_time_since_the_start(scripted, tmp_path):
    await cut_off(scripted)
    async with next_start(tmp_path, Later(-3600.0, boot_s=AWAY_S)) as again:
        assert again.station.running


async def test_a_session_that_was_ended_stays_ended(scripted, tmp_path, caplog):
    await training(scripted)
    note = await noted(scripted)
    await scripted.station.end()
    write_unfinished(scripted.folder, note)
    assert NotResumed.ENDED in await refused(tmp_path, caplog)


async def test_nobody_goes_on_who_was_deleted(scripted, tmp_path, caplog):
    await cut_off(scripted)
    erase_athlete(scripted.folder, scripted.archive.history, ATHLETE.id)
    assert NotResumed.NO_ATHLETE in await refused(tmp_path, caplog)


async def test_a_station_that_is_gone_begins_nothing(scripted, tmp_path, caplog):
    await cut_off(scripted, station="7")
    assert NotResumed.NO_STATION in await refused(tmp_path, caplog)


async def test_what_kills_the_hub_again_and_again_is_let_go(scripted, tmp_path, caplog):
    await cut_off(scripted, in_a_row=MOST_IN_A_ROW)
    assert NotResumed.IN_A_ROW in await refused(tmp_path, caplog)


async def test_a_visit_that_lived_a_while_begins_the_row_anew(scripted, tmp_path, monkeypatch):
    await cut_off(scripted, in_a_row=MOST_IN_A_ROW - 1)
    clock = Later(AWAY_S)
    async with next_start(tmp_path, clock) as again:
        assert (await noted(again)).in_a_row == MOST_IN_A_ROW
        monkeypatch.setattr(clock, "_boot_ns", clock._boot_ns + round(STEADY_S * NS_PER_S))
        again.station.load(20.0, None)
        assert (await noted(again, lambda note: note.bar_kg == 20.0)).in_a_row == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"station": 1}', "\x00\x00"])
async def test_a_note_that_cannot_be_read_begins_nothing(scripted, tmp_path, caplog, text):
    note = await cut_off(scripted)
    (path,) = scripted.folder.live.glob(f"*{SUFFIX}")
    path.write_text(text)
    path.with_name(path.name + ".part").write_text("half")  # killed while it was written
    assert "can't be read" in await refused(tmp_path, caplog)
    assert note


async def test_a_note_without_sensors_begins_nothing(scripted, tmp_path, caplog):
    await cut_off(scripted, sensors={})
    caplog.clear()
    async with next_start(tmp_path, targets=None) as again:
        assert not again.station.running
    assert "No sensors are known" in caplog.text


async def test_of_two_notes_of_a_station_the_newer_one_counts(scripted, tmp_path):
    note = await cut_off(scripted)
    other = "01980000-0000-7000-8000-0000000000bb"
    write_unfinished(scripted.folder, replace(note, session_id=other, seen_utc_ns=note.seen_utc_ns + 1))
    async with next_start(tmp_path) as again:
        assert again.station.message().resumed.session_id == other
        assert len(list(again.folder.live.glob(f"*{SUFFIX}"))) <= 1


async def test_a_note_holds_no_name_and_is_never_half_written(scripted):
    await calibrated(scripted)
    await noted(scripted, lambda note: note.carried is not None)
    (path,) = scripted.folder.live.glob(f"*{SUFFIX}")
    assert b"Anna" not in path.read_bytes()
