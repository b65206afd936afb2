"""There is a word for everything, and no word that promises or frightens."""

import json

import pytest

from lumbarwatch.hub.messages import NoticeKind, SessionState
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.motion import PHASES, Phase
from lumbarwatch.model.session import CalibrationReason, CalibrationStep
from lumbarwatch.model.verdicts import NotGradedReason, WarningId
from lumbarwatch.presenters import words


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (WarningId, words.WARNINGS),
        (Phase, words.PHASES),
        (CalibrationStep, words.STEPS),
        (CalibrationReason, words.CALIBRATION),
        (NotGradedReason, words.NOT_GRADED),
        (LinkState, words.LINKS),
        (NoticeKind, words.NOTICES),
        (SessionState, words.SESSION_STATES),
    ],
)
def test_everything_has_its_words(kind, table):
    assert {str(member) for member in kind} == {str(key) for key in table}


def test_the_live_views_words_are_plain_json():
    told = json.loads(json.dumps(words.live_words()))
    assert told["phase_order"] == [phase.value for phase in PHASES]
    assert told["warnings"]["W4"]["cue"] == "You dropped it. Two seconds down."
    assert "{" not in told["warnings"]["W5"]["cue"]


@pytest.mark.parametrize(
    "bad", ["injury risk", "diagnos", "treats", "prevent", "safe ", "dangerous", "bad posture"]
)
def test_no_word_promises_or_frightens(bad):
    assert bad not in json.dumps(words.live_words()).lower()
    assert bad not in words.PERMANENT_LINE.lower()
