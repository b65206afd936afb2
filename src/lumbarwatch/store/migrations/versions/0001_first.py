"""First version: athletes, sensors, sessions, what was found in them, and what was said about them."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOUBLE = sa.Double[float]()


def upgrade() -> None:
    """To this version."""
    _athletes()
    _remarks()
    _sensors()
    _sessions()
    _analyses()
    _annotations()
    _notes()
    _symptoms()
    _reps()
    _sets()
    _warnings()


def _athletes() -> None:
    op.create_table(
        "athletes",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mass_kg", DOUBLE, nullable=True),
        sa.Column("stature_m", DOUBLE, nullable=True),
        sa.Column("limits", sa.Text(), nullable=False),
        sa.Column("created_at_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_athletes"),
    )


def _remarks() -> None:
    op.create_table(
        "remarks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_remarks"),
        sa.UniqueConstraint("text", name="uq_remarks_text"),
    )


def _sensors() -> None:
    op.create_table(
        "sensors",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("serial", sa.Text(), nullable=False),
        sa.Column("calibration", sa.Text(), nullable=True),
        sa.Column("updated_at_utc_ns", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sensors"),
        sa.UniqueConstraint("family", "serial", name="uq_sensors_family_serial"),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("athlete_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("started_at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("started_at_monotonic_ns", sa.BigInteger(), nullable=False),
        sa.Column("duration_s", DOUBLE, nullable=False),
        sa.Column("exercise", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(), nullable=False),
        sa.Column("recovered", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recording", sa.Text(), nullable=False),
        sa.Column("sensors", sa.LargeBinary(), nullable=False),
        sa.Column("software_version", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["athlete_id"], ["athletes.id"], name="fk_sessions_athlete_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index(
        "ix_sessions_athlete_id_started_at_utc_ns",
        "sessions",
        ["athlete_id", "started_at_utc_ns"],
        unique=False,
    )
    op.create_index("ix_sessions_started_at_utc_ns", "sessions", ["started_at_utc_ns"], unique=False)


def _analyses() -> None:
    op.create_table(
        "analyses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("pipeline_version", sa.Text(), nullable=False),
        sa.Column("refined", sa.Boolean(), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("calibration", sa.LargeBinary(), nullable=False),
        sa.Column("limits", sa.LargeBinary(), nullable=False),
        sa.Column("parameters", sa.LargeBinary(), nullable=False),
        sa.Column("not_graded", sa.Text(), nullable=True),
        sa.Column("sets", sa.Integer(), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Integer(), nullable=False),
        sa.Column("graded", sa.Integer(), nullable=False),
        sa.Column("red", sa.Integer(), nullable=False),
        sa.Column("amber", sa.Integer(), nullable=False),
        sa.Column("tilt_lockout_deg", DOUBLE, nullable=True),
        sa.Column("lambda_lockout_deg", DOUBLE, nullable=True),
        sa.Column("lambda_peak_deg", DOUBLE, nullable=True),
        sa.Column("tilt_sigma_deg", DOUBLE, nullable=True),
        sa.Column("lambda_sigma_deg", DOUBLE, nullable=True),
        sa.Column("eccentric_s", DOUBLE, nullable=True),
        sa.Column("drift_deg", DOUBLE, nullable=True),
        sa.Column("lam_max_deg", DOUBLE, nullable=True),
        sa.Column("tau_max_deg", DOUBLE, nullable=True),
        sa.Column("habit", DOUBLE, nullable=True),
        sa.Column("bar_kg", DOUBLE, nullable=True),
        sa.Column("dose_n2m2s", DOUBLE, nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_analyses_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_analyses"),
        sa.UniqueConstraint(
            "session_id",
            "pipeline_version",
            "refined",
            name="uq_analyses_session_id_pipeline_version_refined",
        ),
    )


def _annotations() -> None:
    op.create_table(
        "annotations",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("set_number", sa.Integer(), nullable=False),
        sa.Column("rep_number", sa.Integer(), nullable=False),
        sa.Column("t_lockout_ns", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("written_at_utc_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_annotations_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_annotations"),
    )
    op.create_index("ix_annotations_session_id", "annotations", ["session_id"], unique=False)


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("written_at_utc_ns", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_notes_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_notes"),
    )
    op.create_index("ix_notes_session_id", "notes", ["session_id"], unique=False)


def _symptoms() -> None:
    op.create_table(
        "symptoms",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("session_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("t_ns", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("pain", sa.Integer(), nullable=True),
        sa.Column("answers", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name="fk_symptoms_session_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_symptoms"),
        sa.UniqueConstraint("session_id", "t_ns", name="uq_symptoms_session_id_t_ns"),
    )


def _reps() -> None:
    op.create_table(
        "reps",
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("set_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rep_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("t_start_ns", sa.BigInteger(), nullable=False),
        sa.Column("concentric_ns", sa.BigInteger(), nullable=False),
        sa.Column("hold_ns", sa.BigInteger(), nullable=False),
        sa.Column("eccentric_ns", sa.BigInteger(), nullable=False),
        sa.Column("rom_deg_e7", sa.BigInteger(), nullable=False),
        sa.Column("rom_m_e7", sa.BigInteger(), nullable=False),
        sa.Column("rom_fraction_e7", sa.BigInteger(), nullable=True),
        sa.Column("phi_top_deg_e7", sa.BigInteger(), nullable=True),
        sa.Column("tilt_lockout_deg_e7", sa.BigInteger(), nullable=True),
        sa.Column("lambda_lockout_deg_e7", sa.BigInteger(), nullable=True),
        sa.Column("lambda_peak_deg_e7", sa.BigInteger(), nullable=True),
        sa.Column("lambda_eccentric_max_deg_e7", sa.BigInteger(), nullable=True),
        sa.Column("roll_lockout_deg_e7", sa.BigInteger(), nullable=True),
        sa.Column("rate_peak_dps_e7", sa.BigInteger(), nullable=False),
        sa.Column("rate_mean_dps_e7", sa.BigInteger(), nullable=False),
        sa.Column("tilt_sigma_deg_e7", sa.BigInteger(), nullable=True),
        sa.Column("lambda_sigma_deg_e7", sa.BigInteger(), nullable=True),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("lowered", sa.Boolean(), nullable=False),
        sa.Column("graded", sa.Boolean(), nullable=False),
        sa.Column("single_leg", sa.Boolean(), nullable=False),
        sa.Column("lost_fraction_e7", sa.BigInteger(), nullable=False),
        sa.Column("longest_gap_s_e7", sa.BigInteger(), nullable=False),
        sa.Column("gap_at_lockout", sa.Boolean(), nullable=False),
        sa.Column("slip_suspected", sa.Boolean(), nullable=False),
        sa.Column("saturated", sa.Boolean(), nullable=False),
        sa.Column("remark_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.id"], name="fk_reps_analysis_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["remark_id"], ["remarks.id"], name="fk_reps_remark_id"),
        sa.PrimaryKeyConstraint("analysis_id", "set_number", "rep_number", name="pk_reps"),
        sqlite_with_rowid=False,
    )


def _sets() -> None:
    op.create_table(
        "sets",
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("set_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("t_start_ns", sa.BigInteger(), nullable=False),
        sa.Column("t_end_ns", sa.BigInteger(), nullable=False),
        sa.Column("reps", sa.Integer(), nullable=False),
        sa.Column("partial", sa.Integer(), nullable=False),
        sa.Column("single_leg", sa.Boolean(), nullable=False),
        sa.Column("bar_kg", DOUBLE, nullable=True),
        sa.Column("rpe", DOUBLE, nullable=True),
        sa.Column("dose_n2m2s", DOUBLE, nullable=True),
        sa.Column("not_graded", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.id"], name="fk_sets_analysis_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("analysis_id", "set_number", name="pk_sets"),
        sqlite_with_rowid=False,
    )


def _warnings() -> None:
    op.create_table(
        "warnings",
        sa.Column("analysis_id", sa.Integer(), nullable=False),
        sa.Column("set_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rep_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("warning", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("value", DOUBLE, nullable=False),
        sa.Column("limit", DOUBLE, nullable=False),
        sa.Column("sigma", DOUBLE, nullable=False),
        sa.Column("t_ns", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"], ["analyses.id"], name="fk_warnings_analysis_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("analysis_id", "set_number", "rep_number", "position", name="pk_warnings"),
        sqlite_with_rowid=False,
    )
