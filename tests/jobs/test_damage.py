"""What is damaged, missing or newer is said in a sentence, never overwritten, and stops nothing else."""

import shutil
import sqlite3

import pytest

from jobs import recordings
from jobs.a_course import ANNA, save
from lumbarwatch.exchange.errors import InputError
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.jobs.export import ExportFormat, export
from lumbarwatch.jobs.reanalyze import reanalyze
from lumbarwatch.jobs.report import ReportForm, write_report
from lumbarwatch.jobs.restore import restore
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import compact


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A data folder with two finished recordings and their history."""
    base = tmp_path_factory.mktemp("recorded")
    for _ in range(2):
        live, _ = recordings.lived(base)
        compact(live, base / "data" / "recordings")
    restore(base / "data")
    return DataFolder(base / "data")


@pytest.fixture
def folder(recorded, tmp_path):
    """The same in a folder of one's own."""
    shutil.copytree(recorded.path, tmp_path / "data")
    return DataFolder(tmp_path / "data")


def ids_of(folder):
    """Both sessions."""
    return sorted(path.stem for path in folder.recordings.glob("*.mcap"))


def asked(folder, tmp_path):
    """Every job that begins with the history, as (name, call)."""
    return {
        "report": lambda: write_report(folder.path, "last", ReportForm.HTML, tmp_path / "out.html"),
        "export": lambda: export(folder.path, "last", ExportFormat.JSON, tmp_path / "out.json"),
        "reanalyze": lambda: reanalyze(folder.path, jobs=1),
    }


@pytest.mark.parametrize("name", ["report", "export", "reanalyze"])
def test_a_damaged_history_is_named_and_left_as_it_is(folder, tmp_path, name):
    for log in folder.path.glob("history.db-*"):
        log.unlink()
    content = bytearray(folder.history.read_bytes())
    content[100:] = b"\xa5" * (len(content) - 100)
    folder.history.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged; nothing was changed\. Restore a backup") as caught:
        asked(folder, tmp_path)[name]()
    assert caught.value.reason is StoreReason.DAMAGED
    assert folder.history.read_bytes() == content
    assert not list(tmp_path.glob("out.*"))
    assert analyze(folder.recording(ids_of(folder)[0])).duration_s > 10  # recordings can still be read
    folder.history.rename(tmp_path / "aside.db")  # as the sentence says
    for log in folder.path.glob("history.db-*"):
        log.unlink()
    reanalyze(folder.path, jobs=1)
    assert write_report(folder.path, "last", ReportForm.HTML, tmp_path / "out.html").exists()


@pytest.mark.parametrize("name", ["report", "export", "reanalyze"])
def test_a_history_of_a_newer_version_is_named_and_left_as_it_is(folder, tmp_path, name):
    database = sqlite3.connect(folder.history)
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    before = folder.history.read_bytes()
    with pytest.raises(StoreError, match="newer lumbarwatch") as caught:
        asked(folder, tmp_path)[name]()
    assert caught.value.reason is StoreReason.NEWER_VERSION
    assert folder.history.read_bytes() == before
    assert not list(tmp_path.glob("out.*"))
    assert analyze(folder.recording(ids_of(folder)[0])).duration_s > 10


def test_a_recording_with_a_flipped_byte_keeps_its_results_and_the_others_go_on(folder, tmp_path, caplog):
    bad, good = ids_of(folder)
    path = folder.recording(bad)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x10
    path.write_bytes(content)
    kept = [folder.samples(bad).read_bytes(), folder.angles(bad).read_bytes()]
    with History.open(folder.history) as history:
        before = history.session(bad), history.reps(bad), history.sets(bad)
        result = reanalyze(folder.path, again=True, jobs=1)
        assert (history.session(bad).record.summary, history.reps(bad), history.sets(bad)) == (
            before[0].record.summary,
            before[1],
            before[2],
        )
    assert result.done == 1
    ((failed, sentence),) = result.failed
    assert failed == bad
    assert "damaged" in sentence
    assert "backup" in sentence
    assert path.read_bytes() == content
    assert [folder.samples(bad).read_bytes(), folder.angles(bad).read_bytes()] == kept
    for session_id in (bad, good):
        assert write_report(folder.path, session_id, ReportForm.PDF, tmp_path / "out.pdf").exists()
    assert export(folder.path, good, ExportFormat.CSV, tmp_path / "good.csv")
    assert not caplog.records
    assert export(folder.path, bad, ExportFormat.CSV, tmp_path / "bad.csv")
    assert "packets are missing" in caplog.text


def test_a_missing_recording_is_counted_and_named_and_its_report_still_made(folder, tmp_path):
    gone, good = ids_of(folder)
    folder.recording(gone).unlink()
    result = reanalyze(folder.path, again=True, jobs=1)
    assert (result.done, result.without_recording, result.failed) == (1, 1, ())
    with pytest.raises(StoreError, match="restore a backup"):
        export(folder.path, gone, ExportFormat.CSV, tmp_path / "out.csv")
    with pytest.raises(InputError):
        analyze(folder.recording(gone))
    assert write_report(folder.path, gone, ReportForm.PDF, tmp_path / "out.pdf").exists()
    assert export(folder.path, good, ExportFormat.CSV, tmp_path / "good.csv")


def test_a_history_with_a_damaged_page_still_gives_what_can_be_read_or_a_sentence(tmp_path):
    folder = DataFolder(tmp_path / "data").create()
    with History.open(folder.history) as history:
        athlete = history.add_athlete(ANNA)
        for index in range(12):
            save(history, athlete, index)
    size = folder.history.stat().st_size
    whole = folder.history.read_bytes()
    told, made = set(), 0
    for page in range(4096, size - 4096, max(4096, size // 12 // 4096 * 4096)):
        folder.history.write_bytes(whole[:page] + b"\xff" * 4096 + whole[page + 4096 :])
        try:
            write_report(folder.path, "last", ReportForm.HTML, tmp_path / "out.html")
            made += 1
        except StoreError as error:
            told.add(error.reason)
    assert told <= {StoreReason.DAMAGED, StoreReason.NEWER_VERSION, StoreReason.UNKNOWN_SESSION}
    assert StoreReason.DAMAGED in told
    assert made
