"""Angles over the sets of a session, as the replay of a rep reads them."""

import numpy as np
import pytest

from lumbarwatch.model.motion import PHASES, Phase, PoseBatch, SetSummary
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.store.angles import AROUND_NS, read_angles, write_angles, write_derived_angles
from lumbarwatch.store.errors import StoreError, StoreReason

STEP_NS = NS_PER_S // 100


def poses(seconds: float, start_ns: int = 5 * NS_PER_S) -> PoseBatch:
    n = round(seconds * 100)
    t = np.arange(n)
    waves = {
        name: 40.0 + 30.0 * np.sin(t / 50.0 + shift)
        for shift, name in enumerate(PoseBatch.__slots__)
        if name.endswith("_deg")
    }
    waves["lumbar_extension_deg"][3:7] = np.nan
    return PoseBatch(
        t_ns=start_ns + t * STEP_NS,
        phase_code=np.full(n, PHASES.index(Phase.CONCENTRIC)),
        valid=t % 7 != 3,
        **waves,
    )


def a_set(number: int, start_s: float, end_s: float) -> SetSummary:
    return SetSummary(number, round(start_s * NS_PER_S), round(end_s * NS_PER_S), reps=8, partial=0)


def test_angles_come_back_around_the_sets_and_unknown_stays_unknown(tmp_path):
    path, whole = tmp_path / "one.angles.parquet", poses(60)
    write_angles(path, whole, [a_set(1, 8, 12), a_set(2, 30, 33)], "1.2")
    found = read_angles(path)
    kept = [
        (t >= 8 * NS_PER_S - AROUND_NS and t <= 12 * NS_PER_S + AROUND_NS)
        or (t >= 30 * NS_PER_S - AROUND_NS and t <= 33 * NS_PER_S + AROUND_NS)
        for t in whole.t_ns
    ]
    assert found.pipeline_version == "1.2"
    assert np.array_equal(found.poses.t_ns, whole.t_ns[kept])
    assert np.array_equal(found.poses.valid, whole.valid[kept])
    assert np.array_equal(found.poses.phase_code, whole.phase_code[kept])
    for name in PoseBatch.__slots__:
        if name.endswith("_deg"):
            assert np.allclose(
                getattr(found.poses, name), getattr(whole, name)[kept], atol=0.0051, equal_nan=True
            )


def test_a_part_of_the_time_is_read_alone(tmp_path):
    path = tmp_path / "one.angles.parquet"
    write_angles(path, poses(60), [a_set(1, 8, 40)], "1")
    span = (10 * NS_PER_S, 12 * NS_PER_S)
    found = read_angles(path, span).poses
    assert len(found) == 200
    assert found.t_ns[0] == span[0]
    assert found.t_ns[-1] == span[1] - STEP_NS


def test_an_hour_of_sets_is_small(tmp_path):
    path = tmp_path / "one.angles.parquet"
    write_angles(path, poses(3600), [a_set(1, 0, 4000)], "1")
    assert path.stat().st_size < 9_000_000


@pytest.mark.parametrize(
    ("content", "reason"), [(None, StoreReason.MISSING), (b"PAR1 no table at all", StoreReason.DAMAGED)]
)
def test_angles_that_cannot_be_read_are_one_sentence(tmp_path, content, reason):
    path = tmp_path / "one.angles.parquet"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(StoreError, match=r"one\.angles\.parquet") as refused:
        read_angles(path)
    assert refused.value.reason is reason


def test_a_failure_to_write_costs_nothing_else(tmp_path, caplog):
    write_derived_angles(tmp_path / "no folder" / "one.angles.parquet", poses(1), [a_set(1, 0, 9)], "1")
    assert "Writing the angles" in caplog.text
