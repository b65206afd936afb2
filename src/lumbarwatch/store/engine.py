"""Opens the database: which one, with which guarantees, and at which schema version."""

import sqlite3
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError

from lumbarwatch.model.errors import UserError
from lumbarwatch.store.errors import (
    StoreError,
    StoreReason,
    damaged_history,
    from_os,
    from_server,
    from_sqlite,
    unreadable_history,
)
from lumbarwatch.store.migrations import HEAD

BUSY_TIMEOUT_MS: Final = 5000
_WRITE_LOCK: Final = 0x6C756D62  # any number, the same in every program of ours
_WRITING: Final = "lumbarwatch_writing"
_BARE: Final = "lumbarwatch_bare"

_PRAGMAS: Final = (
    f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}",
    "PRAGMA synchronous=FULL",  # a committed session survives a power cut
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is deleted is overwritten
)


def open_engine(place: str | Path) -> Engine:
    """Open a SQLite file or a server's database by URL, and bring its schema up to date.

    Raises
    ------
    StoreError
        Damaged, not ours, written by a newer version, out of reach, or no driver for it.
    """
    engine = _make_engine(_url(place))
    try:
        with understood(engine):
            _bring_up_to_date(engine)
    except BaseException:
        engine.dispose()
        raise
    return engine


def writing(engine: Engine) -> Engine:
    """Return the engine for transactions that write: one at a time, whatever they look up before they write.

    SQLite takes its write lock at their beginning; a server takes one of ours.
    """
    return engine.execution_options(**{_WRITING: True})


@contextmanager
def explained(engine: Engine) -> Generator[None]:
    """Turn the database's errors into a StoreError where a user can do something about them."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as error:
        explained_error = _explain(error, engine)
        if explained_error is None:
            raise
        raise explained_error from error


@contextmanager
def understood(engine: Engine) -> Generator[None]:
    """As :func:`explained`; and rows that say what can't be (a flipped byte) are told as damage, too."""
    with explained(engine):
        try:
            yield
        except UserError:
            raise
        except (ValueError, TypeError, LookupError, zlib.error) as error:
            raise unreadable_history(_name(engine), error) from error


def empty_log(engine: Engine) -> None:
    """Fold SQLite's write-ahead log into the file and cut it to nothing, as far as readers allow."""
    if engine.dialect.name == "sqlite":
        _run_bare(engine, "PRAGMA wal_checkpoint(TRUNCATE)")


def check(engine: Engine) -> None:
    """Read a SQLite file through and compare every table with its indexes.

    Raises
    ------
    StoreError
        Something in the file is damaged.
    """
    if engine.dialect.name != "sqlite":
        return
    with explained(engine), engine.connect() as connection:
        answer = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    if answer != "ok":
        raise damaged_history(_name(engine))


def _explain(error: DBAPIError | sqlite3.Error, engine: Engine) -> StoreError | None:
    origin = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(origin, sqlite3.Error):
        return from_sqlite(origin, _name(engine))
    explained_error = from_server(getattr(origin, "sqlstate", None), _name(engine))
    if explained_error is None and isinstance(error, OperationalError):
        message = (
            f"The history at {_name(engine)} is out of reach: does the server run, is the password right?"
        )
        return StoreError(StoreReason.UNREACHABLE, message)
    return explained_error


def _name(engine: Engine) -> str:
    return engine.url.database or "" if engine.dialect.name == "sqlite" else engine.url.render_as_string()


def _url(place: str | Path) -> URL:
    if isinstance(place, Path) or "://" not in place:
        path = Path(place)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)  # for its user alone, whoever may read the folder
        except OSError as error:
            raise from_os(error, "Opening the history", path) from error
        return URL.create("sqlite", database=str(path))
    try:
        url = make_url(place)
    except ArgumentError:
        message = f"{place!r} is no database address; one looks like postgresql://user@host/database."
        raise StoreError(StoreReason.UNREACHABLE, message) from None
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def _make_engine(url: URL) -> Engine:
    try:
        engine = create_engine(url, pool_pre_ping=url.get_backend_name() != "sqlite")
    except (ImportError, NoSuchModuleError):
        message = f"There is no driver for {url.drivername} here: install lumbarwatch[site]."
        raise StoreError(StoreReason.DRIVER_MISSING, message) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "begin", _begin_on_server)
    return engine


def _make_migrating_engine(engine: Engine) -> Engine:
    """Return an engine on which SQLite may replace a table without deleting what refers to its rows."""
    migrating = _make_engine(engine.url)
    if engine.dialect.name == "sqlite":
        event.listen(migrating, "connect", _without_keys)
    return writing(migrating)


def _set_up_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None  # transactions are begun by _begin_sqlite, also around schema changes
    for pragma in _PRAGMAS:
        connection.execute(pragma)


def _without_keys(connection: Any, record: object) -> None:  # a driver's connection
    del record
    connection.execute("PRAGMA foreign_keys=OFF")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if not options.get(_BARE):
        connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get(_WRITING) else "BEGIN")


def _begin_on_server(connection: Connection) -> None:
    """Wait for whoever writes, as long as in SQLite; the lock ends with the transaction."""
    if connection.get_execution_options().get(_WRITING):
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {BUSY_TIMEOUT_MS}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITE_LOCK})")


def _run_bare(engine: Engine, pragma: str) -> None:
    """Run what SQLite does outside of transactions only."""
    with engine.connect().execution_options(**{_BARE: True}) as connection:
        connection.exec_driver_sql(pragma)


def _bring_up_to_date(engine: Engine) -> None:
    """Look first: an up-to-date history opens without waiting for anybody who writes."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    if engine.dialect.name == "sqlite":
        _run_bare(engine, "PRAGMA journal_mode=WAL")  # kept in the file; readers never wait for the writer
    migrating = _make_migrating_engine(engine)
    try:
        with migrating.begin() as connection:
            version = _version(connection)  # again, now that nobody else can change it
            if version != HEAD:
                _migrate(connection, version)
    finally:
        migrating.dispose()


def _version(connection: Connection) -> str | None:
    tables = inspect(connection).get_table_names()
    if "alembic_version" in tables:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    if "sessions" in tables or (tables and connection.dialect.name == "sqlite"):
        message = (
            f"{_name(connection.engine)} is a database, but no history of lumbarwatch: nothing was changed."
        )
        raise StoreError(StoreReason.NOT_OURS, message)
    return None


def _migrate(connection: Connection, version: str | None) -> None:
    # Imported here: an up-to-date history, the rule, opens without alembic (a quarter of a second).
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(resources.files("lumbarwatch.store.migrations")))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        message = (
            f"The history {_name(connection.engine)} was written by a newer lumbarwatch (schema {version}); "
            "nothing was changed. Install the newer version, or use another data folder with --data."
        )
        raise StoreError(StoreReason.NEWER_VERSION, message)
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise RuntimeError("the upgrade left rows that belong to nothing")  # rolled back
