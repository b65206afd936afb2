"""``report`` and ``analyze --refined`` as a user calls them."""

import json
import sys

import pytest

from exchange.tables import columns, write
from jobs.a_course import twenty_sessions
from lumbarwatch.cli.main import main


@pytest.fixture
def call(monkeypatch, capsys):
    """Run the command; return exit code, what was said and what was complained of."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["lumbarwatch", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code or 0, said.out, said.err

    return run


def test_a_report_is_written_where_it_is_wanted(call, tmp_path, monkeypatch):
    data = tmp_path / "data"
    data.mkdir()
    ids, athlete = twenty_sessions(data / "history.db", count=5)
    code, said, _ = call("report", "last", "--out", tmp_path / "a.pdf", "--data", data)
    assert (code, said.strip()) == (0, str(tmp_path / "a.pdf"))
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert call("report", athlete.name, "--html", "--out", tmp_path / "b", "--data", data)[0] == 0
    assert (tmp_path / "b").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert call("report", "last", "--out", tmp_path / "c.html", "--data", data)[0] == 0
    assert (tmp_path / "c.html").read_bytes().startswith(b"<!DOCTYPE")
    monkeypatch.chdir(tmp_path)
    code, said, _ = call("report", ids[0], "--html", "--data", data)
    assert (code, said.strip()) == (0, f"report-{ids[0]}.html")
    assert (tmp_path / f"report-{ids[0]}.html").exists()


def test_what_a_user_can_mend_is_one_sentence_and_a_code(call, tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    twenty_sessions(data / "history.db", count=1)
    for words, code in (
        (("nobody",), 5),
        (("last", "--refined"), 5),
        (("last", "--out", tmp_path / "no" / "a.pdf"), 2),
        (("last", "--out", data), 2),
    ):
        ended, _, complaint = call("report", *words, "--data", data)
        assert (ended, complaint.count("\n"), "Traceback" in complaint) == (code, 1, False)
    ended, _, complaint = call("report", "last", "--data", tmp_path / "typo")
    assert (ended, "no sessions in" in complaint) == (5, True)
    ended, _, complaint = call("report", "last", "--pdf", "--html", "--data", data)
    assert (ended, "one of --pdf and --html" in complaint) == (2, True)
    assert not list(tmp_path.glob("*.pdf"))


def test_refined_is_said_in_the_analysis_and_on_the_terminal(call, tmp_path):
    table = write(tmp_path, columns())
    code, said, _ = call("analyze", table, "--refined", "--json", tmp_path / "a.json")
    assert code == 0
    assert "not causal" in " ".join(said.split())
    assert json.loads((tmp_path / "a.json").read_text())["refined"] is True
    code, said, _ = call("analyze", table, "--json", tmp_path / "b.json")
    assert "not causal" not in said
    assert "refined" not in json.loads((tmp_path / "b.json").read_text())


def test_refined_reanalysis_is_said(call, tmp_path):
    table, data = write(tmp_path, columns()), tmp_path / "data"
    assert call("import", table, "--data", data)[0] == 0
    code, said, _ = call("reanalyze", "--refined", "--jobs", "1", "--data", data)
    assert (code, "1 sessions analysed" in said, "refined (not causal)" in said) == (0, True, True)
    assert "1 were up to date" in call("reanalyze", "--refined", "--data", data)[1]
