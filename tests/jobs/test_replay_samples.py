import numpy as np
import pytest

from exchange.tables import columns, write
from jobs.fake_pipeline import scripted
from lumbarwatch.exchange.errors import InputError, InputReason
from lumbarwatch.exchange.plain import read_plain, to_batches
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.model.samples import ImuBatch, Placement
from lumbarwatch.store.samples import write_samples


def pushed(path):
    make_pipeline, made = scripted([])
    analyze(path, make_pipeline=make_pipeline)
    return [item for item in made[0].pushed if isinstance(item, ImuBatch)]


def test_our_parquet_gives_the_samples_it_was_made_from(tmp_path):
    table = columns(quaternions=True)
    table = table | {"seq": table["seq"] % 700, "t_device_s": table["t_device_s"] % 7.0}  # restarts
    csv = write(tmp_path, table)
    ours = tmp_path / "ours.parquet"
    write_samples(ours, to_batches(read_plain(csv)))
    for place in Placement:
        mine, plain = ([b for b in pushed(path) if b.placement is place] for path in (ours, csv))
        assert [len(batch) for batch in mine] == [len(batch) for batch in plain]
        for name in ("t_arrival_ns", "t_device_ns", "seq", "acc_mps2", "gyr_radps", "quat_wxyz"):
            for one, other in zip(mine, plain, strict=True):
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))


def test_one_sensor_or_damage_is_bad_input(tmp_path):
    batches = [
        b for b in to_batches(read_plain(write(tmp_path, columns()))) if b.placement is Placement.PELVIS
    ]
    ours = tmp_path / "ours.parquet"
    write_samples(ours, batches)
    with pytest.raises(InputError) as caught:
        analyze(ours)
    assert caught.value.reason is InputReason.ONE_SENSOR
    whole = bytearray(ours.read_bytes())
    whole[200] ^= 0xFF
    ours.write_bytes(whole)
    with pytest.raises(InputError) as caught:
        analyze(ours)
    assert caught.value.reason is InputReason.UNREADABLE
