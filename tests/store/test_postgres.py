"""The same history on a PostgreSQL server: every common test again, and what only a server can get wrong."""

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text

from lumbarwatch.model.events import SymptomKind
from lumbarwatch.store import migrations
from lumbarwatch.store.backup import backup
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.folder import DataFolder
from lumbarwatch.store.history import History
from lumbarwatch.store.ids import new_id
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
    from concurrent.futures import ThreadPoolExecutor

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
