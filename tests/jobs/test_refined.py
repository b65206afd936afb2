"""Re-analysis with hindsight: beside the causal results, labelled, resumable; and what a SIGKILL leaves."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from exchange.tables import columns, write
from jobs.lifting import live_session
from lumbarwatch.core.pipeline import PIPELINE_VERSION
from lumbarwatch.exchange.analysis import as_document
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.jobs.import_table import import_table
from lumbarwatch.jobs.reanalyze import reanalyze
from lumbarwatch.jobs.refined import analyze_file
from lumbarwatch.jobs.report import gather, make_report
from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.presenters.report import report
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    """A data folder with one session, its id and what it said live."""
    data = tmp_path_factory.mktemp("lived") / "data"
    session_id, analysis = live_session(data)
    return DataFolder(data), session_id, analysis


def test_refined_results_stand_beside_the_live_ones_and_are_labelled(lived):
    folder, session_id, live = lived
    derived = [folder.samples(session_id), folder.angles(session_id), folder.recording(session_id)]
    before = [path.read_bytes() for path in derived]
    with History.open(folder.history) as history:
        history.annotate_rep(session_id, 1, 2, CorrectedField.COUNTED, value=False)
        done = reanalyze(folder.path, refined=True, jobs=1)
        assert (done.done, done.failed) == (1, ())
        detail = history.session(session_id)
        assert detail.versions == ((PIPELINE_VERSION, False), (PIPELINE_VERSION, True))
        assert not detail.record.refined  # what is shown stays the causal result
        assert history.reps(session_id) == live.reps
        refined = history.reps(session_id, PIPELINE_VERSION, refined=True)
        assert len(refined) == len(live.reps)
        assert refined != live.reps
        for one, other in zip(refined, live.reps, strict=True):
            assert one.lambda_lockout_deg == pytest.approx(other.lambda_lockout_deg, abs=2.0)
            assert abs(one.t_lockout_ns - other.t_lockout_ns) < 100e6
        (correction,) = history.annotations(session_id)
        assert [rep.rep_number for rep in refined if correction.belongs_to(rep)] == [2]
        document = report(gather(history, session_id=session_id, refined=True))
        assert document.badges == ("refined, not causal",)
        assert make_report(history, session_id=session_id, refined=True) != make_report(
            history, session_id=session_id
        )
    assert [path.read_bytes() for path in derived] == before
    assert reanalyze(folder.path, refined=True).up_to_date == 1
    assert reanalyze(folder.path).up_to_date == 1


def test_a_refined_analysis_says_so_wherever_it_goes(lived):
    folder, session_id, live = lived
    found = analyze_file(folder.recording(session_id))
    assert found.refined
    assert any("not causal" in notice for notice in found.notices)
    document = as_document(found)
    assert document["refined"] is True
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    plain = analyze(folder.recording(session_id))
    assert not plain.refined
    assert "refined" not in as_document(plain)
    assert plain.reps == live.reps


# Interrupted ----------------------------------------------------------------------------------------------
@pytest.fixture
def three(tmp_path):
    """A data folder with three imported tables, none of them analysed by hindsight."""
    data, table = tmp_path / "data", write(tmp_path, columns(8.0))
    for day in range(3):
        import_table(data, table, started_at_utc_ns=1_790_000_000_000_000_000 + day * 86_400 * 10**9)
    return DataFolder(data)


def test_stopped_half_way_the_next_run_goes_on(three):
    def stop(_doing, share):
        if share > 0.3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reanalyze(three.path, refined=True, jobs=1, progress=stop)
    shares = []
    rest = reanalyze(three.path, refined=True, jobs=1, progress=lambda _, share: shares.append(share))
    assert (rest.done, rest.up_to_date) == (2, 1)
    assert shares == [0.5, 1.0]


def test_killed_half_way_the_next_run_goes_on(three):
    script = """
        import os, signal, sys
        from pathlib import Path
        from lumbarwatch.jobs.reanalyze import reanalyze

        def kill(_doing, share):
            if share > 0.5:
                os.kill(os.getpid(), signal.SIGKILL)

        reanalyze(Path(sys.argv[1]), refined=True, jobs=1, progress=kill)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), str(three.path)],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        check=False,
        timeout=100,
    )
    assert done.returncode == -signal.SIGKILL
    rest = reanalyze(three.path, refined=True, jobs=1)
    assert (rest.done, rest.up_to_date, rest.failed) == (1, 2, ())
    with History.open(three.history) as history:
        history.check()
        assert all(len(history.session(one.id).versions) == 2 for one in history.sessions())


def test_only_an_athletes_sessions_from_a_date_on_are_taken(three):
    with History.open(three.history) as history:
        newest, *_ = history.sessions()
    assert reanalyze(three.path, since_utc_ns=newest.started_at_utc_ns, again=True, jobs=1).done == 1
