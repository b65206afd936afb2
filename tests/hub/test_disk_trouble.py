"""A disk that refuses in the middle of a session: said at once, and the session goes on."""

import errno
import os

import pytest

from hub.scripted import (
    settle,
)
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationSource
from lumbarwatch.store.live_file import LiveFile
from lumbarwatch.store.recording import read_recording

WORDS = {
    errno.ENOSPC: "disk is full",
    errno.EROFS: "disk is read-only",
    errno.EACCES: "writing is not permitted",
    errno.EIO: "disk",
    errno.ENODEV: "disk",
}


@pytest.mark.parametrize("number", WORDS, ids=errno.errorcode.get)
async def test_it_is_told_with_the_first_packet_and_nothing_is_lost(scripted, monkeypatch, number):
    scripted.station.start(calibration=CalibrationSource.AUTOMATIC)
    await settle()
    links = scripted.links[-1]
    for place in Placement:
        links.ready(place)
        links.link(place, LinkState.STREAMING)
    links.packet(Placement.PELVIS, b"before")
    await settle()
    viewer = scripted.feed.join(None)

    def refuse(_file):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(LiveFile, "_drain", refuse)
    links.packet(Placement.PELVIS, b"while it refuses")
    await settle()
    (told,) = [frame for frame in scripted.frames(viewer) if frame["type"] == "store"]
    assert told["resolved"] is False
    assert WORDS[number] in told["message"]
    assert "The session goes on" in told["message"]
    assert scripted.station.message().store_trouble == told["message"]  # a page that comes late knows it too
    links.packet(Placement.LUMBAR, b"and again")
    monkeypatch.undo()
    links.packet(Placement.LUMBAR, b"after")
    await settle()
    news = [frame for frame in scripted.frames(viewer) if frame["type"] == "store"]
    assert [frame["resolved"] for frame in news] == [True]
    assert scripted.station.message().store_trouble == ""
    await scripted.station.end()
    (path,) = scripted.archive.folder.recordings.glob("*.mcap")
    kept = [one.payload for one in read_recording(path) if isinstance(one, RawNotification)]
    assert kept == [b"before", b"while it refuses", b"and again", b"after"]
