"""Reports from a history: what they say, of whom, and what they refuse."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pypdfium2
import pytest

from jobs.a_course import ANNA, DAY_NS, T0_UTC_NS, rep, save, session_content, twenty_sessions
from lumbarwatch.exchange.errors import InputError
from lumbarwatch.jobs.report import ReportForm, gather, make_report, write_report
from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.document import Chart, Columns, Section, Table
from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import (
    Athlete,
    Calibration,
    CalibrationReason,
    Limit,
    Limits,
    OwnRange,
    Session,
    SupineZero,
)
from lumbarwatch.model.symptoms import Sign
from lumbarwatch.model.verdicts import NotGraded, NotGradedReason, WarningId
from lumbarwatch.presenters.report import report
from lumbarwatch.store.errors import StoreError
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.records import SessionAbout

FORBIDDEN = re.compile(r"injury risk|diagnos|treats|treatment|risk of|cures|prevents", re.IGNORECASE)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A data folder with twenty sessions of Anna's, their ids and Anna."""
    data = tmp_path_factory.mktemp("course")
    ids, athlete = twenty_sessions(data / "history.db")
    return data, ids, athlete


@pytest.fixture
def history(tmp_path):
    """An empty history."""
    with History.open(tmp_path / "history.db") as opened:
        yield opened


def words_of(content):
    """A PDF's words, page by page, on one line."""
    with pypdfium2.PdfDocument(content) as pdf:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in pdf]


def blocks_of(document, kind):
    """All blocks of a kind, however deep."""

    def walk(blocks):
        for block in blocks:
            if isinstance(block, kind):
                yield block
            if isinstance(block, Section):
                yield from walk(block.blocks)
            if isinstance(block, Columns):
                for part in block.parts:
                    yield from walk(part)

    return [found for page in document.pages for found in walk(page.blocks)]


def said(document):
    """Everything a document says, from the page it makes."""
    from lumbarwatch.exchange.report.html import render_html

    return re.sub(
        r"<[^>]*>", " ", re.sub(r"<style>.*?</style>", "", render_html(document).decode(), flags=re.DOTALL)
    )


# What it says ---------------------------------------------------------------------------------------------
def test_one_page_for_a_session_then_every_rep(course, tmp_path):
    data, ids, _ = course
    path = write_report(data, ids[-1][:30], ReportForm.PDF, tmp_path / "out.pdf")
    first, *rest = words_of(path.read_bytes())
    for part in (
        "In short",
        "What was found",
        "What was done",
        "Trend against the minimal detectable change",
        "Symptoms",
        "Advice",
        "Definitions and limits",
    ):
        assert part in first
    assert "Anna Łukasiewicz" in first
    assert "pelvic tilt at lockout improved (+14.0°, MDC 7.4°)" in first
    assert "standing lordosis (own tuck) within noise" in first
    assert "1 not graded (samples missing)" in first
    assert "A training aid, not a medical device" in first
    every = " ".join(rest)
    assert "Better control at the top" in every
    assert "that was a shuffle" in every
    assert len(re.findall(r"\b[1-4] [1-8] [○▲■]", every)) == 31


def test_a_zero_lying_face_up_is_named_and_what_it_takes(history):
    anna = history.add_athlete(ANNA)
    zero = SupineZero({Placement.PELVIS: -6.0, Placement.LUMBAR: -2.0}, 0.3)
    own = OwnRange(lam_max_deg=12.0, tau_max_deg=15.0, spread_deg=1.2, standing_deg=-4.0)  # against that zero
    for index in range(5):
        calibration, sets, reps, _ = session_content(index)
        if index == 4:
            calibration = replace(calibration, own_range=own, supine=zero)
        session = Session(new_id(), anna.id, T0_UTC_NS + index * 4 * DAY_NS, simulated=False)
        history.save_session(session, calibration, sets, reps, pipeline_version="1")
    words = " ".join(said(report(gather(history, session_id=session.id))).split())
    assert "lying face up: tilt reads −6.0° and lumbar +4.0° less than from standing" in words
    assert "arch +16.0°, tuck +11.0° from standing" in words
    assert "1 of 5 sessions have a zero lying face up; all angles here are from standing." in words


def test_both_forms_say_the_same(course):
    data, ids, athlete = course
    with History.open(data / "history.db") as history:
        for who in ({"session_id": ids[-1]}, {"athlete_id": athlete.id}):
            document = report(gather(history, **who))
            page = " ".join(said(document).split())
            paper = " ".join(words_of(make_report(history, **who)))
            for table in blocks_of(document, Table):
                for row in table.rows:
                    for cell in row:
                        assert " ".join(cell.text.split()).split(" ")[0] in page
                        assert " ".join(cell.text.split()).split(" ")[0] in paper
            titles = {chart.title for chart in blocks_of(document, Chart)}
            assert titles
            assert all(title in page and title in paper for title in titles)


def test_the_figures_are_the_medians_of_the_reps(course):
    data, ids, _ = course
    _, _, reps, _ = session_content(19)
    full = [one for one in reps if one.graded]
    with History.open(data / "history.db") as history:
        text = said(report(gather(history, session_id=ids[-1])))
    tilt = np.median([one.tilt_lockout_deg for one in full])
    assert f"{tilt:+.1f}°" in text
    assert f"{max(one.lambda_peak_deg for one in full):+.1f}°" in text
    red = sum(any(w.level == "red" for w in one.warnings) for one in reps)
    assert f"{red} red" in text


def test_every_number_of_the_first_page_has_a_unit_and_a_sigma_where_one_is_known(course):
    data, ids, _ = course
    with History.open(data / "history.db") as history:
        document = report(gather(history, session_id=ids[-1]))
    sets = next(table for table in blocks_of(document, Table) if table.columns[0].title == "Set")
    for row in sets.rows:
        assert re.fullmatch(r"[+−]?\d+\.\d° ± \d\.\d°", row[4].text)
        assert re.fullmatch(r"\d+ N m ± \d+ N m", row[10].text)
    text = said(document)
    assert "1.28 ± 0.38 ·10⁶ N²m²s" in text


@pytest.mark.parametrize("who", ["session", "athlete"])
def test_no_word_promises_what_cannot_be_known(course, who):
    data, ids, athlete = course
    with History.open(data / "history.db") as history:
        names = {"session_id": ids[-1]} if who == "session" else {"athlete_id": athlete.id}
        text = said(report(gather(history, **names)))
    assert not FORBIDDEN.findall(text)
    assert "it cannot detect injury" in text


def test_few_sessions_are_not_enough_data(history):
    athlete = history.add_athlete(ANNA)
    ids = [save(history, athlete, index) for index in range(3)]
    text = said(report(gather(history, session_id=ids[-1])))
    assert "not enough data (3 sessions, 4 are needed)" in " ".join(text.split())


def test_the_trend_ends_with_the_session_and_leaves_simulated_ones_out(course):
    data, ids, _ = course
    with History.open(data / "history.db") as history:
        save(history, history.athletes()[0], 5, simulated=True)
        assert len(gather(history, session_id=ids[9]).points) == 10
        assert len(gather(history, session_id=ids[-1]).points) == 20
        simulated = next(one for one in history.sessions() if one.simulated)
        document = report(gather(history, session_id=simulated.id))
        assert document.badges == ("simulated",)
        history.delete_session(simulated.id)


def test_without_a_calibration_nothing_is_called_good(history):
    rng = np.random.default_rng(1)
    none = Calibration.none(CalibrationReason.NO_STANDING)
    reasons = tuple(NotGraded(id_, NotGradedReason.NO_CALIBRATION) for id_ in WarningId)
    unknown = dict.fromkeys(
        (
            "tilt_lockout_deg",
            "lambda_lockout_deg",
            "lambda_peak_deg",
            "roll_lockout_deg",
            "tilt_sigma_deg",
            "lambda_sigma_deg",
            "phi_top_deg",
            "rom_fraction",
        )
    )
    reps = [
        rep(rng, 1, n, 0, 0, graded=False, warnings=(), not_graded=reasons, **unknown) for n in range(1, 5)
    ]
    session = Session(new_id(), "", T0_UTC_NS, recovered=True)
    history.save_session(
        session,
        none,
        session_content(0, sets=1, reps=4)[1],
        reps,
        pipeline_version="1",
        about=SessionAbout(duration_s=60.0),
    )
    document = report(gather(history, session_id=session.id))
    text = " ".join(said(document).split())
    assert "4 not graded (no calibration)" in text
    assert "none: nothing is graded by angles. No quiet standing was found" in text
    assert "within limits" not in text
    assert "nobody named" in text
    assert "Take the minute to calibrate before the next set" in text
    assert "none. The limits of angles below were not applied." in text
    assert document.badges == ("recovered",)
    assert make_report(history, session_id=session.id).startswith(b"%PDF")


def test_the_relative_dose_has_its_interval_and_the_limit_that_is_the_athletes(course):
    data, ids, _ = course
    with History.open(data / "history.db") as history:
        found = gather(history, session_id=ids[-1])
    own = replace(found.newest, limits=Limits(overrides={WarningId.W7: Limit(amber=1.1, red=1.4)}))
    for one, amber in ((found, "1.30"), (replace(found, newest=own), "1.10")):
        words = " ".join(said(report(one)).split())
        assert f"1.00 ± 0.30 × the own median session of the last 28 days (amber above {amber} ×)" in words


def test_a_session_without_reps_or_sets_is_a_report_all_the_same(history):
    session = Session(new_id(), "", T0_UTC_NS)
    history.save_session(session, Calibration.none(), [], [], pipeline_version="1")
    for form in ReportForm:
        assert make_report(history, session_id=session.id, form=form)
    document = report(gather(history, session_id=session.id))
    assert "No rep was found" in said(document)
    titles = [block.title for page in document.pages for block in page.blocks if isinstance(block, Section)]
    assert not {"What was found", "What was done", "Limits exceeded", "Every rep"} & set(titles)
    assert "Everything was graded" not in said(document)


def test_one_session_and_one_answer_are_told_in_the_singular(history):
    athlete = history.add_athlete(ANNA)
    save(history, athlete, 3)
    document = report(gather(history, athlete_id=athlete.id))
    assert document.facts == ("1 session of hip thrust", "2026-02-14", "32 reps")
    assert "asked once: none." in said(document)


def test_a_change_beyond_the_mdc_of_unsure_sign_is_not_called_noise(history):
    athlete = history.add_athlete(ANNA)
    for index in (0, 2, 4, 6, 8, 10):
        save(history, athlete, index, seed=3)
    reps = [rep(np.random.default_rng(n), 1, n, -7.0, 8.0) for n in range(1, 9)]
    last = Session(new_id(), athlete.id, T0_UTC_NS + 60 * DAY_NS)
    calibration, sets, _, _ = session_content(3, sets=1)
    history.save_session(last, calibration, sets, reps, pipeline_version="1")
    tilt = next(
        row
        for table in blocks_of(report(gather(history, session_id=last.id)), Table)
        for row in table.rows
        if row[0].text == "Pelvic tilt at lockout"
    )
    change, mdc = (float(cell.text.replace("°", "").replace("−", "-")) for cell in tilt[2:4])
    assert abs(change) > mdc
    assert tilt[5].text == "without clear direction"


def test_an_athlete_without_a_session_has_a_report_that_says_so(history):
    athlete = history.add_athlete(Athlete(name="Bo"))
    text = said(report(gather(history, athlete_id=athlete.id)))
    assert "no session yet" in text
    assert make_report(history, athlete_id=athlete.id).startswith(b"%PDF")


def test_a_name_is_text_and_never_markup(history):
    athlete = history.add_athlete(Athlete(name="<b>Zoë</b> & 李小龍 <script>"))
    save(history, athlete, 0, sets=1, reps=2)
    page = make_report(history, athlete_id=athlete.id, form=ReportForm.HTML).decode()
    assert "<script" not in page
    assert "&lt;b&gt;Zoë&lt;/b&gt; &amp; 李小龍" in page
    assert "<b>Zoë</b> & 李小龍" in words_of(make_report(history, athlete_id=athlete.id))[0]


def test_reports_made_at_once_are_those_made_one_by_one(course):
    data, ids, _ = course

    def made(session_id):
        with History.open(data / "history.db") as history:
            return len(words_of(make_report(history, session_id=session_id))[0])

    alone = [made(session_id) for session_id in ids[-3:]]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(made, ids[-3:])) == alone


# Symptoms --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("symptom", "sentence"),
    [
        (Symptom(1, SymptomKind.PAIN, 3, (Sign.NUMB_SADDLE,)), "Stop and get emergency help now."),
        (Symptom(1, SymptomKind.PAIN, 3, (Sign.FEVER,)), "See a doctor before training again."),
        (Symptom(1, SymptomKind.PAIN, 6, ()), "End the session here."),
        (Symptom(1, SymptomKind.PAIN, 2), "The short checklist after pain was not answered"),
    ],
)
def test_symptoms_bring_the_words_of_referral(history, symptom, sentence):
    athlete = history.add_athlete(ANNA)
    session_id = save(history, athlete, 0)
    history.add_symptom(session_id, Symptom(symptom.t_ns + 3000 * NS_PER_S, *_rest(symptom)))
    text = said(report(gather(history, session_id=session_id)))
    assert sentence in text
    assert "A session without warnings never overrides a symptom." in text


def test_what_was_felt_after_another_lift_counts_as_well(history):
    athlete = history.add_athlete(ANNA)
    save(history, athlete, 18)  # stiff
    stiff = Symptom(1000 * NS_PER_S, SymptomKind.STIFF)
    squat = Session(new_id(), athlete.id, T0_UTC_NS + 74 * DAY_NS)
    history.save_session(squat, Calibration.none(), [], [], pipeline_version="1",
                         about=SessionAbout(exercise="squat"), symptoms=(stiff,))  # fmt: skip
    thrust = Session(new_id(), athlete.id, T0_UTC_NS + 76 * DAY_NS)
    calibration, sets, reps, _ = session_content(17)
    history.save_session(thrust, calibration, sets, reps, pipeline_version="1")
    found = gather(history, session_id=thrust.id)
    assert len(found.points) == 2
    assert "Learn the pelvic tilt unloaded" in said(report(found))


def test_pain_without_a_number_is_pain_in_the_list_of_sessions(history):
    athlete = history.add_athlete(ANNA)
    session_id = save(history, athlete, 0)
    history.add_symptom(session_id, Symptom(3000 * NS_PER_S, SymptomKind.PAIN))
    document = report(gather(history, athlete_id=athlete.id))
    felt = [row[-1].text for table in blocks_of(document, Table) for row in table.rows
            if table.columns[-1].title == "Felt"]  # fmt: skip
    assert felt == ["pain"]


def _rest(symptom):
    return symptom.kind, symptom.pain, symptom.signs, symptom.seized


def test_symptoms_of_later_sessions_are_not_in_an_earlier_report(course):
    data, ids, _ = course
    with History.open(data / "history.db") as history:
        assert "low back stiff" not in said(report(gather(history, session_id=ids[3])))
        assert "low back stiff" in said(report(gather(history, session_id=ids[-1])))


# Corrections, refined --------------------------------------------------------------------------------------
def test_a_rep_taken_out_by_hand_is_shown_and_left_out_of_the_medians(history):
    athlete = history.add_athlete(ANNA)
    session_id = save(history, athlete, 4, sets=1, reps=3)
    before = said(report(gather(history, session_id=session_id)))
    for number in (1, 2):
        history.annotate_rep(session_id, 1, number, CorrectedField.COUNTED, value=False)
    history.annotate_rep(session_id, 1, 2, CorrectedField.COUNTED, value=True, text="it was one")
    text = " ".join(said(report(gather(history, session_id=session_id))).split())
    assert "1 rep taken out by hand, leaving 2" in text
    assert "it was one" in text
    assert "taken out by hand, leaving" not in before


def test_a_refined_analysis_is_labelled_and_asked_for(history):
    athlete = history.add_athlete(ANNA)
    session_id = save(history, athlete, 1)
    with pytest.raises(StoreError, match="has no refined analysis"):
        gather(history, session_id=session_id, refined=True)
    calibration, sets, reps, _ = session_content(1)
    session = Session(session_id, athlete.id, T0_UTC_NS + 4 * DAY_NS)
    history.save_session(session, calibration, sets, reps, pipeline_version="1", refined=True)
    document = report(gather(history, session_id=session_id, refined=True))
    assert document.badges == ("refined, not causal",)
    assert "pipeline 1 refined" in document.footer
    assert "Refined: computed after the session" in said(document)
    plain = report(gather(history, session_id=session_id))
    assert plain.badges == ()
    assert "With hindsight (refined, not causal)" in said(plain)  # beside it, labelled
    assert "With hindsight" not in said(document)


# Who and where ---------------------------------------------------------------------------------------------
def test_sessions_and_athletes_are_found_by_id_beginning_name_or_last(course, tmp_path):
    data, ids, athlete = course
    for named in ("last", ids[-1], ids[-1].upper()[:30], athlete.id, athlete.name, athlete.name.upper()):
        out = write_report(data, named, ReportForm.HTML, tmp_path / "out.html")
        assert out.stat().st_size > 5000


def test_what_is_not_there_is_one_clear_sentence_and_nothing_is_written(course, tmp_path):
    data, _, athlete = course
    for named, why in (
        ("nope", "Neither a session nor an athlete is called 'nope'"),
        ("0", "begin with '0'"),
    ):
        with pytest.raises(StoreError, match=why):
            write_report(data, named, ReportForm.PDF, tmp_path / "out.pdf")
    with History.open(data / "history.db") as history:
        other = history.add_athlete(Athlete(name=athlete.name))
        with pytest.raises(StoreError, match="Several athletes"):
            write_report(data, athlete.name, ReportForm.PDF, tmp_path / "out.pdf")
        history.delete_athlete(other.id)
    with pytest.raises(InputError, match="does not exist"):
        write_report(data, "last", ReportForm.PDF, tmp_path / "no" / "out.pdf")
    with pytest.raises(StoreError, match="no sessions in"):
        write_report(tmp_path / "typo", "last", ReportForm.PDF)
    assert not list(tmp_path.iterdir())
