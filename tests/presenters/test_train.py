"""The athlete's page: where a session stands, one sentence about a set, the guide's steps."""

import csv
import io
import json
from dataclasses import dataclass, field

import pytest

from lumbarwatch.core.life_calibration import LONGEST_NS, OPTIONAL, UNASKED
from lumbarwatch.core.life_calibration import STEPS as ASKED
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.model.verdicts import Level, NotGradedReason, WarningId
from lumbarwatch.presenters.train import (
    GUIDE,
    NEXT_TIME,
    Facts,
    Stage,
    counts,
    set_advice,
    stage_of,
    train_words,
)
from lumbarwatch.presenters.train_export import file_name, reps_csv, session_json
from lumbarwatch.presenters.verdict_words import verdict_words


@dataclass
class Found:
    id: WarningId
    level: Level = Level.RED


@dataclass
class Reason:
    reason: NotGradedReason


@dataclass
class OneRep:
    rep: int = 1
    set: int = 1
    partial: bool = False
    graded: bool = True
    warnings: list = field(default_factory=list)
    not_graded: list = field(default_factory=list)
    borderline: list = field(default_factory=list)


RUNNING = {"session": "running"}


@pytest.mark.parametrize(
    ("facts", "stage"),
    [
        ({}, Stage.START),
        ({"session": "none", "streaming": True}, Stage.START),
        (RUNNING, Stage.CONNECT),
        (RUNNING | {"streaming": True, "calibrating": True}, Stage.CALIBRATE),
        (RUNNING | {"calibrating": True, "sets_done": 1}, Stage.CALIBRATE),  # calibrated again between sets
        (RUNNING | {"streaming": True}, Stage.READY),
        (RUNNING | {"streaming": True, "lifting": True}, Stage.LIFT),
        (RUNNING | {"streaming": False, "lifting": True}, Stage.LIFT),  # a link cut does not end the set
        (RUNNING | {"sets_done": 1}, Stage.AFTER_SET),
        (RUNNING | {"sets_done": 1, "lifting": True}, Stage.LIFT),
        ({"session": "saving", "sets_done": 2}, Stage.SAVING),
        ({"session": "saved", "sets_done": 2}, Stage.SUMMARY),
        ({"session": "failed"}, Stage.SUMMARY),
    ],
)
def test_the_stage_follows_from_the_hub_alone(facts, stage):
    assert stage_of(Facts(**facts)) is stage


def reps(*warned, count=8):
    """``count`` reps, the first of which have these warnings."""
    rest = [OneRep(rep=i + 1) for i in range(len(warned), count)]
    return [OneRep(rep=i + 1, warnings=list(found)) for i, found in enumerate(warned)] + rest


def test_the_most_frequent_red_is_said_with_what_to_try():
    said = set_advice(reps([Found(WarningId.W4)], [Found(WarningId.W1)], [Found(WarningId.W1)]))
    assert said == (
        "Too little tuck at the top in 2 of 8 reps: finish each rep with the tail under and the ribs down, "
        "with less weight if you must."
    )


def test_between_equals_the_one_spoken_first_is_said():
    assert set_advice(reps([Found(WarningId.W4)], [Found(WarningId.W2)])).startswith(
        "Back near its end range"
    )


def test_one_red_outweighs_many_ambers():
    amber = [[Found(WarningId.W3, Level.AMBER)]] * 5
    assert set_advice(reps(*amber, [Found(WarningId.W4)])).startswith("Dropped in 1 of 8 reps:")
    assert "Short rep in 5 of 8 reps, slightly" in set_advice(reps(*amber))


def test_a_drift_is_said_when_no_rep_had_a_red():
    amber = [[Found(WarningId.W1, Level.AMBER)]]
    drift = [Found(WarningId.W6)]
    assert set_advice(reps(*amber), drift).startswith("Form drifted over the set: end the set a rep earlier")
    assert set_advice(reps([Found(WarningId.W2)]), drift).startswith("Back near its end range")


def test_unknown_is_never_good():
    unsure = [OneRep(graded=False, not_graded=[Reason(NotGradedReason.GAP)])] * 3
    assert set_advice(unsure) == (
        "Nothing was graded (samples missing): the reps are counted, their form is unknown."
    )
    assert set_advice([*unsure, OneRep()]) == (
        "No limit exceeded in 1 of 4 reps that could be graded (samples missing)."
    )
    assert "No rep was counted" in set_advice([])
    assert "good" not in set_advice(unsure)


def test_a_clean_set_and_a_borderline_one():
    assert set_advice(reps()) == "No limit exceeded in any rep: keep it like this."
    close = [OneRep(borderline=[WarningId.W1])] * 3
    assert "borderline" in set_advice([*close, OneRep()])


@pytest.mark.parametrize("id_", WarningId)
def test_every_warning_has_something_to_try_and_the_sentence_is_one(id_):
    said = set_advice(reps([Found(id_)], count=1))
    assert NEXT_TIME[id_] in said
    assert said.count(".") == 1
    assert said.endswith(".")


def test_counts_name_what_is_unknown():
    found = [
        OneRep(warnings=[Found(WarningId.W1), Found(WarningId.W3, Level.AMBER)]),
        OneRep(warnings=[Found(WarningId.W3, Level.AMBER)], partial=True),
        OneRep(graded=False),
        OneRep(),
    ]
    told = counts(found)
    assert (told.reps, told.partial, told.graded, told.red, told.amber) == (4, 1, 3, 1, 1)
    assert told.words == "4 reps, 1 partial, 1 with a red warning, 1 with an amber one, 1 not graded"
    assert counts([OneRep()]).words == "1 rep"


@pytest.mark.parametrize(
    ("rep", "words"),
    [
        (OneRep(), "✓ good"),
        (OneRep(warnings=[Found(WarningId.W4)]), "✕ Dropped"),
        (OneRep(partial=True, warnings=[Found(WarningId.W3, Level.AMBER)]), "½ partial, ! Short rep"),
        (OneRep(graded=False), "? not graded"),
        (
            OneRep(graded=False, not_graded=[Reason(NotGradedReason.LUMBAR_LOST)] * 3),
            "? not graded: lumbar sensor lost",
        ),
    ],
)
def test_a_verdict_in_words(rep, words):
    assert verdict_words(rep) == words


def test_the_guide_has_every_step_in_the_order_in_which_the_hub_asks():
    assert [one.step for one in GUIDE] == list(dict.fromkeys(ASKED))
    assert {one.step for one in GUIDE if one.optional} == OPTIONAL
    assert [one.step for one in GUIDE if one.lying] == [
        CalibrationStep.SUPINE,
        CalibrationStep.REFERENCE_THRUSTS,
    ]
    assert {one.step for one in GUIDE if one.unasked} == UNASKED


def test_a_guided_step_takes_its_time_and_never_too_long():
    seconds = {one.step: sum(move.seconds for move in one.moves) for one in GUIDE}
    assert seconds[CalibrationStep.STAND] >= 5.0
    assert sum("bow" in move.say for one in GUIDE for move in one.moves) == 3
    holds = [
        m.seconds for one in GUIDE for m in one.moves if one.step in (ASKED[2], ASKED[4]) and m.tone == "hold"
    ]
    assert holds == [2.0, 2.0]
    assert all(seconds[step] < LONGEST_NS[step] / 1e9 for step in seconds)
    whole = sum(seconds[step] for step in ASKED)
    assert 40 < whole < 70  # definitions 3: about 60 s


def test_the_pages_words_are_plain_json():
    told = json.loads(json.dumps(train_words(leads=True)))
    assert len(told["guide"]) == len(GUIDE)
    assert told["guide_leads"] is True


ROW = {
    "set": 1,
    "rep": 2,
    "rom_m": 0.31,
    "tilt_lockout_deg": None,
    "warnings": [{"id": "W1", "level": "red", "value": -6.0}],
    "not_graded": [{"id": "W5", "reason": "baseline_reps"}],
    "borderline": ["W4"],
}


def test_the_table_that_is_taken_home():
    (row,) = csv.DictReader(io.StringIO(reps_csv([ROW])))
    assert row == {
        "set": "1",
        "rep": "2",
        "rom_m": "0.31",
        "tilt_lockout_deg": "",
        "warnings": "W1:red",
        "not_graded": "W5:baseline_reps",
        "borderline": "W4",
    }
    assert reps_csv([]).splitlines() == ["warnings,not_graded,borderline"]


def test_the_document_that_is_taken_home_names_nobody():
    told = json.loads(session_json("id-1", "9", [ROW], [], simulated=True))
    assert told["reps"][0]["tilt_lockout_deg"] is None
    assert told["simulated"] is True
    assert set(told) == {"schema", "session", "pipeline_version", "simulated", "sets", "reps"}
    assert file_name(None, "csv") == "lumbarwatch-session.csv"
    assert file_name(1_700_000_000.0, "json").startswith("lumbarwatch-2023-11-1")
