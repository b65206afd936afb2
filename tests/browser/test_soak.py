"""The soak in a short form: several sessions at eight times the speed, and nothing grows."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from browser.conftest import CHROMIUM

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Debian's chromium"),
]

TESTS = Path(__file__).parents[1]


@pytest.mark.timeout(300)
def test_nothing_grows_over_several_sessions():
    asked = [sys.executable, "-m", "benchmarks.soak", "--minutes", "1.6", "--speed", "8"]
    there = {**os.environ, "PYTHONPATH": str(TESTS)}
    soaked = subprocess.run(asked, env=there, capture_output=True, text=True, check=False, timeout=280)
    assert soaked.returncode == 0, soaked.stdout + soaked.stderr
    assert soaked.stdout.count(": steady") == 5, soaked.stdout
