"""The Sensors page as its user sees it: an accelerometer is calibrated by turning the sensor over."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from browser.conftest import start
from browser.table_hub import RUN, SERIALS, on_the_table
from lumbarwatch.model.samples import Placement
from lumbarwatch.store.calibrations import accelerometer_of
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SPEED = 4.0
SERIAL = SERIALS[Placement.PELVIS]
MG = 9.80665e-3
TESTS = str(Path(__file__).parents[1])


@pytest.fixture
def table(tmp_path):
    """A hub with two sensors on a table, and the pages."""
    folder = tmp_path / "table"
    running = start(folder, RUN.format(tests=TESTS), str(folder), str(SPEED))
    yield running
    running.stop()


def test_an_accelerometer_is_calibrated_by_turning_the_sensor_over(table, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{table.url}/sensors")
    card = page.locator(f".st-key-sensor_{SERIAL}")
    card.get_by_text("not calibrated").wait_for(timeout=60_000)
    card.get_by_role("button", name="Calibrate").click()
    page.get_by_text(re.compile("Still for")).wait_for(timeout=60_000)
    assert page.get_by_role("button", name="Finish").is_disabled()
    page.get_by_text("6 of 6 poses").wait_for(timeout=90_000)
    finish = page.locator("button:not([disabled])", has_text="Finish")
    finish.click(timeout=20_000)
    page.get_by_text(f"Stored for the sensor with the serial number {SERIAL}").wait_for(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shown_mg = _offsets_mg(page)
    planted_mg = on_the_table().parts[Placement.PELVIS].acc_offset_mps2 / MG
    assert max(abs(a - b) for a, b in zip(shown_mg, planted_mg, strict=True)) < 1.0
    assert max(abs(planted_mg)) > 10.0
    page.get_by_role("button", name="Close").click()
    card.get_by_text(re.compile(r"calibrated \d{4}-")).wait_for(timeout=30_000)
    with History.open(DataFolder(table.data).database) as history:
        stored = accelerometer_of(history.sensors(), "lm1", SERIAL)
    assert [round(value / MG, 1) for value in stored.offset_mps2] == shown_mg


def _offsets_mg(page):
    cells = page.locator("tr", has_text="Offset, mg").locator("td").all_inner_texts()
    return [float(cell.partition("±")[0].replace("−", "-")) for cell in cells]


@pytest.mark.skipif(sys.platform != "linux", reason="finds the hub by /proc")
def test_a_guide_turns_not_grey_while_the_computer_is_busy(table, browser):
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{table.url}/sensors")
    card = page.locator(f".st-key-sensor_{SERIAL}")
    card.get_by_role("button", name="Calibrate").click(timeout=60_000)
    page.get_by_text("of 6 poses").first.wait_for(timeout=60_000)
    page.evaluate(PALEST)
    hub = min(_children(table))  # the pages began after it
    os.kill(hub, signal.SIGSTOP)
    try:
        page.wait_for_function("() => window.waiting > 1.5", timeout=60_000)
    finally:
        os.kill(hub, signal.SIGCONT)
    assert page.evaluate("() => window.palest") == 1.0


PALEST = """() => {
  [window.palest, window.waiting] = [1, 0];
  let since = null;
  const look = (now) => {
    const late = [...document.querySelectorAll('[data-stale="true"]')];
    since = late.length ? since ?? now : null;
    if (since !== null) window.waiting = Math.max(window.waiting, (now - since) / 1000);
    window.palest = Math.min(window.palest, ...late.map((one) => Number(getComputedStyle(one).opacity)));
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
"""Notes how long (s) something waits to be drawn anew, and how pale it becomes."""


def _children(running):
    process = running.process.pid
    told = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
    return [int(child) for child in told if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()]
