"""Decoded samples: exact through the file, whatever the sensor sends."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.samples import read_samples, write_samples

T0 = 912_345_678_901_234
ACC_STEP = 16 * 9.80665 / 32768
GYR_STEP = np.deg2rad(2000) / 32768


def batches(place: Placement, n: int, *, quaternions: bool = False, seed: int = 1) -> list[ImuBatch]:
    random = np.random.default_rng(seed)
    whole = ImuBatch(
        placement=place,
        t_arrival_ns=T0 + np.sort(random.integers(0, n * 10_000_000, n)),
        acc_mps2=random.integers(-4000, 4000, (n, 3)) * ACC_STEP,
        gyr_radps=random.integers(-4000, 4000, (n, 3)) * GYR_STEP,
        quat_wxyz=_unit(random.normal(size=(n, 4))) if quaternions else None,
        t_device_ns=np.arange(n) * 10_000_000,
        seq=np.arange(n) + 65_000,
    )
    return [whole.part(start, min(start + 3, n)) for start in range(0, n, 3)]


def _unit(values: np.ndarray) -> np.ndarray:
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def together(parts: tuple[ImuBatch, ...] | list[ImuBatch], field: str) -> np.ndarray:
    return np.concatenate([getattr(part, field) for part in parts])


def test_samples_come_back_bit_for_bit(tmp_path: Path) -> None:
    pelvis, lumbar = batches(Placement.PELVIS, 1000), batches(Placement.LUMBAR, 700, seed=2)
    path = tmp_path / "s.parquet"
    write_samples(path, [*pelvis[:50], *lumbar, *pelvis[50:]], {"session_id": "x"})
    there = read_samples(path)
    assert there.about["session_id"] == "x"
    for place, own in ((Placement.PELVIS, pelvis), (Placement.LUMBAR, lumbar)):
        (back,) = there.batches[place]
        for field in ("t_arrival_ns", "t_device_ns", "seq", "acc_mps2", "gyr_radps"):
            assert np.array_equal(getattr(back, field), together(own, field)), field
        assert back.quat_wxyz is None


def test_what_a_sensor_does_not_send_stays_absent(tmp_path: Path) -> None:
    pelvis = batches(Placement.PELVIS, 30, quaternions=True)
    bare = ImuBatch(Placement.LUMBAR, np.arange(5), np.zeros((5, 3)), quat_wxyz=_unit(np.ones((5, 4))))
    path = tmp_path / "s.parquet"
    write_samples(path, [*pelvis, bare])
    there = read_samples(path)
    (back,) = there.batches[Placement.LUMBAR]
    assert (back.acc_mps2, back.t_device_ns, back.seq) == (None, None, None)
    (back,) = there.batches[Placement.PELVIS]
    assert np.array_equal(back.quat_wxyz, together(pelvis, "quat_wxyz"))


def test_a_restart_of_the_counter_begins_a_new_batch(tmp_path: Path) -> None:
    first, second = batches(Placement.PELVIS, 90), batches(Placement.PELVIS, 60)
    later = [
        ImuBatch(b.placement, b.t_arrival_ns + 10**12, b.gyr_radps, b.acc_mps2, None, b.t_device_ns, b.seq)
        for b in second
    ]
    path = tmp_path / "s.parquet"
    write_samples(path, [*first, *later])
    back = read_samples(path).batches[Placement.PELVIS]
    assert [len(batch) for batch in back] == [90, 60]


@pytest.mark.parametrize(("dtype", "kind"), [(np.float32, "float"), (np.float64, "double")])
def test_continuous_values_stay_exact(tmp_path: Path, dtype: type, kind: str) -> None:
    n = 70_000
    rates = np.random.default_rng(3).normal(size=(n, 3)).astype(dtype).astype(np.float64)
    path = tmp_path / "s.parquet"
    write_samples(path, [ImuBatch(Placement.PELVIS, np.arange(n), rates, np.zeros((n, 3)))])
    (back,) = read_samples(path).batches[Placement.PELVIS]
    assert np.array_equal(back.gyr_radps, rates)
    assert str(pq.read_schema(path).field("gx").type) == kind


def test_other_tools_see_plain_units(tmp_path: Path) -> None:
    pelvis = batches(Placement.PELVIS, 9)
    path = tmp_path / "s.parquet"
    write_samples(path, pelvis)
    table = pq.read_table(path)
    assert table["ax"].to_pylist() == together(pelvis, "acc_mps2")[:, 0].tolist()
    assert table.schema.field("gz").metadata[b"unit"] == b"rad/s"
    assert table["sensor"].to_pylist() == ["pelvis"] * 9


def test_nothing_half_is_left(tmp_path: Path) -> None:
    target = tmp_path / "gone" / "s.parquet"
    with pytest.raises(StoreError) as caught:
        write_samples(target, batches(Placement.PELVIS, 9))
    assert caught.value.reason is StoreReason.FOLDER_GONE
    assert list(tmp_path.iterdir()) == []


def test_damaged_missing_and_foreign_files(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    with pytest.raises(StoreError) as caught:
        read_samples(path)
    assert caught.value.reason is StoreReason.MISSING
    write_samples(path, batches(Placement.PELVIS, 300))
    data = path.read_bytes()
    path.write_bytes(data[:-40])
    with pytest.raises(StoreError, match="rebuilt") as caught:
        read_samples(path)
    assert caught.value.reason is StoreReason.DAMAGED
    import pyarrow as pa

    pq.write_table(pa.table({"a": [1]}), path)
    with pytest.raises(StoreError) as caught:
        read_samples(path)
    assert caught.value.reason is StoreReason.NOT_OURS


def test_a_flipped_byte_never_gives_a_wrong_value(tmp_path: Path) -> None:
    path = tmp_path / "s.parquet"
    own = batches(Placement.PELVIS, 12)
    write_samples(path, own)
    data = path.read_bytes()
    for position in range(0, len(data), 7):
        path.write_bytes(data[:position] + bytes([data[position] ^ 8]) + data[position + 1 :])
        try:
            (back,) = read_samples(path).batches[Placement.PELVIS]
        except StoreError:
            continue
        for field in ("t_arrival_ns", "t_device_ns", "seq", "acc_mps2", "gyr_radps"):
            assert np.array_equal(getattr(back, field), together(own, field)), (position, field)
