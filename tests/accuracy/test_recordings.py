"""The frozen figures hold, on real recordings where they are at hand."""

import importlib.util
import json
import sys
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent


def script(name):
    """A script of this folder as a module."""
    spec = importlib.util.spec_from_file_location(f"accuracy_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


broad = script("broad")
TRIALS = sorted(broad.default_folder().glob("*.npz"))
needs_trials = pytest.mark.skipif(not TRIALS, reason=f"no recordings in {broad.default_folder()}")
CONDITIONS = {
    "286": (None, 0.0),
    "100": (100.0, 0.0),
    "286_loss1": (None, 1.0),
    "286_loss5": (None, 5.0),
    "100_loss1": (100.0, 1.0),
    "100_loss5": (100.0, 5.0),
}


def frozen(condition):
    return json.loads((HERE / f"broad_{condition}.json").read_text())["trials"]


@needs_trials
@pytest.mark.parametrize("condition", ["286", "100", "100_loss5"])
def test_broad_is_as_frozen(condition):
    """Two trials of each; the scripts freeze all of them."""
    rate_hz, loss_percent = CONDITIONS[condition]
    for path in TRIALS[1:6:4]:
        trial = broad.prepared(path, rate_hz, loss_percent, broad.SEED)
        t_s, up, _ = broad.fused(trial, None)
        found = broad.rms(broad.errors_deg(trial, t_s, up))
        assert found == pytest.approx(frozen(condition)[path.stem], abs=0.02)


@pytest.mark.parametrize("rate", ["286", "100"])
def test_no_trial_is_worse_than_plain_vqf(rate):
    beside = json.loads((HERE / f"broad_{rate}_beside.json").read_text())
    found = frozen(rate)
    for name, vqf in beside["vqf"].items():
        assert found[name] <= vqf + 0.05
    ours, vqf, offline = (np.median(list(x.values())) for x in (found, beside["vqf"], beside["offline"]))
    assert ours <= 0.95 * vqf
    assert ours <= 0.5 * (vqf + offline)


def test_frozen_figures_reach_the_targets():
    assert np.median(list(frozen("100_loss1").values())) <= 1.2
    assert np.median(list(frozen("100_loss5").values())) <= 2.5
    assert np.median(list(frozen("286_loss1").values())) <= 1.2
    assert np.median(list(frozen("286_loss5").values())) <= 2.5
    cases = json.loads((HERE / "timebase.json").read_text())["cases"]
    assert cases["30/30 ms"]["p95_ms"] <= 8.0
    assert cases["30/30 ms, beacons 5/s"]["p95_ms"] <= 5.0


@pytest.mark.parametrize("name", ["15/15 ms", "30/30 ms", "30/30 ms, beacons 5/s"])
def test_two_sensors_agree_in_time(name):
    timebase = script("timebase")
    figures = timebase.figures(name, 60.0, 4)
    assert figures["p95_ms"] < (5.0 if "beacons" in name else 10.0)
