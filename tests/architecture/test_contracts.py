"""The layers of the design, where the lint tools are installed; CI always has them."""

import importlib.util
import shutil
import subprocess
import sys

import pytest

from architecture.source import ROOT

LINTER = shutil.which("lint-imports", path=str(sys.executable).rsplit("/", 1)[0])


@pytest.mark.skipif(
    importlib.util.find_spec("importlinter") is None or LINTER is None,
    reason="import-linter is in the lint group: uv run --group lint pytest tests/architecture",
)
def test_import_contracts_hold():
    done = subprocess.run(
        [LINTER, "--no-cache", "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
