"""Screenshots of every view, wide and narrow, light and dark, of a guided demo: ``screenshots.py FOLDER``.

To be looked at by a person: nothing overlaps, nothing is cut, numbers have units. Not collected by pytest.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.conftest import CHROMIUM, FLAGS, start_guided
from browser.train_page import TrainPage

WIDTHS = {"wide": {"width": 1440, "height": 1000}, "narrow": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
OTHERS = ("coach", "history", "sensors", "settings", "safety")
SET_MS = 120_000
SETTLED_MS = 2500
SCROLLED = "() => document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 0"
"""Height of all that the page has: Streamlit scrolls it inside the window."""


class Camera:
    """Four tabs, one for each width and colour scheme; a picture of all four at once."""

    def __init__(self, browser: Browser, url: str, folder: Path) -> None:
        self.folder, self.url = folder, url
        self.tabs: dict[str, Page] = {}
        for name, size in WIDTHS.items():
            for scheme in SCHEMES:
                tab = browser.new_context(viewport=size, color_scheme=scheme).new_page()
                tab.goto(url)
                self.tabs[f"{name}-{scheme}"] = tab

    def shoot(self, name: str) -> None:
        """Take a picture of every tab as it is."""
        next(iter(self.tabs.values())).wait_for_timeout(SETTLED_MS)
        for variant, tab in self.tabs.items():
            size = WIDTHS[variant.partition("-")[0]]
            whole = tab.evaluate(SCROLLED)
            tab.set_viewport_size({"width": size["width"], "height": max(size["height"], whole)})
            tab.screenshot(path=self.folder / f"{name}-{variant}.png")
            tab.set_viewport_size(size)

    def visit(self, path: str) -> None:
        """Go to another view in every tab."""
        for tab in self.tabs.values():
            tab.goto(f"{self.url}/{path}")


def session(train: TrainPage, shoot: Callable[[str], None]) -> None:
    """Go through a session, with a picture of every stage."""
    train.wait("stage", "start")
    shoot("train-1-start")
    train.add_athlete("Ada", 62, 168)
    train.page.get_by_text("62 kg, 168 cm").wait_for()
    train.start()
    train.begin_step()
    train.wait("guide", "running")
    shoot("train-2-calibrating")
    train.wait("guide", "failed", timeout=SET_MS)
    shoot("train-3-failed-step")
    train.begin_step()
    train.wait("stage", "ready", timeout=SET_MS)
    shoot("train-4-ready")
    train.load_and_lift(60)
    train.page.wait_for_timeout(9000)
    shoot("train-5-set")
    train.wait("stage", "after_set", timeout=SET_MS)
    train.choose("7")
    train.choose("Pain")
    train.page.get_by_text("Does any of this apply to you?").wait_for()
    shoot("train-6-after-set")
    train.button("End session").click()
    train.wait("stage", "summary", timeout=SET_MS)
    shoot("train-7-summary")


def main(folder: Path) -> None:
    """Run a guided demo and take the pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    data = Path(tempfile.mkdtemp())
    demo = start_guided(data, speed=4.0, reps=8)
    try:
        with sync_playwright() as playwright:
            path = str(CHROMIUM) if CHROMIUM.exists() else shutil.which("chromium")
            browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
            camera = Camera(browser, demo.url, folder)
            session(TrainPage(next(iter(camera.tabs.values())), demo.url), camera.shoot)
            for view in OTHERS:
                camera.visit(view)
                camera.shoot(view)
            browser.close()
    finally:
        demo.stop()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
