"""From a recording of sensors on a table to a calibration that is stored, written and used."""

import json

import numpy as np
import pytest

from jobs.recordings import lived
from lumbarwatch.core.accelerometer import AccelerometerFit
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain import write_plain
from lumbarwatch.exchange.sensor_calibration import (
    CalibratedSensor,
    read_sensor_calibration,
    write_sensor_calibration,
)
from lumbarwatch.jobs.analyze import read_replay
from lumbarwatch.jobs.calibrate_sensor import (
    CalibrationRefused,
    FittedSensor,
    calibrate_sensors,
    insist,
    keep_calibrations,
    refusal,
)
from lumbarwatch.jobs.replay import Replay
from lumbarwatch.jobs.sensor_calibration import with_sensor_calibration
from lumbarwatch.model.errors import ErrorKind
from lumbarwatch.model.samples import Placement, SensorInfo
from lumbarwatch.model.sensor_calibration import AccelerometerCalibration, AccelerometerReason
from lumbarwatch.simulate import documents
from lumbarwatch.simulate.session import simulate_session
from lumbarwatch.store.calibrations import accelerometer_of
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

PELVIS, LUMBAR = Placement
MG = 9.80665e-3
ONE = AccelerometerCalibration(
    (0.1, -0.2, 0.3), (1.01, 0.99, 1.0), residual_mps2=0.004, poses=7, when_utc_ns=5
)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    made = simulate_session("six_pose", "cheap", 4)
    path = tmp_path_factory.mktemp("six") / "six.csv"
    write_plain(path, documents.rows(made))
    return made, path


@pytest.mark.parametrize("suffix", [".csv", ".csv.gz", ".parquet"])
def test_any_plain_table_gives_the_part_to_2_mg(suffix, table, tmp_path):
    made, _ = table
    path = tmp_path / f"six{suffix}"
    write_plain(path, documents.rows(made))
    fitted = calibrate_sensors(path, tuple(Placement), when_utc_ns=7)
    for one in fitted:
        found, part = one.fit.calibration, made.parts[one.placement]
        assert np.abs(np.array(found.offset_mps2) - part.acc_offset_mps2).max() < 2 * MG
        assert np.abs(np.array(found.scale) * part.acc_scale - 1.0).max() < 2e-3
        assert found.when_utc_ns == 7
    insist(fitted)


def test_only_the_sensor_asked_for(table):
    (one,) = calibrate_sensors(table[1], (LUMBAR,), serial="B7")
    assert (one.placement, one.serial) == (LUMBAR, "B7")


def test_three_poses_are_refused_with_the_sides_that_lack(tmp_path):
    path = tmp_path / "three.csv"
    write_plain(path, documents.rows(simulate_session("three_poses", "good", 4)))
    fitted = calibrate_sensors(path, tuple(Placement))
    with pytest.raises(CalibrationRefused, match=r"lay still 3 times.*not yet up: ") as caught:
        insist(fitted)
    assert caught.value.reasons == (AccelerometerReason.TOO_FEW_POSES,)
    assert caught.value.kind is ErrorKind.INPUT
    assert keep_calibrations(fitted, tmp_path / "data") == ()
    assert not (tmp_path / "data").exists()


def test_a_recording_of_ours_tells_serial_and_family(tmp_path):
    live, _ = lived(tmp_path)
    for one in calibrate_sensors(live, tuple(Placement)):
        assert (one.serial, one.family) == ("A1", "lm1")
        assert one.fit.windows
        assert one.fit.reasons == (AccelerometerReason.TOO_FEW_POSES,)


@pytest.mark.parametrize("reason", AccelerometerReason)
def test_every_refusal_says_what_to_do(reason):
    sentence = refusal(FittedSensor(PELVIS, "", "", AccelerometerFit(None, (reason,), after_mps2=0.06)))
    assert sentence.startswith("The pelvis sensor ")
    assert sentence.endswith(".")


# The history ------------------------------------------------------------------------------------------------
def kept(folder, family, serial):
    with History.open(DataFolder(folder).create().history) as history:
        return accelerometer_of(history.sensors(), family, serial)


def sensor(serial, family="", calibration=ONE):
    return FittedSensor(PELVIS, family, serial, AccelerometerFit(calibration, ()))


def test_a_calibration_is_kept_by_serial_number(tmp_path):
    named, nameless = sensor("A1", "lm1"), sensor("")
    assert keep_calibrations([named, nameless], tmp_path) == (named,)
    assert kept(tmp_path, "lm1", "A1") == ONE
    assert kept(tmp_path, "lm1", "A2") is None
    assert kept(tmp_path, "movella", "A1") is None
    assert kept(tmp_path, "", "A1") == ONE  # not asked yet what it is
    assert kept(tmp_path, "lm1", "") is None


def test_a_newer_calibration_counts(tmp_path):
    newer = AccelerometerCalibration((0.0, 0.0, 0.1), (1.0, 1.0, 1.0))
    keep_calibrations([sensor("A1", "lm1")], tmp_path)
    keep_calibrations([sensor("A1", "lm1", newer)], tmp_path)
    assert kept(tmp_path, "lm1", "A1") == newer


def test_a_table_without_family_finds_the_sensor_it_means(tmp_path):
    with History.open(DataFolder(tmp_path).create().history) as history:
        history.save_sensor("lm1", "A1")
    keep_calibrations([sensor("A1")], tmp_path)
    assert kept(tmp_path, "lm1", "A1") == ONE
    assert kept(tmp_path, "movella", "A1") is None
    keep_calibrations([sensor("B1")], tmp_path)
    assert kept(tmp_path, "witmotion", "B1") == ONE


def test_an_entry_this_version_cannot_read_is_left_alone(tmp_path):
    with History.open(DataFolder(tmp_path).create().history) as history:
        history.save_sensor("lm1", "A1", {"accelerometer": {"matrix": [1, 2, 3]}})
        history.save_sensor("lm1", "A2", {"gyroscope": {}})
    assert kept(tmp_path, "lm1", "A1") is None
    assert kept(tmp_path, "lm1", "A2") is None


# The file ---------------------------------------------------------------------------------------------------
def test_a_file_gives_back_what_was_written(tmp_path):
    sensors = (CalibratedSensor(PELVIS, ONE, "A1", "lm1"), CalibratedSensor(LUMBAR, ONE))
    write_sensor_calibration(tmp_path / "c.json", sensors)
    assert read_sensor_calibration(tmp_path / "c.json") == sensors


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"schema": "lumbarwatch.analysis/1", "sensors": {}}',
        '{"schema": "lumbarwatch.sensor-calibration/1", "sensors": {"hip": {"offset_mps2": [0, 0, 0]}}}',
        '{"schema": "lumbarwatch.sensor-calibration/1", "sensors": {"pelvis": {"offset_mps2": [0, 0]}}}',
        '{"schema": "lumbarwatch.sensor-calibration/1", "sensors": {"pelvis": {"offset_mps2": [0, 0, 9.8]}}}',
    ],
)
def test_another_file_is_refused(text, tmp_path):
    path = tmp_path / "c.json"
    path.write_text(text)
    with pytest.raises(InputError, match="calibrate-sensor") as caught:
        read_sensor_calibration(path)
    assert caught.value.reason is InputReason.BAD_SENSOR_CALIBRATION


def test_no_file_is_said(tmp_path):
    with pytest.raises(InputError, match="--sensor-calibration"):
        read_sensor_calibration(tmp_path / "none.json")


# Use --------------------------------------------------------------------------------------------------------
def replay_of(table, **serials):
    replay = read_replay(table[1])
    sensors = {place: SensorInfo(serial=serials.get(place.value, "")) for place in Placement}
    setup = type(replay.setup)(sensors=sensors)
    return Replay(setup, replay.chunks, replay.duration_s, as_lived=False)


def test_calibrations_go_to_their_serial_numbers_else_to_their_places(table, tmp_path):
    other = AccelerometerCalibration((0.0, 0.0, 0.1), (1.0, 1.0, 1.0))
    path = tmp_path / "c.json"
    write_sensor_calibration(path, [CalibratedSensor(PELVIS, ONE, "A"), CalibratedSensor(LUMBAR, other, "B")])
    placed = with_sensor_calibration(replay_of(table), path).setup.sensors
    assert (placed[PELVIS].accelerometer, placed[LUMBAR].accelerometer) == (ONE, other)
    exchanged = with_sensor_calibration(replay_of(table, pelvis="B", lumbar="A"), path).setup.sensors
    assert (exchanged[PELVIS].accelerometer, exchanged[LUMBAR].accelerometer) == (other, ONE)
    half = with_sensor_calibration(replay_of(table, pelvis="C", lumbar="B"), path).setup.sensors
    assert (half[PELVIS].accelerometer, half[LUMBAR].accelerometer) == (None, other)


def test_calibrations_of_other_sensors_are_refused(table, tmp_path):
    path = tmp_path / "c.json"
    write_sensor_calibration(path, [CalibratedSensor(PELVIS, ONE, "A")])
    with pytest.raises(InputError, match=r"\(X, Y\)"):
        with_sensor_calibration(replay_of(table, pelvis="X", lumbar="Y"), path)


def test_meta_may_carry_the_calibration(table, tmp_path):
    truth = documents.truth(table[0])["sensors"]
    meta = tmp_path / "meta.json"
    meta.write_text(
        json.dumps(
            {"sensors": {p.value: {"accelerometer": truth[p.value]["accelerometer"]} for p in Placement}}
        )
    )
    sensors = read_replay(table[1], meta).setup.sensors
    for place in Placement:
        assert sensors[place].accelerometer.offset_mps2 == tuple(
            truth[place.value]["accelerometer"]["offset_mps2"]
        )
        assert sensors[place].nominal_rate_hz == 100.0


def test_meta_with_an_impossible_calibration_is_refused(table, tmp_path):
    meta = tmp_path / "meta.json"
    meta.write_text(json.dumps({"sensors": {"pelvis": {"accelerometer": {"offset_mps2": [0, 0, 9.8]}}}}))
    with pytest.raises(InputError, match="offset_mps2") as caught:
        read_replay(table[1], meta)
    assert caught.value.reason is InputReason.BAD_META
