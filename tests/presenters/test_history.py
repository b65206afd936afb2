"""Rows of the history's tables."""

import pytest

from hub.scripted import red, rep
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict
from lumbarwatch.presenters.history import duration_words, rep_row, verdict_words


def test_a_row_has_the_reps_numbers_with_units_in_the_headings():
    row = rep_row(rep(3, 0, tilt_lockout_deg=7.26, lambda_peak_deg=None))
    assert row["Rep"] == 3
    assert row["Tilt at the top (°)"] == 7.3
    assert row["Lumbar peak (°)"] is None
    assert row["Range (cm)"] == 35.0
    assert row["Down (s)"] == 1.5


def test_not_graded_is_never_good():
    reasons = (NotGraded(WarningId.W1, NotGradedReason.GAP), NotGraded(WarningId.W2, NotGradedReason.GAP))
    assert verdict_words(rep(1, 0, graded=False, not_graded=reasons)) == "? not graded: samples missing"
    assert verdict_words(rep(1, 0, graded=False)) == "? not graded"
    assert verdict_words(rep(1, 0)) == "✓ good"


def test_warnings_and_partial_reps_are_named():
    amber = WarningVerdict(WarningId.W4, Level.AMBER, 0.9, 1.0, 0.05, 1)
    assert verdict_words(rep(1, 0, warnings=(red(), amber))) == "✕ Too little tuck at the top, ! Dropped"
    assert verdict_words(rep(1, 0, partial=True)) == "½ partial"


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (59.6, "1:00"), (187, "3:07"), (3600, "60:00")])
def test_durations_read_as_minutes(seconds, words):
    assert duration_words(seconds) == words
