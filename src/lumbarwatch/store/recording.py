"""Recordings: one MCAP file per session, the truth from which everything else can be rebuilt."""

from lumbarwatch.store.compaction import Recovered, compact, discard_live, recover
from lumbarwatch.store.header import RecordingHeader
from lumbarwatch.store.reading import Note, RecordedItem, Recording, read_recording
from lumbarwatch.store.recorder import Recorder

__all__ = [
    "Note",
    "RecordedItem",
    "Recorder",
    "Recording",
    "RecordingHeader",
    "Recovered",
    "compact",
    "discard_live",
    "read_recording",
    "recover",
]
