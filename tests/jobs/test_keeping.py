"""A session from the hub's door to every place where it is kept: the same reps everywhere, and its load."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from jobs import lifting
from jobs.lifting import ANNA, DAY_NS, T0_UTC_NS, live_session
from lumbarwatch.core.findings import joined
from lumbarwatch.exchange.errors import InputError
from lumbarwatch.jobs import reanalyze as reanalysing
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.jobs.export import ExportFormat, export
from lumbarwatch.jobs.import_table import import_table
from lumbarwatch.jobs.people import find_athlete, find_session
from lumbarwatch.jobs.reanalyze import reanalyze
from lumbarwatch.jobs.restore import restore
from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.events import BarLoad, BenchMeasured
from lumbarwatch.model.session import Athlete
from lumbarwatch.model.verdicts import NotGradedReason, WarningId
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.finished import keep, on_bench
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.housekeeping import erase_session
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.samples import read_samples


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A data folder with one session, its id and what it said live."""
    data = tmp_path_factory.mktemp("lived") / "data"
    session_id, analysis = live_session(data)
    return DataFolder(data), session_id, analysis


@pytest.fixture
def copy(lived, tmp_path):
    """The same in a folder of one's own."""
    folder, session_id, analysis = lived
    shutil.copytree(folder.path, tmp_path / "data")
    return DataFolder(tmp_path / "data"), session_id, analysis


def test_live_history_analyze_and_reanalyze_have_the_same_reps(copy):
    folder, session_id, live = copy
    assert len(live.reps) == 12
    assert all(rep.graded for rep in live.reps)
    again = analyze(folder.recording(session_id))
    assert again.reps == live.reps
    assert again.sets == live.sets
    with History.open(folder.history) as history:
        before = history.reps(session_id), history.sets(session_id), history.session(session_id)
        assert before[0] == live.reps
        assert reanalyze(folder.path).up_to_date == 1
        assert reanalyze(folder.path, again=True).done == 1
        after = history.reps(session_id), history.sets(session_id), history.session(session_id)
    assert after[:2] == before[:2]
    assert after[2].record == before[2].record
    assert after[2].not_graded == before[2].not_graded


def test_the_session_keeps_load_effort_and_symptom(lived):
    folder, session_id, live = lived
    with History.open(folder.history) as history:
        record = history.session(session_id).record
        (extra,) = history.set_extras(session_id)
        (symptom,) = history.symptoms(session_id)
    assert extra.rpe == 7.5
    assert symptom.pain is None
    assert record.summary.bar_kg == 100.0
    # 172 N m at the top, 175 at the bottom (definitions 7), for the time of all reps
    under_s = sum((rep.t_end_ns - rep.t_start_ns) / 1e9 for rep in live.reps)
    assert record.summary.dose_n2m2s == pytest.approx(175.0**2 * under_s, rel=0.05)
    assert extra.dose_n2m2s == record.summary.dose_n2m2s


def test_a_tape_measure_narrows_the_load(lived, copy):
    folder, session_id, _ = copy
    with History.open(folder.history) as history:
        before = history.session(session_id).record.summary
        as_assumed = replace(ANNA, bench_height_m=0.40250, contact_to_l1_m=0.07 * ANNA.stature_m)
        history.add_athlete(as_assumed)
        reanalyze(folder.path, again=True, jobs=1)
        after = history.session(session_id).record.summary
    assert after.dose_n2m2s == pytest.approx(before.dose_n2m2s, rel=1e-6)
    assert after.dose_sigma_n2m2s < 0.9 * before.dose_sigma_n2m2s
    assert after.peak_sigma_nm < 0.9 * before.peak_sigma_nm


def test_the_bench_of_the_session_goes_before_the_athletes_own():
    anna = replace(ANNA, bench_height_m=0.40, contact_to_l1_m=0.10)
    said = (BenchMeasured(1, None, 0.12), BenchMeasured(2, 0.45), BarLoad(3, 60.0))
    found = on_bench(anna, said)
    assert (found.bench_height_m, found.contact_to_l1_m) == (0.45, 0.12)
    assert on_bench(anna, ()) == anna


def test_the_samples_are_those_that_were_recorded(lived):
    folder, session_id, _ = lived
    samples = read_samples(folder.samples(session_id))
    for place, batches in samples.batches.items():
        sent = sum(
            len(item.payload) > 20 for item in lifting.arrivals() if getattr(item, "placement", 0) == place
        )
        assert sum(map(len, batches)) > sent * (lifting.BATCH - 1)
        assert np.all(np.abs(np.linalg.norm(batches[0].acc_mps2[:100], axis=1) - 9.81) < 0.3)


def test_a_heavy_session_is_named_against_the_four_before(tmp_path, lived):
    folder, session_id, _ = lived
    light = replace(ANNA, mass_kg=50.0, stature_m=1.55)
    data = tmp_path / "data"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lifting, "arrivals", _with_bar(60.0))
        first, _ = live_session(data, athlete=light, started_at_utc_ns=T0_UTC_NS)
    history_of = DataFolder(data)
    with History.open(history_of.history) as history:
        finished, _ = reanalysing.finish_recording(history_of.recording(first))
        for day in (1, 2, 3):
            keep(history, _on_day(finished, day))
        heavy, _ = reanalysing.finish_recording(folder.recording(session_id))
        keep(history, _on_day(heavy, 4))
        keep(history, _on_day(heavy, 5, simulated=True))
        shown = {row.started_at_utc_ns: history.session(row.id) for row in history.sessions()}
        found = {start: history.warnings(detail.record.id) for start, detail in shown.items()}
    (w7,) = [one.verdict for one in found[T0_UTC_NS + 4 * DAY_NS] if one.verdict.id is WarningId.W7]
    assert w7.value > 1.6
    for day in (0, 1, 2, 3, 5):  # too few before; the simulated one knows no other simulated ones
        detail = shown[T0_UTC_NS + day * DAY_NS]
        assert [(one.id, one.reason) for one in detail.not_graded] == [
            (WarningId.W7, NotGradedReason.NO_HISTORY)
        ]


def _with_bar(bar_kg):
    items = [replace(one, bar_kg=bar_kg) if isinstance(one, BarLoad) else one for one in lifting.arrivals()]
    return lambda: items


def _on_day(finished, day, *, simulated=False):
    session = replace(
        finished.session, id=new_id(), started_at_utc_ns=T0_UTC_NS + day * DAY_NS, simulated=simulated
    )
    return replace(finished, session=session)


# Analysed again -------------------------------------------------------------------------------------------
def test_a_new_version_stands_beside_the_old_one_and_corrections_stay(copy, monkeypatch):
    folder, session_id, live = copy
    with History.open(folder.history) as history:
        history.annotate_rep(session_id, 1, 3, CorrectedField.COUNTED, value=False, text="that was a shuffle")
        history.add_note(session_id, "good day")
        for module in ("lumbarwatch.jobs.reanalyze", "lumbarwatch.jobs.analyze"):
            monkeypatch.setattr(f"{module}.PIPELINE_VERSION", "next")
        done = reanalyze(folder.path, athlete="anna", jobs=1)
        assert (done.done, done.up_to_date, done.failed) == (1, 0, ())
        assert history.session(session_id).versions == (("1", False), ("next", False))
        assert history.session(session_id).record.pipeline_version == "next"
        assert history.reps(session_id, "1") == history.reps(session_id, "next") == live.reps
        (correction,) = history.annotations(session_id)
        assert [rep.rep_number for rep in history.reps(session_id) if correction.belongs_to(rep)] == [3]
        assert len(history.notes(session_id)) == 1
    assert reanalyze(folder.path).up_to_date == 1


def test_a_session_that_is_deleted_while_it_is_analysed_again_stays_deleted(copy, monkeypatch):
    folder, session_id, _ = copy
    analysed = reanalysing._analysed
    with History.open(folder.history) as history:

        def deleted_meanwhile(task):
            found = analysed(task)
            erase_session(folder, history, session_id)
            task.samples.write_bytes(b"written a moment later")
            return found

        monkeypatch.setattr(reanalysing, "_analysed", deleted_meanwhile)
        result = reanalyze(folder.path, again=True, jobs=1)
        assert (result.done, result.failed) == (0, ())
        assert not history.has_session(session_id)
    assert not list(folder.path.rglob(f"*{session_id}*"))


def test_a_history_that_is_gone_is_built_again_from_the_recordings(copy):
    folder, session_id, live = copy
    for path in folder.path.glob("history.db*"):
        path.unlink()
    reanalyze(folder.path)
    with History.open(folder.history) as history:
        assert history.reps(session_id) == live.reps


@pytest.mark.slow
def test_several_processes_give_what_one_gives(copy):
    folder, first, live = copy
    second, _ = live_session(folder.path, started_at_utc_ns=T0_UTC_NS + DAY_NS)
    done = []
    result = reanalyze(folder.path, again=True, jobs=2, progress=lambda _doing, share: done.append(share))
    assert (result.done, result.failed) == (2, ())
    assert done == [0.5, 1.0]
    with History.open(folder.history) as history:
        assert history.reps(first) == history.reps(second) == live.reps
        assert history.session(first).calibration.mountings.keys() == live.calibration.mountings.keys()


def test_one_damaged_recording_is_named_and_the_others_are_done(copy):
    folder, session_id, _ = copy
    whole = folder.recording(session_id).read_bytes()
    with History.open(folder.history) as history:
        finished, _ = reanalysing.finish_recording(folder.recording(session_id))
        other = _on_day(finished, 1)
        keep(history, other)
        gone = _on_day(finished, 2)
        keep(history, gone)
    folder.recording(other.session.id).write_bytes(whole[:300])
    result = reanalyze(folder.path, again=True, jobs=1)
    assert (result.done, result.without_recording) == (1, 1)
    ((failed, sentence),) = result.failed
    assert failed == other.session.id
    assert "recording" in sentence


def test_a_folder_without_sessions_is_refused_and_not_made(tmp_path):
    with pytest.raises(StoreError, match="no sessions in"):
        reanalyze(tmp_path / "typo")
    assert not (tmp_path / "typo").exists()


# Out and in again -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", [ExportFormat.CSV, ExportFormat.PARQUET])
def test_an_exported_table_is_the_same_session_when_imported(lived, tmp_path, kind):
    folder, session_id, live = lived
    table, meta = export(folder.path, session_id[:30], kind, tmp_path / f"out.{kind.value}")
    assert meta.name == "out.meta.json"
    assert len(analyze(table, meta).reps) == 12
    other = tmp_path / "other"
    with History.open(DataFolder(other).create().history) as history:
        owner = history.add_athlete(ANNA)
    record = import_table(other, table, meta, athlete="Anna", started_at_utc_ns=T0_UTC_NS)
    assert (record.athlete_id, record.summary.reps) == (owner.id, 12)
    with History.open(DataFolder(other).history) as history:
        reps = history.reps(record.id)
        mine = history.session(record.id).record.summary
    for one, two in zip(reps, live.reps, strict=True):
        assert one.tilt_lockout_deg == pytest.approx(two.tilt_lockout_deg, abs=0.2)
        assert one.lambda_lockout_deg == pytest.approx(two.lambda_lockout_deg, abs=0.2)
        assert abs(one.t_lockout_ns - two.t_lockout_ns) < 30e6
    assert mine.dose_n2m2s == pytest.approx(_dose(folder, session_id), rel=0.02)
    assert reanalyze(other, again=True, jobs=1).done == 1
    with History.open(DataFolder(other).history) as history:
        assert history.reps(record.id) == reps
        erase_session(DataFolder(other), history, record.id)
    assert not list(other.rglob(f"*{record.id}*"))


@pytest.mark.parametrize(("kind", "name"), [("parquet", "x.csv"), ("csv", "x.parquet"), ("csv", "x")])
def test_a_name_of_another_format_is_refused(lived, tmp_path, kind, name):
    folder, session_id, _ = lived
    with pytest.raises(InputError, match="name"):
        export(folder.path, session_id, ExportFormat(kind), tmp_path / name)
    assert not list(tmp_path.iterdir())


def _dose(folder, session_id):
    with History.open(folder.history) as history:
        return history.session(session_id).record.summary.dose_n2m2s


def test_an_imported_session_whose_row_is_lost_gets_it_again_at_the_next_start(lived, tmp_path):
    folder, session_id, _ = lived
    table, meta = export(folder.path, session_id, ExportFormat.PARQUET, tmp_path / "out.parquet")
    other = DataFolder(tmp_path / "other")
    record = import_table(other.path, table, meta, started_at_utc_ns=T0_UTC_NS)
    with History.open(other.history) as history:
        reps = history.reps(record.id)
    for path in other.path.glob("history.db*"):
        path.unlink()
    restore(other.path)
    with History.open(other.history) as history:
        (again,) = history.sessions()
        assert (again.id, again.started_at_utc_ns) == (record.id, T0_UTC_NS)
        assert history.reps(again.id) == reps
    restore(other.path)
    with History.open(other.history) as history:
        assert len(history.sessions()) == 1


def test_what_cannot_be_imported_leaves_nothing(tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("a,b\n1,2\n")
    with pytest.raises(InputError):
        import_table(tmp_path / "data", bad)
    assert not list((tmp_path / "data" / "recordings").iterdir())
    with pytest.raises(StoreError, match="no athlete 'Bob'"):
        import_table(tmp_path / "data", bad, athlete="Bob")


def test_a_motion_opens_in_opensim_and_says_where_its_zero_is(lived, tmp_path):
    folder, _, live = lived
    (path,) = export(folder.path, "last", ExportFormat.MOT, tmp_path / "out.mot")
    head, _, body = path.read_text().partition("endheader\n")
    lines = head.splitlines()
    assert lines[1] == "version=1"
    assert "inDegrees=yes" in lines
    assert "the athlete's own neutral standing" in head
    assert "Anna" not in head
    names, *rows = [line.split("\t") for line in body.splitlines()]
    assert names == ["time", "pelvis_tilt", "lumbar_extension"]
    values = np.array(rows, dtype=float)
    assert lines[2:4] == [f"nRows={len(values)}", "nColumns=3"]
    assert np.isfinite(values).all()
    assert (np.diff(values[:, 0]) > 0).all()
    poses = joined([live.poses])
    known = np.isfinite(poses.pelvis_pitch_deg) & np.isfinite(poses.lumbar_extension_deg)
    np.testing.assert_allclose(values[:, 1], poses.pelvis_pitch_deg[known], atol=1e-6)
    np.testing.assert_allclose(values[:, 2], poses.lumbar_extension_deg[known], atol=1e-6)
    assert values[:, 1].max() > 90  # + posterior, 90 lying face up


def test_opensim_itself_reads_the_motion(lived, tmp_path):
    """Run with ``uv run --with opensim pytest ...``; passed with OpenSim 4.6."""
    opensim = pytest.importorskip("opensim")
    (path,) = export(lived[0].path, "last", ExportFormat.MOT, tmp_path / "out.mot")
    table = opensim.TimeSeriesTable(str(path))
    assert list(table.getColumnLabels()) == ["pelvis_tilt", "lumbar_extension"]
    assert table.getTableMetaDataString("inDegrees") == "yes"
    storage = opensim.Storage(str(path))
    assert storage.isInDegrees()
    assert storage.getSize() == table.getNumRows()
    written = np.loadtxt(path.read_text().partition("endheader\n")[2].splitlines()[1:])
    assert table.getNumRows() == len(written)
    for row in (0, len(written) // 2, len(written) - 1):
        read = table.getRowAtIndex(row).to_numpy()
        np.testing.assert_array_equal([table.getIndependentColumn()[row], *read], written[row])


def test_the_analysis_is_exported_as_the_command_writes_it(lived, tmp_path):
    folder, session_id, live = lived
    (path,) = export(folder.path, session_id, ExportFormat.JSON, tmp_path / "out.json")
    document = json.loads(path.read_text())
    assert document["schema"] == "lumbarwatch.analysis/1"
    assert [rep["tilt_lockout_deg"] for rep in document["reps"]] == [
        rep.tilt_lockout_deg for rep in live.reps
    ]


def test_a_session_whose_recording_is_gone_is_named(copy, tmp_path):
    folder, session_id, _ = copy
    folder.recording(session_id).unlink()
    with pytest.raises(StoreError, match="restore a backup"):
        export(folder.path, session_id, ExportFormat.JSON, tmp_path / "out.json")


# Names ----------------------------------------------------------------------------------------------------
def test_people_and_sessions_are_found_by_name_or_beginning(copy):
    folder, session_id, _ = copy
    with History.open(folder.history) as history:
        assert find_athlete(history, "ANNA").id == find_athlete(history, ANNA.id[:30]).id == ANNA.id
        history.add_athlete(Athlete(name="Anna"))
        with pytest.raises(StoreError, match="Several athletes"):
            find_athlete(history, "Anna")
        assert find_session(history, "last").id == find_session(history, session_id[:8]).id == session_id
        with pytest.raises(StoreError, match="no session 'nope'"):
            find_session(history, "nope")
