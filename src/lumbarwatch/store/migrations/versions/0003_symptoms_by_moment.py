"""A symptom is named by its session and moment (a third of the room); sessions with red found by an index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

COLUMNS = ("session_id", "t_ns", "kind", "pain", "answers")


def upgrade() -> None:
    """To this version."""
    op.create_index("ix_analyses_session_id_current_red", "analyses", ["session_id", "current", "red"])
    connection = op.get_bind()
    kept = connection.execute(sa.text(f"SELECT {', '.join(COLUMNS)} FROM symptoms")).mappings().all()  # noqa: S608
    op.drop_table("symptoms")
    table = op.create_table(
        "symptoms",
        sa.Column("session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("t_ns", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("pain", sa.Integer(), nullable=True),
        sa.Column("answers", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_symptoms_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("session_id", "t_ns", name="pk_symptoms"),
        sqlite_with_rowid=False,
    )
    if kept:
        rows = [{**row, "session_id": str(row["session_id"])} for row in kept]
        connection.execute(table.insert(), rows)
