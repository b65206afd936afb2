"""How long the History view takes to be complete in the browser, with 10,000 sessions.

``PYTHONPATH=tests uv run python -m benchmarks.history_page FOLDER [--rounds N]``: FOLDER was filled by
``benchmarks.archive``; with ``LUMBARWATCH_HISTORY`` in the environment the history is the one on that server.
Each figure is in seconds from the click until all of the part is drawn and nothing runs any more.

Told apart: the first opening in a pages process that was ready only just now, by a browser that never showed
these pages (it loads sixty scripts, the process its modules), and the first opening some seconds later, when
both have been loaded ahead; then the median and the worst of the rounds after it.
"""

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright

from browser.conftest import CHROMIUM, FLAGS, start_demo
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

LIMIT_S = 1.0
"""What the page may take."""

SLOW_MS = 60_000
SETTLED_MS = 15_000
"""By then all that is loaded ahead is loaded, on a busy machine, too."""

TABLE = "[data-testid=stDataFrame] canvas"
IDLE = "() => document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
Times = dict[str, list[float]]


def main() -> int:
    """Measure, print the figures, and return 1 where a warm median is over the limit."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("folder", type=Path)
    options.add_argument("--rounds", type=int, default=5)
    asked = options.parse_args()
    with History.open(DataFolder(asked.folder).database) as history:
        names = [athlete.name for athlete in history.athletes()][: asked.rounds + 1]
        total = len(history.sessions(limit=None))
    at_once: Times = {}
    with _opened(asked.folder) as (page, url):
        _round(page, url, names[0], at_once, wait_ms=0)
    times: Times = {}
    with _opened(asked.folder) as (page, url):
        for number, name in enumerate(names):
            _round(page, url, name, times, wait_ms=0 if number else SETTLED_MS)
    return _tell(at_once, times, total)


@contextmanager
def _opened(folder: Path) -> Iterator[tuple[Page, str]]:
    """Start a demo and a browser that has never seen it."""
    demo = start_demo(folder)
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
            yield browser.new_page(viewport={"width": 1440, "height": 1000}), demo.url
            browser.close()
    finally:
        demo.stop()


def _round(page: Page, url: str, name: str, times: Times, wait_ms: int) -> None:
    page.goto(f"{url}/safety")
    page.get_by_role("heading", name="Safety").first.wait_for(timeout=SLOW_MS)
    page.wait_for_timeout(wait_ms)
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


def _tell(at_once: Times, times: Times, total: int) -> int:
    print(f"{total} sessions; seconds until complete")
    print(f"{'':16} {'at once':>8} {'first':>8} {'median':>8} {'worst':>8}")
    for what, (first, *warm) in times.items():
        figures = (at_once[what][0], first, median(warm), max(warm))
        print(f"{what:16} " + " ".join(f"{figure:8.2f}" for figure in figures))
    return int(any(median(warm) > LIMIT_S for _, *warm in times.values()))


if __name__ == "__main__":
    sys.exit(main())
