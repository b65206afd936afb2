"""The page that describes a session's files, held to files as the program writes them."""

import re
from pathlib import Path

import pytest
from mcap.reader import make_reader

from jobs import recordings
from lumbarwatch.jobs.samples import decode_recording
from lumbarwatch.model.notification import RawNotification
from lumbarwatch.store import framing
from lumbarwatch.store.compaction import CHUNK_BYTES
from lumbarwatch.store.header import RECORDING_SCHEMA
from lumbarwatch.store.recording import compact, read_recording
from lumbarwatch.store.samples import SAMPLES_SCHEMA, read_samples

PAGE = Path(__file__).parents[2] / "firmware_notes" / "recording.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.fixture(scope="module")
def recording(tmp_path_factory) -> Path:
    return compact(recordings.lived(tmp_path_factory.mktemp("lived"))[0])


def test_a_stranger_reads_every_notification_by_the_page(recording: Path) -> None:
    told = {"recording": recording, "notifications": []}
    exec(BLOCKS[0], told)
    ours = [
        (one.placement.value, one.characteristic, one.t_arrival_ns, one.t_utc_ns, one.payload)
        for one in read_recording(recording)
        if isinstance(one, RawNotification)
    ]
    assert told["notifications"] == ours
    assert len(ours) > 1000


def test_a_stranger_finds_what_the_sensors_are(recording: Path) -> None:
    told = {"recording": recording}
    exec(BLOCKS[1], told)
    assert told["families"] == {"pelvis": "lm1", "lumbar": "lm1"}
    table = PAGE.read_text(encoding="utf-8").split("| entry of the header |")[1].split("\n\n")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines()[2:]]
    entries = {name for cell in first_cells for name in re.findall(r"`(\w+)`", cell)}
    assert entries == set(told["header"])
    assert told["header"]["schema"] == RECORDING_SCHEMA


def test_a_stranger_reads_the_samples(recording: Path, tmp_path: Path) -> None:
    samples = tmp_path / "samples.parquet"
    decode_recording(recording, samples)
    told = {"samples": samples}
    exec(BLOCKS[2], told)
    assert told["rows"] == sum(len(one) for own in read_samples(samples).batches.values() for one in own)
    assert {"ax": "m/s^2", "gz": "rad/s", "t_device_ns": "ns"}.items() <= told["units"].items()


def test_the_tables_name_what_is_written(recording: Path) -> None:
    page = PAGE.read_text(encoding="utf-8")
    for name in (SAMPLES_SCHEMA, RECORDING_SCHEMA, framing.RAW_ENCODING, f"{CHUNK_BYTES // 1024} KiB"):
        assert name in page
    with recording.open("rb") as file:
        reader = make_reader(file)
        assert reader.get_header().profile == "lumbarwatch"
        summary = reader.get_summary()
    for channel in summary.channels.values():
        topic = "/sensor/PLACE/UUID" if channel.topic.startswith("/sensor/") else channel.topic
        (line,) = [line for line in page.splitlines() if line.startswith(f"| `{topic}` |")]
        schema = summary.schemas[channel.schema_id]
        assert f"`{channel.message_encoding}`" in line
        assert f"`{schema.name}`" in line
