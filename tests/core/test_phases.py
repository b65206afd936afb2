"""Reps are counted by their turning points, and no less when the stream is cut."""

import numpy as np
import pytest

from core.made import in_pieces, moved
from lumbarwatch.core.phases import Armed, Closed, Mark, PhaseTracker, Rose, SetOver, ToppedOut

REST = [(2.0, 45.0)]
REP = [(1.2, 95.0), (0.8, 95.0), (1.5, 45.0), (0.7, 45.0)]


def marks_of(phi: np.ndarray, sizes: tuple[int, ...] = (7,)) -> list[Mark]:
    tracker = PhaseTracker()
    found: list[Mark] = []
    for first, piece in in_pieces(phi, sizes):
        found += list(tracker.step(first, piece))
    return found + list(tracker.finish(len(phi)))


def closed(phi: np.ndarray) -> list[Closed]:
    return [mark for mark in marks_of(phi) if isinstance(mark, Closed)]


def test_armed_after_half_a_second_of_stillness_at_the_bottom():
    armed = [mark for mark in marks_of(moved((2.0, 45.0))) if isinstance(mark, Armed)]
    assert len(armed) == 1
    assert 45 <= armed[0].index <= 62


def test_a_rep_rises_tops_out_and_closes_in_order():
    phi = moved(*REST, *REP)
    kinds = [type(mark) for mark in marks_of(phi)]
    assert kinds == [Armed, Rose, ToppedOut, Closed, SetOver]
    (rep,) = closed(phi)
    assert 200 + 120 - 10 <= rep.top <= 200 + 120 + 85  # somewhere in the hold
    assert rep.lowered
    assert rep.bottom_from < 260
    assert rep.bottom_until >= 200 + 350 - 30


def test_the_provisional_lockout_comes_within_a_fifth_of_a_second_of_the_top():
    (topped,) = [m for m in marks_of(moved(*REST, *REP)) if isinstance(m, ToppedOut)]
    assert topped.index <= 200 + 120 + 20


def test_the_rep_is_closed_within_three_tenths_of_a_second_of_the_bottom():
    (rep,) = closed(moved(*REST, *REP))
    assert rep.index <= 200 + 350 + 30


@pytest.mark.parametrize("sizes", [(1,), (2, 31, 5), (400,), (10_000,)])
def test_cutting_the_stream_changes_nothing(sizes):
    rng = np.random.default_rng(3)
    phi = moved(*REST, *REP, *REP, (1.0, 80.0), (1.0, 45.0), (12.0, 45.0), *REP)
    phi += rng.normal(0.0, 0.05, len(phi))
    assert marks_of(phi, sizes) == marks_of(phi, (13,))


def test_a_pulse_at_the_top_is_no_rep():
    pulse = [(0.3, 77.0), (0.3, 95.0)]
    assert len(closed(moved(*REST, (1.2, 95.0), *pulse * 6, (1.5, 45.0), (0.7, 45.0)))) == 1


def test_a_rise_below_a_third_of_the_range_is_no_rep():
    assert closed(moved(*REST, (0.8, 58.0), (0.8, 45.0), (2.0, 45.0))) == []


def test_touch_and_go_counts_every_rep():
    bounce = [(0.7, 95.0), (0.7, 45.0)]
    assert len(closed(moved(*REST, *bounce * 7, (1.0, 45.0)))) == 7


def test_a_lift_of_eight_seconds_does_not_move_its_own_bottom():
    (rep,) = closed(moved(*REST, (8.0, 98.0), (1.0, 98.0), (8.0, 42.0), (1.0, 42.0)))
    assert rep.bottom_from < 200


def test_ten_seconds_at_the_bottom_end_a_set_a_hold_does_not():
    over = [m for m in marks_of(moved(*REST, *REP, (12.0, 45.0))) if isinstance(m, SetOver)]
    assert len(over) == 1
    assert over[0].index == pytest.approx(550 + 1000, abs=40)
    held = marks_of(moved(*REST, (1.2, 95.0), (30.0, 95.0), (1.5, 45.0), (1.0, 45.0)))
    assert [type(m) for m in held].count(SetOver) == 1
    assert [type(m) for m in held].count(Closed) == 1


def test_ending_at_the_top_is_a_rep_that_was_not_lowered():
    (rep,) = closed(moved(*REST, (1.2, 95.0), (1.0, 95.0)))
    assert not rep.lowered


def test_getting_up_from_the_bottom_ends_the_set():
    kinds = [type(m) for m in marks_of(moved(*REST, *REP, (1.0, 0.0), (1.0, 0.0)))]
    assert kinds[-1] is SetOver
    assert kinds.count(Closed) == 1


def test_a_descent_from_a_lockout_at_the_start_is_no_rep_but_arms():
    phi = moved((1.0, 95.0), (1.5, 45.0), (0.4, 45.0), *REP)
    assert len(closed(phi)) == 1


def test_a_gap_invents_nothing():
    phi = moved(*REST, *REP, *REP)
    phi[300:340] = np.nan
    assert len(closed(phi)) == 2
