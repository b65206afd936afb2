"""The live view by itself, fed by the test: what it shows and sounds of frames that come late or at once."""

import json

import pytest

from lumbarwatch.cli.page_process import dashboards_folder
from lumbarwatch.hub.messages import SessionState
from lumbarwatch.presenters.train import train_words
from pages.answering import station

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = """<!doctype html><body style="margin: 0"><div id="host"></div><script>
window.fetch = async () => ({ ok: true, json: async () => ({ ticket: "t" }) });
window.WebSocket = class {
  constructor() { window.socket = this; setTimeout(() => this.onopen(), 0); }
  send() { window.joined = (window.joined ?? 0) + 1; }
  close() {}
};
window.lines = [];
window.voicesAsked = 0;
window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
Object.defineProperty(window, "speechSynthesis", { value: {
  // As Chromium has it: the first question only makes it look for voices.
  getVoices: () => (window.voicesAsked++ ? [{ localService: true, lang: "en-US" }] : []),
  cancel: () => {}, speak: (line) => window.lines.push(line.text),
} });
window.AudioContext = class extends AudioContext {
  constructor(...given) { super(...given); window.audio = this; }
};
window.tones = 0;
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...given) { window.tones += 1; return start.apply(this, given); };
</script></body>"""
MOUNT = """async ([code, style, words]) => {
  const module = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })));
  const root = document.getElementById("host").attachShadow({ mode: "open" });
  root.innerHTML = `<style>${style}</style><div></div>`;
  window.lw = (selector) => root.querySelector(selector);
  module.default({
    parentElement: root.lastElementChild, setTriggerValue: () => {},
    data: { feed_url: "ws://x", ticket_url: "/t", station: "1", words },
  });
}"""
W1 = {"id": "W1", "level": "red", "value": -9.0, "limit": 0.0, "sigma": 2.0}
LIMITS = [{"id": "W2", "amber": 7.5, "red": 7.5}, {"id": "W1", "amber": 0.0, "red": 0.0}]


def _state(session="s1", **changes):
    made = station("1", session_id=session, session_state=SessionState.RUNNING, set_number=1, set_open=True)
    return json.loads(made.model_dump_json()) | changes


class Live:
    """A live view in a page, and what the test tells it."""

    def __init__(self, browser):
        from components.bundle import bundle
        from components.live_view import PARTS

        style = dashboards_folder() / "components" / "live_view" / "live_view.css"
        self.page = browser.new_context(viewport={"width": 1000, "height": 900}).new_page()
        self.page.set_content(PAGE)
        self.page.evaluate(MOUNT, [bundle(PARTS), style.read_text(encoding="utf-8"), train_words(leads=True)])
        self.page.wait_for_function("window.joined === 1")
        self.hello(resumed=False)

    def hello(self, *, resumed, ago_ms=0.0, **changes):
        hub = {"speed": 1, "simulated": False, "stations": [_state(**changes)]}
        hub["preferences"] = {
            "tones": True,
            "speech": True,
            "muted": [],
            "mass_unit": "kg",
            "length_unit": "cm",
        }
        self.tell(type="hello", epoch="e", resumed=resumed, sent_ms=self.now_ms() - ago_ms, hub=hub)

    def now_ms(self):
        return self.page.evaluate("performance.now()")

    def tell(self, **frame):
        self.page.evaluate(
            "frame => window.socket.onmessage({ data: JSON.stringify({ seq: 1, ...frame }) })", frame
        )

    def all(self, script):
        """Several frames in one go, as after a pause; ``now`` is the page's clock."""
        self.page.evaluate(
            "() => { const now = performance.now(); const tell = (frame) => window.socket.onmessage({ data: "
            "JSON.stringify({ seq: 1, station: '1', ...frame }) }); " + script + " }"
        )

    def streams(self, lam):
        """Frames with this lumbar angle from now on."""
        self.page.evaluate("clearInterval(window.streaming)")
        told = "const tell = (frame) => window.socket.onmessage({ data: JSON.stringify("
        told += "{ seq: 1, station: '1', ...frame }) }); const now = performance.now(); "
        self.page.evaluate(
            "told => { window.streaming = setInterval(new Function(told), 20); }", told + _poses(0, lam)
        )

    def cut(self):
        """The connection is lost, and stands again a moment later."""
        self.page.evaluate("window.socket.onclose()")
        self.page.wait_for_function("window.joined === 2")
        self.hello(resumed=True)

    def text(self, selector):
        return self.page.evaluate("selector => window.lw(selector).textContent", selector)

    def level(self):
        return self.page.evaluate("window.lw('.banner').dataset.level")

    def drawn(self):
        """Wait until it is drawn again."""
        self.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def arm(self):
        self.page.evaluate("window.lw('.sound').focus()")
        self.page.keyboard.press("Enter")
        self.page.wait_for_function("window.lw('.sound').getAttribute('aria-pressed') === 'true'")


@pytest.fixture
def live(browser, monkeypatch):
    monkeypatch.syspath_prepend(dashboards_folder())
    return Live(browser)


def _poses(ago_ms, lam=2.0, sigma=3.2):
    angles = {"tilt_deg": [3.0], "lambda_deg": [lam], "tilt_sigma_deg": [3.2], "lambda_sigma_deg": [sigma]}
    pitches = {"pelvis_pitch_deg": [93.0], "lumbar_pitch_deg": [95.0], "pelvis_roll_deg": [0.0]}
    how = {"phase": "lockout", "phase_code": [3], "t_s": [1.0], "valid": [True], "age_ms": 5.0}
    frame = json.dumps({"type": "poses", **angles, **pitches, **how})
    return f"tell({{ ...{frame}, sent_ms: now - {ago_ms} }});"


def _session(state):
    return f"tell({{ type: 'session', state: {json.dumps(state)} }});"


def _said(kind, ago_ms, **more):
    frame = {"type": kind, "t_s": 1.0, "set": 1, "rep": 1, **more}
    return f"tell({{ ...{json.dumps(frame)}, sent_ms: now - {ago_ms} }});"


def test_what_was_missed_is_neither_live_nor_sounded_though_a_session_began_in_it(live):
    live.arm()
    before = live.page.evaluate("window.tones")
    live.all(
        _session(_state("s2"))
        + _said("live_warning", 9_500, warning=W1 | {"id": "W2", "value": 20.0})
        + _poses(9_000)
        + _said("cue", 8_000, warning="W1", text="Tuck.")
    )
    live.drawn()
    assert live.page.evaluate("window.tones") == before
    assert live.page.evaluate("window.lines") == []
    assert live.page.evaluate("window.lw('.lw').dataset.live") == "false"
    live.page.wait_for_function("/^not live, (9|[1-9]\\d)\\./.test(window.lw('.age').textContent)")
    live.all(_poses(0))
    live.page.wait_for_function("window.lw('.lw').dataset.live === 'true'")


REP = {"set": 1, "rep": 3, "partial": False, "graded": True, "not_graded": [], "warnings": [W1]}
REP |= {"rom_m": 0.3, "tilt_lockout_deg": -9.0, "tilt_sigma_deg": 3.2, "lambda_lockout_deg": 0.0}
REP |= {
    "lambda_sigma_deg": 3.2,
    "lambda_peak_deg": 1.0,
    "concentric_s": 1.0,
    "hold_s": 0.5,
    "eccentric_s": 2.0,
}
REP |= {"t_lockout_s": 1.0, "t_end_s": 3.0}
STOP = "Stop the set"


def test_stop_the_set_stands_until_it_is_over_whatever_else_is_said(live):
    live.tell(type="rep", station="1", sent_ms=live.now_ms(), rep=REP, stop=["W1"])
    assert live.text(".banner .text").startswith(STOP)
    live.cut()
    assert live.text(".banner .text").startswith(STOP)
    live.tell(type="notice", station="1", t_s=3.0, notice="sensor_back", placement="lumbar")
    assert live.level() == "good"
    live.page.wait_for_function("window.lw('.banner').dataset.level === 'red'", timeout=20_000)
    assert live.text(".banner .text").startswith(STOP)
    better = REP | {"rep": 5, "warnings": [], "tilt_lockout_deg": 8.0}
    live.tell(type="rep", station="1", sent_ms=live.now_ms(), rep=better, stop=[])
    assert live.level() == "none"


def test_a_cut_does_not_take_away_that_nothing_is_analysed(live):
    live.tell(type="session", state=_state(analysing=False))
    said = live.text(".banner .text")
    assert said
    live.cut()
    assert (live.level(), live.text(".banner .text")) == ("amber", said)


def test_the_first_line_is_spoken_too(live):
    live.arm()
    live.all(_poses(0) + _said("cue", 0, warning="W1", text="Tuck."))
    assert live.page.evaluate("window.lines") == ["Tuck."]


def test_sound_that_the_system_takes_away_is_shown_as_off(live):
    live.arm()
    live.page.evaluate("window.audio.suspend()")  # as a phone does for a call
    live.page.wait_for_function(
        "window.lw('.sound').getAttribute('aria-pressed') === 'false'", timeout=10_000
    )
    live.arm()  # one press brings it back


def test_the_figure_is_red_only_where_a_verdict_would_be(live):
    calibration = {"valid": True, "reasons": [], "limits": LIMITS}
    live.tell(type="calibration", station="1", t_s=0.0, calibration=calibration)
    for lam, level in ((7.0, "good"), (9.0, "amber"), (14.0, "red")):  # 7.5, and 1.64 x 3.2 more
        live.streams(lam)
        shown = "level => window.lw('.numbers').dataset.level === level"
        live.page.wait_for_function(shown, arg=level, timeout=10_000)
