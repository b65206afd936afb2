"""The History view as a clinician uses it: find, judge, replay, write, correct, report."""

import io
import time

import pypdfium2
import pytest

from browser.selectbox import choose
from lumbarwatch.model.trends import Quantity
from lumbarwatch.presenters.report_words import QUANTITIES
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from planned_course import SESSIONS, save_course

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(600)]

WIDE = {"width": 1440, "height": 1000}
SLOW_MS = 90_000
"""Generous: tests share the machine."""

SAVED_WITHIN_S = 240


@pytest.fixture
def clinic(demo_at, tmp_path):
    """A running demo whose folder has an athlete with twenty planned sessions."""
    data = tmp_path / "clinic"
    with History.open(DataFolder(data).create().history) as history:
        athlete = save_course(history)
        newest = history.sessions(athlete.id, limit=1)[0]
    return demo_at("--speed", "8", data=data), athlete, newest


def test_a_clinician_finds_what_changed_writes_a_note_and_makes_the_report(clinic, browser, tmp_path):
    demo, athlete, newest = clinic
    page = browser.new_page(viewport=WIDE)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{demo.url}/history")
    _the_course_says_what_changed(page, tmp_path)
    _the_worst_rep_is_open(page)
    _a_correction_is_written(page, demo.data, newest.id)
    _a_note_is_written(page, demo.data, newest.id)
    _the_report_is_made(page, athlete.name, tmp_path)
    _a_rep_is_replayed(page, demo, tmp_path)
    assert errors == []


def _part(page, name):
    page.locator("[data-testid=stButtonGroup] button").filter(has_text=name).click(timeout=SLOW_MS)


def _the_course_says_what_changed(page, shots):
    _part(page, "Athlete")
    choose(page, "Athlete", "Anna Planned")
    page.locator("[data-testid=stVegaLiteChart]").nth(3).wait_for(timeout=SLOW_MS)
    tilt, lordosis = QUANTITIES[Quantity.TILT_LOCKOUT][0], QUANTITIES[Quantity.OWN_TUCK][0]
    main = page.locator("[data-testid=stMain]")
    columns = main.locator("[data-testid=stColumn]")
    assert "improved beyond the MDC" in columns.filter(has_text=tilt).first.inner_text()
    assert "within noise" in columns.filter(has_text=lordosis).first.inner_text()
    page.screenshot(path=shots / "course.png")
    page.get_by_role("button", name=f"{SESSIONS} sessions").click()
    main.get_by_text("newest first").wait_for(timeout=SLOW_MS)


def _the_worst_rep_is_open(page):
    box = page.locator("[data-testid=stDataFrame]").first.bounding_box()
    page.mouse.click(box["x"] + 16, box["y"] + 52)  # the first row's mark
    worst = page.get_by_role("button", name="Worst rep")
    worst.wait_for(timeout=SLOW_MS)
    choose(page, "Rep", "Set 1, rep 3")
    page.wait_for_function(_REP_SHOWN, arg="Set 1, rep 3", timeout=SLOW_MS)
    worst.click()
    page.wait_for_function(_REP_SHOWN, arg="Set 2, rep 5", timeout=SLOW_MS)


_REP_SHOWN = """(text) => [...document.querySelectorAll('[data-testid=stSelectbox]')].some((one) =>
  one.textContent.includes(text) || one.querySelector('input')?.value.includes(text))"""


def _a_correction_is_written(page, data, session_id):
    page.get_by_text("Correct this rep by hand").click()
    page.get_by_label("Why").fill("rolled the bar")
    page.get_by_label("Why").press("Enter")
    page.get_by_role("button", name="Save", exact=True).click(timeout=SLOW_MS)
    page.get_by_text("Take back").wait_for(timeout=SLOW_MS)
    with History.open(DataFolder(data).history) as history:
        (found,) = history.annotations(session_id)
    assert (found.set_number, found.rep_number, found.value) == (2, 5, False)
    assert found.text == "rolled the bar"


def _a_note_is_written(page, data, session_id):
    _part(page, "Notes")
    page.get_by_label("Note", exact=True).fill("Tilt is better; ask about the left hip.", timeout=SLOW_MS)
    page.get_by_label("Your name").fill("Dr. Lee")
    page.get_by_label("Your name").press("Enter")
    page.get_by_role("button", name="Save note").click()
    page.locator("[data-testid=stText]").get_by_text("ask about the left hip").wait_for(timeout=SLOW_MS)
    with History.open(DataFolder(data).history) as history:
        (note,) = history.notes(session_id)
    assert note.author == "Dr. Lee"


def _the_report_is_made(page, name, shots):
    with page.expect_download(timeout=SLOW_MS) as download:
        page.get_by_role("button", name="Report (PDF)").click()
    made = download.value.path().read_bytes()
    document = pypdfium2.PdfDocument(io.BytesIO(made))
    text = "".join(one.get_textpage().get_text_range() for one in document)
    first = document[0].render(scale=1.5).to_pil()
    first.save(shots / "report.png")
    assert name in text
    assert "ask about the left hip" in text
    assert "rolled the bar" in text
    dark = sum(first.convert("L").histogram()[:128])
    assert 0.005 < dark / (first.width * first.height) < 0.5  # written on, and not a black page
    document.close()


def _a_rep_is_replayed(page, demo, shots):
    session_id = _measured_session(demo.data)
    page.goto(f"{demo.url}/history?session={session_id}")
    player = page.locator(".rp")
    player.wait_for(timeout=SLOW_MS)
    before = player.locator("output.now").inner_text()
    player.get_by_role("button", name="Play").click()
    page.wait_for_function(_PLAYED, arg=before, timeout=SLOW_MS)
    scrub = player.get_by_label("Moment of the rep")
    scrub.fill("0.5")
    assert player.locator("output.now").inner_text() == "0.50 s"
    assert player.get_by_role("button", name="Play").is_visible()  # dragging stops it
    tilt = player.locator(".tilt").inner_text()
    scrub.fill("-0.9")
    assert player.locator(".tilt").inner_text() != tilt
    page.screenshot(path=shots / "replay.png", full_page=True)


_PLAYED = """(before) => {
  const roots = [...document.querySelectorAll('*')].map((element) => element.shadowRoot).filter(Boolean);
  const now = roots.map((root) => root.querySelector('.rp output.now')).find(Boolean);
  return now && now.textContent !== before;
}"""


def _measured_session(data):
    """Wait until the demo's session, which is really recorded and analysed, is saved."""
    until = time.monotonic() + SAVED_WITHIN_S
    while time.monotonic() < until:
        with History.open(DataFolder(data).history) as history:
            measured = [one for one in history.sessions(limit=3) if one.recording and one.summary.reps]
        if measured and DataFolder(data).angles(measured[0].id).exists():
            return measured[0].id
        time.sleep(2)
    pytest.fail("the demo's session was not saved in time")
