"""Limits and units in words: the rules' own numbers, and what is typed comes back as it was."""

import pytest

from lumbarwatch.core.limits import Context
from lumbarwatch.core.rules import judge_drift
from lumbarwatch.model.preferences import LengthUnit, MassUnit
from lumbarwatch.model.session import Calibration, Limit, Limits
from lumbarwatch.model.verdicts import Level, WarningId
from lumbarwatch.presenters.settings_limits import (
    LIMITS,
    absolute_default,
    limit_rows,
    limit_words,
    problem,
)
from lumbarwatch.presenters.settings_units import length, mass


def test_every_warning_has_words_a_default_and_a_source():
    assert set(LIMITS) == set(WarningId)
    for id_, words in LIMITS.items():
        assert words.default, id_
        assert words.source, id_


@pytest.mark.parametrize(
    ("id_", "limit"),
    [
        (WarningId.W1, Limit(0.0, 0.0)),
        (WarningId.W1B, Limit(2.5, 5.0)),
        (WarningId.W2, Limit(7.5, 10.0)),
        (WarningId.W2B, None),
        (WarningId.W3, Limit(0.80, 0.70)),
        (WarningId.W4, Limit(1.0, 0.60)),
        (WarningId.W5, Limit(4.0, 7.0)),
        (WarningId.W7, Limit(1.3, 1.6)),
    ],
)
def test_defaults_without_an_own_range_are_those_of_the_definitions(id_, limit):
    assert absolute_default(id_) == limit


def test_the_drift_that_is_shown_is_the_one_that_is_judged():
    shown = absolute_default(WarningId.W6)
    context = Context(Calibration.none(), Limits())

    def level(drift_deg, n=40):
        found = judge_drift([drift_deg * i / (n - 1) for i in range(n)], context, 0).warnings
        return found[0].level if found else None

    assert level(shown.amber - 0.1) is None
    assert level(shown.amber + 0.1) is Level.AMBER
    assert level(shown.red + 6.0) is Level.RED


def test_an_own_limit_is_told_from_the_default():
    rows = {
        row.id: row for row in limit_rows({WarningId.W2: Limit(12.0, None), WarningId.W1: Limit(-3.0, -6.5)})
    }
    assert rows[WarningId.W2].state == "Own: amber 12°, red none"
    assert rows[WarningId.W1].state == "Own: amber −3°, red −6.5°"
    assert rows[WarningId.W4].state == "Default"
    assert limit_words(Limit(1.5, 0.8), "s") == "amber 1.5 s, red 0.8 s"
    assert [row.state for row in limit_rows(None)] == ["Default"] * len(LIMITS)


@pytest.mark.parametrize(
    ("id_", "amber", "red", "words"),
    [
        (WarningId.W2, 8.0, 12.0, ""),
        (WarningId.W2, 8.0, 8.0, ""),
        (WarningId.W2, 12.0, 8.0, "below"),
        (WarningId.W4, 1.0, 0.6, ""),
        (WarningId.W4, 0.6, 1.0, "above"),
        (WarningId.W4, None, 0.6, ""),
        (WarningId.W4, None, None, "at least one"),
    ],
)
def test_red_lies_at_amber_or_beyond(id_, amber, red, words):
    found = problem(id_, amber, red)
    assert words in found if words else found == ""


def test_masses_and_lengths_in_both_units():
    assert mass(MassUnit.KG).words(82.5) == "82.5 kg"
    assert mass(MassUnit.LB).words(100.0) == "220.5 lb"
    assert length(LengthUnit.CM).words(1.75) == "175 cm"
    assert length(LengthUnit.IN).words(1.75) == "68.9 in"
    assert mass(MassUnit.LB).words(None) == "–"
    assert mass(MassUnit.LB).kept(225.0) == pytest.approx(102.058, abs=1e-3)
    assert length(LengthUnit.IN).kept(70.0) == pytest.approx(1.778)


def test_what_was_not_changed_stays_exactly_as_it_was():
    pounds = mass(MassUnit.LB)
    assert pounds.kept(pounds.shown(82.3), 82.3) == 82.3
    assert pounds.kept(200.0, 82.3) == pytest.approx(90.718, abs=1e-3)
    assert pounds.kept(None, 82.3) is None
