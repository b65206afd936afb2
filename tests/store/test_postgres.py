"""The same history on a PostgreSQL server: every common test again, and what only a server can get wrong."""

import os
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, insert, make_url, text

from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.store import migrations, saving
from lumbarwatch.store.backup import backup
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id
from lumbarwatch.store.saving import Findings
from lumbarwatch.store.summary import summarise
from lumbarwatch.store.tables import SensorRow
from store import test_history, test_history_view
from store.samples_of_life import a_session
from store.test_history import about, visit
from store.test_history_view import anna, ben  # noqa: F401  (fixtures)

URL = os.environ.get("LUMBARWATCH_TEST_POSTGRES_URL", "")
SQLITE_ONLY = {
    "test_deleting_leaves_nothing_to_find",
    "test_durable_and_checked",
    "test_a_reader_does_not_wait_for_a_writer",
}

REQUIRED = "LUMBARWATCH_REQUIRE_POSTGRES" in os.environ

pytestmark = pytest.mark.skipif(
    not URL and not REQUIRED, reason="LUMBARWATCH_TEST_POSTGRES_URL names no PostgreSQL server"
)

globals().update(
    {
        name: test
        for name, test in {**vars(test_history), **vars(test_history_view)}.items()
        if name.startswith("test_") and name not in SQLITE_ONLY
    }
)


@pytest.fixture
def url() -> Iterator[str]:
    """A schema of its own on the server, gone afterwards."""
    assert URL, "LUMBARWATCH_TEST_POSTGRES_URL names no PostgreSQL server"
    schema = f"test_{new_id().replace('-', '')}"
    server = create_engine(make_url(URL).set(drivername="postgresql+psycopg"))
    with server.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    own = make_url(URL).update_query_dict({"options": f"-csearch_path={schema}"})
    yield own.render_as_string(hide_password=False)
    with server.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    server.dispose()


@pytest.fixture
def history(url: str) -> Iterator[History]:
    with History.open(url) as history:
        yield history


def test_opened_again_by_another_program(history: History, url: str) -> None:
    calibration, sets, reps = a_session(20)
    session = visit()
    history.save_session(session, calibration, sets, reps, pipeline_version="1", about=about())
    with History.open(url) as other:
        assert other.reps(session.id) == tuple(reps)
        other.check()


def test_the_environment_names_the_server(
    history: History, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LUMBARWATCH_HISTORY", url)
    folder = DataFolder(tmp_path / "data").create()
    session = visit()
    with History.open(folder.database) as own:
        own.save_session(session, *a_session(5), pipeline_version="1", about=about())
    assert history.has_session(session.id)
    assert folder.existing() is folder
    assert not folder.history.exists()
    with pytest.raises(StoreError, match="server's own tools"):
        backup(folder, tmp_path / "all.backup")


def test_a_newer_schema_is_refused(history: History, url: str) -> None:
    with history._engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreError, match="newer lumbarwatch") as caught:
        History.open(url)
    assert caught.value.reason is StoreReason.NEWER_VERSION


def test_tables_are_those_of_the_models(history: History) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from lumbarwatch.store.tables import Base

    with history._engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_two_programs_may_make_the_tables_at_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for history in pool.map(lambda _: History.open(url), range(4)):
            assert history.sessions() == ()
            history.close()


def test_a_server_out_of_reach_is_named() -> None:
    nowhere = make_url(URL).set(host="127.0.0.1", port=9, password="a secret", query={})
    with pytest.raises(StoreError, match="out of reach") as caught:
        History.open(nowhere.render_as_string(hide_password=False))
    assert caught.value.reason is StoreReason.UNREACHABLE
    assert "a secret" not in str(caught.value)


def test_a_history_of_the_first_version_keeps_its_data(url: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    session_id = new_id()
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.set_main_option("path_separator", "os")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(
            text(
                "INSERT INTO sessions VALUES (:id, NULL, 1, 0, 60, 'hip_thrust', false, false, '', '',"
                " :sensors, '0')"
            ),
            {"id": session_id, "sensors": zlib.compress(b"{}")},
        )
        connection.execute(
            text("INSERT INTO symptoms VALUES (:id, :session, 5, 'pain', 3, NULL)"),
            {"id": new_id(), "session": session_id},
        )
    engine.dispose()
    with History.open(url) as history:
        (felt,) = history.symptoms(session_id)
        assert (felt.kind, felt.pain, felt.t_ns) == (SymptomKind.PAIN, 3, 5)


def wait_until_blocked(url: str, holder: int, count: int) -> None:
    """Until so many wait for the transaction of one connection."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE :holder = ANY(pg_blocking_pids(pid))")
    until = time.monotonic() + 60.0
    with engine.connect() as connection:
        while (connection.scalar(waiting, {"holder": holder}) or 0) < count:
            assert time.monotonic() < until
            time.sleep(0.01)
    engine.dispose()


def test_who_writes_at_the_same_time_waits_and_then_sees_what_was_written(
    history: History, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lumbarwatch.store.engine.BUSY_TIMEOUT_MS", 60_000)
    session, sensor = visit(), ("lm1", "A1")
    kept = visit()
    history.save_session(kept, *a_session(5), pipeline_version="1", about=about())
    felt = Symptom(5, SymptomKind.PAIN, 3)
    first = Findings(*a_session(5), summarise(*a_session(5)), "1", about=about())
    with ThreadPoolExecutor(3) as pool:
        with history._write() as transaction:
            saving.save_visit(transaction, session, about())
            saving.save_findings(transaction, session.id, first)
            saving.save_symptom(transaction, kept.id, felt)
            values = {"id": new_id(), "family": sensor[0], "serial": sensor[1], "updated_at_utc_ns": 1}
            transaction.execute(insert(SensorRow).values(**values))
            others = [
                pool.submit(
                    history.save_session, session, *a_session(6), pipeline_version="1", about=about()
                ),
                pool.submit(history.add_symptom, kept.id, felt),
                pool.submit(history.save_sensor, *sensor, {"offset": 1.0}),
            ]
            wait_until_blocked(url, transaction.scalar(text("SELECT pg_backend_pid()")) or 0, len(others))
        for other in others:
            other.result(60.0)
    assert history.reps(session.id) == tuple(a_session(6)[2])
    assert [one.pain for one in history.symptoms(kept.id)] == [3]
    assert [one.calibration for one in history.sensors()] == [{"offset": 1.0}]


def test_who_waits_too_long_is_told(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lumbarwatch.store.engine.BUSY_TIMEOUT_MS", 50)
    with history._write() as transaction:
        transaction.execute(text("SELECT 1"))
        with pytest.raises(StoreError, match="another program") as caught:
            history.save_sensor("lm1", "A1")
    assert caught.value.reason is StoreReason.IN_USE


def test_what_is_no_id_is_said(history: History) -> None:
    for ask in (history.session, history.athlete, history.symptoms, history.delete_session):
        with pytest.raises(StoreError, match="UUID"):
            ask("nonsense")


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        ("-csearch_path=pg_catalog", StoreReason.NO_PERMISSION),
        ("-cdefault_transaction_read_only=on", StoreReason.READ_ONLY),
    ],
)
def test_a_server_that_refuses_is_told_apart_from_one_that_is_out_of_reach(
    url: str, option: str, reason: StoreReason
) -> None:
    options = f"{make_url(url).query['options']} {option}"
    refusing = make_url(url).update_query_dict({"options": options})
    with pytest.raises(StoreError) as caught:
        History.open(refusing.render_as_string(hide_password=False))
    assert caught.value.reason is reason
