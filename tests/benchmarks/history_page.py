"""How long the History view takes to be complete in the browser, with 10,000 sessions.

``PYTHONPATH=tests uv run python -m benchmarks.history_page FOLDER [--rounds N]``: FOLDER was filled by
``benchmarks.archive``. Each figure is in seconds from the click (or the address) until all of the part is
drawn and nothing runs any more; the first round, in which the process imports charts, is told apart.
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from browser.conftest import CHROMIUM, FLAGS, start_demo
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

LIMIT_S = 1.0
"""What the page may take."""

SLOW_MS = 60_000
TABLE = "[data-testid=stDataFrame] canvas"
IDLE = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
Times = dict[str, list[float]]


def main() -> int:
    """Measure, print the figures, and return 1 where a warm median is over the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    with History.open(DataFolder(asked.folder).history) as history:
        names = [athlete.name for athlete in history.athletes()][: asked.rounds + 1]
        total = len(history.sessions(limit=None))
    demo = start_demo(asked.folder)
    times: Times = {}
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
            page = browser.new_page(viewport={"width": 1440, "height": 1000})
            for name in names:
                _round(page, demo.url, name, times)
            browser.close()
    finally:
        demo.stop()
    return _tell(times, total)


def _round(page: Page, url: str, name: str, times: Times) -> None:
    page.goto(f"{url}/safety")
    page.get_by_role("heading", name="Safety").first.wait_for(timeout=SLOW_MS)
    _timed(times, "list", page, lambda: page.get_by_role("link", name="History").click(), TABLE)
    _timed(times, "next page", page, lambda: page.get_by_role("button", name="Next").click(), TABLE)
    red = page.get_by_role("button", name="Red warnings")
    _timed(times, "only with red", page, red.click, TABLE)
    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    assert box is not None
    _timed(times, "session", page, lambda: page.mouse.click(box["x"] + 16, box["y"] + 52), "text=Worst rep")
    _timed(times, "back", page, lambda: page.get_by_role("button", name="Back").click(), TABLE)
    week = page.locator("[data-testid=stButtonGroup] button").filter(has_text="This week")
    _timed(times, "week", page, week.click, "text=Seven days up to")
    course = page.locator("[data-testid=stButtonGroup] button").filter(has_text="Athlete")
    course.click()
    page.get_by_role("combobox", name="Athlete").click(timeout=SLOW_MS)
    page.keyboard.type(name)
    chosen = page.get_by_role("option", name=name).first
    _timed(times, "course", page, chosen.click, "[data-testid=stVegaLiteChart] >> nth=3")


def _timed(times: Times, what: str, page: Page, act, shown: str) -> None:
    begin = time.perf_counter()
    act()
    page.locator(shown).first.wait_for(timeout=SLOW_MS)
    page.wait_for_function(IDLE, timeout=SLOW_MS, polling=20)
    times.setdefault(what, []).append(time.perf_counter() - begin)
    page.wait_for_timeout(400)


def _tell(times: Times, total: int) -> int:
    print(f"{total} sessions; seconds until complete: first, then median and worst of the warm rounds")
    for what, (first, *warm) in times.items():
        print(f"{what:16} {first:6.2f} {median(warm):6.2f} {max(warm):6.2f}")
    return int(any(median(warm) > LIMIT_S for _, *warm in times.values()))


if __name__ == "__main__":
    sys.exit(main())
