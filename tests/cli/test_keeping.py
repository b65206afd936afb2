"""``import``, ``export``, ``reanalyze``, ``backup`` and ``restore`` as a user calls them."""

import sys

import pytest

from exchange.tables import columns, write
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


def test_a_table_goes_in_and_out_and_to_another_computer(call, tmp_path):
    table, data, other = write(tmp_path, columns()), tmp_path / "data", tmp_path / "other"
    code, said, _ = call("import", table, "--data", data, "--at", "2026-01-05")
    assert (code, "0 reps in 0 sets" in said) == (0, True)
    assert call("backup", tmp_path / "all.zip", "--data", data)[0] == 0
    assert call("restore", tmp_path / "all.zip", "--data", other)[0] == 0
    code, said, _ = call("reanalyze", "--data", other, "--jobs", "1")
    assert (code, "0 sessions analysed" in said, "1 were up to date" in said) == (0, True, True)
    code, said, _ = call("reanalyze", "--data", other, "--jobs", "1", "--again", "--since", "2026-01-04")
    assert (code, "1 sessions analysed" in said) == (0, True)
    assert "0 were up to date" in call("reanalyze", "--data", other, "--since", "2026-01-06")[1]
    out = tmp_path / "again.mot"
    assert call("export", "last", "--data", other, "--format", "mot", "--out", out)[0] == 0
    assert "endheader" in out.read_text()


@pytest.mark.parametrize("date", ["2999-01-01", "0001-01-01"])
def test_a_date_that_cannot_be_kept_is_refused_and_nothing_is_left(call, tmp_path, date):
    table, data = write(tmp_path, columns(6.0)), tmp_path / "data"
    assert call("import", table, "--data", data)[0] == 0
    before = sorted(data.rglob("*.json"))
    for words in (("import", table, "--at", date), ("reanalyze", "--since", date)):
        code, _, complaint = call(*words, "--data", data)
        assert (code, "1971 to 2200" in complaint, "Traceback" in complaint) == (2, True, False)
    assert sorted(data.rglob("*.json")) == before


def test_an_import_that_is_interrupted_leaves_nothing(call, tmp_path, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    table, data = write(tmp_path, columns(6.0)), tmp_path / "data"
    monkeypatch.setattr("lumbarwatch.jobs.import_table.decode_replay", interrupted)
    assert call("import", table, "--data", data)[0] == 130
    assert not list((data / "recordings").iterdir())
    assert not list((data / "archive").iterdir())


def test_what_a_user_can_mend_is_one_sentence_and_a_code(call, tmp_path):
    data = tmp_path / "data"
    table = write(tmp_path, columns(6.0))
    assert call("import", tmp_path / "nowhere.csv", "--data", data)[0] == 2
    code, _, complaint = call("import", table, "--athlete", "Bob", "--data", data)
    assert (code, "no athlete 'Bob'" in complaint, "Traceback" in complaint) == (5, True, False)
    assert call("import", table, "--data", data)[0] == 0
    assert call("export", "last", "--data", data, "--format", "mot", "--out", tmp_path / "x.mot")[0] == 2
    for words in (("reanalyze",), ("export", "last"), ("backup", tmp_path / "a.zip")):
        code, _, complaint = call(*words, "--data", tmp_path / "typo")
        assert (code, complaint.count("\n")) == (5, 1)
    (next((data / "recordings").glob("*.csv.gz"))).write_bytes(b"damaged")
    code, _, complaint = call("reanalyze", "--again", "--jobs", "1", "--data", data)
    assert (code, complaint.count("session")) == (5, 1)
