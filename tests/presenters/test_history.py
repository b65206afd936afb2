"""Rows of the history's tables."""

from datetime import date

import pytest

from hub.scripted import red, rep
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict
from lumbarwatch.presenters.history import (
    corrected_rows,
    csv_of,
    day_span_utc_ns,
    duration_words,
    felt_words,
    rep_row,
    worst_rep,
)
from lumbarwatch.presenters.verdict_words import verdict_words


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


def test_a_correction_stands_beside_what_was_computed():
    corrections = {(1, 2): {"counted": (False, "rolled the bar"), "tilt_lockout_deg": (4.5, "")}}
    rows = corrected_rows([rep(1, 0), rep(2, 0)], corrections)
    assert rows[0]["By hand"] == ""
    assert rows[1]["Tilt at the top (°)"] == 7.0
    assert rows[1]["By hand"] == (
        "not a rep (computed: a rep, rolled the bar); tilt at the top +4.5° (computed +7.0°)"
    )


def test_the_worst_rep_has_the_most_red_then_the_weightiest():
    dropped = WarningVerdict(WarningId.W4, Level.RED, 0.3, 0.6, 0.05, 1)
    reps = [
        rep(1, 0),
        rep(2, 0, warnings=(dropped,)),
        rep(3, 0, warnings=(red(),)),
        rep(4, 0, warnings=(WarningVerdict(WarningId.W2, Level.AMBER, 9.0, 7.5, 2.0, 1),)),
    ]
    assert worst_rep(reps).rep_number == 3
    assert worst_rep([*reps, rep(5, 0, warnings=(red(), dropped))]).rep_number == 5
    assert worst_rep(reps[:1]).rep_number == 1
    assert worst_rep([]) is None


def test_not_asked_is_not_none():
    assert felt_words(None, None) == "not asked"
    assert felt_words(SymptomKind.NONE, None) == "none"
    assert felt_words(SymptomKind.PAIN, 4) == "pain 4 of 10"


def test_days_are_whole_and_the_last_one_counts():
    begin, end = day_span_utc_ns(date(2026, 3, 2), date(2026, 3, 2))
    assert end - begin == 86_400 * 10**9
    assert day_span_utc_ns(None, None) == (None, None)


def test_a_spreadsheet_gets_headings_and_empty_cells():
    text = csv_of([rep_row(rep(1, 0, tilt_lockout_deg=None))])
    heading, row = text.splitlines()
    assert heading.startswith("Set,Rep,Verdict,")
    assert row.startswith("1,1,✓ good,35.0,50.0,,")
    assert csv_of([]) == "\n"
