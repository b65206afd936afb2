"""One sentence after a restart: when, what is kept, and whether anything is graded."""

from datetime import datetime

import pytest

from lumbarwatch.presenters.resumed import resumed_words

AT_S = datetime(2026, 11, 23, 4, 12).astimezone().timestamp()  # local time is meant


@pytest.mark.parametrize(
    ("kept", "stale", "end"),
    [
        (True, False, "goes on with the calibration of before, graded as before."),
        (True, True, "goes on with the calibration of before, which has to be renewed first."),
        (False, False, "begins with the calibration."),
    ],
)
def test_it_says_when_what_is_kept_and_what_follows(kept, stale, end):
    said = resumed_words(AT_S, calibration_kept=kept, stale=stale)
    assert said.startswith("Measuring was restarted at 04:12: what was recorded before is kept")
    assert said.endswith(end)
    assert said.count(". ") == 0  # one sentence
