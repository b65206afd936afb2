"""Reload, two tabs, a tab that slept, the pages' server and the hub restarted: the page comes back right."""

import os
import signal
import time
from itertools import pairwise
from pathlib import Path

import pytest

from browser.train_page import WIDE, TrainPage
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(900)]

SET_MS = 120_000
ASLEEP_S = float(os.environ.get("LUMBARWATCH_ASLEEP_S", "4"))
"""How long a tab sleeps in a set; 4 s at the demo's speed are half a minute of the session."""
A_MINUTE = ASLEEP_S > 30
SPEED, REPS = (2.0, 24) if A_MINUTE else (8.0, 8)
SPY = Path(__file__).with_name("spy.js").read_text(encoding="utf-8")
OLDEST_MS = 300.0 * 1.05
"""An older angle is never shown as live; the two clocks drift apart a little."""


def test_what_happens_to_the_page_does_not_happen_to_the_session(guided_at, browser):
    demo = guided_at(reps=REPS, speed=SPEED)
    page = browser.new_page(viewport=WIDE)
    page.add_init_script(SPY)
    train = TrainPage(page, demo.url)
    train.wait("stage", "start")
    train.start()
    train.begin_step()
    train.wait("guide", "running", timeout=SET_MS)
    train.page.reload()  # in the middle of a step: the same tab leads on
    train.wait_words("steps", "passed", timeout=SET_MS)
    second = TrainPage(browser.new_page(viewport=WIDE), demo.url)
    second.wait("stage", "calibrate")
    train.page.bring_to_front()
    train.wait("guide", "failed", timeout=SET_MS)
    second.wait_words("why", "The bows were too small")
    train.begin_step()
    train.wait("stage", "ready", timeout=SET_MS)
    second.wait("stage", "ready")
    train.load_and_lift(60)
    train.wait("reps", "2", "3", timeout=SET_MS)
    _pages_server_restarts(demo, train, second)
    second.page.close()
    train.wait("stage", "after_set", timeout=SET_MS)
    assert int(train.view["reps"]) == REPS + 1
    train.page.get_by_role("heading", name=f"Set 1: {REPS + 1} reps").wait_for(timeout=SET_MS)
    _a_tab_that_slept_in_a_set(train, browser)
    assert demo.stop() == 0


def _pages_server_restarts(demo, train, second):
    """Killed in mid-set: started again by its supervisor, and the set goes on meanwhile."""
    os.kill(_pages_process(demo), signal.SIGKILL)
    before = int(train.view["reps"])
    train.page.wait_for_function(
        """(before) => {
          const roots = [...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean);
          return Number(roots.map((root) => root.querySelector('.lw')).find(Boolean).dataset.reps) > before;
        }""",
        arg=before,
        timeout=SET_MS,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            second.page.goto(demo.url)
            break
        except Exception:  # noqa: BLE001  (refused while nobody serves)
            second.page.wait_for_timeout(500)
    second.wait("stage", "lift", "after_set", timeout=SET_MS)


def test_a_hub_that_died_is_said_never_shown_as_live_and_comes_back(guided_at, browser):
    demo = guided_at(reps=4, restarts=True)
    train = TrainPage(browser.new_page(viewport=WIDE), demo.url)
    train.wait("stage", "start")
    train.start()
    train.wait("live", "true")
    hub = next(child for child in _children(demo) if child != _pages_process(demo))
    os.kill(hub, signal.SIGKILL)
    train.wait("live", "false", timeout=5_000)
    train.wait_words("banner", "not live")
    train.wait("stage", "start", timeout=SET_MS)  # the hub is back; the session was cut off
    train.page.get_by_role("button", name="Start and calibrate").wait_for(timeout=SET_MS)
    with History.open(DataFolder(demo.data).history) as history:
        (session,) = history.sessions()
    assert session.recovered
    train.start()
    train.wait("live", "true")


def _pages_process(demo):
    """The child that holds no recording."""
    recordings = DataFolder(demo.data).live
    for child in _children(demo):
        opened = [_target(link) for link in Path(f"/proc/{child}/fd").iterdir()]
        if not any(target.startswith(str(recordings)) for target in opened):
            return child
    raise AssertionError("no process of the pages")


def _children(demo):
    told = Path(f"/proc/{demo.process.pid}/task/{demo.process.pid}/children").read_text(encoding="utf-8")
    commands = {int(child): Path(f"/proc/{child}/cmdline").read_bytes() for child in told.split()}
    return [child for child, command in commands.items() if b"spawn_main" in command]


def _target(link):
    try:
        return str(link.readlink())
    except OSError:
        return ""


def _a_tab_that_slept_in_a_set(train, browser):
    """Its process stopped, as a computer does with a tab: the set goes on, nothing old is shown as live."""
    train.button("Next set").click()
    train.wait("stage", "lift", timeout=SET_MS)
    train.wait("reps", *map(str, range(1, REPS)), timeout=SET_MS)
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    renderers = [process["id"] for process in processes if process["type"] == "renderer"]
    train.page.evaluate("() => { spy.draws.length = 0; }")
    train.page.wait_for_function("spy.draws.length > 0")  # one to measure the sleep from
    train.wait("live", "true")
    for renderer in renderers:
        os.kill(renderer, signal.SIGSTOP)
    time.sleep(ASLEEP_S)
    for renderer in renderers:
        os.kill(renderer, signal.SIGCONT)
    train.wait("live", "true")
    train.wait("stage", "after_set", timeout=SET_MS)
    assert int(train.view["reps"]) == REPS  # none was missed
    assert train.view["set"] == "2"
    draws, oldest_ms = train.page.evaluate("() => [spy.draws, spy.oldest]")
    assert max(later - one for one, later in pairwise(draws)) > 900 * ASLEEP_S  # it did sleep
    assert 0.0 < oldest_ms <= OLDEST_MS
