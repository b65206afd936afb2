"""A visit from the first packet to the history row, with scripted sensors and analysis."""

import asyncio

from hub.scripted import (
    DESCRIPTION,
    both_on,
    poses,
    red,
    rep,
    settle,
)
from lumbarwatch.hub.encode import Encoder
from lumbarwatch.hub.messages import StepAction
from lumbarwatch.hub.teller import Teller
from lumbarwatch.model.events import (
    BarLoad,
    Cue,
    LinkEvent,
    LinkReason,
    LinkState,
    LiveWarning,
    RepFinished,
    SessionEnd,
    SetFinished,
    Symptom,
    SymptomKind,
)
from lumbarwatch.model.motion import SetSummary
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.model.session import Athlete, CalibrationStep
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.sensors.base import SensorError
from lumbarwatch.store.history import History
from lumbarwatch.store.recording import read_recording

PELVIS, LUMBAR = Placement.PELVIS, Placement.LUMBAR
S = 1_000_000_000
ATHLETE = Athlete(id="01980000-0000-7000-8000-000000000001", name="Anna", stature_m=1.7)


async def _streaming(scripted):
    """A visit with both sensors on."""
    visit = scripted.station.start(ATHLETE)
    await settle()
    await both_on(scripted.links[-1])
    return visit


def _recording(scripted, visit):
    return read_recording(scripted.folder.recording(visit.session.id))


async def test_the_recording_holds_everything_from_the_first_packet_of_the_first_sensor(scripted):
    visit = scripted.station.start(ATHLETE)
    await settle()
    links = scripted.links[-1]
    links.ready(PELVIS)
    links.packet(PELVIS, b"early")
    await settle()
    assert scripted.pipelines == []  # what the lumbar sensor is must be known before the recording begins
    links.ready(LUMBAR)
    links.packet(LUMBAR, b"then")
    await settle()
    await scripted.station.end()
    recording = _recording(scripted, visit)
    payloads = [item.payload for item in recording if isinstance(item, RawNotification)]
    assert payloads == [b"early", b"then"]
    assert recording.finished
    assert not recording.recovered
    assert b"Anna" not in recording.path.read_bytes()  # names of people stay out of files
    assert recording.header.sensors[LUMBAR] == {"family": "lm1", **DESCRIPTION}
    assert not list(scripted.folder.live.glob("*.mcap"))


async def test_what_is_pushed_is_what_is_recorded_in_the_same_order(scripted):
    visit = await _streaming(scripted)
    links = scripted.links[-1]
    links.packet(PELVIS)
    scripted.station.control(lambda t_ns: BarLoad(t_ns, bar_kg=60.0))
    links.packet(LUMBAR)
    links.link(LUMBAR, LinkState.LOST, LinkReason.CUT)
    await settle()
    links.link(LUMBAR, LinkState.STREAMING)
    links.packet(LUMBAR)
    await settle()
    await scripted.station.end()
    kinds = {
        ImuBatch: "packet",
        RawNotification: "packet",
        BarLoad: "load",
        LinkEvent: "link",
        SessionEnd: "end",
    }
    pushed = [kinds[type(item)] for item in scripted.pipelines[-1].pushed]
    recorded = [kinds[type(item)] for item in _recording(scripted, visit)]
    assert pushed == recorded
    assert pushed[2:6] == ["packet", "load", "packet", "link"]


async def test_a_cut_link_shows_and_the_same_recording_goes_on(scripted):
    visit = await _streaming(scripted)
    viewer = scripted.feed.join(None)
    links = scripted.links[-1]
    links.link(LUMBAR, LinkState.LOST, LinkReason.CUT)
    links.link(LUMBAR, LinkState.STREAMING)
    links.ready(LUMBAR)  # a link that comes back tells again what its sensor is
    links.packet(LUMBAR, b"after")
    await settle()
    shown = [frame["sensor"] for frame in scripted.frames(viewer) if frame["type"] == "sensor"]
    assert [(sensor["placement"], sensor["state"], sensor["reason"]) for sensor in shown] == [
        ("lumbar", "lost", "cut"),
        ("lumbar", "streaming", None),
    ]
    await scripted.station.end()
    payloads = [item.payload for item in _recording(scripted, visit) if isinstance(item, RawNotification)]
    assert payloads == [b"after"]
    assert len(scripted.pipelines) == 1


async def test_bytes_that_cannot_be_read_are_kept_and_the_link_hears_of_them(scripted):
    visit = await _streaming(scripted)
    scripted.links[-1].packet(LUMBAR, b"garbage")
    await settle()
    assert scripted.links[-1].garbage == [LUMBAR]
    await scripted.station.end()
    payloads = [item.payload for item in _recording(scripted, visit) if isinstance(item, RawNotification)]
    assert payloads == [b"garbage"]


async def test_reps_and_sets_reach_feed_state_and_history(scripted):
    visit = await _streaming(scripted)
    viewer = scripted.feed.join(None)
    now = scripted.clock.monotonic_ns()
    first, second = rep(1, now, warnings=(red(),)), rep(2, now + 4_000_000_000, warnings=(red(),))
    pipeline = scripted.pipelines[-1]
    pipeline.next = [RepFinished(now, first), RepFinished(now, second), poses(now)]
    scripted.links[-1].packet(PELVIS)
    await settle()
    frames = scripted.frames(viewer)
    assert [frame["type"] for frame in frames] == ["rep", "rep", "poses"]
    assert frames[0]["rep"]["tilt_lockout_deg"] == 7.0
    assert frames[0]["rep"]["concentric_s"] == 1.0
    assert frames[0]["stop"] == []
    assert frames[1]["stop"] == ["W1"]  # red on two of three reps: stop the set
    assert frames[2]["tilt_deg"] == [5.0, 5.0, 5.0]
    scripted.station.control(lambda t_ns: Symptom(t_ns, SymptomKind.STIFF))
    pipeline.last = [
        SetFinished(now, SetSummary(1, now, now + 7_000_000_000, reps=2, partial=0, bar_kg=60.0))
    ]
    await settle()
    await scripted.station.end()
    state = scripted.station.message()
    assert [found.rep for found in state.reps] == [1, 2]
    assert state.sets[0].bar_kg == 60.0
    assert state.session_state == "saved"
    with History.open(scripted.folder.history) as history:
        (session,) = history.sessions(ATHLETE.id)
        assert session.id == visit.session.id
        assert history.reps(session.id) == (first, second)
        assert [symptom.kind for symptom in history.symptoms(session.id)] == [SymptomKind.STIFF]
        assert session.recording == f"{session.id}.mcap"


async def test_a_session_that_ends_before_both_sensors_are_there_leaves_nothing(scripted):
    scripted.station.start(ATHLETE)
    await settle()
    scripted.links[-1].ready(PELVIS)
    await scripted.station.end()
    assert scripted.station.message().session_state == "none"
    assert not list(scripted.folder.path.rglob("*.mcap"))


async def test_a_bluetooth_fault_at_the_start_is_said_in_one_sentence(scripted, caplog):
    def broken(*args, **kwargs):
        links = make(*args, **kwargs)
        links.fails = SensorError(LinkReason.NO_ADAPTER)
        return links

    make = scripted.hub.parts.make_links
    object.__setattr__(scripted.hub.parts, "make_links", broken)
    scripted.station.start(ATHLETE)
    await settle()
    await scripted.station.end()
    assert "No Bluetooth adapter" in scripted.station.message().problem
    assert scripted.station.message().session_state == "none"  # the page offers to start again
    assert not scripted.station.running


async def test_a_recording_that_cannot_begin_is_no_session(scripted, caplog):
    scripted.station.start(ATHLETE)
    await settle()
    scripted.folder.live_recording(scripted.station.visit.session.id).mkdir()  # in the file's place
    await both_on(scripted.links[-1])
    await asyncio.wait({scripted.station._task})
    assert "recording" in scripted.station.message().problem
    assert scripted.station.message().session_state == "none"


async def test_a_session_that_stops_with_an_error_is_not_shown_as_running(scripted, caplog, monkeypatch):
    await _streaming(scripted)
    viewer = scripted.feed.join(None)
    monkeypatch.setattr(Teller, "tell", None)
    scripted.links[-1].packet(PELVIS)
    scripted.pipelines[-1].next = [Cue(0, 1, 1, WarningId.W1, "Tuck.")]
    await asyncio.wait({scripted.station._task})
    told = [
        frame["state"]["session_state"] for frame in scripted.frames(viewer) if frame["type"] == "session"
    ]
    assert told[-1] == "failed"
    assert "recording is kept" in scripted.station.message().problem


async def test_a_fault_in_the_analysis_shows_and_the_recording_goes_on(scripted, caplog):
    visit = await _streaming(scripted)
    viewer = scripted.feed.join(None)
    scripted.pipelines[-1].breaks = True
    scripted.links[-1].packet(PELVIS, b"one")
    await settle()
    scripted.links[-1].packet(PELVIS, b"two")
    await settle()
    (told,) = [frame for frame in scripted.frames(viewer) if frame["type"] == "session"]
    assert told["state"]["analysing"] is False
    await scripted.station.end()
    payloads = [item.payload for item in _recording(scripted, visit) if isinstance(item, RawNotification)]
    assert payloads == [b"one", b"two"]


async def test_a_fault_in_telling_the_pages_is_said_and_nothing_is_lost(scripted, caplog, monkeypatch):
    visit = await _streaming(scripted)
    encoded = Encoder.frame

    def frame(self, event, sent_ms):
        if isinstance(event, RepFinished) and event.rep.rep_number == 1:
            raise RuntimeError("a bug")
        return encoded(self, event, sent_ms)

    monkeypatch.setattr(Encoder, "frame", frame)
    viewer = scripted.feed.join(None)
    for number in (1, 2):
        scripted.pipelines[-1].next = [RepFinished(number * S, rep(number, number * S))]
        scripted.links[-1].packet(PELVIS, b"packet %d" % number)
        await settle()
    told = [one["rep"]["rep"] for one in scripted.frames(viewer) if one["type"] == "rep"]
    assert told == [2]
    assert "The pages could not be told of RepFinished; the session goes on." in caplog.text
    await scripted.station.end()
    payloads = [item.payload for item in _recording(scripted, visit) if isinstance(item, RawNotification)]
    assert payloads == [b"packet 1", b"packet 2"]
    assert [one.rep_number for one in scripted.archive.history.reps(visit.session.id)] == [1, 2]


async def test_a_watch_that_breaks_is_noticed_and_the_session_goes_on(scripted, caplog):
    visit = scripted.station.start(ATHLETE)
    scripted.links[-1].statuses = None
    await settle()
    await both_on(scripted.links[-1])
    scripted.links[-1].packet(PELVIS, b"one")
    await scripted.station.end()
    assert "The watch over the sensors stopped with an error; the session goes on." in caplog.text
    assert [one.payload for one in _recording(scripted, visit) if isinstance(one, RawNotification)] == [
        b"one"
    ]


async def test_a_cancelled_visit_leaves_a_recording_that_can_be_recovered(scripted):
    visit = await _streaming(scripted)
    scripted.links[-1].packet(PELVIS, b"one")
    await settle()
    scripted.station._task.cancel()
    await asyncio.gather(scripted.station._task, return_exceptions=True)
    (live,) = scripted.folder.live.glob("*.mcap")
    recording = read_recording(live)
    assert recording.header.session_id == visit.session.id
    assert [item.payload for item in recording if isinstance(item, RawNotification)] == [b"one"]


async def test_a_calibration_step_has_the_times_of_its_beginning_and_end(scripted):
    await _streaming(scripted)
    scripted.station.step(CalibrationStep.STAND, StepAction.BEGIN)
    await asyncio.sleep(0.002)
    scripted.station.step(CalibrationStep.STAND, StepAction.END)
    await settle()
    begun, done = scripted.pipelines[-1].pushed[-2:]
    assert begun.t_ns == done.start_ns < done.end_ns == done.t_ns
    assert done.step is CalibrationStep.STAND


async def test_urgent_warnings_and_cues_are_felt_once(scripted):
    await _streaming(scripted)
    now = scripted.clock.monotonic_ns()
    scripted.pipelines[-1].next = [
        LiveWarning(now, 1, 1, red(WarningId.W2)),
        Cue(now, 1, 1, WarningId.W2, "Stop an inch lower."),
        Cue(now, 1, 2, WarningId.W4, "Two seconds down."),
    ]
    scripted.links[-1].packet(PELVIS)
    await settle()
    assert sorted(scripted.links[-1].buzzed) == [(LUMBAR, 150), (LUMBAR, 400), (PELVIS, 150), (PELVIS, 400)]
