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
