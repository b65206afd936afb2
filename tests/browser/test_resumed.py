"""The measuring process dies in a set: the page says so, and a session of its own goes on by itself."""

import os
import re
import signal
import sys
from pathlib import Path

import pytest

from browser.conftest import start
from browser.resumed_hub import RUN
from browser.train_page import WIDE, TrainPage

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(sys.platform == "win32", reason="kills as this system does not"),
]
SAID = re.compile(r"^Measuring was restarted at \d\d:\d\d: .+ graded as before\.$")
WITHIN_MS = 120_000
TESTS = str(Path(__file__).parents[1])


@pytest.fixture
def demo(tmp_path):
    """A supervised hub in a long set, and the pages."""
    folder = tmp_path / "data"
    running = start(folder, RUN.format(tests=TESTS), str(folder))
    yield running
    running.stop()


def test_the_page_says_that_measuring_was_restarted_and_the_set_goes_on(demo, browser, tmp_path):
    train = TrainPage(browser.new_page(viewport=WIDE), demo.url)
    train.wait("stage", "lift", timeout=WITHIN_MS)
    train.wait("reps", *map(str, range(3, 40)), timeout=WITHIN_MS)
    os.kill(int((tmp_path / "hub.pid").read_text()), signal.SIGKILL)
    train.wait_words("banner", "not live", timeout=WITHIN_MS)
    said = train.page.get_by_text(SAID)
    said.wait_for(timeout=WITHIN_MS)
    train.wait("live", "true", timeout=WITHIN_MS)
    train.wait("stage", "lift", timeout=WITHIN_MS)
    train.wait("reps", *map(str, range(1, 40)), timeout=WITHIN_MS)
    assert train.page.get_by_label("Bar (kg)").input_value() == "60.0"
    train.button("End session").click()
    train.wait("stage", "summary", timeout=WITHIN_MS)
    train.page.get_by_role("heading", name="Session done").first.wait_for(timeout=WITHIN_MS)
    assert said.is_visible()
    assert not train.page.get_by_text("No session runs").is_visible()
    train.page.goto(f"{demo.url}/history")
    train.page.get_by_text("2 sessions, newest first").wait_for(timeout=WITHIN_MS)
