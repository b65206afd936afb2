"""JSON of model values: exact both ways."""

import dataclasses
import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumbarwatch.core.setup import PipelineSetup
from lumbarwatch.model.events import (
    Annotation,
    BarLoad,
    ControlEvent,
    LinkEvent,
    LinkReason,
    LinkState,
    SessionEnd,
    SetButton,
    StepBegun,
    StepDone,
    Symptom,
    SymptomKind,
)
from lumbarwatch.model.motion import Rep, SetSummary
from lumbarwatch.model.samples import Placement, SensorInfo
from lumbarwatch.model.session import (
    Athlete,
    Calibration,
    CalibrationSource,
    CalibrationStep,
    Limit,
    Limits,
    SupineZero,
)
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.store.codec import (
    KINDS,
    CodecError,
    control_from_json,
    dumps,
    from_json,
    from_tagged,
    link_from_json,
    loads,
    to_json,
    to_tagged,
)
from store.samples_of_life import T0, a_calibration, a_session

EVENTS: list[ControlEvent | LinkEvent] = [
    StepBegun(T0, CalibrationStep.STAND),
    StepDone(T0, CalibrationStep.TUCK, T0 - 3, T0 - 1, CalibrationSource.META),
    SetButton(T0, start=False, single_leg=None),
    SetButton(T0, start=True, single_leg=True),
    BarLoad(T0, 102.5, None),
    Symptom(T0, SymptomKind.NONE),
    Symptom(T0, SymptomKind.PAIN, 10),
    Annotation(T0, 'quotes " and \\ and \u2028 and \U0001f44d'),
    SessionEnd(2**63 - 1),
    LinkEvent(T0, Placement.LUMBAR, LinkState.LOST, LinkReason.CUT, "gone"),
    LinkEvent(T0, Placement.PELVIS, LinkState.STREAMING),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events_come_back(event: ControlEvent | LinkEvent) -> None:
    text = dumps(to_tagged(event))
    assert from_tagged(loads(text)) == event


def test_every_control_event_has_a_name() -> None:
    assert set(ControlEvent.__args__) | {LinkEvent} <= set(KINDS.values())


def test_names_in_files_never_change() -> None:
    written = dumps(to_tagged(Symptom(5, SymptomKind.PAIN, 3)))
    assert written == '{"tag":"symptom","t_ns":5,"kind":"pain","pain":3,"signs":null,"seized":false}'
    first_version = loads('{"tag":"symptom","t_ns":5,"kind":"pain","pain":3}')
    assert control_from_json(first_version) == Symptom(5, SymptomKind.PAIN, 3)
    assert list(KINDS) == [
        "step_begun", "step_done", "step_left", "set_button", "bar_load", "bench", "symptom", "annotation",
        "session_end", "link", "rep", "set_summary", "calibration", "limits", "warning", "not_graded",
    ]  # fmt: skip


def test_reps_and_sets_come_back() -> None:
    _, sets, reps = a_session(3)
    for rep in reps:
        assert from_json(Rep, loads(dumps(rep))) == rep
    for one in sets:
        assert from_json(SetSummary, loads(dumps(one))) == one


def test_a_calibration_comes_back_bit_for_bit() -> None:
    calibration = a_calibration(random.Random(4))
    back = from_json(Calibration, loads(dumps(calibration)))
    assert dumps(back) == dumps(calibration)
    mine, theirs = calibration.mountings[Placement.LUMBAR], back.mountings[Placement.LUMBAR]
    assert mine.segment_from_sensor.tobytes() == theirs.segment_from_sensor.tobytes()
    assert (back.own_range, back.reference) == (calibration.own_range, calibration.reference)


def test_a_zero_taken_lying_comes_back_and_older_files_have_none() -> None:
    zero = SupineZero({Placement.PELVIS: -6.25, Placement.LUMBAR: 0.5}, 0.3)
    calibration = dataclasses.replace(a_calibration(random.Random(4)), supine=zero)
    told = loads(dumps(calibration))
    assert from_json(Calibration, told).supine == zero
    del told["supine"], told["own_range"]["standing_deg"]
    older = from_json(Calibration, told)
    assert (older.supine, older.own_range.standing_deg) == (None, 0.0)


def test_the_setup_of_a_pipeline_comes_back() -> None:
    limits = Limits({WarningId.W1B: Limit(3.0, None)}, tuck_training=True)
    setup = PipelineSetup(
        sensors={Placement.PELVIS: SensorInfo(60.0, 65536, None), Placement.LUMBAR: SensorInfo()},
        athlete=Athlete("a", "", 70.0, 1.7, limits),
    )
    assert from_json(PipelineSetup, to_json(setup)) == setup


@given(st.integers(-(2**63), 2**63 - 1), st.floats(0, 1000))
def test_numbers_are_exact(t_ns: int, bar_kg: float) -> None:
    event = BarLoad(t_ns, bar_kg)
    assert control_from_json(loads(dumps(to_tagged(event)))) == event


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_what_is_no_number_is_refused(value: float) -> None:
    with pytest.raises(CodecError):
        dumps(BarLoad(0, value))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"tag":"symptom","t_ns":1.5,"kind":"pain"}', "t_ns: 1.5 is no int"),
        ('{"tag":"symptom","t_ns":true,"kind":"pain"}', "t_ns: True is no int"),
        ('{"tag":"symptom","t_ns":1,"kind":"joy"}', "kind: 'joy' is not known"),
        ('{"tag":"symptom","kind":"pain"}', "t_ns"),
        ('{"tag":"unheard_of"}', "unheard_of"),
        ('{"tag":"link","t_ns":1,"placement":"pelvis","state":"lost"}', "no control event"),
        ("[1]", "object"),
        ("{", "no JSON"),
    ],
)
def test_wrong_json_names_the_field(text: str, message: str) -> None:
    with pytest.raises(CodecError, match=message):
        control_from_json(loads(text))


def test_a_control_event_is_no_link_event() -> None:
    with pytest.raises(CodecError, match="no link event"):
        link_from_json(to_tagged(SessionEnd(1)))


def test_unknown_fields_are_ignored_and_missing_ones_take_their_default() -> None:
    assert control_from_json({"tag": "bar_load", "t_ns": 1, "colour": "red"}) == BarLoad(1)
