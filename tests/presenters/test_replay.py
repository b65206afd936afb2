"""What the replay of a rep is given."""

import json

import numpy as np
import pytest

from hub.scripted import red, rep
from lumbarwatch.model.motion import PoseBatch
from lumbarwatch.model.samples import NS_PER_S
from lumbarwatch.model.verdicts import Level, WarningId, WarningVerdict
from lumbarwatch.presenters.replay import level, replay_data, span_ns

START_NS = 100 * NS_PER_S


def poses(seconds: float, rate_hz: int = 100) -> PoseBatch:
    n = round(seconds * rate_hz)
    t = START_NS - 5 * NS_PER_S + np.arange(n) * (NS_PER_S // rate_hz)
    angles = {
        name: np.linspace(0.0, 90.0, n) + shift
        for shift, name in enumerate(PoseBatch.__slots__)
        if name.endswith("_deg")
    }
    return PoseBatch(t_ns=t, phase_code=np.zeros(n, dtype=int), valid=np.ones(n, dtype=bool), **angles)


def test_a_second_before_and_after_at_fifty_points_a_second_as_plain_json():
    data = replay_data(poses(20), rep(4, START_NS))
    times = data["t_s"]
    assert (times[0], times[1]) == (-1.0, -0.98)
    assert times[-1] == pytest.approx(4.0, abs=0.03)
    assert data["marks"] == {"lockout_s": 1.0, "lower_s": 1.5, "end_s": 3.0}
    assert [part["seconds"] for part in data["tempo"]] == [1.0, 0.5, 1.5]
    assert all(
        len(data[name]) == len(times) for name in ("pelvis_deg", "lumbar_deg", "tilt_deg", "lambda_deg")
    )
    json.dumps(data, allow_nan=False)


def test_unknown_angles_are_null_and_a_rep_without_angles_has_no_replay():
    batch = poses(20)
    batch.valid[500:520] = False
    batch.lumbar_extension_deg[600:610] = np.nan
    data = replay_data(batch, rep(4, START_NS))
    assert data["tilt_deg"].count(None) == 10
    assert data["lambda_deg"].count(None) == 15
    assert replay_data(poses(20), rep(4, START_NS + 3600 * NS_PER_S)) is None


def test_the_span_is_what_is_read_from_the_file():
    assert span_ns(rep(4, START_NS)) == (START_NS - NS_PER_S, START_NS + 4 * NS_PER_S)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "good"),
        ({"graded": False}, "unknown"),
        ({"partial": True}, "amber"),
        ({"warnings": (red(),)}, "red"),
        ({"warnings": (WarningVerdict(WarningId.W4, Level.AMBER, 0.9, 1.0, 0.05, 1),)}, "amber"),
    ],
)
def test_unknown_is_never_good(changes, expected):
    assert level(rep(1, START_NS, **changes)) == expected


def test_a_limit_is_drawn_on_the_angle_it_is_of():
    warning = WarningVerdict(WarningId.W2, Level.RED, 14.0, 7.5, 2.0, START_NS + NS_PER_S)
    (found,) = replay_data(poses(20), rep(4, START_NS, warnings=(warning, red())))["limits"]
    assert (found["angle"], found["limit"], found["t_s"]) == ("lambda", 7.5, 1.0)


def test_a_rep_that_was_not_lowered_has_no_time_down():
    assert replay_data(poses(20), rep(4, START_NS, lowered=False))["tempo"][2]["seconds"] is None
