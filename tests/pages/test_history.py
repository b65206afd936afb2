"""The History view: list, course, one session, week; every part opens and says what it has."""

import json
import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pypdfium2
import pytest
import streamlit as st

from lumbarwatch.hub import messages as wire
from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.session import Athlete, Session
from lumbarwatch.model.trends import Quantity
from lumbarwatch.presenters import keys
from lumbarwatch.presenters.history import started_at
from lumbarwatch.presenters.report_words import QUANTITIES
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from pages.answering import AnsweringHub
from planned_course import DAY_NS, FIRST_UTC_NS, SESSIONS, WORST, save_course, save_one
from store.test_postgres import pytestmark as needs_a_server
from store.test_postgres import url  # noqa: F401  (fixture)


@pytest.fixture
def athlete(data):
    with History.open(DataFolder(data).create().history) as history:
        return save_course(history)


@pytest.fixture
def newest(data, athlete):
    with History.open(DataFolder(data).history) as history:
        return history.sessions(athlete.id, limit=1)[0]


@pytest.fixture
def session_page(open_page, newest):
    def opened(part="Reps"):
        page = open_page("views/history.py")
        page.session_state[keys.OPEN_SESSION] = newest.id
        page.session_state[keys.SESSION_PART] = part
        return page.run()

    return opened


def _clean(page):
    assert not page.exception, page.exception
    assert not page.error, page.error[0].value


def test_the_list_is_paged_and_filtered(open_page, athlete):
    page = open_page("views/history.py")
    _clean(page)
    assert "20 sessions" in page.caption[0].value
    rows = page.dataframe[0].value
    assert len(rows) == SESSIONS
    assert rows["Date"].tolist() == sorted(rows["Date"], reverse=True)
    assert set(rows["Athlete"]) == {"Anna Planned"}
    assert set(rows["± (°)"]) == set(rows["± lumbar (°)"]) == {3.2}
    assert any("Swipe the table sideways" in one.proto.body for one in page.get("html"))
    page.date_input(key=keys.HISTORY_FROM).set_value(_day(rows["Date"][4])).run()
    _clean(page)
    assert len(page.dataframe[0].value) == 5
    page.session_state[keys.HISTORY_KIND] = "Simulated"
    page.run()
    assert "No session fits" in page.info[0].value


def _day(text):
    from datetime import date

    return date.fromisoformat(text[:10])


def test_the_course_says_what_improved_and_what_is_noise(open_page, athlete):
    page = open_page("views/history.py")
    page.session_state[keys.HISTORY_PART] = "Athlete"
    page.session_state[keys.HISTORY_ATHLETE] = athlete.id
    page.run()
    _clean(page)
    judged = dict(zip(*(page.dataframe[0].value[name] for name in ("Quantity", "Judgement")), strict=True))
    assert judged[QUANTITIES[Quantity.TILT_LOCKOUT][0]] == "▲ improved beyond the MDC"
    assert judged[QUANTITIES[Quantity.OWN_TUCK][0]] == "≈ within noise"
    assert judged[QUANTITIES[Quantity.PAIN][0]] == "≈ within noise"
    within = page.dataframe[1].value
    assert set(within["Judgement"]) == {"≈ within noise"}
    assert within["MDC within a session"][0] == "4.2°"
    charts = page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart")
    assert len(charts) == 4
    assert "weeks:N" in charts[0].proto.spec or '"weeks"' in charts[0].proto.spec  # the pause is named


@pytest.mark.parametrize(("sessions", "days"), [(4, True), (SESSIONS, False)])
def test_no_month_stands_twice_on_an_axis(open_page, data, sessions, days):
    with History.open(DataFolder(data).create().history) as history:
        athlete = save_course(history, sessions=sessions)
    page = open_page("views/history.py")
    page.session_state[keys.HISTORY_PART] = "Athlete"
    page.session_state[keys.HISTORY_ATHLETE] = athlete.id
    page.run()
    chart = (page.get("vega_lite_chart") or page.get("arrow_vega_lite_chart"))[0].proto.spec
    axes = [layer["encoding"].get("x", {}).get("axis") for layer in json.loads(chart)["layer"]]
    assert [axis["format"] for axis in axes if axis] == ["%Y-%m-%d" if days else "%b %Y"]


def test_one_session_shows_its_reps_and_begins_with_the_worst(session_page):
    page = session_page()
    _clean(page)
    rows = page.dataframe[0].value
    assert len(rows) == 24
    assert page.session_state[keys.CHOSEN_REP] == WORST
    assert "can't be replayed" in page.info[0].value  # these rows have no recording
    assert "✕ Too little tuck at the top" in rows["Verdict"][12]


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ("Load", "times the own median session"),
        ("Compare", "Earlier: **"),
        ("Notes", None),
        ("Symptoms", None),
    ],
)
def test_every_part_of_a_session_opens(session_page, part, words):
    page = session_page(part)
    _clean(page)
    if words:
        assert any(words in one.value for one in page.markdown)


def test_no_load_without_body_measures(session_page, data, athlete):
    with History.open(DataFolder(data).history) as history:
        history.add_athlete(replace(athlete, stature_m=None))
    page = session_page("Load")
    assert page.info[0].value.startswith("No load: stature is not known.")
    assert not page.dataframe


def test_a_correction_stands_beside_the_computed_value(session_page, data, newest):
    with History.open(DataFolder(data).history) as history:
        computed = history.reps(newest.id)[0].tilt_lockout_deg
        history.annotate_rep(newest.id, 1, 1, CorrectedField.TILT_LOCKOUT_DEG, value=4.5, text="loose strap")
    rows = session_page().dataframe[0].value
    assert rows["Tilt at the top (°)"][0] == pytest.approx(computed, abs=0.051)
    assert rows["By hand"][0].startswith("tilt at the top +4.5° (computed +")
    assert rows["By hand"][0].endswith("loose strap)")


def test_refined_figures_stand_beside_the_causal_ones_when_asked_for(session_page, data, newest):
    with History.open(DataFolder(data).history) as history:
        causal = history.reps(newest.id)
        later = [_refined(rep) for rep in causal[1:]]  # of the first rep nothing is found
        history.save_session(
            Session(newest.id, newest.athlete_id, newest.started_at_utc_ns),
            history.session(newest.id).calibration,
            history.sets(newest.id),
            later,
            pipeline_version="2",
            refined=True,
        )
        kept = history.session(newest.id, "2", refined=True).record.summary
    page = session_page()
    _clean(page)
    assert page.metric[4].value.startswith(f"{newest.summary.tilt_lockout_deg:+.1f}°")
    (told,) = [one.value for one in page.caption if one.value.startswith("Refined, with hindsight: ")]
    assert f"tilt at the top {kept.tilt_lockout_deg:+.1f}°" in told
    assert f"{len(causal) - 1} reps" in told
    alone = page.dataframe[0].value
    assert not [name for name in alone if "refined" in name]
    page.toggle(key=keys.REFINED_BESIDE).set_value(True).run()
    _clean(page)
    both = page.dataframe[0].value
    assert both[list(alone)].equals(alone)
    late = both["Tilt at the top, refined (°)"]
    assert late.isna().tolist() == [True] + [False] * (len(causal) - 1)
    assert late[1:].tolist() == [round(rep.tilt_lockout_deg, 1) for rep in later]
    names = list(both)
    assert names.index("Tilt at the top, refined (°)") == names.index("Tilt at the top (°)") + 1


def _refined(rep):
    """The same rep, timed and numbered a little differently, 1.5 deg higher."""
    return replace(
        rep,
        rep_number=rep.rep_number + 1,
        t_lockout_ns=rep.t_lockout_ns + 100_000_000,
        tilt_lockout_deg=rep.tilt_lockout_deg + 1.5,
    )


def test_no_refined_figures_are_offered_where_there_are_none(session_page):
    page = session_page()
    assert not page.toggle
    assert not [one for one in page.caption if "hindsight" in one.value]


def test_a_hub_that_does_not_answer_keeps_the_note_in_the_field(session_page, data, newest):
    page = session_page("Notes")
    page.text_area(key=keys.NOTE_TEXT).input("Ask about the left hip.")
    page.button(key=keys.SAVE_NOTE).click().run()
    _clean(page)
    assert "does not answer" in page.toast[0].value
    assert page.text_area(key=keys.NOTE_TEXT).value == "Ask about the left hip."


def test_the_week_says_who_trained_and_what_changed(open_page, athlete, newest):
    page = open_page("views/history.py")
    page.session_state[keys.HISTORY_PART] = "This week"
    page.run()
    assert "Nobody trained" in page.info[0].value
    page.date_input(key=keys.WEEK_END).set_value(started_at(newest.started_at_utc_ns).date()).run()
    _clean(page)
    row = page.dataframe[0].value.iloc[0]
    assert row["Athlete"] == "Anna Planned"
    assert row["Sessions"] == 2
    assert row["What changed"]


def test_another_week_begins_on_its_first_page(open_page, data):
    newest = FIRST_UTC_NS + 7 * DAY_NS
    with History.open(DataFolder(data).create().history) as history:
        for number in range(25 + 1):
            athlete = history.add_athlete(Athlete("", f"Athlete {number}"))
            save_one(history, athlete, FIRST_UTC_NS, 5.0, random.Random(number))
        save_one(history, athlete, newest, 5.0, random.Random(1))
    page = open_page("views/history.py")
    page.session_state[keys.HISTORY_PART] = "This week"
    page.session_state[keys.WEEK_END] = started_at(FIRST_UTC_NS).date()
    page.run()
    page.session_state[keys.WEEK_PAGE] = 2
    page.run()
    assert len(page.dataframe[0].value) == 1
    page.date_input(key=keys.WEEK_END).set_value(started_at(newest).date()).run()
    _clean(page)
    assert page.dataframe[0].value["Athlete"].tolist() == [athlete.name]


def test_a_session_is_opened_by_its_address(open_page, newest):
    page = open_page("views/history.py")
    assert keys.OPEN_SESSION in page.session_state
    del page.session_state[keys.OPEN_SESSION]
    page.query_params["session"] = newest.id
    page.run()
    _clean(page)
    assert "Anna Planned" in page.markdown[0].value
    page.button(key=keys.HISTORY_BACK).click().run()
    assert "20 sessions" in page.caption[0].value


def test_the_browsers_own_way_back_leads_to_the_list(open_page, newest):
    page = open_page("views/history.py")
    page.query_params["session"] = newest.id
    assert "Anna Planned" in page.run().markdown[0].value
    del page.query_params["session"]
    assert "20 sessions" in page.run().caption[0].value
    page.query_params["session"] = newest.id
    _clean(page.run())
    assert "Anna Planned" in page.markdown[0].value


def test_an_address_of_no_session_shows_the_list(open_page, newest):
    page = open_page("views/history.py")
    del page.session_state[keys.OPEN_SESSION]
    page.query_params["session"] = "no such thing"
    page.run()
    _clean(page)
    assert "20 sessions" in page.caption[0].value


def test_the_replay_gets_the_angles_of_the_rep(session_page, data, newest):
    import numpy as np

    from lumbarwatch.model.motion import PoseBatch
    from lumbarwatch.store.angles import write_angles

    with History.open(DataFolder(data).history) as history:
        sets = history.sets(newest.id)
    t = np.arange(0, sets[-1].t_end_ns, 10_000_000)
    waves = {name: np.sin(t / 1e9) for name in PoseBatch.__slots__ if name.endswith("_deg")}
    poses = PoseBatch(t_ns=t, phase_code=np.zeros(len(t), int), valid=np.ones(len(t), bool), **waves)
    write_angles(DataFolder(data).angles(newest.id), poses, sets, "1")
    page = session_page()
    _clean(page)
    (component,) = page.get("bidi_component")
    assert component.proto.component_name == "lumbarwatch.replay"
    told = json.loads(component.proto.json)
    assert told["label"] == "Set 2, rep 5"
    assert told["t_s"][0] == pytest.approx(-1.0, abs=0.02)
    assert told["t_s"][-1] == pytest.approx(4.0, abs=0.03)


@needs_a_server
def test_a_report_is_made_of_a_history_on_a_server(open_page, monkeypatch, data, url):  # noqa: F811
    monkeypatch.setenv("LUMBARWATCH_HISTORY", url)
    with History.open(url) as history:
        athlete = save_course(history)
        newest = history.sessions(athlete.id, limit=1)[0]
        history.add_note(newest.id, "Ask about the left hip.", "Dr. Lee")
    offered = {}
    monkeypatch.setattr(st, "download_button", lambda label, made, **_: offered.update({label: made}))
    page = open_page("views/history.py")
    _clean(page)
    assert f"{SESSIONS} sessions" in page.caption[0].value
    page.session_state[keys.OPEN_SESSION] = newest.id
    _clean(page.run())
    with ThreadPoolExecutor(2) as pool:  # the server of the pages makes a report in a thread of its own
        pdf, html = pool.map(lambda form: offered[f"Report ({form})"](), ("PDF", "HTML"))
    with pypdfium2.PdfDocument(pdf) as document:
        text = document[0].get_textpage().get_text_range()
    assert "Anna Planned" in text
    assert "Anna Planned" in html.decode()
    assert "Ask about the left hip." in html.decode()
    page.button(key=keys.COURSE_SESSIONS).click().run()
    _clean(page)
    assert offered["Report (PDF)"]().startswith(b"%PDF")  # of the whole course
    assert not DataFolder(data).history.exists()


def test_a_name_is_shown_as_it_was_typed(open_page, data):
    with History.open(DataFolder(data).create().history) as history:
        athlete = save_course(history, "A_nn_a *[x](//y)* $1$ #", sessions=2)
        newest = history.sessions(athlete.id, limit=1)[0]
    page = open_page("views/history.py")
    page.session_state[keys.OPEN_SESSION] = newest.id
    shown = r"A\_nn\_a \*\[x\](//y)\* \$1\$ \#"
    assert page.run().markdown[0].value.startswith(f"#### {shown}, ")
    page.button(key=keys.COURSE_SESSIONS).click().run()
    assert f"#### {shown}" in [one.value for one in page.markdown]


@pytest.fixture
def hub(monkeypatch):
    return AnsweringHub().behind(monkeypatch)


def _whose(page, newest):
    page.session_state[f"{keys.WRONG_ATHLETE}_{newest.id}"] = True  # opened
    return page.run()


def test_a_session_is_moved_to_another_athlete_long_after_its_end(session_page, hub, data, newest):
    with History.open(DataFolder(data).history) as history:
        other = history.add_athlete(Athlete("", "Bea"))
    page = session_page()
    assert keys.MOVE_TO not in page.session_state  # nobody is offered before that is asked for
    page = _whose(page, newest)
    assert page.selectbox(keys.MOVE_TO).options == ["Bea"]
    path = f"/api/sessions/{newest.id}/move"
    hub.answers[path] = wire.Done()
    page.selectbox(keys.MOVE_TO).set_value(other.id).run()
    page.button(keys.MOVE_SESSION).click().run()
    _clean(page)
    assert hub.asked == [(path, {"athlete_id": other.id})]
    assert page.toast[0].value == "The session is moved."


def test_a_past_session_is_deleted_only_when_one_is_sure(session_page, hub, data, newest):
    page = _whose(session_page(), newest)
    hub.answers[f"/api/sessions/{newest.id}/delete"] = wire.Done()
    assert page.button(keys.DELETE_SESSION).disabled
    page.checkbox(keys.DELETE_SURE).check().run()
    with History.open(DataFolder(data).history) as history:
        history.delete_session(newest.id)
    page.button(keys.DELETE_SESSION).click().run()
    _clean(page)
    assert [path for path, _ in hub.asked] == [f"/api/sessions/{newest.id}/delete"]
    assert page.toast[0].value == "The session is deleted."
    assert f"{SESSIONS - 1} sessions" in page.caption[0].value
