"""A feed drops samples for a slow viewer, never an event, and takes up where a viewer left off."""

import asyncio
import json

import pytest

from lumbarwatch.hub.feed import EVENTS_WAITING, RING_S, SAMPLES_WAITING, Feed, ViewerGone
from lumbarwatch.hub.messages import HubMessage, PhaseFrame, Poses, StationsFrame
from lumbarwatch.model.motion import Phase


class Now:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.s = 1000.0

    def __call__(self) -> float:
        return self.s


@pytest.fixture
def now():
    return Now()


@pytest.fixture
def feed(now):
    return Feed("run-1", now)


def _poses(station="a") -> Poses:
    column = [1.0]
    return Poses(
        station=station,
        sent_ms=0.0,
        age_ms=5.0,
        phase=Phase.IDLE,
        t_s=column,
        pelvis_pitch_deg=column,
        lumbar_pitch_deg=column,
        tilt_deg=column,
        lambda_deg=[None],
        tilt_sigma_deg=column,
        lambda_sigma_deg=column,
        pelvis_roll_deg=column,
        phase_code=[0],
        valid=[True],
    )


def _event(t_s: float = 0.0, station: str = "a") -> PhaseFrame:
    return PhaseFrame(station=station, t_s=t_s, phase=Phase.LOCKOUT)


def _waiting(viewer) -> list[int]:
    return [frame.seq for frame in viewer.waiting]


async def test_frames_are_numbered_and_plain_json(feed):
    viewer = feed.join(after=None)
    feed.publish(_event(1.5))
    feed.publish(_poses())
    first, second = json.loads((await viewer.next()).text), json.loads((await viewer.next()).text)
    assert first == {"seq": 1, "type": "phase", "station": "a", "t_s": 1.5, "phase": "lockout"}
    assert second["seq"] == 2
    assert second["lambda_deg"] == [None]


def test_a_slow_viewer_loses_oldest_samples_and_no_event(feed):
    viewer = feed.join(after=None)
    for _ in range(3):
        feed.publish(_event())
        for _ in range(SAMPLES_WAITING):
            feed.publish(_poses())
    kept = list(viewer.waiting)
    assert [frame.seq for frame in kept if not frame.droppable] == [1, 52, 103]
    samples = [frame.seq for frame in kept if frame.droppable]
    assert len(samples) == SAMPLES_WAITING
    assert samples[0] == 104  # the newest 50 of 150
    assert viewer.dropped == 2 * SAMPLES_WAITING
    assert [frame.seq for frame in kept] == sorted(frame.seq for frame in kept)


async def test_a_slow_viewer_costs_the_others_nothing(feed):
    slow, quick = feed.join(after=None), feed.join(after=None)
    for seq in range(1, 4 * SAMPLES_WAITING):
        feed.publish(_poses())
        assert (await quick.next()).seq == seq
    assert quick.dropped == 0
    assert slow.dropped > 0


async def test_a_viewer_that_takes_no_events_is_given_up(feed):
    viewer = feed.join(after=None)
    for _ in range(EVENTS_WAITING + 1):
        feed.publish(_event())
    with pytest.raises(ViewerGone):
        await viewer.next()


async def test_a_viewer_that_was_given_up_hears_nothing_from_behind_the_hole(feed):
    viewer = feed.join(after=None)
    for _ in range(EVENTS_WAITING + 1):
        feed.publish(_event())
    feed.publish(_event())  # while the last frame is still on its way to the viewer
    with pytest.raises(ViewerGone):  # else it would go on from here, the events before it lost for good
        await viewer.next()


def test_a_viewer_goes_on_from_the_number_it_saw_last(feed):
    for _ in range(10):
        feed.publish(_event())
    assert feed.can_resume(7, "run-1")
    viewer = feed.join(after=7)
    feed.publish(_event())
    assert _waiting(viewer) == [8, 9, 10, 11]


def test_a_viewer_that_missed_nothing_resumes_with_nothing(feed):
    feed.publish(_event())
    assert feed.can_resume(1, "run-1")
    assert _waiting(feed.join(after=1)) == []


def test_a_viewer_with_nothing_yet_may_resume_from_zero(feed):
    assert feed.can_resume(0, "run-1")
    feed.publish(_event())
    assert _waiting(feed.join(after=0)) == [1]


@pytest.mark.parametrize(
    ("after", "epoch"), [(None, "run-1"), (3, "run-0"), (3, None), (11, "run-1"), (-1, "run-1")]
)
def test_numbers_of_another_run_or_from_nowhere_cannot_resume(feed, after, epoch):
    for _ in range(10):
        feed.publish(_event())
    assert not feed.can_resume(after, epoch)


def test_after_a_minute_the_whole_state_is_needed_again(feed, now):
    for _ in range(5):
        feed.publish(_event())
    now.s += RING_S + 1
    assert not feed.can_resume(3, "run-1")
    assert feed.can_resume(5, "run-1")  # it missed nothing
    feed.publish(_event())
    assert feed.can_resume(5, "run-1")
    assert not feed.can_resume(4, "run-1")


def test_more_events_than_a_viewer_is_handed_come_as_the_whole_state(feed):
    for _ in range(EVENTS_WAITING + 1):
        feed.publish(_event())
    assert not feed.can_resume(0, "run-1")  # it would be given up at once, and come back for the same
    assert feed.can_resume(1, "run-1")
    assert not feed.join(1).gone


async def test_a_waiting_viewer_wakes_up(feed):
    viewer = feed.join(after=None)
    waiting = asyncio.create_task(viewer.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    feed.publish(_event())
    assert (await asyncio.wait_for(waiting, 10)).seq == 1


def test_a_viewer_that_left_gets_nothing(feed):
    viewer = feed.join(after=None)
    feed.leave(viewer)
    feed.publish(_event())
    assert feed.viewers == 0
    assert not viewer.waiting


def test_a_viewer_of_one_station_gets_its_frames_and_the_whole_hubs_only(feed):
    viewer = feed.join(None, station="b")
    feed.publish(_event(station="a"))
    feed.publish(_event(station="b"))
    feed.publish(_poses("a"))
    feed.publish(StationsFrame(hub=_HUB))
    assert _waiting(viewer) == [2, 4]


def test_a_wall_gets_fewer_samples_of_each_station_and_every_event(feed, now):
    viewer = feed.join(None, gap_s=0.09)
    for _ in range(10):  # 20 ms apart
        for station in ("a", "b"):
            feed.publish(_poses(station))
        now.s += 0.02
    feed.publish(_event())
    found = [frame.station for frame in viewer.waiting if frame.droppable]
    assert found == ["a", "b"] * 2
    assert not viewer.waiting[-1].droppable


def test_what_was_missed_is_thinned_too(feed, now):
    for _ in range(10):
        feed.publish(_poses())
        now.s += 0.02
    assert len(feed.join(0, gap_s=0.09).waiting) == 2
    assert len(feed.join(0, station="b").waiting) == 0


_HUB = HubMessage(version="1", pipeline_version="1", simulated=True, speed=1.0, stations=[])
