"""The coach's wall by itself, fed by the test: what it says of thirty athletes, whatever happens to them."""

import json

import pytest

from lumbarwatch.cli.page_process import dashboards_folder
from lumbarwatch.hub.messages import SensorMessage, SessionState
from lumbarwatch.model.events import LinkState
from lumbarwatch.model.motion import Phase
from lumbarwatch.model.samples import Placement
from lumbarwatch.presenters.coach import wall_words
from pages.answering import station

WITHIN_MS = 20_000
"""What is waited for comes at once; generous, because tests share the machine."""

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = """<!doctype html><body style="margin: 0; padding: 1rem"><div id="host"></div><script>
window.fetch = async () => ({ ok: true, json: async () => ({ ticket: "t" }) });
window.WebSocket = class {
  constructor() { window.socket = this; setTimeout(() => this.onopen(), 0); }
  send() { window.joined = true; }
  close() {}
};
window.tell = (frame) => window.socket.onmessage({ data: JSON.stringify({ seq: 1, ...frame }) });
window.opened = [];
</script></body>"""
MOUNT = """async ([code, style, words]) => {
  const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const root = document.getElementById("host").attachShadow({ mode: "open" });
  root.innerHTML = `<style>${style}</style><div></div>`;
  module.default({
    parentElement: root.lastElementChild, data: { feed_url: "ws://x", ticket_url: "/t", words },
    setTriggerValue: (name, value) => window.opened.push([name, value]),
  });
}"""


def _athlete(number, **changes):
    sensors = [SensorMessage(placement=place, state=LinkState.STREAMING) for place in Placement]
    values = {
        "session_state": SessionState.RUNNING,
        "session_id": f"s{number}",
        "phase": Phase.ARMED,
        "set_number": 1,
    }
    made = station(str(number), name=f"Rack {number}", sensors=sensors, **values)
    return json.loads(made.model_copy(update=changes).model_dump_json())


class Wall:
    """A wall in a page, and what the test tells it."""

    def __init__(self, browser, athletes, width=1440, height=1000, ratio=1):
        context = browser.new_context(viewport={"width": width, "height": height}, device_scale_factor=ratio)
        self.page = context.new_page()
        self.page.set_content(PAGE)
        parts = _module()
        self.page.evaluate(MOUNT, [parts, _style(), wall_words()])
        self.page.wait_for_function("window.joined")
        hub = {"simulated": True, "stations": [_athlete(number + 1) for number in range(athletes)]}
        self.tell(type="hello", epoch="e", resumed=False, sent_ms=self.now_ms(), hub=hub)
        self.page.wait_for_function(_TILES + ".length > 0")

    def now_ms(self):
        return self.page.evaluate("performance.now()")

    def tell(self, **frame):
        self.page.evaluate("frame => window.tell(frame)", frame)

    def poses(self, number, age_ms=10.0):
        """A frame of angles, sent now."""
        angles = {"t_s": [1.0], "valid": [True], "tilt_deg": [3.0], "lambda_deg": [2.0]}
        told = {"station": str(number), "sent_ms": self.now_ms(), "age_ms": age_ms, "phase": "lockout"}
        self.tell(type="poses", **told, **angles)

    def lockout(self, number, *, rep=1, level=None):
        """A provisional verdict."""
        found = (
            [] if level is None else [{"id": "W1", "level": level, "value": -9.0, "limit": 0.0, "sigma": 3.2}]
        )
        self.tell(type="lockout", station=str(number), sent_ms=self.now_ms(), set=1, rep=rep, warnings=found)

    def streams(self, number):
        """Frames of angles from now on, by the page's own clock."""
        self.page.evaluate(_STREAM, number)

    def falls_silent(self):
        """No more of them."""
        self.page.evaluate("clearInterval(window.streaming)")

    def until(self, number, **wanted):
        """Wait until a tile says so, however slow the machine is."""
        self.page.wait_for_function(_SAYS, arg=[str(number), wanted], timeout=WITHIN_MS)

    def tiles(self):
        self.page.evaluate(_DRAWN)
        return self.page.evaluate(_DESCRIBED)


def _module():
    from components.bundle import bundle
    from components.wall import PARTS

    return bundle(PARTS)


def _style():
    return (dashboards_folder() / "components" / "wall" / "wall.css").read_text(encoding="utf-8")


@pytest.fixture
def wall(browser, monkeypatch):
    monkeypatch.syspath_prepend(dashboards_folder())
    return lambda athletes, **options: Wall(browser, athletes, **options)


@pytest.mark.parametrize("athletes", [1, 12, 30])
@pytest.mark.parametrize("width", [390, 1440])
def test_tiles_lie_on_one_sharp_canvas_without_touching(wall, athletes, width):
    shown = wall(athletes, width=width, ratio=2)
    tiles = shown.tiles()
    canvas = shown.page.evaluate(_CANVAS)
    assert len(tiles) == athletes
    assert canvas["pixels"] == [2 * canvas["width"], 2 * canvas["height"]]
    for tile in tiles:
        assert 0 <= tile["x"] <= tile["x"] + tile["w"] <= canvas["width"] + 0.5
        assert 0 <= tile["y"] <= tile["y"] + tile["h"] <= canvas["height"] + 0.5
        assert tile["w"] > 200
    corners = {(round(tile["x"]), round(tile["y"])) for tile in tiles}
    assert len(corners) == athletes
    assert all(not _touch(a, b) for i, a in enumerate(tiles) for b in tiles[:i])
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
    if width == 1440:
        assert canvas["height"] < 900  # thirty in one glance, without scrolling


def test_an_angle_older_than_300_ms_is_not_live_and_tells_its_age(wall):
    shown = wall(2)
    shown.streams(1)
    shown.until(1, live="true", phase="top")
    shown.until(2, live="false", phase="")  # nothing came from it yet
    shown.falls_silent()
    shown.until(1, live="false", phase="")
    shown.page.wait_for_function(
        f"{_TILES}[0].getAttribute('aria-label').includes('not live')", timeout=WITHIN_MS
    )


def test_an_old_sample_in_a_fresh_frame_is_not_live(wall):
    shown = wall(1)
    shown.poses(1)
    shown.poses(1, age_ms=900.0)
    assert shown.tiles()[0]["live"] == "false"


def test_a_cut_sensor_is_named_though_the_other_one_goes_on(wall):
    shown = wall(1)
    lost = {"placement": "pelvis", "state": "lost", "battery_percent": 80}
    shown.streams(1)
    shown.tell(type="sensor", station="1", sensor=lost)
    shown.until(1, live="true", trouble="Pelvis sensor: lost", phase="")  # not "top", as if held still
    shown.tell(type="sensor", station="1", sensor=lost | {"state": "streaming"})
    shown.until(1, live="true", trouble="", phase="top")


def test_what_stands_is_said_to_a_coach_who_comes_late_and_a_doubt_outlives_news_of_the_session(wall):
    shown = wall(1)
    full = "The disk is full."
    shown.tell(type="notice", station="1", t_s=1.0, notice="slip_suspected", placement="pelvis")
    shown.tell(type="session", state=_athlete(1, store_trouble=full))
    trouble = shown.tiles()[0]["trouble"]
    assert trouble.startswith("Pelvis sensor: ")
    assert trouble.endswith(full)
    shown.tell(type="session", state=_athlete(1, session_id="next"))
    assert shown.tiles()[0]["trouble"] == ""


def test_red_comes_first_and_the_others_keep_their_places(wall):
    shown = wall(5)
    shown.lockout(4, level="red")
    shown.lockout(2, level="amber")
    assert [tile["station"] for tile in shown.tiles()] == ["4", "1", "2", "3", "5"]
    assert [tile["level"] for tile in shown.tiles()][:3] == ["red", "none", "amber"]
    shown.lockout(4, rep=2)
    assert [tile["station"] for tile in shown.tiles()] == ["1", "2", "3", "4", "5"]


def test_stop_the_set_stays_red_as_long_as_the_hub_says_so(wall):
    shown = wall(2)
    rep = {"set": 1, "rep": 3, "partial": False, "graded": True, "not_graded": [], "warnings": []}
    angles = {
        "lambda_lockout_deg": -4.0,
        "lambda_sigma_deg": 3.0,
        "tilt_lockout_deg": 6.0,
        "tilt_sigma_deg": 3.0,
    }
    shown.tell(type="rep", station="2", sent_ms=shown.now_ms(), rep=rep | angles, stop=["W1"])
    (first, _) = shown.tiles()
    assert (first["station"], first["level"]) == ("2", "red")
    said = "Stop the set: Too little tuck at the top"
    aloud = f"said => {_TILES}[0].getAttribute('aria-label').includes(said)"
    shown.page.wait_for_function(aloud, arg=said, timeout=WITHIN_MS)
    shown.tell(type="rep", station="2", sent_ms=shown.now_ms(), rep=rep | angles | {"rep": 4}, stop=[])
    assert [tile["level"] for tile in shown.tiles()] == ["none", "good"]


def test_arrows_go_from_tile_to_tile_and_enter_opens_the_one_in_focus(wall):
    shown = wall(12)
    shown.page.locator(".tile").first.focus()
    shown.page.keyboard.press("ArrowRight")
    shown.page.keyboard.press("ArrowRight")
    shown.lockout(9, level="red")  # focus stays with its athlete
    shown.tiles()
    shown.page.keyboard.press("Enter")
    assert shown.page.evaluate("window.opened") == [["opened", "3"]]
    assert shown.page.locator(".told").inner_text() == "Rack 9: Too little tuck at the top"


def test_filters_by_name_red_and_trouble(wall):
    shown = wall(12)
    shown.lockout(4, level="red")
    shown.page.get_by_label("Find a name").fill("rack 1")
    assert [tile["station"] for tile in shown.tiles()] == ["1", "10", "11", "12"]
    shown.page.get_by_label("Find a name").fill("")
    shown.page.get_by_role("button", name="Only red (1)").click()
    assert [tile["station"] for tile in shown.tiles()] == ["4"]
    shown.page.get_by_role("button", name="Only red (1)").click()
    for number in range(1, 13):
        if number != 7:
            shown.poses(number)
    shown.page.get_by_role("button", name="Only trouble").click()
    shown.page.get_by_label("Find a name").fill("nobody")
    shown.page.get_by_text("Nobody fits this choice.").wait_for(timeout=5_000)


def test_stations_come_and_go(wall):
    shown = wall(2)
    shown.lockout(1, level="red")
    hub = {"simulated": True, "stations": [_athlete(1), _athlete(3)]}
    shown.tell(type="stations", hub=hub)
    tiles = shown.tiles()
    assert [tile["station"] for tile in tiles] == ["1", "3"]
    assert tiles[0]["level"] == "red"  # what was known is kept


def _touch(a, b):
    apart = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
    return not (apart or a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"])


_TILES = "document.getElementById('host').shadowRoot.querySelectorAll('.tile')"
_DESCRIBED = f"""() => [...{_TILES}].map((tile) => ({{
  ...tile.dataset, aloud: tile.getAttribute("aria-label"),
  x: tile.offsetLeft, y: tile.offsetTop, w: tile.offsetWidth, h: tile.offsetHeight,
}}))"""
_SAYS = f"""([number, wanted]) => [...{_TILES}].some((tile) => tile.dataset.station === number
  && Object.entries(wanted).every(([name, value]) => tile.dataset[name] === value))"""
_STREAM = """(station) => {
  const angles = { t_s: [1.0], valid: [true], tilt_deg: [3.0], lambda_deg: [2.0] };
  const frame = { type: "poses", station: String(station), phase: "lockout", age_ms: 10, ...angles };
  const tell = () => window.tell({ ...frame, sent_ms: performance.now() });
  window.streaming = setInterval(tell, 20);
}"""
_DRAWN = """new Promise((done) =>
  setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 150))"""
_CANVAS = """() => {
  const canvas = document.getElementById("host").shadowRoot.querySelector("canvas");
  return { width: canvas.clientWidth, height: canvas.clientHeight, pixels: [canvas.width, canvas.height] };
}"""
