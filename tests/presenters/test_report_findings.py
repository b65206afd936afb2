"""Limits exceeded, kind by kind: the worst value stands beside the limit that it exceeded."""

import pytest

from hub.scripted import rep
from lumbarwatch.model.session import Calibration, Limit, Limits, Session
from lumbarwatch.model.verdicts import Level, WarningId, WarningVerdict
from lumbarwatch.presenters.report_data import SessionFacts
from lumbarwatch.presenters.report_findings import finding_lines

TIME_AMBER = WarningVerdict(WarningId.W4, Level.AMBER, 0.95, 1.0, 0.05, 1)
TIME_RED = WarningVerdict(WarningId.W4, Level.RED, 0.45, 0.6, 0.05, 1)
IMPACTS = [WarningVerdict(WarningId.W4, Level.RED, g, 1.8, 0.0, 1) for g in (1.9, 2.4, 2.1)]


def facts(warnings, limits=None):
    reps = tuple(rep(n, 10**10 * n, warnings=(one,)) for n, one in enumerate(warnings, start=1))
    return SessionFacts(
        Session("s", "a", 1), "hip_thrust", 60.0, "1", "1", Calibration.none(), limits or Limits(), (), reps
    )


@pytest.mark.parametrize(
    ("warnings", "expected"),
    [
        ([TIME_AMBER], "amber in 1 of 1 rep; worst 0.95 s ± 0.05 s, limit 1.00 s."),
        ([TIME_AMBER, *IMPACTS], "red in 3, amber in 1 of 4 reps; worst 2.4 g, limit 1.8 g."),
        (
            [TIME_AMBER, TIME_RED, *IMPACTS],
            "red in 4, amber in 1 of 5 reps; worst 0.45 s ± 0.05 s, limit 0.60 s.",
        ),
    ],
)
def test_the_worst_of_a_red_kind_is_one_of_the_red(warnings, expected):
    (line,) = finding_lines(facts(warnings))
    assert line.text == expected


def test_only_the_default_of_minus_four_is_told_from_the_reference():
    low = [WarningVerdict(WarningId.W1, Level.AMBER, -5.0, -4.0, 2.4, 1)]
    assert "from own reference, limit −4.0°" in finding_lines(facts(low))[0].text
    own = Limits(overrides={WarningId.W1: Limit(-4.0, -8.0)})
    assert "± 2.4°, limit −4.0°" in finding_lines(facts(low, own))[0].text
