"""A whole session through the browser, as a new user would: from the first page to the summary."""

import csv
import json
import subprocess
import sys

import pytest

from browser.train_page import STEP_MS, WIDE, TrainPage
from lumbarwatch.model.events import SymptomKind
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]

SET_MS = 90_000
VERDICT = 2  # column


def test_a_new_user_from_the_first_page_to_the_end_of_the_session(guided_at, browser, tmp_path):
    demo = guided_at(reps=5, cut_in_second_set=True)
    train = TrainPage(browser.new_page(viewport=WIDE, accept_downloads=True), demo.url)
    train.wait("stage", "start")
    train.page.locator(".lw .sound").click()
    train.add_athlete("Ada", 62, 168)
    train.page.get_by_text("62 kg, 168 cm").wait_for(timeout=STEP_MS)
    train.start()
    _calibration_with_a_failing_step(train)
    _first_set(train)
    _second_set_with_a_cut(train)
    train.button("End session").click()
    train.wait("stage", "summary", timeout=SET_MS)
    rows = train.rows()
    taken_home = _downloaded(train, "Reps (CSV)", tmp_path)
    assert len(train.feeds) == 1  # one socket and one sound from the start to the end
    assert train.page.locator(".lw .sound").get_attribute("aria-pressed") == "true"
    assert train.errors == []
    assert train.hosts <= {"127.0.0.1", None}  # None: data and blob addresses inside the page
    assert demo.stop() == 0
    analysis = _analysis(demo)
    assert [row[:2] + row[3:] for row in rows] == [_row(rep) for rep in analysis["reps"]]
    assert [int(row["rep"]) for row in taken_home] == [rep["rep"] for rep in analysis["reps"]]
    _what_the_history_keeps(demo)


def _calibration_with_a_failing_step(train):
    train.begin_step()
    train.wait("guide", "failed", timeout=SET_MS)
    assert train.view["steps"][:3] == ["passed", "failed", "none"]
    assert "The bows were too small" in train.view["why"]
    train.begin_step()  # this one alone
    train.wait_words("steps", "passed,passed")
    assert train.view["steps"][0] == "passed"
    train.wait("stage", "ready", timeout=SET_MS)


def _first_set(train):
    train.load_and_lift(60)
    train.wait("stage", "after_set", timeout=SET_MS)
    train.page.get_by_role("heading", name="Set 1: 6 reps, 2 with a red warning").wait_for(timeout=STEP_MS)
    train.page.get_by_text("Too little tuck at the top in 1 of 6 reps").wait_for(timeout=STEP_MS)
    assert train.view["rest"].startswith("Rest 0:")
    assert len(train.rows()) == 6
    train.choose("7")
    train.choose("Fine")
    train.button("Next set").click()


def _second_set_with_a_cut(train):
    train.wait("stage", "lift", timeout=SET_MS)
    # the first try to connect again may follow in the same picture
    train.wait_words("links", "Lumbar: lost", "Lumbar: connecting", timeout=SET_MS)
    train.wait_words("links", "Lumbar: streaming", timeout=SET_MS)
    train.wait("stage", "after_set", timeout=SET_MS)
    train.page.get_by_role("heading", name="not graded").wait_for(timeout=STEP_MS)
    assert any("not graded" in row[VERDICT] for row in train.rows())
    assert any("good" in row[VERDICT] for row in train.rows())  # before the cut, and after it
    train.choose("Pain")
    train.page.get_by_text("Does any of this apply to you?").wait_for(timeout=STEP_MS)
    train.page.get_by_text("A leg is newly weak, or gets weaker").click()
    train.button("Save the answers").click()
    train.page.get_by_text("Stop and get emergency help now.").wait_for(timeout=STEP_MS)
    assert train.button("Next set").count() == 0


def _downloaded(train, button, folder):
    with train.page.expect_download() as waiting:
        train.page.get_by_role("button", name=button).click()
    path = folder / waiting.value.suggested_filename
    waiting.value.save_as(path)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _analysis(demo):
    """What the command says of the recording."""
    (recording,) = DataFolder(demo.data).recordings.glob("*.mcap")
    target = demo.data / "analysis.json"
    command = "from lumbarwatch.cli.main import main; main()"
    arguments = ["analyze", str(recording), "--json", str(target)]
    subprocess.run([sys.executable, "-c", command, *arguments], check=True, timeout=120, capture_output=True)
    return json.loads(target.read_text(encoding="utf-8"))


def _row(rep):
    """A rep of the analysis as the page writes it, all but the verdict's words.

    The feed carries angles to 0.01 degrees, times to the millisecond and ways to 0.1 mm.
    """

    def whole(value):
        return int(abs(value) + 0.5)

    def angle(name, sigma):
        if rep[name] is None:
            return "–"
        value = round(rep[name], 2)
        sign = "" if whole(value) == 0 else "+" if value > 0 else "−"
        return f"{sign}{whole(value)}° ± {whole(round(rep[sigma], 2))}°"

    return [
        str(rep["set"]),
        str(rep["rep"]),
        str(whole(round(rep["rom_m"], 4) * 100)),
        angle("tilt_lockout_deg", "tilt_sigma_deg"),
        angle("lambda_lockout_deg", "lambda_sigma_deg"),
        angle("lambda_peak_deg", "lambda_sigma_deg"),
        *(f"{round(rep[name], 3):.1f}" for name in ("concentric_s", "hold_s", "eccentric_s")),
    ]


def _what_the_history_keeps(demo):
    with History.open(DataFolder(demo.data).history) as history:
        (athlete,) = history.athletes()
        assert (athlete.name, athlete.mass_kg, athlete.stature_m) == ("Ada", 62.0, 1.68)
        (session,) = history.sessions(athlete.id)
        assert session.summary.sets == 2
        assert [extra.rpe for extra in history.set_extras(session.id)] == [7.0, None]
        felt = history.symptoms(session.id)
    assert felt[-1].kind is SymptomKind.PAIN
    assert felt[0].kind is SymptomKind.NONE
