"""Slips are found, movements are not, and standing gives a new zero."""

import numpy as np
import pytest

from core.made import history_of, moved
from lumbarwatch.core.slip import SlipWatch
from lumbarwatch.model.events import Rezeroed, SlipSuspected
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Mounting

STEP_NS = 10_000_000
MOUNTINGS = {
    place: Mounting(
        segment_from_sensor=np.eye(3), gyr_bias_radps=np.zeros(3), axis_explained=1.0, axis_elevation_deg=0.0,
        bow_range_deg=40.0, still_sd_deg=0.2,
    )
    for place in Placement
}  # fmt: skip
REPS = [(2.0, 45.0), *[(1.0, 95.0), (0.8, 95.0), (1.5, 45.0), (1.2, 45.0)] * 4]


def watched(pelvis, lumbar, pieces=(100_000,)):
    """All that is found, looking in pieces as the pipeline does."""
    watch, found, start, k = SlipWatch(history_of(pelvis, lumbar), STEP_NS), [], 0, 0
    while start < len(pelvis):
        stop = min(len(pelvis), start + pieces[k % len(pieces)])
        while start < stop:
            slipped = watch.first(start, stop, 0, MOUNTINGS)
            if slipped is None:
                break
            found.append(slipped)
            start = slipped.index + 1
        start, k = stop, k + 1
    return found


def stepped(values, at, size, points=18):
    ramp = np.clip((np.arange(len(values)) - at) / points, 0.0, 1.0)
    return values + size * ramp


@pytest.mark.parametrize("size", [8.5, -14.0])
def test_a_slip_at_the_bottom_is_found_within_two_seconds(size):
    pelvis = moved(*REPS)
    at = 200 + 330 + 20
    (found,) = watched(pelvis, stepped(pelvis - 5.0, at, size))
    assert isinstance(found.event, SlipSuspected)
    assert found.event.placement is Placement.LUMBAR
    assert found.event.slip_deg == pytest.approx(abs(size), abs=1.5)
    assert found.event.t_ns / 1e9 == pytest.approx(at / 100, abs=0.3)
    assert found.index <= at + 200


def test_a_slip_of_the_pelvis_sensor_is_its_own():
    lumbar = moved(*REPS)
    (found,) = watched(stepped(lumbar + 4.0, 200 + 330 + 20, 10.0), lumbar)
    assert isinstance(found.event, SlipSuspected)
    assert found.event.placement is Placement.PELVIS


def test_a_rep_in_half_a_second_with_much_tuck_is_none():
    pelvis = moved((2.0, 40.0), *[(0.5, 103.0), (2.0, 103.0), (0.8, 40.0), (0.5, 40.0)] * 5)
    lumbar = moved((2.0, 38.5), *[(0.5, 92.0), (2.0, 92.0), (0.8, 38.5), (0.5, 38.5)] * 5)
    assert watched(pelvis, lumbar) == []


def test_reaching_for_the_end_of_the_own_range_is_none():
    pelvis = moved((2.0, 45.0), (2.0, 45.0), (3.0, 45.0))
    lumbar = moved((2.0, 40.0), (0.7, 65.0), (1.3, 65.0), (3.0, 65.0))
    assert watched(pelvis, lumbar) == []


def test_a_quick_tuck_that_comes_back_is_withdrawn():
    pelvis = moved((3.0, 45.0), (0.2, 56.0), (2.0, 56.0), (0.5, 45.0), (2.0, 45.0))
    found = watched(pelvis, np.full(len(pelvis), 41.0))
    assert [type(entry.event) for entry in found] == [SlipSuspected, Rezeroed]
    assert found[1].mountings is None


def test_standing_after_a_slip_is_the_new_zero_of_that_sensor_alone():
    pelvis = moved(*REPS, (2.0, 0.5), (8.0, 0.5))
    lumbar = stepped(pelvis - 0.2, 550, 12.0)
    slipped, standing, *_ = watched(pelvis, lumbar)  # the angles here stay those of the old zero
    assert isinstance(slipped.event, SlipSuspected)
    assert isinstance(standing.event, Rezeroed)
    assert standing.mountings is not None
    np.testing.assert_array_equal(standing.mountings[Placement.PELVIS].segment_from_sensor, np.eye(3))
    shift = np.radians(12.3)
    up_as_read = np.array([np.sin(shift), np.cos(shift), 0.0])  # pitch 12.3 deg by the old zero
    righted = standing.mountings[Placement.LUMBAR].segment_from_sensor @ up_as_read
    assert np.degrees(np.arctan2(righted[0], righted[1])) == pytest.approx(0.0, abs=0.1)


def test_standing_a_little_differently_is_never_chased():
    still = np.full(800, 1.5)
    assert watched(still, still - 2.5) == []


@pytest.mark.parametrize("pieces", [(1,), (7, 90), (333,)])
def test_cutting_changes_nothing(pieces):
    pelvis = moved(*REPS, (2.0, 0.5), (8.0, 0.5))
    lumbar = stepped(pelvis - 0.2, 550, 12.0)
    whole = [(entry.index, entry.event) for entry in watched(pelvis, lumbar)]
    assert [(entry.index, entry.event) for entry in watched(pelvis, lumbar, pieces)] == whole


@pytest.mark.parametrize(("points", "is_found"), [(10, True), (27, False)])
def test_in_motion_only_what_is_faster_than_a_spine_is_a_slip(points, is_found):
    lumbar = moved(*REPS)
    middle_of_a_descent = 200 + 180 + 75
    found = watched(lumbar + 4.0, stepped(lumbar, middle_of_a_descent, 11.0, points))
    assert bool(found) is is_found


DOWN, REST = 380, 120  # the first descent begins at this point; the rest after it lasts so many


def lifts(descent_s, pelvis_deg=(45.0, 95.0), lumbar_deg=(43.0, 91.0)):
    """Both pitches over four reps from (bottom, top), the descents in so many seconds, a rest after each."""
    return tuple(
        moved((2.0, low), *[(1.0, high), (0.8, high), (descent_s, low), (REST / 100, low)] * 4)
        for low, high in (pelvis_deg, lumbar_deg)
    )


def slipped_in(place, at, size, pelvis, lumbar, points=10):
    """The pitches with one strap slipping at a point."""
    if place is Placement.PELVIS:
        return stepped(pelvis, at, size, points), lumbar
    return pelvis, stepped(lumbar, at, size, points)


@pytest.mark.parametrize("place", list(Placement))
@pytest.mark.parametrize("size", [9.0, -9.0, 11.0, -11.0])
@pytest.mark.parametrize("descent_s", [0.4, 0.6])
def test_a_slip_in_the_midst_of_a_fast_descent_is_found_by_the_next_rest(place, size, descent_s):
    at = DOWN + round(50 * descent_s)
    (found,) = watched(*slipped_in(place, at, size, *lifts(descent_s)))
    assert isinstance(found.event, SlipSuspected)
    assert found.event.placement is place
    assert found.event.slip_deg == pytest.approx(abs(size), abs=2.5)  # lambda itself changes by 2 meanwhile
    assert found.event.t_ns / 1e9 == pytest.approx(at / 100, abs=0.3)
    assert found.index <= DOWN + round(100 * descent_s) + REST


@pytest.mark.parametrize("place", list(Placement))
def test_a_tuck_let_go_in_the_descent_leaves_the_slip_to_the_next_rest(place):
    pelvis, lumbar = lifts(0.5, lumbar_deg=(43.0, 86.0))  # lambda opens by 7 in the descent
    size = 11.0 if place is Placement.LUMBAR else -14.0
    (found,) = watched(*slipped_in(place, DOWN + 25, size, pelvis, lumbar))
    assert isinstance(found.event, SlipSuspected)
    assert found.event.placement is place
    assert found.event.slip_deg == pytest.approx(abs(size), abs=7.5)  # what lambda did by itself is in it
    assert found.index <= DOWN + 50 + REST


@pytest.mark.parametrize("descent_s", [0.3, 0.4, 0.6, 0.8])
@pytest.mark.parametrize("top_deg", [91.0, 86.0, 82.0])
def test_a_fast_descent_without_a_slip_is_none(descent_s, top_deg):
    assert watched(*lifts(descent_s, lumbar_deg=(43.0, top_deg))) == []


@pytest.mark.parametrize("bottom_after", [33.0, 50.0])
def test_another_posture_of_the_back_after_a_fast_descent_is_none(bottom_after):
    pelvis = moved((2.0, 45.0), (1.0, 95.0), (0.8, 95.0), (0.6, 45.0), (6.0, 45.0))
    lumbar = moved((2.0, 43.0), (1.0, 88.0), (0.8, 88.0), (0.6, bottom_after), (6.0, bottom_after))
    assert watched(pelvis, lumbar) == []


DEEP = {"pelvis_deg": (12.0, 95.0), "lumbar_deg": (18.0, 91.0)}
"""Hips that sink so deep that the angles leave what counts as lying."""


@pytest.mark.parametrize("descent_s", [0.4, 0.6, 1.0])
@pytest.mark.parametrize("lumbar_bottom_deg", [18.0, 25.0])
def test_a_deep_bottom_without_a_slip_is_none(descent_s, lumbar_bottom_deg):
    assert watched(*lifts(descent_s, (12.0, 95.0), (lumbar_bottom_deg, 91.0))) == []


@pytest.mark.parametrize("place", list(Placement))
@pytest.mark.parametrize("size", [11.0, -11.0])
def test_a_slip_in_a_deep_bottom_is_found_at_the_next_lockout_and_stays(place, size):
    at = DOWN + 60 + 20
    (found,) = watched(*slipped_in(place, at, size, *lifts(0.6, **DEEP)))  # one alone: not withdrawn after
    assert isinstance(found.event, SlipSuspected)
    assert found.event.placement is place
    assert found.event.slip_deg == pytest.approx(11.0, abs=0.5)
    next_lockout = DOWN + 60 + REST + 100
    assert found.index <= next_lockout + 80


@pytest.mark.parametrize("silent", list(Placement))
@pytest.mark.parametrize("slips", [None, *Placement])
def test_a_slip_while_one_sensor_is_silent_waits_for_the_next_standing(silent, slips):
    """A silence hides the jump: nobody is accused of what was not seen; standing shows it."""
    pitches = [np.append(part, moved((2.0, part[-1]), (2.0, 0.0), (8.0, 0.0))) for part in lifts(0.6)]
    if slips is not None:
        pitches = [part.copy() for part in slipped_in(slips, DOWN + 30, -12.0, *pitches)]
    pitches[silent is Placement.LUMBAR][DOWN + 10 : DOWN + 50] = np.nan
    found = [slipped.event for slipped in watched(*pitches)]
    assert not any(isinstance(event, SlipSuspected) for event in found)
    rezeroed = [event for event in found if isinstance(event, Rezeroed)]
    if slips is None:
        assert rezeroed == []
    else:
        assert rezeroed[0].placement is slips
        assert rezeroed[0].shift_deg == pytest.approx(-12.0, abs=0.1)


@pytest.mark.parametrize("slips", list(Placement))
def test_a_sensor_that_was_silent_before_hides_no_later_slip(slips):
    pitches = [part.copy() for part in slipped_in(slips, DOWN + 30, -11.0, *lifts(0.6))]
    pitches[0][100:300] = np.nan
    (found,) = watched(*pitches)
    assert isinstance(found.event, SlipSuspected)
    assert found.event.placement is slips


@pytest.mark.parametrize("pieces", [(1,), (7, 90), (333,)])
def test_cutting_changes_nothing_of_a_slip_confirmed_later(pieces):
    pitches = slipped_in(Placement.LUMBAR, DOWN + 80, 11.0, *lifts(0.6, **DEEP))
    whole = [(entry.index, entry.event) for entry in watched(*pitches)]
    assert [(entry.index, entry.event) for entry in watched(*pitches, pieces)] == whole


def test_a_quick_bend_while_upright_is_none():
    """Bending, people move one segment as fast as a strap slips."""
    pelvis = np.full(420, 4.0)
    assert watched(pelvis, stepped(pelvis, 160, 11.0, 10)) == []
