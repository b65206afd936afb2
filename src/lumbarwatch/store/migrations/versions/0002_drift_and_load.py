"""Drift of every set, the load's interval and peak, and the bench the athlete lifts on."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DOUBLE = sa.Double[float]()


def upgrade() -> None:
    """To this version; what earlier sessions do not know stays empty until they are analysed again."""
    for table in ("sets", "analyses"):
        for name in ("dose_sigma_n2m2s", "peak_moment_nm", "peak_sigma_nm"):
            op.add_column(table, sa.Column(name, DOUBLE, nullable=True))
        op.add_column(table, sa.Column("dose_unknown_reps", sa.Integer(), nullable=True))
    op.add_column("sets", sa.Column("drift_deg", DOUBLE, nullable=True))
    for name in ("bench_height_m", "contact_to_l1_m"):
        op.add_column("athletes", sa.Column(name, DOUBLE, nullable=True))
