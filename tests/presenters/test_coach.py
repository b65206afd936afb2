"""The wall's words: complete, plain JSON, and messages that the hub takes."""

import json

from lumbarwatch.hub.messages import MessageRequest, NoticeKind
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.presenters.coach import SHORT_MESSAGES, wall_words, who


def test_the_wall_has_a_word_for_everything_it_can_be_told():
    words = json.loads(json.dumps(wall_words()))
    assert set(words["warnings"]) == {id_.value for id_ in WarningId}
    assert sorted(words["priority"]) == sorted(id_.value for id_ in WarningId)
    assert words["priority"][0] == "W2"
    assert set(words["links"]) == {state.value for state in LinkState} - {LinkState.STREAMING.value}
    assert set(words["sensors"]) == {place.value for place in Placement}
    assert set(words["doubts"]) <= {kind.value for kind in NoticeKind}


def test_short_messages_are_short_enough():
    for text in SHORT_MESSAGES:
        assert MessageRequest(text=text).text == text


def test_an_athlete_without_a_name_is_called_by_the_station():
    assert who("Anna", "Rack 1", "1") == "Anna"
    assert who("", "Rack 1", "1") == "Rack 1"
    assert who("", "", "1") == "Station 1"
