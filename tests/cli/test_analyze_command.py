import io
import json
import os
from pathlib import Path

import numpy as np
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from rich.console import Console
from typer.testing import CliRunner

from exchange.bad_inputs import BAD, make
from exchange.findings import analysis
from exchange.tables import columns, write
from lumbarwatch.cli import analyze_table
from lumbarwatch.cli.main import app, main
from lumbarwatch.model.session import Calibration, CalibrationReason

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LUMBARWATCH_DATA", ROOT.parent / "shared" / "data"))
REAL = DATA / "full_body" / "hip_lower_back.csv.gz"


def run(monkeypatch, capsys, *arguments):
    """The command as the shell starts it: exit code, output, errors."""
    monkeypatch.setattr("sys.argv", ["lumbarwatch", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    code = ended.value.code or 0
    captured = capsys.readouterr()
    return code, captured.out, captured.err


@pytest.mark.parametrize("name", BAD)
def test_bad_input_ends_with_two_one_sentence_and_no_files(name, tmp_path, monkeypatch, capsys):
    folder = tmp_path / "in"
    folder.mkdir()
    path, _ = make(name, folder)
    out = tmp_path / "out"
    out.mkdir()
    outputs = ["--json", out / "a.json", "--series", out / "a.parquet", "--plot", out / "a.png"]
    code, printed, errors = run(monkeypatch, capsys, "analyze", path, *outputs)
    assert code == 2
    assert printed == ""
    assert errors.count("\n") == 1
    assert errors.startswith("lumbarwatch: ")
    assert "Traceback" not in errors
    assert not list(out.iterdir())


@pytest.mark.parametrize(
    "arguments", [["--json", "none/a.json"], ["--meta", "none.json"], ["--orientation", "up"], ["--colour"]]
)
def test_bad_usage_ends_with_two(arguments, tmp_path, monkeypatch, capsys):
    code, _, errors = run(monkeypatch, capsys, "analyze", write(tmp_path, columns()), *arguments)
    assert code == 2
    assert errors


def test_interruption_ends_with_130(tmp_path, monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("lumbarwatch.jobs.analyze.analyze", interrupted)
    assert run(monkeypatch, capsys, "analyze", write(tmp_path, columns()))[0] == 130


def test_version_and_help():
    runner = CliRunner()
    assert "lumbarwatch 0." in runner.invoke(app, ["--version"]).output
    assert "not a medical device" in " ".join(runner.invoke(app, ["--help"]).output.split())


def test_the_table_says_it_all():
    console = Console(width=140, record=True, file=io.StringIO())
    analyze_table.show(analysis(notices=("pelvis: 3 doubled rows [left out].",)), console)
    text = console.export_text()
    for part in (
        "Calibration: valid, meta; own range 30 deg arched, 10 deg tucked (no reference)",
        "Slip suspected: lumbar by 11 deg at 115.0 s",
        "W2", "W4", "partial", "not graded", " ok", "-6.0±3.2",
        "5 reps (1 partial) in 2 sets, 40 s",
        "W6 fatigue drift: 5.00 (limit 4.00)",
        "W7 session dose high",
        "Not graded (baseline reps): W5",
        "3 doubled rows [left out].",
        "not a medical device",
    ):  # fmt: skip
        assert part in text, part


def test_the_table_says_why_nothing_is_graded():
    console = Console(width=140, record=True, file=io.StringIO())
    analyze_table.show(
        analysis(calibration=Calibration.none(CalibrationReason.NO_STANDING), reps=()), console
    )
    text = console.export_text()
    assert "Calibration: none (no standing); nothing is graded" in text
    assert "0 reps in 40 s" in text


real = pytest.mark.skipif(not REAL.exists(), reason=f"no recording {REAL.name} (set LUMBARWATCH_DATA)")
"""100 s of free movement from real sensors, with a maker's quaternions; no hip thrust in it."""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    """The real recording analysed raw, without its quaternions, and by the sensors' own quaternions."""
    folder = tmp_path_factory.mktemp("real")
    table = pyarrow.csv.read_csv(REAL)
    bare = folder / "bare.parquet"
    pq.write_table(table.drop_columns(["qw", "qx", "qy", "qz"]), bare)
    return {
        "raw": analyzed(REAL, folder / "raw"),
        "bare": analyzed(bare, folder / "bare"),
        "sensor": analyzed(REAL, folder / "sensor", "--orientation", "sensor"),
    }


@real
def test_no_hip_thrust_is_found_and_the_calibration_has_its_reason(outputs):
    for document, _ in outputs.values():
        assert document["reps"] == []
        assert document["calibration"]["source"] == "none"
        assert document["calibration"]["reasons"]


@real
def test_the_quaternion_columns_change_nothing(outputs):
    (with_document, with_series), (bare_document, bare_series) = outputs["raw"], outputs["bare"]
    for document in (with_document, bare_document):
        for place in ("pelvis", "lumbar"):
            document["sensors"][place].pop("quaternion_check_deg")
    assert with_document == bare_document
    assert with_series.equals(bare_series)


@real
@pytest.mark.parametrize("angle", ["pelvis_pitch_deg", "lumbar_extension_deg"])
def test_angles_from_raw_data_agree_with_the_makers_quaternions(outputs, angle):
    raw, own = (outputs[name][1].column(angle).to_numpy() for name in ("raw", "sensor"))
    assert np.isfinite(raw).all()
    assert np.std(raw - own) < 1.0  # RMS with the offset removed


def analyzed(path, folder, *options):
    folder.mkdir()
    outputs = ["--json", folder / "a.json", "--series", folder / "a.parquet"]
    done = CliRunner().invoke(app, ["analyze", *map(str, [path, *outputs, *options])])
    assert done.exit_code == 0, done.output
    return json.loads((folder / "a.json").read_text()), pq.read_table(folder / "a.parquet")
