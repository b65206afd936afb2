"""``run --replay`` with every kind of recording: at its own pace, with the reps that ``analyze`` finds."""

import pytest

from hub.scripted import PlannedClock, ScriptedHub, until_over
from jobs.lifting import live_session
from lumbarwatch.cli.shown import shown_recording
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.jobs.export import ExportFormat, export
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.store.folder import DataFolder


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """One session as each kind of file: the recording, its archived samples, and what is exported of it."""
    data = tmp_path_factory.mktemp("kept")
    session_id, _ = live_session(data)
    folder = DataFolder(data)
    table = data / "exported.parquet"
    export(data, session_id, ExportFormat.PARQUET, table)
    return data, {
        "mcap": folder.recording(session_id),
        "archived parquet": folder.samples(session_id),
        "exported parquet": table,
    }


@pytest.mark.parametrize("kind", ["mcap", "archived parquet", "exported parquet"])
async def test_a_recording_is_shown_at_its_own_pace_with_the_reps_of_its_analysis(kept, kind, tmp_path):
    data, files = kept
    found = analyze(files[kind])
    clock = PlannedClock()
    hub = ScriptedHub(tmp_path, targets=None, clock=clock)
    with hub.archive:
        hub.station.replay = shown_recording(files[kind], data)
        begun_ns = clock.now_ns
        hub.station.show()
        await until_over(hub)
        state = hub.station.message()
    assert (clock.now_ns - begun_ns) / NS_PER_S == pytest.approx(found.duration_s, abs=0.1)
    assert len(state.reps) >= 10
    assert [_of_page(rep) for rep in state.reps] == [_of_analysis(rep) for rep in found.reps]
    told = [[warning.id for warning in rep.warnings] for rep in state.reps]
    assert told == [[warning.id for warning in rep.warnings] for rep in found.reps]
    assert state.replay
    assert state.athlete.name == ("Anna" if kind == "mcap" else "")


def _of_page(rep):
    return rep.set, rep.rep, rep.tilt_lockout_deg, rep.lambda_lockout_deg, rep.graded


def _of_analysis(rep):
    angles = (round(angle, 2) for angle in (rep.tilt_lockout_deg, rep.lambda_lockout_deg))
    return rep.set_number, rep.rep_number, *angles, rep.graded
