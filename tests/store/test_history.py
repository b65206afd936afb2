"""The history: what is saved is found again, exactly, by everybody who may ask."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from lumbarwatch.model.corrections import CorrectedField
from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.load import Dose, RepLoad, SessionLoad
from lumbarwatch.model.samples import NS_PER_S, Placement
from lumbarwatch.model.session import Athlete, Calibration, CalibrationReason, Limit, Limits, Session
from lumbarwatch.model.symptoms import Sign
from lumbarwatch.model.verdicts import Level, NotGraded, NotGradedReason, WarningId, WarningVerdict
from lumbarwatch.store import saving
from lumbarwatch.store.codec import dumps
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.records import SessionAbout
from store.samples_of_life import T0, a_session

UTC0 = 1_790_000_000_000_000_007
DAY_NS = 86_400 * NS_PER_S


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    with History.open(tmp_path / "history.db") as history:
        yield history


def visit(athlete_id: str = "", day: int = 0) -> Session:
    return Session(id=new_id(), athlete_id=athlete_id, started_at_utc_ns=UTC0 + day * DAY_NS, simulated=True)


def about(**changes: object) -> SessionAbout:
    dose = WarningVerdict(WarningId.W7, Level.AMBER, 1.4, 1.3, 0.1, T0 + 7)
    values = {
        "started_at_monotonic_ns": T0,
        "duration_s": 1234.5,
        "recording": "x.mcap",
        "software_version": "0.1.0",
        "sensors": {Placement.PELVIS: {"serial": "A1"}, Placement.LUMBAR: {"serial": "B2"}},
        "limits": Limits({WarningId.W1: Limit(-3.0, None)}, tuck_training=True),
        "parameters": {"orientation": "raw"},
        "rpe": {1: 7.5},
        "load": SessionLoad(
            reps=(
                RepLoad(1, 1, 170.0, 27.0, T0, 180.0, 1.25e6),
                RepLoad(2, 1, 190.0, 30.0, T0, 200.0, 2.5e6),
            ),
            sets={1: Dose(1.25e6, 3e5, 0), 2: Dose(2.5e6, 6e5, 1)},
            session=Dose(3.75e6, 9e5, 1),
        ),
        "warnings": (dose,),
        "not_graded": (NotGraded(WarningId.W7, NotGradedReason.NO_HISTORY),),
    }
    return SessionAbout(**(values | changes))


def test_what_is_saved_is_found_exactly(history: History) -> None:
    calibration, sets, reps = a_session(1)
    session, context = visit(), about()
    history.save_session(session, calibration, sets, reps, pipeline_version="1", about=context)
    assert history.reps(session.id) == tuple(reps)
    assert history.sets(session.id) == tuple(sets)
    detail = history.session(session.id)
    assert dumps(detail.calibration) == dumps(calibration)
    assert (detail.limits, detail.parameters, detail.sensors) == (
        context.limits,
        context.parameters,
        context.sensors,
    )
    assert detail.not_graded == context.not_graded
    assert detail.versions == (("1", False),)
    assert [(one.rpe, one.dose_n2m2s) for one in history.set_extras(session.id)][:2] == [
        (7.5, 1.25e6),
        (None, 2.5e6),
    ]
    assert {one.verdict for one in history.warnings(session.id)} == {
        *context.warnings,
        *(warning for one in sets for warning in one.warnings),
        *(warning for rep in reps for warning in rep.warnings),
    }


def test_summary(history: History) -> None:
    calibration, sets, reps = a_session(2)
    session = visit()
    history.save_session(session, calibration, sets, reps, pipeline_version="1", about=about())
    summary = history.session(session.id).record.summary
    assert (summary.sets, summary.reps, summary.partial, summary.graded) == (4, 40, 0, 40)
    assert summary.red == sum(any(w.level is Level.RED for w in rep.warnings) for rep in reps) > 0
    assert summary.amber + summary.red == sum(bool(rep.warnings) for rep in reps)
    values = sorted(rep.tilt_lockout_deg or 0.0 for rep in reps)
    assert summary.tilt_lockout_deg == (values[19] + values[20]) / 2
    assert summary.lambda_peak_deg == max(rep.lambda_peak_deg or 0.0 for rep in reps)
    assert summary.habit == calibration.own_range.habit
    assert (summary.bar_kg, summary.dose_n2m2s, summary.dose_sigma_n2m2s) == (100.0, 3.75e6, 9e5)
    assert (summary.peak_moment_nm, summary.peak_sigma_nm, summary.dose_unknown_reps) == (190.0, 30.0, 1)


def test_drift_is_kept_of_every_set_whether_it_exceeds_a_limit_or_not(history: History) -> None:
    calibration, sets, reps = a_session(3, sets=3, reps=6)
    slopes = {1: 0.2, 2: -0.1, 3: 0.5}  # deg per rep
    reps = [
        replace(rep, lambda_lockout_deg=slopes[rep.set_number] * rep.rep_number, graded=rep.rep_number > 1)
        for rep in reps
    ]
    slipped = (NotGraded(WarningId.W6, NotGradedReason.SLIP_SUSPECTED),)
    sets = [replace(one, not_graded=slipped if one.set_number == 3 else ()) for one in sets]
    session = visit()
    history.save_session(session, calibration, sets, reps, pipeline_version="1", about=about())
    drifts = [one.drift_deg for one in history.set_extras(session.id)]
    assert drifts == [pytest.approx(0.8), pytest.approx(-0.4), None]
    assert history.session(session.id).record.summary.drift_deg == pytest.approx(0.8)
    loads = [(one.peak_moment_nm, one.dose_sigma_n2m2s) for one in history.set_extras(session.id)]
    assert loads == [(170.0, 3e5), (190.0, 6e5), (None, None)]


def test_the_own_bench_is_kept(history: History) -> None:
    anna = history.add_athlete(Athlete(name="Anna", bench_height_m=0.42, contact_to_l1_m=0.11))
    assert history.athlete(anna.id) == anna


def test_a_session_with_nothing_in_it(history: History) -> None:
    session = visit()
    nothing = Calibration.none(CalibrationReason.NO_STANDING)
    history.save_session(session, nothing, [], [], pipeline_version="1")
    assert history.reps(session.id) == history.sets(session.id) == history.warnings(session.id) == ()
    detail = history.session(session.id)
    assert detail.calibration == nothing
    assert detail.record.summary.tilt_lockout_deg is None


def test_unknown_values_stay_unknown(history: History) -> None:
    calibration, sets, (rep, *_) = a_session(3)
    unsure = replace(
        rep, tilt_lockout_deg=None, lambda_lockout_deg=None, lambda_peak_deg=None, roll_lockout_deg=None,
        lambda_eccentric_max_deg=None, tilt_sigma_deg=None, lambda_sigma_deg=None, rom_fraction=None,
        graded=False,
    )  # fmt: skip
    session = visit()
    history.save_session(session, calibration, sets, [unsure], pipeline_version="1")
    assert history.reps(session.id) == (unsure,)


def test_saving_again_replaces_and_keeps_what_people_said(history: History) -> None:
    calibration, sets, reps = a_session(4)
    anna, ben = history.add_athlete(Athlete(name="Anna")), history.add_athlete(Athlete(name="Ben"))
    session = visit(anna.id)
    pain = Symptom(T0 + 60 * NS_PER_S, SymptomKind.PAIN, 3)
    save = {"pipeline_version": "1", "about": about(), "symptoms": [pain]}
    history.save_session(session, calibration, sets, reps, **save)
    history.add_note(session.id, "belt slipped", author="coach")
    history.annotate_rep(session.id, 2, 3, CorrectedField.COUNTED, value=False, text="re-racked")
    history.move_session(session.id, ben.id)
    history.save_session(session, calibration, sets, reps[:-1], **save)
    assert history.reps(session.id) == tuple(reps[:-1])
    assert history.session(session.id).record.athlete_id == ben.id
    assert [one.text for one in history.notes(session.id)] == ["belt slipped"]
    (felt,) = history.symptoms(session.id)
    assert (felt.kind, felt.pain, felt.at_utc_ns) == (SymptomKind.PAIN, 3, UTC0 + 60 * NS_PER_S)
    (correction,) = history.annotations(session.id)
    assert (correction.field, correction.value) == (CorrectedField.COUNTED, False)
    assert [rep for rep in reps if correction.belongs_to(rep)] == [reps[12]]
    assert len(history.sessions()) == 1


def test_the_checklist_is_kept_with_the_symptom(history: History) -> None:
    calibration, sets, reps = a_session(4)
    session = visit()
    sign = next(iter(Sign))
    felt = [
        Symptom(T0, SymptomKind.NONE),
        Symptom(T0 + 1, SymptomKind.PAIN, 5, (sign,)),
        Symptom(T0 + 2, SymptomKind.STIFF, seized=True),
    ]
    history.save_session(session, calibration, sets, reps, pipeline_version="1", symptoms=felt)
    assert [one.answers for one in history.symptoms(session.id)] == [
        None,
        {"signs": [sign.value], "seized": False},
        {"signs": [], "seized": True},
    ]


def test_versions_lie_side_by_side(history: History) -> None:
    calibration, sets, reps = a_session(5)
    session = visit()
    history.save_session(session, calibration, sets, reps, pipeline_version="1")
    history.save_session(session, calibration, sets, reps[:30], pipeline_version="2")
    history.save_session(session, calibration, sets, reps[:20], pipeline_version="2", refined=True)
    assert history.reps(session.id) == history.reps(session.id, "2") == tuple(reps[:30])
    assert history.reps(session.id, "1") == tuple(reps)
    assert history.reps(session.id, "2", refined=True) == tuple(reps[:20])
    assert history.session(session.id).versions == (("1", False), ("2", False), ("2", True))
    with pytest.raises(StoreError, match="no analysis by pipeline version 9"):
        history.reps(session.id, "9")


def test_nothing_is_saved_half(history: History) -> None:
    calibration, sets, reps = a_session(6)
    session = visit()
    history.save_session(session, calibration, sets, reps, pipeline_version="1")
    with pytest.raises(Exception, match=r"(?i)unique"):
        history.save_session(session, calibration, sets, [*reps[:3], reps[0]], pipeline_version="1")
    assert history.reps(session.id) == tuple(reps)
    other = visit()
    with pytest.raises(Exception, match=r"(?i)unique"):
        history.save_session(other, calibration, sets, [reps[0], reps[0]], pipeline_version="1")
    assert not history.has_session(other.id)


def test_lists_and_trends(history: History) -> None:
    anna, ben = history.add_athlete(Athlete(name="Anna")), history.add_athlete(Athlete(name="Ben"))
    calibration, sets, reps = a_session(7)
    days = [visit(anna.id if day % 2 else ben.id, day) for day in range(10)]
    nobody = visit("", 20)
    for session in [*days[::-1], nobody]:
        history.save_session(session, calibration, sets, reps, pipeline_version="1")
    assert [one.id for one in history.sessions()] == [nobody.id, *(one.id for one in days[::-1])]
    assert [one.id for one in history.sessions(anna.id, limit=2)] == [days[9].id, days[7].id]
    assert [one.id for one in history.sessions(anna.id, limit=2, offset=2)] == [days[5].id, days[3].id]
    since = days[6].started_at_utc_ns
    assert [one.id for one in history.sessions(ben.id, since)] == [days[8].id, days[6].id]
    assert [one.id for one in history.sessions(ben.id, until_utc_ns=since)] == [
        days[4].id,
        days[2].id,
        days[0].id,
    ]
    assert [one.id for one in history.sessions("")] == [nobody.id]
    assert [one.session_id for one in history.trend(anna.id)] == [one.id for one in days[1::2]]
    assert history.trend(anna.id, "squat") == ()
    assert len(history.trend(anna.id, since_utc_ns=since)) == 2


def test_athletes_keep_their_limits(history: History) -> None:
    limits = Limits({WarningId.W2: Limit(9.0, 12.0)}, tuck_training=True)
    anna = history.add_athlete(Athlete(name="Anna", mass_kg=61.5, stature_m=1.68, limits=limits))
    assert history.athlete(anna.id) == anna
    changed = history.add_athlete(replace(anna, mass_kg=62.0))
    assert history.athletes() == (changed,)


def test_who_is_known_stays_as_is_even_if_written_at_this_moment(history: History) -> None:
    """A session begins with a new athlete while somebody saves the athlete's limits: the limits stay."""
    anna = Athlete(id=new_id(), name="Anna", limits=Limits({WarningId.W2: Limit(9.0, 12.0)}))
    met = Thread(target=history.add_new_athlete, args=(replace(anna, name="", limits=Limits()),))
    with history._write() as transaction:  # looked for now, there is no Anna yet
        saving.save_athlete(transaction, anna, UTC0)
        met.start()
        met.join(0.2)
        assert met.is_alive()
    met.join()
    assert history.athletes() == (anna,)


def test_an_unknown_athlete_gets_an_empty_row(history: History) -> None:
    session = visit(new_id())
    history.save_session(session, Calibration.none(), [], [], pipeline_version="1")
    assert history.athlete(session.athlete_id).name == ""


def test_sensors(history: History) -> None:
    history.save_sensor("witmotion", "W2")
    history.save_sensor("lm1", "A1", {"offset_mps2": [0.1, 0.0, -0.2]})
    history.save_sensor("lm1", "A1")
    known = [(one.family, one.serial, one.calibration) for one in history.sensors()]
    assert known == [("lm1", "A1", {"offset_mps2": [0.1, 0.0, -0.2]}), ("witmotion", "W2", None)]


def test_deleting_leaves_nothing_to_find(history: History, tmp_path: Path) -> None:
    calibration, sets, reps = a_session(8)
    anna = history.add_athlete(Athlete(name="Annabella Unmistakable"))
    session = visit(anna.id)
    history.save_session(session, calibration, sets, reps, pipeline_version="1", about=about())
    history.add_note(session.id, "a secret remark")
    assert history.delete_athlete(anna.id) == ("x.mcap",)
    assert history.sessions() == history.symptoms() == ()
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert b"Unmistakable" not in content
        assert b"secret remark" not in content
        assert session.id.replace("-", "").encode() not in content


def test_deleting_one_session(history: History) -> None:
    calibration, sets, reps = a_session(9)
    one, other = visit(), visit()
    for session in (one, other):
        history.save_session(session, calibration, sets, reps, pipeline_version="1", about=about())
    assert history.delete_session(one.id) == "x.mcap"
    assert [left.id for left in history.sessions()] == [other.id]
    assert history.reps(other.id) == tuple(reps)


@pytest.mark.parametrize("ask", ["session", "reps", "sets", "delete_session"])
def test_an_unknown_session_is_named(history: History, ask: str) -> None:
    missing = new_id()
    with pytest.raises(StoreError, match=missing) as caught:
        getattr(history, ask)(missing)
    assert caught.value.reason is StoreReason.UNKNOWN_SESSION


def test_an_unknown_athlete_is_named(history: History) -> None:
    session = visit()
    history.save_session(session, Calibration.none(), [], [], pipeline_version="1")
    with pytest.raises(StoreError) as caught:
        history.move_session(session.id, new_id())
    assert caught.value.reason is StoreReason.UNKNOWN_ATHLETE


def test_durable_and_checked(history: History, tmp_path: Path) -> None:
    assert (tmp_path / "history.db").stat().st_mode & 0o077 == 0
    with history._engine.connect() as connection:
        answers = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        ]
    assert answers == ["wal", 2, 1, 1]
    history.check()


def test_a_reader_does_not_wait_for_a_writer(history: History, tmp_path: Path) -> None:
    session = visit()
    history.save_session(session, Calibration.none(), [], [], pipeline_version="1")
    writer = sqlite3.connect(tmp_path / "history.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with History.open(tmp_path / "history.db") as reader:
        assert len(reader.sessions()) == 1
    writer.execute("ROLLBACK")
    writer.close()
