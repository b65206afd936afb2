"""Twelve athletes on one hub and their coach: who is red, who is cut off, one in place, a word."""

import math
import os
import re
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from browser.conftest import start
from lumbarwatch.store.folder import DataFolder

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.skipif(sys.platform != "linux", reason="finds the process that writes by /proc"),
]

WALL_HUB = Path(__file__).parent / "wall_hub.py"
ATHLETES = 12
SPEED = 2.0
WIDE = {"width": 1440, "height": 1000}
RED_WITHIN_MS = 200.0
"""Of its event in the hub (issue: the coach's page)."""
BUSY = 1.5
"""Tasks that can run, for each core: above, they wait for a core and other work decides (convention)."""
ROUNDS = 3
"""A round that was late is measured again: a page that is late by itself is late in all of them."""
EACH_RED_WITHIN_S = 200.0
UNLUCKY = "3"
"""Station whose lumbar sensor is cut for 5 s of the session, in its first set."""

LISTEN = """
window.reds = [];
document.addEventListener("lumbarwatch:red", (event) => window.reds.push(event.detail));
"""
TILE = '.wall button.tile[data-station="{}"]'


@pytest.fixture
def gym(tmp_path):
    """A hub with twelve athletes, and the pages."""
    running = start(
        tmp_path / "gym", WALL_HUB.read_text(encoding="utf-8"), str(tmp_path / "gym"), "12", str(SPEED)
    )
    yield running
    running.stop()


def test_a_coach_sees_in_one_glance_who_needs_a_word(gym, browser, tmp_path):
    page = browser.new_page(viewport=WIDE)
    page.add_init_script(LISTEN)
    page.goto(f"{gym.url}/coach")
    page.locator(TILE.format(ATHLETES)).wait_for(state="attached", timeout=60_000)
    assert page.locator(".wall canvas").count() == 1
    _a_cut_sensor_is_named_and_never_stillness(page)
    page.screenshot(path=tmp_path / "cut.png")
    unmeasured = _each_red_is_shown_at_once(page)
    _what_is_red_is_painted_red(page)
    page.screenshot(path=tmp_path / "wall.png")
    _only_those_who_are_looked_for_are_shown(page)
    _one_athlete_in_place_and_back(page)
    _a_word_reaches_the_athletes_page(page, browser, gym)
    second = _a_second_coach_sees_the_same(page, browser, gym)
    _a_hub_that_is_lost_and_back([page, second], gym)
    _both_coaches_agree(page, second)
    if unmeasured:
        pytest.skip(unmeasured)


def _a_cut_sensor_is_named_and_never_stillness(page):
    tile = page.locator(TILE.format(UNLUCKY))
    page.wait_for_function(_IN_TROUBLE, arg=UNLUCKY, timeout=120_000)
    seen = []
    until = time.monotonic() + 20
    while time.monotonic() < until:
        now = tile.evaluate("tile => ({...tile.dataset, aloud: tile.getAttribute('aria-label')})")
        if "Lumbar sensor" not in now["trouble"]:
            break
        seen.append(now)
        page.wait_for_timeout(50)
    assert seen
    assert {one["phase"] for one in seen} == {""}  # "ready" or "top" would be stillness
    assert any("lost" in one["trouble"] or "silent" in one["trouble"] for one in seen)
    page.wait_for_function(f"arg => !({_IN_TROUBLE})(arg)", arg=UNLUCKY, timeout=60_000)  # and it comes back


@dataclass(frozen=True)
class Round:
    """One red or more of every athlete: how late each was on the canvas, and how full the computer was."""

    late_ms: list[float]
    running: float  # tasks that could run, for each core

    @property
    def median_ms(self):
        return self.late_ms[len(self.late_ms) // 2]

    def __str__(self):
        return (
            f"{len(self.late_ms)} reds: median {self.median_ms:.0f} ms late, the last "
            f"{self.late_ms[-1]:.0f} ms ({self.running:.1f} tasks a core)"
        )


def _each_red_is_shown_at_once(page):
    """Return why it could not be measured, "" if it was: each red of a round came in time."""
    rounds = []
    while len(rounds) < ROUNDS:
        rounds.append(_a_red_of_everybody(page))
        print(rounds[-1])
        assert rounds[-1].late_ms[0] > -5.0, rounds[-1]  # hub and page have one clock
        assert math.isfinite(rounds[-1].median_ms), rounds[-1]  # on the fullest computer, too
        if rounds[-1].late_ms[-1] < RED_WITHIN_MS:
            return ""
    told = "; ".join(map(str, rounds))
    assert all(one.running > BUSY for one in rounds), told
    return f"other work kept the computer too busy to measure how late a red is: {told}"


def _a_red_of_everybody(page):
    """From the hub's time of each event to the end of the page's own frame that has drawn it; never: inf."""
    until, running, reds = time.monotonic() + EACH_RED_WITHIN_S, [], []
    while (missing := ATHLETES - len({red["station"] for red in reds})) and time.monotonic() < until:
        running.append(_running())
        page.wait_for_timeout(250)
        reds = page.evaluate("window.reds")
    page.evaluate("window.reds = []")  # another round begins with nobody's
    hub_to_wall_ms = (time.time() - time.monotonic()) * 1e3  # the hub has this computer's clock
    late_ms = sorted(red["shown_ms"] - (red["sent_ms"] + hub_to_wall_ms) for red in reds)
    return Round(late_ms + missing * [math.inf], sum(running) / len(running) / (os.cpu_count() or 1))


def _running():
    """Tasks that run or wait for a core now, this one left out."""
    told = Path("/proc/stat").read_text(encoding="ascii")
    return int(re.search(r"procs_running (\d+)", told).group(1)) - 1


def _what_is_red_is_painted_red(page):
    page.wait_for_function(f"() => {_SHADOWS}.querySelector('.tile[data-level=red]')", timeout=60_000)
    red, first = page.evaluate(_BAND_OF_FIRST)
    assert first == "red"  # red first
    assert red == [0xD5, 0x5E, 0x00]


def _only_those_who_are_looked_for_are_shown(page):
    tiles = page.locator(".wall button.tile")
    page.locator(".wall .find").fill("hug")
    page.wait_for_function(f"() => {_SHADOWS}.querySelectorAll('.tile').length === 1")
    assert tiles.first.get_attribute("aria-label").startswith("Hugo")
    page.locator(".wall .find").fill("")
    page.wait_for_function(f"() => {_SHADOWS}.querySelectorAll('.tile').length === {ATHLETES}")
    page.locator(".wall .only.red").click()
    page.wait_for_function(
        f"() => [...{_SHADOWS}.querySelectorAll('.tile')].every((t) => t.dataset.level === 'red')"
    )
    page.locator(".wall .only.red").click()
    page.wait_for_function(f"() => {_SHADOWS}.querySelectorAll('.tile').length === {ATHLETES}")


def _one_athlete_in_place_and_back(page):
    tile = page.locator(TILE.format("5"))
    tile.focus()
    page.keyboard.press("Enter")
    page.locator(".lw .athlete").get_by_text("Edda").wait_for(timeout=30_000)
    page.reload()
    page.locator(".lw .athlete").get_by_text("Edda").wait_for(timeout=30_000)  # the same athlete
    page.get_by_role("button", name="All athletes").click()
    page.locator(TILE.format(ATHLETES)).wait_for(state="attached", timeout=30_000)


def _a_word_reaches_the_athletes_page(page, browser, gym):
    athlete = browser.new_page(viewport=WIDE)
    athlete.goto(f"{gym.url}/?station=5")
    athlete.locator(".lw .athlete").get_by_text("Edda").wait_for(timeout=60_000)
    page.locator(TILE.format("5")).click()
    page.locator(".lw .athlete").get_by_text("Edda").wait_for(timeout=30_000)  # all is drawn
    page.get_by_label("Own words").fill("Feet a hand further out.")
    page.get_by_role("button", name="Send").click()
    athlete.locator(".lw .messages").get_by_text("Feet a hand further out.").wait_for(timeout=30_000)
    athlete.close()
    page.get_by_role("button", name="All athletes").click()
    page.locator(TILE.format(ATHLETES)).wait_for(state="attached", timeout=30_000)


def _a_second_coach_sees_the_same(page, browser, gym):
    """Opened later, in a browser of its own; what one coach looks at or filters is nothing to the other."""
    second = browser.new_context(viewport={"width": 390, "height": 844}).new_page()
    second.goto(f"{gym.url}/coach")
    second.locator(TILE.format(ATHLETES)).wait_for(state="attached", timeout=60_000)
    _both_coaches_agree(page, second)
    second.locator(".wall .find").fill("hug")
    second.wait_for_function(f"() => {_SHADOWS}.querySelectorAll('.tile').length === 1")
    assert page.locator(".wall button.tile").count() == ATHLETES
    second.locator(".wall .find").fill("")
    second.wait_for_function(f"() => {_SHADOWS}.querySelectorAll('.tile').length === {ATHLETES}")
    return second


def _both_coaches_agree(page, second):
    """At some moment: a red may come between two looks."""
    for _ in range(20):
        seen = [one.evaluate(_LEVELS) for one in (page, second)]
        if seen[0] == seen[1] and len(seen[0]) == ATHLETES:
            return
        page.wait_for_timeout(300)
    assert seen[0] == seen[1]


def _a_hub_that_is_lost_and_back(pages, gym):
    os.kill(_writer(DataFolder(gym.data)), signal.SIGKILL)
    for page in pages:
        page.locator('.wall:not([data-connection="open"])').wait_for(timeout=10_000)
        page.wait_for_function(
            f"() => [...{_SHADOWS}.querySelectorAll('.tile')].every((t) => t.dataset.live !== 'true')"
        )
        page.locator(".wall .note").get_by_text("what you see is not live").wait_for(timeout=10_000)
    for page in pages:
        page.locator('.wall[data-connection="open"]').wait_for(timeout=90_000)
        page.wait_for_function(f"() => {_SHADOWS}.querySelector('.tile[data-live=true]')", timeout=90_000)


def _writer(folder):
    """The process that has a live recording open."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for descriptor in Path("/proc").glob("[0-9]*/fd/*"):
            try:
                target = descriptor.readlink()
            except OSError:
                continue
            if target.parent == folder.live and target.suffix == ".mcap":
                return int(descriptor.parts[2])
        time.sleep(0.2)
    raise AssertionError("nobody writes a recording")


_SHADOWS = (
    "[...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean)"
    ".find((root) => root.querySelector('.wall'))"
)
_IN_TROUBLE = f"""station => {_SHADOWS}.querySelector(`.tile[data-station="${{station}}"]`)
  .dataset.trouble.includes("Lumbar sensor")"""
_LEVELS = f"""() => Object.fromEntries(
  [...{_SHADOWS}.querySelectorAll(".tile")].map((tile) => [tile.dataset.station, tile.dataset.level]))"""
_BAND_OF_FIRST = f"""() => {{
  const root = {_SHADOWS};
  const canvas = root.querySelector("canvas");
  const tile = root.querySelector(".tile");
  const ratio = canvas.width / canvas.clientWidth;
  const at = [tile.offsetLeft + 5, tile.offsetTop + tile.offsetHeight / 2].map((value) => value * ratio);
  return [[...canvas.getContext("2d").getImageData(...at, 1, 1).data].slice(0, 3), tile.dataset.level];
}}"""
