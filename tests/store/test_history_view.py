"""Questions of the History view: filters in the database, courses with sets and symptoms, a week."""

from dataclasses import replace

import pytest

from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.samples import Placement
from lumbarwatch.model.session import Athlete, Calibration, Session, SupineZero
from lumbarwatch.model.symptoms import Sign
from lumbarwatch.model.trends import Quantity
from lumbarwatch.store.course import by_session, symptom_of
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.records import SessionAbout, SessionFilter
from planned_course import DAY_NS, FIRST_UTC_NS, REPS, SESSIONS, SETS, save_course
from store.samples_of_life import a_session


@pytest.fixture
def history(tmp_path):
    with History.open(tmp_path / "history.db") as opened:
        yield opened


@pytest.fixture
def anna(history):
    return save_course(history)


@pytest.fixture
def ben(history):
    """Another athlete with a simulated squat session without reps, and pain in it."""
    athlete = history.add_athlete(Athlete("", "Ben"))
    session = Session(new_id(), athlete.id, FIRST_UTC_NS + DAY_NS, simulated=True)
    pain = Symptom(5, SymptomKind.PAIN, 6, signs=(Sign.NIGHT_PAIN,))
    history.save_session(
        session,
        Calibration.none(),
        [],
        [],
        pipeline_version="1",
        about=SessionAbout(exercise="squat"),
        symptoms=[pain, Symptom(9, SymptomKind.NONE)],
    )
    return athlete


def test_a_course_is_told_from_standing_whatever_the_zero(history):
    """The same athlete doing the same with a zero lying face up: nothing of the course changes."""
    carla = history.add_athlete(Athlete(name="Carla"))
    calibration, sets, reps = a_session(5)
    zero = SupineZero({Placement.PELVIS: -6.0, Placement.LUMBAR: -2.0}, 0.3)  # takes + 4 deg from lambda
    lain = [
        replace(
            rep,
            tilt_lockout_deg=rep.tilt_lockout_deg + 6.0,
            lambda_lockout_deg=rep.lambda_lockout_deg - 4.0,
            lambda_peak_deg=rep.lambda_peak_deg - 4.0,
        )
        for rep in reps
    ]
    for day, (used, done) in enumerate([(calibration, reps), (replace(calibration, supine=zero), lain)]):
        session = Session(new_id(), carla.id, FIRST_UTC_NS + day * DAY_NS, simulated=False)
        history.save_session(session, used, sets, done, pipeline_version="1")
    wanted = SessionFilter(athlete_id=carla.id)
    of_sets = [one.point for one in history.set_course(wanted)]
    stood, lay = history.course(wanted)
    for one, other in [(stood, lay), *zip(of_sets[:4], of_sets[4:], strict=True)]:
        assert (one.supine_zero, other.supine_zero) == (False, True)
        for quantity in (Quantity.TILT_LOCKOUT, Quantity.LAMBDA_LOCKOUT, Quantity.LAMBDA_PEAK):
            assert getattr(other, quantity) == pytest.approx(getattr(one, quantity))
    own = history.session(lay.session_id).record.summary
    assert own.tilt_lockout_deg == pytest.approx(stood.tilt_lockout_deg + 6.0)  # there, from its own zero


def test_pages_of_the_list_follow_one_another_newest_first(history, anna):
    pages = [history.listed(SessionFilter(), 8, offset) for offset in (0, 8, 16, 24)]
    assert [len(page) for page in pages] == [8, 8, 4, 0]
    times = [one.record.started_at_utc_ns for page in pages for one in page]
    assert times == sorted(times, reverse=True)
    assert len(set(times)) == SESSIONS
    assert {one.athlete_name for page in pages for one in page} == {"Anna Planned"}


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (SessionFilter(), SESSIONS + 1),
        (SessionFilter(simulated=True), 1),
        (SessionFilter(simulated=False), SESSIONS),
        (SessionFilter(exercise="squat"), 1),
        (SessionFilter(exercise="deadlift"), 0),
        (SessionFilter(with_red=True), SESSIONS),
        (SessionFilter(with_red=True, simulated=True), 0),
        (SessionFilter(with_symptoms=True, simulated=True), 1),
        (SessionFilter(since_utc_ns=FIRST_UTC_NS + 1, until_utc_ns=FIRST_UTC_NS + 4 * DAY_NS), 1),
        (SessionFilter(since_utc_ns=FIRST_UTC_NS, until_utc_ns=FIRST_UTC_NS + 4 * DAY_NS + 1), 3),
        (SessionFilter(athlete_id=""), 0),
    ],
)
def test_a_filter_counts_and_lists_the_same(history, anna, ben, wanted, count):
    assert history.count(wanted) == count
    assert len(history.listed(wanted, 100)) == count


def test_the_list_says_the_worst_that_was_felt(history, ben):
    (one,) = history.listed(SessionFilter(athlete_id=ben.id))
    assert (one.felt, one.pain) == (SymptomKind.PAIN, 6)
    (record,) = [symptom for symptom in history.symptoms(one.record.id) if symptom.pain]
    assert symptom_of(record) == Symptom(5, SymptomKind.PAIN, 6, signs=(Sign.NIGHT_PAIN,))


def test_a_course_has_shares_own_range_load_and_symptoms(history, anna, ben):
    points = history.course(SessionFilter(athlete_id=anna.id, simulated=False))
    assert len(points) == SESSIONS
    assert [point.started_at_utc_ns for point in points] == sorted(
        point.started_at_utc_ns for point in points
    )
    newest = points[-1]
    summary = history.session(newest.session_id).record.summary
    assert newest.tilt_lockout_deg == summary.tilt_lockout_deg
    assert newest.share_red == pytest.approx(1 / (SETS * REPS))
    assert newest.share_not_graded == 0.0
    assert newest.tau_max_deg == summary.tau_max_deg
    assert newest.dose_n2m2s == summary.dose_n2m2s
    assert newest.drift_deg == summary.drift_deg
    assert (newest.pain, newest.stiff) in {(0.0, False), (0.0, True)}
    (bens,) = history.course(SessionFilter(athlete_id=ben.id))
    assert (bens.pain, bens.stiff, bens.share_red) == (6.0, False, None)


def test_sets_are_points_of_their_own(history, anna):
    sets = history.set_course(SessionFilter(athlete_id=anna.id))
    assert len(sets) == SESSIONS * SETS
    newest = history.sessions(anna.id, limit=1)[0]
    own = by_session(sets)[newest.id]
    assert [one.set_number for one in own] == [1, 2, 3]
    reps = [rep for rep in history.reps(newest.id) if rep.set_number == 2]
    tilts = sorted(rep.tilt_lockout_deg for rep in reps)
    assert own[1].point.tilt_lockout_deg == pytest.approx((tilts[3] + tilts[4]) / 2)
    assert own[1].point.reps == REPS
    assert own[1].point.bar_kg == 90.0
    assert own[1].point.drift_deg == next(
        one.drift_deg for one in history.set_extras(newest.id) if one.set_number == 2
    )


def test_a_week_counts_by_athlete_the_latest_first(history, anna, ben):
    everything = history.week(SessionFilter())
    assert [(one.name, one.sessions) for one in everything] == [("Anna Planned", SESSIONS), ("Ben", 1)]
    assert everything[0].reps == SESSIONS * SETS * REPS
    first = history.week(SessionFilter(since_utc_ns=FIRST_UTC_NS, until_utc_ns=FIRST_UTC_NS + 2 * DAY_NS))
    assert [(one.name, one.sessions) for one in first] == [("Ben", 1), ("Anna Planned", 1)]
    assert history.week(SessionFilter(), limit=1, offset=1)[0].name == "Ben"


def test_courses_of_several_come_by_athlete_within_the_span(history, anna, ben):
    found = history.courses([anna.id, ben.id], SessionFilter(until_utc_ns=FIRST_UTC_NS + 2 * DAY_NS))
    assert {athlete: len(points) for athlete, points in found.items()} == {anna.id: 1, ben.id: 1}
    assert history.courses([], SessionFilter()) == {}


def test_exercises_come_by_how_often_they_are_done(history, anna, ben):
    assert history.exercises() == ("hip_thrust", "squat")
    assert history.exercises(ben.id) == ("squat",)


def test_only_what_was_felt_is_a_symptom(history, anna):
    felt = {one.session_id for one in history.symptoms(athlete_id=anna.id) if one.kind is SymptomKind.STIFF}
    assert 0 < len(felt) < SESSIONS
    found = history.listed(SessionFilter(with_symptoms=True), 100)
    assert {one.record.id for one in found} == felt


def test_not_asked_and_pain_without_a_number_are_not_known(history, anna):
    for number, symptoms in enumerate([[], [Symptom(5, SymptomKind.PAIN)]]):
        session = Session(new_id(), anna.id, FIRST_UTC_NS + (900 + number) * DAY_NS)
        history.save_session(session, Calibration.none(), [], [], pipeline_version="1", symptoms=symptoms)
    not_asked, unknown = history.course(SessionFilter(athlete_id=anna.id))[-2:]
    assert (not_asked.pain, not_asked.stiff) == (None, None)
    assert (unknown.pain, unknown.stiff) == (None, False)
