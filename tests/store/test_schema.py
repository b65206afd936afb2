"""The schema: upgraded with its data, never downgraded, never touched when it is not ours."""

import importlib
import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from lumbarwatch.model.events import Symptom, SymptomKind
from lumbarwatch.model.motion import Rep
from lumbarwatch.model.session import Calibration
from lumbarwatch.store import migrations
from lumbarwatch.store.codec import dumps, from_json, loads
from lumbarwatch.store.errors import StoreError, StoreReason
from lumbarwatch.store.history import History
from lumbarwatch.store.tables import Base
from store.samples_of_life import a_session
from store.test_history import about, visit

FIRST = Path(__file__).parent / "first_version"
"""A history as the first version wrote it (history.sql), and its reps as JSON (reps.json)."""


def scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_head_is_the_newest_revision() -> None:
    assert scripts().get_heads() == [migrations.HEAD]


def test_revisions_make_the_tables_of_the_models(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    History.open(path).close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    History.open(path).close()
    before = path.read_bytes()
    History.open(path).close()
    assert path.read_bytes() == before


def test_a_history_of_the_first_version_is_read_in_full(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with sqlite3.connect(path) as database:
        database.executescript((FIRST / "history.sql").read_text())
    database.close()
    with History.open(path) as history:
        (athlete,) = history.athletes()
        assert (athlete.name, athlete.mass_kg) == ("Anna", 61.5)
        (session,) = history.sessions(athlete.id)
        expected = loads((FIRST / "reps.json").read_text())
        assert history.reps(session.id) == tuple(from_json(Rep, one) for one in expected["reps"])
        assert session.summary.reps == 8
        assert history.session(session.id).calibration.valid
        assert [one.text for one in history.notes(session.id)] == ["belt slipped"]
        assert [one.pain for one in history.symptoms(session.id)] == [2]
        assert [one.value for one in history.annotations(session.id)] == [False]
        assert [one.serial for one in history.sensors()] == ["A1"]
        history.check()


def test_an_upgrade_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.db"
    calibration, sets, reps = a_session(11)
    session = visit()
    with History.open(path) as history:
        history.save_session(session, calibration, sets, reps, pipeline_version="1", about=about())
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, folder)
    (folder / "versions" / "next.py").write_text(
        "import sqlalchemy as sa\n"
        "from alembic import op\n"
        "revision = 'next'\n"
        f"down_revision = {migrations.HEAD!r}\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('reps') as table:\n"
        "        table.add_column(sa.Column('colour', sa.Text(), nullable=False, server_default='red'))\n"
        "        table.alter_column('rom_m_e7', new_column_name='rise_m_e7')\n"
        "    with op.batch_alter_table('sessions', recreate='always') as table:\n"
        "        table.add_column(sa.Column('weather', sa.Text(), nullable=True))\n"
    )
    engine_module = importlib.import_module("lumbarwatch.store.engine")
    monkeypatch.setattr(engine_module, "HEAD", "next")
    monkeypatch.setattr(engine_module.resources, "files", lambda _: folder)
    History.open(path).close()
    monkeypatch.undo()
    database = sqlite3.connect(path)
    found = database.execute(
        "SELECT rise_m_e7 / 1e7, colour FROM reps ORDER BY set_number, rep_number"
    ).fetchall()
    counted = [
        database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in ("warnings", "sets")
    ]
    database.close()
    assert found == [(rep.rom_m, "red") for rep in reps]
    assert counted == [
        sum(len(rep.warnings) for rep in reps) + sum(len(one.warnings) for one in sets) + 1,
        len(sets),
    ]
    with pytest.raises(StoreError, match="newer lumbarwatch") as caught:
        History.open(path)
    assert caught.value.reason is StoreReason.NEWER_VERSION


def test_an_upgrade_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "history.db"
    session = visit()
    with History.open(path) as history:
        history.save_session(session, Calibration.none(), [], [], pipeline_version="1")
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrations.__file__).parent, folder)
    (folder / "versions" / "next.py").write_text(
        "from alembic import op\n"
        "revision = 'next'\n"
        f"down_revision = {migrations.HEAD!r}\n"
        "def upgrade():\n"
        "    op.drop_table('reps')\n"
        "    raise RuntimeError('the lights went out')\n"
    )
    engine_module = importlib.import_module("lumbarwatch.store.engine")
    monkeypatch.setattr(engine_module, "HEAD", "next")
    monkeypatch.setattr(engine_module.resources, "files", lambda _: folder)
    with pytest.raises(RuntimeError, match="lights"):
        History.open(path)
    monkeypatch.undo()
    with History.open(path) as history:
        assert history.reps(session.id) == ()


def test_a_newer_history_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    History.open(path).close()
    database = sqlite3.connect(path)
    database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"newer lumbarwatch \(schema 9999\)") as caught:
        History.open(path)
    assert caught.value.reason is StoreReason.NEWER_VERSION
    assert path.read_bytes() == before


def test_a_foreign_database_is_refused_untouched(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE photos (id INTEGER)")
    database.commit()
    database.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="no history of lumbarwatch") as caught:
        History.open(path)
    assert caught.value.reason is StoreReason.NOT_OURS
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["noise", "header", "truncated"])
def test_a_damaged_file_is_named_and_left_alone(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "history.db"
    calibration, sets, reps = a_session(12)
    with History.open(path) as history:
        for _ in range(5):
            history.save_session(visit(), calibration, sets, reps, pipeline_version="1")
    data = path.read_bytes()
    broken = {
        "noise": bytes(range(256)) * 100,
        "header": b"\x00" * 100 + data[100:],
        "truncated": data[: len(data) // 3],
    }[damage]
    path.write_bytes(broken)
    with pytest.raises(StoreError, match="damaged") as caught, History.open(path) as history:
        history.check()
    assert caught.value.reason is StoreReason.DAMAGED
    assert "Restore a backup" in str(caught.value)
    assert path.read_bytes() == broken


def test_damage_inside_is_found_by_the_check(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    calibration, sets, reps = a_session(13)
    with History.open(path) as history:
        for _ in range(10):
            history.save_session(visit(), calibration, sets, reps, pipeline_version="1")
    with sqlite3.connect(path) as database:
        (page,) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'reps'").fetchone()
    database.close()
    data = bytearray(path.read_bytes())
    data[(page - 1) * 4096 : (page - 1) * 4096 + 200] = b"\xff" * 200
    path.write_bytes(data)
    with History.open(path) as history, pytest.raises(StoreError) as caught:
        history.check()
    assert caught.value.reason is StoreReason.DAMAGED


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE analyses SET calibration = x'00ff00ff'",
        "UPDATE symptoms SET kind = 'payn'",
        "UPDATE remarks SET text = 'W1' || text",
        "UPDATE reps SET concentric_ns = -1",
        "ALTER TABLE reps RENAME COLUMN hold_ns TO hold_nz",
    ],
)
def test_rows_that_say_what_cannot_be_are_damage(tmp_path: Path, damage: str) -> None:
    path, session = tmp_path / "history.db", visit()
    pain = Symptom(5, SymptomKind.PAIN, 2)
    with History.open(path) as history:
        history.save_session(session, *a_session(5), pipeline_version="1", symptoms=[pain])
    with sqlite3.connect(path) as database:
        database.execute(damage)
    database.close()
    with History.open(path) as history, pytest.raises(StoreError) as caught:
        _ = history.session(session.id), history.reps(session.id), history.symptoms(session.id)
    assert caught.value.reason is StoreReason.DAMAGED


def test_two_programs_may_open_a_new_history_at_once(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    path = tmp_path / "history.db"
    with ThreadPoolExecutor(4) as pool:
        for history in pool.map(lambda _: History.open(path), range(4)):
            assert history.sessions() == ()
            history.close()


@pytest.mark.parametrize("url", ["oracle+nothing://host/db", "postgresql+nothing://host/db"])
def test_a_missing_driver_is_named(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        History.open(url)
    assert caught.value.reason is StoreReason.DRIVER_MISSING


def test_no_address(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database address"):
        History.open("post gres://")


def write_first_version() -> None:
    """Made once, by the first version; kept here to say how."""
    FIRST.mkdir(exist_ok=True)
    path = FIRST / "history.db"
    from lumbarwatch.model.session import Athlete
    from lumbarwatch.store.records import CorrectedField

    calibration, sets, reps = a_session(1, sets=2, reps=4)
    with History.open(path) as history:
        anna = history.add_athlete(Athlete(name="Anna", mass_kg=61.5))
        session = visit(anna.id)
        pain = Symptom(reps[3].t_end_ns, SymptomKind.PAIN, 2)
        history.save_sensor("lm1", "A1", {"offset": 1.0})
        history.save_session(
            session, calibration, sets, reps, pipeline_version="1", about=about(), symptoms=[pain]
        )
        history.add_note(session.id, "belt slipped")
        history.annotate_rep(session.id, 1, 2, CorrectedField.COUNTED, value=False)
    database = sqlite3.connect(path)
    (FIRST / "history.sql").write_text("\n".join(database.iterdump()) + "\n")
    database.close()
    (FIRST / "reps.json").write_text(dumps({"reps": reps}) + "\n")
    path.unlink()
