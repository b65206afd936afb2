import json

import pytest

from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.meta import read_meta
from lumbarwatch.model.events import BarLoad, SetButton, StepBegun, StepDone
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationSource, CalibrationStep, Limit
from lumbarwatch.model.verdicts import WarningId

SECOND = 1_000_000_000


def meta(tmp_path, document):
    path = tmp_path / "META.json"
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return read_meta(path)


def test_everything_is_optional(tmp_path):
    empty = meta(tmp_path, {})
    assert empty.events == ()
    assert empty.notices == ()
    assert empty.calibration_source is CalibrationSource.AUTOMATIC
    nulls = dict.fromkeys(["athlete", "sets", "sensors", "calibration", "limits"])
    assert meta(tmp_path, nulls) == empty


def test_all_of_it(tmp_path):
    found = meta(
        tmp_path,
        {
            "athlete": {"mass_kg": 75, "height_m": 1.8, "bench_height_m": 0.4, "contact_to_l1_m": 0.1},
            "sets": [{"t_start_s": 60.5, "t_end_s": 90.0, "bar_kg": 100.0}],
            "sensors": {"pelvis": {"nominal_rate_hz": 104, "seq_modulo": 65536}, "lumbar": {}},
            "calibration": {"stand": [1.5, 7], "hinge": [7, 20], "arch": [[21, 23], [24, 26]],
                            "tuck": [27, 29], "reference_thrusts": [30, 40], "supine": [42, 47]},
            "limits": {"W1": {"amber": 5.0, "red": 4.0}, "W4b": {"red": None}},
        },
    )  # fmt: skip
    assert (found.athlete.mass_kg, found.athlete.stature_m) == (75.0, 1.8)
    assert (found.athlete.bench_height_m, found.athlete.contact_to_l1_m) == (0.4, 0.1)
    assert found.athlete.limits.get(WarningId.W1) == Limit(5.0, 4.0)
    assert found.athlete.limits.get(WarningId.W4B) == Limit(None, None)
    assert found.sensors[Placement.PELVIS].seq_modulo == 65536
    assert found.sensors[Placement.PELVIS].nominal_rate_hz == 104.0
    assert found.calibration_source is CalibrationSource.META
    done = [event for event in found.events if isinstance(event, StepDone)]
    assert [(event.step, event.start_ns, event.end_ns) for event in done] == [
        (CalibrationStep.STAND, 1_500_000_000, 7 * SECOND),
        (CalibrationStep.HINGE, 7 * SECOND, 20 * SECOND),
        (CalibrationStep.ARCH, 21 * SECOND, 23 * SECOND),
        (CalibrationStep.ARCH, 24 * SECOND, 26 * SECOND),
        (CalibrationStep.TUCK, 27 * SECOND, 29 * SECOND),
        (CalibrationStep.REFERENCE_THRUSTS, 30 * SECOND, 40 * SECOND),
        (CalibrationStep.SUPINE, 42 * SECOND, 47 * SECOND),
    ]
    assert all(event.t_ns == event.end_ns and event.source is CalibrationSource.META for event in done)
    begun = [event for event in found.events if isinstance(event, StepBegun)]
    assert [event.t_ns for event in begun] == [event.start_ns for event in done]
    assert [event for event in found.events if isinstance(event, BarLoad)] == [BarLoad(60_500_000_000, 100.0)]
    times = [event.t_ns for event in found.events]
    assert times == sorted(times)


def test_a_step_ends_before_the_next_begins(tmp_path):
    events = meta(tmp_path, {"calibration": {"stand": [0, 5], "hinge": [5, 20]}}).events
    assert [type(event) for event in events] == [StepBegun, StepDone, StepBegun, StepDone]


def test_sets_that_follow_at_once_are_parted(tmp_path):
    sets = [
        {"t_start_s": 0, "t_end_s": 30},
        {"t_start_s": 34, "t_end_s": 60},
        {"t_start_s": 100, "t_end_s": 130},
    ]
    assert meta(tmp_path, {"sets": sets}).events == (SetButton(32 * SECOND, start=False),)


def test_unknown_keys_are_named_in_a_notice(tmp_path):
    found = meta(
        tmp_path, {"mood": 1, "athlete": {"shoe": 43}, "limits": {"W99": {}}, "sensors": {"foot": {}}}
    )
    assert found.notices == (
        "META: unknown keys were ignored: mood, athlete.shoe, limits.W99, sensors.foot.",
    )


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("nonsense", "is no JSON"),
        ("[]", "should be an object"),
        ('{"athlete": {"mass_kg": "heavy"}}', "athlete.mass_kg"),
        ('{"athlete": {"mass_kg": 3}}', "mass_kg: 3.0 is outside"),
        ('{"athlete": {"height_m": 180}}', "stature_m: 180.0 is outside"),
        ('{"sets": [{"t_end_s": 4}]}', "sets.0.t_start_s: field required"),
        ('{"sets": [{"t_start_s": 5, "t_end_s": 4}]}', "before"),
        ('{"sets": [{"t_start_s": NaN}]}', "finite"),
        ('{"calibration": {"stand": [5, 1]}}', "stand: ends before it starts"),
        ('{"calibration": {"stand": [5]}}', "calibration.stand.1: field required"),
        ('{"limits": {"W1": {"amber": "high"}}}', "limits.W1.amber"),
        ('{"sensors": {"pelvis": {"seq_modulo": 1}}}', "seq_modulo: 1 is no modulus"),
        ('{"sensors": {"pelvis": {"nominal_rate_hz": 0}}}', "nominal_rate_hz"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(document, says, tmp_path):
    with pytest.raises(InputError) as caught:
        meta(tmp_path, document)
    assert caught.value.reason is InputReason.BAD_META
    assert says in str(caught.value)
    assert "META.json" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_or_no_file(tmp_path):
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(InputError) as caught:
            read_meta(path)
        assert caught.value.reason is InputReason.BAD_META
