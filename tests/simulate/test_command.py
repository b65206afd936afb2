"""The command, from its options to its files."""

import json

import numpy as np
import pyarrow.parquet
import pytest
import typer
from typer.testing import CliRunner

from lumbarwatch.cli.simulate import simulate
from lumbarwatch.exchange.errors import InputError
from lumbarwatch.exchange.meta import read_meta
from lumbarwatch.exchange.plain import read_plain
from lumbarwatch.model.errors import UserError
from lumbarwatch.model.samples import Placement

SERIES = """t_s pelvis_pitch_deg lumbar_pitch_deg posterior_pelvic_tilt_deg lumbar_extension_deg
    lumbar_extension_sigma_deg pelvis_roll_deg phase valid""".split()


def run(*args):
    app = typer.Typer(pretty_exceptions_enable=False)
    app.command()(simulate)
    return CliRunner().invoke(app, [str(arg) for arg in args], catch_exceptions=False)


@pytest.mark.parametrize("ending", [".csv", ".csv.gz", ".parquet"])
def test_all_files_are_written_and_read_back(tmp_path, ending):
    out = tmp_path / f"one{ending}"
    found = run(out, "--scenario", "walking", "--sensors", "cheap", "--seed", 3, "--quaternions")
    assert found.exit_code == 0
    names = {f"one{ending}", "one.meta.json", "one.truth.json", "one.truth.parquet"}
    assert {path.name for path in tmp_path.iterdir()} == names
    recording = read_plain(out)
    assert set(recording.sensors) == set(Placement)
    for sensor in recording.sensors.values():
        assert 9.0 < np.median(np.linalg.norm(sensor.acc_mps2, axis=1)) < 10.6
        assert sensor.quat_wxyz is not None
    meta = read_meta(tmp_path / "one.meta.json")
    assert meta.athlete.stature_m == 1.75
    series = pyarrow.parquet.read_table(tmp_path / "one.truth.parquet")
    assert series.column_names == SERIES
    truth = json.loads((tmp_path / "one.truth.json").read_text())
    assert truth["scenario"] == "walking"
    assert truth["reps"] == []


def test_same_seed_same_bytes(tmp_path):
    for name in ("a", "b"):
        run(tmp_path / f"{name}.csv", "--scenario", "setup_only", "--rate", 25, "--seed", 9)
    for ending in (".csv", ".meta.json", ".truth.json", ".truth.parquet"):
        assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()


def test_list_names_every_scenario_and_writes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = run("--list")
    assert "touch_and_go" in found.stdout
    assert "an hour with the two clocks" in " ".join(found.stdout.split())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ((), "Name a file"),
        (("x.txt",), "csv"),
        (("nowhere/x.csv",), "does not exist"),
        (("x.csv", "--scenario", "wlaking"), "did you mean walking"),
    ],
)
def test_a_mistake_gets_one_sentence_and_leaves_nothing(tmp_path, monkeypatch, args, sentence):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UserError, match=sentence):
        run(*args)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_in_the_way_is_refused(tmp_path):
    (tmp_path / "x.truth.json").mkdir()
    with pytest.raises(InputError, match="folder"):
        run(tmp_path / "x.csv")
