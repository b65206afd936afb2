import json
from dataclasses import replace

import numpy as np
import pytest

from exchange.bad_inputs import make
from exchange.findings import rep, warning
from exchange.tables import G, columns, write
from jobs.fake_pipeline import SECOND, calibration, closed, mounting, scripted
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.model.events import (
    BarLoad,
    RepFinished,
    SessionFinished,
    SetFinished,
    SlipSuspected,
    StepDone,
)
from lumbarwatch.model.motion import SetSummary
from lumbarwatch.model.samples import ImuBatch, OrientationSource, Placement
from lumbarwatch.model.session import CalibrationReason, CalibrationSource, CalibrationStep, OwnRange
from lumbarwatch.model.verdicts import Level, WarningId


@pytest.fixture
def table(tmp_path):
    return write(tmp_path, columns())


def write_meta(folder, document):
    path = folder / "META.json"
    path.write_text(json.dumps(document))
    return path


def lying_first(folder):
    """The same table, its first five seconds face up (+X up)."""
    table = columns()
    early = table["t_device_s"] < 5.0
    table["ax"] = np.where(early, G, table["ax"])
    table["ay"] = np.where(early, 0.0, table["ay"])
    return write(folder, table, "lying.csv")


def test_every_sample_goes_through_once_and_in_order(table):
    make_pipeline, made = scripted([])
    result = analyze(table, make_pipeline=make_pipeline)
    for place in Placement:
        batches = [item for item in made[0].pushed if isinstance(item, ImuBatch) and item.placement is place]
        np.testing.assert_array_equal(np.concatenate([batch.seq for batch in batches]), np.arange(2000))
    assert result.duration_s == pytest.approx(19.99)
    assert len(result.poses) == 2000
    assert result.sensors[Placement.PELVIS].samples == 2000


def test_what_the_pipeline_says_is_gathered(table):
    drift = warning(WarningId.W6, Level.RED, 9.0, 6.0, 118.0)
    dose = warning(WarningId.W7, Level.AMBER, 1.5, 1.3, 119.0)
    script = [
        (107 * SECOND, closed(107)),
        (110 * SECOND, RepFinished(110 * SECOND, rep(1, 1, 107.0, rom_deg=30.0))),
        (111 * SECOND, RepFinished(111 * SECOND, rep(1, 1, 107.0, rom_deg=50.0))),
        (112 * SECOND, SlipSuspected(112 * SECOND, Placement.LUMBAR, 12.0)),
        (118 * SECOND, SetFinished(118 * SECOND, SetSummary(1, 0, 1, 1, 0, warnings=(drift,)))),
        (200 * SECOND, SessionFinished(119 * SECOND, (dose,))),
    ]
    result = analyze(table, make_pipeline=scripted(script)[0])
    assert [found.rom_deg for found in result.reps] == [
        50.0
    ]  # the later verdict on a rep replaces the earlier
    assert result.sets[0].warnings == (drift,)
    assert result.warnings == (dose,)
    assert [slip.slip_deg for slip in result.slips] == [12.0]
    assert result.calibration.source is CalibrationSource.META


def test_meta_reaches_the_pipeline_after_the_samples_up_to_its_time(table, tmp_path):
    meta = {
        "athlete": {"mass_kg": 75.0},
        "sets": [{"t_start_s": 116.0, "t_end_s": 119.0, "bar_kg": 60.0}],
        "calibration": {"stand": [101.0, 105.0], "hinge": [105.5, 115.5]},
        "sensors": {"pelvis": {"seq_modulo": 256}},
    }
    make_pipeline, made = scripted([(114 * SECOND, closed(114))])
    analyze(table, write_meta(tmp_path, meta), make_pipeline=make_pipeline)
    (only,) = made
    assert only.setup.calibration_source is CalibrationSource.META
    assert only.setup.athlete.mass_kg == 75.0
    assert only.setup.sensors[Placement.PELVIS].seq_modulo == 256
    assert [step.step for step in only.steps] == [CalibrationStep.STAND] * 2 + [CalibrationStep.HINGE] * 2
    assert BarLoad(116 * SECOND, 60.0) in only.pushed
    for index, item in enumerate(only.pushed):
        if not isinstance(item, ImuBatch):
            before = [batch for batch in only.pushed[:index] if isinstance(batch, ImuBatch)]
            after = [batch for batch in only.pushed[index:] if isinstance(batch, ImuBatch)]
            assert max(batch.t_arrival_ns[-1] for batch in before) <= item.t_ns
            assert all(batch.t_arrival_ns[0] > item.t_ns for batch in after)


def test_steps_outside_the_recording_are_pushed_and_noticed(table, tmp_path):
    make_pipeline, made = scripted([])
    meta = write_meta(tmp_path, {"calibration": {"stand": [1, 5], "hinge": [200, 300]}})
    result = analyze(table, meta, make_pipeline=make_pipeline)
    assert len(made[0].steps) == 4
    assert "outside the recording" in result.notices[0]


def test_a_calibration_after_lying_down_gives_a_second_pass(tmp_path):
    make_pipeline, made = scripted([(108 * SECOND, closed(108))])
    analyze(lying_first(tmp_path), make_pipeline=make_pipeline)
    first, second = made
    assert first.setup.preset is None
    assert second.setup.preset.valid
    assert len(second.pushed) == len(first.pushed)


def test_a_calibration_before_anything_happened_gives_one_pass(table):
    make_pipeline, made = scripted([(108 * SECOND, closed(108))])
    analyze(table, make_pipeline=make_pipeline)
    assert len(made) == 1


def test_a_range_known_after_a_rep_gives_a_second_pass_without_new_zeros(table, tmp_path):
    script = [
        (106 * SECOND, closed(106)),
        (110 * SECOND, RepFinished(110 * SECOND, rep(1, 1, 106.5))),
        (115 * SECOND, closed(115, own_range=OwnRange(30.0, 10.0, 1.0))),
    ]
    steps = {"stand": [101, 104], "hinge": [104, 105], "reference_thrusts": [116, 118]}
    make_pipeline, made = scripted(script)
    analyze(table, write_meta(tmp_path, {"calibration": steps}), make_pipeline=make_pipeline)
    assert len(made) == 2
    assert made[1].setup.preset.own_range == OwnRange(30.0, 10.0, 1.0)
    assert {item.step for item in made[1].steps} == {CalibrationStep.REFERENCE_THRUSTS}
    assert any(isinstance(item, StepDone) for item in made[1].steps)


def test_a_new_zero_in_mid_session_does_not_judge_what_was_before(table):
    turned = mounting(np.array([[0.0, 1.0, 0.0], [-1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]))
    script = [
        (106 * SECOND, closed(106)),
        (110 * SECOND, RepFinished(110 * SECOND, rep(1, 1, 106.5))),
        (115 * SECOND, closed(115, mountings=dict.fromkeys(Placement, turned))),
    ]
    make_pipeline, made = scripted(script)
    analyze(table, make_pipeline=make_pipeline)
    assert len(made) == 1


def test_no_calibration_is_no_error_and_its_reason_is_kept(table):
    refused = closed(110, valid=False, reasons=(CalibrationReason.AXIS_UNCLEAR,), mountings={})
    result = analyze(table, make_pipeline=scripted([(110 * SECOND, refused)])[0])
    assert not result.calibration.valid
    assert result.calibration.reasons == (CalibrationReason.AXIS_UNCLEAR,)


def test_the_sensors_own_quaternions_on_demand(tmp_path):
    make_pipeline, made = scripted([])
    path = write(tmp_path, columns(quaternions=True), "q.csv")
    analyze(path, orientation=OrientationSource.SENSOR, make_pipeline=make_pipeline)
    assert made[0].setup.orientation is OrientationSource.SENSOR
    with pytest.raises(InputError, match="no quaternions"):
        analyze(write(tmp_path, columns()), orientation=OrientationSource.SENSOR, make_pipeline=make_pipeline)


def test_progress_is_told_and_ends_at_one(table):
    told = []
    analyze(table, progress=lambda doing, share: told.append((doing, share)), make_pipeline=scripted([])[0])
    assert [doing for doing, _ in told[:1]] == ["reading"]
    assert told[-1] == ("analysing", 1.0)
    assert all(0.0 <= share <= 1.0 for _, share in told)


def test_a_damaged_mcap_is_bad_input(tmp_path):
    path, reason = make("noise as MCAP", tmp_path)
    with pytest.raises(InputError) as caught:
        analyze(path)
    assert caught.value.reason is reason
    assert "\n" not in str(caught.value)


def test_meta_does_not_go_with_an_mcap(tmp_path):
    path, _ = make("noise as MCAP", tmp_path)
    with pytest.raises(InputError) as caught:
        analyze(path, write_meta(tmp_path, {}))
    assert caught.value.reason is InputReason.BAD_META


def test_without_a_calibration_the_angles_to_look_at_come_from_a_second_pass(table):
    make_pipeline, made = scripted([])
    drawing = replace(calibration(), valid=False, reasons=(CalibrationReason.NOT_STILL,))

    def best_effort(setup):
        pipeline = make_pipeline(setup)
        pipeline.best_effort_calibration = lambda: drawing
        return pipeline

    result = analyze(table, make_pipeline=best_effort)
    assert [one.setup.preset for one in made] == [None, drawing]
    assert not result.calibration.valid
    assert result.calibration.reasons == (CalibrationReason.NOT_STILL,)
