"""Tables of the history. The same models serve SQLite and PostgreSQL.

Names of people stand in ``athletes`` only. What was measured (``analyses`` and below) is derived: it belongs
to one pipeline version, is rebuilt and never edited. What people said (``notes``, ``symptoms``,
``annotations``) belongs to the session and survives every re-analysis. Times named ``t_..._ns`` are on the
host's monotonic clock of that session, ``..._utc_ns`` are wall time.
"""

from typing import Annotated

from sqlalchemy import BigInteger, Double, ForeignKey, Index, MetaData, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lumbarwatch.store.columns import Figure, Id, Packed

Key = Annotated[str, mapped_column(Id, primary_key=True)]
OfSession = Annotated[str, mapped_column(Id, ForeignKey("sessions.id", ondelete="CASCADE"))]
OfAnalysis = Annotated[int, mapped_column(ForeignKey("analyses.id", ondelete="CASCADE"), primary_key=True)]
Place = Annotated[int, mapped_column(primary_key=True, autoincrement=False)]
"""A number that is part of the key: set, rep, position."""
Ns = Annotated[int, mapped_column(BigInteger)]
MaybeNs = Annotated[int | None, mapped_column(BigInteger)]
Number = Annotated[float, mapped_column(Double)]
MaybeNumber = Annotated[float | None, mapped_column(Double)]
Words = Annotated[str, mapped_column(Text)]
MaybeWords = Annotated[str | None, mapped_column(Text)]

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Common ground of all tables."""

    metadata = MetaData(naming_convention=CONSTRAINT_NAMES)


class AthleteRow(Base):
    """Who trains. The only table with a name."""

    __tablename__ = "athletes"

    id: Mapped[Key]
    name: Mapped[Words]
    mass_kg: Mapped[MaybeNumber]
    stature_m: Mapped[MaybeNumber]
    limits: Mapped[Words]  # JSON
    created_at_utc_ns: Mapped[Ns]
    bench_height_m: Mapped[MaybeNumber]
    contact_to_l1_m: Mapped[MaybeNumber]


class SensorRow(Base):
    """A sensor that was used, with its accelerometer calibration."""

    __tablename__ = "sensors"
    __table_args__ = (UniqueConstraint("family", "serial"),)

    id: Mapped[Key]
    family: Mapped[Words]
    serial: Mapped[Words]
    calibration: Mapped[MaybeWords]  # JSON
    updated_at_utc_ns: Mapped[Ns]


class SessionRow(Base):
    """One visit. ``athlete_id`` is empty until somebody is named."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "athlete_id", "started_at_utc_ns"), Index(None, "started_at_utc_ns"))

    id: Mapped[Key]
    athlete_id: Mapped[str | None] = mapped_column(Id, ForeignKey("athletes.id", ondelete="CASCADE"))
    started_at_utc_ns: Mapped[Ns]
    started_at_monotonic_ns: Mapped[Ns]
    duration_s: Mapped[Number]
    exercise: Mapped[Words]
    simulated: Mapped[bool]
    recovered: Mapped[bool]
    note: Mapped[Words]
    recording: Mapped[Words]  # file name, empty without one
    sensors: Mapped[str] = mapped_column(Packed, deferred=True)  # JSON, placement -> description
    software_version: Mapped[Words]


class AnalysisRow(Base):
    """What one pipeline version found in a session. ``current`` is the one that is shown."""

    __tablename__ = "analyses"
    __table_args__ = (
        UniqueConstraint("session_id", "pipeline_version", "refined"),
        Index(None, "session_id", "current", "red"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[OfSession]
    pipeline_version: Mapped[Words]
    refined: Mapped[bool]
    current: Mapped[bool]
    calibration: Mapped[str] = mapped_column(Packed, deferred=True)  # JSON
    limits: Mapped[str] = mapped_column(Packed, deferred=True)  # JSON
    parameters: Mapped[str] = mapped_column(Packed, deferred=True)  # JSON
    not_graded: Mapped[MaybeWords]
    # Summary, written once, so that lists and trends need no reps.
    sets: Mapped[int]
    reps: Mapped[int]
    partial: Mapped[int]
    graded: Mapped[int]
    red: Mapped[int]
    amber: Mapped[int]
    tilt_lockout_deg: Mapped[MaybeNumber]
    lambda_lockout_deg: Mapped[MaybeNumber]
    lambda_peak_deg: Mapped[MaybeNumber]
    tilt_sigma_deg: Mapped[MaybeNumber]
    lambda_sigma_deg: Mapped[MaybeNumber]
    eccentric_s: Mapped[MaybeNumber]
    drift_deg: Mapped[MaybeNumber]
    lam_max_deg: Mapped[MaybeNumber]
    tau_max_deg: Mapped[MaybeNumber]
    habit: Mapped[MaybeNumber]
    bar_kg: Mapped[MaybeNumber]
    dose_n2m2s: Mapped[MaybeNumber]
    dose_sigma_n2m2s: Mapped[MaybeNumber]
    dose_unknown_reps: Mapped[int | None]
    peak_moment_nm: Mapped[MaybeNumber]
    peak_sigma_nm: Mapped[MaybeNumber]
    tilt_zero_deg: Mapped[MaybeNumber]
    lambda_zero_deg: Mapped[MaybeNumber]


class SetRow(Base):
    """One set."""

    __tablename__ = "sets"
    __table_args__ = ({"sqlite_with_rowid": False},)

    analysis_id: Mapped[OfAnalysis]
    set_number: Mapped[Place]
    t_start_ns: Mapped[Ns]
    t_end_ns: Mapped[Ns]
    reps: Mapped[int]
    partial: Mapped[int]
    single_leg: Mapped[bool]
    bar_kg: Mapped[MaybeNumber]
    rpe: Mapped[MaybeNumber]
    dose_n2m2s: Mapped[MaybeNumber]
    not_graded: Mapped[MaybeWords]
    drift_deg: Mapped[MaybeNumber]
    dose_sigma_n2m2s: Mapped[MaybeNumber]
    dose_unknown_reps: Mapped[int | None]
    peak_moment_nm: Mapped[MaybeNumber]
    peak_sigma_nm: Mapped[MaybeNumber]


class RemarkRow(Base):
    """What is said of many reps alike, once: what was not graded and why, what was borderline."""

    __tablename__ = "remarks"
    __table_args__ = (UniqueConstraint("text"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[Words]


class RepRow(Base):
    """One repetition, exactly as :class:`lumbarwatch.model.motion.Rep` has it.

    Figures are whole numbers, in the unit of the name times 1e-7 (the digits a rep has): half the room.
    """

    __tablename__ = "reps"
    __table_args__ = ({"sqlite_with_rowid": False},)

    analysis_id: Mapped[OfAnalysis]
    set_number: Mapped[Place]
    rep_number: Mapped[Place]
    t_start_ns: Mapped[Ns]
    concentric_ns: Mapped[Ns]
    hold_ns: Mapped[Ns]
    eccentric_ns: Mapped[Ns]
    rom_deg: Mapped[float] = mapped_column("rom_deg_e7", Figure)
    rom_m: Mapped[float] = mapped_column("rom_m_e7", Figure)
    rom_fraction: Mapped[float | None] = mapped_column("rom_fraction_e7", Figure)
    phi_top_deg: Mapped[float | None] = mapped_column("phi_top_deg_e7", Figure)
    tilt_lockout_deg: Mapped[float | None] = mapped_column("tilt_lockout_deg_e7", Figure)
    lambda_lockout_deg: Mapped[float | None] = mapped_column("lambda_lockout_deg_e7", Figure)
    lambda_peak_deg: Mapped[float | None] = mapped_column("lambda_peak_deg_e7", Figure)
    lambda_eccentric_max_deg: Mapped[float | None] = mapped_column("lambda_eccentric_max_deg_e7", Figure)
    roll_lockout_deg: Mapped[float | None] = mapped_column("roll_lockout_deg_e7", Figure)
    rate_peak_dps: Mapped[float] = mapped_column("rate_peak_dps_e7", Figure)
    rate_mean_dps: Mapped[float] = mapped_column("rate_mean_dps_e7", Figure)
    tilt_sigma_deg: Mapped[float | None] = mapped_column("tilt_sigma_deg_e7", Figure)
    lambda_sigma_deg: Mapped[float | None] = mapped_column("lambda_sigma_deg_e7", Figure)
    partial: Mapped[bool]
    lowered: Mapped[bool]
    graded: Mapped[bool]
    single_leg: Mapped[bool]
    lost_fraction: Mapped[float] = mapped_column("lost_fraction_e7", Figure)
    longest_gap_s: Mapped[float] = mapped_column("longest_gap_s_e7", Figure)
    gap_at_lockout: Mapped[bool]
    slip_suspected: Mapped[bool]
    saturated: Mapped[bool]
    remark_id: Mapped[int | None] = mapped_column(ForeignKey("remarks.id"))


class WarningRow(Base):
    """A limit exceeded. ``rep_number`` 0: by the set; ``set_number`` 0: by the session."""

    __tablename__ = "warnings"
    __table_args__ = ({"sqlite_with_rowid": False},)

    analysis_id: Mapped[OfAnalysis]
    set_number: Mapped[Place]
    rep_number: Mapped[Place]
    position: Mapped[Place]
    warning: Mapped[Words]
    level: Mapped[Words]
    value: Mapped[Number]
    limit: Mapped[Number]
    sigma: Mapped[Number]
    t_ns: Mapped[Ns]


class SymptomRow(Base):
    """What the athlete felt after a set."""

    __tablename__ = "symptoms"
    __table_args__ = ({"sqlite_with_rowid": False},)

    session_id: Mapped[str] = mapped_column(
        Id, ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True
    )
    t_ns: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    kind: Mapped[Words]
    pain: Mapped[int | None]
    answers: Mapped[MaybeWords]  # JSON, the checklist


class NoteRow(Base):
    """What somebody wrote about a session."""

    __tablename__ = "notes"
    __table_args__ = (Index(None, "session_id"),)

    id: Mapped[Key]
    session_id: Mapped[OfSession]
    author: Mapped[Words]
    written_at_utc_ns: Mapped[Ns]
    text: Mapped[Words]


class AnnotationRow(Base):
    """A correction of a rep by hand. The computed value stays; the rep is found again by its lockout."""

    __tablename__ = "annotations"
    __table_args__ = (Index(None, "session_id"),)

    id: Mapped[Key]
    session_id: Mapped[OfSession]
    set_number: Mapped[int]
    rep_number: Mapped[int]
    t_lockout_ns: Mapped[Ns]
    field: Mapped[Words]
    value: Mapped[MaybeWords]  # JSON
    text: Mapped[Words]
    author: Mapped[Words]
    written_at_utc_ns: Mapped[Ns]
