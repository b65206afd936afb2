"""The command, and what its result does for a session of the same cheap sensors."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from lumbarwatch.cli.main import app, main
from lumbarwatch.exchange.plain import write_plain
from lumbarwatch.simulate import documents
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.store.calibrations import accelerometer_of
from lumbarwatch.store.history import History

SEED = 5


def lumbarwatch(*arguments):
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return " ".join(result.output.split())


def simulated(folder, scenario, *, skin=None):
    made = simulate_session(scenario, "cheap", SEED, skin=skin)
    path = folder / f"{scenario}.csv"
    write_plain(path, documents.rows(made))
    path.with_suffix(".meta.json").write_text(json.dumps(documents.meta(made)))
    return made, path


def lumbar_rmse_in_reps_deg(made, series):
    found = pq.read_table(series).to_pydict()
    t_s, angle = np.array(found["t_s"]), np.array(found["lumbar_extension_deg"], float)
    truth = np.interp(t_s, made.series["t_s"], made.series["lumbar_extension_deg"])
    inside = np.zeros(len(t_s), bool)
    for rep in made.reps:
        inside |= (t_s > rep.t_start_s) & (t_s < rep.t_end_s)
    inside &= np.isfinite(angle)
    assert inside.sum() > 1000
    return float(np.sqrt(np.mean((angle[inside] - truth[inside]) ** 2)))


def test_six_poses_make_a_cheap_pair_good(tmp_path):
    """The same two sensors on the table and on bone: most of the error was the accelerometers'."""
    _, six = simulated(tmp_path, "six_pose")
    made, lift = simulated(tmp_path, "upside_down", skin=False)
    said = lumbarwatch("calibrate-sensor", six, "--json", tmp_path / "cal.json")
    assert "scale %" in said
    assert "add --sensor and --serial" in said
    meta = ("--meta", lift.with_suffix(".meta.json"))
    lumbarwatch("analyze", lift, *meta, "--series", tmp_path / "raw.parquet")
    lumbarwatch(
        "analyze",
        lift,
        *meta,
        "--series",
        tmp_path / "good.parquet",
        "--sensor-calibration",
        tmp_path / "cal.json",
    )
    before, after = (lumbar_rmse_in_reps_deg(made, tmp_path / f"{name}.parquet") for name in ("raw", "good"))
    assert before > 2.0
    assert after < 0.35 * before


def test_a_result_is_stored_by_serial_number(tmp_path):
    made, six = simulated(tmp_path, "six_pose")
    said = lumbarwatch(
        "calibrate-sensor", six, "--sensor", "lumbar", "--serial", "SN-7", "--data", tmp_path / "data"
    )
    assert "Stored for the sensor SN-7." in said
    assert "pelvis" not in said
    with History.open(tmp_path / "data" / "history.db") as history:
        found = accelerometer_of(history.sensors(), "witmotion", "SN-7")
    truth = documents.truth(made)["sensors"]["lumbar"]["accelerometer"]
    assert found.offset_mps2 == pytest.approx(truth["offset_mps2"], abs=0.02)
    assert found.scale == pytest.approx(truth["scale"], abs=2e-3)


def run(monkeypatch, capsys, *arguments):
    monkeypatch.setattr("sys.argv", ["lumbarwatch", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    return ended.value.code or 0, captured.out, captured.err


def test_a_refusal_ends_with_two_and_writes_nothing(tmp_path, monkeypatch, capsys):
    _, three = simulated(tmp_path, "three_poses")
    out = tmp_path / "cal.json"
    code, printed, errors = run(monkeypatch, capsys, "calibrate-sensor", three, "--json", out)
    assert code == 2
    assert "Refused: too few poses" in printed
    assert "not yet up" in errors
    assert "Traceback" not in errors
    assert not out.exists()


def test_one_serial_number_is_not_for_two_sensors(tmp_path, monkeypatch, capsys):
    _, six = simulated(tmp_path, "six_pose")
    code, _, errors = run(monkeypatch, capsys, "calibrate-sensor", six, "--serial", "A1")
    assert code == 2
    assert "--sensor" in errors


def test_analyze_refuses_another_kind_of_file(tmp_path, monkeypatch, capsys):
    _, six = simulated(tmp_path, "six_pose")
    other = six.with_suffix(".meta.json")
    code, _, errors = run(monkeypatch, capsys, "analyze", six, "--sensor-calibration", other)
    assert code == 2
    assert "calibrate-sensor" in errors
