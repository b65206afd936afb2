"""What arrives is recorded before anything is made of it, and a fault in the analysis ends no recording."""

import logging

import numpy as np
import pytest

from lumbarwatch.hub.intake import Intake
from lumbarwatch.model.events import BarLoad, LinkEvent, LinkState, PhaseChanged
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import ClockReading, ImuBatch, Placement
from lumbarwatch.wire.errors import DecodeError


class Log:
    """Recorder, decoder and pipeline in one, so that their order shows."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.fails = False

    def notification(self, notification):
        self.lines.append(f"record {notification.payload.decode()}")

    def control(self, event):
        self.lines.append("record control")

    def link(self, event):
        self.lines.append("record link")

    def read(self, notification):
        text = notification.payload.decode()
        self.lines.append(f"read {text}")
        if text == "garbage":
            raise DecodeError("no")
        if text == "clock":
            return [ClockReading(notification.placement, 1, notification.t_arrival_ns)]
        return [_batch(notification)]

    def push(self, *items):
        self.lines.append(f"push {' '.join(type(item).__name__ for item in items)}")
        if self.fails:
            raise RuntimeError("a bug")
        return [PhaseChanged(1, Phase.ARMED)]

    def finish(self):
        self.lines.append("finish")
        return []


def _batch(notification):
    return ImuBatch(
        placement=notification.placement,
        t_arrival_ns=np.array([notification.t_arrival_ns]),
        gyr_radps=np.zeros((1, 3)),
        acc_mps2=np.array([[0.0, 9.8, 0.0]]),
    )


def _bytes(text: str, placement=Placement.PELVIS) -> RawNotification:
    return RawNotification(placement, 5, 6, "uuid", text.encode())


@pytest.fixture
def log():
    return Log()


@pytest.fixture
def intake(log):
    return Intake(log, dict.fromkeys(Placement, log.read), log)


def test_everything_is_recorded_before_anything_is_read(log, intake):
    arrivals = [
        _bytes("a"),
        BarLoad(7, bar_kg=60),
        _bytes("b"),
        LinkEvent(8, Placement.LUMBAR, LinkState.LOST),
    ]
    events = intake.take(arrivals)
    assert log.lines == [
        "record a",
        "record control",
        "record b",
        "record link",
        "read a",
        "read b",
        "push ImuBatch BarLoad ImuBatch LinkEvent",
    ]
    assert events == [PhaseChanged(1, Phase.ARMED)]


def test_a_clock_reading_keeps_its_place_among_the_samples(log, intake):
    intake.take([_bytes("a"), _bytes("clock"), _bytes("b")])
    assert log.lines[-1] == "push ImuBatch ClockReading ImuBatch"


def test_bytes_that_cannot_be_decoded_are_recorded_and_counted(log, intake):
    intake.take([_bytes("garbage"), _bytes("a")])
    assert log.lines == ["record garbage", "record a", "read garbage", "read a", "push ImuBatch"]
    assert intake.undecodable[Placement.PELVIS] == 1
    assert intake.undecodable[Placement.LUMBAR] == 0


def test_nothing_readable_is_not_pushed(log, intake):
    assert intake.take([_bytes("garbage")]) == []
    assert "push" not in " ".join(log.lines)


def test_a_fault_in_the_analysis_leaves_the_recording_running(log, intake, caplog):
    log.fails = True
    with caplog.at_level(logging.ERROR):
        assert intake.take([_bytes("a")]) == []
    assert not intake.analysing
    assert "a bug" in caplog.text
    intake.take([_bytes("b")])
    assert "record b" in log.lines
    assert log.lines.count("push ImuBatch") == 1
    assert intake.finish() == []
    assert "finish" not in log.lines
