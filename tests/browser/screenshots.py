"""Screenshots of every view, wide and narrow, light and dark: ``screenshots.py FOLDER [PART ...]``.

Parts: ``session`` (a guided demo), ``table`` (sensors and their calibration), ``settings``, ``wall`` (twelve
athletes and their coach), ``crowd`` (thirty). To be looked at by a person: nothing overlaps, nothing is cut,
numbers have units. Not collected by pytest.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from browser.conftest import CHROMIUM, FLAGS, Demo, start, start_guided
from browser.table_hub import RUN
from browser.train_page import TrainPage

WIDTHS = {"wide": {"width": 1440, "height": 1000}, "narrow": {"width": 390, "height": 844}}
SCHEMES = ("light", "dark")
OTHERS = ("coach", "history", "sensors", "settings", "safety")
SET_MS = 120_000
SETTLED_MS = 2500
READY_MS = 60_000
TILES = (
    "[...[...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean)"
    ".find((root) => root.querySelector('.wall'))?.querySelectorAll('.tile') ?? []]"
)
IN_TROUBLE = f"() => {TILES}.some((tile) => tile.dataset.trouble.includes('Lumbar sensor: l'))"
REDS = f"(least) => {TILES}.filter((tile) => tile.dataset.level === 'red').length >= least"
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

    def shoot(self, name: str, settled_ms: float = SETTLED_MS) -> None:
        """Take a picture of every tab as it is."""
        next(iter(self.tabs.values())).wait_for_timeout(settled_ms)
        for variant, tab in self.tabs.items():
            size = WIDTHS[variant.partition("-")[0]]
            whole = tab.evaluate(SCROLLED)
            tab.set_viewport_size({"width": size["width"], "height": max(size["height"], whole)})
            tab.screenshot(path=self.folder / f"{name}-{variant}.png")
            tab.set_viewport_size(size)

    def each(self, do: Callable[[Page], object]) -> None:
        """Do the same in every tab."""
        for tab in self.tabs.values():
            do(tab)

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


def table(camera: Camera) -> None:
    """Find two sensors, give them their places, examine and calibrate one."""
    camera.visit("sensors")
    shoot, each = camera.shoot, camera.each
    first = next(iter(camera.tabs.values()))
    first.get_by_role("button", name="Look for sensors").wait_for(timeout=READY_MS)
    shoot("sensors-1-none")
    first.get_by_role("button", name="Look for sensors").click()
    each(lambda tab: tab.get_by_text("T001P").first.wait_for(timeout=READY_MS))
    shoot("sensors-2-found")
    card = ".st-key-sensor_{}"
    each(lambda tab: tab.locator(card.format("T001P")).get_by_role("button", name="Place").click())
    shoot("sensors-3-place")
    first.get_by_text("Pelvis, over S2").click()
    each(lambda tab: tab.reload())
    each(lambda tab: tab.get_by_role("button", name="Examine them").click())
    each(lambda tab: tab.get_by_text("It lost 12 %").wait_for(timeout=READY_MS))
    each(lambda tab: tab.get_by_text("Where they sit").click())
    shoot("sensors-4-findings")
    first.locator(card.format("T001P")).get_by_role("button", name="Calibrate").click()
    first.get_by_text("2 of 6 poses").wait_for(timeout=SET_MS)
    each(lambda tab: tab.reload())
    each(lambda tab: tab.get_by_text("poses").first.wait_for(timeout=READY_MS))
    shoot("sensors-5-calibrating")
    first.get_by_text("6 of 6 poses").wait_for(timeout=SET_MS)
    first.locator("button:not([disabled])", has_text="Finish").click()
    each(lambda tab: tab.get_by_text("Stored for").wait_for(timeout=READY_MS))
    shoot("sensors-6-calibrated")
    first.get_by_role("button", name="Start again").click()
    first.get_by_text("1 of 6 poses").wait_for(timeout=SET_MS)
    shoot("sensors-7-again")


def settings(camera: Camera) -> None:
    """Look at every tab of the settings, with and without an athlete, and at the page about safety."""
    first = next(iter(camera.tabs.values()))
    camera.visit("settings")
    first.get_by_role("tab", name="Units").wait_for(timeout=READY_MS)
    camera.shoot("settings-0-nobody")
    train = TrainPage(first, camera.url)
    train.wait("stage", "start")
    train.add_athlete("Maximiliane-Theodora von Hohenstein-Wallenberg", 62, 168)
    first.get_by_text("62 kg, 168 cm").wait_for()
    camera.visit("settings")
    for number, name in enumerate(("Athlete and limits", "Cues", "Units", "Data"), 1):
        camera.each(lambda tab, name=name: tab.get_by_role("tab", name=name).click(timeout=READY_MS))
        camera.shoot(f"settings-{number}-{name.partition(' ')[0].lower()}")
    camera.visit("safety")
    camera.shoot("safety")
    camera.visit("coach")
    camera.shoot("coach-0-nobody")


def wall(camera: Camera) -> None:
    """Look at twelve athletes: a cut sensor, reds, a filter, one in place, a message."""
    first = next(iter(camera.tabs.values()))
    camera.visit("coach")
    first.wait_for_function(IN_TROUBLE, timeout=SET_MS)
    camera.shoot("coach-1-cut", 0)
    first.wait_for_function(REDS, arg=2, timeout=SET_MS)
    camera.shoot("coach-2-reds", 0)
    camera.each(lambda tab: tab.get_by_text("Message to everybody").click())
    camera.each(lambda tab: tab.locator(".wall .find").fill("a"))
    camera.shoot("coach-3-found")
    camera.each(lambda tab: tab.locator(".wall .find").fill("nobody of this name"))
    camera.shoot("coach-4-nobody-found")
    camera.visit("coach?athlete=2")
    camera.each(lambda tab: tab.get_by_label("Own words").fill("Feet a hand further out, and slower down."))
    camera.shoot("coach-5-one")


def crowd(camera: Camera) -> None:
    """Look at thirty athletes."""
    first = next(iter(camera.tabs.values()))
    camera.visit("coach")
    first.wait_for_function(REDS, arg=3, timeout=2 * SET_MS)
    camera.shoot("coach-6-thirty", 0)


def guided(camera: Camera) -> None:
    """Go through a session, then see every other view after it."""
    session(TrainPage(next(iter(camera.tabs.values())), camera.url), camera.shoot)
    for view in OTHERS:
        camera.visit(view)
        camera.shoot(view)


def _run(code: str, *arguments: str) -> Callable[[Path], Demo]:
    return lambda data: start(data, code, str(data), *arguments)


def _wall(athletes: int) -> Callable[[Path], Demo]:
    return _run((Path(__file__).parent / "wall_hub.py").read_text(encoding="utf-8"), str(athletes), "2.0")


PARTS: dict[str, tuple[Callable[[Path], Demo], Callable[[Camera], None]]] = {
    "session": (lambda data: start_guided(data, speed=4.0, reps=8), guided),
    "table": (_run(RUN.format(tests=str(Path(__file__).parents[1])), "2.0", "bare"), table),
    "settings": (lambda data: start_guided(data, speed=1.0), settings),
    "wall": (_wall(12), wall),
    "crowd": (_wall(30), crowd),
}


def main(folder: Path, wanted: list[str]) -> None:
    """Start what a part needs and take its pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for part in wanted or PARTS:
        begin, show = PARTS[part]
        data = Path(tempfile.mkdtemp())
        demo = begin(data)
        try:
            with sync_playwright() as playwright:
                path = str(CHROMIUM) if CHROMIUM.exists() else shutil.which("chromium")
                browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
                show(Camera(browser, demo.url, folder))
                browser.close()
        finally:
            demo.stop()
            shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
