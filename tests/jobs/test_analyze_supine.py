"""A table whose META names a zero lying face up: reps are told against it, wherever in the table it lies."""

import json

import pytest

from lumbarwatch.exchange.plain import write_plain
from lumbarwatch.jobs.analyze import analyze
from lumbarwatch.model.samples import Placement
from lumbarwatch.simulate import documents
from lumbarwatch.simulate.everyday import (
    ArchAndTuck,
    Bows,
    GetUp,
    LieDown,
    LieFlat,
    Stand,
    StayFlat,
    ToBottom,
)
from lumbarwatch.simulate.lifts import ReferenceThrusts, SetOf, good
from lumbarwatch.simulate.scenario import Scenario
from lumbarwatch.simulate.session import simulate_session

PITCH_DEG, LAMBDA_DEG = 84.0, 6.0
FLAT = [LieFlat(PITCH_DEG, LAMBDA_DEG), StayFlat(), ToBottom()]
BEGIN = [Stand(6.0, zero=True), Bows(), Stand(1.5), ArchAndTuck(), LieDown(), ReferenceThrusts()]
SET = [SetOf(good(4))]


@pytest.fixture(params=["before", "after"])
def table(request, tmp_path):
    """A session's rows and META; the zero is taken before the set, or after it."""
    parts = [*FLAT, *SET] if request.param == "before" else [*SET, *FLAT]
    story = [*BEGIN, *parts, GetUp(), Stand(3.0)]
    session = simulate_session(Scenario("supine", "", lambda _profile: story, 4), "ideal", 2)
    write_plain(tmp_path / "rows.csv", documents.rows(session))
    return tmp_path / "rows.csv", documents.meta(session), session.performance.sets[0]


def analysed(table, tmp_path, *, supine):
    rows, meta, one_set = table
    steps = {name: window for name, window in meta["calibration"].items() if supine or name != "supine"}
    path = tmp_path / "meta.json"
    path.write_text(json.dumps(meta | {"calibration": steps}), encoding="utf-8")
    found = analyze(rows, path)
    return found, [r for r in found.reps if one_set.start_s < r.t_start_ns / 1e9 < one_set.end_s]


def test_each_rep_is_told_against_it(table, tmp_path):
    lain, stood = (analysed(table, tmp_path, supine=chosen) for chosen in (True, False))
    shift = lain[0].calibration.supine.shift_deg
    assert shift[Placement.PELVIS] == pytest.approx(PITCH_DEG - 90.0, abs=0.3)
    assert shift[Placement.LUMBAR] == pytest.approx(PITCH_DEG + LAMBDA_DEG - 90.0, abs=0.3)
    assert len(lain[1]) == len(stood[1]) == 4
    for one, other in zip(lain[1], stood[1], strict=True):
        lam = shift[Placement.LUMBAR] - shift[Placement.PELVIS]
        assert one.graded
        assert one.lambda_lockout_deg == pytest.approx(other.lambda_lockout_deg - lam, abs=0.1)
        expected = other.tilt_lockout_deg - shift[Placement.PELVIS]
        assert one.tilt_lockout_deg == pytest.approx(expected, abs=0.1)
    assert lain[0].calibration.own_range.habit == pytest.approx(stood[0].calibration.own_range.habit)
