"""The athlete's page as a test drives it: what it shows, and the buttons of a session."""

import re
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Error

WIDE = {"width": 1440, "height": 1000}
FAILED = Path(tempfile.gettempdir()) / "lumbarwatch-train-page.png"
STEP_MS = 60_000
"""A guided step takes some seconds at the demo's speed; generous, because tests share the machine."""

VIEW = """() => {
  const roots = [...document.querySelectorAll('*')].map((element) => element.shadowRoot).filter(Boolean);
  const view = roots.map((root) => root.querySelector('.lw')).find(Boolean);
  if (!view) return {};
  const text = (selector) => view.querySelector(selector).innerText;
  const steps = [...view.querySelectorAll('.steps li')].map((step) => step.dataset.state);
  return {
    ...view.dataset, steps, guide: view.querySelector('.guide').dataset.state, why: text('.why'),
    banner: text('.banner .text'), links: text('.links'), rest: text('.rest'), age: text('.age'),
    messages: text('.messages'),
  };
}"""
IN_VIEW = f"""([name, values]) => values.includes(String(({VIEW})()[name]))"""
SHOWN = f"""([name, any]) => any.some((words) => String(({VIEW})()[name] ?? '').includes(words))"""


class TrainPage:
    """One tab with the athlete's page; notes every host, error and feed."""

    def __init__(self, page, url):
        self.page = page
        self.hosts, self.errors, self.feeds = set(), [], []
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))
        page.on("websocket", lambda socket: self.hosts.add(urlsplit(socket.url).hostname))
        page.on("websocket", self._feed)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        page.goto(url)

    def _feed(self, socket):
        if socket.url.endswith("/feed"):
            self.feeds.append(socket)

    @property
    def view(self):
        """What the live view shows now."""
        return self.page.evaluate(VIEW)

    def wait(self, name, *values, timeout=STEP_MS):
        """Wait until the view's ``name`` has one of these values."""
        self._wait(IN_VIEW, [name, [str(value) for value in values]], timeout)

    def wait_words(self, name, *words, timeout=STEP_MS):
        """Wait until the view's ``name`` contains one of these words."""
        self._wait(SHOWN, [name, list(words)], timeout)

    def _wait(self, test, wanted, timeout):
        try:
            self.page.wait_for_function(test, arg=wanted, timeout=timeout)
        except Error as error:
            self.page.screenshot(path=FAILED, full_page=True)
            raise AssertionError(f"{wanted} was waited for; there is {self.view}, {FAILED}") from error

    def button(self, name):
        """A button of the page."""
        return self.page.get_by_role("button", name=name, exact=True)

    def add_athlete(self, name, mass_kg, height_cm):
        """Step 1 of 3, for somebody new."""
        self.page.get_by_role("combobox", name=re.compile("Athlete")).click()
        self.page.get_by_role("option", name="New athlete …").click()
        self.fill("Name", name)
        self.fill("Body mass (kg)", mass_kg)
        self.fill("Height (cm)", height_cm)
        self.button("Add athlete").click()

    def fill(self, label, value):
        """Fill a field in and leave it."""
        field = self.page.get_by_label(label, exact=True)
        field.fill(str(value))
        field.press("Tab")

    def choose(self, name):
        """Tap one of a row of choices."""
        self.page.get_by_role("radio", name=name, exact=True).click()

    def start(self, how="Start and calibrate"):
        """Begin the session and wait for the first step."""
        self.page.get_by_role("button", name=how).click()
        self.wait("stage", "calibrate")
        self.page.locator(".lw .begin").wait_for(timeout=STEP_MS)

    def begin_step(self):
        """Press the guide's own button."""
        self.page.locator(".lw .begin").click()

    def rows(self):
        """The table of reps, in the order of time."""
        told = self.page.locator(".lw .reps tbody tr").all_inner_texts()
        return [row.split("\t") for row in reversed(told)]

    def calibrate(self):
        """Go through all steps; the simulated athlete's first bows are too small."""
        self.begin_step()
        self.wait("guide", "failed", timeout=3 * STEP_MS)
        self.begin_step()
        self.wait("stage", "ready", timeout=3 * STEP_MS)

    def load_and_lift(self, bar_kg):
        """Say what is on the bar; the athlete lifts then."""
        self.fill("Bar (kg)", bar_kg)
        self.wait("stage", "lift")
