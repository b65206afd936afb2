"""What an athlete who lies face up gets to hear, what a screen reader is told; the page by keyboard alone."""

import re
import tempfile
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from browser.train_page import STEP_MS, WIDE, TrainPage
from lumbarwatch.core.cues import CUE_PRIORITY, CUES
from lumbarwatch.model.verdicts import WarningId
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SPY = Path(__file__).with_name("spy.js").read_text(encoding="utf-8")
SET_MS = 90_000
SHOT = Path(tempfile.gettempdir()) / "lumbarwatch-zero-lying.png"
W1, W2, W4 = (CUES[WarningId(name)] for name in ("W1", "W2", "W4"))
GOOD = ((660, "sine"), (990, "sine"))
URGENT = ((1320, "square"),) * 3
TUCK = ((440, "triangle"),) * 2
DROPPED = ((700, "sawtooth"), (350, "sawtooth"))
WORD = "Two seconds down, please."
FULL = "The recording /data/live/1.mcap can't be written, the disk is full: free some space."
WRITES_AGAIN = "The recording /data/live/1.mcap can be written again. Nothing was lost."
SLOWEST_MS = 190.0
"""Between two pictures of the posture for those who ask for less motion: five a second, less a frame."""


def test_by_keyboard_alone_by_ear_and_by_screen_reader(guided_at, browser):
    demo = guided_at(reps=5, careless=True)
    page = browser.new_page(viewport=WIDE)
    page.add_init_script(SPY)
    train = TrainPage(page, demo.url)
    train.wait("stage", "start")
    _to_a_running_set_by_keyboard(train)
    _less_motion(train)
    _silent_and_shown_while_sound_is_off(train)
    _armed_by_keyboard(train)
    _a_word_of_the_coach(train, demo)
    _a_disk_that_refuses(train)
    _the_second_set_by_ear(train)
    _the_zero_lying_down(train)
    _without_a_voice(browser, demo)
    train.button("End session").click()
    train.wait("stage", "summary", timeout=SET_MS)
    assert train.errors == []
    assert demo.stop() == 0
    with History.open(DataFolder(demo.data).history) as history:
        (session,) = history.sessions()
        assert history.session(session.id).calibration.supine is not None


# By keyboard ------------------------------------------------------------------------------------------------
HELD = """() => {
  let held = document.activeElement;
  while (held?.shadowRoot?.activeElement) held = held.shadowRoot.activeElement;
  const marked = (one) => {
    const style = getComputedStyle(one);
    const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
    return ring || style.boxShadow !== 'none' || style.borderColor.replaceAll(' ', '').includes('0,114,178');
  };
  const around = [held, held?.parentElement, held?.parentElement?.parentElement].filter(Boolean);
  const name = held?.getAttribute?.('aria-label') ?? held?.innerText?.split('\\n').at(-1) ?? '';
  const takes = ['INPUT', 'BUTTON', 'A', 'SUMMARY'].includes(held?.tagName);
  const seen = (held?.matches?.(':focus-visible') ?? false) && around.some(marked);
  return { name: takes ? name : '', seen };
}"""
"""What has the focus, and whether that is to be seen: a ring, or a border in the page's own colour."""


def _tab_to(train, name):
    """Press Tab until the focus is on something of this name, and see it there."""
    reached = []
    for _ in range(60):
        train.page.keyboard.press("Tab")
        reached.append(train.page.evaluate(HELD)["name"])
        if reached[-1] == name:
            train.page.wait_for_function(f"() => ({HELD})().seen", timeout=STEP_MS)  # it fades in
            return
    raise AssertionError(f"{name!r} was not reached: {reached}")


def _tab_to_between_sets(train, name):
    """As above; once more in the next pause if a set began before it was reached."""
    for last in (False, False, True):
        train.wait("stage", "after_set", timeout=SET_MS)
        try:
            return _tab_to(train, name)
        except AssertionError:
            if last:
                raise
    return None


def _to_a_running_set_by_keyboard(train):
    keys = train.page.keyboard
    _tab_to(train, "Athlete")
    keys.type("New")
    train.page.get_by_role("option", name="New athlete …").wait_for(timeout=STEP_MS)
    keys.press("ArrowDown")
    keys.press("Enter")
    train.page.get_by_label("Name", exact=True).wait_for(timeout=STEP_MS)
    _tab_to(train, "Name")
    keys.type("Kim")
    _tab_to(train, "Body mass (kg)")
    keys.type("70")
    _tab_to(train, "Height (cm)")
    keys.type("172")
    _tab_to(train, "Add athlete")
    keys.press("Enter")
    train.page.get_by_text("70 kg, 172 cm").wait_for(timeout=STEP_MS)
    _tab_to(train, "Start and calibrate")
    keys.press("Enter")
    train.wait("stage", "calibrate")
    train.page.locator(".lw .begin").wait_for(timeout=STEP_MS)
    _tab_to(train, "Begin")
    keys.press("Space")
    train.wait("guide", "failed", timeout=SET_MS)
    _tab_to(train, "Repeat this step")
    keys.press("Enter")
    train.wait("stage", "ready", timeout=SET_MS)
    _tab_to(train, "Bar (kg)")
    keys.type("60")
    keys.press("Enter")
    train.wait("stage", "lift", timeout=SET_MS)


# By ear -----------------------------------------------------------------------------------------------------
def _spied(train, name):
    return train.page.evaluate(f"() => window.spy.{name}")


def _tones(train):
    """Sounds in the order of time, put together from their parts; what is none of the four stands alone."""
    parts = [(tone["hz"], tone["shape"]) for tone in _spied(train, "tones")]
    found = []
    while parts:
        known = (sound for sound in (GOOD, URGENT, TUCK, DROPPED) if tuple(parts[: len(sound)]) == sound)
        found.append(next(known, (parts[0],)))
        del parts[: len(found[-1])]
    return found


def _told(train):
    """What the live regions said, in the order of time."""
    return [one["text"] for one in _spied(train, "told")]


def _forget(train):
    train.page.evaluate(
        "() => { spy.tones.length = spy.lines.length = spy.told.length = spy.frames.length = 0; }"
    )


def _less_motion(train):
    """Nothing of the live view moves by itself, and the posture is drawn five times a second at most."""
    train.page.emulate_media(reduced_motion="reduce")
    train.page.wait_for_timeout(300)
    train.page.evaluate("() => { spy.draws.length = 0; }")
    train.page.wait_for_function("() => spy.draws.length >= 6", timeout=STEP_MS)
    drawn = _spied(train, "draws")
    assert min(later - one for one, later in pairwise(drawn)) >= SLOWEST_MS
    moving = "() => document.getAnimations().filter((one) => one.effect.target?.closest?.('.lw')).length"
    assert train.page.evaluate(moving) == 0
    train.page.emulate_media(reduced_motion="no-preference")


def _silent_and_shown_while_sound_is_off(train):
    train.wait_words("banner", W1, timeout=SET_MS)
    train.wait("stage", "after_set", timeout=SET_MS)
    assert _spied(train, "tones") == []
    assert _spied(train, "lines") == []
    told = _told(train)
    assert any("The bows were too small" in text for text in told)  # a step that failed, and why
    assert f"Rep 3: {W1}" in told
    assert any(W4 in text for text in told)


def _armed_by_keyboard(train):
    _tab_to(train, "Turn sound on")
    train.page.keyboard.press("Space")
    train.page.wait_for_function("() => spy.tones.length > 1")
    assert _tones(train) == [GOOD]  # the test beep
    assert train.page.locator(".lw .sound").get_attribute("aria-pressed") == "true"
    _forget(train)


def _a_word_of_the_coach(train, demo):
    """Shown, sounded, read aloud and announced at once; gone when it was read, by keyboard."""
    with httpx.Client(trust_env=False, headers={"origin": demo.url}) as client:
        page = client.get(demo.url)
        hub = re.search(r"ws://(127\.0\.0\.1:\d+)", page.headers["content-security-policy"])[1]
        ticket = client.post(f"{demo.url}/lumbarwatch/ticket").json()["ticket"]
        bearer = {"authorization": f"Bearer {ticket}"}
        sent = client.post(f"http://{hub}/api/1/message", json={"text": WORD}, headers=bearer)
        assert sent.status_code == 200
    train.wait_words("messages", WORD)
    assert [line["text"] for line in _spied(train, "lines")] == [WORD]
    assert len(_tones(train)) == 1
    assert f"Coach: {WORD}" in _told(train)
    _tab_to(train, "Read")
    train.page.keyboard.press("Enter")
    train.wait("messages", "")


def _a_disk_that_refuses(train):
    """Said at once and by itself: what a rep or a set says meanwhile hides nothing; gone when it is over."""
    trouble = train.page.locator(".lw .trouble")
    train.page.evaluate("told => spy.hear({ type: 'store', message: told, resolved: false })", FULL)
    assert trouble.inner_text() == f"! {FULL}"  # no waiting
    assert _told(train)[-1] == FULL
    train.page.evaluate("() => spy.hear({ type: 'set_started', set: 9, t_s: 0 })")
    assert trouble.is_visible()
    train.page.evaluate("told => spy.hear({ type: 'store', message: told, resolved: true })", WRITES_AGAIN)
    assert trouble.is_hidden()
    assert train.view["banner"] == WRITES_AGAIN
    _forget(train)


def _the_second_set_by_ear(train):
    """The same fault twice in a row: not the same line twice, and one line a rep, the most important one."""
    _tab_to(train, "Next set")
    train.page.keyboard.press("Enter")
    train.wait("stage", "lift", timeout=SET_MS)
    train.wait("stage", "after_set", timeout=SET_MS)
    cues = [frame for frame in _spied(train, "frames") if frame["type"] == "cue"]
    spoken = [line["text"] for line in _spied(train, "lines")]
    assert spoken == [cue["text"] for cue in cues] == [W2, W1, W4]
    assert all(line["own"] for line in _spied(train, "lines"))  # a remote voice would send the text away
    assert len({cue["rep"] for cue in cues}) == len(cues)
    assert sorted(CUE_PRIORITY[:5]) == sorted(WarningId(name) for name in ("W2", "W1", "W1b", "W4b", "W4"))
    assert CUE_PRIORITY[0] is WarningId.W2
    tones = _tones(train)
    assert [tone for tone in tones if tone != GOOD] == [URGENT, URGENT, TUCK, DROPPED]
    assert tones.count(GOOD) >= 2
    assert len({GOOD, URGENT, TUCK, DROPPED}) == 4
    told = _told(train)
    assert any(text.endswith(W2) for text in told)
    assert any(text.startswith("Stop the set:") for text in told)


def _the_zero_lying_down(train):
    """Chosen by keyboard; it begins when the athlete lies flat, and from then on that posture reads zero."""
    _tab_to_between_sets(train, "Zero lying down")
    train.page.keyboard.press("Enter")
    train.page.get_by_role("button", name="Take the zero lying down").wait_for(timeout=STEP_MS)
    _tab_to(train, "Take the zero lying down")
    train.page.keyboard.press("Enter")
    train.wait("stage", "calibrate")
    train.page.screenshot(path=SHOT, full_page=True)
    train.wait("stage", "after_set", timeout=SET_MS)
    flat = """() => {
      const roots = [...document.querySelectorAll('*')].map((one) => one.shadowRoot).filter(Boolean);
      const text = (name) => roots.map((root) => root.querySelector(name)).find(Boolean).textContent;
      return ['.lw .tilt', '.lw .lambda'].every((name) => /^([+−]1|0)°$/.test(text(name)));
    }"""
    train.page.wait_for_function(flat, timeout=STEP_MS)


def _without_a_voice(browser, demo):
    """A browser without speech: the tones sound, the banner shows, nothing breaks."""
    page = browser.new_page(viewport=WIDE)
    page.add_init_script(SPY)
    page.add_init_script("delete window.speechSynthesis; delete Window.prototype.speechSynthesis;")
    train = TrainPage(page, demo.url)
    train.wait("stage", "after_set")
    assert page.evaluate("() => 'speechSynthesis' in window") is False
    page.locator(".lw .sound").click()
    page.wait_for_function("() => spy.tones.length > 1")
    _forget(train)
    just_now = 1e12  # the hub's clock is not known to be behind
    cue = {"type": "cue", "rep": 1, "warning": "W4", "text": W4, "sent_ms": just_now}
    page.evaluate("cue => spy.hear(cue)", cue)
    assert train.view["banner"] == f"Rep 1: {W4}"
    assert _tones(train) == [DROPPED]
    page.locator(".lw .sound").click()  # off again
    page.wait_for_function("() => document.readyState === 'complete'")
    assert train.errors == []
