"""A family from elsewhere, as README writes it down: installed, found, started, decoded."""

import sys
from pathlib import Path

import numpy as np
import pytest

from lumbarwatch.model.notification import RawNotification
from lumbarwatch.model.samples import Placement
from lumbarwatch.sensors import catalogue
from lumbarwatch.sensors.base import DecodeError

README = Path(__file__).parents[2] / "README.md"
SERVICE, DATA, CONTROL = (f"0000f{k}00-1111-2222-3333-444455556666" for k in range(3))
HEAD = f"""
import numpy as np
from lumbarwatch.model.samples import SensorInfo
from lumbarwatch.sensors.base import DecodeError, Decoder, Driver, make_batch
from lumbarwatch.sensors.catalogue import Family
SERVICE, DATA, CONTROL = {SERVICE!r}, {DATA!r}, {CONTROL!r}
ACC_SCALE, GYR_SCALE = 0.01, 0.002
"""


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """README's family as an installed package: a module and its distribution's entry point."""
    shown = README.read_text(encoding="utf-8").split("```python")[1].split("```")[0]
    (tmp_path / "mine.py").write_text(HEAD + shown)
    about = tmp_path / "mine-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mine\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[lumbarwatch.sensors]\nmine = mine:FAMILY\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("mine", None)


class Client:
    def __init__(self):
        self.written = []

    def has(self, characteristic):
        return False

    async def write(self, characteristic, value, *, response=True):
        self.written.append((characteristic, value))


def note(payload):
    return RawNotification(Placement.LUMBAR, 5, 5, DATA, payload)


async def test_readme_says_how_a_family_of_ones_own_is_made(installed):
    assert set(catalogue.families()) == {*catalogue.FAMILIES, "mine"}
    assert catalogue.recognise("", [SERVICE], [], catalogue.families()).name == "mine"
    driver, client = catalogue.driver("mine"), Client()
    await driver.start(client)
    assert await driver.battery_percent(client) is None
    assert client.written == [(CONTROL, b"\x01")]
    assert driver.info.nominal_rate_hz == 100.0
    counts = np.array([[1, -2, 981], [10, 20, -30]], dtype="<i2")
    decoder = catalogue.decoder("mine", driver.describe())  # as a recording decodes it again
    for (batch,) in (driver.decode(note(counts.tobytes())), decoder.decode(note(counts.tobytes()))):
        np.testing.assert_allclose(batch.acc_mps2, [[0.01, -0.02, 9.81]])
        np.testing.assert_allclose(batch.gyr_radps, [[0.02, 0.04, -0.06]])
    with pytest.raises(DecodeError, match="3 bytes"):
        decoder.decode(note(b"abc"))
    await driver.stop(client)
    assert client.written[-1] == (CONTROL, b"\x00")
