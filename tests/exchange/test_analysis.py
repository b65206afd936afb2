import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from exchange.findings import analysis, rep, warning
from lumbarwatch.exchange.analysis import as_document, write_json, write_series
from lumbarwatch.model.quality import Gap, SensorQuality
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Calibration, CalibrationReason
from lumbarwatch.model.verdicts import Level, WarningId

REP_KEYS = """set rep t_start_s t_lockout_s t_lower_s t_end_s concentric_s hold_s eccentric_s rom_deg rom_m
rom_fraction phi_top_deg tilt_lockout_deg lambda_lockout_deg lambda_peak_deg lambda_eccentric_max_deg
roll_lockout_deg rate_peak_dps rate_mean_dps tilt_sigma_deg lambda_sigma_deg partial quality graded not_graded
borderline warnings""".split()
SERIES = """t_s pelvis_pitch_deg lumbar_pitch_deg posterior_pelvic_tilt_deg lumbar_extension_deg
lumbar_extension_sigma_deg pelvis_roll_deg phase valid""".split()
DOCUMENT_KEYS = "schema pipeline_version duration_s calibration sensors sets reps warnings".split()


def test_the_document_has_the_keys_of_the_design_and_no_others():
    document = as_document(analysis())
    assert list(document) == DOCUMENT_KEYS
    assert document["schema"] == "lumbarwatch.analysis/1"
    assert list(document["calibration"]) == "source valid reasons lam_max_deg tau_max_deg habit".split()
    assert list(document["sensors"]) == ["pelvis", "lumbar", "swapped", "slips"]
    assert document["sensors"]["slips"] == [{"t_s": 115.0, "sensor": "lumbar", "deg": 11.0}]
    assert list(document["sets"][0]) == ["set", "t_start_s", "t_end_s", "reps", "partial", "warnings"]
    for found in document["reps"]:
        assert list(found) == REP_KEYS
        assert list(found["quality"]) == ["lost_fraction", "longest_gap_s"]


def test_values_times_and_warnings():
    document = as_document(analysis())
    first, second, *_, last = document["reps"]
    assert (first["t_start_s"], first["t_lockout_s"], first["t_lower_s"], first["t_end_s"]) == (
        104,
        105,
        105.5,
        107.25,
    )
    assert (first["concentric_s"], first["hold_s"], first["eccentric_s"]) == (1.0, 0.5, 1.75)
    assert first["not_graded"] == [{"id": "W5", "reason": "baseline_reps"}]
    assert second["borderline"] == ["W1"]
    assert second["warnings"] == [
        {"id": "W2", "name": "lumbar_hyperextension", "level": "red",
         "value": 12.0, "limit": 7.5, "sigma": 2.0, "t_s": 112.0}
    ]  # fmt: skip
    assert last["tilt_lockout_deg"] is None
    assert last["eccentric_s"] is None  # the set ended at the top
    assert document["sets"][1] == {
        "set": 2, "t_start_s": 120.0, "t_end_s": 132.0, "reps": 3, "partial": 1,
        "warnings": [{"id": "W6", "name": "fatigue_drift", "level": "amber",
                      "value": 5.0, "limit": 4.0, "sigma": 2.0, "t_s": 130.0}],
    }  # fmt: skip
    assert document["calibration"] == {
        "source": "meta", "valid": True, "reasons": ["no_reference"],
        "lam_max_deg": 30.0, "tau_max_deg": 10.0, "habit": 0.25,
    }  # fmt: skip
    assert document["sensors"]["pelvis"]["lost_fraction"] == 0.01
    assert document["sensors"]["lumbar"]["samples"] == 0


@pytest.mark.parametrize(("swapped", "said"), [(True, True), (False, False), (None, "undecided")])
def test_swap(swapped, said):
    calibration = analysis().calibration
    found = Calibration(calibration.source, True, swapped=swapped)
    assert as_document(analysis(calibration=found))["sensors"]["swapped"] == said


def test_without_calibration_the_source_is_none_and_the_reason_is_said():
    document = as_document(analysis(calibration=Calibration.none(CalibrationReason.NOT_STILL)))
    assert document["calibration"] == {
        "source": "none", "valid": False, "reasons": ["not_still"], "lam_max_deg": None, "tau_max_deg": None,
        "habit": None,
    }  # fmt: skip


def test_json_has_no_nan(tmp_path):
    path = tmp_path / "a.json"
    write_json(path, analysis(reps=(rep(1, 1, 1.0, lambda_peak_deg=None),)))
    text = path.read_text()
    assert "NaN" not in text
    assert json.loads(text)["reps"][0]["lambda_peak_deg"] is None


def test_a_number_that_is_not_finite_is_null():
    quality = SensorQuality(rate_hz=float("nan"), clock_ppm=float("inf"))
    drift = warning(WarningId.W6, Level.AMBER, float("nan"), 4.0, 1.0)
    document = as_document(analysis(sensors={Placement.PELVIS: quality}, warnings=(drift,)))
    assert document["sensors"]["pelvis"]["rate_hz"] is None
    assert document["sensors"]["pelvis"]["clock_ppm"] is None
    assert document["warnings"][0]["value"] is None


def test_each_gap_of_a_sensor_is_told():
    gaps = (Gap(12_500_000_000, 0.75, 77, estimated=False), Gap(20_000_000_000, 0.3, 30, estimated=True))
    document = as_document(analysis(sensors={Placement.LUMBAR: SensorQuality(lost=107, gaps=gaps)}))
    assert document["sensors"]["pelvis"]["gaps"] == []
    assert document["sensors"]["lumbar"]["gaps"] == [
        {"t_end_s": 12.5, "seconds": 0.75, "lost": 77, "estimated": False},
        {"t_end_s": 20.0, "seconds": 0.3, "lost": 30, "estimated": True},
    ]


def test_the_series_has_the_columns_of_the_design(tmp_path):
    found = analysis()
    path = tmp_path / "a.parquet"
    write_series(path, found)
    table = pq.read_table(path)
    assert table.column_names == SERIES
    assert table.column("t_s")[0].as_py() == 100.0
    assert table.column("lumbar_extension_deg").null_count == 150
    phases = "idle armed concentric lockout eccentric bottom idle".split()
    assert table.column("phase").to_pylist()[:7] == phases
    assert table.column("valid").to_pylist()[149:151] == [False, True]
    np.testing.assert_array_equal(
        table.column("pelvis_pitch_deg").to_numpy()[150:], found.poses.pelvis_pitch_deg[150:]
    )
