"""The demo as a new user sees it: a live page, reps counted, a recording and a row in the history."""

import json
import re
import time
from urllib.parse import urlsplit

import httpx
import pytest

from lumbarwatch.jobs.replay_recording import replay_recording
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(420)]

WIDE = {"width": 1440, "height": 1000}
SET_WITHIN_MS = 180_000


def _number(text: str) -> float | None:
    found = re.fullmatch(r"([+−]?)(\d+)°", text)
    return None if found is None else float(found[2]) * (-1 if found[1] == "−" else 1)


def _watched(page):
    """Note every request, socket and error of a page."""
    hosts, errors, feeds = set(), [], []
    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("websocket", lambda socket: hosts.add(urlsplit(socket.url).hostname))
    page.on("websocket", lambda socket: feeds.append(socket) if socket.url.endswith("/feed") else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    return hosts, errors, feeds


def _angles(page, seconds: float) -> list[float]:
    seen = []
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = _number(page.locator(".lw .tilt").inner_text())
        if value is not None:
            seen.append(value)
        page.wait_for_timeout(100)
    return seen


def test_a_new_user_sees_a_session_measured_live(demo_at, browser, tmp_path):
    demo = demo_at("--speed", "8")
    page = browser.new_page(viewport=WIDE)
    hosts, errors, feeds = _watched(page)
    page.goto(demo.url)
    page.locator(".lw[data-live=true]").wait_for(timeout=60_000)
    page.locator(".lw .sound").click()
    assert page.locator(".lw .sound").get_attribute("aria-pressed") == "true"
    assert page.locator(".lw .begin").is_hidden()  # this athlete calibrates without being told
    page.locator('.lw[data-stage="lift"]').wait_for(timeout=SET_WITHIN_MS)
    assert max(angles := _angles(page, 4.0)) - min(angles) > 10  # they move
    assert len(feeds) == 1  # going from stage to stage leaves the live view and its sound alone
    assert page.locator(".lw .sound").get_attribute("aria-pressed") == "true"
    page.wait_for_function(_COUNTED, arg=[1, 8], timeout=SET_WITHIN_MS)
    assert page.locator(".lw .ticks li").count() >= 8
    page.screenshot(path=tmp_path / "first_set.png", full_page=True)
    _a_second_tab_sees_the_same(browser, demo)
    page.reload()
    page.wait_for_function(_COUNTED, arg=[1, 8], timeout=30_000)  # from the hub's state, not counted anew
    page.locator('.lw[data-session="saved"]').wait_for(timeout=SET_WITHIN_MS)  # the summary stays
    page.get_by_text("Set 1, bar 60 kg: 10 reps").wait_for(timeout=30_000)
    assert "session saved" in page.locator(".lw .age").inner_text()
    rows = page.locator(".lw .reps tbody tr").all_inner_texts()
    page.get_by_role("link", name="History").click()
    page.locator(".lw").wait_for(state="detached", timeout=30_000)
    page.locator("[data-testid=stDataFrame] canvas").first.wait_for(timeout=30_000)
    page.screenshot(path=tmp_path / "history.png", full_page=True)
    assert errors == []
    assert hosts <= {"127.0.0.1", None}  # None: data and blob addresses inside the page
    assert demo.stop() == 0
    assert demo.said[-1] == "lumbarwatch: stopped; the session is saved"
    _check_what_is_left(demo, rows)


def _a_second_tab_sees_the_same(browser, demo):
    second = browser.new_page(viewport=WIDE)
    second.goto(f"{demo.url}/coach")
    second.locator(".wall button.tile[aria-label*='Set' i]").wait_for(state="attached", timeout=30_000)
    second.close()


_COUNTED = """([set, reps]) => {
  const hosts = [...document.querySelectorAll('*')].map((element) => element.shadowRoot).filter(Boolean);
  const view = hosts.map((root) => root.querySelector('.lw')).find(Boolean);
  return view && Number(view.dataset.set) >= set && Number(view.dataset.reps) >= reps;
}"""


def _check_what_is_left(demo, rows):
    """One recording, one row, and the same reps by the page, the history and a replay of the recording."""
    folder = DataFolder(demo.data)
    (recording,) = folder.recordings.glob("*.mcap")
    assert not list(folder.live.glob("*"))
    with History.open(folder.history) as history:
        (session,) = history.sessions()
        stored = history.reps(session.id)
    assert session.simulated
    assert session.recording == recording.name
    assert _replayed(recording) == list(stored)
    newest = stored[-1]
    expected = [str(newest.set_number), str(newest.rep_number), f"{newest.rom_m * 100:.0f}"]
    told = rows[0].split("\t")
    assert [*told[:2], told[3]] == expected


def _replayed(recording):
    from lumbarwatch.core.pipeline import Pipeline
    from lumbarwatch.model.events import RepFinished

    replay = replay_recording(recording)
    pipeline = Pipeline(replay.setup)
    events = [event for chunk in replay.chunks() for event in pipeline.push(*chunk.items)]
    events += pipeline.finish()
    return [event.rep for event in events if isinstance(event, RepFinished)]


def test_nothing_foreign_and_nothing_stale(demo_at, browser):
    demo = demo_at("--speed", "1")
    _nothing_foreign_gets_through(demo)
    _a_stale_angle_is_never_shown_as_live_and_a_cut_feed_comes_back(demo, browser)


def _nothing_foreign_gets_through(demo):
    ticket = f"{demo.url}/lumbarwatch/ticket"
    own = {"origin": demo.url}
    with httpx.Client(trust_env=False) as client:
        assert client.get(demo.url).status_code == 200
        assert client.get(demo.url, headers={"host": "evil.example"}).status_code == 403
        assert client.get(demo.url, headers={"origin": "http://evil.example"}).status_code == 403
        assert client.post(ticket).status_code == 403
        assert client.post(ticket, headers={"origin": "http://evil.example"}).status_code == 403
        answer = client.post(ticket, headers=own)
        assert set(answer.json()) == {"ticket", "feed_url"}
        page = client.get(demo.url)
        policy = page.headers["content-security-policy"]
        assert answer.json()["feed_url"].removesuffix("/feed") in policy  # else a page would load for ever
        hub = re.search(r"ws://(127\.0\.0\.1:\d+)", policy)[1]
        state = f"http://{hub}/api/state"
        bearer = {"authorization": f"Bearer {answer.json()['ticket']}"}
        assert client.get(state).status_code == 401
        assert client.get(state, headers={"authorization": "Bearer forged"}).status_code == 401
        assert client.get(state, headers=bearer | {"origin": "http://evil.example"}).status_code == 403
        assert client.get(state, headers=bearer | {"host": "evil.example"}).status_code == 403
        assert json.loads(client.get(state, headers=bearer | own).content)["simulated"] is True


def _a_stale_angle_is_never_shown_as_live_and_a_cut_feed_comes_back(demo, browser):
    page = browser.new_page(viewport=WIDE)
    feed = Feed()
    page.route_web_socket(re.compile(r"/feed$"), feed.pass_on)
    page.goto(demo.url)
    live, stale = page.locator(".lw[data-live=true]"), page.locator(".lw[data-live=false]")
    live.wait_for(timeout=60_000)
    feed.muted = True
    stale.wait_for(timeout=5_000)
    assert "not live" in page.locator(".lw .age").inner_text()
    feed.muted = False
    live.wait_for(timeout=5_000)
    feed.sockets[-1].close(code=4000)
    page.locator('.lw .banner[data-level="unknown"]').wait_for(timeout=5_000)
    stale.wait_for(timeout=5_000)
    live.wait_for(timeout=20_000)
    assert len(feed.sockets) == 2
    assert json.loads(feed.asked[1])["after"] > 0  # it went on from what it had seen


class Feed:
    """Between page and hub: lets frames pass or not."""

    def __init__(self) -> None:
        self.muted = False
        self.sockets = []
        self.asked = []

    def pass_on(self, socket):
        server = socket.connect_to_server()
        self.sockets.append(socket)
        server.on_message(lambda message: None if self.muted else socket.send(message))

        def ask(message):
            self.asked.append(message)
            server.send(message)

        socket.on_message(ask)
