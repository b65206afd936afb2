"""Recordings: what goes in comes out, whatever happens to the file in between."""

from pathlib import Path

import pytest

from lumbarwatch.model.events import (
    Annotation,
    BarLoad,
    LinkEvent,
    LinkReason,
    LinkState,
    SessionEnd,
    SetButton,
    StepDone,
    Symptom,
    SymptomKind,
)
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import CalibrationStep
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.recording import (
    RecordedItem,
    Recorder,
    RecordingHeader,
    compact,
    read_recording,
    recover,
)

T0 = 5_000_000_000_123
UTC0 = 1_790_000_000_000_000_007
UUID = "15172001-4947-11e9-8646-d663bd873d93"


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data").create()


def header(**changes: object) -> RecordingHeader:
    values = {
        "session_id": new_id(),
        "athlete_id": new_id(),
        "started_at_utc_ns": UTC0,
        "started_at_monotonic_ns": T0,
        "simulated": True,
        "pipeline_version": "1",
        "sensors": {
            Placement.PELVIS: {"family": "lm1", "serial": "A1", "rate_hz": 100.0},
            Placement.LUMBAR: {},
        },
        "setup": {"athlete": {"mass_kg": 75.5}},
    }
    return RecordingHeader(**(values | changes))


def raw(number: int, *, payload: bytes | None = None) -> RawNotification:
    place = Placement.PELVIS if number % 2 else Placement.LUMBAR
    content = bytes((number * 7 + i) % 256 for i in range(20)) if payload is None else payload
    return RawNotification(place, T0 + number * 10_000_001, UTC0 + number * 10_000_003, UUID, content)


ITEMS: tuple[RecordedItem, ...] = (
    LinkEvent(T0 + 1, Placement.PELVIS, LinkState.STREAMING),
    raw(1),
    raw(2, payload=b""),
    StepDone(T0 + 21_000_000, CalibrationStep.STAND, T0 - 5, T0 + 20_000_000),
    raw(3, payload=b"\x05" * 40),  # looks like the beginning of messages
    BarLoad(T0 + 33_000_000, bar_kg=102.5),
    SetButton(T0 + 34_000_000, start=True),
    raw(4),
    Symptom(T0 + 45_000_000, SymptomKind.PAIN, 3),
    Annotation(T0 + 46_000_000, "Gürtel verrutscht \U0001f44d"),
    LinkEvent(T0 + 47_000_000, Placement.LUMBAR, LinkState.LOST, LinkReason.CUT, "range"),
    raw(5),
    SessionEnd(T0 + 60_000_000),
)


def put(recorder: Recorder, items: tuple[RecordedItem, ...]) -> None:
    for item in items:
        if isinstance(item, RawNotification):
            recorder.notification(item)
        elif isinstance(item, LinkEvent):
            recorder.link(item)
        else:
            recorder.control(item)


def record(folder: DataFolder, items: tuple[RecordedItem, ...] = ITEMS, **changes: object) -> Path:
    recorder = Recorder.open(folder, header(**changes))
    put(recorder, items)
    return recorder.close()


def test_written_is_read(folder: DataFolder) -> None:
    about = header()
    recorder = Recorder.open(folder, about)
    put(recorder, ITEMS[:6])
    recorder.note("battery", {"pelvis": 81})
    put(recorder, ITEMS[6:])
    there = read_recording(recorder.close())
    assert tuple(there) == ITEMS
    assert there.header == about
    assert (there.finished, there.recovered, there.intact, there.cut_bytes) == (True, False, True, 0)
    assert there.messages == len(ITEMS) + 2
    (note,) = there.notes()
    assert (note.kind, note.content, note.t_ns) == ("battery", {"pelvis": 81}, T0 + 33_000_000)


def test_readable_while_written(folder: DataFolder) -> None:
    recorder = Recorder.open(folder, header())
    put(recorder, ITEMS[:4])
    there = read_recording(recorder.path)
    assert tuple(there) == ITEMS[:4]
    assert (there.finished, there.recovered, there.intact, there.cut_bytes) == (False, True, True, 0)
    recorder.close()


def test_cut_anywhere_leaves_the_whole_messages_before(folder: DataFolder, tmp_path: Path) -> None:
    data = record(folder).read_bytes()
    cut = tmp_path / "cut.mcap"
    seen, reasons = set(), set()
    for length in range(len(data)):
        cut.write_bytes(data[:length])
        try:
            there = read_recording(cut)
        except StoreError as error:
            reasons.add(error.reason)
            assert not seen
            continue
        got = tuple(there)
        assert got == ITEMS[: len(got)]
        assert there.intact or there.finished
        assert len(got) >= max(seen, default=0)
        seen.add(len(got))
    assert seen == set(range(len(ITEMS) + 1))
    assert reasons == {StoreReason.NOT_OURS}


@pytest.mark.parametrize("compacted", [False, True])
def test_a_flipped_byte_never_goes_unseen(folder: DataFolder, tmp_path: Path, compacted: bool) -> None:
    path = record(folder)
    data = bytearray((compact(path) if compacted else path).read_bytes())
    flipped = tmp_path / "flipped.mcap"
    reasons = set()
    for position in range(len(data)):
        data[position] ^= 0x10
        flipped.write_bytes(data)
        data[position] ^= 0x10
        try:
            there = read_recording(flipped)
        except StoreError as error:
            reasons.add(error.reason)
            continue
        assert not there.intact or not there.finished, position
        assert set(there) <= set(ITEMS), position
    assert reasons <= {StoreReason.NOT_OURS, StoreReason.DAMAGED}


def test_a_flipped_byte_costs_one_message(folder: DataFolder, tmp_path: Path) -> None:
    data = bytearray(record(folder).read_bytes())
    position = bytes(data).index(ITEMS[7].payload)
    for offset in (
        position + 3,
        position - 20,
        position - 34,
        position - 35,
    ):  # content, times, length, opcode
        copy = bytearray(data)
        copy[offset] ^= 0x40
        flipped = tmp_path / "flipped.mcap"
        flipped.write_bytes(copy)
        there = read_recording(flipped)
        assert tuple(there) == ITEMS[:7] + ITEMS[8:], offset
        assert there.lost_messages == 1


def test_a_flip_in_an_unfinished_file_is_seen(folder: DataFolder) -> None:
    recorder = Recorder.open(folder, header())
    put(recorder, ITEMS)
    data = bytearray(recorder.path.read_bytes())
    data[data.index(ITEMS[7].payload)] ^= 1
    recorder.path.write_bytes(data)
    there = read_recording(recorder.path)
    assert tuple(there) == ITEMS[:7] + ITEMS[8:]
    assert [one.what for one in there.damaged] == ["damaged message"]
    assert not there.intact
    recorder.close()


def test_compacted_is_the_same_and_opens_in_any_tool(folder: DataFolder) -> None:
    from mcap.reader import make_reader

    live = record(folder)
    path = compact(live)
    assert path == folder.recordings / live.name
    assert not live.exists()
    there = read_recording(path)
    assert tuple(there) == ITEMS
    assert (there.finished, there.recovered, there.intact) == (True, False, True)
    with path.open("rb") as file:
        reader = make_reader(file, validate_crcs=True)
        summary = reader.get_summary()
        assert summary.statistics.message_count == len(ITEMS) + 1
        topics = [channel.topic for _, channel, _ in reader.iter_messages(topics=[f"/sensor/pelvis/{UUID}"])]
    assert len(topics) == 3


def test_cut_off_is_recovered_and_marked(folder: DataFolder) -> None:
    path = record(folder)
    data = path.read_bytes()
    path.write_bytes(data[: data.index(ITEMS[7].payload) + 5])
    (found,) = recover(folder)
    assert (found.recovered, found.messages, found.session_id) == (True, 8, path.stem)
    there = read_recording(found.path)
    assert tuple(there) == ITEMS[:7]
    assert (there.finished, there.recovered, there.intact) == (True, True, True)
    assert recover(folder) == []
    assert list(folder.live.iterdir()) == []


def test_recover_leaves_a_file_alone_that_is_being_written(folder: DataFolder) -> None:
    recorder = Recorder.open(folder, header())
    put(recorder, ITEMS)
    assert recover(folder) == []
    with pytest.raises(StoreError, match="still being written"):
        compact(recorder.path)
    assert recorder.close().exists()


def test_recover_does_not_mind_a_file_that_is_finished_meanwhile(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = record(folder)

    def finished_meanwhile(_: Path) -> bool:
        compact(path)
        return False

    monkeypatch.setattr("lumbarwatch.store.compaction.being_written", finished_meanwhile)
    assert recover(folder) == []
    assert tuple(read_recording(folder.recording(path.stem))) == ITEMS


def test_hopeless_files_are_set_aside(folder: DataFolder) -> None:
    noise = folder.live_recording(new_id())
    noise.write_bytes(b"\x89MCAP0\r\n" + bytes(range(256)) * 3)
    empty = folder.live_recording(new_id())
    empty.write_bytes(b"")
    (found,) = recover(folder)
    assert found.path is None
    assert "no recording" in found.message
    assert [path.name for path in folder.live.iterdir()] == [noise.name + ".unreadable"]
    assert recover(folder) == []


def test_the_same_session_twice_is_refused(folder: DataFolder) -> None:
    about = header()
    recorder = Recorder.open(folder, about)
    with pytest.raises(StoreError) as caught:
        Recorder.open(folder, about)
    assert caught.value.reason is StoreReason.EXISTS
    recorder.close()


def test_an_id_that_is_no_id_makes_no_file(folder: DataFolder) -> None:
    with pytest.raises(StoreError, match="no id"):
        Recorder.open(folder, header(session_id="../../etc/passwd"))


def test_missing_and_foreign_files(folder: DataFolder, tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        read_recording(tmp_path / "none.mcap")
    assert caught.value.reason is StoreReason.MISSING
    with pytest.raises(StoreError) as caught:
        read_recording(tmp_path)
    assert caught.value.reason is StoreReason.NOT_OURS
    noise = tmp_path / "noise.mcap"
    noise.write_bytes(bytes(range(256)) * 100)
    with pytest.raises(StoreError) as caught:
        read_recording(noise)
    assert caught.value.reason is StoreReason.NOT_OURS


def test_a_newer_recording_is_refused(folder: DataFolder) -> None:
    path = record(folder, schema="lumbarwatch.recording/2")
    with pytest.raises(StoreError, match="newer") as caught:
        read_recording(path)
    assert caught.value.reason is StoreReason.NEWER_VERSION
